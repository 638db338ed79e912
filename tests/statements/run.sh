#!/usr/bin/env bash
# Reads the statements of the sample as customers do, and holds every format
# against the tables: the same cents, nobody else's accounts, the same bytes.
#
# Usage: tests/statements/run.sh BIN [OPTION ...]     (`make statements` calls
# it; the option --help lists the others)
#
# Needs python3 with venv and pip. All that it makes lies below
# target/statements.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$root/target/statements
. "$here/../python.sh"
bin=$(binary "$@")
python_with "$work" "$here/requirements.txt"

exec "$python" "$here/check.py" "$bin" "$root" "$work" "${@:2}"
