"""A stand-in for AWS that this machine can have: ministack, and the template made into a stack of it."""

import json
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import boto3
import servers
from botocore.exceptions import ClientError

REGION, ACCOUNT = "us-east-1", "000000000000"
REPORTS, PREFIX = "my-reports", "cur/report"
PARAMETERS = {"ReportBucket": REPORTS, "ReportPrefix": PREFIX, "ImageTag": "test"}


class NotMade(Exception):
    """A stack that could not be made; the text says why."""


class Aws:
    """A server, and clients of its services; `program` starts it in another way."""

    def __init__(self, folder, *program, **environment):
        program = program or [Path(sys.executable).with_name("ministack")]
        folder.mkdir(parents=True, exist_ok=True)
        port = servers.free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.server = servers.Server(
            "ministack", program, folder, self.url,
            lambda: urlopen(f"{self.url}/_ministack/health", timeout=2).status == 200, 60,
            GATEWAY_PORT=str(port), BIND_HOST="127.0.0.1", IOT_MTLS_ENABLED="0", SFTP_ENABLED="0", **environment,
        )  # fmt: skip
        self.clients = {}
        self.client("s3").create_bucket(Bucket=REPORTS)

    def client(self, service):
        if service not in self.clients:
            self.clients[service] = boto3.client(
                service, endpoint_url=self.url, region_name=REGION,
                aws_access_key_id="test", aws_secret_access_key="test",
            )  # fmt: skip
        return self.clients[service]

    def queue(self, name):
        """A queue of the test's own: its address and its ARN."""
        sqs = self.client("sqs")
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
        return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    def messages(self, url):
        """Takes all messages of a queue."""
        sqs, taken = self.client("sqs"), []
        while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            for message in found:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                taken.append(message["Body"])
        return taken

    def ended(self, execution, seconds=60):
        """What an execution came to."""
        machines, end = self.client("stepfunctions"), time.monotonic() + seconds
        while (found := machines.describe_execution(executionArn=execution))["status"] == "RUNNING":
            if time.monotonic() > end:
                raise TimeoutError(f"{execution} has not ended in {seconds} s")
            time.sleep(0.05)
        return found

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.stop()


class Stack:
    """A template as it came to be in the stand-in."""

    def __init__(self, aws, text, name, only=None, **parameters):
        """`only`: all parameters, where the template is another than the job's."""
        self.aws, self.name = aws, name
        formation = aws.client("cloudformation")
        self.chosen = chosen = only or {**PARAMETERS, **parameters}
        try:
            formation.create_stack(
                StackName=name, TemplateBody=text, Capabilities=["CAPABILITY_IAM"],
                Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in chosen.items()],
            )  # fmt: skip
        except ClientError as error:
            raise NotMade(str(error)[-400:]) from None
        self.wait(formation)
        resources = formation.get_paginator("list_stack_resources").paginate(StackName=name)
        self.resources = {
            one["LogicalResourceId"]: one["PhysicalResourceId"]
            for page in resources for one in page["StackResourceSummaries"]
        }  # fmt: skip
        outputs = formation.describe_stacks(StackName=name)["Stacks"][0]["Outputs"]
        self.outputs = {one["OutputKey"]: one["OutputValue"] for one in outputs}

    def update(self, **parameters):
        """Another value for some parameters."""
        formation = self.aws.client("cloudformation")
        kept = {key: value for key, value in self.chosen.items() if key not in parameters}
        formation.update_stack(
            StackName=self.name, UsePreviousTemplate=True, Capabilities=["CAPABILITY_IAM"],
            Parameters=[{"ParameterKey": key, "UsePreviousValue": True} for key in kept]
            + [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        )  # fmt: skip
        self.wait(formation, "UPDATE_COMPLETE")

    def status(self, formation):
        return formation.describe_stacks(StackName=self.name)["Stacks"][0]["StackStatus"]

    def wait(self, formation, wanted="CREATE_COMPLETE"):
        """Until the stack is there."""
        end = time.monotonic() + 60
        while (status := self.status(formation)) != wanted:
            if "FAILED" in status or "ROLLBACK" in status or time.monotonic() > end:
                events = formation.describe_stack_events(StackName=self.name)["StackEvents"]
                failed = [one for one in events if "FAILED" in one["ResourceStatus"]]
                reasons = [f"{one['LogicalResourceId']}: {one.get('ResourceStatusReason')}" for one in failed]
                raise NotMade("; ".join([status, *reasons]))
            time.sleep(0.1)

    def __getitem__(self, name):
        """The physical name of a resource."""
        return self.resources[name]

    def queue_arn(self, name):
        url = self[name]
        attributes = self.aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return attributes["Attributes"]["QueueArn"]

    def definition(self, name):
        """The definition of a state machine, with everything put in."""
        machine = self.aws.client("stepfunctions").describe_state_machine(stateMachineArn=self[name])
        return json.loads(machine["definition"])

    def statements(self, role):
        """All that a role is allowed."""
        iam, name = self.aws.client("iam"), self[role]
        found = []
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            found += iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]["Statement"]
        return found

    def execute(self, name, seconds=60):
        """Starts a state machine, and waits for its end."""
        machines = self.aws.client("stepfunctions")
        arn = machines.start_execution(stateMachineArn=self[name])["executionArn"]
        return self.aws.ended(arn, seconds)

    def listen(self, topic):
        """A queue that gets what a topic is told; gives its address."""
        url, arn = self.aws.queue(f"{self.name}-{topic}-heard")
        self.aws.client("sns").subscribe(
            TopicArn=self[topic], Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"}
        )
        return url

    def overhear(self, bus, detail_types):
        """A queue that gets events of a bus; gives its address."""
        url, arn = self.aws.queue(f"{self.name}-{bus}-overheard")
        events = self.aws.client("events")
        pattern = json.dumps({"source": ["apportion"], "detail-type": detail_types})
        events.put_rule(Name=f"{self.name}-overhear", EventBusName=self[bus], EventPattern=pattern)
        events.put_targets(Rule=f"{self.name}-overhear", EventBusName=self[bus], Targets=[{"Id": "heard", "Arn": arn}])
        return url
