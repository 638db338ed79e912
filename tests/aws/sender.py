"""The stack that sends statements: what linters do not see in it, and that its task's role is enough."""

import json
import shutil

import yaml
from role import Enforcing
from stand_in import ACCOUNT, REGION, Stack
from template import allows, parsed

TEMPLATE = "deploy/statements.yaml"
SENDER = "bills.example.com"
CUSTOMER = "platform"
# The parts of a role without which nothing can be sent, and those without which one command says so.
NEEDED = {
    "FindResults": ["statements", "send"], "WriteStatements": ["statements", "send"],
    "ReadWhatBecameOfThem": ["statements", "status"], "SayWhatHappened": ["statements", "send"],
}  # fmt: skip
# What SES is asked for. The server that enforces policies takes no signature of this API.
OF_SES = ["GetEmailIdentity", "SendEmail", "SendRawEmail"]


def check(aws, job, root, folder, binary):
    """All of it; `job` is the stack that the sender stands beside."""
    text = (root / TEMPLATE).read_text()
    words = {
        "JobStack": job.name, "ResultBucket": job["Results"], "ImageTag": "test", "SenderIdentity": SENDER,
        "SubnetIds": f"{job['SubnetA']},{job['SubnetB']}", "SecurityGroupId": job["TaskSecurityGroup"],
    }  # fmt: skip
    stack = Stack(aws, text, f"{job.name}-statements", only=words)
    yield from starts(stack, job)
    yield from tells(stack)
    yield from task(text, root)
    yield from role(stack, job, root, folder, binary)


def rule(stack, name, bus):
    events = stack.aws.client("events")
    name = stack[name].split("|")[-1]
    found = events.describe_rule(Name=name, EventBusName=bus)
    return found, events.list_targets_by_rule(Rule=name, EventBusName=bus)["Targets"]


def matches(stack, found, detail_type, source, detail):
    event = {
        "id": "1", "account": ACCOUNT, "source": source, "time": "2026-11-02T06:00:00Z", "region": REGION, "resources": [],
        "detail-type": detail_type, "detail": detail,
    }  # fmt: skip
    events = stack.aws.client("events")
    return events.test_event_pattern(EventPattern=found["EventPattern"], Event=json.dumps(event))["Result"]


def starts(stack, job):
    """A month that is published starts the task, for that month, in the job's cluster."""
    found, [target] = rule(stack, "MonthPublished", job["Bus"])
    for kind in ["MonthPublished", "MonthLocked", "StatementIssued"]:
        if matches(stack, found, kind, "apportion", {"billing_period": "2026-10"}) != (kind == "MonthPublished"):
            yield f"{kind} starts it, or does not"
    if not target["Arn"].endswith(f":cluster/{job['Cluster']}"):
        yield f"it starts in {target['Arn']}"
    if target["EcsParameters"]["TaskDefinitionArn"] != stack["TaskDefinition"]:
        yield f"it starts {target['EcsParameters']['TaskDefinitionArn']}"
    template = target["InputTransformer"]["InputTemplate"].replace("<month>", '"2026-10"').replace("<cause>", '"run"')
    variables = json.loads(template)["containerOverrides"][0]["environment"]
    wanted = {"APPORTION_PERIOD": "2026-10", "APPORTION_CORRELATION_ID": "run"}
    if {one["name"]: one["value"] for one in variables} != wanted:
        yield f"it is told {variables}"


def tells(stack):
    """Somebody is told when the task has ended badly, or did not start."""
    found, _ = rule(stack, "SendFailed", "default")
    family = stack["TaskDefinition"].rsplit(":", 1)[0]
    cases = [
        ({"containers": [{"exitCode": code}], "stopCode": "EssentialContainerExited"}, code not in [0, 75])
        for code in [0, 1, 2, 75, 137]
    ]
    cases.append(({"containers": [{}], "stopCode": "TaskFailedToStart"}, True))
    for more, wanted in cases:
        for name, is_ours in [(family, True), (family.replace("task-definition/", "task-definition/other-"), False)]:
            detail = {"lastStatus": "STOPPED", "taskDefinitionArn": f"{name}:1", **more}
            if matches(stack, found, "ECS Task State Change", "aws.ecs", detail) != (wanted and is_ours):
                yield f"{detail}: not {wanted and is_ours}"


