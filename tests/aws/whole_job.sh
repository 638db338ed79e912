#!/usr/bin/env bash
# Makes the whole template in a stand-in for AWS and has it fire: manifests,
# schedules, containers that are stopped, reports that are broken.
#
# Usage: tests/aws/whole_job.sh BIN [--cases WORD ...]     (`make aws` calls it)
#
# tools.sh says what it needs.
set -euo pipefail

. "$(dirname "$0")/tools.sh"
bin=$(binary "$@")
exec "$python" "$here/whole_job.py" "$bin" "$root" "$work" "${@:2}"
