#!/usr/bin/env bash
# Runs the models' unit tests as they are compiled for Athena on a Trino of its
# own, under both of Trino's rules for decimals, has it read reports of hostile
# values, and the views for readers; on demand it makes every table, and
# compares it with DataFusion's, digit for digit.
#
# Usage: tests/athena/run.sh BIN [OPTION ...]     (`make trino` calls it; the
# option --help lists the others)
#
# tools.sh says what it needs.
set -euo pipefail

. "$(dirname "$0")/tools.sh"
bin=$(binary "$@")

exec "$python" "$here/check.py" "$bin" "$root" "$work" "$trino" "${@:2}"
