#!/usr/bin/env bash
# Has DuckDB, Spark and dbt read what is published by the views that
# `apportion views` writes for them, and compares with `apportion query`.
#
# Usage: tests/views/run.sh BIN [--short]     (`make views` calls it)
#
# --short leaves out Spark. Needs python3 with venv and pip, and for Spark Java
# 17 or newer. All that it makes lies below target/views or target/views-short;
# the first time Spark makes it fetch 450 MB.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
. "$here/../python.sh"
bin=$(binary "$@")
root=$(cd "$here/../.." && pwd)
work=$root/target/views
requirements=$here/requirements.txt

if [ "${2:-}" = --short ]; then
    work=$root/target/views-short
    requirements=$work/requirements.txt
    mkdir -p "$work"
    grep -v '^pyspark' "$here/requirements.txt" > "$requirements"
elif ! command -v java > /dev/null && [ -z "${JAVA_HOME:-}" ]; then
    echo "views: Spark needs Java 17 or newer: install it (\`apt-get install openjdk-17-jre-headless\` for instance)" >&2
    exit 2
fi

python_with "$work" "$requirements"
exec "$python" "$here/check.py" "$bin" "$root" "$work" "${@:2}"
