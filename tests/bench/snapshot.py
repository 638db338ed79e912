"""The project as dbt-duckdb is to run it: snapshot.py BIN SOURCE WORK.

The files are the project's own. Added is what apportion does beside the models and a user of dbt would write once:
the source view, a profile, and a hook that writes the results as Parquet, compressed as apportion's.
"""

import json
import os
import shutil
import sys
from datetime import datetime, timezone
from pathlib import Path

import yaml
from source_view import RELATION, files_of, source_select

ROOT = Path(__file__).resolve().parents[2]

# What DuckDB is told: order costs time and nobody asked for it.
SETTINGS = {"preserve_insertion_order": False}

WRITE_RESULTS = """
{% for result in results
    if result.node.resource_type == 'model'
    and result.node.config.materialized == 'table'
    and result.node.schema == target.schema %}
copy {{ result.node.relation_name }} to 'FOLDER/{{ result.node.name }}.parquet'
    (format parquet, compression zstd, compression_level 1);
{% endfor %}
"""


def copy_project(project):
    shutil.rmtree(project, ignore_errors=True)
    for name in ["models", "sql", "data/seeds"]:
        shutil.copytree(ROOT / name, project / name)
    return yaml.safe_load((ROOT / "dbt_project.yml").read_text())


def profile(work):
    output = {
        "type": "duckdb",
        "path": str(work / "database/peer.duckdb"),
        "threads": os.cpu_count(),
        "settings": SETTINGS,
    }
    return {"apportion": {"target": "bench", "outputs": {"bench": output}}}


def with_target(source, work):
    """config.yaml with a target for DuckDB over the report in `source`."""
    config = yaml.safe_load((ROOT / "config.yaml").read_text())
    target = {"type": "duckdb", "source": str(source), "output": str(work / "output")}
    return {**config, "targets": {**config["targets"], "bench": target}}


def period_of(files):
    """The billing period, off the folders that the generator names: year=2026/month=10."""
    year, month = (part.split("=")[1] for part in Path(files[0]).parts[-3:-1])
    return f"{year}-{int(month):02}"


def main():
    binary, source, work = sys.argv[1], Path(sys.argv[2]).resolve(), Path(sys.argv[3]).resolve()
    project, results = work / "project", work / "results"
    files = files_of(source)
    period = period_of(files)
    settings = copy_project(project)
    config = with_target(source, work)
    (project / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    select = source_select(binary, project, work / "compiled")
    (work / "source.sql").write_text(select)
    view = f"create or replace view {RELATION} as\n{select}"
    settings["on-run-start"] = ["create schema if not exists cur", view]
    settings["on-run-end"] = [WRITE_RESULTS.replace("FOLDER", str(results))]
    (project / "dbt_project.yml").write_text(yaml.safe_dump(settings, sort_keys=False))
    (work / "profiles.yml").write_text(yaml.safe_dump(profile(work)))
    today = datetime.now(timezone.utc).date().isoformat()
    (work / "vars.json").write_text(json.dumps({**config["vars"], "billing_period": period, "run_date": today}))


if __name__ == "__main__":
    main()
