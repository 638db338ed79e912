"""A whole month on Athena, which has to be DataFusion's: tables, tests, summary, and what is left behind."""

import json
import re
import time
from pathlib import Path

import duckdb

COST = ["data_scanned_in_bytes", "cost_usd", "queued_seconds", "run_seconds"]
PARTITION = "billing_period"
# Types as DuckDB calls them, by those of contracts.
TYPES = {"string": "VARCHAR", "timestamp(3)": "TIMESTAMP"}
# What DuckDB makes of the old timestamps of Parquet, which are Athena's.
SAME = {"TIMESTAMP_NS": "TIMESTAMP"}
SHOWN = 3
# Stages that Trino takes (`query.max-stage-count`), and bytes that Athena does in a statement.
MOST_STAGES, LONGEST = 150, 262_144
# How long a signal may take to be heard, and all to be let go of.
LEAVE = 8


class Expected:
    """What DataFusion makes of a month, from the same report: its tables, by the files that readers find."""

    def __init__(self, place, words=(), is_tested=True):
        self.ran = place.run("build" if is_tested else "run", *words, target="here")
        self.results, self.files, self.types = {}, {}, {}
        if self.ran.code == 0:
            self.results = place.results()
            self.files = place.download("here")
            self.types = declared(place.artifacts)
            self.rows = sum(row["rows"] for row in place.published("here").values())


def declared(artifacts):
    """The types of columns as models declare them, by model and column."""
    nodes = json.loads((artifacts / "manifest.json").read_text())["nodes"].values()
    models = (node for node in nodes if node["resource_type"] == "model")
    kinds = lambda node: {column["name"]: column.get("data_type") for column in node["columns"].values()}
    return {node["name"]: kinds(node) for node in models}


def check(report, name, place, expected, *, words=(), is_tested=True, is_same_bytes=True):
    """Runs the month of a place whose API is open, and compares all that comes of it."""
    ran = place.run("build" if is_tested else "run", *words)
    faults = ran.differs(0) + (expected.ran.differs(0) if expected.ran.code else [])
    if not faults and ran.out != expected.ran.out:
        faults = differing_lines(ran.out, expected.ran.out)
    queries = len(place.executions())
    report.check(f"{name}: the run, and its summary", f"{queries} queries, {ran.seconds:.0f} s", faults)
    if ran.code != 0 or expected.ran.code != 0:
        return
    results, files = place.results(), place.download()
    other_tables = compare(files, expected.files, expected.types)
    report.check(f"{name}: tables are DataFusion's", f"{expected.rows:,} rows", other_tables)
    if is_same_bytes:
        same = [table for table in expected.files if "/" not in table]
        report.check(f"{name}: results are the same bytes", f"{len(same)} tables", other_bytes(same, files, expected))
    report.check(f"{name}: statements are as Athena takes them", *measured(place.executions()))
    views = list(miscounted(place))
    report.check(f"{name}: views on Athena show what is published", "", views)
    steps = f"{len(results)} steps"
    report.check(f"{name}: verdicts of tests, rows and costs", steps, other_results(results, expected.results))
    report.check(f"{name}: nothing is left", f"{len(place.keys())} files", left(place))


def measured(executions):
    """The longest statement and the one of the most stages, and those that are longer or have more than they may."""
    told, faults = [], []
    for most, of, words in [
        (MOST_STAGES, lambda one: one["stages"], "stages"),
        (LONGEST, lambda one: len(one["text"].encode()), "bytes"),
    ]:
        found = max(executions, key=of)
        told.append(f"{of(found):,} {words} in {subject_of(found['text'])}")
        faults += (f"{of(one)} {words}: {one['text'][:400]}" for one in executions if not 0 < of(one) <= most)
    return ", ".join(told), faults


def subject_of(statement):
    """The table that a statement makes, by its folder."""
    place = re.search(r"external_location = '[^']*/([^/']+)/\d+/(?:\w+/)?'", statement)
    return place[1] if place else "a question"


def miscounted(place):
    """The views on Athena that do not have as many rows as were published."""
    for table, row in place.published().items():
        if "/" in table:
            continue
        # All views at once would have more stages than Athena takes.
        counts = (
            f"select '{view}', cast(count(*) as varchar) from \"{place.database}\".\"{view}\""
            for view in [table, f"bi_{table}"]
        )
        for view, found in place.ask(" union all ".join(counts))[1:]:
            if int(found) != row["rows"]:
                yield f"{view} has {found} rows of {row['rows']}"


def left(place):
    """What should not be left of a run, and seeds, which should."""
    seeds = [name for name in place.tables() if name.startswith("apportion_seed_")]
    return place.left() + ([] if seeds else ["the tables of seeds are gone"])


def check_tests(report, name, place, expected):
    """Tests what is published, and compares the verdicts."""
    before = len(place.executions())
    tested = place.run("test")
    of_tests = {id: found for id, found in expected.results.items() if not id.startswith("model.")}
    told = f"{len(place.executions()) - before} queries, {tested.seconds:.0f} s"
    faults = tested.differs(0) + list(other_results(place.results(), of_tests))
    report.check(f"{name}: verdicts of tests over what is published", told, faults)


