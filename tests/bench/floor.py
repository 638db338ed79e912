"""The floor: floor.py SOURCE reads once, with DuckDB, what the models read, and does next to nothing with it.

These are the columns that models/sources.yml declares and that the files have. Each goes into one sum that needs
every value (of texts, their lengths), so that none is answered from the statistics of the files.
"""

import sys
from pathlib import Path

import duckdb
from source_view import declared, files_of, kinds_in, present, scan

ROOT = Path(__file__).resolve().parents[2]


def touched(name, kind):
    if kind == "VARCHAR":
        return f"sum(strlen({name}))"
    if kind.startswith("TIMESTAMP"):
        return f"sum(epoch_us({name}))"
    return f"sum({name})"


def main():
    files = files_of(sys.argv[1])
    kinds = kinds_in(files)
    names = sorted({name for column in declared(ROOT) for name in present(column, kinds)})
    sums = ",\n    ".join(touched(name, kinds[name]) for name in names)
    duckdb.sql(f"select count(*),\n    {sums}\nfrom {scan(files)}").fetchall()


if __name__ == "__main__":
    main()
