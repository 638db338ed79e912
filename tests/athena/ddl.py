"""Hive's DDL as far as Athena's users need it here, read by a parser of our own and done in Trino.

https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html
"""

import json
import re
from dataclasses import dataclass

import trino
from statements import Unsupported

TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?\*/)
    |(?P<text>'(?:\\.|[^\\'])*'|"(?:\\.|[^\\"])*")
    |(?P<ticked>`(?:[^`]|``)*`)
    |(?P<word>\w+)
    |(?P<mark>.)""",
    re.VERBOSE | re.DOTALL,
)
# https://docs.aws.amazon.com/athena/latest/ug/reserved-words.html, those of DDL
RESERVED = set(
    """
    all alter and array as authorization between bigint binary boolean both by case cashe cast char column conf
    constraint commit create cross cube current current_date current_timestamp cursor database date dayofweek decimal
    delete describe distinct div double drop else end exchange exists extended external extract false fetch float
    floor following for foreign from full function grant group grouping having if import in inner insert int integer
    intersect interval into is join lateral left less like local macro map more none not null numeric of on only or
    order out outer over partialscan partition percent preceding precision preserve primary procedure range reads
    reduce regexp references revoke right rlike rollback rollup row rows select set smallint start table tablesample
    then time timestamp to transform trigger true truncate unbounded union uniquejoin update user using
    utc_timestamp values varchar views when where window with
    """.split()
)
TYPES = {
    "string": "varchar", "int": "integer", "integer": "integer", "bigint": "bigint", "smallint": "smallint",
    "tinyint": "tinyint", "double": "double", "float": "real", "boolean": "boolean", "date": "date",
    "timestamp": "timestamp(3)", "binary": "varbinary",
}  # fmt: skip
PARQUET = {
    "serde": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
    "inputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "outputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
}
# A folder of texts that list files, as S3 writes for its inventories.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-athena-query.html
SYMLINKS = {
    "serde": PARQUET["serde"],
    "inputFormat": "org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat",
    "outputFormat": "org.apache.hadoop.hive.ql.io.IgnoreKeyTextOutputFormat",
}


class Refused(Exception):
    """What Athena says of DDL that it cannot read or do."""


class Metastore:
    """What Trino's metastore of files keeps of tables: a JSON object each, which Trino reads anew for every query."""

    def __init__(self, s3, place):
        self.s3 = s3
        self.bucket, self.prefix = place.removeprefix("s3://").split("/", 1)

    def key(self, schema, table):
        return f"{self.prefix}/{schema}/{table}/.trinoSchema"

    def has(self, schema, table):
        listed = self.s3.list_objects_v2(Bucket=self.bucket, Prefix=self.key(schema, table))
        return listed["KeyCount"] > 0

    def set_format(self, schema, table, storage):
        """Gives a table input and output formats that Trino's own CREATE TABLE cannot say."""
        key = self.key(schema, table)
        described = json.load(self.s3.get_object(Bucket=self.bucket, Key=key)["Body"])
        described |= {"storageFormat": None, "originalStorageFormat": storage}
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=json.dumps(described).encode())


@dataclass
class Catalog:
    """Trino and its metastore, with the schema that is meant where none is named."""

    url: str
    metastore: Metastore
    schema: str

    def query(self, sql):
        try:
            return trino.query(self.url, sql, self.schema)
        except trino.Failed as failed:
            raise Refused(
                f"FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. {failed}"
            ) from failed


class Reader:
    """A statement read word by word."""

    def __init__(self, sql):
        self.sql = sql
        self.tokens = [match for match in TOKEN.finditer(sql) if match.lastgroup != "space"]
        if self.tokens and self.tokens[-1][0] == ";":
            self.tokens.pop()
        self.at = 0

    def next(self, ahead=0):
        """What comes, as its kind and its text."""
        at = self.at + ahead
        return (self.tokens[at].lastgroup, self.tokens[at][0]) if at < len(self.tokens) else ("end", "<EOF>")

    def refuse(self, wanted):
        """The error that Athena gives for what it cannot read: lines count from 1, columns from 0."""
        start = self.tokens[self.at].start() if self.at < len(self.tokens) else len(self.sql)
        line, column = self.sql.count("\n", 0, start) + 1, start - self.sql.rfind("\n", 0, start) - 1
        raise Refused(
            f"FAILED: ParseException line {line}:{column} mismatched input '{self.next()[1]}' expecting {wanted}"
        )

    def took(self, *words):
        """Whether these words come, which are then behind."""
        is_next = all(self.next(ahead)[1].upper() == word for ahead, word in enumerate(words))
        self.at += len(words) * is_next
        return is_next

    def expect(self, *words):
        for word in words:
            self.took(word) or self.refuse(word)

    def take(self):
        text = self.next()[1]
        self.at += 1
        return text

    def name(self):
        kind, text = self.next()
        if kind == "ticked":
            return self.take()[1:-1].replace("``", "`").lower()
        if kind != "word" or text[0].isdigit() or text[0] == "_" or text.lower() in RESERVED:
            self.refuse("Identifier")
        return self.take().lower()

    def text(self):
        self.next()[0] == "text" or self.refuse("StringLiteral")
        return re.sub(r"\\(.)", r"\1", self.take()[1:-1], flags=re.DOTALL)

    def number(self):
        self.next()[1].isdigit() or self.refuse("Number")
        return self.take()

    def value(self):
        return self.text() if self.next()[0] == "text" else self.number()

    def table(self, schema):
        first = self.name()
        return (first, self.name()) if self.took(".") else (schema, first)

    def listed(self, one, opening="(", closing=")"):
        self.expect(opening)
        found = [one()]
        while self.took(","):
            found.append(one())
        self.expect(closing)
        return found

    def setting(self, name, equals="="):
        named = name()
        self.expect(equals)
        return named, self.value()

    def settings(self):
        return dict(self.listed(lambda: self.setting(self.text)))

    def partition(self):
        self.expect("PARTITION")
        return dict(self.listed(lambda: self.setting(self.name)))

    def data_type(self):
        """A type of Hive as Trino names it."""
        kind = self.take().lower()
        if kind in ["decimal", "varchar", "char"]:
            digits = self.listed(self.number) if self.next()[1] == "(" else ["10", "0"]
            return f"{kind}({', '.join(digits)})"
        if kind in ["array", "map"]:
            return f"{kind}({', '.join(self.listed(self.data_type, '<', '>'))})"
        if kind == "struct":
            return f"row({', '.join(self.listed(self.field, '<', '>'))})"
        if kind not in TYPES:
            self.at -= 1
            self.refuse("a type")
        return TYPES[kind]

    def field(self):
        name = self.name()
        self.expect(":")
        return f"{quoted(name)} {self.data_type()}"

    def column(self):
        """A column as its name and its definition in Trino."""
        name = self.name()
        kind = self.data_type()
        comment = f" comment {literal(self.text())}" if self.took("COMMENT") else ""
        return name, f"{quoted(name)} {kind}{comment}"

    def end(self):
        self.next()[0] == "end" or self.refuse("<EOF>")


