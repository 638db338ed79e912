"""Does Trino make of the models what DataFusion makes of them?

Called by run.sh, which sets up the tools: check.py BIN ROOT WORK VERSION [OPTION ...].
Every unit test is run by Trino, and reports with hostile values are read by it and by DataFusion. On demand, DataFusion
builds a copy of the project, seeds and report included; Trino gets those as they were typed, runs every table in order,
with views written into what reads them and columns cast to the contract, and then every data test. engine.py does that
by the product. Prints one line a check and, below, what differs. Exits 1 if anything does.
"""

import argparse
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import charts
import duckdb
import servers
import source
import trino
import views
import yaml
from checks import EVERY_LAYER, Apportion, Refused, Report, of_kind, parents_first, snapshot

# Inputs are written by DataFusion as tables of these names.
COPY = "copy_of_"
# Results have it in the names of their folders, not in their files.
PARTITION = "billing_period"
RULES = {"legacy": "before Trino 477", "modern": "since Trino 477"}
# Statements that Trino works on at once, and data tests in one of them.
AT_ONCE = 3
TESTS_AT_ONCE = 10
PARTS = ["tables", "tests", "unit-tests", "sources", "views"]
# What nothing else tries.
USUAL = PARTS[2:]


class Texts(yaml.SafeLoader):
    """YAML whose scalars stay as they are written, but for null."""


Texts.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in resolvers if tag == "tag:yaml.org,2002:null"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@cache
def read_yaml(path):
    return yaml.load(path.read_text(), Texts) or {}


class Project:
    """The project as it is compiled for Athena."""

    def __init__(self, apportion, manifest, compiled, seeds):
        self.schema = manifest["metadata"]["project_name"]
        self.compiled = compiled
        models = ((node["name"], node) for node in parents_first(manifest))
        self.models = {name: node for name, node in models if not name.startswith(COPY)}
        self.tests = of_kind(manifest, "test")
        self.unit_tests = {unit["name"]: unit for unit in manifest["unit_tests"].values()}
        self.root = apportion.project
        self.inputs = {name: f"{self.schema}.{name}" for name in seeds}
        self.inputs["line_items"] = "cur.line_items"
        # Of every relation, the types of its columns by name, as they are declared.
        self.columns = {name: declared(node["columns"].values()) for name, node in self.models.items()}
        self.columns |= {name: declared(seed["columns"]) for name, seed in seeds.items()}
        [report] = [
            table
            for source in read_yaml(self.root / "models/sources.yml")["sources"]
            for table in source["tables"]
            if (source["name"], table["name"]) == ("cur", "line_items")
        ]
        # Settings name further columns of the report.
        dimensions = read_yaml(self.root / "config.yaml")["vars"]["dimensions"]
        self.columns["line_items"] = declared(report["columns"]) | dict.fromkeys(dimensions, "string")

    def order_tables(self, files):
        """Brings the columns of tables into the order that they have in DataFusion's files."""
        for name, path in files.items():
            columns = duckdb.sql(f"describe from read_parquet('{path}', hive_partitioning = false)").fetchall()
            kinds = self.columns[name]
            partition = {column: kinds[column] for column in [PARTITION] if column in kinds}
            self.columns[name] = partition | {column: kinds[column] for column, *_ in columns}

    def parents(self, name):
        parents = (parent.split(".", 2) for parent in self.models[name]["depends_on"]["nodes"])
        return [parent for kind, _, parent in parents if kind == "model"]

    def sql(self, node, name=""):
        return (self.compiled / node["original_file_path"] / name).read_text()

    def is_table(self, name):
        return self.models[name]["config"]["materialized"] == "table"

    def views(self, names):
        """SQL of the views that `names` read, or are, by name, parents first."""
        found = {}

        def add(name):
            if name in self.models and not self.is_table(name) and name not in found:
                for parent in self.parents(name):
                    add(parent)
                found[name] = self.sql(self.models[name])

        for name in names:
            add(name)
        return found

    def tables_behind(self, names):
        """The tables that `names` read or are, directly or by views."""
        views = self.views(names)
        read = {parent for view in views for parent in self.parents(view)} | set(names)
        return [name for name in read if name in self.models and self.is_table(name)]


def declared(columns):
    return {column["name"]: column.get("data_type", "string") for column in columns}


