# Sourced by checks of the job in AWS: sets the tools up, and says where they are.
#
# Gives `here` and `root`, this folder and the repository's; `work`, below which
# all lies that is made; and `python`, an interpreter that has what
# requirements.txt pins.
#
# Needs python3 with venv and pip, Node with npm, and buildah, podman and runc,
# which it installs where it may.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$root/target/aws

. "$here/../python.sh"
python_with "$work" "$here/requirements.txt"

if ! command -v npm > /dev/null; then
    echo "aws: state machines are checked by a tool of npm: install it (\`apt-get install npm\` for instance)" >&2
    exit 2
fi
wanted=$(node --version; cat "$here/package-lock.json")
if [ "$(cat "$work/npm.ready" 2>/dev/null)" != "$wanted" ]; then
    echo "installing asl-validator in target/aws" >&2
    rm -rf "$work/npm" "$work/npm.ready"
    mkdir -p "$work/npm"
    cp "$here/package.json" "$here/package-lock.json" "$work/npm/"
    npm ci --silent --prefix "$work/npm"
    printf '%s' "$wanted" > "$work/npm.ready"
fi

containers="buildah podman runc catatonit"
missing=
for tool in buildah podman runc; do
    command -v "$tool" > /dev/null || missing="$missing $tool"
done
if [ -n "$missing" ]; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then
        echo "aws: what builds and runs the image is not there:$missing: install it (\`apt-get install $containers\` for instance)" >&2
        exit 2
    fi
    echo "installing $containers" >&2
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $containers > "$work/apt.log" 2>&1 ||
        { cat "$work/apt.log" >&2; exit 2; }
fi
