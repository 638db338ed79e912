"""Are both sides' result tables equal? compare.py OURS THEIRS

OURS is apportion's output, THEIRS a folder with one Parquet file for each table. Equal are tables that have the same
columns of the same types, and the same rows as often: every column, decimals to the last digit, in whatever order.
Prints a line for each table, and what differs. Exits 1 if anything does.
"""

import sys
from pathlib import Path

import duckdb

SHOWN = 5
HIVE = "{'billing_period': varchar, 'run_id': varchar}"
NOT_RESULTS = {"published_runs", "runs"}


def tables(ours, theirs):
    """The tables of each side, as relations by name."""
    mine = {
        folder.name: f"(select * exclude (run_id) from read_parquet('{folder}/*/*/*.parquet', hive_types = {HIVE}))"
        for folder in ours.iterdir()
        if folder.is_dir() and folder.name not in NOT_RESULTS and not folder.name.startswith((".", "_"))
    }
    dbts = {path.stem: f"read_parquet('{path}')" for path in theirs.glob("*.parquet")}
    return mine, dbts


def columns_of(relation):
    return dict(duckdb.sql(f"select column_name, column_type from (describe select * from {relation})").fetchall())


def unlike_columns(mine, dbts):
    for name in sorted(mine.keys() | dbts.keys()):
        if mine.get(name) != dbts.get(name):
            yield f"column {name}: apportion has {mine.get(name, 'none')}, dbt has {dbts.get(name, 'none')}"


def unlike_rows(mine, dbts, columns):
    """Every row counts 1 where it is ours and -1 where it is theirs; what does not cancel out differs."""
    names = ", ".join(f'"{name}"' for name in columns)
    duckdb.sql(f"""
        create or replace temp table differing as
        select {names}, sum(side) as surplus
        from (
            select {names}, 1 as side from {mine}
            union all
            select {names}, -1 as side from {dbts}
        )
        group by {names}
        having sum(side) <> 0
    """)
    [[count]] = duckdb.sql("select count(*) from differing").fetchall()
    if count:
        yield f"{count} rows differ"
    shown = duckdb.sql(f"select * from differing order by {names}, surplus limit {2 * SHOWN}")
    for *row, surplus in shown.fetchall():
        whose = "apportion" if surplus > 0 else "dbt"
        values = ", ".join(f"{name} {value}" for name, value in zip(columns, row))
        yield f"{abs(surplus)} more of {whose}: {values}"


def compare(name, mine, dbts):
    """The faults of a table, and how many rows it has."""
    if mine is None or dbts is None:
        return [f"only {'dbt' if mine is None else 'apportion'} has the table"], 0
    columns = columns_of(mine)
    [[rows]] = duckdb.sql(f"select count(*) from {mine}").fetchall()
    return list(unlike_columns(columns, columns_of(dbts))) or list(unlike_rows(mine, dbts, columns)), rows


def main():
    mine, dbts = tables(Path(sys.argv[1]), Path(sys.argv[2]))
    names = sorted(mine.keys() | dbts.keys())
    if not names:
        sys.exit("there is no table to compare")
    differ = False
    for name in names:
        faults, rows = compare(name, mine.get(name), dbts.get(name))
        print(f"  {'differs' if faults else 'equal  '}  {name:<20} {rows:>12,} rows", flush=True)
        for fault in faults:
            print(f"    {fault}")
        differ = differ or bool(faults)
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
