#!/usr/bin/env bash
# Has the job read seeds from a PostgreSQL of its own, and be refused, kept
# waiting and lied to by it.
#
# Usage: tests/postgres/run.sh BIN [--cases WORD ...]     (`make postgres`
# calls it)
#
# Needs python3 with venv and pip, and PostgreSQL's server, which it installs
# where it may. All that it makes lies below target/postgres, but for the
# server's data, which lie in the system's temporary folder.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$root/target/postgres
. "$here/../python.sh"
bin=$(binary "$@")
python_with "$work" "$here/requirements.txt"

programs() {
    ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1
}
if ! command -v initdb > /dev/null && [ -z "$(programs)" ]; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then
        echo "postgres: PostgreSQL's server is not there: install it (\`apt-get install postgresql\` for instance)" >&2
        exit 2
    fi
    echo "installing postgresql" >&2
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql > "$work/apt.log" 2>&1 ||
        { cat "$work/apt.log" >&2; exit 2; }
fi
command -v initdb > /dev/null || PATH=$(programs):$PATH

exec "$python" "$here/check.py" "$bin" "$root" "$work" "${@:2}"
