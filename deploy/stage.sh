#!/bin/sh
# Lays out what goes into the image: the program, the analysts' project, and
# an empty folder that belongs to whoever the program runs as.
#
# Usage: deploy/stage.sh BINARY OUT     (the Dockerfile calls it in its first
# stage; the tests call it in place of that stage)
#
# OUT/image is copied as it is, OUT/own with another owner.
set -eu

if [ $# -ne 2 ] || [ ! -x "$1" ]; then
    echo "usage: $0 BINARY OUT    (the apportion binary, and a folder that is not there yet)" >&2
    exit 2
fi
binary=$1
out=$2
root=$(cd "$(dirname "$0")/.." && pwd)

mkdir -p "$out/image/usr/local/bin" "$out/image/project/data" "$out/own/scratch"
cp "$binary" "$out/image/usr/local/bin/apportion"
chmod 755 "$out/image/usr/local/bin/apportion"
for name in config.yaml models data/seeds; do
    cp -R "$root/$name" "$out/image/project/$name"
done
# What a project may have besides.
for name in sql statements certificates; do
    if [ -d "$root/$name" ]; then
        cp -R "$root/$name" "$out/image/project/$name"
    fi
done
chmod -R a+rX "$out/image/project"
