"""Has the binary write what is published as data sets of FOCUS, one for each customer."""

import json
import subprocess

VERSIONS = {"1.2": "focus_1_2", "1.4": "focus_1_4"}
FORMS = ["csv", "parquet"]


def published(output, table, period):
    """The files of a table that the newest run wrote."""
    run = max((output / table / f"billing_period={period}").iterdir())
    return f"read_parquet('{run}/*.parquet')"


def deliver(binary, project, period, out):
    """Every customer's data set of every version in every form; gives their paths by customer."""
    for form in FORMS:
        command = [binary, "focus", "--project", project, "--period", period, "--format", form, "--out", out]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    folders = sorted((out / period / "customers").iterdir())
    paths = {(version, form): f"focus-{version}.{form}" for version in VERSIONS for form in FORMS}
    return {folder.name: {key: folder / name for key, name in paths.items()} for folder in folders}


def undescribed(path, version, columns):
    """What the metadata beside a data set do not say of it."""
    said = json.loads(path.with_name(f"focus-{version}.json").read_text())
    if said["FocusVersion"] != version:
        yield f"FocusVersion is {said['FocusVersion']}"
    if [column["ColumnName"] for column in said["ColumnDefinition"]] != columns:
        yield "ColumnDefinition has other columns than the file, or in another order"
