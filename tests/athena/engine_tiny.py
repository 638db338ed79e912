"""The project of three models, tiny, that everything is broken for: its report, and what readers see of it."""

import shutil
from pathlib import Path

import pyarrow as arrow
import pyarrow.parquet as parquet
from engine_place import Place, rows_of

PROJECT = Path(__file__).resolve().parent / "tiny"
PERIOD = "2024-01"
MONTH = f"BILLING_PERIOD={PERIOD}"
LINES = [("a", "111111111111", 10.0), ("b", "111111111111", 20.5), ("c", "222222222222", 29.5)]
# The three lines together.
TOTAL = 60
# Where the statement that makes the table of the lines has it written to, at the first attempt and at any.
FIRST, LINES_TABLE = "stg_lines/1/", "/stg_lines/"


def write_report(path, lines=LINES, cost="double"):
    """Writes lines, of ids, accounts and costs, as AWS delivers them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    ids, accounts, costs = zip(*lines)
    kind, of = {"double": (arrow.float64(), float), "string": (arrow.string(), str)}[cost]
    columns = {
        "identity_line_item_id": arrow.array(ids, arrow.string()),
        "line_item_usage_account_id": arrow.array(accounts, arrow.string()),
        "line_item_usage_start_date": arrow.array([1_704_067_200_000] * len(ids), arrow.timestamp("ms")),
        "line_item_unblended_cost": arrow.array(map(of, costs), kind),
        "product_region_code": arrow.array(["eu-west-1"] * len(ids), arrow.string()),
    }
    parquet.write_table(arrow.table(columns), path)


class Tiny(Place):
    """A place with the tiny project, and a report of `lines`."""

    def __init__(self, binary, running, folder, lines=LINES, cost="double", **of_api):
        project = shutil.copytree(PROJECT, folder / "project")
        super().__init__(binary, running, folder, project, PERIOD, **of_api)
        self.deliver(lines, cost=cost)

    def deliver(self, lines, name="lines", cost="double"):
        """Puts a file of these lines into the report."""
        report = self.folder / f"report-{name}"
        write_report(report / MONTH / f"{name}.parquet", lines, cost)
        self.upload(report)

    def hold(self, text=FIRST):
        """Has the next query with that text stand still until it is released."""
        self.api.faults.add({"do": "hold", "text": text})

    def release(self):
        self.api.faults.release()

    def total(self, below="out"):
        """What all lines cost by what readers see, times the factor; None where nothing is published."""
        files = self.files(below, ["costs"]).get("costs")
        if not files:
            return None
        rows = (row for body in files for row in rows_of(body))
        return float(sum(row["amount"] * row["factor"] for row in rows))

    def shows(self, total, below="out"):
        """What is wrong if all lines are to cost `total`."""
        found = self.total(below)
        return [] if found == total else [f"readers see {found}, not {total}"]

    def starts(self, text):
        """How often Athena was asked to start queries with that text, answered or not, and their tokens."""
        asked = (one["parameters"] for one in self.api.seen()["requests"] if one["operation"] == "StartQueryExecution")
        return [one["ClientRequestToken"] for one in asked if text in one["QueryString"]]

    def frees_lease(self):
        """Has the claim of a killed run end, as time does."""
        ended = b'{"run_id":"20240101T000000000Z-1","until":"2024-01-01T00:00:00Z"}'
        self.put(f".apportion/claims/{PERIOD}", ended)
