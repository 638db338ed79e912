"""The report as dbt's source `cur.line_items`: the columns of models/sources.yml as a view over the files.

apportion does this itself. In DuckDB the view takes its place: the declared names and types, a null where the files
lack a column, and null for an empty text.
"""

from pathlib import Path

import duckdb
import yaml

KINDS = {"string": "VARCHAR", "timestamp": "TIMESTAMP"}


def declared(root):
    """The columns of the source, as models/sources.yml has them."""
    sources = yaml.safe_load((root / "models/sources.yml").read_text())["sources"]
    [source] = [source for source in sources if source["name"] == "cur"]
    [table] = source["tables"]
    return table["columns"]


def files_of(folder):
    return sorted(str(path) for path in Path(folder).rglob("*.parquet"))


def scan(files):
    """The files as a relation; they are of one generator, so their columns are equal."""
    return f"read_parquet({files}, hive_partitioning = false)"


def kinds_in(files):
    """DuckDB's type of every column of the files."""
    return dict(duckdb.sql(f"select column_name, column_type from (describe select * from {scan(files)})").fetchall())


def present(column, kinds):
    """Where the column's values are in the files, the preferred name first."""
    return [name for name in column.get("meta", {}).get("from", [column["name"]]) if name in kinds]


def converted(name, kind, wanted):
    """The value in its declared type. Instants go the short way: a cast asks the calendar of every row."""
    if kind == "VARCHAR":
        value = f"nullif({name}, '')"
        return value if wanted == kind else f"cast({value} as {wanted})"
    if kind == "TIMESTAMP WITH TIME ZONE" and wanted == "TIMESTAMP":
        return f"make_timestamp(epoch_us({name}))"
    return name if kind == wanted else f"cast({name} as {wanted})"


def expression(column, kinds):
    wanted = KINDS.get(column["data_type"], column["data_type"])
    values = [converted(name, kinds[name], wanted) for name in present(column, kinds)]
    if not values:
        return f"cast(null as {wanted})"
    return values[0] if len(values) == 1 else f"coalesce({', '.join(values)})"


def create_view(root, files, period):
    """The statement that makes the view; the period is what apportion puts there, too."""
    kinds = kinds_in(files)
    columns = [
        f"    {expression(column, kinds)} as {column['name']}"
        for column in declared(root)
        if column["name"] != "billing_period"
    ]
    columns.append(f"    '{period}' as billing_period")
    return "create or replace view cur.line_items as select\n" + ",\n".join(columns) + f"\nfrom {scan(files)}"
