"""What linters do not see in the template: whether its parts fit one another, as they came to be in the stand-in.

A check is a function that gets the stacks and the template as text, and yields what is wrong.
"""

import json
from fnmatch import fnmatchcase
from pathlib import Path

import jsonata
import yaml
from stand_in import ACCOUNT, PREFIX, REGION, REPORTS, Stack

ROOT = Path(__file__).resolve().parents[2]
CHECKS = []

# CPU units, and the memory in MiB that Fargate has for them: from, to, in steps of.
FARGATE = {
    256: (512, 2048, 512), 512: (1024, 4096, 1024), 1024: (2048, 8192, 1024), 2048: (4096, 16384, 1024),
    4096: (8192, 30720, 1024), 8192: (16384, 61440, 4096), 16384: (32768, 122880, 8192),
}  # fmt: skip

SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:database-AbCdEf"

# The stacks that are made: one by default, and one for each thing that parameters switch.
VARIANTS = {
    "plain": {},
    "athena": {
        "Engine": "Athena",
        "PrivateEndpoints": "yes",
        "PostgresSecretArn": SECRET,
        "AlarmEmail": "a@b.example",
    },
    "elsewhere": {
        "VpcId": "vpc-1",
        "SubnetIds": "subnet-1,subnet-2",
        "ReportNotifications": "no",
        "Size": "large",
        "CollectorImage": "collector:1",
    },
}

INTERFACES = {"ecr.api", "ecr.dkr", "logs", "events", "athena", "secretsmanager"}

# What the program reads.
VARIABLES = {
    "plain": {
        "APPORTION_TARGET": "aws",
        "APPORTION_SOURCE": f"s3://{REPORTS}/{PREFIX}",
        "APPORTION_EVENT_BUS": "plain",
    },
    "athena": {
        "APPORTION_TARGET": "aws-athena",
        "APPORTION_SOURCE": f"s3://{REPORTS}/{PREFIX}",
        "APPORTION_EVENT_BUS": "athena",
        "APPORTION_ATHENA_WORKGROUP": "athena",
        "APPORTION_ATHENA_DATABASE": "apportion",
    },
    "elsewhere": {
        "APPORTION_TARGET": "aws",
        "APPORTION_SOURCE": f"s3://{REPORTS}/{PREFIX}",
        "APPORTION_EVENT_BUS": "elsewhere",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318",
    },
}

# What CloudFormation takes of a template that is in no bucket
# (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html).
MOST_BYTES = 51_200

# Metric, statistic, period, periods, comparison, threshold, what missing data are.
ALARMS = {
    "NoSuccessAlarm": ("AWS/States", "ExecutionsSucceeded", "Sum", 3600, 26, "LessThanThreshold", 1, "breaching"),
    "FailedRunsAlarm": (
        "AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", 300, 1, "GreaterThanThreshold", 0, "notBreaching"),
    "UndeliveredAlarm": (
        "AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", 300, 1, "GreaterThanThreshold", 0, "notBreaching"),
    "OutboxAlarm": ("apportion", "OutboxAge", "Maximum", 900, 2, "GreaterThanThreshold", 3600, "missing"),
    "MemoryAlarm": (
        "ECS/ContainerInsights", "MemoryUtilized", "Maximum", 60, 1, "GreaterThanThreshold", 3456, "notBreaching"),
    "DeliveryLateAlarm": ("AWS/Events", "TriggeredRules", "Sum", 3600, 36, "LessThanThreshold", 1, "breaching"),
}  # fmt: skip

# Sentences that people get, and what an event has to say for them.
NOTICES = {
    "MonthPublished": "Costs of 2026-10 are published (run R, P). Changed since the run before: [report, models]. They "
    "are in s3://r/out.",
    "MonthRolledBack": "Costs of 2026-10 were taken back at B: what had been published before is in force again.",
    "MonthLocked": "Costs of 2026-10 are locked since L: they stay as they are.",
    "MonthUnlocked": "Costs of 2026-10 are no longer locked since U: they may change again.",
    "LockedMonthChanged": "AWS has changed the report of 2026-10, which is locked (seen at N): its costs stay as they "
    "were. Unlock it if they should follow.",
    "MonthFailed": "Costs of 2026-10 could not be published at F: what was published before stays in force.",
}
DETAIL = {
    "billing_period": "2026-10", "run_id": "R", "because": ["report", "models"], "output": "s3://r/out",
    "published_at": "P", "rolled_back_at": "B", "locked_at": "L", "unlocked_at": "U", "noticed_at": "N", "failed_at": "F",
}  # fmt: skip

