#!/usr/bin/env bash
# Measures apportion beside dbt on DuckDB, with the same models and report.
#
# Usage: tests/bench/run.sh BIN [OPTION ...]     (`make bench` calls it; the
# option --help lists the others)
#
# Needs Linux, and python3 with venv and pip. All that it makes lies below
# target/bench, but for the page of results.
set -euo pipefail

if [ $# -lt 1 ] || [ ! -x "$1" ]; then
    echo "usage: $0 BIN [OPTION ...]    (the apportion binary: target/release/apportion)" >&2
    exit 2
fi
bin=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."

. "$here/../python.sh"
python_with "$PWD/target/bench" "$here/requirements.txt"
exec "$python" "$here/run.py" "$bin" "${@:2}"
