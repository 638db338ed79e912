"""An output as it grows over the years, and what readers must find in it.

Two months were published by earlier versions (tests/months_before). Two models are added to a copy of the project that
lack columns in the older of the two months that it publishes; one had another name there. Of the newer month a
superseded run lies beside the current one, as in a bucket for an hour. What readers must find is what `apportion query`
says.
"""

import datetime
import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from checks import Apportion, snapshot

OLDER, NEWER = "2026-09", "2026-10"
RENAMED, FORMERLY = "late_costs", "early_costs"
OLD_NAMES = {RENAMED: FORMERLY, "customer_charges": "margin"}
GROWN = "noted_costs"
# Columns of both that the older month lacks, and one that no month has yet.
NEW = {"note": "integer", "usage_date": "date"}
COMING = {"coming": "timestamp(3)"}

GROWN_SQL = """\
{{{{ config(materialized='table') }}}}

select
    '{{{{ var("billing_period") }}}}' as billing_period,
    payer_account_id,
    account_id as owner_account_id,
    {{{{ sum_amount('real_cost') }}}} as amount{columns}
from {{{{ ref('account_costs') }}}}
group by payer_account_id, account_id
"""
ACCOUNTS = ["billing_period", "payer_account_id", "account_id", "account_name", "account_group"]


def properties(name, columns, formerly=()):
    listed = [{"name": column, "data_type": kind, "description": "it's one"} for column, kind in columns.items()]
    config = {"contract": {"enforced": True}, "meta": {"formerly": list(formerly)}}
    return json.dumps({"version": 2, "models": [{"name": name, "config": config, "columns": listed}]})


class Publications:
    """The project, its output below the folder `work`, and what is published there."""

    def __init__(self, binary, root, work):
        shutil.rmtree(work, ignore_errors=True)
        self.apportion = Apportion(binary, work / "project")
        self.report, self.output = work / "report", work / "out put"
        snapshot(root, self.apportion.project, {})
        self.models = self.apportion.project / "models/results"
        sample = ["sample", "--periods", "2", "--last-period", NEWER, "--rows", "3000", "--out", str(self.report)]
        subprocess.run([binary, *sample], check=True, capture_output=True)
        shutil.copytree(root / "tests/months_before", self.output)
        self.add_grown(FORMERLY, {})
        self.add_grown(GROWN, {})
        self.publish(OLDER)
        for file in self.models.glob(f"{FORMERLY}.*"):
            file.unlink()
        self.add_grown(RENAMED, NEW, [FORMERLY])
        self.add_grown(GROWN, NEW)
        self.publish(NEWER)
        self.publish_beside(NEWER)
        self.add_grown(RENAMED, NEW | COMING, [FORMERLY])
        self.add_grown(GROWN, NEW | COMING)

    def add(self, name, sql, columns, formerly=()):
        (self.models / f"{name}.sql").write_text(sql)
        (self.models / f"{name}.yml").write_text(properties(name, columns, formerly))

    def add_grown(self, name, more, formerly=()):
        values = {"integer": "cast(1 as integer)", "date": "date '2026-10-05'", "timestamp(3)": "cast('2026-10-05T01:02:03' as timestamp(3))"}
        columns = "".join(f",\n    {values[kind]} as {column}" for column, kind in more.items())
        kept = dict.fromkeys(["billing_period", "payer_account_id", "owner_account_id"], "string")
        self.add(name, GROWN_SQL.format(columns=columns), {**kept, "amount": "decimal(28,10)", **more}, formerly)

    def publish(self, period, *words):
        places = ["--source", str(self.report), "--output", str(self.output)]
        self.apportion.run("run", "--full-refresh", "--period", period, *places, *words)

    def publish_beside(self, period, *words):
        """Publishes again, and leaves the results of the run before where they are."""
        before = self.output.with_name("before")
        shutil.rmtree(before, ignore_errors=True)
        shutil.copytree(self.output, before, ignore=shutil.ignore_patterns("runs", ".apportion", "published_runs"))
        self.publish(period, *words)
        shutil.copytree(before, self.output, dirs_exist_ok=True)

    def views(self, reader, output=None):
        return self.apportion.run("views", "--format", reader, "--output", output or str(self.output))

    def query(self, sql):
        return json.loads(self.apportion.run("query", "--output", str(self.output), "--format", "json", sql))


