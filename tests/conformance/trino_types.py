"""Types as Trino has them: which meet, what arithmetic on decimals gives, what functions take and give.

Trino has changed the types of decimal products, quotients and sums twice, and Athena does not say which rule it
follows. All were compared with a Trino 483 under both of its rules.
"""

import re
from typing import NamedTuple

from sqlglot import exp


class Type(NamedTuple):
    """A type, with its digits and scale or the types of what is inside."""

    name: str
    of: tuple = ()

    def __str__(self):
        return f"{self.name}({','.join(map(str, self.of))})" if self.of else self.name


VARCHAR, BOOLEAN, DATE, TIMESTAMP = Type("varchar"), Type("boolean"), Type("date"), Type("timestamp")
VARBINARY = Type("varbinary")
INTEGER, BIGINT, DOUBLE = Type("integer"), Type("bigint"), Type("double")
# Null is of no type until it meets one. What is at fault meets all, so that a fault is told once.
NULL, FAULTY = Type("unknown"), Type("faulty")

DIGITS = {INTEGER: 10, BIGINT: 19}
GROUPS = {"varchar": "text", "date": "time", "timestamp": "time", "decimal": "number", "double": "number"}


def decimal(digits, scale):
    return Type("decimal", (digits, scale))


def is_decimal(kind):
    return kind.name == "decimal"


def group(kind):
    """What a function calls it."""
    return "whole" if kind in DIGITS else GROUPS.get(kind.name, kind.name)


def fits(kind, wanted):
    found = group(kind)
    return wanted in ("any", found, kind.name) or kind in (NULL, FAULTY) or (wanted, found) == ("number", "whole")


def digits(kind):
    """Digits and scale: whole numbers are decimals when they meet one."""
    return kind.of if is_decimal(kind) else (DIGITS[kind], 0)


def literal(text):
    """The type of a number as it is written, or None if it is too long."""
    if re.search("[eE]", text):
        return DOUBLE
    whole, point, fraction = text.lstrip("-").partition(".")
    if point:
        return decimal(max(len(whole.lstrip("0") + fraction), 1), len(fraction))
    return next((kind for bits, kind in [(31, INTEGER), (63, BIGINT)] if int(whole) < 2**bits), None)


def kind_of(data_type):
    """The type that sqlglot's stands for, or None if models have no use for it."""
    name = {"TEXT": "varchar", "INT": "integer"}.get(data_type.this.name, data_type.this.name.lower())
    if name == "decimal":
        return decimal(*[int(part.name) for part in data_type.expressions] or (38, 0))
    if name in ("array", "map"):
        return Type(name, tuple(map(kind_of, data_type.expressions)))
    return Type(name) if name in ("varchar", "boolean", "date", "timestamp", "integer", "bigint", "double") else None


def declared(text):
    """The type that a YAML file gives a column; without one it is text."""
    kind = kind_of(exp.DataType.build(text or "string", dialect="trino"))
    if kind is None:
        raise ValueError(f"{text} is not a type that trino_types.py knows")
    return kind


def common(one, other):
    """The type in which two values meet, or None. A decimal may not meet a double: it would lose digits unseen."""
    if one == other or one == FAULTY or other == NULL:
        return one
    if other == FAULTY or one == NULL:
        return other
    if fits(one, "number") and fits(other, "number"):
        if one in DIGITS and other in DIGITS:
            return BIGINT
        if DOUBLE in (one, other):
            return None if is_decimal(one) or is_decimal(other) else DOUBLE
        (p1, s1), (p2, s2) = digits(one), digits(other)
        scale = max(s1, s2)
        return decimal(min(38, max(p1 - s1, p2 - s2) + scale), scale)
    if {one, other} == {DATE, TIMESTAMP}:
        return TIMESTAMP
    inner = tuple(map(common, one.of, other.of)) if one.name == other.name else ()
    return Type(one.name, inner) if inner and None not in inner else None


def castable(kind, to):
    """Whether Trino casts it, to what other engines make of it, too: they write times and doubles in other ways."""
    if to == VARCHAR and kind in (TIMESTAMP, DOUBLE):
        return False
    if kind.name == to.name and kind.name in ("array", "map"):
        return all(map(castable, kind.of, to.of))
    groups = {group(kind), group(to)} - {"unknown", "faulty"}
    return groups <= {"text", "time"} or groups <= {"text", "number", "whole", "boolean"}


