"""Do readers find what is published, and nothing else?

Called by run.sh, which sets up the tools: check.py BIN ROOT WORK [--short]. Prints one line a check and, below, what is
wrong. Exits 1 if anything is.
"""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import duckdb
import yaml
from checks import Refused, Report
from publications import NEWER, Publications, faults, statements

# A month that is read in full by whoever joins tables.
ONE_PUBLICATION = """\
select count(*) as pairs, count(distinct a.run_id) as runs
from account_costs as a
join transfers as t on t.billing_period = a.billing_period and t.run_id = a.run_id
where a.billing_period = '{period}'
"""


class DuckDb:
    name = "DuckDB"
    format = "duckdb"

    def __init__(self, text, work):
        self.path = work / "views.duckdb"
        self.path.unlink(missing_ok=True)
        with duckdb.connect(str(self.path)) as database:
            database.execute(f"create schema apportion; use apportion; {text}")

    def ask(self, sql):
        with duckdb.connect(str(self.path)) as database:
            found = database.execute(f"use apportion; {sql}")
            return [column[0] for column in found.description], found.fetchall()


class Spark:
    name = "Spark"
    format = "spark"

    def __init__(self, text, work):
        # Who leaves it out has not installed it.
        from pyspark.sql import SparkSession

        settings = {
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.host": "127.0.0.1",
            "spark.sql.shuffle.partitions": "1",
            "spark.sql.warehouse.dir": str(work / "warehouse"),
            "spark.sql.session.timeZone": "UTC",
            "spark.log.level": "ERROR",
        }
        self.session = SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
        for statement in statements(text):
            self.session.sql(statement)

    def ask(self, sql):
        found = self.session.sql(sql)
        return found.columns, [tuple(row) for row in found.collect()]


def joined(ask, period):
    """What somebody finds who joins two tables by run_id."""
    [(pairs, runs)] = ask(ONE_PUBLICATION.format(period=period))[1]
    return pairs, runs


def check(report, engine, publications, work):
    text = publications.views(engine.format)
    (work / f"{engine.format}.sql").write_text(text)
    reader = engine(text, work)
    report.check(f"{engine.name}: tables are those of the query", "", faults(publications, text, reader.ask))
    pairs, runs = joined(reader.ask, NEWER)
    report.check(f"{engine.name}: a join is of one run", f"{pairs:,} pairs", [] if pairs and runs == 1 else [str(runs)])
    return text, reader


def check_later(report, text, reader, publications):
    """After another publication, by the same views; tables of which are then of several runs."""
    report.check(f"{reader.name}: what is published later", "", faults(publications, text, reader.ask))
    pairs, _ = joined(reader.ask, NEWER)
    report.check(f"{reader.name}: tables of two runs do not join", "", [f"{pairs} pairs"] if pairs else [])


def check_dbt(report, publications, database, work):
    """A dbt project that reads the views as sources."""
    project = work / "dbt"
    (project / "models").mkdir(parents=True, exist_ok=True)
    (project / "models/sources.yml").write_text(publications.views("dbt"))
    (project / "models/spent.sql").write_text(
        "select account_id, sum(real_cost) as real_cost from {{ source('apportion', 'account_costs') }} group by 1"
    )
    (project / "dbt_project.yml").write_text("name: reader\nprofile: reader\nmodel-paths: [models]\n")
    target = {"type": "duckdb", "path": str(database)}
    profile = {"reader": {"target": "dev", "outputs": {"dev": target}}}
    (project / "profiles.yml").write_text(yaml.safe_dump(profile))
    dbt = [str(Path(sys.executable).with_name("dbt")), "--no-send-anonymous-usage-stats"]
    where = ["--project-dir", str(project), "--profiles-dir", str(project)]
    done = subprocess.run([*dbt, "run", *where], capture_output=True, text=True)
    said = done.stdout.splitlines() if done.returncode else []
    with duckdb.connect(str(database)) as reader:
        rows = reader.sql("select count(*) from main.spent").fetchone()[0] if not said else 0
    [[wanted]] = [row.values() for row in publications.query("select count(distinct account_id) from account_costs")]
    report.check("dbt: a model of a source", f"{rows} rows", said or ([] if rows == wanted else [f"not {wanted}"]))
    tables = yaml.safe_load((project / "models/sources.yml").read_text())["sources"][0]["tables"]
    columns = [(table["name"], column) for table in tables for column in table["columns"]]
    lacking = [f"{name}: {column}" for name, column in columns if not (column["description"] and column["data_type"])]
    report.check("dbt: every column is described and typed", f"{len(tables)} tables", lacking)


def main():
    binary, root, work = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    engines = [DuckDb] if sys.argv[4:] == ["--short"] else [DuckDb, Spark]
    report = Report()
    os.environ["TZ"] = "UTC"
    try:
        publications = Publications(binary, root, work / "published")
        readers = [check(report, engine, publications, work) for engine in engines]
        check_dbt(report, publications, readers[0][1].path, work)
        publications.publish_beside(NEWER, "--select", "account_costs", "--vars", "{sharing: {mode: owner_only}}")
        for text, reader in readers:
            check_later(report, text, reader, publications)
    except Refused as refused:
        report.check("apportion does its part", "", str(refused).splitlines())
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
