"""Does the select that `apportion compile --sources` writes for Athena give on Trino what DataFusion gives?

Files with hostile values, one for each declared column and kind of column that may hold it, are read by both: as one
report whose values are all good, as one in which every row is to be refused, and as one in a plain folder, whose rows
tell their periods.
"""

import datetime
import json
import re
import shutil
from concurrent.futures import ThreadPoolExecutor

import duckdb
import hostile
import pyarrow as pa
import pyarrow.parquet as pq
import servers
import sqlglot
import trino
import yaml
from checks import Apportion, Refused

PERIOD = "2018-10"
FOLDER = f"BILLING_PERIOD={PERIOD}"
ID = "identity_line_item_id"
# What Hive's types are to Trino, where they have other names.
TYPES = {"string": "varchar", "float": "real", "int": "integer", "binary": "varbinary", "timestamp": "timestamp(3)"}
AT_ONCE = 4
# Tables that are put under one another in one query: Trino allows for 150 stages.
TABLES_AT_ONCE = 20
UNION = "\nunion all\n"


def write(folder, table, **options):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{len(list(folder.iterdir())):03}.parquet"
    pq.write_table(table, path, **options)
    return str(path)


def write_reports(folder):
    """Writes the reports; gives the refused rows' ids with their columns and files, and those that Trino alone refuses."""
    refused, stricter = {}, {}
    month = folder / "refused" / FOLDER

    def refuse(column, kind, values, name, found):
        table = hostile.rows(column, kind, values, name)
        path = write(month, table)
        found |= {id: (column.replace(".", "_"), path) for id in table[ID].to_pylist()}

    for number, (column, kind, good, bad) in enumerate(hostile.cases()):
        name = f"{column} {kind} {number}"
        if good:
            write(folder / "accepted" / FOLDER, hostile.rows(column, kind, good, name))
        if bad:
            refuse(column, kind, bad, name, refused)
    refuse("money", pa.string(), hostile.LONG_EXPONENTS, "long exponents", stricter)
    refuse("instant", pa.string(), hostile.RARE_INSTANTS, "rare instants", stricter)
    for table in hostile.several_columns():
        write(folder / "accepted" / FOLDER, table)
    instants = pa.array(hostile.moments(), pa.timestamp("us"))
    ids = pa.array([f"INT96/{number}" for number in range(len(instants))])
    table = pa.table({ID: ids, "instant": instants, "instant_ms": instants, "words": instants, "day": instants})
    write(folder / "accepted" / FOLDER, table, use_deprecated_int96_timestamps=True)
    write_plain(folder / "plain")
    return refused, stricter


def write_plain(folder):
    """Files whose rows are of several months, which their starts tell in every way."""
    starts = [datetime.datetime(2018, month, day) for month, day in [(9, 30), (10, 1), (10, 31), (11, 1)]]
    texts = [start.isoformat() + "Z" for start in starts]
    instants = pa.array(starts, pa.timestamp("ms"))
    for number, column in enumerate([pa.array(texts), instants, instants.cast(pa.timestamp("us", "UTC")), instants.cast(pa.date32())]):
        ids = pa.array([f"plain {number}/{row}" for row in range(len(starts))])
        write(folder, pa.table({ID: ids, "bill_billing_period_start_date": column, "words": ids}))


def write_project(project, models):
    """A project that reads all columns of the report, and `models`, SQL by name."""
    shutil.rmtree(project, ignore_errors=True)
    (project / "models/results").mkdir(parents=True)
    columns = [
        {"name": name, "data_type": kind} | ({"meta": meta} if meta else {})
        for name, (kind, meta) in hostile.DECLARED.items()
    ]
    tables = [{"name": "line_items", "columns": columns}]
    target = {"source": "report", "output": "out", "folders": "together"}
    config = {
        "name": "tiny", "target": "local", "layers": ["results"], "vars": {},
        "targets": {"local": target, "athena": target | {"type": "athena"}},
    }  # fmt: skip
    write_yaml = lambda name, content: (project / name).write_text(yaml.safe_dump(content, sort_keys=False))
    write_yaml("config.yaml", config)
    write_yaml("models/sources.yml", {"version": 2, "sources": [{"name": "cur", "tables": tables}]})
    for name, sql in models.items():
        (project / f"models/results/{name}.sql").write_text("{{ config(materialized='table') }}\n" + sql + "\n")


