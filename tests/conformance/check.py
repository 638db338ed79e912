"""Do dbt and Trino read the project as apportion does, do its types mean the same under every rule of Trino, and does
DuckDB round as it does?

Called by run.sh, which sets up the tools: check.py BIN ROOT WORK.
Prints one line a check and, below, what differs. Exits 1 if anything does.

All work is done on a snapshot of the project, so that files edited meanwhile
cannot make two readings of different texts look like a disagreement.
"""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import datetime, timezone
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

# Before dbt is imported: it reads its environment then.
os.environ.update(DBT_SEND_ANONYMOUS_USAGE_STATS="false", DO_NOT_TRACK="1")

import planted
import rounding
import source_sql
import trino_faults
import yaml
from checks import EVERY_LAYER, Apportion, Refused, Report, of_kind, snapshot
from dbt.cli.main import dbtRunner

PERIOD = "2026-10"
TODAY = datetime.now(timezone.utc).date().isoformat()

# What dbt and apportion must pick alike; each is what follows --select.
QUESTIONS = ["sql/summary", "sql/events"]
SELECTIONS = [
    ["+account_costs"],
    ["stg_line_items+"],
    ["staging"],
    ["path:models/staging", "results"],
    ["2+account_costs"],
    ["source:cur+"],
    ["line_item_types+"],
    ["config.materialized:view,+line_item_costs"],
    ["fair_share,+transfers"],
    ["results", "--exclude", "line_item_costs"],
]


class Dbt:
    """dbt on the snapshot, in this process."""

    def __init__(self, project, work, settings):
        self.target = work / "dbt"
        profile = {"type": "duckdb", "path": ":memory:", "threads": 1}
        profiles = {"apportion": {"target": "local", "outputs": {"local": profile}}}
        (work / "profiles.yml").write_text(yaml.safe_dump(profiles))
        self.common = [
            "--project-dir", str(project),
            "--profiles-dir", str(work),
            "--target-path", str(self.target),
            "--log-path", str(work / "logs"),
            "--vars", json.dumps({**settings, "billing_period": PERIOD, "run_date": TODAY}),
        ]  # fmt: skip
        self.manifest = None

    def run(self, *words):
        result = dbtRunner(manifest=self.manifest).invoke(
            ["--quiet", "--no-version-check", *words, *self.common]
        )
        if not result.success:
            raise Refused(f"dbt {' '.join(words)}: {result.exception or 'see above'}")
        return result.result

    def parse(self):
        self.manifest = self.run("parse")

    def list(self, words, kind="model"):
        select = ["--select", *words] if words else []
        sys.stdout, shown = open(os.devnull, "w"), sys.stdout
        try:
            return set(self.run("list", "--resource-type", kind, "--output", "name", *select))
        finally:
            sys.stdout.close()
            sys.stdout = shown

    def compile(self):
        self.run("compile")
        return json.loads((self.target / "manifest.json").read_text())


def differences(ours, theirs):
    """Every key whose value is not the same on both sides, or is on one only."""
    for key in sorted(ours.keys() | theirs.keys()):
        if key not in theirs:
            yield f"{key}: dbt does not know it"
        elif key not in ours:
            yield f"{key}: apportion does not know it"
        elif ours[key] != theirs[key]:
            yield from explain(key, ours[key], theirs[key])


def explain(name, ours, theirs):
    if isinstance(ours, dict) and isinstance(theirs, dict):
        yield from (f"{name}, {fault}" for fault in differences(ours, theirs))
    elif isinstance(ours, str) and isinstance(theirs, str) and len(ours) > 60:
        at = len(os.path.commonprefix([ours, theirs]))
        yield f"{name}: from character {at} on:"
        yield f"    apportion: {ours[max(0, at - 40):at + 80]!r}"
        yield f"    dbt:       {theirs[max(0, at - 40):at + 80]!r}"
    else:
        yield f"{name}: apportion says {ours!r}, dbt says {theirs!r}"


def facts(model, dimensions):
    """What both manifests say of a model. Columns that settings name are not declared to dbt, nor a contract for them."""
    config = model["config"]
    has_dimensions = not dimensions.isdisjoint(model["columns"]) or config["meta"].get("dimensions")
    columns = {
        name: (column.get("data_type") or "").lower().replace(" ", "")
        for name, column in model["columns"].items()
        if name not in dimensions
    }
    parents = [parent.split(".", 2) for parent in model["depends_on"]["nodes"]]
    return {
        "path": model["original_file_path"],
        "parents": sorted(f"{kind} {name}" for kind, _, name in parents),
        "materialized": config["materialized"],
        "schema": config.get("schema"),
        "tags": sorted(config.get("tags") or []),
        "contract": not has_dimensions and bool((config.get("contract") or {}).get("enforced")),
        "columns": columns,
    }


def plain(sql, project):
    """SQL without what may differ: how relations are qualified, and space."""
    sql = re.sub(r'"[^"\n]+"\."[^"\n]+"\."([^"\n]+)"', r"\1", sql or "")
    sql = re.sub(rf"\b(?:{project}|cur|published)\.(\w+)", r"\1", sql)
    return re.sub(r"\s+", " ", sql).strip()


def compare_models(report, ours, theirs, dimensions):
    facts_of = lambda manifest: {
        name: facts(node, dimensions) for name, node in of_kind(manifest, "model").items()
    }
    mine, dbts = facts_of(ours), facts_of(theirs)
    report.check(
        "models: path, parents, columns, configuration",
        f"{len(mine)} models",
        differences(mine, dbts),
    )


