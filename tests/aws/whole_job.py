"""The whole job: the template is made in the stand-in, a manifest is written, and containers run.

Called by whole_job.sh, which sets up the tools: whole_job.py BIN ROOT WORK [--cases WORD ...]. Every case has a stack,
a report and results of its own. Prints one line a case and, below, what is wrong. Exits 1 if anything is.
"""

import argparse
import json
import shutil
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "athena")]

import servers
from checks import Report
from image import Engine
from stand_in import ACCOUNT, REGION, REPORTS, Aws, Stack

IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/apportion"
PERIOD, MONTH = "2026-10", "20261001-20261101"
# Waits are this much of what they are, so that the last try comes after six minutes at least.
SCALE = 0.1
# How long a run of a development build may take on a machine that is busy.
PATIENCE = 900
CASES = []


def case(name):
    """Has a function be a case: it gets a Place, and yields what is wrong."""

    def add(function):
        CASES.append((name, function))
        return function

    return add


class Place:
    """A stack of its own, with ears."""

    def __init__(self, running, name, **parameters):
        self.running, self.aws, self.name = running, running.aws, name
        self.prefix = f"cur/{name}"
        text = (running.root / "deploy/apportion.yaml").read_text()
        self.stack = Stack(self.aws, text, name, ReportPrefix=self.prefix, **parameters)
        self.told = self.stack.listen("Alarms")
        self.noticed = self.stack.listen("Notices")
        self.said = self.stack.overhear("Bus", ["MonthPublished", "RunFailed"])

    def put(self, key, body):
        self.aws.client("s3").put_object(Bucket=REPORTS, Key=f"{self.prefix}/{key}", Body=body)

    def deliver(self, assembly, body=None, manifests=2):
        """As AWS does with a legacy report: data, a manifest in the assembly's folder, one in the month's."""
        sample = self.running.root / "data/sample/year=2026/month=10"
        files = {path.name: body or path.read_bytes() for path in sample.glob("*.parquet")}
        for name, data in files.items():
            self.put(f"{MONTH}/{assembly}/{name}", data)
        manifest = json.dumps({
            "assemblyId": assembly, "account": "462237097298", "bucket": REPORTS, "contentType": "Parquet",
            "billingPeriod": {"start": "20261001T000000.000Z", "end": "20261101T000000.000Z"},
            "reportKeys": [f"{self.prefix}/{MONTH}/{assembly}/{name}" for name in files],
        }).encode()  # fmt: skip
        for folder in [f"{MONTH}/{assembly}", MONTH][:manifests]:
            self.put(f"{folder}/report-Manifest.json", manifest)

    def executions(self):
        answer = self.aws.client("stepfunctions").list_executions(stateMachineArn=self.stack["StateMachine"])
        return [one["executionArn"] for one in answer["executions"]]

    def started(self, count):
        """Waits until there are as many executions; gives them."""
        return wait(lambda: (found := self.executions()) and len(found) >= count and found, f"{count} executions")

    def ended(self, count=1):
        """Waits for that many executions to end; gives what they came to."""
        found = [self.aws.ended(one, PATIENCE) for one in self.started(count)]
        if len(found) != count:
            raise AssertionError(f"{len(found)} executions instead of {count}")
        return found

    def codes(self):
        """With which codes containers of this stack have ended, in the order of their starts."""
        ecs = self.aws.client("ecs")
        arns = ecs.list_tasks(cluster=self.stack["Cluster"], desiredStatus="STOPPED")["taskArns"]
        tasks = ecs.describe_tasks(cluster=self.stack["Cluster"], tasks=arns)["tasks"] if arns else []
        tasks.sort(key=lambda task: task["createdAt"])
        return [task["containers"][0].get("exitCode") for task in tasks]

    def objects(self, below):
        """The names of what lies in the results below a folder."""
        found = self.aws.client("s3").list_objects_v2(Bucket=self.stack["Results"], Prefix=f"apportion/{below}")
        return [one["Key"] for one in found.get("Contents", [])]

    def publications(self):
        return self.objects(f".apportion/history/{PERIOD}/")

    def published(self, count=1):
        """What is wrong with what readers see."""
        if len(self.publications()) != count:
            yield f"{len(self.publications())} publications instead of {count}"
        if not self.objects(f"published_runs/billing_period={PERIOD}/"):
            yield "no month is published"
        if not self.objects(f"account_costs/billing_period={PERIOD}/run_id="):
            yield "there is no table"

    def log(self):
        """What the containers of this stack have said."""
        logs, group = self.aws.client("logs"), self.stack["LogGroup"]
        streams = logs.describe_log_streams(logGroupName=group)["logStreams"]
        return [
            event["message"] for stream in streams
            for event in logs.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"])["events"]
        ]  # fmt: skip

    def quiet(self):
        """Nobody was told that something is wrong."""
        for name, found in [("dead letters", self.aws.messages(self.stack["FailedRuns"])),
                            ("sentences", self.aws.messages(self.told))]:  # fmt: skip
            if found:
                yield f"{name}: {found}"


