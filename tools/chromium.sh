#!/bin/sh
# Browser tests need Debian's Chromium: uses the one there is, or installs it where that is allowed.
set -eu
command -v chromium >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "mailflow: installing Chromium for the browser tests, once ..." >&2
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null && exit 0
fi
echo "mailflow: the browser tests need Chromium; install it (Debian, Ubuntu: sudo apt install chromium) and run this again." >&2
exit 1