def statements(text):
    """The statements of a file, without comments."""
    lines = (line for line in text.splitlines() if not line.lstrip().startswith("--"))
    return "\n".join(lines).strip().removesuffix(";").split(";\n")


def tables_of(text):
    """The tables that a file has views of."""
    views = re.findall(r"create or replace view .(\w+). as", text)
    return [view for view in views if f"bi_{view}" in views]


def plain(value):
    """A value of an engine as `apportion query` prints it."""
    if isinstance(value, Decimal):
        # Spark gives 1E-10 two more zeros; no table has more than ten digits.
        return f"{value:f}" if value.as_tuple().exponent >= -10 else f"{value:.10f}"
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value


def faults(publications, text, ask):
    """What readers find wrongly; `ask` gives names of columns and rows of a query to the engine that has run `text`."""
    tables = tables_of(text)
    if len(tables) < 12 or not {RENAMED, GROWN} <= set(tables):
        yield f"there are views of {tables} alone"
    published = {
        (row["billing_period"], row["table_name"]): row["run_id"]
        for row in publications.query("select billing_period, table_name, run_id from published_runs")
    }
    names = {
        tuple(row[column] for column in ACCOUNTS[:3]): row["account_name"]
        for row in publications.query(f"select {', '.join(ACCOUNTS)} from accounts")
    }
    for table in tables:
        columns, rows = ask(f"select * from {table}")
        kept = [column for column in columns if column != "run_id"]
        named = ", ".join(f'"{column}"' for column in kept)
        expected = Counter(tuple(row.values()) for row in publications.query(f"select {named} from {table}"))
        found = [dict(zip(columns, map(plain, row))) for row in rows]
        yield from different(table, expected, Counter(tuple(row[column] for column in kept) for row in found))
        folders = [table, OLD_NAMES[table]] if table in OLD_NAMES else [table]
        runs = {(row["billing_period"], row["run_id"]) for row in found}
        current = {(month, published[key]) for key in published for month, name in [key] if name in folders}
        if not runs <= current or (table == "account_costs" and runs != current):
            yield f"{table}: rows are of the runs {sorted(runs)}, and published are {sorted(current)}"
        yield from faults_for_bi(table, found, names, *ask(f"select * from bi_{table}"))


def faults_for_bi(table, base, names, columns, rows):
    """What is wrong with a view for BI tools over the rows `base`."""
    date = "usage_date" if base and "usage_date" in base[0] else "period_start"
    if columns[0] != date or "run_id" in columns:
        yield f"bi_{table}: the columns are {columns}"
        return
    expected = Counter()
    for row in base:
        row = {"period_start": f"{row['billing_period']}-01"} | row
        for column in [column for column in row if column.endswith("account_id")]:
            key = (row["billing_period"], row.get("payer_account_id"), row[column])
            row.setdefault(column.removesuffix("_id") + "_name", names.get(key))
        expected[tuple(row[column] for column in columns)] += 1
    found = Counter(tuple(map(plain, row)) for row in rows)
    yield from different(f"bi_{table}", expected, found)
    named = [column for column in base[0] if column.endswith("account_id")] if base else []
    if [column for column in named if column.removesuffix("_id") + "_name" not in columns]:
        yield f"bi_{table}: account ids have no names: {columns}"
    if table == "account_costs" and not any(row[columns.index("account_name")] for row in found):
        yield f"bi_{table}: no account has a name"


def different(name, expected, found):
    missing, more = expected - found, found - expected
    if missing or more:
        some = [*missing][:1], [*more][:1]
        yield f"{name}: of {expected.total()} rows {missing.total()} are missing, {more.total()} are more: {some}"
