"""Does the check of types find what is at fault, and nothing else?

Every fault is an expression over one table, and beside it stands what is right. A check that finds no fault in the
models says something only if it finds these.
"""

from trino_faults import contract
from trino_reader import read as read_statement
from trino_types import declared

COLUMNS = {
    "amount": "decimal(28,10)",
    "units": "decimal(28,10)",
    "whole": "bigint",
    "ratio": "double",
    "name": "string",
    "day": "date",
    "moment": "timestamp",
    "is_open": "boolean",
    "amounts": "array(decimal(28,10))",
    "tags": "map(varchar, varchar)",
}

# What is at fault, by its kind; further faults in the same expression would be wrong.
FAULTS = {
    "decimal": [
        "amount * units",
        "amount * decimal '10000000000'",
        "amount * 2",
        "amount * whole",
        "cast(amount as decimal(28, 0)) * decimal '0.0000000001'",
        "amount * units * ratio",
        "cast(cast(amount as decimal(28, 0)) / cast(units as decimal(28, 0)) as decimal(28, 0))",
        "round(cast(amount as decimal(38, 0)) / cast(units as decimal(28, 0)))",
        # Not the remainder of what is divided, or by something else, or kept with its fraction.
        "cast((cast(whole as decimal(38, 0)) - mod(whole, 7)) / cast(7 as decimal(38, 0)) as decimal(38, 0))",
        "cast((amount - mod(amount, units)) / units as decimal(38, 0))",
        "cast((cast(9 as decimal(38, 0)) - cast(9 as decimal(38, 0)) % decimal '7') / decimal '7' as decimal(38, 1))",
        "(cast(1 as decimal(38, 0)) - mod(cast(1 as decimal(38, 0)), decimal '7')) / decimal '7'",
        "sum(amount) + cast(whole as decimal(38, 0))",
        "cast(1 as decimal(38, 0)) - sum(amount)",
        "sum(amount) * 2",
        "transform(amounts, x -> x * x)",
        "cast('1.5' as decimal)",
        "case when amount * 2 > units then 1 end",
        "(select max(amount * units) from t)",
        "select a.amount from t as a inner join t as b on a.amount * b.units = b.amount",
        "select name from t group by name having sum(amount) * sum(units) > 0",
        "select name from t order by amount * units",
        "row_number() over (order by amount * units)",
    ],
    "lambda": [
        "transform(amounts, x -> x + amount)",
        "transform(amounts, x -> reduce(amounts, x, (s, y) -> y, s -> s))",
        "transform(array[amounts], x -> transform(x, y -> x[1]))",
        "reduce(amounts, cast(0 as decimal(28, 10)), (s, x) -> s, s -> coalesce(s, units))",
    ],
    "type": [
        "name = 1",
        "name > amount",
        "day = '2026-10-01'",
        "moment < '2026-10-01'",
        "is_open = 'true'",
        "whole in ('1', '2')",
        "name in (select whole from t)",
        "name in (select name, day from t)",
        "name between 1 and 2",
        "case name when 1 then 2 end",
        "case when is_open then name else amount end",
        "coalesce(amount, '0')",
        "nullif(name, 0)",
        "name + 1",
        "-name",
        "day + 1",
        "day + interval '1' hour",
        "name || whole",
        "name like 1",
        "case when whole then 1 end",
        "not name",
        "amount * ratio",
        "amount > ratio",
        "coalesce(amount, ratio)",
        "substr(whole, 1, 2)",
        "substr(name, amount)",
        "round(name)",
        "sum(name)",
        "length(amount)",
        "split_part(name, ':', '1')",
        "round(amount, whole)",
        "row_number(name) over (order by day)",
        "date_trunc('month', name)",
        "lag(name, 1, 0) over (order by day)",
        "cast(day as bigint)",
        "cast(moment as varchar)",
        "name || cast(ratio as varchar)",
        "tags[1]",
        "array[name, whole]",
        "transform(name, x -> x)",
        "reduce(amounts, 0, (s, x) -> x, s -> s)",
        "99999999999999999999",
        "select name from t union all select amount from t",
        "select name, day from t union all select name from t",
        "select * from (values (1, 'a'), ('b', 'c')) as v (a, b)",
        "select name from t where whole",
        "select x from t cross join unnest(name) as u (x)",
    ],
    "name": [
        "price",
        "b.amount",
        "greatest(amount, units)",
        "select 1 from unseen",
        "select amount as cost from t group by cost",
        "select amount as cost from t where cost > units",
        "select name from t as a cross join t as b",
        "with a as (select name from t) select day from a",
        "select b.* from t as a",
        "select * exclude (name) from t",
        "select a.name from t as a inner join t as b using (name)",
    ],
}

