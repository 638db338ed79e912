"""The branches of the state machine, with answers of ECS that are written down here.

The machine is the template's, everything else in it is real: queue, topic, bus and bucket of the stand-in.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import jsonschema

# Waits are this much of what they are.
SCALE = 0.001
SCHEMA = Path(__file__).resolve().parents[2] / "docs/events/RunFailed.json"
OUTBOX = "apportion/.apportion/outbox/2026-10/run.json"

# What a task is to Step Functions when it has ended; the other container is one that stands beside the program.
TASK = {
    "TaskArn": "arn:aws:ecs:us-east-1:000000000000:task/apportion/1",
    "LastStatus": "STOPPED",
    "StopCode": "EssentialContainerExited",
    "StoppedReason": "Essential container in task exited",
}  # fmt: skip


def exits(code):
    task = {**TASK, "Containers": [{"Name": "collector", "ExitCode": 0}, {"Name": "apportion", "ExitCode": code}]}
    return {"Throw": {"Error": "States.TaskFailed", "Cause": json.dumps(task)}}


NEVER_STARTED = {
    "Throw": {
        "Error": "States.TaskFailed",
        "Cause": json.dumps({
            **TASK, "StopCode": "TaskFailedToStart",
            "StoppedReason": "CannotPullContainerError: the image is not there",
            "Containers": [{"Name": "collector"}, {"Name": "apportion"}],
        }),
    }
}  # fmt: skip
TIMED_OUT = {"Throw": {"Error": "States.Timeout", "Cause": ""}}
NO_PLACE = {
    "Throw": {
        "Error": "AmazonECS.Unknown",
        "Cause": json.dumps({"Failures": [{"Reason": "Capacity is unavailable at this time"}], "Tasks": []}),
    }
}
ALONE = {"Return": {"Executions": []}}
AT_WORK = {"Return": {"Executions": [{"ExecutionArn": "another", "StartDate": "2026-10-01T06:00:00.000Z"}]}}
WELL = {"Return": {**TASK, "Containers": [{"Name": "apportion", "ExitCode": 0}]}}


@dataclass
class Branch:
    """What ECS answers, and what must come of it: the error that the execution ends with, if one."""

    name: str
    answers: list
    error: str = ""
    exit_code: str = ""
    says: str = ""
    # How often a run that began earlier is found at work; None: the stand-in is asked.
    taken: int | None = 0
    case: str = ""

    def __post_init__(self):
        self.case = "".join(word.capitalize() for word in self.name.replace("-", " ").split())


BRANCHES = [
    Branch("ok", [WELL]),
    Branch("no", [exits(1)], "RunFailed", "1", "a test failed or a total does not balance"),
    Branch("impossible", [exits(2)], "RunFailed", "2", "need somebody"),
    Branch("not now twice", [exits(75), exits(75), WELL]),
    Branch("killed once", [exits(137), WELL]),
    Branch("stopped once", [exits(143), WELL]),
    Branch("never started once", [NEVER_STARTED, WELL]),
    Branch("timed out once", [TIMED_OUT, WELL]),
    Branch("no place once", [NO_PLACE, WELL]),
    Branch("not now six times", [exits(75)] * 6 + [WELL], "RunFailed", "75", "exit code 75. Tries: 6"),
    Branch("waited for twice", [exits(75)] * 8 + [WELL], "RunFailed", "75", "exit code 75. Tries: 8", taken=2),
    Branch("crashed", [exits(139), WELL], "RunFailed", "139", "exit code 139. Tries: 1"),
    Branch("never started six times", [NEVER_STARTED] * 6 + [WELL], "RunFailed", "none", "CannotPullContainerError"),
]
OWED = Branch("owing events six times", [exits(75)] * 6 + [WELL], "EventsOwed", taken=None)
LOOK = "Look for a run at work"


def mocks(names):
    """The file of answers for machines of those names."""
    cases, answers = {}, {}
    for one in [*BRANCHES, OWED]:
        cases[one.case] = {"Run": one.case}
        answers[one.case] = one.answers
        if one.taken is not None:
            cases[one.case][LOOK] = f"{one.case}Look"
            answers[f"{one.case}Look"] = [AT_WORK] * one.taken + [ALONE]
    return {
        "StateMachines": {name: {"TestCases": cases} for name in names},
        "MockedResponses": {
            name: {str(number): answer for number, answer in enumerate(of_name)} for name, of_name in answers.items()
        },
    }


class Machine:
    """The template's machine under a name that has answers, and ears for all that it says."""

    def __init__(self, stack, name):
        self.stack, self.aws = stack, stack.aws
        self.client = stack.aws.client("stepfunctions")
        definition = json.dumps(stack.definition("StateMachine"))
        role = "arn:aws:iam::000000000000:role/any"
        self.arn = self.client.create_state_machine(name=name, definition=definition, roleArn=role)["stateMachineArn"]
        self.told = stack.listen("Alarms")
        self.said = stack.overhear("Bus", ["RunFailed"])

    def run(self, branch):
        arn = f"{self.arn}#{branch.case}"
        started = self.client.start_execution(stateMachineArn=arn, input=json.dumps({"because": branch.case}))
        try:
            return started["executionArn"], self.aws.ended(started["executionArn"], 40)
        except TimeoutError:
            self.client.stop_execution(executionArn=started["executionArn"])
            return started["executionArn"], {"status": "not at an end"}

    def history(self, execution):
        pages = self.client.get_paginator("get_execution_history").paginate(executionArn=execution)
        return [event for page in pages for event in page["events"]]


