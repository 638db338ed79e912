"""The task's role is enough, and no more than it says: a server that enforces policies runs the job under it."""

import json
import os
import subprocess
import sys
from urllib.request import Request, urlopen

import boto3
import servers
from botocore.exceptions import ClientError
from stand_in import ACCOUNT, PREFIX, REGION, REPORTS

# Requests that the server answers before it enforces anything.
FREE = 1_000_000

# AWS asks for this right object by object, this server for the bucket if several are removed in one request.
REMOVING = {"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::*"}

# What the program asks of Athena.
QUERIES = {
    "get_work_group": {"WorkGroup": "w"},
    "start_query_execution": {"QueryString": "select 1", "WorkGroup": "w"},
    "batch_get_query_execution": {"QueryExecutionIds": ["1"]},
    "stop_query_execution": {"QueryExecutionId": "1"},
    "get_query_results": {"QueryExecutionId": "1"},
    "list_query_executions": {"WorkGroup": "w"},
    "get_database": {"CatalogName": "AwsDataCatalog", "DatabaseName": "d"},
}
DENIED = 403


class Enforcing:
    """Moto with the report and a role."""

    def __init__(self, folder, root):
        folder.mkdir(parents=True, exist_ok=True)
        port = servers.free_port()
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        self.server = servers.Server(
            "moto", command, folder, self.url,
            lambda: urlopen(f"{self.url}/moto-api/data.json", timeout=2).status == 200, 60,
            INITIAL_NO_AUTH_ACTION_COUNT=str(FREE), MOTO_ACCOUNT_ID=ACCOUNT,
        )  # fmt: skip
        self.root = root
        s3 = self.client("s3")
        s3.create_bucket(Bucket=REPORTS)
        sample = root / "data/sample"
        for path in sorted(path for path in sample.rglob("*") if path.is_file()):
            s3.put_object(Bucket=REPORTS, Key=f"{PREFIX}/{path.relative_to(sample)}", Body=path.read_bytes())

    def client(self, service, keys=None):
        keys = keys or {"AccessKeyId": "test", "SecretAccessKey": "test", "SessionToken": None}
        return boto3.client(
            service, endpoint_url=self.url, region_name=REGION, aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"], aws_session_token=keys["SessionToken"],
        )  # fmt: skip

    def enforce(self, requests):
        """How many requests are free from now on."""
        body, plain = str(requests).encode(), {"Content-Type": "text/plain"}
        urlopen(Request(f"{self.url}/moto-api/reset-auth", data=body, headers=plain, method="POST")).close()

    def assume(self, statements, name):
        """Makes a role of these statements, has it enforced, and gives its keys."""
        self.enforce(FREE)
        iam = self.client("iam")
        trust = {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy([trust]))
        extra = [REMOVING] if "s3:DeleteObject" in json.dumps(statements) else []
        # But for S3, this server knows actions and no resources.
        others = [one for one in statements if "s3:" not in json.dumps(one["Action"])]
        extra += [{"Effect": "Allow", "Action": one["Action"], "Resource": "*"} for one in others]
        iam.put_role_policy(RoleName=name, PolicyName="task", PolicyDocument=policy([*statements, *extra]))
        arn = f"arn:aws:iam::{ACCOUNT}:role/{name}"
        keys = self.client("sts").assume_role(RoleArn=arn, RoleSessionName="task")["Credentials"]
        self.enforce(0)
        return keys

    def job(self, binary, work, keys, output, *words, **variables):
        """The program under these keys, with no other way to be allowed anything."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "APPORTION_"))}
        environment |= {
            "AWS_ACCESS_KEY_ID": keys["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
            "AWS_SESSION_TOKEN": keys["SessionToken"], "AWS_REGION": REGION, "AWS_ENDPOINT_URL": self.url,
            "AWS_EC2_METADATA_DISABLED": "true", "APPORTION_SOURCE": f"s3://{REPORTS}/{PREFIX}",
            "APPORTION_OUTPUT": output, "APPORTION_TARGET_PATH": str(work / "target"), **variables,
        }  # fmt: skip
        command = [binary, *words, "--project", str(self.root)]
        return subprocess.run(command, capture_output=True, text=True, env=environment)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.stop()


def policy(statements):
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def refused(call, **words):
    """The status with which a request is refused, or 0."""
    try:
        call(**words)
    except ClientError as error:
        return error.response["ResponseMetadata"]["HTTPStatusCode"]
    return 0


def check(stack, athena, folder, root, binary):
    """The job runs under the role of the plain stack, can say what happened, and can do nothing without its rights.

    `athena` is the stack whose engine that is: its role may send what the program asks of Athena.
    """
    statements = stack.statements("TaskRole")
    bus = stack.outputs["Bus"]
    output = f"s3://{stack['Results']}/apportion"
    entries = [{"Source": "apportion", "DetailType": "MonthPublished", "Detail": "{}", "EventBusName": bus}]
    with Enforcing(folder, root) as server:
        server.client("s3").create_bucket(Bucket=stack["Results"])
        server.client("events").create_event_bus(Name=stack["Bus"])
        keys = server.assume(statements, "task")
        ran = server.job(binary, folder, keys, output, "build")
        if ran.returncode != 0:
            yield f"build: exit code {ran.returncode}: {ran.stderr[-800:]}"
        events = server.client("events", keys)
        if code := refused(events.put_events, Entries=entries):
            yield f"an event is refused: {code}"
        if refused(events.list_event_buses) != DENIED:
            yield "the role may do what nobody gave it, so nothing is enforced"
        for sid, words in [("ReadTheReport", ["debug"]), ("WriteResults", ["debug"])]:
            keys = server.assume([one for one in statements if one["Sid"] != sid], f"without-{sid}")
            ran = server.job(binary, folder, keys, output, *words)
            if ran.returncode != 2:
                yield f"without {sid}: exit code {ran.returncode}: {ran.stderr[-400:]}"
        keys = server.assume([one for one in statements if one["Sid"] != "SayWhatHappened"], "silent")
        if refused(server.client("events", keys).put_events, Entries=entries) != DENIED:
            yield "without SayWhatHappened, an event is taken all the same"
        yield from asks_athena(server, athena.statements("TaskRole"))


def asks_athena(server, statements):
    """Every request to Athena is let through, and none is without the statements that say so."""
    keys = server.assume(statements, "athena")
    for call, words in QUERIES.items():
        if (code := refused(getattr(server.client("athena", keys), call), **words)) == DENIED:
            yield f"{call}: {code}"
    keys = server.assume([one for one in statements if "athena:" not in json.dumps(one["Action"])], "no-athena")
    for call, words in QUERIES.items():
        if (code := refused(getattr(server.client("athena", keys), call), **words)) != DENIED:
            yield f"{call} without a right: {code or 'answered'}"
