#!/usr/bin/env bash
# Builds the sample's data sets of FOCUS, has both validators read them, holds
# them against the tables, runs the example of docs/focus.md, and spoils a value
# for each data test.
#
# Usage: tests/focus/run.sh BIN [--short]     (`make focus` and `make
# focus-short` call it; the short form reads those of one customer, and spoils
# nothing)
#
# Needs Python 3.12 with venv and pip. All that it makes lies below
# target/focus; the first time it installs 600 MB.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$root/target/focus

. "$here/../python.sh"
bin=$(binary "$@")

# The first Python 3.12 that runs and can make an environment. A name in PATH
# may be a shim of pyenv, which has the version and does not run it.
python_312() {
    local candidate
    for candidate in \
        python3.12 python3 \
        "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.12*/bin/python3.12 \
        /usr/local/bin/python3.12 /opt/*/bin/python3.12 \
        "$(uv python find 3.12 2>/dev/null || true)"; do
        if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 12))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    echo "focus: the official validator runs on Python 3.12, and none was found: install it (\`apt-get install python3.12 python3.12-venv\`, \`pyenv install 3.12\` or \`uv python install 3.12\`)" >&2
    return 2
}

interpreter=$(python_312)
python_with "$work" "$here/requirements.txt" "$interpreter"
exec "$python" "$here/check.py" "$bin" "$root" "$work" "${@:2}"
