#!/usr/bin/env bash
# Holds the stand-in for Athena's API (api.py) against boto3's client of Athena,
# over a Trino and an S3 of its own.
#
# Usage: tests/athena/api_check.sh     (tools.sh says what it needs)
set -euo pipefail

. "$(dirname "$0")/tools.sh"

exec "$python" "$here/api_check.py" "$work" "$trino" "$@"
