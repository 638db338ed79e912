"""Ministack, with what Fargate and Step Functions do and it does not; started in its place by whole_job.py.

- A state that runs a task and waits for its end fails where the program ends with another code than 0, or never began,
  with the task as its cause.
- A container has a root that cannot be written, a user, and no capabilities, if its definition says so.
- It finds the stand-in for AWS, and keys for it, where AWS's own tools look.
"""

import json
import os
import time

from ministack import app
from ministack.services import ecs, stepfunctions

KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}


def pascal(value):
    """What ECS says, spelt as Step Functions does."""
    if isinstance(value, dict):
        return {key[:1].upper() + key[1:]: pascal(one) for key, one in value.items()}
    return [pascal(one) for one in value] if isinstance(value, list) else value


def run_task(resource, arguments):
    """`ecs:runTask.sync`."""
    status, _, body = ecs._run_task(stepfunctions._pascal_to_camel(arguments))
    answer = json.loads(body)
    if status >= 400:
        raise stepfunctions._ExecutionError("ECS.AmazonECSException", answer.get("message", ""))
    cluster, arn = arguments["Cluster"], answer["tasks"][0]["taskArn"]
    while (task := described(cluster, arn))["lastStatus"] != "STOPPED":
        time.sleep(0.2)
    if any(one.get("exitCode") != 0 for one in task["containers"]):
        # AWS leaves out what is not known.
        known = {key: value for key, value in task.items() if value is not None}
        known["containers"] = [{k: v for k, v in one.items() if v is not None} for one in task["containers"]]
        raise stepfunctions._ExecutionError("States.TaskFailed", json.dumps(pascal(known)))
    return pascal(task)


def described(cluster, arn):
    return json.loads(ecs._describe_tasks({"cluster": cluster, "tasks": [arn]})[2])["tasks"][0]


def confined(make):
    """What a container is started with, and what its definition says besides."""

    def kwargs(definition, task, environment, *rest):
        made = make(definition, task, environment, *rest)
        for name in ["network", "extra_hosts", "ports"]:
            made.pop(name, None)
        environment.pop("AWS_CONTAINER_CREDENTIALS_FULL_URI", None)
        environment.pop("AWS_CONTAINER_AUTHORIZATION_TOKEN", None)
        environment |= {**KEYS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}"}
        return made | {
            "network_mode": "host", "environment": environment, "cap_drop": ["ALL"],
            "read_only": definition["readonlyRootFilesystem"], "user": definition["user"],
            "mem_limit": f"{definition['memory']}m",
        }  # fmt: skip

    return kwargs


stepfunctions._SERVICE_DISPATCH["arn:aws:states:::ecs:runTask"] = run_task
ecs._build_run_kwargs = confined(ecs._build_run_kwargs)

if __name__ == "__main__":
    app.main()
