"""The bundled sample, exported: the same rows to the digit, all in one instant, and to each role its own."""

import csv
import datetime
import io
import os
import random
import signal
import subprocess
import time
from decimal import Decimal

import pyarrow as arrow
import pyarrow.parquet as parquet
from checks import Refused, snapshot

VARIABLE = "APPORTION_ENV_SECRET_POSTGRES_EXPORT"
SCHEMA = "results"
NULL = "a null of these tests"
LARGE = "line_item_costs"
# A customer of the sample.
CUSTOMER = "shop"


class Sample:
    """The bundled sample as it is published, both months, and a database for it."""

    def __init__(self, root, binary, folder, server):
        self.binary, self.project, self.server = binary, folder / "project", server
        config = snapshot(root, self.project, {})
        self.words = ["--project", str(self.project), "--output", str(folder / "out")]
        self.out = folder / "out"
        source = str(root / config["targets"][config["target"]]["source"])
        self.months = ["2026-09", "2026-10"]
        built = self.run("build", "--source", source, "--period", ",".join(self.months))
        if built.returncode != 0:
            raise Refused(built.stdout)
        server.ask("postgres", "create database exported", f"grant create on database exported to {server.user}")

    def start(self, *words, **environment):
        own = {name: text for name, text in os.environ.items() if not name.startswith(("PG", "APPORTION_"))}
        own |= {VARIABLE: self.server.url(database="exported"), **environment}
        return subprocess.Popen(
            [self.binary, *words, *self.words], env=own, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def run(self, *words, **environment):
        process = self.start(*words, **environment)
        text, _ = process.communicate(timeout=300)
        return subprocess.CompletedProcess(words, process.returncode, text)

    def export(self, *words, **environment):
        return self.run("export", "--to", "postgres", "--schema", SCHEMA, *words, **environment)

    def ask(self, *statements):
        return self.server.ask("exported", *statements)

    def ask_as(self, role, statement):
        return self.ask(f"set role {role}", statement)

    def published(self):
        """The tables that readers see, by name: in Arrow, with the month."""
        found = {}
        for path in sorted(self.out.glob("*/billing_period=*/run_id=*/*.parquet")):
            table = parquet.read_table(path, partitioning=None)
            month = path.parts[-3].partition("=")[2]
            if "billing_period" not in table.column_names:
                table = table.append_column("billing_period", arrow.array([month] * len(table), arrow.string()))
            found.setdefault(path.parts[-4], []).append(table)
        return {name: arrow.concat_tables(tables, promote_options="default") for name, tables in found.items()}

    def exported(self, table, columns):
        """The rows of a table of the database: texts, or None."""
        columns = ", ".join(f'"{column}"' for column in columns)
        copy = f"copy (select {columns} from {SCHEMA}.{table}) to stdout (format csv, null '{NULL}')"
        done = subprocess.run(self.server.command("exported", copy), capture_output=True, text=True, check=True)
        return [[None if cell == NULL else cell for cell in row] for row in csv.reader(io.StringIO(done.stdout))]

    def counts(self):
        tables = self.ask(f"select table_name from information_schema.tables where table_schema = '{SCHEMA}'")
        return {table: int(self.ask(f"select count(*) from {SCHEMA}.{table}")[0]) for table in tables}


def ended(ran, code, *words):
    """What is wrong with how a command ended."""
    faults = [] if ran.returncode == code else [f"the exit code is {ran.returncode}, not {code}"]
    faults += [f"not said: {word}" for word in words if word not in ran.stdout]
    return faults + ([f"| {line}" for line in ran.stdout.splitlines()[-15:]] if faults else [])


def check(report, root, binary, folder, server):
    sample = Sample(root, binary, folder, server)
    months = ",".join(sample.months)
    for name, faults in [
        ("exported are the rows that readers see, to the digit", same_rows(sample, months)),
        ("again, and in part: the same rows, each once", again(sample, months)),
        ("a role sees its customer's rows, and no other's", roles(sample, months)),
        ("what is too large is left out, and gone", too_large(sample, months)),
        ("what fails or is killed leaves what was there", whole(sample, months)),
        ("who is refused, and what comes later", refused(sample)),
    ]:
        since = time.monotonic()
        found = list(faults)
        report.check(f"export: {name}", f"{time.monotonic() - since:.0f} s", found)


def same_rows(sample, months):
    yield from ended(sample.export("--period", months), 0, "tables in the schema `results` of PostgreSQL at")
    published = sample.published()
    if len(published) < 10:
        yield f"published are {sorted(published)} alone"
    for name, table in published.items():
        expected = sorted((tuple(row.values()) for row in table.to_pylist()), key=repr)
        kinds = [field.type for field in table.schema]
        rows = sample.exported(name, table.column_names)
        found = sorted((tuple(map(value, row, kinds)) for row in rows), key=repr)
        if found != expected:
            pairs = [pair for pair in zip(expected, found) if pair[0] != pair[1]]
            yield f"{name}: {len(found)} rows of {len(expected)}; of the first that differs: {pairs[:1]}"


def value(text, kind):
    """A text of PostgreSQL as what it is in Arrow."""
    if text is None:
        return None
    if arrow.types.is_decimal(kind):
        return Decimal(text)
    if arrow.types.is_date(kind):
        return datetime.date.fromisoformat(text)
    if arrow.types.is_timestamp(kind):
        return datetime.datetime.fromisoformat(text)
    if arrow.types.is_boolean(kind):
        return text == "t"
    if arrow.types.is_integer(kind):
        return int(text)
    if arrow.types.is_floating(kind):
        return float(text)
    return text


def again(sample, months):
    before = sample.counts()
    for words in [["--period", months], ["--period", sample.months[0]], []]:
        yield from ended(sample.export(*words), 0)
        if sample.counts() != before:
            yield f"after {words}: {sample.counts()}, before {before}"


def roles(sample, months):
    others = sample.ask(f"select count(*) from {SCHEMA}.account_costs where customer is distinct from '{CUSTOMER}'")
    own = sample.ask(f"select count(*) from {SCHEMA}.account_costs where customer = '{CUSTOMER}'")
    if "0" in [*others, *own]:
        yield f"the sample has {own} rows of the customer and {others} of others"
    sample.ask(
        "create role shop_members", "create role somebody in role shop_members", "create role nobody_of_them",
        "create role everybody", f"grant usage on schema {SCHEMA} to public",
        f"grant select on all tables in schema {SCHEMA} to public",
        f"insert into {SCHEMA}.readers values ('shop_members', '{CUSTOMER}'), ('everybody', '*'), ('none_such', 'data')",
    )  # fmt: skip
    tables = [table for table in sample.counts() if table != "readers"]
    for table in tables:
        total = sample.ask(f"select count(*) from {SCHEMA}.{table}")
        if sample.ask_as("everybody", f"select count(*) from {SCHEMA}.{table}") != total:
            yield f"{table}: who sees everything does not"
        if sample.ask_as("nobody_of_them", f"select count(*) from {SCHEMA}.{table}") != ["0"]:
            yield f"{table}: who sees nothing sees something"
    seen = sample.ask_as("somebody", f"select count(*), count(distinct customer) from {SCHEMA}.account_costs")
    if seen != [f"{own[0]}|1"]:
        yield f"of account_costs, the customer sees {seen}, and has {own}"
    for statement, wanted in [
        (f"select count(*) > 0 from {SCHEMA}.accounts", ["t"]),
        (f"select count(*) from {SCHEMA}.leakage", ["0"]),
        (f"select count(*) from {SCHEMA}.published_runs", ["0"]),
        (f"select customer from {SCHEMA}.readers", [CUSTOMER]),
        (f"select count(distinct customer) from {SCHEMA}.accounts", ["1"]),
    ]:
        if sample.ask_as("somebody", statement) != wanted:
            yield f"{statement}: {sample.ask_as('somebody', statement)}"
    for table in ["customer_charges", LARGE]:
        of_accounts = f"account_id in (select account_id from {SCHEMA}.accounts where customer = '{CUSTOMER}')"
        wanted = sample.ask(f"select count(*), count(*) > 0 from {SCHEMA}.{table} where {of_accounts}")
        seen = sample.ask_as("somebody", f"select count(*), count(*) > 0 from {SCHEMA}.{table}")
        if seen != wanted or not wanted[0].endswith("|t"):
            yield f"of {table}, the customer sees {seen}, and has {wanted}"
    # A policy stays when rows come anew.
    yield from ended(sample.export("--period", months), 0)
    if sample.ask_as("somebody", f"select count(*) from {SCHEMA}.account_costs") != own:
        yield "after another export, the customer sees other rows"


def too_large(sample, months):
    yield from ended(sample.export("--period", sample.months[0], "--most-rows", "1000"), 0, f"`{LARGE}` has")
    left = sample.ask(f"select distinct billing_period from {SCHEMA}.{LARGE}")
    if left != sample.months[1:]:
        yield f"{LARGE} has rows of {left}"
    yield from ended(sample.export("--period", months), 0)


def whole(sample, months):
    before = sample.counts()
    sample.ask(f"alter table {SCHEMA}.transfers add constraint too_dear check (false) not valid")
    yield from ended(sample.export("--period", months), 2, "too_dear")
    sample.ask(f"alter table {SCHEMA}.transfers drop constraint too_dear")
    if sample.counts() != before:
        yield f"after one that failed: {sample.counts()}"
    since = time.monotonic()
    yield from ended(sample.export("--period", months), 0)
    seconds, dice = time.monotonic() - since, random.Random(7)
    for _ in range(8):
        process = sample.start("export", "--to", "postgres", "--schema", SCHEMA, "--period", months)
        time.sleep(dice.uniform(0, seconds))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        if sample.counts() != before:
            yield f"after one that was killed: {sample.counts()}"
    yield from ended(sample.export("--period", months), 0)


def refused(sample):
    yield from ended(sample.export(**{VARIABLE: "nonsense"}), 2, f"`{VARIABLE}` is not understood")
    yield from ended(sample.export("--period", "2001-01"), 2, "2001-01")
    sample.ask(f"revoke create on database exported from {sample.server.user}")
    yield from ended(sample.run("export", "--to", "postgres", "--schema", "another"), 2, "docs/export.md")
    lock = subprocess.Popen(
        sample.server.command("exported", f"begin; lock {SCHEMA}.leakage; select pg_sleep(60)"), stderr=subprocess.DEVNULL
    )
    time.sleep(1)
    url = sample.server.url(database="exported", options="-c statement_timeout=1s")
    yield from ended(sample.export(**{VARIABLE: url}), 75, "took too long")
    sample.ask("select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep%' and pid <> pg_backend_pid()")
    lock.wait(30)
    yield from ended(sample.export(), 0)
