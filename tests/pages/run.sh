#!/usr/bin/env bash
# Has dbt's classes read the artifacts, and dbt's own page show them in a
# browser; looks at the page and the diagram that apportion itself makes.
#
# Usage: tests/pages/run.sh BIN [--short]     (`make pages` and `make
# pages-short` call it; the short form has dbt read, and opens no browser)
#
# Needs python3 with venv and pip, and for the long form chromium with
# chromedriver. All that it makes lies below target/pages, pictures among them.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../python.sh"
bin=$(binary "$@")
root=$(cd "$here/../.." && pwd)
work=$root/target/pages

for tool in chromium chromedriver; do
    if [ "${2-}" != --short ] && ! command -v "$tool" > /dev/null; then
        echo "pages: they are drawn by Chromium, and \`$tool\` is missing: install both (\`apt-get install chromium chromium-driver\` for instance)" >&2
        exit 2
    fi
done

python_with "$work" "$here/requirements.txt"
exec "$python" "$here/check.py" "$bin" "$root" "$work" "${@:2}"