def check_statements(report, name, place):
    """Statements of a month that Athena has made say what those of DataFusion's do."""
    built, said = {}, {}
    for target in ["athena", "here"]:
        built[target] = place.run("statements", "build", "--target", target, target=target)
        said[target] = {key.split("customer=")[1]: text for key, text in place.statements(target).items()}
    faults = [line for ran in built.values() for line in ran.differs(0)]
    faults += (f"{key} differs" for key in said["athena"].keys() | said["here"].keys()
               if said["athena"].get(key) != said["here"].get(key))  # fmt: skip
    faults += [] if said["athena"] else ["there are none"]
    report.check(f"{name}: statements are DataFusion's", f"{len(said['athena'])} statements", faults)


def check_after(report, name, place):
    """What is said of a published month afterwards."""
    tested = place.run("test")
    report.check(f"{name}: tests pass over what is published", f"{tested.seconds:.0f} s", tested.differs(0))
    again = place.build()
    faults = again.differs(0, "nothing to do")
    report.check(f"{name}: there is nothing to do again", f"{again.seconds:.0f} s", faults)
    report.check(f"{name}: nothing is left after that", f"{len(place.keys())} files", place.left())


def differing_lines(ours, theirs):
    one, other = ours.splitlines(), theirs.splitlines()
    pairs = [pair for pair in zip(one, other) if pair[0] != pair[1]]
    faults = [line for pair in pairs for line in (f"on Athena:  {pair[0]}", f"DataFusion: {pair[1]}")]
    return faults or [f"{len(one)} lines on Athena, {len(other)} of DataFusion"]


def compare(ours, theirs, types):
    """The tables that are not DataFusion's, digit for digit, with types as declared; both are files by table."""
    faults = [f"{table}: only one of both has it" for table in ours.keys() ^ theirs.keys()]
    database = duckdb.connect()
    for table in sorted(ours.keys() & theirs.keys()):
        kinds = types.get(Path(table).name, {})
        faults += (f"{table}: {fault}" for fault in other_rows(database, ours[table], theirs[table], kinds))
    return faults


def other_rows(database, ours, theirs, kinds):
    """How rows in files differ from those in others, and from the types that are declared."""
    from_files = lambda paths: f"read_parquet({paths}, hive_partitioning = false)"
    described = lambda paths: {
        name: SAME.get(kind, kind) for name, kind, *_ in database.sql(f"describe from {from_files(paths)}").fetchall()
    }
    one, other = described(ours), described(theirs)
    if list(one.items()) != list(other.items()):
        yield f"columns {sorted(one.items() ^ other.items()) or [*one]}, in DataFusion {[*other]}"
        return
    listed = ", ".join(f'cast("{name}" as {kind}) as "{name}"' for name, kind in one.items())
    read = lambda paths: f"select {listed} from {from_files(paths)}"
    for name, kind in kinds.items():
        if kind and name != PARTITION and one.get(name) != TYPES.get(kind, kind).upper():
            yield f"{name} is {one.get(name)}, declared is {kind}"
    for label, left, right in [("not in DataFusion", ours, theirs), ("only in DataFusion", theirs, ours)]:
        rows = database.sql(f"{read(left)} except all {read(right)}").fetchall()
        if rows:
            yield f"{len(rows)} rows {label}"
            yield from map(str, rows[:SHOWN])


def other_bytes(tables, files, expected):
    for table in tables:
        one, other = ([Path(path).read_bytes() for path in paths[table]] for paths in [files, expected.files])
        if one != other:
            yield f"{table}: {[len(body) for body in one]} bytes, in DataFusion {[len(body) for body in other]}"


def other_results(ours, theirs):
    """Tests and models of run_results.json that ended otherwise, and tables whose cost is not told."""
    yield from (f"{id}: only one of both has it" for id in ours.keys() ^ theirs.keys())
    for id in sorted(ours.keys() & theirs.keys()):
        one, other = (
            {key: found.get(key) for key in ["status", "failures", "message", "billing_period"]}
            | {"rows": found["adapter_response"]["rows_affected"]}
            for found in [ours[id], theirs[id]]
        )
        if one != other:
            yield f"{id}: {one}, in DataFusion {other}"
        response = ours[id]["adapter_response"]
        is_table = response["bytes_written"] > 0
        wrong = [key for key in COST if is_table != isinstance(response.get(key), (int, float))]
        if wrong or is_table and not (response["cost_usd"] > 0 and response["run_seconds"] > 0):
            yield f"{id}: the cost is {response}"


def check_signal(report, name, place):
    """Has SIGTERM come while several queries run."""
    place.api.faults.add({"do": "hold", "text": "-- apportion", "times": 100})
    before = len(place.executions())
    running = place.start("build", "--full-refresh", "--exclude", "resource_type:unit_test")
    states = lambda: [one["state"] for one in place.executions()[before:]]
    place.wait(lambda: states().count("RUNNING") > 1, "queries that run", 120)
    # What is just being started may be heard by Athena when nobody waits for the answer any more.
    time.sleep(2)
    running.send("SIGTERM")
    sent = time.monotonic()
    ran = running.end(60)
    faults = ran.differs(143, "error: stopped by SIGTERM")
    if time.monotonic() - sent > LEAVE:
        faults.append(f"the run went on for {time.monotonic() - sent:.1f} s")
    time.sleep(1)
    # Tables over the report's files may stay until `clean` removes them.
    faults += place.left(are_tables_gone=False)
    if set(states()) != {"CANCELLED"}:
        faults.append(f"the queries are {states()}")
    place.api.faults.clear()
    report.check(f"{name}: SIGTERM cancels all queries", f"{len(states())} queries", faults)
