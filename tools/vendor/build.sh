#!/bin/sh
# For maintainers: rebuilds mailflow/studio/static/vendor from the exact versions in package-lock.json.
set -eu
cd "$(dirname "$0")/../.."
command -v npm >/dev/null || { echo "make vendor needs npm (node 20 or newer); running mailflow does not." >&2; exit 1; }
npm ci --no-fund --no-audit --ignore-scripts
node tools/vendor/pack.mjs
du -ch mailflow/studio/static/vendor/* | tail -1
