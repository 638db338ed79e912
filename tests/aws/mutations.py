"""Faults that somebody could make in the template, each of which a check has to find."""

from concurrent.futures import ThreadPoolExecutor

import branches
import linters
import template
from stand_in import NotMade

# Faults that are looked for side by side.
AT_ONCE = 4

# What is changed, for what, and what finds it.
MUTATIONS = {
    "a rule that matches nothing": ("/*Manifest.json", "/*manifest.json", "pattern"),
    "a rule that matches data files": ("/*Manifest.json", "/*", "pattern"),
    "a wrong ARN as a target": (
        "Arn: !Ref StateMachine\n          RoleArn", "Arn: !Ref OutboxWatch\n          RoleArn", "targets"),
    "an attribute that is not there": ("!GetAtt RuleRole.Arn", "!GetAtt RuleRole.ARN", "cfn-lint"),
    "a property that is not there": ("AbortIncompleteMultipartUpload:", "AbortIncompleteUpload:", "cfn-lint"),
    "a queue that lets a rule not in": ("[!GetAtt ReportDelivered.Arn, !GetAtt MonthPublishedNotice.Arn", "[!GetAtt MonthPublishedNotice.Arn", "undelivered"),
    "a rule without a queue": (
        "          DeadLetterConfig: { Arn: !GetAtt Undelivered.Arn }\n          RetryPolicy: { MaximumEvent",
        "          RetryPolicy: { MaximumEvent", "undelivered"),
    "no catch of a run that failed": (
        "            Catch:\n              - ErrorEquals: [States.ALL]\n                Assign:",
        "            Catch:\n              - ErrorEquals: [States.Timeout]\n                Assign:", "resources"),
    "no catch of a queue that is gone": (
        "            Catch: [{ ErrorEquals: [States.ALL], Output: {}, Next: Tell the engineer }]\n", "", "resources"),
    "a service that is not there": ("ecs:runTask.sync", "ecs:runTasks.sync", "resources"),
    "a state that is not there": ("Next: Read exit code", "Next: Read the exit code", "asl-validator"),
    "an expression that is not one": ("$floor($min([3600", "$floor($min[3600", "asl-validator"),
    "the exit code of another container": ("[Name = 'apportion'].Exit", "[Name = 'collector'].Exit", "branches"),
    "SIGTERM is for a person": ("[75, 137, 143, -1]", "[75, 137, -1]", "branches"),
    "tries without an end": ("$attempt < 6", "$attempt < 60", "branches"),
    "waits of seconds": ("$min([3600, 240", "$min([3600, 2", "branches"),
    "waits of hours": ("$min([3600, 240", "$min([36000, 2400", "waits"),
    "waits of the same length": ("(0.5 + $random() / 2)", "0.75", "waits"),
    "no wait for a longer run": ("[$toMillis(StartDate) < $began]) > 0", "[$toMillis(StartDate) < $began]) > 9", "branches"),
    "an event that is owed fails the run": ("$count($states.result.Contents) > 0 %}", "false %}", "branches"),
    "an event that leaves its schema": ("schema: 1", "schema: 2", "branches"),
    "a size that Fargate does not have": ('Cpu: "2048", Memory: "8192"', 'Cpu: "2048", Memory: "3072"', "sizes"),
    "a right too few": ("s3:DeleteObject, ", "", "role"),
    "a right too many": ("{ Sid: SayWhatHappened, Effect: Allow, Action: events:PutEvents",
                         "{ Sid: SayWhatHappened, Effect: Allow, Action: events:*", "role"),
    "a collector that ends the run": ("Essential: false", "Essential: true", "collector"),
    "a template that is too large": ("Parameters:\n", f"# {'x' * 500}\nParameters:\n", "stack"),
    "a role that may not be passed": (
        "[!GetAtt TaskRole.Arn, !GetAtt ExecutionRole.Arn]", "!GetAtt TaskRole.Arn", "machines"),
    "an alarm of nothing": ("Value: !GetAtt FailedRuns.QueueName", "Value: !Ref FailedRuns", "alarms"),
    "an alarm that never comes": ("TreatMissingData: breaching", "TreatMissingData: notBreaching", "alarms"),
    "a sentence without its month": ("{ month: $.detail.billing_period", "{ month: $.detail.month", "notices"),
    "a root that can be written": ("ReadonlyRootFilesystem: true", "ReadonlyRootFilesystem: false", "task"),
    "a variable that nobody reads": ("Name: APPORTION_OUTPUT", "Name: APPORTION_RESULTS", "variables"),
    "a way in": (
        "      SecurityGroupEgress:\n",
        "      SecurityGroupIngress: [{ IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0 }]\n"
        "      SecurityGroupEgress:\n", "network"),
    "a bucket that goes with the stack": (
        "    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n",
        "    DeletionPolicy: Delete\n    UpdateReplacePolicy: Delete\n", "bucket"),
}  # fmt: skip


def machines():
    """The names of state machines that the mutations need answers for."""
    return [f"mutation-{number}" for number in range(len(MUTATIONS))]


def check(aws, text, work):
    """Makes every fault, and yields those that the check for it does not find."""

    def missed(numbered):
        number, (name, (old, new, finder)) = numbered
        if old not in text:
            return f"{name}: the template does not say {old!r}"
        found = by(finder, aws, text.replace(old, new), number, work)
        return None if found else f"{name}: {finder} does not find it"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield from filter(None, pool.map(missed, enumerate(MUTATIONS.items())))


def by(finder, aws, text, number, work):
    """What one check says of a template that is wrong."""
    try:
        if finder == "cfn-lint":
            path = work / f"mutation-{number}.yaml"
            path.write_text(text)
            return list(linters.of_template(path))
        stacks = template.stacks(aws, text, f"-{number}")
        if finder == "asl-validator":
            return list(linters.of_machines(stacks["plain"], work))
        if finder == "branches":
            return list(branches.check(stacks["plain"], f"mutation-{number}"))
        return list(dict((one.__name__, one) for _, one in template.CHECKS)[finder](stacks, text))
    except NotMade as fault:
        # Only where it is the stand-in that has to find it.
        return [str(fault)] if finder == "stack" else []
