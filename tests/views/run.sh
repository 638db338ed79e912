#!/usr/bin/env bash
# Has DuckDB, Spark and dbt read what is published by the views that
# `apportion views` writes for them, and compares with `apportion query`.
#
# Usage: tests/views/run.sh BIN     (`make views` calls it)
#
# Needs python3 with venv and pip, and Java 17 or newer. All that it makes lies
# below target/views; the first time it fetches 450 MB.
set -euo pipefail

if [ $# -ne 1 ] || [ ! -x "$1" ]; then
    echo "usage: $0 BIN    (the apportion binary: target/debug/apportion)" >&2
    exit 2
fi
bin=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$root/target/views

if ! command -v java > /dev/null && [ -z "${JAVA_HOME:-}" ]; then
    echo "views: Spark needs Java 17 or newer: install it (\`apt-get install openjdk-17-jre-headless\` for instance)" >&2
    exit 2
fi

. "$here/../python.sh"
python_with "$work" "$here/requirements.txt"
exec "$python" "$here/check.py" "$bin" "$root" "$work"
