"""Does `mul_div` give in DuckDB what exact arithmetic gives?

The macro divides in doubles where that is exact and in 128 bits where it is not, so what is tried has quotients of
every size, ties, zeros and signs.
"""

import itertools
import random

import duckdb
import jinja2

CASES = 100_000
# What decimal(28,10) holds, and half of what 128 bits hold, which the macro needs for the product.
LARGEST, LARGEST_PRODUCT = 10**28 - 1, 2**126


def rounded(a, b, c):
    """a * b / c in whole last digits, half away from zero."""
    if c == 0:
        return None
    size = (2 * abs(a * b) + abs(c)) // (2 * abs(c))
    return size if (a * b < 0) == (c < 0) else -size


def drawn(draw):
    """An amount in last digits: tiny, whole, usual, or large; powers of two make ties."""
    whole = 10**10
    kind = draw.randrange(5)
    if kind == 0:
        return draw.randint(-20, 20)
    if kind == 1:
        return draw.randint(-10, 10) * whole
    if kind == 2:
        return 2 ** draw.randint(0, 60)
    return draw.randint(-(10 ** draw.randint(6, 26)), 10 ** draw.randint(6, 26))


def cases():
    draw = random.Random(1)
    while True:
        a, b, c = drawn(draw), drawn(draw), drawn(draw)
        exact = rounded(a, b, c)
        if abs(a * b) < LARGEST_PRODUCT and (exact is None or abs(exact) <= LARGEST):
            yield a, b, c, exact


def amount(digits):
    sign, size = ("-" if digits < 0 else ""), abs(digits)
    return f"{sign}{size // 10**10}.{size % 10**10:010}"


def faults(root):
    """Every case in which DuckDB's answer is not the exact one."""
    source = (root / "sql/macros/amounts.sql").read_text()
    target = {"target": {"type": "duckdb"}}
    mul_div = jinja2.Environment().from_string(source, globals=target).module.mul_div("a", "b", "c")
    drawn_cases = itertools.islice(cases(), CASES)
    database = duckdb.connect()
    kinds = "(a decimal(28, 10), b decimal(28, 10), c decimal(28, 10), expected decimal(28, 10))"
    database.execute(f"create table cases {kinds}")
    literals = (["null" if digits is None else amount(digits) for digits in case] for case in drawn_cases)
    database.execute("insert into cases values " + ", ".join(f"({', '.join(case)})" for case in literals))
    wrong = database.execute(f"""
        select a, b, c, expected, {mul_div} as answer from cases
        where expected is distinct from {mul_div}
    """).fetchall()
    return [f"{a} * {b} / {c} is {expected}, DuckDB gives {answer}" for a, b, c, expected, answer in wrong]
