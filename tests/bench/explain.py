"""What it takes to explain a figure, to plan a month, and to write the page of the project.

Called by `make bench`: explain.py BIN ROOT WORK [ROWS]. Prints a line for each, over the bundled sample and over a report
of ROWS lines. Each explanation is asked three times; the middle one counts.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from measured import run

ACCOUNTS = 85


def ask(binary, place, sql):
    command = [binary, "query", *map(str, place), "--format", "json", sql]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)[0]


def figures(binary, place):
    """The largest account, with its largest service, and one of its lines that was shared."""
    newest = "billing_period = (select max(billing_period) from account_costs)"
    top = ask(binary, place, f"""
        select account_id, service_code, sum(real_cost) as cost from account_costs
        where {newest} and account_id <> 'margin' group by 1, 2 order by cost desc limit 1""")
    line = ask(binary, place, f"""
        select line_item_id from line_item_costs
        where {newest} and account_id = '{top["account_id"]}' and pool_key <> '' and line_item_id <> '' limit 1""")
    yield "an account", ["--account", top["account_id"]]
    yield "a service of an account", ["--account", top["account_id"], "--service", top["service_code"]]
    yield "a line", ["--line", line["line_item_id"]]


def measured(name, *words):
    took = sorted(run(*words) for _ in range(3))[1]
    print(f"{name:<44} {took[0]:6.2f} s {took[1]:6.2f} CPU s {took[2]:6.0f} MB", flush=True)


def main():
    binary, root, work = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    rows = int(sys.argv[4]) if len(sys.argv) > 4 else 0
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    reports = {"the sample": root / "data/sample"}
    if rows:
        reports[f"{rows:,} lines"] = work / "report"
        run(binary, "sample", "--out", work / "report", "--accounts", ACCOUNTS, "--periods", 1, "--rows", rows)
    for number, (name, report) in enumerate(reports.items()):
        place = ["--project", root, "--output", work / f"out-{number}"]
        run(binary, "run", *place, "--source", report, "--target-path", work / "artifacts")
        asked = list(figures(binary, place))
        for what, words in asked:
            measured(f"explain {what} of {name}", binary, "explain", *words, *place)
        measured(f"diagram of {name}", binary, "diagram", *asked[0][1], *place)
        plan = ["plan", *place, "--source", report, "--target-path", work / "artifacts", "--full-refresh"]
        seconds, cpu, memory = run(binary, *plan)
        print(f"{'plan of ' + name:<44} {seconds:6.2f} s {cpu:6.2f} CPU s {memory:6.0f} MB", flush=True)
    measured("docs", binary, "docs", *place, "--target-path", work / "artifacts")


if __name__ == "__main__":
    main()