@dataclass
class Answer:
    """The one column that a statement of DDL has in its result, if any, and its texts."""

    column: str | None = None
    texts: tuple = ()


def run(sql, catalog):
    """Reads a statement and does it in Trino."""
    reader = Reader(sql)
    for words, statement in STATEMENTS.items():
        if reader.took(*words):
            return statement(reader, catalog) or Answer()
    return reader.refuse("a statement")


def create_database(reader, catalog):
    unless = "if not exists " * reader.took("IF", "NOT", "EXISTS")
    name = reader.name()
    if reader.took("COMMENT"):
        reader.text()
    place = f" with (location = {literal(reader.text())})" if reader.took("LOCATION") else ""
    if reader.took("WITH", "DBPROPERTIES"):
        reader.settings()
    reader.end()
    catalog.query(f"create schema {unless}{quoted(name)}{place}")


def drop_database(reader, catalog):
    only = "if exists " * reader.took("IF", "EXISTS")
    name = reader.name()
    cascade = " cascade" * (not reader.took("RESTRICT") and reader.took("CASCADE"))
    reader.end()
    catalog.query(f"drop schema {only}{quoted(name)}{cascade}")


def create_table(reader, catalog):
    """CREATE EXTERNAL TABLE over Parquet, or over texts that list Parquet files."""
    unless = "if not exists " * reader.took("IF", "NOT", "EXISTS")
    schema, table = reader.table(catalog.schema)
    columns = reader.listed(reader.column)
    comment = f" comment {literal(reader.text())}" if reader.took("COMMENT") else ""
    keys = reader.listed(reader.column) if reader.took("PARTITIONED", "BY") else []
    storage = storage_of(reader)
    reader.expect("LOCATION")
    properties = {"format": "'PARQUET'", "external_location": literal(reader.text())}
    settings = reader.settings() if reader.took("TBLPROPERTIES") else {}
    reader.end()
    if any(name.startswith("projection.") for name in settings):
        raise Unsupported("partition projection")
    if keys:
        properties["partitioned_by"] = array(name for name, _ in keys)
    if keys and storage == SYMLINKS:
        raise Unsupported("symlinks of a table with partitions")
    if unless and catalog.metastore.has(schema, table):
        return
    listed = ", ".join(definition for _, definition in [*columns, *keys])
    having = ", ".join(f"{name} = {value}" for name, value in properties.items())
    catalog.query(f"create table {unless}{quoted(schema)}.{quoted(table)} ({listed}){comment} with ({having})")
    if storage == SYMLINKS:
        catalog.metastore.set_format(schema, table, storage)