def check(stack, name):
    """Runs all branches, and yields what is wrong."""
    machine = Machine(stack, name)
    with ThreadPoolExecutor(len(BRANCHES)) as pool:
        runs = list(zip(BRANCHES, pool.map(machine.run, BRANCHES), strict=True))
    for branch, (execution, ended) in runs:
        yield from (f"{branch.name}: {fault}" for fault in ended_well(machine, branch, execution, ended))
    yield from told(machine, [(branch, execution) for branch, (execution, _) in runs if branch.error])
    yield from owed(machine)
    yield from deaf(machine)


def ended_well(machine, branch, execution, ended):
    """What is wrong with how an execution ended, how often it tried, and how long it waited."""
    if ended["status"] != ("FAILED" if branch.error else "SUCCEEDED") or ended.get("error", "") != branch.error:
        yield f"{ended['status']} {ended.get('error', '')} {ended.get('cause', '')}"
    if branch.says not in ended.get("cause", ""):
        yield f"says {ended.get('cause', '')}"
    history = machine.history(execution)
    tries = sum(1 for event in history if event.get("stateEnteredEventDetails", {}).get("name") == "Run")
    wanted = len(branch.answers) - (1 if branch.error and WELL in branch.answers else 0)
    if tries != wanted:
        yield f"{tries} tries instead of {wanted}"
    for number, seconds in enumerate(waits(history), start=1):
        most = min(3600, 240 * 2 ** (number - 1))
        # A machine that is busy lets it wait for longer.
        if not most / 2 - 1 <= seconds <= most + 600:
            yield f"wait {number} was {seconds:.0f} s instead of {most / 2:.0f} to {most}"


def waits(history):
    """How many seconds an execution waited each time."""
    entered = None
    for event in history:
        if event["type"] == "WaitStateEntered":
            entered = event["timestamp"]
        elif event["type"] == "WaitStateExited":
            yield between(entered, event["timestamp"]) / SCALE


def between(start, end):
    if isinstance(start, datetime):
        return (end - start).total_seconds()
    return float(end) - float(start)


def told(machine, failed):
    """Each failed execution has one dead letter, one sentence and one event, and no other has."""
    letters = [json.loads(one) for one in machine.aws.messages(machine.stack["FailedRuns"])]
    events = [json.loads(one)["detail"] for one in machine.aws.messages(machine.said)]
    sentences = machine.aws.messages(machine.told)
    for what, found in [("dead letters", letters), ("events", events), ("sentences", sentences)]:
        if len(found) != len(failed):
            yield f"{len(found)} {what} for {len(failed)} failures"
    schema = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
    yield from (f"an event leaves its schema: {fault.message}" for one in events for fault in schema.iter_errors(one))
    for branch, execution in failed:
        none = {"failure": {}, "input": {}}
        letter = next((one for one in letters if one["failure"]["correlation_id"] == execution), none)
        event = next((one for one in events if one["correlation_id"] == execution), {})
        if letter["input"] != {"because": branch.case} or letter["failure"].get("exit_code") != branch.exit_code:
            yield f"{branch.name}: the dead letter is {letter}"
        if event.get("exit_code") != branch.exit_code or event.get("id") != letter["failure"].get("id"):
            yield f"{branch.name}: the event is {event}"
        if not any(branch.says in one and execution in one for one in sentences):
            yield f"{branch.name}: no sentence says `{branch.says}`"


def owed(machine):
    """Where an event is in the outbox, six times 75 is no failure of a run."""
    s3 = machine.aws.client("s3")
    s3.put_object(Bucket=machine.stack["Results"], Key=OUTBOX, Body=b"{}")
    execution, ended = machine.run(OWED)
    s3.delete_object(Bucket=machine.stack["Results"], Key=OUTBOX)
    yield from (f"{OWED.name}: {fault}" for fault in ended_well(machine, OWED, execution, ended))
    yield from told(machine, [])


def deaf(machine):
    """One that cannot be told keeps no other from being told."""
    impossible = next(one for one in BRANCHES if one.exit_code == "2")
    stack = machine.stack
    machine.aws.client("sqs").delete_queue(QueueUrl=stack["FailedRuns"])
    execution, ended = machine.run(impossible)
    if ended["error"] != "RunFailed":
        yield f"without a queue it ended with {ended['error']}"
    if len(machine.aws.messages(machine.told)) != 1:
        yield "without a queue nobody is told"
    machine.aws.client("sns").delete_topic(TopicArn=stack["Alarms"])
    machine.aws.messages(machine.said)
    machine.run(impossible)
    if len(machine.aws.messages(machine.said)) != 1:
        yield "without queue and topic there is no event"
    machine.aws.client("events").remove_targets(Rule=f"{stack.name}-overhear", EventBusName=stack["Bus"], Ids=["heard"])
