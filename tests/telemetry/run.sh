#!/usr/bin/env bash
# Holds the traces and metrics that the job sends against what it did, and has
# the collector be dead, refuse and hang: no run ends otherwise for it.
#
# Usage: tests/telemetry/run.sh BIN [OPTION ...]     (`make telemetry` calls
# it; the option --help lists the others)
#
# Needs python3 with venv and pip. All that it makes lies below
# target/telemetry.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$root/target/telemetry
. "$here/../python.sh"
bin=$(binary "$@")
python_with "$work" "$here/requirements.txt"

exec "$python" "$here/check.py" "$bin" "$root" "$work" "${@:2}"
