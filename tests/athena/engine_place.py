"""Places where the binary runs on Athena: a project, a bucket's corner, and an API of Athena's for it alone."""

import io
import json
import os
import re
import shutil
import signal
import subprocess
import time
import uuid
from dataclasses import dataclass

import boto3
import pyarrow.parquet
import servers
import yaml
from api import AthenaApi
from checks import Refused

BUCKET = f"s3://{servers.DATA}"
RESULTS = {"ResultConfiguration": {"OutputLocation": f"{BUCKET}/results/"}}
# What of a statement tells of the run and its day.
OF_THE_RUN = ["run", "issued_on", "due_on"]
ENDED = ["SUCCEEDED", "FAILED", "CANCELLED"]
# How long a run may take here before it is given up.
PATIENCE = 900


@dataclass
class Servers:
    """Where S3 and a Trino are, and by which rule it has decimals."""

    s3_url: str
    s3: object
    trino_url: str = ""
    rule: str = "modern"


@dataclass
class Ran:
    """A run of the binary that has ended."""

    code: int
    out: str
    err: str
    seconds: float

    def differs(self, code, *words):
        """What is not as expected: the exit code, and words that have to be said."""
        faults = [] if self.code == code else [f"the exit code is {self.code}, not {code}"]
        faults += [f"not said: {word}" for word in words if word not in self.err + self.out]
        return faults + self.told() if faults else []

    def told(self):
        """The end of what it said, for who looks for the fault."""
        return [f"| {line}" for line in (self.err + self.out).splitlines()[-25:]]


class Running:
    """A run of the binary that goes on while others do."""

    def __init__(self, command, environment, log):
        self.log, self.since = log, time.monotonic()
        with log.with_suffix(".out").open("wb") as out, log.open("wb") as err:
            self.process = subprocess.Popen(command, stdout=out, stderr=err, stdin=subprocess.DEVNULL, env=environment)

    def send(self, name):
        self.process.send_signal(getattr(signal, name))

    def has_said(self, words):
        return words in self.log.read_text(errors="replace")

    def end(self, seconds=PATIENCE):
        """Waits for its end."""
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = f"none: killed after {seconds} s; it was {self.process.wait()}"
        took = time.monotonic() - self.since
        texts = (path.read_text(errors="replace") for path in [self.log.with_suffix(".out"), self.log])
        return Ran(code, *texts, took)