def wait(found, what, seconds=PATIENCE):
    """Looks again and again until something is there, and gives it."""
    end = time.monotonic() + seconds
    while not (answer := found()):
        if time.monotonic() > end:
            raise TimeoutError(f"no {what} in {seconds} s")
        time.sleep(0.2)
    return answer


def statuses(ended):
    return [one["status"] for one in ended]


@case("two manifests at once: one publication, both executions succeed; then the schedule finds nothing to do")
def delivered(running):
    place = Place(running, "delivered")
    place.deliver("5f2c9a10")
    ended = place.ended(2)
    if statuses(ended) != ["SUCCEEDED"] * 2:
        yield f"executions ended with {statuses(ended)}: {ended}"
    codes = place.codes()
    if codes.count(0) != 2 or not set(codes) <= {0, 75} or 75 not in codes:
        yield f"containers ended with {codes}"
    yield from place.published()
    yield from announced(place)
    yield from scheduled(place)
    yield from (f"an idle run said {one}" for one in place.aws.messages(place.said))
    yield from place.quiet()
    yield from taken_down(place)


def announced(place):
    """The publication is told once, under the name of an execution; people read it, and nothing is owed."""
    events = [json.loads(one) for one in place.aws.messages(place.said)]
    if [one["detail-type"] for one in events] != ["MonthPublished"]:
        yield f"events: {events}"
    for one in events:
        if one["detail"]["correlation_id"] not in place.executions() or one["detail"]["billing_period"] != PERIOD:
            yield f"the event is {one}"
    sentences = place.aws.messages(place.noticed)
    if len(sentences) != 1 or f"Costs of {PERIOD} are published" not in sentences[0]:
        yield f"people were told {sentences}"
    if owed := place.objects(".apportion/outbox/"):
        yield f"still owed: {owed}"


def scheduled(place):
    """The same stack, another schedule: one that is due. Its run has nothing to do."""
    place.stack.update(Schedule="rate(1 minute)")
    place.started(3)
    place.stack.update(Schedule="cron(0 6 * * ? *)")
    ended = place.ended(3)
    if statuses(ended) != ["SUCCEEDED"] * 3:
        yield f"the schedule's execution ended with {statuses(ended)}"
    if not any('"because": "schedule"' in one["input"] for one in ended):
        yield "no execution is the schedule's"
    yield from place.published()
    # One of the two that came at once, and the schedule's.
    idle = sum("nothing to do" in line for line in place.log())
    if idle != 2:
        yield f"{idle} runs had nothing to do"


def taken_down(place):
    """Results stay when the stack goes."""
    formation = place.aws.client("cloudformation")
    formation.delete_stack(StackName=place.name)

    def gone():
        stacks = [one for one in formation.list_stacks()["StackSummaries"] if one["StackName"] == place.name]
        return all(one["StackStatus"] == "DELETE_COMPLETE" for one in stacks)

    wait(gone, "end of the stack", 60)
    yield from place.published()


