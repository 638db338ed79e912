"""Queries over Trino's protocol, and statements of compiled models for it.

https://trino.io/docs/current/develop/client-protocol.html
"""

import json
import re
from urllib.request import Request, urlopen

HEADERS = {
    "X-Trino-User": "apportion",
    "X-Trino-Catalog": "awsdatacatalog",
    "X-Trino-Schema": "apportion",
    "X-Trino-Time-Zone": "UTC",
}


class Failed(Exception):
    """What Trino says of a statement that it cannot run."""


def query(url, sql):
    """The rows of a statement."""
    return [row for answer in answers(url, sql) for row in answer.get("data", [])]


def columns(url, sql):
    """Names and types of the columns of a query."""
    described = [answer["columns"] for answer in answers(url, sql) if "columns" in answer]
    return [(column["name"], column["type"]) for column in described[-1]]


def answers(url, sql):
    answer = fetch(Request(f"{url}/v1/statement", sql.encode(), HEADERS))
    while True:
        if "error" in answer:
            raise Failed(answer["error"]["message"])
        yield answer
        if "nextUri" not in answer:
            return
        answer = fetch(Request(answer["nextUri"], headers=HEADERS))


def fetch(request):
    with urlopen(request, timeout=600) as answer:
        return json.load(answer)


def type_of(data_type):
    """Trino's name of a type of a contract."""
    return {"string": "varchar", "timestamp": "timestamp(3)"}.get(data_type, data_type)


def literal(value, data_type):
    """A text, or None, as a value of a type of a contract."""
    if value is None:
        return f"cast(null as {type_of(data_type)})"
    text = value.replace("T", " ") if data_type.startswith("timestamp") else value
    quoted = "'" + text.replace("'", "''") + "'"
    return f"cast({quoted} as {type_of(data_type)})"


def rows_of(columns, rows):
    """A query of rows given as dicts of texts; `columns` are types by name, and what a row does not name is null."""
    names = ", ".join(f'"{name}"' for name in columns)
    if not rows:
        nulls = (f'{literal(None, kind)} as "{name}"' for name, kind in columns.items())
        return f"select {', '.join(nulls)} where false"
    lines = ("(" + ", ".join(literal(row.get(name), kind) for name, kind in columns.items()) + ")" for row in rows)
    return f"select * from (values {', '.join(lines)}) as given ({names})"


def with_relations(sql, schema, relations, own="select * from ({sql}) as result"):
    """`sql` that reads models of `schema`, with those in `relations`, SQL by name, as common table expressions.

    They may read one another, in the order given; all others stay tables. `own` is what is asked of the result.
    """
    renamed = lambda text: re.sub(
        rf"\b{schema}\.(\w+)\b", lambda found: f"given_{found[1]}" if found[1] in relations else found[0], text
    )
    ctes = ", ".join(f"given_{name} as ({renamed(text)})" for name, text in relations.items())
    return (f"with {ctes} " if ctes else "") + own.format(sql=renamed(sql))
