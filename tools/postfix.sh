#!/bin/sh
# Puts Postfix's smtp-sink and smtp-source where tests and benchmarks find them, and prints that folder.
# Needs no root and installs nothing: the package is downloaded and unpacked under .cache/postfix.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cache=${MAILFLOW_CACHE:-$here/.cache}/postfix
tools="smtp-sink smtp-source"
PATH=$PATH:/usr/sbin:/usr/local/sbin

give_up() {
    echo "smtp-sink and smtp-source are not here and could not be fetched ($1); install the package postfix, or only put its two tools on the PATH." >&2
    exit 1
}

works() { # a folder's tools start: with no argument they print how they are used
    for tool in $tools; do
        "$1/$tool" 2>&1 | grep -q 'usage:' || return 1
    done
}

if found=$(command -v smtp-sink) && command -v smtp-source >/dev/null; then
    dirname "$found"
    exit 0
fi
if [ -e "$cache/ready" ]; then
    echo "$cache/bin"
    exit 0
fi

command -v apt-get >/dev/null && command -v dpkg >/dev/null || give_up "this is not Debian or Ubuntu"
work=$(mktemp -d) || give_up "no temporary folder"
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/debs" "$work/root" "$work/lists/partial" "$work/cache/archives/partial"

lists=""
fetch() { # download packages; the second time with package lists of our own, when the machine has none
    # shellcheck disable=SC2086
    (cd "$work/debs" && apt-get -q $lists -o APT::Sandbox::User=root download "$@") >"$work/log" 2>&1
}
refresh() {
    lists="-o Dir::State::Lists=$work/lists -o Dir::Cache=$work/cache"
    # shellcheck disable=SC2086
    apt-get -q $lists -o APT::Sandbox::User=root update >"$work/log" 2>&1
}

fetch postfix || { refresh && fetch postfix; } || give_up "$(tail -n 1 "$work/log" | tr -d '\n')"

missing() {
    LD_LIBRARY_PATH=$libraries ldd "$work/root/usr/sbin/smtp-sink" "$work/root/usr/sbin/smtp-source" "$work"/root/usr/lib/postfix/*.so* |
        grep -q 'not found'
}
unpack() {
    for deb in "$work"/debs/*.deb; do dpkg -x "$deb" "$work/root" || give_up "a package cannot be unpacked"; done
    libraries=$(find "$work/root" -name '*.so*' -exec dirname {} \; | sort -u | paste -sd: -)
}
needed() { # the library packages that those downloaded depend on
    for deb in "$work"/debs/*.deb; do dpkg -f "$deb" Pre-Depends Depends; done |
        tr ',|' '\n\n' | sed 's/^[A-Za-z-]*epends://; s/(.*//; s/:any//; s/ //g' | grep '^lib' | grep -v '^libc6$' | sort -u
}

unpack
rounds=0
while missing && [ $rounds -lt 3 ]; do
    for package in $(needed); do
        ls "$work/debs/$package"_*.deb >/dev/null 2>&1 || fetch "$package" || true
    done
    unpack
    rounds=$((rounds + 1))
done

new=$cache.$$ # built beside, then moved: another run at the same time sees all of it or nothing
mkdir -p "$new/bin" "$new/lib"
for folder in $(echo "$libraries" | tr ':' ' '); do find "$folder" -maxdepth 1 -name '*.so*' -exec cp -a {} "$new/lib/" \; ; done
for tool in $tools; do
    cp "$work/root/usr/sbin/$tool" "$new/lib/$tool.real"
    printf '#!/bin/sh\nLD_LIBRARY_PATH="%s" exec "%s" "$@"\n' "$cache/lib" "$cache/lib/$tool.real" >"$new/bin/$tool"
    chmod +x "$new/bin/$tool"
done
rm -rf "$cache"
mv "$new" "$cache"
works "$cache/bin" || give_up "what was unpacked does not start"
touch "$cache/ready"
echo "$cache/bin"
