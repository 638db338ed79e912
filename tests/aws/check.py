"""Is deploy/ what AWS would take, and does the job do there what it says?

Called by run.sh, which sets up the tools: check.py BIN ROOT WORK [OPTION ...]. Prints one line a check and, below, what
is wrong. Exits 1 if anything is.
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

import branches
import image
import linters
import mutations
import organization
import role
import sender
import template
from checks import Report
from stand_in import Aws

PARTS = ["lint", "template", "branches", "role", "image", "organization", "sender", "mutations"]


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", type=Path)
    parser.add_argument("root", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="these alone")
    return parser.parse_args()


def attempt(report, name, faults):
    """A check that takes a while; what it cannot do at all is its fault, too."""
    started, found = time.monotonic(), []
    try:
        found += faults
    except Exception:
        found += traceback.format_exc().splitlines()
    report.check(name, f"{time.monotonic() - started:.0f} s", found)


def main():
    chosen = options()
    report, work = Report(), chosen.work / "short"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    (work / "npm").symlink_to(chosen.work / "npm")
    path = chosen.root / "deploy/apportion.yaml"
    text = path.read_text()
    answers = work / "answers.json"
    answers.write_text(json.dumps(branches.mocks(["branches", *mutations.machines()])))
    with Aws(work, SFN_WAIT_SCALE=str(branches.SCALE), SFN_MOCK_CONFIG=str(answers)) as aws:
        stacks = template.stacks(aws, text)
        if "lint" in chosen.parts:
            attempt(report, "cfn-lint: the template", linters.of_template(path))
            attempt(report, "cfn-lint: the sender's template", linters.of_template(chosen.root / sender.TEMPLATE))
            attempt(report, "asl-validator: the state machines", linters.of_machines(stacks["plain"], work))
            attempt(report, "hadolint: the Dockerfile", linters.of_dockerfile(chosen.root))
        if "template" in chosen.parts:
            for name, faults in template.CHECKS:
                attempt(report, name, faults(stacks, text))
        if "branches" in chosen.parts:
            count = len(branches.BRANCHES) + 1
            attempt(report, f"{count} branches of the state machine", branches.check(stacks["plain"], "branches"))
        # What works for long beside what waits for long.
        with ThreadPoolExecutor() as pool:
            if "mutations" in chosen.parts:
                name = f"{len(mutations.MUTATIONS)} faults of the template are found"
                pool.submit(attempt, report, name, mutations.check(aws, text, work))
            if "role" in chosen.parts:
                faults = role.check(stacks["plain"], stacks["athena"], work / "moto", chosen.root, chosen.binary)
                attempt(report, "the task's role is enough, each right needed", faults)
            if "organization" in chosen.parts:
                faults = organization.check(work / "organization", chosen.root, chosen.binary)
                attempt(report, "accounts from an organization", faults)
            if "sender" in chosen.parts:
                faults = sender.check(aws, stacks["plain"], chosen.root, work / "sender", chosen.binary)
                attempt(report, "the stack that sends statements, and its role", faults)
            if "image" in chosen.parts:
                engine = image.Engine(chosen.work / "containers")
                attempt(report, "the image runs confined, twice", image.check(engine, chosen.root, chosen.binary))
    sys.exit(report.end())


if __name__ == "__main__":
    main()