class Engine:
    """Trino with the project's inputs, by one of its rules for decimals."""

    def __init__(self, project, url, rule, s3, folder):
        self.project, self.url, self.rule, self.s3 = project, url, rule, s3
        # Where its tables are below the bucket, and in files here once they are downloaded.
        self.place, self.folder = folder.name, folder
        self.schemas = [project.schema, "cur"]

    def query(self, sql):
        return trino.query(self.url, sql)

    def upload(self, inputs):
        """Makes tables of the inputs' Parquet files, given by name."""
        for schema in self.schemas:
            self.query(f"create schema {schema} with (location = 's3://{servers.DATA}/{self.rule}/{schema}')")
        for name, path in inputs.items():
            place = f"{self.rule}/{self.place}/inputs/{name}"
            self.s3.upload_file(str(path), servers.DATA, f"{place}/{path.name}")
            columns = ", ".join(
                f'"{column}" {trino.type_of(kind)}' for column, kind in self.project.columns[name].items()
            )
            self.query(
                f"create table {self.project.inputs[name]} ({columns}) "
                f"with (format = 'PARQUET', external_location = 's3://{servers.DATA}/{place}')"
            )

    def build(self, name):
        """Makes the table of a model."""
        project = self.project
        kinds = project.columns[name].items()
        cast = ", ".join(f'cast("{column}" as {trino.type_of(kind)}) as "{column}"' for column, kind in kinds)
        sql = trino.with_relations(
            project.sql(project.models[name]), project.schema, project.views(project.parents(name)),
            f"select {cast} from ({{sql}}) as result",
        )  # fmt: skip
        self.query(
            f"create table {project.schema}.{name} with (format = 'PARQUET', "
            f"external_location = 's3://{servers.DATA}/{self.rule}/{self.place}/{name}') as {sql}"
        )

    def make_empty(self, name):
        """Makes the table of a model, without any rows."""
        kinds = self.project.columns[name].items()
        columns = ", ".join(f'"{column}" {trino.type_of(kind)}' for column, kind in kinds)
        self.query(
            f"create table {self.project.schema}.{name} ({columns}) "
            f"with (format = 'PARQUET', external_location = 's3://{servers.DATA}/{self.rule}/{self.place}/{name}')"
        )

    def order_views(self):
        """Brings the columns of views into their order, and adds those that are not declared."""
        project = self.project
        for name in project.models:
            if not project.is_table(name):
                of_all = f"select * from {project.schema}.{name}"
                sql = trino.with_relations(of_all, project.schema, project.views([name]))
                kinds = project.columns[name]
                project.columns[name] = {
                    column: kinds.get(column, kind) for column, kind in trino.columns(self.url, sql + " limit 0")
                }

    def clear(self):
        """Lets another project have the names of this one's tables."""
        for schema in self.schemas:
            self.query(f"drop schema {schema} cascade")

    def files(self, name):
        """Downloads the files of a model's table; gives their paths."""
        paths = []
        prefix = f"{self.rule}/{self.place}/{name}/"
        for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=servers.DATA, Prefix=prefix):
            for entry in page.get("Contents", []):
                path = self.folder / f"{name}-{len(paths)}.parquet"
                self.s3.download_file(servers.DATA, entry["Key"], str(path))
                paths.append(str(path))
        return paths

    def tests(self, names):
        """How many rows each of some data tests finds."""
        project = self.project
        nodes = {name: project.tests[name] for name in names}
        read = [parent.split(".", 2)[2] for node in nodes.values() for parent in node["depends_on"]["nodes"]]
        counts = (
            f"select '{name}' as name, count(*) as found from ({node['compiled_code']}) as result"
            for name, node in nodes.items()
        )
        sql = " union all ".join(counts)
        return dict(self.query(trino.with_relations(sql, project.schema, project.views(read), "{sql}")))

    def unit_test(self, unit):
        """The rows that a unit test misses (-1) or does not expect (1), with how often."""
        project = self.project
        [written] = [
            test
            for test in read_yaml(project.root / unit["original_file_path"])["unit_tests"]
            if test["name"] == unit["name"]
        ]
        given = {}
        for name in {parent.split(".")[-1] for parent in project.models[unit["model"]]["depends_on"]["nodes"]}:
            given[name] = trino.rows_of(project.columns[name], [])
        for one in written["given"]:
            name = one["input"].split("'")[-2]
            if "rows" in one:
                given[name] = trino.rows_of(project.columns[name], one["rows"])
            elif name in given:
                del given[name]
        expected = written["expect"]["rows"]
        columns = list(dict.fromkeys(name for row in expected for name in row))
        kinds = {name: project.columns[unit["model"]][name] for name in columns} | {"occurs": "bigint"}
        names = ", ".join(f'r."{name}"' for name in columns)
        cast = ", ".join(f'cast(r."{name}" as {trino.type_of(kinds[name])}) as "{name}"' for name in columns)
        wanted = trino.rows_of(kinds, [row | {"occurs": "-1"} for row in expected])
        own = (
            f"select {names}, sum(occurs) as occurs "
            f"from (select {cast}, 1 as occurs from ({{sql}}) as r union all {wanted}) as r group by {names} having sum(occurs) <> 0"
            if columns
            else "select count(*) from ({sql}) as r having count(*) > 0"
        )
        sql = project.sql(unit, f"{unit['name']}.sql").replace("cur.line_items", f"{project.schema}.line_items")
        return self.query(trino.with_relations(sql, project.schema, given, own))