# Decimals by each rule: before Trino 477, from 477 to 481, since 482. Each takes and gives digits and scale.


def product(p1, s1, p2, s2):
    scale, precision = s1 + s2, p1 + p2
    between, since = (shrunk(precision + more - scale, scale) for more in (1, 0))
    return (min(38, precision), scale), between, since


def quotient(p1, s1, p2, s2):
    since = shrunk(p1 - s1 + s2, max(6, s1 + p2 + 1))
    return (min(38, p1 + s2 + max(s2 - s1, 0)), max(s1, s2)), since, since


def shrunk(whole, scale):
    """Beyond 38 digits the scale gives way, down to 6."""
    return min(38, whole + scale), min(scale, max(6, 38 - whole))


def total(p1, s1, p2, s2):
    whole, scale = max(p1 - s1, p2 - s2), max(s1, s2)
    precision = min(38, whole + scale + 1)
    since = precision, min(scale, precision - whole)
    return (precision, scale), since, since


def remainder(p1, s1, p2, s2):
    return ((min(p1 - s1, p2 - s2) + max(s1, s2), max(s1, s2)),) * 3


# By sqlglot's name: the operator, its rule, and what to write instead.
ARITHMETIC = {
    "mul": ("*", product, "write product(), or cast the factors to fewer digits"),
    "div": ("/", quotient, "write mul_div()"),
    "add": ("+", total, "cast the parts to one decimal first"),
    "sub": ("-", total, "cast the parts to one decimal first"),
    "mod": ("%", remainder, ""),
}


def by_all_rules(operator, one, other):
    """What arithmetic on decimals gives, or FAULTY, and how the rules differ. A digit more in front is no
    difference: it changes no value."""
    results = ARITHMETIC[operator][1](*digits(one), *digits(other))
    if len({scale for _, scale in results}) == 1:
        return decimal(*max(results)), None
    before, between, since = (decimal(*result) for result in results)
    if between == since:
        return FAULTY, f"{before}, since Trino 477 {since}"
    return FAULTY, f"{before}, from Trino 477 to 481 {between}, since then {since}"


# Functions: what each takes (`?` may be left out) and gives.


def gives(kind):
    return lambda *_: kind


def same(kind, *_):
    return kind


def defaulted(kind, _offset=None, default=NULL):
    return common(kind, default)


def whole_part(kind):
    precision, scale = digits(kind) if is_decimal(kind) else (0, 0)
    return decimal(precision - scale + min(scale, 1), 0) if is_decimal(kind) else kind


def rounded(kind, *places):
    if not is_decimal(kind) or not places:
        return whole_part(kind)
    return decimal(min(38, kind.of[0] + 1), kind.of[1])


def sign(kind):
    return decimal(1, 0) if is_decimal(kind) else kind


def summed(kind):
    return decimal(38, kind.of[1]) if is_decimal(kind) else BIGINT if kind in DIGITS else kind


FUNCTIONS = {
    **dict.fromkeys(["dense_rank", "rank", "row_number"], ("", gives(BIGINT))),
    **dict.fromkeys(["first_value", "last_value", "max", "min"], ("any", same)),
    **dict.fromkeys(["lag", "lead"], ("any whole? any?", defaulted)),
    "count": ("any?", gives(BIGINT)),
    "sum": ("number", summed),
    "abs": ("number", same),
    **dict.fromkeys(["ceil", "floor"], ("number", whole_part)),
    "round": ("number integer?", rounded),
    "sign": ("number", sign),
    "chr": ("whole", gives(VARCHAR)),
    "length": ("text", gives(BIGINT)),
    **dict.fromkeys(["lower", "upper"], ("text", same)),
    **dict.fromkeys(["ltrim", "rtrim"], ("text text?", same)),
    "replace": ("text text text?", same),
    "regexp_like": ("text text", gives(BOOLEAN)),
    "regexp_replace": ("text text text", same),
    "split_part": ("text text whole", same),
    "starts_with": ("text text", gives(BOOLEAN)),
    "strpos": ("text text", gives(BIGINT)),
    "substr": ("text whole whole?", same),
    "date_trunc": ("time", same),
    "date_format": ("time text", gives(VARCHAR)),
    "to_unixtime": ("time", gives(DOUBLE)),
    "sha256": ("varbinary", same),
    "to_base64": ("varbinary", gives(VARCHAR)),
    "to_utf8": ("text", gives(VARBINARY)),
}
