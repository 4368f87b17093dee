#!/bin/sh
# Makes or refreshes .venv: tools/environment.sh requirements.lock (to run) or requirements-dev.lock (to develop).
# Says in one sentence what is missing, and what to do about it.
set -eu
lock=$1
venv=.venv
stamp="$venv/.made-from-$(basename "$lock")"

usable() { "$1" -c 'import ensurepip, sqlite3, ssl, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
# Tenths of a millisecond that a little work takes. One computer's Pythons differ by half: those compiled with a profile are that much quicker.
pace() {
  "$1" -c 'if True:
    import time
    def work():
        found = {}
        for number in range(60000):
            found[number % 997] = "a%d" % number
    def spent():
        began = time.perf_counter()
        work()
        return time.perf_counter() - began
    print(int(min(spent() for _ in range(7)) * 10000))'
}
fail() { echo "mailflow: $1" >&2; exit 1; }

if [ -f "$stamp" ] && cmp -s "$lock" "$stamp" && [ -x "$venv/bin/python" ]; then exit 0; fi
# What was made to develop is enough to run.
if [ "$lock" = requirements.lock ] && [ -f "$venv/.made-from-requirements-dev.lock" ] \
   && cmp -s requirements-dev.lock "$venv/.made-from-requirements-dev.lock"; then exit 0; fi

if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -c '' 2>/dev/null; then
  python= best=
  for candidate in ${PYTHON:-python3 /usr/bin/python3 python3.14 python3.13 python3.12 python3.11}; do
    usable "$candidate" || continue
    pace=$(pace "$candidate")
    if [ -z "$best" ] || [ "$pace" -lt "$best" ]; then python=$candidate best=$pace; fi
  done
  [ -n "$python" ] || fail "Python 3.11 or newer is needed; install it (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python) and run this again."
  "$python" -m venv "$venv" || fail "this Python cannot make environments; install its venv package (Debian, Ubuntu: apt install python3-venv), remove .venv and run this again."
fi
echo "mailflow: setting up the environment, once ..." >&2
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock" \
  || fail "the packages could not be fetched; check the network (or your pip settings) and run this again."
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . \
  || fail "mailflow could not be installed into .venv; remove .venv and run this again."
cp "$lock" "$stamp"