# Keys that AWS writes, and whether a run has to begin.
KEYS = {
    f"{PREFIX}/20261001-20261101/report-Manifest.json": True,
    f"{PREFIX}/20261001-20261101/5f2c9a10-aaaa/report-Manifest.json": True,
    f"{PREFIX}/metadata/BILLING_PERIOD=2026-10/report-Manifest.json": True,
    f"{PREFIX}/data/BILLING_PERIOD=2026-10/report-00001.snappy.parquet": False,
    f"{PREFIX}-2/20261001-20261101/report-Manifest.json": False,
    "other/20261001-20261101/report-Manifest.json": False,
}


class Tagged(yaml.SafeLoader):
    """Reads a template; `!Ref x` becomes {"Ref": x}."""


def tagged(loader, suffix, node):
    if isinstance(node, yaml.ScalarNode):
        return {suffix: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {suffix: loader.construct_sequence(node, deep=True)}
    return {suffix: loader.construct_mapping(node, deep=True)}


Tagged.add_multi_constructor("!", tagged)


def parsed(text):
    return yaml.load(text, Tagged)


def check(name):
    """Has a function be a check."""

    def add(function):
        CHECKS.append((name, function))
        return function

    return add


def stacks(aws, text, label=""):
    """All variants of the template."""
    database = {"AthenaDatabase": database_of(label)}
    return {name: Stack(aws, text, f"{name}{label}", **chosen, **database) for name, chosen in VARIANTS.items()}


def database_of(label):
    return f"apportion{label.replace('-', '_')}"


def listed(value):
    return value if isinstance(value, list) else [value]


def allows(statements, action, resource):
    """Whether one of the statements names that action on that resource."""
    return any(
        one["Effect"] == "Allow"
        and any(fnmatchcase(action, wanted) for wanted in listed(one["Action"]))
        and any(fnmatchcase(resource, wanted) for wanted in listed(one["Resource"]))
        for one in statements
    )


def rules(stack):
    """The rules that the stack has made, with their targets."""
    events = stack.aws.client("events")
    for name, bus in [("ReportDelivered", "default"), *((f"{kind}Notice", stack["Bus"]) for kind in NOTICES)]:
        rule = stack[name].split("|")[-1]
        yield name, events.describe_rule(Name=rule, EventBusName=bus), events.list_targets_by_rule(
            Rule=rule, EventBusName=bus)["Targets"]  # fmt: skip


def schedules(stack):
    scheduler = stack.aws.client("scheduler")
    return {name: scheduler.get_schedule(Name=stack[name]) for name in ["Reconciliation", "OutboxLook"]}


@check("each size is one that Fargate has")
def sizes(stacks, text):
    for name, size in parsed(text)["Mappings"]["Sizes"].items():
        least, most, step = FARGATE[int(size["Cpu"])]
        memory, program = int(size["Memory"]), size["OfTheProgram"]
        if not least <= memory <= most or (memory - least) % step:
            yield f"{name}: {memory} MiB for {size['Cpu']} units"
        if program != memory - 256 or size["Much"] != program * 9 // 10:
            yield f"{name}: {program} of {memory} MiB are the program's, {size['Much']} are much"
        if not 21 <= size["Disk"] <= 200:
            yield f"{name}: {size['Disk']} GiB of disk"


@check("the template is no larger than AWS takes it")
def length(stacks, text):
    if len(text.encode()) > MOST_BYTES:
        yield f"{len(text.encode())} bytes"


@check("the collector stands beside the program, where one is wanted, and never ends it")
def collector(stacks, text):
    for name, stack in stacks.items():
        definition = stack.aws.client("ecs").describe_task_definition(taskDefinition=stack["TaskDefinition"])
        program, *others = definition["taskDefinition"]["containerDefinitions"]
        images = [other["image"] for other in others]
        if images != [image for key, image in VARIANTS[name].items() if key == "CollectorImage"]:
            yield f"{name}: beside the program run {images}"
        yield from (f"{name}: {other['name']} ends the run" for other in others if other["essential"])
        if any(other["memory"] > 256 for other in others) or not program["essential"]:
            yield f"{name}: what is beside the program has too much"
        traces = allows(stack.statements("TaskRole"), "xray:PutTraceSegments", "*")
        if traces != bool(others):
            yield f"{name}: traces may{'' if traces else ' not'} be sent"


@check("the task reads no more than it is given")
def task(stacks, text):
    definition = parsed(text)["Resources"]["TaskDefinition"]["Properties"]
    container = definition["ContainerDefinitions"][0]
    wanted = {
        "User": "65532:65532", "ReadonlyRootFilesystem": True, "Command": ["build"], "StopTimeout": 60,
        "LinuxParameters": {"Capabilities": {"Drop": ["ALL"]}},
        "Memory": {"FindInMap": ["Sizes", {"Ref": "Size"}, "OfTheProgram"]},
        "MountPoints": [{"SourceVolume": "scratch", "ContainerPath": "/scratch", "ReadOnly": False}],
    }  # fmt: skip
    yield from (f"{key} is {container.get(key)}" for key, value in wanted.items() if container.get(key) != value)
    platform = {"CpuArchitecture": {"Ref": "Architecture"}, "OperatingSystemFamily": "LINUX"}
    if definition["RuntimePlatform"] != platform or definition["Volumes"] != [{"Name": "scratch"}]:
        yield "platform or volumes"
    if definition["EphemeralStorage"] != {"SizeInGiB": {"FindInMap": ["Sizes", {"Ref": "Size"}, "Disk"]}}:
        yield "the disk is not that of the size"
    secret = {"Name": "APPORTION_ENV_SECRET_POSTGRES", "ValueFrom": {"Ref": "PostgresSecretArn"}}
    if container["Secrets"]["If"][:2] != ["HasSecret", [secret]]:
        yield "the secret"


@check("the task has the program's variables")
def variables(stacks, text):
    for name, wanted in VARIABLES.items():
        stack = stacks[name]
        definition = stack.aws.client("ecs").describe_task_definition(taskDefinition=stack["TaskDefinition"])
        container = definition["taskDefinition"]["containerDefinitions"][0]
        found = {one["name"]: one["value"] for one in container["environment"]}
        # The stacks of a mutation have longer names.
        wanted = {key: stack.name if value == name else value for key, value in wanted.items()}
        if "APPORTION_ATHENA_DATABASE" in wanted:
            wanted["APPORTION_ATHENA_DATABASE"] = database_of(stack.name.removeprefix(name))
        wanted["APPORTION_OUTPUT"] = f"s3://{stack['Results']}/apportion"
        if found != wanted:
            yield f"{name}: {found} instead of {wanted}"


@check("the task's role is deploy/iam-policy*.json")
def role(stacks, text):
    for name in ["plain", "athena"]:
        stack = stacks[name]
        files = ["iam-policy.json", "iam-policy-athena.json"][: 1 + (name == "athena")]
        wanted = [{"Sid": "SayWhatHappened", "Effect": "Allow", "Action": "events:PutEvents"}]
        wanted[0]["Resource"] = stack.outputs["Bus"]
        for file in files:
            wanted += json.loads(filled(file, stack))["Statement"]
        found = [canonical(one) for one in stack.statements("TaskRole")]
        wanted = [canonical(one) for one in wanted]
        yield from (f"{name}: lacks {one}" for one in wanted if one not in found)
        yield from (f"{name}: has {one}" for one in found if one not in wanted)


def filled(file, stack):
    """A policy of deploy/ for that stack."""
    words = {
        "REPORT_BUCKET": REPORTS, "REPORT_PREFIX": PREFIX, "RESULTS_BUCKET": stack["Results"],
        "RESULTS_PREFIX": "apportion", "ANSWERS_BUCKET": stack["Results"], "ANSWERS_PREFIX": "athena-answers",
        "REGION": REGION, "ACCOUNT": ACCOUNT, "WORKGROUP": stack.name,
        "DATABASE": database_of(stack.name.removeprefix("athena")),
    }  # fmt: skip
    text = (ROOT / "deploy" / file).read_text()
    for word, value in words.items():
        text = text.replace(word, value)
    return text


def canonical(statement):
    """A statement whose lists are sets."""
    sets = {key: sorted(set(listed(statement[key]))) for key in ["Action", "Resource"]}
    return json.dumps({**statement, **sets}, sort_keys=True)


@check("a manifest starts a run, and nothing else does")
def pattern(stacks, text):
    stack = stacks["plain"]
    events = stack.aws.client("events")
    rule = next(rule for name, rule, _ in rules(stack) if name == "ReportDelivered")
    for bucket in [REPORTS, "another"]:
        for key, begins in KEYS.items():
            event = {
                "id": "1", "account": ACCOUNT, "source": "aws.s3", "time": "2026-11-02T06:00:00Z", "region": REGION,
                "resources": [], "detail-type": "Object Created",
                "detail": {"bucket": {"name": bucket}, "object": {"key": key}},
            }  # fmt: skip
            answer = events.test_event_pattern(EventPattern=rule["EventPattern"], Event=json.dumps(event))["Result"]
            if answer != (begins and bucket == REPORTS):
                yield f"{bucket}/{key}: {answer}"


@check("people get a sentence for each event")
def notices(stacks, text):
    stack = stacks["plain"]
    heard = stack.listen("Notices")
    for kind, sentence in NOTICES.items():
        entry = {"Source": "apportion", "DetailType": kind, "Detail": json.dumps(DETAIL), "EventBusName": stack["Bus"]}
        stack.aws.client("events").put_events(Entries=[entry])
        said = [one.strip().strip('"') for one in stack.aws.messages(heard)]
        if said != [sentence]:
            yield f"{kind}: {said}"


@check("rules and schedules may start what they aim at")
def targets(stacks, text):
    for stack in stacks.values():
        aims = [("ReportDelivered", "RuleRole", targets[0], "StateMachine")
                for name, _, targets in rules(stack) if name == "ReportDelivered"]  # fmt: skip
        timed = schedules(stack)
        aims += [("Reconciliation", "ScheduleRole", timed["Reconciliation"]["Target"], "StateMachine"),
                 ("OutboxLook", "ScheduleRole", timed["OutboxLook"]["Target"], "OutboxWatch")]  # fmt: skip
        for name, role, target, aim in aims:
            if target["Arn"] != stack[aim]:
                yield f"{stack.name}: {name} aims at {target['Arn']}"
            if target["RoleArn"].split("/")[-1] != stack[role]:
                yield f"{stack.name}: {name} has the role {target['RoleArn']}"
            if not allows(stack.statements(role), "states:StartExecution", stack[aim]):
                yield f"{stack.name}: {role} may not start {aim}"


@check("what is not delivered is kept")
def undelivered(stacks, text):
    stack = stacks["plain"]
    queue = stack.queue_arn("Undelivered")
    policy = stack.aws.client("sqs").get_queue_attributes(QueueUrl=stack["Undelivered"], AttributeNames=["Policy"])
    allowed = next(one for one in json.loads(policy["Attributes"]["Policy"])["Statement"] if one["Effect"] == "Allow")
    if allowed["Principal"] != {"Service": "events.amazonaws.com"} or allowed["Action"] != "sqs:SendMessage":
        yield f"the queue lets in {allowed['Principal']} for {allowed['Action']}"
    if allowed["Resource"] != queue:
        yield f"the queue's policy is for {allowed['Resource']}"
    sources = set(listed(allowed["Condition"]["ArnEquals"]["aws:SourceArn"]))
    for name, rule, found in rules(stack):
        if [one.get("DeadLetterConfig", {}).get("Arn") for one in found] != [queue]:
            yield f"{name} keeps nothing"
        if rule["Arn"] not in sources:
            yield f"the queue does not let {name} in"
    for name, schedule in schedules(stack).items():
        if schedule["Target"].get("DeadLetterConfig", {}).get("Arn") != queue:
            yield f"{name} keeps nothing"
    if not allows(stack.statements("ScheduleRole"), "sqs:SendMessage", queue):
        yield "schedules may not send to the queue"


@check("state machines may do what they do")
def machines(stacks, text):
    for stack in stacks.values():
        ecs = stack.aws.client("ecs").describe_task_definition(taskDefinition=stack.name)["taskDefinition"]
        wanted = [
            ("StateMachineRole", "ecs:RunTask", stack["TaskDefinition"]),
            ("StateMachineRole", "ecs:RunTask", stack["TaskDefinition"].rsplit(":", 1)[0]),
            ("StateMachineRole", "ecs:StopTask", f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/{stack['Cluster']}/1"),
            ("StateMachineRole", "ecs:DescribeTasks", f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/{stack['Cluster']}/1"),
            ("StateMachineRole", "ecs:TagResource", f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/{stack['Cluster']}/1"),
            ("StateMachineRole", "iam:PassRole", ecs["taskRoleArn"]),
            ("StateMachineRole", "iam:PassRole", ecs["executionRoleArn"]),
            ("StateMachineRole", "sqs:SendMessage", stack.queue_arn("FailedRuns")),
            ("StateMachineRole", "sns:Publish", stack["Alarms"]),
            ("StateMachineRole", "events:PutEvents", stack.outputs["Bus"]),
            ("StateMachineRole", "s3:ListBucket", f"arn:aws:s3:::{stack['Results']}"),
            ("StateMachineRole", "states:ListExecutions", stack["StateMachine"]),
            ("OutboxWatchRole", "s3:ListBucket", f"arn:aws:s3:::{stack['Results']}"),
            ("OutboxWatchRole", "cloudwatch:PutMetricData", "*"),
        ]
        rule = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/StepFunctionsGetEventsForECSTaskRule"
        wanted += [("StateMachineRole", f"events:{word}", rule) for word in ["PutTargets", "PutRule", "DescribeRule"]]
        for role, action, resource in wanted:
            if not allows(stack.statements(role), action, resource):
                yield f"{stack.name}: {role} may not {action} on {resource}"


@check("states are of services that are there")
def resources(stacks, text):
    known = {
        "StateMachine": {
            "ecs:runTask.sync", "aws-sdk:sfn:listExecutions", "aws-sdk:s3:listObjectsV2", "sqs:sendMessage",
            "sns:publish", "events:putEvents"},
        "OutboxWatch": {"aws-sdk:s3:listObjectsV2", "aws-sdk:cloudwatch:putMetricData"},
    }  # fmt: skip
    for name, wanted in known.items():
        definition = stacks["plain"].definition(name)
        tasks = {key: one for key, one in definition["States"].items() if one["Type"] == "Task"}
        found = {one["Resource"].removeprefix("arn:aws:states:::") for one in tasks.values()}
        if found != wanted:
            yield f"{name}: {found ^ wanted}"
        if "${" in json.dumps(definition):
            yield f"{name}: a word was not put in"
        for key, one in tasks.items():
            caught = [error for catcher in one.get("Catch", []) for error in catcher["ErrorEquals"]]
            if name == "StateMachine" and "States.ALL" not in caught:
                yield f"{name}: {key} does not catch everything"


@check("waits are of 2 to 60 minutes, by chance")
def waits(stacks, text):
    seconds = stacks["plain"].definition("StateMachine")["States"]["Wait"]["Seconds"]
    expression = jsonata.Jsonata.jsonata(seconds.removeprefix("{%").removesuffix("%}"))
    for attempt in range(1, 6):
        most = min(3600, 240 * 2 ** (attempt - 1))
        drawn = [expression.evaluate(None, {"attempt": attempt}) for _ in range(200)]
        if not (most / 2 <= min(drawn) and max(drawn) <= most):
            yield f"wait {attempt} is of {min(drawn)} to {max(drawn)} s"
        if max(drawn) - min(drawn) < most / 4:
            yield f"wait {attempt} is hardly by chance: {min(drawn)} to {max(drawn)} s"


@check("alarms are told to the engineer")
def alarms(stacks, text):
    for stack in stacks.values():
        cloudwatch = stack.aws.client("cloudwatch")
        for name, wanted in ALARMS.items():
            if name not in stack.resources:
                if (name, stack.name.split("-")[0]) != ("DeliveryLateAlarm", "elsewhere"):
                    yield f"{stack.name}: there is no {name}"
                continue
            alarm = cloudwatch.describe_alarms(AlarmNames=[stack[name]])["MetricAlarms"][0]
            keys = ["Namespace", "MetricName", "Statistic", "Period", "EvaluationPeriods", "ComparisonOperator",
                    "Threshold", "TreatMissingData"]  # fmt: skip
            found = tuple(alarm[key] for key in keys)
            if name == "MemoryAlarm" and stack.name.startswith("elsewhere"):
                wanted = (*wanted[:6], 14515, wanted[7])
            if found != wanted:
                yield f"{stack.name}: {name} is {found}"
            if alarm["AlarmActions"] != [stack["Alarms"]]:
                yield f"{stack.name}: {name} tells {alarm['AlarmActions']}"
            dimensions = {one["Name"]: one["Value"] for one in alarm["Dimensions"]}
            if dimensions != of_alarm(stack, name):
                yield f"{stack.name}: {name} is of {dimensions}"


def of_alarm(stack, name):
    """The dimensions that an alarm has to have."""
    queue = {"QueueName": stack.queue_arn(name.removesuffix("Alarm")).split(":")[-1]} if name in [
        "FailedRunsAlarm", "UndeliveredAlarm"] else {}  # fmt: skip
    return (
        queue
        or {
            "NoSuccessAlarm": {"StateMachineArn": stack["StateMachine"]},
            "OutboxAlarm": {"Stack": stack.name},
            "MemoryAlarm": {"ClusterName": stack["Cluster"], "TaskDefinitionFamily": stack.name},
            "DeliveryLateAlarm": {"RuleName": stack["ReportDelivered"]},
        }[name]
    )


@check("the age of the outbox is measured")
def outbox(stacks, text):
    stack = stacks["plain"]
    s3, cloudwatch = stack.aws.client("s3"), stack.aws.client("cloudwatch")
    ask = {"Namespace": "apportion", "MetricName": "OutboxAge", "Dimensions": [{"Name": "Stack", "Value": stack.name}]}
    for objects in [0, 1]:
        if objects:
            s3.put_object(Bucket=stack["Results"], Key="apportion/.apportion/outbox/2026-10/run.json", Body=b"{}")
        status = stack.execute("OutboxWatch")["status"]
        if status != "SUCCEEDED":
            yield f"with {objects} objects: {status}"
    s3.delete_object(Bucket=stack["Results"], Key="apportion/.apportion/outbox/2026-10/run.json")
    found = [one["Dimensions"] for one in cloudwatch.list_metrics(Namespace="apportion")["Metrics"]
             if one["MetricName"] == ask["MetricName"]]  # fmt: skip
    if ask["Dimensions"] not in found:
        yield f"metrics are of {found}"


@check("nothing comes in from outside")
def network(stacks, text):
    for stack in stacks.values():
        ec2 = stack.aws.client("ec2")
        group = ec2.describe_security_groups(GroupIds=[stack["TaskSecurityGroup"]])["SecurityGroups"][0]
        if group["IpPermissions"]:
            yield f"{stack.name}: {group['IpPermissions']} comes in"
    plain, private, elsewhere = stacks.values()
    if "InternetGateway" in private.resources or "Vpc" in elsewhere.resources:
        yield "there is a way to the internet, or a VPC, that nobody asked for"
    services = {}
    for stack in stacks.values():
        ids = [value for value in stack.resources.values() if value.startswith("vpce-")]
        found = stack.aws.client("ec2").describe_vpc_endpoints(VpcEndpointIds=ids)["VpcEndpoints"] if ids else []
        services[stack] = {one["ServiceName"].removeprefix(f"com.amazonaws.{REGION}.") for one in found}
    for stack, wanted in [(plain, {"s3"}), (private, {"s3"} | INTERFACES), (elsewhere, set())]:
        if services[stack] != wanted:
            yield f"{stack.name}: endpoints {services[stack]}"
    address = {
        stack: stack.definition("StateMachine")["States"]["Run"]["Arguments"]["NetworkConfiguration"][
            "AwsvpcConfiguration"]["AssignPublicIp"] for stack in stacks.values()
    }  # fmt: skip
    if list(address.values()) != ["ENABLED", "DISABLED", "DISABLED"]:
        yield f"public addresses: {list(address.values())}"


@check("results are kept, and leftovers are not")
def bucket(stacks, text):
    results = parsed(text)["Resources"]["Results"]
    if results["DeletionPolicy"] != "Retain" or results["UpdateReplacePolicy"] != "Retain":
        yield "the bucket goes with the stack"
    properties = results["Properties"]
    if set(properties["PublicAccessBlockConfiguration"].values()) != {True}:
        yield "the bucket may be public"
    found = {one["Id"]: one for one in properties["LifecycleConfiguration"]["Rules"] if one["Status"] == "Enabled"}
    if found["parts-of-uploads"].get("AbortIncompleteMultipartUpload") != {"DaysAfterInitiation": 2}:
        yield "parts of uploads stay"
    answers = found["answers-of-athena"]
    if (answers.get("Prefix"), answers.get("ExpirationInDays")) != ("athena-answers/", 7):
        yield "answers of Athena stay, or more than they goes"
