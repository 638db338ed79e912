#!/usr/bin/env bash
# Sends the statements of many customers, with moto as SES and a proxy before
# it: every letter once, to the right one, whatever goes wrong.
#
# Usage: tests/statements/sending.sh BIN [OPTION ...]     (`make statements`
# and `make sending` call it; the option --help lists the others)
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

exec "$python" "$here/sending.py" "$bin" "$root" "$work" "${@:2}"
