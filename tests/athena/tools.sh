# Sourced by checks that use a Trino: sets the tools up, and says where they are.
#
# Gives `here` and `root`, this folder and the repository's; `work`, below which
# all lies that is made, but for what Maven keeps of its own; `trino`, the version;
# `python`, an interpreter that has what requirements.txt pins; and JAVA_HOME.
#
# Needs python3 with venv and pip, Maven, and a JDK of 25 or newer, found by
# JAVA_HOME or below /usr/lib/jvm.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$root/target/athena
trino=483
. "$here/../python.sh"

java_version() {
    "$1/bin/javac" -version 2>/dev/null | sed -n 's/^javac \([0-9]*\).*/\1/p'
}

jdk=
for home in "${JAVA_HOME:-}" /usr/lib/jvm/*; do
    if [ -n "$home" ] && [ "$(java_version "$home" || true)" -ge 25 ] 2>/dev/null; then
        jdk=$home
        break
    fi
done
if [ -z "$jdk" ]; then
    echo "trino: Trino $trino needs a JDK of 25 or newer: install one (Temurin 25 for instance) and set JAVA_HOME to it" >&2
    exit 2
fi
if ! command -v mvn > /dev/null; then
    echo "trino: Trino comes by Maven: install it (\`apt-get install maven\` for instance)" >&2
    exit 2
fi
export JAVA_HOME=$jdk

python_with "$work" "$here/requirements.txt"

# Trino's jars, 360 MB; fetched once, and again when the version changes.
jars() {
    mvn --quiet --batch-mode --file "$work/pom.xml" "-Dartifact=$1" "-Dtrino=$trino" \
        dependency:copy-dependencies -DincludeScope=runtime "-DoutputDirectory=$2" 2>&1 |
        { grep -v 'WARNING:' || true; } >&2
}
if [ "$(cat "$work/trino.version" 2>/dev/null)" != "$trino" ]; then
    echo "trino: fetching Trino $trino into target/athena"
    rm -rf "$work/lib" "$work/plugin" "$work/service" "$work/classes" "$work/trino.version"
    cp "$here/pom.xml" "$work/pom.xml"
    jars trino-main "$work/lib"
    jars trino-hive "$work/plugin/hive"
    # What the server gives to its plugins must not come with them once more.
    for jar in trino-spi slice jackson-annotations jol-core opentelemetry-{api,api-incubator,common,context}; do
        rm -f "$work/plugin/hive/$jar"-[0-9]*.jar
    done
    mkdir -p "$work/service/META-INF/services"
    echo io.trino.plugin.hive.HivePlugin > "$work/service/META-INF/services/io.trino.spi.Plugin"
    "$jdk/bin/jar" cf "$work/plugin/hive/service.jar" -C "$work/service" META-INF
    "$jdk/bin/javac" -cp "$work/lib/*" -d "$work/classes" "$here/TrinoServer.java"
    printf '%s' "$trino" > "$work/trino.version"
fi
