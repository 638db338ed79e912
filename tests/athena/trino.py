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
    """What Trino says of a statement that it cannot run; `name` and `kind` are its own words for the error."""

    def __init__(self, error):
        super().__init__(error["message"])
        self.name, self.kind = error["errorName"], error["errorType"]


def query(url, sql, schema=None):
    """The rows of a statement, in another schema if one is named."""
    return [row for answer in answers(url, sql, schema) for row in answer.get("data", [])]


def columns(url, sql, schema=None):
    """Names and types of the columns of a query."""
    described = [answer["columns"] for answer in answers(url, sql, schema) if "columns" in answer]
    return [(column["name"], column["type"]) for column in described[-1]]


def answers(url, sql, schema=None, headers=None):
    """What Trino answers bit by bit; to close the generator before its end cancels the query."""
    named = HEADERS | ({"X-Trino-Schema": schema} if schema else {}) | (headers or {})
    answer = fetch(Request(f"{url}/v1/statement", sql.encode(), named))
    while True:
        if "error" in answer:
            raise Failed(answer["error"])
        try:
            yield answer
        except GeneratorExit:
            if "nextUri" in answer:
                urlopen(Request(answer["nextUri"], headers=HEADERS, method="DELETE"), timeout=600).close()
            raise
        if "nextUri" not in answer:
            return
        answer = fetch(Request(answer["nextUri"], headers=HEADERS))


def fetch(request):
    with urlopen(request, timeout=600) as answer:
        return json.load(answer)


def type_of(data_type):
    """Trino's name of a type of a contract."""
    return {"string": "varchar", "timestamp": "timestamp(3)"}.get(data_type, data_type)


def rows_of(columns, rows):
    """A query of rows given as dicts of texts; `columns` are types by name, and what a row does not name is null."""
    named = [name for name in columns if any(row.get(name) is not None for row in rows)]
    value = lambda name: f'v."{name}"' if name in named else "null"
    cast = ", ".join(f'cast({value(name)} as {type_of(kind)}) as "{name}"' for name, kind in columns.items())
    if not rows:
        return f"select {cast} where false"
    lines = ("(" + ", ".join(["0", *(text(row.get(name), columns[name]) for name in named)]) + ")" for row in rows)
    names = ", ".join(["row_of", *(f'"{name}"' for name in named)])
    return f"select {cast} from (values {', '.join(lines)}) as v ({names})"


def text(value, data_type):
    """A value as it is written in YAML, or None, as text that can be cast to the type."""
    if value is None:
        return "null"
    value = value.replace("T", " ") if data_type.startswith("timestamp") else value
    return "'" + value.replace("'", "''") + "'"


def with_relations(sql, schema, relations, own="select * from ({sql}) as result"):
    """`sql` that reads models of `schema`, with those in `relations`, SQL by name, as common table expressions.

    They may read one another, in the order given; all others stay tables. `own` is what is asked of the result.
    """
    renamed = lambda text: re.sub(
        rf"\b{schema}\.(\w+)\b", lambda found: f"given_{found[1]}" if found[1] in relations else found[0], text
    )
    ctes = ", ".join(f"given_{name} as ({renamed(text)})" for name, text in relations.items())
    return (f"with {ctes} " if ctes else "") + own.format(sql=renamed(sql))
