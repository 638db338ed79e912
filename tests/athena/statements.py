"""Statements as Athena gets them: their words, their kinds, and what of them Trino says otherwise."""

import re
from dataclasses import dataclass

TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?\*/)
    |(?P<text>'(?:[^']|'')*')
    |(?P<quoted>"(?:[^"]|"")*")
    |(?P<ticked>`(?:[^`]|``)*`)
    |(?P<number>(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?)
    |(?P<word>\w+)
    |(?P<mark>.)""",
    re.VERBOSE | re.DOTALL,
)
# Compression is a setting of the session in Trino, and a property of the table in Athena.
# https://docs.aws.amazon.com/athena/latest/ug/create-table-as.html
COMPRESSION = ["write_compression", "parquet_compression", "orc_compression"]
SAME_IN_TRINO = ["format", "external_location", "partitioned_by", "bucketed_by", "bucket_count"]
# What Athena calls a statement that begins with these words.
KINDS = {
    "SELECT": ("DML", "SELECT"),
    "WITH": ("DML", "SELECT"),
    "VALUES": ("DML", "SELECT"),
    "INSERT": ("DML", "INSERT"),
    "CREATE TABLE": ("DDL", "CREATE_TABLE_AS_SELECT"),
    "CREATE EXTERNAL TABLE": ("DDL", "CREATE_TABLE"),
    "CREATE DATABASE": ("DDL", "CREATE_DATABASE"),
    "CREATE SCHEMA": ("DDL", "CREATE_DATABASE"),
    "CREATE VIEW": ("DDL", "CREATE_VIEW"),
    "CREATE OR REPLACE VIEW": ("DDL", "CREATE_VIEW"),
    "DROP VIEW": ("DDL", "DROP_VIEW"),
    "DROP TABLE": ("DDL", "DROP_TABLE"),
    "DROP DATABASE": ("DDL", "DROP_DATABASE"),
    "DROP SCHEMA": ("DDL", "DROP_DATABASE"),
    "ALTER TABLE": ("DDL", "ALTER_TABLE"),
    "SHOW TABLES": ("UTILITY", "SHOW_TABLES"),
    "SHOW PARTITIONS": ("UTILITY", "SHOW_PARTITIONS"),
    "SHOW DATABASES": ("UTILITY", "SHOW_DATABASES"),
    "SHOW SCHEMAS": ("UTILITY", "SHOW_DATABASES"),
}
# What Athena knows, too, by the first word.
UNDONE = [
    "ANALYZE", "DEALLOCATE", "DELETE", "DESC", "DESCRIBE", "EXECUTE", "EXPLAIN", "MERGE", "MSCK", "OPTIMIZE", "PREPARE",
    "SHOW", "UNLOAD", "UPDATE", "VACUUM",
]  # fmt: skip
OF_TRINO = ["SELECT", "INSERT", "CREATE_TABLE_AS_SELECT", "CREATE_VIEW", "DROP_VIEW"]


class Malformed(Exception):
    """A statement that Athena refuses before it runs."""


class Unsupported(Exception):
    """What Athena does, and this stand-in does not: a violation, so that no test takes it for Athena's answer."""


@dataclass
class Token:
    kind: str
    text: str
    start: int

    @property
    def end(self):
        return self.start + len(self.text)


def tokens(sql):
    """What a statement consists of, without spaces and comments."""
    found = (Token(match.lastgroup, match[0], match.start()) for match in TOKEN.finditer(sql))
    return [token for token in found if token.kind != "space"]


def kind(sql):
    """The type and the subtype of a statement; a parenthesis at its start is a query's."""
    words = [token.text.upper() for token in tokens(sql) if token.text != "("][:4]
    for length in range(4, 0, -1):
        known = KINDS.get(" ".join(words[:length]))
        if known:
            return known
    if words and words[0] in UNDONE:
        raise Unsupported(f"statements that begin with {words[0]}")
    raise Malformed("Queries of this type are not supported")


def without_end(sql):
    """The statement without the semicolon that may end it."""
    found = tokens(sql)
    return sql[: found[-1].start] if found and found[-1].text == ";" else sql


def with_doubles(sql):
    """The statement with its literals like 1.5 as doubles, as Athena takes them; Trino takes them for decimals.

    Measured on Athena by github.com/aoyagikouhei/athena-local: 0.1 + 0.2 is 0.30000000000000004.
    """
    parts, at = [], 0
    for token in tokens(sql):
        if token.kind == "number" and re.fullmatch(r"\d*\.\d*", token.text):
            parts += [sql[at : token.end], "E0"]
            at = token.end
    return "".join([*parts, sql[at:]])


@dataclass
class TableAs:
    """A CREATE TABLE AS of Athena: the table's name, its properties as SQL, and what is before and after them."""

    name: str
    properties: dict
    head: str
    tail: str

    @property
    def location(self):
        return unquoted(self.properties["external_location"]) if "external_location" in self.properties else None

    def in_trino(self, location):
        """The statement in Trino's language, and the settings of its session; `location` if it names none."""
        properties = {"external_location": f"'{location}'"} | self.properties
        settings = {}
        for name in COMPRESSION:
            if name in properties:
                codec = unquoted(properties.pop(name)).upper()
                settings["awsdatacatalog.compression_codec"] = "NONE" if codec == "UNCOMPRESSED" else codec
        if "field_delimiter" in properties:
            properties["textfile_field_separator"] = properties.pop("field_delimiter")
        if unquoted(properties.pop("table_type", "'HIVE'")).upper() != "HIVE":
            raise Unsupported("a CREATE TABLE AS of Iceberg")
        listed = ", ".join(f"{name} = {value}" for name, value in properties.items())
        return f"{self.head} with ({listed}) {self.tail}", settings


def table_as(sql):
    """Reads a CREATE TABLE [IF NOT EXISTS] name [WITH (...)] AS ..."""
    found = tokens(sql)
    words = [token.text.upper() for token in found]
    if "AS" not in words:
        raise Malformed("External keyword required for table type HIVE")
    first = 5 if words[2:5] == ["IF", "NOT", "EXISTS"] else 2
    last = next(at for at, word in enumerate(words) if at > first and word in ["WITH", "AS", "COMMENT", "("])
    name = sql[found[first].start : found[last - 1].end]
    properties, at = {}, last
    if words[last : last + 2] == ["WITH", "("]:
        properties, at = properties_of(sql, found, last + 2)
    return TableAs(name, properties, sql[: found[last].start], sql[found[at].start :])


def properties_of(sql, found, at):
    """The properties from a token on, with their values as SQL, and the token after the parenthesis that ends them."""
    properties, depth, start = {}, 0, at
    while True:
        if at == len(found):
            raise Malformed("mismatched input '<EOF>'. Expecting: ')'")
        text = found[at].text
        if depth == 0 and text in ",)":
            name, value = found[start], found[start + 2]
            known = name.text.lower()
            if known not in [*SAME_IN_TRINO, *COMPRESSION, "field_delimiter", "table_type"]:
                raise Malformed(f"Catalog 'awsdatacatalog' table property '{known}' does not exist")
            properties[known] = sql[value.start : found[at - 1].end]
            start = at + 1
            if text == ")":
                return properties, at + 1
        depth += (text in "([") - (text in ")]")
        at += 1


def target_of_insert(sql):
    """The table that an INSERT INTO writes to, as it is written."""
    found = tokens(sql)
    end = 2
    while end + 2 < len(found) and found[end + 1].text == ".":
        end += 2
    return sql[found[2].start : found[end].end]


def unquoted(text):
    """A literal of SQL as the text that it stands for."""
    return text[1:-1].replace("''", "'")
