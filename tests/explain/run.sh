#!/usr/bin/env bash
# Explains every account, with every service, every customer, and lines drawn at
# random, of the bundled sample or of folders with reports.
#
# Usage: tests/explain/run.sh BIN [--lines N] [REPORT ...]     (`make explain` calls it)
#
# Needs python3. All that it makes lies below target/explain.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../python.sh"
bin=$(binary "$@")
root=$(cd "$here/../.." && pwd)
exec python3 "$here/check.py" "$bin" "$root" "$root/target/explain" "${@:2}"
