"""Does the select that `apportion compile --sources` writes read amounts to the digit in DuckDB?

The sample's month with other doubles in it: those whose shortest text is near a half of the last digit, those of many
digits, and those of any bits at all that a decimal(28,10) can hold.
"""

import random
import struct
from decimal import ROUND_HALF_UP, Decimal

import duckdb

COLUMN = "line_item_unblended_cost"
LAST_DIGIT, LARGEST = Decimal("1e-10"), 1e17


def drawn(draw):
    kind = draw.randrange(5)
    if kind == 0:
        return struct.unpack("d", struct.pack("Q", draw.getrandbits(64)))[0]
    if kind == 1:
        return draw.uniform(-1e6, 1e6)
    if kind == 2:
        return round(draw.uniform(-100, 100), draw.randint(8, 14))
    if kind == 3:
        return (draw.randint(-(10**12), 10**12) + 0.5) * 1e-10
    return float(f"{draw.randint(0, 10**6)}.{draw.randint(0, 10**10):010}5")


def doubles(count):
    draw = random.Random(1)
    while count > 0:
        double = drawn(draw)
        if abs(double) < LARGEST:
            count -= 1
            yield double


def report_with_doubles(source, folder):
    """The month's rows with other costs, numbered by their ids; the costs."""
    [file] = sorted(source.glob("**/month=10/*.parquet"))
    [(rows,)] = duckdb.sql(f"select count(*) from '{file}'").fetchall()
    costs = list(doubles(rows))
    month = folder / "year=2026/month=10"
    month.mkdir(parents=True, exist_ok=True)
    database = duckdb.connect()
    database.execute("create table costs (number bigint, cost double)")
    database.executemany("insert into costs values (?, ?)", [(number, cost) for number, cost in enumerate(costs)])
    numbered = f"select row_number() over () - 1 as number, * from '{file}'"
    replaced = f"select * exclude (number, cost) replace (cost as {COLUMN}, number::varchar as identity_line_item_id)"
    database.execute(
        f"copy ({replaced} from ({numbered}) join costs using (number)) to '{month}/doubles.parquet' (format parquet)"
    )
    return costs


def faults(apportion, root, work):
    """Every cost that DuckDB reads otherwise than its shortest text says."""
    costs = report_with_doubles(root / "data/sample", work / "doubles")
    _, folder = apportion.compile("duckdb", "--sources", "--source", str(work / "doubles"))
    select = (folder / "models/sources.yml/cur.line_items.sql").read_text()
    read = duckdb.sql(f"select identity_line_item_id::bigint, {COLUMN} from ({select})").fetchall()
    if len(read) != len(costs):
        return len(costs), [f"{len(read)} rows of {len(costs)}"]
    expected = [Decimal(repr(cost)).quantize(LAST_DIGIT, ROUND_HALF_UP) for cost in costs]
    wrong = [(costs[row], found) for row, found in read if found != expected[row]]
    return len(costs), [f"{double!r} is read as {found}" for double, found in wrong]
