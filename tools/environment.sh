#!/bin/sh
# Makes or refreshes .venv: tools/environment.sh requirements.lock (to run) or requirements-dev.lock (to develop).
# Says in one sentence what is missing, and what to do about it.
set -eu
lock=$1
venv=.venv
stamp="$venv/.made-from-$(basename "$lock")"

usable() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
fail() { echo "mailflow: $1" >&2; exit 1; }

if [ -f "$stamp" ] && cmp -s "$lock" "$stamp" && [ -x "$venv/bin/python" ]; then exit 0; fi
# What was made to develop is enough to run.
if [ "$lock" = requirements.lock ] && [ -f "$venv/.made-from-requirements-dev.lock" ] \
   && cmp -s requirements-dev.lock "$venv/.made-from-requirements-dev.lock"; then exit 0; fi

if [ ! -x "$venv/bin/python" ] || ! usable "$venv/bin/python"; then
  python=
  for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
    if usable "$candidate"; then python=$candidate; break; fi
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
