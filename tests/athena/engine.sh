#!/usr/bin/env bash
# Runs the job on the stand-in for Athena's API, over a Trino and an S3 of its
# own: whole months, which have to be DataFusion's to the digit, and all that
# can go wrong on the way.
#
# Usage: tests/athena/engine.sh BIN [OPTION ...]     (`make athena` and
# `make athena-long` call it; the option --help lists the others)
#
# tools.sh says what it needs.
set -euo pipefail

. "$(dirname "$0")/tools.sh"
bin=$(binary "$@")

exec "$python" "$here/engine.py" "$bin" "$root" "$work" "$trino" "${@:2}"