class Source:
    """A report as DataFusion reads it, and the statements that make Trino read it."""

    def __init__(self, binary, folder, name, models):
        self.name = name
        self.apportion = Apportion(binary, folder / "projects" / name)
        write_project(self.apportion.project, models)
        self.output = folder / "output" / name
        self.words = ["--period", PERIOD, "--source", str(folder / name)]
        shutil.rmtree(self.output, ignore_errors=True)

    def run(self):
        """Runs the models; gives how each has ended."""
        try:
            self.apportion.run("run", "--output", str(self.output), *self.words)
        except Refused as refused:
            if not (self.apportion.artifacts / "run_results.json").exists():
                raise refused
        results = json.loads((self.apportion.artifacts / "run_results.json").read_text())["results"]
        return {result["unique_id"].split(".")[-1]: result for result in results}

    def result(self):
        """The file of the one table."""
        [path] = self.output.glob("everything/**/*.parquet")
        return path

    def compile(self):
        """The select; of every table, its statement and the files that it reads."""
        _, compiled = self.apportion.compile("athena", "--sources", *self.words)
        folder = compiled / "models/sources.yml"
        tables = [
            (path.read_text(), path.with_suffix(".txt").read_text().splitlines())
            for path in sorted((folder / "cur.line_items").glob("*.sql"), key=lambda path: int(path.stem))
        ]
        return (folder / "cur.line_items.sql").read_text(), tables


def text(value):
    return "'" + value.replace("'", "''") + "'"


def trino_type(hive):
    if found := re.fullmatch(r"map<(\w+),(.*)>", hive):
        return f"map({trino_type(found[1])}, {trino_type(found[2])})"
    return TYPES.get(hive, hive)


class Reader:
    """Trino with tables of a source's files; `is_linked`, of files that lie elsewhere and are named in a list."""

    def __init__(self, source, url, rule, s3, is_linked=False):
        self.url, self.rule, self.s3, self.is_linked = url, rule, s3, is_linked
        self.place = f"source/{rule}/{source.name}"
        select, self.tables = source.compile()
        self.selects = select.split(UNION)
        # The select that reads a file.
        self.of_file = {path: sql for (_, files), sql in zip(self.tables, self.selects, strict=True) for path in files}

    def query(self, sql):
        return trino.query(self.url, sql)

    def make_tables(self):
        self.query(f"create schema cur with (location = 's3://{servers.DATA}/{self.place}/schema')")
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(self.make_table, self.tables))

    def make_table(self, table):
        statement, files = table
        [read] = sqlglot.parse(statement, dialect="hive")
        names = [(column.name, column.args["kind"]) for column in read.find_all(sqlglot.exp.ColumnDef)]
        header, *lines = statement.splitlines()
        [(database, name)] = re.findall(r"create external table `(\w+)`\.`(\w+)` \($", header)
        columns = []
        for line in lines[: lines.index(")")]:
            column, kind = re.fullmatch(r"    `(.*)` ([^` ]+?),?", line).groups()
            columns.append((column.replace("``", "`"), kind))
        if [column for column, _ in columns] != [column for column, _ in names]:
            raise Refused(f"Hive reads other columns: {statement}")
        place = f"{self.place}/{name}"
        keys = [f"{place}{' elsewhere' if self.is_linked else ''}/{number}.parquet" for number in range(len(files))]
        for path, key in zip(files, keys, strict=True):
            self.s3.upload_file(path, servers.DATA, key)
        declared = ", ".join(f'"{column.replace(chr(34), chr(34) * 2)}" {trino_type(kind)}' for column, kind in columns)
        self.query(
            f"create table {database}.{name} ({declared}) "
            f"with (format = 'PARQUET', external_location = 's3://{servers.DATA}/{place}')"
        )
        if self.is_linked:
            links = "".join(f"s3://{servers.DATA}/{key}\n" for key in keys)
            self.s3.put_object(Bucket=servers.DATA, Key=f"{place}/files.txt", Body=links.encode())
            self.link(f"{self.rule}/{database}/{name}/.trinoSchema", statement)

    def link(self, key, statement):
        """Has a table the format that its statement says, which Trino reads but does not write."""
        kept = json.loads(self.s3.get_object(Bucket=servers.META, Key=key)["Body"].read())
        del kept["storageFormat"]
        words = r"serde '(.*)'\nstored as inputformat '(.*)'\noutputformat '(.*)'"
        kept["originalStorageFormat"] = dict(
            zip(["serde", "inputFormat", "outputFormat"], re.search(words, statement).groups(), strict=True)
        )
        self.s3.put_object(Bucket=servers.META, Key=key, Body=json.dumps(kept).encode())
        self.query("call awsdatacatalog.system.flush_metadata_cache()")

    def result(self, folder):
        """The files of a table of all rows."""
        prefix = f"{self.place}/result"
        for start in range(0, len(self.selects), TABLES_AT_ONCE):
            place = f"s3://{servers.DATA}/{prefix}/{start}"
            self.query(
                f"create table cur.result_{start} with (format = 'PARQUET', external_location = '{place}') "
                f"as {UNION.join(self.selects[start : start + TABLES_AT_ONCE])}"
            )
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        paths = []
        for entry in self.s3.list_objects_v2(Bucket=servers.DATA, Prefix=prefix + "/").get("Contents", []):
            paths.append(str(folder / f"{len(paths)}.parquet"))
            self.s3.download_file(servers.DATA, entry["Key"], paths[-1])
        return paths

    def fails(self, row):
        """What a value is read as, if it is not refused; `row` is its id, with its column and file."""
        id, (column, path) = row
        try:
            found = self.query(f"select {column} from ({self.of_file[path]}) where {ID} = {text(id)}")
        except trino.Failed as failed:
            return None if "annot be cast" in str(failed) or "annot cast" in str(failed) or "Out of range" in str(failed) else f"{id}: {failed}"
        return f"{id} is read as {found}"

    def clear(self):
        self.query("drop schema cur cascade")


