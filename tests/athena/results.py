"""Results as Athena tells them: columns, texts of values, and the files that it writes.

How values look was measured on Athena by github.com/aoyagikouhei/athena-local.
"""

import base64
from decimal import Decimal

# Digits that Athena names for types of fixed size.
PRECISIONS = {
    "tinyint": 3, "smallint": 5, "integer": 10, "bigint": 19, "float": 17, "double": 17, "timestamp": 3,
    "timestamp with time zone": 3, "varbinary": 1_073_741_824,
}  # fmt: skip
LONGEST = 2_147_483_647


def column(name, signature):
    """A column of a query by Trino's signature of its type."""
    kind = {"real": "float"}.get(signature["rawType"], signature["rawType"])
    numbers = [argument["value"] for argument in signature["arguments"] if argument["kind"] == "LONG"]
    precision, scale = PRECISIONS.get(kind, 0), 0
    if kind == "decimal":
        precision, scale = numbers
    elif kind in ["varchar", "char"]:
        precision = numbers[0] if numbers else LONGEST
    return described(name, kind, precision, scale, kind in ["varchar", "char"])


def described(name, kind="string", precision=0, scale=0, is_case_sensitive=False):
    return {
        "CatalogName": "hive", "SchemaName": "", "TableName": "", "Name": name, "Label": name, "Type": kind,
        "Precision": precision, "Scale": scale, "Nullable": "UNKNOWN", "CaseSensitive": is_case_sensitive,
    }  # fmt: skip


def text(value, signature):
    """A value of Trino's JSON as Athena writes it, or None."""
    kind = signature["rawType"]
    if value is None:
        return None
    if kind == "boolean":
        return str(value).lower()
    if kind in ["double", "real"]:
        return double(value)
    if kind == "varbinary":
        return base64.b64decode(value).hex(" ")
    if kind in ["array", "map", "row"]:
        return nested(value, kind, [argument["value"] for argument in signature["arguments"]])
    return str(value)


def nested(value, kind, kinds):
    part = lambda one, signature: "null" if one is None else text(one, signature)
    if kind == "array":
        return "[" + ", ".join(part(one, kinds[0]) for one in value) + "]"
    if kind == "map":
        of_map = sorted(value.items())
        return "{" + ", ".join(f"{part(key, kinds[0])}={part(one, kinds[1])}" for key, one in of_map) + "}"
    fields = ((field.get("fieldName"), part(one, field["typeSignature"])) for one, field in zip(value, kinds))
    return "{" + ", ".join(f"{name['name']}={one}" if name else one for name, one in fields) + "}"


def double(value):
    """A double as Java writes it; what is no number comes as a text."""
    if isinstance(value, str):
        return value
    value = float(value)
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(value)
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    digits = "".join(map(str, digits))
    exponent += len(digits) - 1
    return f"{'-' * sign}{digits[0]}.{digits[1:].rstrip('0') or '0'}E{exponent}"


def csv(rows):
    """Rows as Athena's file of a result has them: all values quoted, and nulls empty."""
    cell = lambda value: "" if value is None else '"' + value.replace('"', '""') + '"'
    return "".join(",".join(map(cell, row)) + "\n" for row in rows).encode()


def datum(value):
    return {} if value is None else {"VarCharValue": value}
