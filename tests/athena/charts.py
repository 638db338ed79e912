"""What charts of the dashboard ask, run on Trino over the views for Athena.

`tests/bi/run.sh` has noted it: the statements that Superset sends to DuckDB and to Athena, beside what was published.
Both must have the same rows.
"""

import json
import os
from collections import Counter
from decimal import Decimal

import duckdb
import servers
import trino
import views
from checks import Apportion
from publications import statements

PREFIX = SCHEMA = "charts"


def check(report, binary, root, folder, s3_url, s3, url):
    """All statements of charts.json in the folder, over the output and the database of views beside it."""
    os.environ |= views.environment(s3_url)
    views.upload(folder / "output", PREFIX, s3)
    text = Apportion(binary, root).run("views", "--format", "athena", "--output", f"s3://{servers.DATA}/{PREFIX}")
    views.create(url, SCHEMA, map(views.in_trino, statements(text)))
    views.sync(url, SCHEMA, text)
    asked = json.loads((folder / "charts.json").read_text())
    with duckdb.connect(str(folder / "apportion.duckdb"), read_only=True) as database:
        report.check("charts: Trino has the rows of DuckDB", f"{len(asked)} charts", faults(url, database, asked))


def faults(url, database, asked):
    for one in asked:
        of_duckdb = database.sql(one["duckdb"])
        kinds = [str(kind) for kind in of_duckdb.types]
        wanted = comparable(of_duckdb.fetchall(), kinds)
        try:
            found = comparable(trino.query(url, one["athena"].removesuffix(";"), SCHEMA), kinds)
        except trino.Failed as failed:
            yield f"{one['chart']}: Trino: {failed}"
            continue
        missing, more = wanted - found, found - wanted
        if not wanted or missing or more:
            some = [*missing][:1], [*more][:1]
            yield f"{one['chart']}: of {wanted.total()} rows {missing.total()} are missing, {more.total()} are more: {some}"


def comparable(rows, kinds):
    """How often there is each row; `kinds` are DuckDB's types of its columns."""
    return Counter(tuple(map(plain, row, kinds)) for row in rows)


def plain(value, kind):
    """A value of either engine: decimals are exact, doubles have the nine digits that engines agree on."""
    if value is None:
        return None
    if kind == "DOUBLE":
        return f"{Decimal(value):.9g}"
    if kind.startswith("DECIMAL") or kind.endswith("INT"):
        return Decimal(value)
    # Either begins with the day, and no chart asks for less.
    return str(value)[:10] if kind.startswith(("DATE", "TIMESTAMP")) else value
