#!/usr/bin/env bash
# Holds what is in deploy/ to something: linters, a stand-in for AWS, a server
# that enforces policies, and an image that is built and run.
#
# Usage: tests/aws/run.sh BIN [OPTION ...]     (`make aws-short` and `make aws`
# call it; the option --help lists the others)
#
# tools.sh says what it needs.
set -euo pipefail

. "$(dirname "$0")/tools.sh"
bin=$(binary "$@")
exec "$python" "$here/check.py" "$bin" "$root" "$work" "${@:2}"