def faults_of(work, names):
    """What `work` finds in each of a list's slices, several at once; a slice that fails is tried name by name."""

    def one(names):
        try:
            return work(names)
        except trino.Failed as failed:
            if len(names) == 1:
                return [f"{names[0]}: Trino: {failed}"]
            return [fault for name in names for fault in one([name])]

    slices = [names[start : start + TESTS_AT_ONCE] for start in range(0, len(names), TESTS_AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [fault for faults in pool.map(one, slices) for fault in faults]


def build(engine):
    """Makes all tables, each when those that it reads are there; gives what went wrong."""
    project = engine.project
    made, faults = {}, []

    def make(name):
        before = project.tables_behind(project.parents(name))
        if not all(made[parent].result() for parent in before):
            return False
        try:
            engine.build(name)
        except trino.Failed as failed:
            faults.append(f"{name}: {failed}")
            return False
        return True

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for name in project.models:
            if project.is_table(name):
                made[name] = pool.submit(make, name)
    return faults


def compare(engine, expected):
    """The tables that Trino made otherwise than DataFusion, whose files are `expected` by name."""
    engine.folder.mkdir(parents=True)
    database = duckdb.connect()
    for name, ours in expected.items():
        columns = engine.project.columns[name]
        cast = lambda kind: {"string": "varchar", "timestamp(3)": "timestamp"}.get(kind, kind)
        listed = ", ".join(
            f'cast("{column}" as {cast(kind)}) as "{column}"' for column, kind in columns.items() if column != PARTITION
        )
        theirs = engine.files(name)
        read = lambda paths: f"select {listed} from read_parquet({paths}, hive_partitioning = false)"
        # Trino writes no file for a table without rows.
        wanted = read([str(ours)])
        made = read(theirs) if theirs else f"{wanted} limit 0"
        count = lambda one, other: f"(select count(*) from (({one}) except all ({other})))"
        only_ours, only_theirs, rows = database.execute(
            f"select {count(wanted, made)}, {count(made, wanted)}, (select count(*) from ({wanted}))"
        ).fetchone()
        if only_ours or only_theirs:
            yield f"{name}: {only_ours} of DataFusion's {rows} rows are not Trino's, which has {only_theirs} others"


def check(report, engine, case, parts):
    """Those parts of a case under one rule."""
    project = case.project
    when = f"{RULES[engine.rule]}{case.label}"
    took = lambda: f"{time.monotonic() - started:.0f} s"
    started = time.monotonic()
    engine.upload(case.inputs)
    if {"tables", "tests"} & parts:
        faults = build(engine)
        report.check(f"{when}: every table is made", f"{len(case.tables)} tables, {took()}", faults)
        if faults:
            return
        report.check(f"{when}: tables are DataFusion's", f"{case.rows:,} rows", compare(engine, case.tables))
    else:
        for name in case.tables:
            engine.make_empty(name)
    engine.order_views()

    def data_tests(names):
        found = engine.tests(names)
        of = lambda name: f"{name}: {found[name]} rows, in DataFusion {case.failures[name]}"
        return [of(name) for name in names if found[name] != case.failures[name]]

    def unit_tests(names):
        found = {name: engine.unit_test(project.unit_tests[name]) for name in names}
        return [f"{name}: missing (-1) or not expected (1): {rows[:3]}" for name, rows in found.items() if rows]

    for part, work, names in [("tests", data_tests, project.tests), ("unit-tests", unit_tests, project.unit_tests)]:
        if part in parts:
            started = time.monotonic()
            faults = faults_of(work, list(names))
            report.check(f"{when}: {part}", f"{len(names)} tests, {took()}", faults)


class Case:
    """A project, report and settings as DataFusion has built them, which Trino is still to build."""

    def __init__(self, options, root, settings, number):
        apportion = Apportion(options.binary, Path(options.work) / f"project-{number}")
        config = snapshot(root, apportion.project, {"trino": "athena"}, EVERY_LAYER)
        seeds = {seed["name"]: seed for seed in read_yaml(root / "data/seeds/seeds.yml")["seeds"]}
        copies = {name: "{{ ref('" + name + "') }}" for name in seeds}
        copies["line_items"] = "{{ source('cur', 'line_items') }}"
        for name, relation in copies.items():
            copy = apportion.project / "models" / config["layers"][0] / f"{COPY}{name}.sql"
            copy.write_text("{{ config(materialized='table', schema='working') }}\nselect * from " + relation + "\n")
        source = options.source or config["targets"][config["target"]]["source"]
        source = source if "://" in source else str(root / source)
        words = ["--period", options.period, "--vars", settings]
        output = apportion.project / "output"
        is_tested = "tests" in options.parts
        apportion.run("build" if is_tested else "run", "--source", source, "--output", str(output), *words)
        results = json.loads((apportion.artifacts / "run_results.json").read_text())["results"]
        [run] = (output / "runs" / options.period).iterdir()
        files = {path.parents[1].name: path for path in run.rglob("*.parquet")}
        self.label = f", case {number}" if number else ""
        self.failures = {result["unique_id"].split(".")[-1]: result["failures"] for result in results}
        self.project = Project(apportion, *apportion.compile("trino", *words), seeds)
        self.tables = {name: files[name] for name in self.project.models if self.project.is_table(name)}
        self.inputs = {name: files[f"{COPY}{name}"] for name in self.project.inputs}
        self.rows = sum(duckdb.read_parquet(str(path)).count("*").fetchone()[0] for path in self.tables.values())
        self.project.order_tables(self.tables)


def arguments():
    parser = argparse.ArgumentParser(prog="tests/athena/run.sh BIN", description=__doc__.splitlines()[0])
    for name in ["binary", "root", "work", "version"]:
        parser.add_argument(name, help=argparse.SUPPRESS)
    parser.add_argument("--project", nargs="+", help="other projects than this one")
    parser.add_argument("--source", help="another report than that of config.yaml, seen from the project")
    parser.add_argument("--period", help="the period of it", default="2026-10")
    parser.add_argument("--vars", nargs="+", help="settings, in YAML; all of them are tried", default=["{}"])
    parser.add_argument("--rules", nargs="+", help="rules for decimals to try", default=list(RULES), choices=RULES)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=USUAL, help=f"what to try ({' '.join(USUAL)})")
    parser.add_argument("--short", action="store_true", help="by the last rule alone")
    parser.add_argument("--charts", metavar="FOLDER", help="try nothing but what tests/bi/run.sh has noted there")
    options = parser.parse_args()
    if options.short:
        options.rules = options.rules[-1:]
    return options


def main():
    options = arguments()
    work = Path(options.work)
    roots = [Path(root).resolve() for root in options.project or [options.root]]
    report = Report()
    try:
        pairs = [(root, settings) for root in roots for settings in options.vars]
        first = 1 if len(pairs) > 1 else 0
        parts = set() if options.charts else set(options.parts)
        has_models = bool(parts & {"tables", "tests", "unit-tests"})
        cases = [Case(options, *pair, number) for number, pair in enumerate(pairs, first) if has_models]
        sources = source.Sources(options.binary, work / "source") if "sources" in parts else None
        if sources:
            report.check("sources: refused by DataFusion", f"{len(sources.refused):,} rows", sources.taken())
        server, s3 = servers.s3(work)
        with server:
            for rule in options.rules:
                with servers.trino(work, options.version, rule, server.url) as running:
                    for number, case in enumerate(cases):
                        engine = Engine(case.project, running.url, rule, s3, work / rule / f"tables-{number}")
                        check(report, engine, case, parts)
                        engine.clear()
                    if sources:
                        sources.check(report, RULES[rule], running.url, rule, s3)
                    of = (report, options.binary, Path(options.root))
                    to = (server.url, s3, running.url)
                    if options.charts:
                        charts.check(*of, Path(options.charts), *to)
                    if "views" in parts and rule == options.rules[-1]:
                        views.check(*of, work, *to)
    except (Refused, servers.NotStarted, trino.Failed) as refused:
        report.check("apportion and the servers do their part", "", str(refused).splitlines())
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
