"""What statements take: of 85 customers, and of one customer with some 2,000 lines.

Called by `make bench`: statements.py BIN ROOT WORK. Prints a line for each.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from measured import run

sys.path.append(str(Path(__file__).resolve().parent.parent / "statements"))

from many import project

ACCOUNTS = 86
ROWS = 200_000
PERIOD = "2026-10"
MANY = 85


def accounts_of(binary, place):
    """The accounts of the report, once they are published."""
    sql = f"select distinct account_id from accounts where billing_period = '{PERIOD}' and account_id <> 'margin'"
    command = [binary, "query", *map(str, place), "--format", "json", sql]
    found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return sorted(row["account_id"] for row in found)


def main():
    binary, root, work = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    report, accounts = work / "report", []
    run(binary, "sample", "--out", report, "--accounts", ACCOUNTS, "--periods", 1, "--rows", ROWS)
    for customers, name in [(0, "none"), (MANY, "many"), (1, "one")]:
        output = work / f"out-{name}"
        project(root, work / name, accounts, customers)
        place = ["--project", work / name, "--output", output]
        run(binary, "run", *place, "--source", report)
        if not customers:
            accounts = accounts_of(binary, place)
            continue
        seconds, cpu, memory = run(binary, "statements", "build", *place)
        files = list((output / "statements").rglob("statement.json"))
        statements = [json.loads(file.read_text()) for file in files]
        services = [service for one in statements for account in one["details"] for service in account["services"]]
        lines = sum(len(service["lines"]) for service in services)
        print(f"{len(files):3} statements, {lines:5} lines: {seconds:5.1f} s, {cpu:5.1f} CPU s, {memory:4.0f} MB")


if __name__ == "__main__":
    sys.exit(main())
