"""The report as dbt's source `cur.line_items`: what `apportion compile --sources` writes for DuckDB."""

import re
import subprocess
from pathlib import Path

import duckdb

RELATION = "cur.line_items"


def source_select(binary, project, work):
    """The select over the report's files, of the `project` whose target `bench` is of type duckdb."""
    command = [binary, "compile", "--project", project, "--target", "bench", "--sources", "--target-path", work]
    subprocess.run(command, check=True)
    return (Path(work) / f"compiled/models/sources.yml/{RELATION}.sql").read_text()


def files_of(folder):
    return sorted(str(path) for path in Path(folder).rglob("*.parquet"))


def scan(select):
    """The files of a select as a relation; they are of one generator, so their columns are equal."""
    return re.search(r"from (read_parquet\(.*?\))$", select, re.DOTALL | re.MULTILINE)[1]


def columns_in(select):
    """The columns of the files that a select reads, with DuckDB's types."""
    kinds = dict(duckdb.sql(f"select column_name, column_type from (describe select * from {scan(select)})").fetchall())
    return {name: kinds[name] for name in sorted(set(re.findall(r'"([^"]+)"', select)))}