def task(text, root):
    """It runs as the job does, and its variables are those that the page names."""
    job = parsed((root / "deploy/apportion.yaml").read_text())["Resources"]["TaskDefinition"]["Properties"]
    own = parsed(text)["Resources"]["TaskDefinition"]["Properties"]
    one, other = own["ContainerDefinitions"][0], job["ContainerDefinitions"][0]
    for key in ["Image", "User", "ReadonlyRootFilesystem", "LinuxParameters", "StopTimeout", "MountPoints"]:
        if one[key] != other[key]:
            yield f"{key} is {one[key]}"
    page = (root / "docs/deploy.md").read_text()
    for name in ["APPORTION_CONFIGURATION_SET", "APPORTION_FEEDBACK_QUEUE"]:
        if name not in [variable["Name"] for variable in one["Environment"]] or name not in page:
            yield f"{name} is not told, or not named by docs/deploy.md"


def project(root, folder, queue):
    """A copy of the project whose target sends."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in ["models", "sql", "data/seeds", "statements"]:
        shutil.copytree(root / name, folder / name)
    config = yaml.safe_load((root / "config.yaml").read_text())
    mail = {"from": f"a@{SENDER}", "ses": {"configuration_set": "statements", "queue": queue}}
    config["targets"] = {"aws": config["targets"]["aws"] | {"mail": mail}}
    config |= {"target": "aws", "vars": config["vars"] | {"statements": {"auto_approve": True}}}
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    return folder


def role(stack, job, root, folder, binary):
    """The task sends under its role, and does not without any part of it."""
    statements = stack.statements("TaskRole")
    output = f"s3://{job['Results']}/apportion"
    for resource in [f"identity/{SENDER}", f"configuration-set/{stack['ConfigurationSet']}"]:
        arn = f"arn:aws:ses:{REGION}:{ACCOUNT}:{resource}"
        yield from (f"{action} on {resource} is not allowed" for action in OF_SES if not allows(statements, f"ses:{action}", arn))
    if allows(statements, "ses:SendEmail", f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/other.example.com"):
        yield "it may send as anybody"
    with Enforcing(folder / "ses", root) as ses, Enforcing(folder / "others", root) as server:
        server.client("s3").create_bucket(Bucket=job["Results"])
        server.client("events").create_event_bus(Name=job["Bus"])
        ses.client("sesv2").create_email_identity(EmailIdentity=SENDER)
        queue = server.client("sqs").create_queue(QueueName="feedback")["QueueUrl"]
        server.root = project(root, folder / "project", queue)
        variables = {"APPORTION_EVENT_BUS": job["Bus"], "AWS_ENDPOINT_URL_SESV2": ses.url}
        ran = server.job(binary, folder, server.assume(job.statements("TaskRole"), "job"), output, "run", **variables)
        if ran.returncode != 0:
            yield f"run: exit code {ran.returncode}: {ran.stderr[-800:]}"
            return
        keys = server.assume(statements, "sender")
        ran = server.job(binary, folder, keys, output, "statements", "send", "--build", "--customer", CUSTOMER, **variables)
        if ran.returncode != 0 or "1 letter sent" not in ran.stderr + ran.stdout:
            yield f"send: exit code {ran.returncode}: {ran.stdout}{ran.stderr[-800:]}"
        for number, (sid, words) in enumerate(NEEDED.items()):
            if sid not in {one["Sid"] for one in statements}:
                yield f"there is no {sid}"
            server.enforce(1_000_000)
            rows = server.client("s3").list_objects_v2(Bucket=job["Results"], Prefix="apportion/.apportion/deliveries/")
            for row in rows.get("Contents", []):
                server.client("s3").delete_object(Bucket=job["Results"], Key=row["Key"])
            keys = server.assume([one for one in statements if one["Sid"] != sid], f"without-{number}")
            ran = server.job(binary, folder, keys, output, *words, "--customer", CUSTOMER, **variables)
            if ran.returncode == 0:
                yield f"without {sid}: exit code 0: {ran.stdout}"
