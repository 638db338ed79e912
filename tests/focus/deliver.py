"""Writes what is published as data sets of FOCUS, one for each customer.

A column is delivered if the YAML of its model gives it a `name`, and under that name.
"""

import datetime
import json

import yaml

VERSIONS = {"1.2": "focus_1_2", "1.4": "focus_1_4"}
FORMS = {"csv": "header", "parquet": "format parquet"}


def columns(root, model):
    """What is delivered of a model: names in the table, names in the data set, and types, in order."""
    described = yaml.safe_load((root / f"models/focus/{model}.yml").read_text())
    return [
        (column["name"], column["meta"]["name"], column["data_type"])
        for column in described["models"][0]["columns"]
        if "name" in column.get("meta", {})
    ]


def published(output, table, period):
    """The files of a table that the newest run wrote."""
    run = max((output / table / f"billing_period={period}").iterdir())
    return f"read_parquet('{run}/*.parquet')"


def selected(delivered, form):
    """The select list that renames columns; in CSV, times are as ISO 8601 writes them."""
    return ", ".join(
        f"""strftime({name}, '%Y-%m-%dT%H:%M:%SZ') as "{as_name}\""""
        if form == "csv" and kind.startswith("timestamp")
        else f'{name} as "{as_name}"'
        for name, as_name, kind in delivered
    )


def metadata(delivered, version):
    """What is said of a data set beside it."""
    return {
        "FocusVersion": version,
        "CreationDate": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "ColumnDefinition": [{"ColumnName": name, "DataType": kind} for _, name, kind in delivered],
    }


def deliver(duck, root, output, period, customer, into):
    """Every version and form of a customer's data set in `into`; gives their paths."""
    into.mkdir(parents=True, exist_ok=True)
    paths = {}
    for version, model in VERSIONS.items():
        delivered = columns(root, model)
        for form, options in FORMS.items():
            path = paths[version, form] = into / f"focus-{version}.{form}"
            duck.execute(
                f"copy (select {selected(delivered, form)} from {published(output, model, period)} "
                f"where customer = $customer order by account_id, charge_period_start) to '{path}' ({options})",
                {"customer": customer},
            )
        (into / f"focus-{version}.json").write_text(json.dumps(metadata(delivered, version), indent=2))
    return paths