CLEAN = [
    "amount + units - amount",
    "cast(amount as decimal(18, 4)) * cast(units as decimal(18, 6))",
    "cast(amount as decimal(26, 10)) * 2",
    "amount * decimal '100000'",
    "cast(amount as decimal(38, 10)) / decimal '10000000000'",
    "cast((cast(9 as decimal(38, 0)) - mod(cast(9 as decimal(38, 0)), decimal '7')) / decimal '7' as decimal(38, 0))",
    "whole / 2 * 3 - 1",
    "amount / units",
    "sum(amount) - sum(units)",
    "cast(sum(amount) as decimal(18, 2))",
    "cast(amount as double) * ratio",
    "cast(ratio * 2 as decimal(28, 10))",
    "sign(amount) * sign(units) + 1",
    "-amount",
    "transform(amounts, x -> x + x)",
    "transform(array[array[amount, units]], x -> x[1] - x[2])[1]",
    "reduce(amounts, cast(0 as decimal(38, 10)), (s, x) -> s + x, s -> cast(s as decimal(28, 10)))",
    """reduce(
        array[decimal '1000', decimal '1'],
        array[cast(whole as decimal(38, 0)), nullif(cast(7 as decimal(38, 0)), cast(0 as decimal(38, 0)))],
        (s, p) -> transform(
            array[array[s[1], s[2], cast((s[1] - s[1] % p) / p as decimal(38, 0)), cast(p as decimal(38, 0))]],
            t -> array[t[3] * decimal '1000' + t[4], t[2]]
        )[1],
        s -> s[1]
    )""",
    "name = '1'",
    "amount = 0",
    "whole = amount",
    "day <= moment",
    "day = date '2026-10-01'",
    "name in ('1', '2')",
    "amount in (select whole from t)",
    "coalesce(amount, 0, null)",
    "case when is_open then amount else 0 end",
    "day + interval '1' month",
    "moment - interval '1' hour",
    "name || cast(whole as varchar)",
    "not is_open or name like 'a%' and name is not null",
    "substr(name, 1, whole)",
    "to_unixtime(moment) - to_unixtime(moment)",
    "lag(amount, 1, 0) over (partition by name order by day)",
    "count(distinct name) + count(*)",
    "element_at(tags, 'a') || tags['b']",
    "cast(name as timestamp)",
    "select name, null from t union all select null, amount from t",
    "select a + 1 from (values (1, 'a'), (null, 'b')) as v (a, b)",
    "select x + 1 from t cross join unnest(amounts) as u (x)",
    "select amount as cost from t order by cost + 1",
    "select a.*, b.name as other from t as a left join t as b on a.name = b.name",
    "select name from t as a where exists (select 1 from t as b where b.day = a.day)",
    "with a as (select name, sum(amount) as cost from t group by name having sum(amount) > 0) select cost + 1 from a",
]

# What a model gives where its contract says decimal(28,10), and whether it may.
OUTPUTS = {
    "amount": True,
    "cast(sum(amount) as decimal(28, 10))": True,
    "0": True,
    "null": True,
    "sum(amount)": False,
    "amount + units": False,
    "name": False,
    "ratio": False,
}


def read(text):
    table = [(name, declared(kind)) for name, kind in COLUMNS.items()]
    sql = text if text.startswith(("select ", "with ")) else f"select {text} as value from s.t"
    return read_statement(sql.replace("from t", "from s.t").replace("join t", "join s.t"), {"s.t": table})


def faults():
    """How many faults were planted, and which of them, or of what is clean, are not told rightly."""
    wrong = []
    for kind, planted in FAULTS.items():
        for text in planted:
            found = read(text)[1]
            if [fault.kind for fault in found] != [kind]:
                wrong.append(f"{text}: a fault of {kind}, found are {told(found)}")
    for text in CLEAN:
        found = read(text)[1]
        if found:
            wrong.append(f"{text}: clean, found are {told(found)}")
    model = {"columns": {"value": {"data_type": "decimal(28,10)"}}}
    for text, may in OUTPUTS.items():
        found = contract(read(text)[0], model)[1]
        if bool(found) == may:
            wrong.append(f"{text}: {'fits' if may else 'does not fit'} the contract, found are {told(found)}")
    return sum(map(len, FAULTS.values())) + list(OUTPUTS.values()).count(False), wrong


def told(found):
    return "; ".join(getattr(fault, "text", fault) for fault in found) or "none"
