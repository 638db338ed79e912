"""What `apportion views` writes for Trino and for Athena, run on Trino.

Trino's file runs as it is. Of Athena's, the tables are in Hive's language, which Trino does not read: they are parsed,
held against what Athena asks of partition projection, and made in Trino's language; all views run as they are.
"""

import os
import re
import sys
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "views"))

import servers
import sqlglot
import trino
from publications import NEWER, Publications, faults, statements
from sqlglot import exp

PREFIX = "out put"
# https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
PROJECTION = {
    "projection.enabled": "true",
    "projection.billing_period.type": "date",
    "projection.billing_period.format": "yyyy-MM",
    "projection.billing_period.interval": "1",
    "projection.billing_period.interval.unit": "MONTHS",
}


def check(report, binary, root, work, s3_url, s3, url):
    """All of it, in schemas of their own."""
    os.environ |= environment(s3_url)
    publications = Publications(binary, root, work / "views")
    uploaded = upload(publications.output, PREFIX, s3)
    texts = {}
    for reader, make in [("trino", lambda text: text), ("athena", in_trino)]:
        texts[reader] = text = publications.views(reader, f"s3://{servers.DATA}/{PREFIX}")
        (work / f"views-{reader}.sql").write_text(text)
        # Whoever writes the views anew runs the file again.
        create(url, f"views_{reader}", [make(statement) for statement in statements(text) * 2])
        if reader == "athena":
            sync(url, f"views_{reader}", text)
        report.check(f"{reader}: tables are those of the query", "", faults(publications, text, asking(url, reader)))
    publications.publish_beside(NEWER, "--vars", "{sharing: {mode: owner_only}}")
    upload(publications.output, PREFIX, s3, uploaded)
    for reader, text in texts.items():
        report.check(f"{reader}: what is published later", "", faults(publications, text, asking(url, reader)))


def environment(s3_url):
    """By what apportion finds the S3."""
    return {
        "AWS_ENDPOINT_URL": s3_url,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }


def create(url, schema, made):
    """Runs statements in a schema of their own."""
    trino.query(url, f"create schema {schema} with (location = 's3://{servers.DATA}/{schema}')")
    for statement in made:
        trino.query(url, statement, schema)


def asking(url, reader):
    def ask(sql):
        columns = trino.columns(url, f"{sql} limit 0", f"views_{reader}")
        # Trino writes a time with its digits, and with a space.
        times = [index for index, (_, kind) in enumerate(columns) if kind.startswith("timestamp")]
        rows = trino.query(url, sql, f"views_{reader}")
        for row in rows:
            for index in times:
                row[index] = row[index] and row[index].replace(" ", "T").removesuffix(".000")
        return [name for name, _ in columns], rows

    return ask


def upload(output, prefix, s3, before=frozenset()):
    """Makes what is below `prefix` what the output is, as far as readers look; gives the keys."""
    files = {
        f"{prefix}/{path.relative_to(output)}": path
        for path in output.rglob("*.parquet")
        if path.relative_to(output).parts[0] not in ["runs", ".apportion"]
    }
    for key, path in files.items():
        s3.upload_file(str(path), servers.DATA, key)
    for key in before - set(files):
        s3.delete_object(Bucket=servers.DATA, Key=key)
    return set(files)


def in_trino(statement):
    """A statement of Athena in Trino's language."""
    if statement.lstrip().startswith("drop table"):
        return statement.replace("`", '"')
    if not statement.lstrip().startswith("create external table"):
        return statement
    table = sqlglot.parse_one(statement, read="athena")
    settings = {one.this.name: one.args["value"].name for one in table.find_all(exp.Property) if type(one) is exp.Property}
    first, last = settings.pop("projection.billing_period.range").split(",")
    assert settings == PROJECTION, settings
    assert (first, last) == ("2015-12", "NOW") and f"{first}-01" <= date.today().isoformat(), first
    [location] = table.find_all(exp.LocationProperty)
    [parted] = table.find_all(exp.PartitionedByProperty)
    assert location.this.name.endswith("/"), location
    assert [(column.name, column.kind.sql("hive")) for column in parted.find_all(exp.ColumnDef)] == [
        ("billing_period", "STRING")
    ]
    columns = [column for column in table.this.expressions if isinstance(column, exp.ColumnDef)]
    listed = ", ".join(f'"{column.name}" {type_in_trino(column.kind)}' for column in columns)
    return (
        f'create table "{table.this.this.name}" ({listed}, billing_period varchar) with (format = \'PARQUET\', '
        f"external_location = '{location.this.name}', partitioned_by = array['billing_period'])"
    )


def type_in_trino(kind):
    text = kind.sql("hive").lower().replace(" ", "")
    return {"string": "varchar", "int": "integer", "timestamp": "timestamp(3)"}.get(text, text)


def sync(url, schema, text):
    """Does what Athena's projection does by itself: months are partitions."""
    for table in re.findall(r"create external table `(\w+)`", text):
        trino.query(url, f"call system.sync_partition_metadata('{schema}', '{table}', 'FULL')", schema)