def storage_of(reader):
    """How a table's files are to be read."""
    serde = None
    if reader.took("ROW", "FORMAT"):
        reader.expect("SERDE")
        serde = reader.text()
        if reader.took("WITH", "SERDEPROPERTIES"):
            reader.settings()
    reader.expect("STORED", "AS")
    if reader.took("PARQUET"):
        return PARQUET
    reader.expect("INPUTFORMAT")
    storage = {"serde": serde, "inputFormat": reader.text()}
    reader.expect("OUTPUTFORMAT")
    storage["outputFormat"] = reader.text()
    if storage not in [PARQUET, SYMLINKS]:
        raise Unsupported(f"tables of {storage}")
    return storage


def alter_table(reader, catalog):
    schema, table = reader.table(catalog.schema)
    for words in [("ADD", "COLUMNS"), ("REPLACE",), ("CHANGE",), ("SET",), ("RENAME", "PARTITION"), ("DROP", "COLUMN")]:
        if reader.took(*words):
            raise Unsupported(f"ALTER TABLE {' '.join(words)}")
    if reader.took("ADD"):
        add_partitions(reader, catalog, schema, table)
    else:
        reader.expect("DROP")
        drop_partitions(reader, catalog, schema, table)


def add_partitions(reader, catalog, schema, table):
    unless = reader.took("IF", "NOT", "EXISTS")
    added = []
    while not added or reader.next()[0] != "end":
        added.append((reader.partition(), reader.text() if reader.took("LOCATION") else None))
    for values, place in added:
        where = f", {literal(place)}" if place else ""
        try:
            catalog.query(f"call system.register_partition({partition(schema, table, values)}{where})")
        except Refused as refused:
            if not (unless and "is already registered" in str(refused)):
                raise


def drop_partitions(reader, catalog, schema, table):
    only = reader.took("IF", "EXISTS")
    dropped = [reader.partition()]
    while reader.took(","):
        dropped.append(reader.partition())
    reader.end()
    for values in dropped:
        try:
            catalog.query(f"call system.unregister_partition({partition(schema, table, values)})")
        except Refused as refused:
            if not (only and "does not exist" in str(refused)):
                raise


def drop_table(reader, catalog):
    only = "if exists " * reader.took("IF", "EXISTS")
    schema, table = reader.table(catalog.schema)
    reader.end()
    catalog.query(f"drop table {only}{quoted(schema)}.{quoted(table)}")


def show_tables(reader, catalog):
    schema = reader.name() if reader.took("IN") or reader.took("FROM") else catalog.schema
    return Answer("tab_name", matching(reader, catalog.query(f"show tables from {quoted(schema)}")))


def show_databases(reader, catalog):
    reader.took("LIKE")
    return Answer("database_name", matching(reader, catalog.query("show schemas")))


def matching(reader, rows):
    """The names in rows of which a text of Hive speaks: `*` is any text, and `|` is or."""
    pattern = reader.text() if reader.next()[0] == "text" else "*"
    reader.end()
    form = "|".join(re.escape(one).replace(r"\*", ".*") for one in pattern.split("|"))
    return tuple(sorted(name for name, *_ in rows if re.fullmatch(form, name, re.IGNORECASE)))


def show_partitions(reader, catalog):
    schema, table = reader.table(catalog.schema)
    reader.end()
    rows = f"{quoted(schema)}.{quoted(table + '$partitions')}"
    names = [name for name, *_ in catalog.query(f"describe {rows}")]
    found = catalog.query(f"select * from {rows}")
    return Answer("partition", tuple(sorted("/".join(map("{}={}".format, names, values)) for values in found)))


STATEMENTS = {
    ("CREATE", "DATABASE"): create_database,
    ("CREATE", "SCHEMA"): create_database,
    ("CREATE", "EXTERNAL", "TABLE"): create_table,
    ("ALTER", "TABLE"): alter_table,
    ("DROP", "DATABASE"): drop_database,
    ("DROP", "SCHEMA"): drop_database,
    ("DROP", "TABLE"): drop_table,
    ("SHOW", "TABLES"): show_tables,
    ("SHOW", "DATABASES"): show_databases,
    ("SHOW", "SCHEMAS"): show_databases,
    ("SHOW", "PARTITIONS"): show_partitions,
}


def partition(schema, table, values):
    """What Trino's procedures for partitions want to know."""
    return f"{literal(schema)}, {literal(table)}, {array(values)}, {array(values.values())}"


def array(texts):
    return f"array[{', '.join(map(literal, texts))}]"


def literal(text):
    return "'" + text.replace("'", "''") + "'"


def quoted(name):
    return '"' + name.replace('"', '""') + '"'
