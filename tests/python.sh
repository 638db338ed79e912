# Sourced by checks in Python, which use tools from PyPI.
#
# binary ARGUMENTS prints the apportion binary, the first argument of a script.
#
# python_with FOLDER REQUIREMENTS [PYTHON] gives `python`: an interpreter in
# FOLDER/venv that has what the file REQUIREMENTS pins, made by PYTHON, which is
# python3 if it is not said. It is made once, and again when a version in the
# file changes, or when Python does. Needs venv and pip.
python_with() {
    local folder=$1 requirements=$2 interpreter=${3:-python3} wanted
    python=$folder/venv/bin/python
    mkdir -p "$folder"
    wanted=$("$interpreter" --version; cat "$requirements")
    if [ "$(cat "$folder/ready" 2>/dev/null)" != "$wanted" ]; then
        echo "installing $(grep -v '^#' "$requirements" | paste -sd ' ') in ${folder#"$PWD"/}" >&2
        rm -rf "$folder/venv" "$folder/ready"
        "$interpreter" -m venv "$folder/venv"
        "$python" -m pip install --quiet --disable-pip-version-check -r "$requirements"
        printf '%s' "$wanted" > "$folder/ready"
    fi
}

binary() {
    if [ $# -lt 1 ] || [ ! -x "$1" ]; then
        echo "usage: $0 BIN [OPTION ...]    (the apportion binary: target/debug/apportion)" >&2
        return 2
    fi
    realpath "$1"
}
