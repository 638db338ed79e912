#!/usr/bin/env bash
# Holds the events that the job tells against their schemas, and has the bus
# refuse, lose and hang, and runs be killed: each event is told at least once.
#
# Usage: tests/events/run.sh BIN [OPTION ...]     (`make events` calls it; the
# option --help lists the others)
#
# Needs python3 with venv and pip. All that it makes lies below target/events.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$root/target/events
. "$here/../python.sh"
bin=$(binary "$@")
python_with "$work" "$here/requirements.txt"

exec "$python" "$here/check.py" "$bin" "$root" "$work" "${@:2}"