def differences(ours, theirs):
    """Rows that are not in both files, and how many rows ours has."""
    kinds = {"string": "varchar", "timestamp(3)": "timestamp"}
    columns = ", ".join(
        f'cast("{name}" as {kinds.get(kind, kind)}) as "{name}"' for name, (kind, _) in hostile.DECLARED.items()
    )
    one, other = (f"select {columns} from read_parquet({files}, hive_partitioning = false)" for files in [[str(ours)], theirs])
    only = lambda a, b, whose: duckdb.execute(f"select * from (({a}) except all ({b})) order by {ID}").fetchall()
    filled = lambda row: [value for value in row if value is not None]
    shown = [f"{whose}: {filled(row)}" for whose, a, b in [("DataFusion", one, other), ("Trino", other, one)] for row in only(a, b, whose)]
    return sorted(shown, key=lambda text: text.split(": ", 1)[1]), duckdb.execute(f"select count(*) from ({one})").fetchone()[0]


class Sources:
    """The reports as DataFusion reads them."""

    def __init__(self, binary, folder):
        shutil.rmtree(folder, ignore_errors=True)
        self.folder = folder
        self.refused, self.stricter = write_reports(folder)
        everything = {"everything": "select * from {{ source('cur', 'line_items') }}"}
        self.good = [Source(binary, folder, name, everything) for name in ["accepted", "plain"]]
        self.rows = list((self.refused | self.stricter).items())
        models = {
            f"row_{number}": f"select {column} from {{{{ source('cur', 'line_items') }}}} where {ID} = {text(id)}"
            for number, (id, (column, _)) in enumerate(self.rows)
        }
        self.bad = Source(binary, folder, "refused", models)
        self.ended = self.bad.run()
        for source in self.good:
            source.run()

    def taken(self):
        """The rows that DataFusion takes, or refuses, against expectation."""
        for number, (id, _) in enumerate(self.rows):
            is_taken = self.ended[f"row_{number}"]["status"] == "success"
            if is_taken != (id in self.stricter):
                yield f"{id}: {self.ended[f'row_{number}']['status']}"

    def check(self, report, when, url, rule, s3):
        """All of it on the Trino at `url`."""
        for source in self.good:
            reader = Reader(source, url, rule, s3, is_linked=source.name == "plain")
            reader.make_tables()
            faults, rows = differences(source.result(), reader.result(self.folder / rule / source.name))
            report.check(f"{when}: source, {source.name}", f"{rows:,} rows, {len(reader.tables)} tables", faults)
            reader.clear()
        reader = Reader(self.bad, url, rule, s3)
        reader.make_tables()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            faults = [fault for fault in pool.map(reader.fails, self.rows) if fault]
        report.check(f"{when}: source, refused", f"{len(self.rows)} rows", faults)
        reader.clear()