def compare_lists(report, apportion, dbt):
    for kind in ["model", "seed"]:
        mine, dbts = apportion.list([], kind), dbt.list([], kind)
        report.check(f"list: the same {kind}s", f"{len(mine)} {kind}s", unlike(mine, dbts))

    faults = []
    for words in SELECTIONS:
        asked = " ".join(["list --select", *words])
        mine, dbts = apportion.list(words), dbt.list(words)
        faults += [f"{asked}: {fault}" for fault in unlike(mine, dbts)]
    report.check("list --select: the same models", f"{len(SELECTIONS)} selections", faults)


def unlike(mine, dbts):
    yield from (f"apportion lists {name}, dbt does not" for name in sorted(mine - dbts))
    yield from (f"dbt lists {name}, apportion does not" for name in sorted(dbts - mine))


def compare_names(report, ours, theirs):
    columns = lambda manifest: {
        f"{source['source_name']}.{source['name']}": sorted(source["columns"])
        for source in manifest["sources"].values()
    }
    mine = columns(ours)
    report.check("sources and their columns", f"{len(mine)} tables", differences(mine, columns(theirs)))

    units = lambda manifest: {
        unit["name"]: unit["model"] for unit in manifest["unit_tests"].values()
    }
    mine = units(ours)
    report.check("unit tests", f"{len(mine)} tests", differences(mine, units(theirs)))


def compare_sql(report, ours, theirs, compiled, project):
    """The SQL that both make of the same file, for DuckDB."""
    text_of = lambda node: plain((compiled / node["original_file_path"]).read_text(), project)
    mine = {name: text_of(node) for name, node in of_kind(ours, "model").items()}
    dbts = {
        name: plain(node["compiled_code"], project)
        for name, node in of_kind(theirs, "model").items()
    }
    report.check("SQL that models compile to", f"{len(mine)} statements", differences(mine, dbts))

    mine = {
        path.stem: plain(path.read_text(), project)
        for folder in QUESTIONS
        for path in (compiled / folder).glob("*.sql")
    }
    dbts = {
        name: plain(node["compiled_code"], project)
        for name, node in of_kind(theirs, "analysis").items()
    }
    report.check("SQL that questions compile to", f"{len(mine)} statements", differences(mine, dbts))


def compare_tests(report, ours, theirs, project):
    """Data tests by SQL and severity: the two tools name generic tests differently."""
    severity = lambda node: (node["config"].get("severity") or "error").lower()
    # The grain in a model's meta is tested by apportion without being asked.
    asked = lambda node: not node["name"].startswith("unique_grain_")
    mine = Counter(
        (severity(node), plain(node["compiled_code"], project))
        for node in of_kind(ours, "test").values()
        if asked(node)
    )
    dbts = Counter(
        (severity(node), plain(node["compiled_code"], project))
        for node in of_kind(theirs, "test").values()
    )
    faults = [f"dbt does not have it: {level}: {sql}" for level, sql in (mine - dbts)]
    faults += [f"apportion does not have it: {level}: {sql}" for level, sql in (dbts - mine)]
    report.check("data tests: SQL and severity", f"{mine.total()} tests", faults)


def read_with_trino(report, compiled, work):
    """Trino's grammar over every statement compiled for Athena."""
    command = [
        "java", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-cp", str(work / "trino-cli.jar"),
        str(HERE / "TrinoGrammar.java"), str(HERE / "functions.txt"), str(compiled),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True)
    lines = done.stdout.splitlines() or ["0 statements"]
    faults = lines[:-1]
    if done.returncode != 0 and not faults:
        faults = done.stderr.splitlines() or ["no statement was read"]
    report.check("Trino 446 reads what is compiled for Athena", lines[-1], faults)


def check_types(report, project, manifest, compiled):
    """What Trino makes of every expression, and whether that check can find anything."""
    count, faults = planted.faults()
    report.check("planted faults are found", f"{count} faults", faults)
    count, faults = trino_faults.faults(project, manifest, compiled)
    report.check("types under both decimal rules of Trino", f"{count} statements", faults)


def check_rounding(report, root):
    report.check("mul_div in DuckDB: rounded exactly", f"{rounding.CASES} cases", rounding.faults(root))


def main():
    binary, root, work = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    project = work / "project"
    config = snapshot(root, project, {"athena": "athena", "duckdb": "duckdb"}, EVERY_LAYER)
    apportion = Apportion(binary, project)
    dbt = Dbt(project, work, config.get("vars", {}))
    report = Report()
    try:
        check_rounding(report, project)
        counted, faults = source_sql.faults(apportion, root, work)
        report.check("DuckDB reads the source's doubles to the digit", f"{counted} doubles", faults)
        check(report, apportion, dbt, work, config["name"])
    except Refused as refusal:
        report.check("apportion and dbt accept the project", "", str(refusal).splitlines())
    return report.end()


def check(report, apportion, dbt, work, name):
    manifest, for_athena = apportion.compile("athena", "--period", PERIOD)
    read_with_trino(report, for_athena, work)
    check_types(report, apportion.project, manifest, for_athena)

    ours, for_duckdb = apportion.compile("duckdb", "--period", PERIOD)
    dbt.parse()
    compare_lists(report, apportion, dbt)
    theirs = dbt.compile()
    compare_models(report, ours, theirs, set(trino_faults.dimensions(apportion.project)))
    compare_names(report, ours, theirs)
    compare_sql(report, ours, theirs, for_duckdb, name)
    compare_tests(report, ours, theirs, name)


if __name__ == "__main__":
    sys.exit(main())
