#!/usr/bin/env bash
# Runs the models as they are compiled for Athena on a Trino of its own, under
# both of Trino's rules for decimals, and compares every table with
# DataFusion's, digit for digit.
#
# Usage: tests/athena/run.sh BIN [OPTION ...]     (`make trino` calls it; the
# option --help lists the others)
#
# tools.sh says what it needs.
set -euo pipefail

if [ $# -lt 1 ] || [ ! -x "$1" ]; then
    echo "usage: $0 BIN [OPTION ...]    (the apportion binary: target/debug/apportion)" >&2
    exit 2
fi
bin=$(realpath "$1")
. "$(dirname "$0")/tools.sh"

exec "$python" "$here/check.py" "$bin" "$root" "$work" "$trino" "${@:2}"
