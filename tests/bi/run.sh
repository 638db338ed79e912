#!/usr/bin/env bash
# Imports dashboards/ into a Superset over the bundled sample, draws it in a
# browser, compares what its charts show with the published files, and has
# Trino run what they ask.
#
# Usage: tests/bi/run.sh BIN     (`make bi` calls it)
#
# Needs python3 with venv and pip, chromium with chromedriver, and what
# tests/athena/run.sh needs. All that it makes lies below target/bi, the picture
# as dashboard.png; the first time it installs 900 MB.
set -euo pipefail

if [ $# -ne 1 ] || [ ! -x "$1" ]; then
    echo "usage: $0 BIN    (the apportion binary: target/debug/apportion)" >&2
    exit 2
fi
bin=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$root/target/bi

for tool in chromium chromedriver; do
    if ! command -v "$tool" > /dev/null; then
        echo "bi: the dashboard is drawn by Chromium, and \`$tool\` is missing: install both (\`apt-get install chromium chromium-driver\` for instance)" >&2
        exit 2
    fi
done

. "$here/../python.sh"
python_with "$work" "$here/requirements.txt"
"$python" "$here/check.py" "$bin" "$root" "$work"
"$here/../athena/run.sh" "$bin" --charts "$work" --rules modern