class Place:
    """A project whose target `athena` is led to an API of its own, with a database and a report of its own.

    `here` is a target for the same report and another output, which runs on DataFusion.
    """

    def __init__(self, binary, running, folder, project, period, **of_api):
        self.binary, self.running, self.period, self.s3 = binary, running, period, running.s3
        self.name = re.sub(r"\W", "_", folder.name)
        self.project, self.folder = project, folder
        self.database = f"app_{self.name}"
        self.corner = f"{running.rule}/{self.name}"
        self.runs = []
        folder.mkdir(parents=True, exist_ok=True)
        groups = {"primary": RESULTS} | of_api.pop("workgroups", {})
        metastore = servers.metastore(running.rule)
        self.api = AthenaApi(running.trino_url, running.s3, metastore=metastore, workgroups=groups, **of_api)

    def __enter__(self):
        self.api.__enter__()
        self.athena = boto3.client(
            "athena", endpoint_url=self.api.url, region_name="us-east-1", aws_access_key_id="test",
            aws_secret_access_key="test",
        )  # fmt: skip
        self.ask(f"create database {self.database}")
        self.target()
        return self

    def __exit__(self, *failed):
        for run in self.runs:
            run.end(0)
        self.api.__exit__(*failed)

    def target(self, output="out", here="here", source=None, publish=None, s3=None, **athena):
        """Writes the targets; `athena` are settings over those that a place has."""
        path = self.project / "config.yaml"
        config = yaml.safe_load(path.read_text())
        source = source or f"{BUCKET}/{self.corner}/report"
        settings = {"workgroup": "primary", "database": self.database} | athena
        more = {"publish": publish, "s3": s3}
        place = {"source": source} | {name: value for name, value in more.items() if value}
        config["target"] = "here"
        config["targets"] = {
            "athena": {"type": "athena", "output": f"{BUCKET}/{self.corner}/{output}", **place, "athena": settings},
            "here": {"type": "datafusion", "output": f"{BUCKET}/{self.corner}/{here}", **place},
        }
        path.write_text(yaml.safe_dump(config, sort_keys=False))

    def environment(self, **more):
        """The environment without anything of AWS's or apportion's but what leads it here."""
        own = {name: text for name, text in os.environ.items() if not name.startswith(("AWS_", "APPORTION_"))}
        led = {
            "AWS_ENDPOINT_URL_S3": self.running.s3_url, "AWS_ENDPOINT_URL_ATHENA": self.api.url,
            "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }  # fmt: skip
        return {name: text for name, text in (own | led | more).items() if text is not None}

    def start(self, *words, target="athena", environment=None):
        """Starts the binary; its artifacts lie in a folder of that run."""
        number = f"{len(self.runs) + 1:03}"
        log = self.folder / f"{number}-{words[0]}-{target}.log"
        self.artifacts = self.folder / number
        words = [*words, *(["--target", target, "--target-path", str(self.artifacts)] if words[0] in TARGETED else [])]
        words += ["--period", self.period] if words[0] in TARGETED else []
        words += ["--target", target] if words[0] == "clean" else []
        command = [self.binary, *words, "--project", str(self.project)]
        self.runs.append(Running(command, self.environment(**(environment or {})), log))
        return self.runs[-1]

    def run(self, *words, **more):
        return self.start(*words, **more).end()

    def build(self, *words, **more):
        return self.run("build", *words, **more)

    def begin(self, sql):
        """Has Athena begin with a statement; gives the id of the query."""
        asked = {"QueryString": sql, "WorkGroup": "primary", "ClientRequestToken": uuid.uuid4().hex}
        return self.athena.start_query_execution(**asked)["QueryExecutionId"]

    def ask(self, sql):
        """What Athena answers to a statement, as texts."""
        id = self.begin(sql)
        while True:
            status = self.athena.get_query_execution(QueryExecutionId=id)["QueryExecution"]["Status"]
            if status["State"] in ENDED:
                break
            time.sleep(0.02)
        if status["State"] != "SUCCEEDED":
            raise Refused(f"{sql}: {status}")
        rows = self.athena.get_query_results(QueryExecutionId=id)["ResultSet"]["Rows"]
        return [[datum.get("VarCharValue") for datum in row["Data"]] for row in rows]

    def tables(self):
        return [row[0] for row in self.ask(f"show tables in {self.database}")]

    def executions(self, text="-- apportion"):
        """The executions so far whose text has that in it."""
        return [one for one in self.api.seen()["executions"] if text in one["text"]]

    def wait(self, is_so, what, seconds=60):
        """Waits until something is so."""
        end = time.monotonic() + seconds
        while not (found := is_so()):
            if time.monotonic() > end:
                raise Refused(f"{self.name}: waited {seconds} s for {what}")
            time.sleep(0.03)
        return found

    def wait_for_query(self, text, state="RUNNING"):
        """Waits until an execution with that text is in that state."""
        is_so = lambda: [one for one in self.executions(text) if one["state"] == state]
        return self.wait(is_so, f"a query {state} with {text}")

    # What lies in the bucket.

    def upload(self, folder):
        """Puts files of a folder where the report is."""
        for path in sorted(folder.rglob("*.parquet")):
            key = f"{self.corner}/report/{path.relative_to(folder)}"
            self.s3.upload_file(str(path), servers.DATA, key)

    def keys(self, below="out"):
        """What lies below a folder of this corner, seen from there."""
        prefix = f"{self.corner}/{below}/"
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=servers.DATA, Prefix=prefix)
        return [entry["Key"].removeprefix(prefix) for page in pages for entry in page.get("Contents", [])]

    def read(self, key, below="out"):
        return self.s3.get_object(Bucket=servers.DATA, Key=f"{self.corner}/{below}/{key}")["Body"].read()

    def put(self, key, body, below="out"):
        self.s3.put_object(Bucket=servers.DATA, Key=f"{self.corner}/{below}/{key}", Body=body)

    def published(self, below="out"):
        """What readers are told, by table: the rows of `published_runs`."""
        pointer = f"published_runs/billing_period={self.period}/data.parquet"
        try:
            rows = rows_of(self.read(pointer, below))
        except self.s3.exceptions.NoSuchKey:
            return {}
        return {row["table_name"]: row for row in rows}

    def files(self, below="out", tables=None):
        """The bytes of the files of what is published, or of some tables of it, by table, as readers find them."""
        rows = [row for table, row in self.published(below).items() if tables is None or table in tables]
        of = lambda row: [self.read(f"{row['folder']}/{index:05}.parquet", below) for index in range(row["files"])]
        return {row["table_name"]: of(row) for row in rows}

    def download(self, below="out"):
        """The paths of the files of what is published, by table, once they are here."""
        folder = self.folder / f"published-{below}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        found = {}
        for table, bodies in self.files(below).items():
            for index, body in enumerate(bodies):
                path = folder / f"{table.replace('/', '.')}-{index:05}.parquet"
                path.write_bytes(body)
                found.setdefault(table, []).append(str(path))
        return found

    def statements(self, target):
        """What statements for machines say, but for the run that they were made of; by their paths."""
        below = {"athena": "out"}.get(target, target)
        found = {key: json.loads(self.read(key, below)) for key in self.keys(below) if key.endswith("/statement.json")}
        return {key: {name: value for name, value in said.items() if name not in OF_THE_RUN} for key, said in found.items()}

    def results(self):
        """The results of the last run's steps, by kind and name."""
        found = json.loads((self.artifacts / "run_results.json").read_text())["results"]
        return {result["unique_id"]: result for result in found}

    # What a run leaves.

    def left(self, below="out", are_tables_gone=True):
        """What runs have left that they should have removed, and what they have broken on the way."""
        faults = [f"violated: {fault}" for fault in self.api.violations]
        if are_tables_gone:
            faults += [f"a table is left: {name}" for name in self.tables() if name.startswith("apportion_2")]
        for one in self.executions(""):
            if one["state"] not in ENDED:
                faults.append(f"a query is still {one['state']}: {one['text'][:200]}")
        for key in self.keys(f"{below}/runs"):
            # Tables, seeds of a database, and what the project of a run was that readers have.
            if not re.fullmatch(r"(\d{4}-\d\d/.*|seeds/\w+/\w+)/0000\d\.parquet|\d{4}-\d\d/[^/]+/project\.json", key):
                faults.append(f"a file is left: runs/{key}")
        return faults


# The commands that have a target, and a period.
TARGETED = ["build", "run", "test", "plan", "publish"]


def rows_of(parquet):
    """The rows of a file of Parquet, given as bytes."""
    return pyarrow.parquet.read_table(io.BytesIO(parquet), partitioning=None).to_pylist()
