"""Linters of others: of the template, of state machines, of the Dockerfile."""

import json
import re
import subprocess
import sys
from pathlib import Path


def tool(name):
    return Path(sys.executable).with_name(name)


def said(*command):
    """What a linter complains of."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    lines = (done.stdout + done.stderr).strip().splitlines()
    return lines or ["it failed"] if done.returncode else []


def of_template(path):
    yield from said(tool("cfn-lint"), path)


def of_dockerfile(root):
    yield from said(tool("hadolint"), root / "deploy/Dockerfile")
    # What the first stage lays out has to reach it.
    copied = re.findall(r"^for name in (.*); do$", (root / "deploy/stage.sh").read_text(), re.MULTILINE)
    sent = (root / ".dockerignore").read_text().splitlines()
    yield from (f"`{name}` is not sent to the build" for names in copied for name in names.split() if f"!{name}" not in sent)


def of_machines(stack, work):
    """Both state machines as they came to be, the words of the template put in."""
    for name in ["StateMachine", "OutboxWatch"]:
        path = work / f"{stack.name}-{name}.json"
        path.write_text(json.dumps(stack.definition(name)))
        yield from said(work / "npm/node_modules/.bin/asl-validator", "--json-path", path)
