"""A project in which many customers have an account or two each."""

import csv
import shutil


def write(path, header, rows):
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def project(root, folder, accounts, customers, more=None):
    """A copy of the project in which every account is a customer's; `more` gives further facts of a customer."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in ["models", "sql", "data/seeds", "statements"]:
        shutil.copytree(root / name, folder / name)
    shutil.copy(root / "config.yaml", folder)
    seeds = folder / "data/seeds"
    start = "2012-01-01"
    names = [f"customer-{index:02}" for index in range(1, customers + 1)]
    owners = [(names[index % customers], account) for index, account in enumerate(accounts)]
    header = (root / "data/seeds/customers.csv").read_text().splitlines()[0].split(",")
    facts = {"language": "es", "currency_code": "MXN", "payment_days": "30", "shows_cost": "true", "valid_from": start}
    known = lambda name: facts | {"customer": name, "legal_name": f"{name} S.A."} | (more(name) if more else {})
    write(seeds / "customers.csv", header, [[known(name).get(column, "") for column in header] for name in names])
    write(seeds / "customer_accounts.csv", ["customer", "account_group", "account_id", "valid_from", "valid_until"],
          [(name, "", account, start, "") for name, account in owners])  # fmt: skip
    for seed in ["account_registry", "price_plans"]:
        text = (seeds / f"{seed}.csv").read_text()
        (seeds / f"{seed}.csv").write_text(text.splitlines()[0] + "\n")
    return names