@case("SIGTERM: the container ends with 143, and the second one publishes")
def stopped(running):
    place = Place(running, "stopped")
    place.deliver("5f2c9a10", manifests=1)
    container = wait(lambda: running.container(place.stack["Cluster"]), "container")
    wait(lambda: any("steps" in line for line in place.log()), "line of the log")
    running.engine.run("podman", "kill", "--signal", "TERM", container)
    ended = place.ended()
    if statuses(ended) != ["SUCCEEDED"]:
        yield f"the execution ended with {ended}"
    if place.codes() != [143, 0]:
        yield f"containers ended with {place.codes()}"
    yield from place.published()
    yield from place.quiet()


@case("a broken report: dead letter, a sentence, an event, FAILED")
def broken(running):
    place = Place(running, "broken")
    place.deliver("5f2c9a10", body=b"no Parquet", manifests=1)
    ended = place.ended()
    if (statuses(ended), ended[0].get("error")) != (["FAILED"], "RunFailed"):
        yield f"the execution ended with {ended}"
    if place.codes() != [2]:
        yield f"containers ended with {place.codes()}"
    letters = [json.loads(one) for one in place.aws.messages(place.stack["FailedRuns"])]
    if [one["failure"]["exit_code"] for one in letters] != ["2"]:
        yield f"dead letters: {letters}"
    sentences = place.aws.messages(place.told)
    if len(sentences) != 1 or "need somebody" not in sentences[0]:
        yield f"sentences: {sentences}"
    events = [json.loads(one)["detail-type"] for one in place.aws.messages(place.said)]
    if events != ["RunFailed"]:
        yield f"events: {events}"
    if place.objects("published_runs/") and place.publications():
        yield "something is published"


class Running:
    """The stand-in, and an engine that runs its containers."""

    def __init__(self, options):
        self.root = options.root
        self.work = options.work / "whole"
        shutil.rmtree(self.work, ignore_errors=True)
        self.engine = Engine(options.work / "containers")
        self.engine.base(options.binary)
        self.engine.build(options.root, options.binary, f"{IMAGE}:test")
        self.work.mkdir(parents=True)
        socket = self.work / "podman.sock"
        self.podman = servers.Server(
            "podman", ["podman", "system", "service", "--time", "0", f"unix://{socket}"], self.work, "",
            socket.exists, 30, **self.engine.environment,
        )  # fmt: skip
        self.aws = Aws(
            self.work, sys.executable, HERE / "fargate.py", DOCKER_HOST=f"unix://{socket}", SFN_WAIT_SCALE=str(SCALE),
            # A program may be silent for longer than its log is listened to by default.
            MINISTACK_DOCKER_TIMEOUT="900",
        )  # fmt: skip
        # As docs/deploy.md has it done.
        self.aws.client("s3").put_bucket_notification_configuration(
            Bucket=REPORTS, NotificationConfiguration={"EventBridgeConfiguration": {}}
        )

    def container(self, cluster):
        """The container that runs in a cluster."""
        label = f"label=com.amazonaws.ecs.cluster=arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/{cluster}"
        return self.engine.run("podman", "ps", "--quiet", "--filter", label).stdout.split("\n")[0]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.aws.server.stop()
        self.podman.stop()


def attempt(running, function):
    """A case; what it cannot do at all is its fault, too."""
    started, found = time.monotonic(), []
    try:
        found += function(running)
    except Exception:
        found += traceback.format_exc().splitlines()
    return f"{time.monotonic() - started:.0f} s", found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", type=Path)
    parser.add_argument("root", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--cases", nargs="+", default=[""], help="those in whose function's name one of these words is")
    options = parser.parse_args()
    chosen = [(name, one) for name, one in CASES if any(word in one.__name__ for word in options.cases)]
    report = Report()
    with Running(options) as running, ThreadPoolExecutor(2) as pool:
        tried = pool.map(lambda pair: (pair[0], *attempt(running, pair[1])), chosen)
        for name, seconds, faults in tried:
            report.check(name, seconds, faults)
    sys.exit(report.end())


if __name__ == "__main__":
    main()
