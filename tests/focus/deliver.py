"""Writes what is published as data sets of FOCUS, one for each customer.

Stands in for the command that delivers them: a column is delivered if the
model's YAML gives it a `name`, and under that name.
"""

import datetime
import json
import sys
from pathlib import Path

import duckdb
import yaml

VERSIONS = {"1.2": "focus_1_2", "1.4": "focus_1_4"}


def columns(root, model):
    """Names in the table, names in the data set, and types, in order."""
    described = yaml.safe_load((root / f"models/focus/{model}.yml").read_text())
    return [
        (column["name"], column["meta"]["name"], column["data_type"])
        for column in described["models"][0]["columns"]
        if "name" in column.get("meta", {})
    ]


def published(output, table, period):
    """The files of a table that the newest run wrote."""
    folder = Path(output) / table / f"billing_period={period}"
    run = max(folder.iterdir())
    return f"read_parquet('{run}/*.parquet')"


def selected(root, model, as_text):
    """The select list that renames the columns; in CSV, times are ISO 8601."""
    return ", ".join(
        f"""strftime({name}, '%Y-%m-%dT%H:%M:%SZ') as "{delivered}\""""
        if as_text and kind.startswith("timestamp")
        else f'{name} as "{delivered}"'
        for name, delivered, kind in columns(root, model)
    )


def metadata(root, model, version):
    """What the specification has said of a data set beside it."""
    return {
        "FocusVersion": version,
        "CreationDate": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "ColumnDefinition": [
            {"ColumnName": delivered, "DataType": kind} for _, delivered, kind in columns(root, model)
        ],
    }


def deliver(root, output, period, customer, into):
    """Both versions of a customer's data set, as CSV and as Parquet."""
    duck = duckdb.connect()
    written = {}
    for version, model in VERSIONS.items():
        into.mkdir(parents=True, exist_ok=True)
        for form, options in {"csv": "header", "parquet": "format parquet"}.items():
            path = into / f"{customer}-focus-{version}.{form}"
            duck.execute(
                f"copy (select {selected(root, model, form == 'csv')} from {published(output, model, period)} "
                f"where customer = $customer order by account_id, charge_period_start) to '{path}' ({options})",
                {"customer": customer},
            )
            written[version, form] = path
        (into / f"{customer}-focus-{version}.json").write_text(json.dumps(metadata(root, model, version), indent=1))
    return written


if __name__ == "__main__":
    deliver(Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4], Path(sys.argv[5]))
