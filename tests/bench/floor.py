"""The floors: what no run of the models can do without.

floor.py SELECT reads once, with DuckDB, what the models read, and does next to nothing with it. SELECT is the file in
which apportion has written the source as SQL; the columns of the files that it names are read. Each goes into one sum
that needs every value (of texts, their lengths), so that none is answered from the statistics of the files.

floor.py SELECT FILE writes lines instead, as the table line_item_costs has them, but only what the report says of them:
not sorted, nothing joined, nothing computed.
"""

import sys
from pathlib import Path

import duckdb
from source_view import columns_in, scan

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


def read(select):
    sums = ",\n    ".join(touched(f'"{name}"', kind) for name, kind in columns_in(select).items())
    duckdb.sql(f"select count(*),\n    {sums}\nfrom {scan(select)}").fetchall()


def write(select, path):
    duckdb.sql("set preserve_insertion_order = false")
    options = "format parquet, compression zstd, compression_level 1"
    duckdb.sql(f"copy (select {', '.join(LINE)} from ({select}) as line_items) to '{path}' ({options})")


def main():
    source, *path = sys.argv[1:]
    select = Path(source).read_text()
    if path:
        write(select, *path)
    else:
        read(select)


if __name__ == "__main__":
    main()
