"""Data sets of FOCUS of the sample: by both validators, against the tables, by the example of the docs, and spoiled.

Usage: check.py BIN ROOT WORK [--short]     (one customer's, and nothing spoiled)
"""

import pathlib
import re
import shutil
import subprocess
import sys

import duckdb
import yaml

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

import deliver
import spoiled
import validators
from checks import EVERY_LAYER, Report, snapshot

PERIOD = "2026-10"
MARGIN = "margin"


class Builder:
    """The binary at work on a copy of the project that has the layer on."""

    def __init__(self, binary, root, work):
        self.binary, self.project, self.output = binary, work / "project", work / "out"
        config = snapshot(root, self.project, {}, EVERY_LAYER)
        place = config["targets"][config["target"]]
        place["source"], place["output"] = str(root / place["source"]), str(self.output)
        (self.project / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))

    def build(self, *words):
        command = [self.binary, "build", "--period", PERIOD, "--exclude", "resource_type:unit_test", *words]
        return subprocess.run(command, cwd=self.project, capture_output=True, text=True)


def sums(duck, output, path, customer):
    """Where the sums of a delivered file are not what the customer's accounts are charged."""
    charges = deliver.published(output, "customer_charges", PERIOD)
    accounts = deliver.published(output, "accounts", PERIOD)
    return duck.execute(
        f"""
        with delivered as (
            select SubAccountId as account, BillingCurrency as currency, sum(BilledCost) as billed,
                sum(PricingCurrencyEffectiveCost) as price
            from '{path}' group by all
        ), charged as (
            select c.account_id as account, c.invoice_currency_code as currency, sum(c.invoice_amount) as billed,
                sum(c.customer_cost + c.tax) as price
            from {charges} as c inner join {accounts} as a using (payer_account_id, currency_code, account_id)
            where a.customer = $customer group by all
        )
        select * from delivered full join charged using (account, currency)
        where delivered.billed is distinct from charged.billed or delivered.price is distinct from charged.price
        """,
        {"customer": customer},
    ).fetchall()


def foreign(duck, output, path, customer):
    """Ids of accounts that are not the customer's, wherever in a delivered file."""
    accounts = deliver.published(output, "accounts", PERIOD)
    others = duck.execute(f"select account_id from {accounts} where customer is distinct from $c", {"c": customer})
    text = path.read_text()
    return [account for (account,) in others.fetchall() if account in text]


def examples(text):
    """The examples of a page: Python, and what it prints."""
    return re.findall(r"```python\n(.*?)```\n+```text\n(.*?)```", text, re.DOTALL)


def told(folder, program, expected):
    """What an example says that the page does not, run in the folder of a data set."""
    done = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True)
    if done.returncode == 0 and done.stdout.rstrip() == expected.rstrip():
        return []
    return [f"it prints:\n{done.stdout}{done.stderr}"]


def main():
    binary, root, work = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    is_short = sys.argv[4:] == ["--short"]
    report, duck = Report(), duckdb.connect()
    builder = Builder(binary, root, work)
    done = builder.build("--full-refresh")
    report.check("the sample, with data tests", "built", [done.stdout[-4000:] + done.stderr[-4000:]] * done.returncode)
    if done.returncode != 0:
        return report.end()

    shutil.rmtree(work / "delivered", ignore_errors=True)
    delivered = deliver.deliver(binary, builder.project, PERIOD, work / "delivered")
    wide = deliver.published(builder.output, "focus_1_2", PERIOD)
    customers = [name for (name,) in duck.sql(f"select distinct customer from {wide} order by 1").fetchall() if name]
    report.check("every customer has a folder", f"{len(customers)}", set(customers) ^ set(delivered))
    for customer, paths in list(delivered.items())[: 1 if is_short else None]:
        for (version, form), path in paths.items():
            columns = [name for name, *_ in duck.sql(f"describe select * from '{path}'").fetchall()]
            report.check(f"{customer}, FOCUS {version}, {form}: metadata", f"{len(columns)} columns",
                         deliver.undescribed(path, version, columns))  # fmt: skip
            rows = duck.sql(f"select count(*) from '{path}'").fetchone()[0]
            named = f"{customer}, FOCUS {version}, {form}"
            if form == "parquet":
                report.check(f"{named}: sums", f"{rows} rows", sums(duck, builder.output, path, customer))
            else:
                report.check(f"{named}: only its accounts", "", foreign(duck, builder.output, path, customer))
            if version == "1.4":
                report.check(f"{named}: toolkit", *validators.toolkit(path))
            elif form == "parquet":
                report.check(f"{named}: validator", *validators.official(path, []))
                said = validators.official(path, validators.SUPPORTED)
                report.check(f"{named}: validator, what applies", *said)
            else:
                # It reads twelve digits in a CSV as a number, whatever stands around them.
                supported = [name for name in validators.SUPPORTED if name != "SUB_ACCOUNT_SUPPORTED"]
                report.check(f"{named}: validator, what applies", *validators.official(path, supported))

    pages = examples((root / "docs/focus.md").read_text())
    report.check("docs/focus.md has examples", f"{len(pages)}", [] if pages else ["none was found"])
    for number, (program, expected) in enumerate(pages, 1):
        report.check(f"docs/focus.md, example {number}", "", told(work / "delivered" / PERIOD / "customers", program, expected))

    if is_short:
        return report.end()
    report.check("a unit without a row is warned of", "", spoiled.unnamed(builder.project, builder.build))
    count = f"{len(spoiled.VALUES)} values, by {len({test for test, *_ in spoiled.VALUES})} tests"
    report.check("spoiled values are found", count, spoiled.unseen(builder.project, builder.build))
    return report.end()


sys.exit(main())
