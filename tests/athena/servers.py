"""An S3 and a Trino on this machine, started for a test and ended with it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import boto3
from botocore.config import Config

META, DATA = "meta", "data"

CATALOG = """\
connector.name=hive
hive.metastore=file
hive.metastore.catalog.dir={metastore}
fs.s3.enabled=true
s3.endpoint={s3}
s3.region=us-east-1
s3.path-style-access=true
s3.aws-access-key=test
s3.aws-secret-key=test
hive.security=allow-all
hive.non-managed-table-writes-enabled=true
hive.allow-register-partition-procedure=true
hive.recursive-directories=true
hive.parquet.time-zone=UTC
hive.timestamp-precision=MILLISECONDS
hive.storage-format=PARQUET
"""

SETTINGS = """\
coordinator=true
node-scheduler.include-coordinator=true
http-server.http.port={port}
discovery.uri=http://127.0.0.1:{port}
query.max-memory=2GB
query.max-memory-per-node=2GB
task.concurrency=1
optimizer.join-reordering-strategy=NONE
deprecated.legacy-arithmetic-decimal-operators={is_legacy}
"""

JVM = """
-Xms3G -Xmx4G -Xmn1500M -XX:+UseParallelGC -XX:TieredStopAtLevel=1
-XX:+ExitOnOutOfMemoryError -XX:+EnableDynamicAgentLoading
-Djdk.attach.allowAttachSelf=true -Duser.timezone=UTC -Dfile.encoding=UTF-8
--sun-misc-unsafe-memory-access=allow --add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED
""".split()


class NotStarted(Exception):
    """A server that does not come up; the text ends with what it said."""


class Server:
    """A process with a log, which answers at `url` when it is up."""

    def __init__(self, name, command, folder, url, is_up, seconds, **environment):
        self.url = url
        self.log = folder / f"{name}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, cwd=folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                env={**os.environ, **environment}, start_new_session=True,
            )  # fmt: skip
        end = time.monotonic() + seconds
        while not answers(is_up):
            if self.process.poll() is not None or time.monotonic() > end:
                self.stop()
                said = self.log.read_text(errors="replace").splitlines()[-20:]
                raise NotStarted("\n".join([f"{name} did not start:", *said]))
            time.sleep(0.2)

    def stop(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def answers(is_up):
    try:
        return is_up()
    except (OSError, URLError):
        return False


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def s3_client(url):
    """A client of the S3 at that address."""
    return boto3.client(
        "s3", endpoint_url=url, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test",
        config=Config(s3={"addressing_style": "path"}),
    )  # fmt: skip


def metastore(rule):
    """Where the Trino of that rule for decimals keeps its tables' metadata."""
    return f"s3://{META}/{rule}"


def s3(folder):
    """Ministack's S3 with the buckets that Trino needs, and a client of it."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    server = Server(
        "ministack", [Path(sys.executable).with_name("ministack")], folder, url,
        lambda: urlopen(f"{url}/_ministack/health", timeout=2).status == 200, 60,
        GATEWAY_PORT=str(port), BIND_HOST="127.0.0.1", IOT_MTLS_ENABLED="0", SFTP_ENABLED="0",
    )  # fmt: skip
    client = s3_client(url)
    for bucket in [META, DATA]:
        client.create_bucket(Bucket=bucket)
    return server, client


def trino(work, version, rule, s3_url):
    """Trino over that S3, with decimals by the rule `legacy` (before version 477) or `modern`."""
    folder = work / rule
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "etc/catalog").mkdir(parents=True)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    (folder / "etc/config.properties").write_text(SETTINGS.format(port=port, is_legacy=str(rule == "legacy").lower()))
    (folder / "etc/catalog/awsdatacatalog.properties").write_text(CATALOG.format(metastore=metastore(rule), s3=s3_url))
    (folder / "etc/log.properties").write_text("io.trino=WARN\n")
    command = [
        f"{os.environ['JAVA_HOME']}/bin/java", *JVM,
        "-Dnode.environment=test", "-Dnode.id=test", f"-Dnode.data-dir={folder}",
        "-Dnode.bind-ip=127.0.0.1", "-Dnode.internal-address=127.0.0.1",
        "-Dconfig=etc/config.properties", "-Dlog.levels-file=etc/log.properties", f"-Dplugin.dir={work}/plugin",
        "-cp", f"{work}/classes:{work}/lib/*", "TrinoServer", version,
    ]  # fmt: skip
    is_up = lambda: b'"starting":false' in urlopen(f"{url}/v1/info", timeout=2).read()
    return Server(f"trino-{rule}", command, folder, url, is_up, 120)
