"""The floors: what no run of the models can do without.

floor.py SOURCE reads once, with DuckDB, what the models read, and does next to nothing with it. These are the columns
that models/sources.yml declares and that the files have. Each goes into one sum that needs every value (of texts, their
lengths), so that none is answered from the statistics of the files.

floor.py SOURCE FILE writes lines instead, as the table line_item_costs has them, but only what the report says of them:
not sorted, nothing joined, nothing computed.
"""

import sys
from pathlib import Path

import duckdb
from source_view import declared, expression, files_of, kinds_in, present, scan

ROOT = Path(__file__).resolve().parents[2]

# What of the report is in line_item_costs.
LINE = [
    "bill_payer_account_id", "bill_invoice_id", "identity_line_item_id", "line_item_usage_start_date",
    "line_item_usage_account_id", "line_item_product_code", "line_item_usage_type", "line_item_operation",
    "product_region", "line_item_resource_id", "line_item_usage_amount", "line_item_unblended_cost",
]  # fmt: skip


def touched(name, kind):
    if kind == "VARCHAR":
        return f"sum(strlen({name}))"
    if kind.startswith("TIMESTAMP"):
        return f"sum(epoch_us({name}))"
    return f"sum({name})"


def read(files, kinds):
    names = sorted({name for column in declared(ROOT) for name in present(column, kinds)})
    sums = ",\n    ".join(touched(name, kinds[name]) for name in names)
    duckdb.sql(f"select count(*),\n    {sums}\nfrom {scan(files)}").fetchall()


def write(files, kinds, path):
    columns = {column["name"]: expression(column, kinds) for column in declared(ROOT)}
    values = ",\n    ".join(f"{columns[name]} as {name}" for name in LINE)
    duckdb.sql("set preserve_insertion_order = false")
    options = "format parquet, compression zstd, compression_level 1"
    duckdb.sql(f"copy (select {values}\nfrom {scan(files)}) to '{path}' ({options})")


def main():
    source, *path = sys.argv[1:]
    files = files_of(source)
    kinds = kinds_in(files)
    if path:
        write(files, kinds, *path)
    else:
        read(files, kinds)


if __name__ == "__main__":
    main()
