"""Do all formats of a statement say what tables say, to the cent, and nothing of anybody else?

Called by run.sh, which sets up the tools: check.py BIN ROOT WORK [OPTION ...].
Builds the sample with names that are nowhere else, and its statements. Prints one line a check and, below, what
differs. Exits 1 if anything does.
"""

import argparse
import csv
import os
import re
import shutil
import subprocess
import sys
import time
import traceback
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))

import duckdb
import pymupdf
import yaml
from checks import Report
from formats import NAMES, Revision, page_text

PERIOD = "2026-10"
PLANTED = "PLANTED-7"
CASES = []


def case(name):
    """Has a function be a case; it gets a place and yields what is wrong."""
    return lambda check: CASES.append((name, check))


class Place:
    """A copy of the project whose accounts, groups and customers have names that are nowhere else, built once."""

    def __init__(self, options):
        self.binary, self.root, self.work = options.binary, Path(options.root), Path(options.work)
        self.project, self.output = self.work / "project", self.work / "out"
        for folder in [self.project, self.output]:
            shutil.rmtree(folder, ignore_errors=True)
        for name in ["models", "sql", "data/seeds", "statements"]:
            shutil.copytree(self.root / name, self.project / name)
        config = yaml.safe_load((self.root / "config.yaml").read_text())
        config["targets"] = {"here": {"source": str(self.root / "data/sample"), "output": str(self.output)}}
        config["target"] = "here"
        (self.project / "config.yaml").write_text(yaml.safe_dump(config))
        self.accounts = self.rename()
        self.run("build", expect=0)
        self.run("statements", "build", expect=0)

    def rename(self):
        """Gives every account a name of its own, and groups and customers, too; says whose accounts are whose."""
        seeds = self.project / "data/seeds"
        registry = self.rows("account_registry")
        groups = {row["group"] for row in registry}
        for row in registry:
            row["name"], row["group"] = f"Cuenta-{row['account_id'][:4]}q", f"grupo-{row['group']}-z"
        self.write("account_registry", registry)
        owners = self.rows("customer_accounts")
        for row in owners:
            row["account_group"] = f"grupo-{row['account_group']}-z"
        self.write("customer_accounts", owners)
        plans = self.rows("price_plans")
        for row in plans:
            row["account_group"] = f"grupo-{row['account_group']}-z"
        self.write("price_plans", plans)
        assert groups and seeds.is_dir()
        of = {row["account_group"]: row["customer"] for row in owners}
        return {row["account_id"]: (of[row["group"]], row["name"], row["group"]) for row in registry}

    def rows(self, seed):
        with (self.project / f"data/seeds/{seed}.csv").open(newline="") as file:
            return list(csv.DictReader(file))

    def write(self, seed, rows):
        with (self.project / f"data/seeds/{seed}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    def run(self, *words, expect=None, environment=None, output=None):
        place = ["--project", str(self.project)] + (["--output", str(output)] if output else [])
        own = {name: text for name, text in os.environ.items() if not name.startswith("APPORTION_")}
        done = subprocess.run(
            [self.binary, *words, *place], env=own | (environment or {}), capture_output=True, text=True, cwd=self.work,
        )  # fmt: skip
        said = done.stdout + done.stderr
        if expect is not None and done.returncode != expect:
            raise AssertionError(f"{words} ended with {done.returncode}:\n{said[-3000:]}")
        return done.returncode, said

    def customers(self):
        return sorted({customer for customer, _, _ in self.accounts.values()})

    def folder(self, customer, output=None):
        return (output or self.output) / f"statements/billing_period={PERIOD}/customer={customer}"

    def revisions(self, customer):
        """The numbers of the finished ones."""
        folders = self.folder(customer).glob("revision=*")
        return sorted(int(one.name.split("=")[1]) for one in folders if (one / "manifest.json").exists())

    def newest(self, customer):
        return Revision(self.folder(customer) / f"revision={self.revisions(customer)[-1]}")

    def each(self):
        return [(customer, self.newest(customer)) for customer in self.customers()]

    def query(self, sql):
        files = lambda table: f"read_parquet('{self.output}/{table}/**/*.parquet', hive_partitioning = true)"
        return duckdb.sql(re.sub(r"@(\w+)", lambda found: files(found[1]), sql)).fetchall()


def is_not(what, found, wanted):
    return [] if found == wanted else [f"{what} is {found}, not {wanted}"]


@case("tables, JSON, CSV and sheet have the same cents")
def cents(place):
    for customer, revision in place.each():
        [table] = place.query(f"select subtotal, tax, total from @statement_totals where customer = '{customer}'")
        said = tuple(revision.amount(name) for name in ["subtotal", "tax", "total"])
        yield from is_not(f"{customer}: JSON", said, table)
        yield from is_not(f"{customer}: subtotal and tax", said[0] + said[1], said[2])
        sums = {
            "lines of JSON": sum(Decimal(line["amount"]) for line in revision.lines()),
            "lines of CSV": sum(Decimal(line["amount"]) for line in revision.csv()),
            "accounts": sum(Decimal(account["subtotal"]) for account in revision.statement["accounts"]),
            "services": sum(Decimal(service["amount"]) for service in revision.statement["services"]),
            "bases of tax": sum(Decimal(tax["base"]) for tax in revision.statement["taxes"]),
        }
        for name, found in sums.items():
            yield from is_not(f"{customer}: {name}", found, said[0])
        taxes = sum(Decimal(account["tax"]) for account in revision.statement["accounts"])
        yield from is_not(f"{customer}: taxes of accounts", taxes, said[1])
        detail = revision.sheets().worksheets[1]
        *amounts, total = [row[-1] for row in detail.iter_rows(min_row=2, values_only=True)]
        yield from is_not(f"{customer}: lines of the sheet", sum(Decimal(str(one)) for one in amounts), said[0])
        yield from is_not(f"{customer}: total of the sheet", Decimal(str(total)), said[0])


@case("paper, page and mail show the total")
def shown(place):
    for customer, revision in place.each():
        total = f"{revision.amount('total'):,.2f}"
        texts = dict(revision.texts())
        for name in ["statement.pdf", "statement.html", "mail.txt", "mail.html"]:
            if total not in texts[name]:
                yield f"{customer}: {name} does not show {total}"
        for line in revision.lines():
            amount = f"{Decimal(line['amount']):,.2f}"
            for name in ["statement.pdf", "statement.html"]:
                if amount not in texts[name]:
                    yield f"{customer}: {name} has no line of {amount}"


@case("a statement has all lines of its accounts, and tables have no other")
def lines(place):
    for customer, revision in place.each():
        own = sorted(id for id, (owner, _, _) in place.accounts.items() if owner == customer)
        yield from is_not(f"{customer}: accounts", revision.manifest["accounts"], own)
        wanted = place.query(
            f"select account_id, service_code, amount from @statement_lines where customer = '{customer}' "
            "and (amount <> 0 or quantity is not null) order by all"
        )
        found = sorted((line["account_id"], line["service_code"], Decimal(line["amount"])) for line in revision.lines())
        yield from is_not(f"{customer}: lines", len(found), len(wanted))
        yield from (f"{customer}: {one} is not {other}" for one, other in zip(found, wanted) if one != other)


@case("nothing of anybody else is in any format")
def foreign(place):
    legal = {row["customer"]: row["legal_name"] for row in place.rows("customers")}
    for customer, revision in place.each():
        others = {(owner, id, name, group) for id, (owner, name, group) in place.accounts.items() if owner != customer}
        words = {word for other in others for word in other[1:]} | {legal[other[0]] for other in others} | {"margin"}
        texts = dict(revision.texts())
        yield from is_not(f"{customer}: files", sorted([*revision.bytes]), NAMES)
        for name, text in texts.items():
            # An id may stand in what a page does not show, and a word of CSS is no name.
            shown = page_text(text) if name.endswith(".html") else text
            yield from (f"{customer}: {name} has {word}" for word in words if word in (text if word.isdigit() else shown))
        own = {name for id, (owner, name, _) in place.accounts.items() if owner == customer}
        for name in ["statement.pdf", "statement.xlsx", "statement.html", "statement.csv", "statement.json"]:
            yield from (f"{customer}: {name} lacks its own {word}, so that the look for others says nothing"
                        for word in own if word not in texts[name])  # fmt: skip


@case("cost is shown to whom it is to be shown, and to nobody else")
def cost(place):
    for row in place.rows("customers"):
        revision = place.newest(row["customer"])
        has_costs = revision.statement["costs"] is not None
        yield from is_not(f"{row['customer']}: costs", has_costs, row["shows_cost"] == "true")
        if not has_costs:
            yield from (f"{name} names base_cost" for name, text in revision.texts() if "base_cost" in text)
            continue
        steps = {step["step"]: Decimal(step["amount"]) for step in revision.statement["costs"]["steps"]}
        yield from is_not("steps", sum(steps.values()) - steps["real"], steps["real"])
        accounts = sum(Decimal(account["real_cost"]) for account in revision.statement["costs"]["accounts"])
        yield from is_not("real cost of accounts", accounts, steps["real"])


def planting(place, file, text, plant):
    """Builds with `text` of a file replaced; gives exit code and words, and takes the plant out again."""
    path = place.project / "statements" / file
    before = path.read_text()
    assert text in before, f"{file} has no {text}"
    path.write_text(before.replace(text, plant, 1))
    try:
        return place.run("statements", "build", "--customer", "shop")
    finally:
        path.write_text(before)


PLACES = [
    ("statement.pdf", "standard/pdf.typ", "#section(words.notes)", "#section(words.notes) {}"),
    ("statement.html", "standard/page.html", "<div class=\"foot m\">", "<div class=\"foot m\">{}"),
    ("mail.txt", "standard/mail.txt.j2", "{{ words.mail_closing }}", "{{{{ words.mail_closing }}}} {}"),
    ("mail.html", "standard/mail.html.j2", "{{ words.mail_closing }}", "{{{{ words.mail_closing }}}} {}"),
    ("statement.xlsx", "words/es.json", "\"summary\": \"", "\"summary\": \"{} "),
]


@case("an account of somebody else in a template, a word or a name is refused")
def planted(place):
    [stranger, *_] = [id for id, (owner, _, _) in place.accounts.items() if owner == "data"]
    before = place.revisions("shop")
    for name, file, text, plant in PLACES:
        code, said = planting(place, file, text, plant.format(stranger))
        if code != 2 or f"names the account {stranger}" not in said:
            yield f"{name}: exit code {code}: {said[-600:]}"
    registry = place.rows("account_registry")
    for row in registry:
        row["name"] += f" ({stranger})" if row["account_id"] == "017234533803" else ""
    kept = (place.project / "data/seeds/account_registry.csv").read_text()
    place.write("account_registry", registry)
    place.run("build", expect=0)
    code, said = place.run("statements", "build", "--customer", "shop")
    if code != 2 or f"names the account {stranger}" not in said:
        yield f"a name: exit code {code}: {said[-600:]}"
    (place.project / "data/seeds/account_registry.csv").write_text(kept)
    place.run("rollback", "--period", PERIOD, expect=0)
    yield from is_not("revisions", place.revisions("shop"), before)


@case("what is looked for is found in every format, where it is")
def seen(place):
    """Shows that the look for others would be red: a word that no guard knows is planted and read back."""
    for name, file, text, plant in PLACES:
        code, said = planting(place, file, text, plant.format(PLANTED))
        if code != 0:
            yield f"{name}: exit code {code}: {said[-600:]}"
        elif PLANTED not in dict(place.newest("shop").texts())[name]:
            yield f"{name} has it and it is not found"
    place.run("statements", "build", "--customer", "shop", expect=0)


@case("the same run gives the same bytes, elsewhere and later")
def same_bytes(place):
    output = place.work / "again"
    shutil.rmtree(output, ignore_errors=True)
    shutil.copytree(place.output, output)
    shutil.rmtree(output / "statements")
    time.sleep(1)
    elsewhere = {"TZ": "Pacific/Auckland", "LANG": "tr_TR.UTF-8", "LC_ALL": "C", "RAYON_NUM_THREADS": "1"}
    place.run("statements", "build", expect=0, environment=elsewhere, output=output)
    for customer in place.customers():
        first = Revision(place.folder(customer) / "revision=1")
        again = Revision(place.folder(customer, output) / "revision=1")
        for name in NAMES:
            # Another run may have published the tables since; what it tells is the same.
            if name.endswith((".pdf", ".xlsx", ".html", ".csv")) or name.startswith("mail"):
                mine, other = first.bytes[name], again.bytes[name]
                if first.manifest["run_id"] == again.manifest["run_id"] and mine != other:
                    yield f"{customer}: {name} differs"
    shutil.rmtree(output)


@case("a revision is made only of what is new, and says what changed")
def revisions(place):
    customers = place.customers()
    before = {customer: place.revisions(customer) for customer in customers}
    _, said = place.run("statements", "build", expect=0)
    yield from is_not("built again", {one: place.revisions(one) for one in customers}, before)
    if "0 new" not in said:
        yield said
    kept = {customer: Revision(place.folder(customer) / "revision=1").bytes for customer in customers}
    rates = place.rows("currency_rates")
    rates[0]["rate"] = "18.5"
    place.write("currency_rates", rates)
    place.run("build", expect=0)
    place.run("statements", "build", expect=0)
    wanted = {one: numbers + ([numbers[-1] + 1] if one != "platform" else []) for one, numbers in before.items()}
    yield from is_not("with another rate", {one: place.revisions(one) for one in customers}, wanted)
    changes = place.newest("shop").statement["changes"]
    difference = Decimal(changes["total"]) - Decimal(changes["previous"])
    yield from is_not("the difference", Decimal(changes["difference"]), difference)
    accounts = sum(Decimal(account["difference"]) for account in changes["accounts"])
    yield from is_not("differences of accounts", accounts, difference)
    for customer in customers:
        yield from is_not("revision 1", Revision(place.folder(customer) / "revision=1").bytes == kept[customer], True)


@case("what was begun and never finished is passed over")
def unfinished(place):
    place.run("statements", "build", expect=0)
    last = place.revisions("shop")[-1]
    begun = place.folder("shop") / f"revision={last + 1}"
    begun.mkdir()
    (begun / "started").write_text("a run that was killed")
    code, said = planting(place, "issuer.yaml", "Nube Revendida", "Nube Nueva")
    yield from is_not("exit code", code, 0)
    yield from is_not("revisions", place.revisions("shop")[-1], last + 2)
    if (begun / "manifest.json").exists():
        yield "what was begun was finished by another"
    if (place.folder("shop") / f"revision={last + 2}" / "started").exists():
        yield "a finished revision is still claimed"


@case("sheets have no formulas, ids stay text, amounts are numbers")
def sheets(place):
    for customer, revision in place.each():
        for sheet in revision.sheets():
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.data_type == "f" or cell.hyperlink:
                        yield f"{customer}: {sheet.title} {cell.coordinate} is {cell.value}"
        detail = revision.sheets().worksheets[1]
        first = [cell.value for cell in detail[2]]
        yield from is_not("an id", re.fullmatch(r"\d{12}", str(first[0])) is not None and isinstance(first[0], str), True)
        yield from is_not("an amount", isinstance(first[-1], (int, float)), True)
        yield from is_not("frozen", detail.freeze_panes is not None and detail.auto_filter.ref is not None, True)


WRONG = [
    ("statements/standard/pdf.typ", "#let accent", "#let x = unknown\n#let accent", ["unknown variable", "pdf.typ:4"]),
    ("statements/standard/page.html", "{{ view.number }}", "{{ view.nummer }}", ["undefined value", "page.html"]),
    ("statements/standard/sheet.yaml", "value: subtotal", "value: subtotl", ["subtotl", "did you mean `subtotal`"]),
    ("statements/words/es.json", "\"format\"", "\"formt\"", ["`format` is missing", "words/es.json"]),
    ("sql/statements/taxes.sql", "source('published', 'statement_taxes')", "ref('statement_taxes')",
     ["reads the model `statement_taxes`", "taxes.sql:8"]),
    ("sql/statements/services.sql", "amount,\n    currency_code,\n    coalesce", "cast(amount / 3 as decimal(28, 10)) as amount,\n    currency_code,\n    coalesce",
     ["`amount` is ", "digits that MXN has not"]),
    ("data/seeds/currencies.csv", "MXN,2", "MXX,2", ["no digits are known for amounts in `MXN`"]),
]  # fmt: skip


@case("what is wrong is named with its file and line, and nothing is written")
def wrong(place):
    place.run("statements", "build", expect=0)
    before = {customer: place.revisions(customer) for customer in place.customers()}
    for file, text, other, says in WRONG:
        path = place.project / file
        right = path.read_text()
        assert text in right, f"{file} has no {text}"
        path.write_text(right.replace(text, other, 1))
        code, said = place.run("statements", "build")
        path.write_text(right)
        if code != 2 or any(word not in said for word in says):
            yield f"{file}: exit code {code}, wanted {says}: {said[-600:]}"
    code, said = place.run("statements", "build", "--customer", "shpo")
    if code != 2 or "did you mean `shop`" not in said:
        yield f"exit code {code}: {said}"
    yield from is_not("revisions", {one: place.revisions(one) for one in place.customers()}, before)


def draw(place, folder):
    """Pictures of every page, for whoever looks."""
    folder.mkdir(parents=True, exist_ok=True)
    for customer, revision in place.each():
        with pymupdf.open(stream=revision.bytes["statement.pdf"], filetype="pdf") as document:
            for number, page in enumerate(document, 1):
                page.get_pixmap(dpi=110).save(folder / f"{customer}-{number}.png")


def main():
    parser = argparse.ArgumentParser(prog="run.sh BIN", description=__doc__.splitlines()[0])
    parser.add_argument("binary", help=argparse.SUPPRESS)
    parser.add_argument("root", help=argparse.SUPPRESS)
    parser.add_argument("work", help=argparse.SUPPRESS)
    parser.add_argument("--cases", nargs="+", default=[], metavar="WORD", help="only cases with one of these words in their function's name")
    parser.add_argument("--draw", type=Path, metavar="FOLDER", help="draw the pages into a folder, and check nothing")
    options = parser.parse_args()
    report, place = Report(), Place(options)
    if options.draw:
        draw(place, options.draw)
        return 0
    for name, check in CASES:
        if options.cases and not any(word in check.__name__ for word in options.cases):
            continue
        started = time.monotonic()
        try:
            faults = list(check(place))
        except Exception:
            faults = traceback.format_exc().splitlines()
        report.check(name, f"{time.monotonic() - started:.0f} s", faults)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
