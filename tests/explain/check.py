"""Is every figure that `apportion explain` begins with the published one, and do its parts sum to it?

Called by run.sh: check.py BIN ROOT WORK [--lines N] [REPORT ...]. Builds all months of each report (without one: of the
bundled sample), and asks of each for every account, with each service, and every customer, and of all together for N
lines drawn at random. The program refuses a split that does not sum to the figure; here sums are taken once more, and
the figure is compared with the table.
Prints one line a check and, below, what differs. Exits 1 if anything does.
"""

import argparse
import json
import random
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

EVERY = "0001-01..9999-12"
AT_ONCE = 2
SHOWN = 10
SEED = 20


class Month:
    """A published month, and what there is to ask of it."""

    def __init__(self, binary, place, period):
        self.binary, self.place, self.period = binary, place, period

    @classmethod
    def all_of(cls, binary, root, output, source):
        """Those of a report, published."""
        place = ["--project", str(root), "--output", str(output)]
        shutil.rmtree(output, ignore_errors=True)
        every = cls(binary, place, EVERY)
        every.run("build", "--source", str(source), "--target-path", f"{output}-artifacts", "--period", EVERY)
        found = every.query("select distinct billing_period as month from account_costs order by 1")
        return [cls(binary, place, row["month"]) for row in found]

    def run(self, *words):
        done = subprocess.run([self.binary, *words, *self.place], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"apportion {' '.join(words)}: {done.stderr.strip()}")
        return done.stdout

    def query(self, sql):
        return json.loads(self.run("query", sql, "--format", "json"), parse_float=Decimal)

    def explain(self, *words):
        text = self.run("explain", *words, "--period", self.period, "--format", "json")
        return json.loads(text, parse_float=Decimal)["answers"]

    def faults(self, words, figures):
        """What is wrong with an explanation whose figures, by currency, are known."""
        name = " ".join(words)
        try:
            answers = self.explain(*words)
        except RuntimeError as error:
            return [str(error)]
        found = []
        first, splits = True, 0
        for section, rows in answers.items():
            column = "figure" if first else "part"
            first = False
            if not rows or column not in rows[0]:
                continue
            splits += column == "part"
            sums = {}
            for row in rows:
                sums[row["currency"]] = sums.get(row["currency"], Decimal(0)) + Decimal(str(row[column]))
            if sums != figures:
                found.append(f"{name}: {column}s of {section} sum to {sums}, and the table has {figures}")
        if not splits:
            found.append(f"{name}: nothing splits the figure")
        return found


def subjects(month, lines):
    """What is asked, by kind: the words, and the figures by currency."""
    where = f"where billing_period = '{month.period}'"

    def grouped(kind, options, sql):
        asked = {}
        for row in month.query(sql):
            words = tuple(word for option, column in options for word in (option, row[column]))
            asked.setdefault(words, {})[row["currency_code"]] = Decimal(str(row["cost"]))
        return kind, asked

    yield grouped("accounts", [("--account", "account_id")], f"""
        select account_id, currency_code, sum(real_cost) as cost from account_costs {where} group by 1, 2""")
    yield grouped("accounts with a service", [("--account", "account_id"), ("--service", "service_code")], f"""
        select account_id, service_code, currency_code, sum(real_cost) as cost
        from account_costs {where} group by 1, 2, 3""")
    yield grouped("customers", [("--customer", "customer")], f"""
        select customer, currency_code, total as cost from statement_totals {where}""")
    kind, asked = grouped("lines", [("--line", "line_item_id")], f"""
        select line_item_id, currency_code, sum(real_cost) as cost from line_item_costs
        {where} and line_item_id <> '' group by 1, 2""")
    drawn = random.Random(SEED).sample(sorted(asked), min(lines, len(asked)))
    yield kind, {words: asked[words] for words in drawn}


def explained(month, kind, asked):
    """What is wrong with the explanations of figures of a kind."""
    begun = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        faults = [fault for found in pool.map(lambda one: month.faults(*one), asked.items()) for fault in found]
    seconds = time.monotonic() - begun
    faults = faults if asked else [f"{month.period}: there are no {kind}"]
    print(f"  {'FAIL' if faults else 'ok  '}  {kind:<28} {len(asked)} explained in {seconds:.0f} s", flush=True)
    return faults


def main():
    parser = argparse.ArgumentParser()
    for name in ["binary", "root", "work"]:
        parser.add_argument(name)
    parser.add_argument("--lines", type=int, default=1000)
    parser.add_argument("reports", nargs="*")
    args = parser.parse_intermixed_args()
    root, work = Path(args.root), Path(args.work)
    work.mkdir(parents=True, exist_ok=True)
    failed = []
    for source in args.reports or [str(root / "data/sample")]:
        months = Month.all_of(args.binary, root, work / "out", source)
        for month in months:
            print(f"{source}, {month.period}:", flush=True)
            for kind, asked in subjects(month, args.lines // len(months)):
                # A report need not have customers; the sample has everything.
                if asked or kind != "customers" or not args.reports:
                    failed += explained(month, kind, asked)
    for fault in failed[:SHOWN]:
        print(f"  {fault}")
    if len(failed) > SHOWN:
        print(f"  ... and {len(failed) - SHOWN} more")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
