"""Does the dashboard show what is published?

Called by run.sh, which sets up the tools: check.py BIN ROOT WORK. Publishes the bundled sample, has a Superset read it
by the views of `apportion views`, draws the dashboard in a browser, and compares what charts show with the files.
Writes the picture to WORK/dashboard.png, and to WORK/charts.json what charts ask, of DuckDB and of Athena.
Prints one line a check and, below, what is wrong. Exits 1 if anything is.
"""

import json
import shutil
import sys
import time
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import duckdb
from api import Api
from browser import Browser, NotDrawn
from checks import Apportion, Refused, Report
from PIL import Image
from superset_server import USER, Superset, zipped

SLUG = "apportion"
# An account of the sample for which no chart is empty, and its customer.
ACCOUNT, CUSTOMER = "Checkout", "shop"
ATHENA = "awsathena+rest://@athena.us-east-1.amazonaws.com:443/apportion?s3_staging_dir=s3://bucket/queries/"

# What charts show, by their titles, straight from the files.
EXPECTED = {
    "Base cost": "select sum(base_cost) from {account_costs}",
    "Base cost beside real cost": """
        select account_name, sum(base_cost), sum(real_cost)
        from {account_costs} group by account_name
    """,
    "Largest costs by service": """
        select service_name, sum(real_cost), sum(base_cost)
        from {account_costs} group by service_name
    """,
    "Real cost by day and account, without what comes once a month": """
        select epoch_ms(cast(usage_date as timestamp)), account_name, sum(real_cost)
        from {daily_costs}
        where category in ('on_demand', 'own_commitment', 'borrowed', 'lent_commitment', 'lending_credit',
            'unused_commitment', 'margin', 'tiered', 'usage')
        group by all
    """,
    "What was used": """
        select service_name, usage_type, usage_unit, sum(usage_amount), sum(list_cost), sum(base_cost), sum(real_cost)
        from {daily_costs} where usage_unit is not null group by all
    """,
    "What each account gets for lending and pays for borrowing": """
        select a.account_name, case t.kind when 'borrowed' then 'Pays for what it borrowed'
            when 'margin' then 'Kept by the margin' else 'Gets for what it lent' end, sum(t.amount)
        from {transfers} as t join {accounts} as a using (account_id) group by all
    """,
    "Who paid whom, all accounts: lenders below, borrowers beside": """
        select l.account_name, b.account_name, sum(p.paid)
        from {transfer_pairs} as p
        join {accounts} as l on l.account_id = p.lender_account_id
        join {accounts} as b on b.account_id = p.borrower_account_id
        group by all
    """,
    "Capacity of each pool, and where it went": """
        select pool_key, unit, sum(capacity), sum(own_use), sum(lent), sum(leaked), sum(unused),
            1 - cast(sum(unused) as double) / cast(sum(capacity) as double), sum(cost)
        from {commitment_usage} group by all
    """,
}
# The same of the customer's one account.
EXPECTED_OF_ONE = {
    "Base cost beside real cost": f"""
        select account_name, sum(base_cost), sum(real_cost)
        from {{account_costs}} where account_name = '{ACCOUNT}' and customer = '{CUSTOMER}' group by account_name
    """,
    "Capacity of each pool, and where it went": f"""
        select pool_key, unit, sum(capacity), sum(own_use), sum(lent), sum(leaked), sum(unused),
            1 - cast(sum(unused) as double) / cast(sum(capacity) as double), sum(cost)
        from {{commitment_usage}} join {{accounts}} on account_id = owner_account_id
        where account_name = '{ACCOUNT}' group by all
    """,
}


class Lap:
    """Seconds since the last time it was asked."""

    def __init__(self):
        self.began = time.monotonic()

    def __str__(self):
        now = time.monotonic()
        seconds, self.began = now - self.began, now
        return f"{seconds:.0f} s"


class Published:
    """The bundled sample as it is published below `work`, and a database of its views."""

    def __init__(self, binary, root, work):
        self.output, self.database = work / "output", work / "apportion.duckdb"
        shutil.rmtree(self.output, ignore_errors=True)
        self.database.unlink(missing_ok=True)
        apportion = Apportion(binary, root)
        output = ["--output", str(self.output)]
        apportion.run("run", *output, "--target-path", str(work / "artifacts"))
        with duckdb.connect(str(self.database)) as database:
            database.execute(apportion.run("views", "--format", "duckdb", *output))
        self.uri = f"duckdb:///{self.database}?access_mode=read_only"

    def rows(self, sql):
        """The rows of a query of tables in braces, without the views."""
        files = {
            table.name: f"read_parquet('{table}/*/*/*.parquet', hive_partitioning = true)"
            for table in self.output.iterdir()
        }
        return duckdb.sql(sql.format(**files)).fetchall()

    def months(self):
        found = self.rows("select distinct cast(billing_period as varchar) from {account_costs} order by 1")
        return [month for (month,) in found]


class Drawn:
    """The dashboard as a browser has drawn it: what its charts asked and got, by their titles."""

    def __init__(self, browser, address, titles):
        browser.open(address, len(titles))
        self.complaints = browser.complaints()
        self.charts = {titles[number]: chart for number, chart in browser.chart_data().items()}
        self.silent = [f"{title}: asks nothing" for title in titles.values() if title not in self.charts]

    def faults(self):
        yield from self.complaints
        yield from self.silent
        for title, chart in self.charts.items():
            answer = chart["answer"]
            for result in answer.get("result", [answer]):
                if not result.get("data"):
                    yield f"{title}: {result.get('error') or result.get('errors') or 'no rows'}"

    def statements(self):
        """The SQL of every chart."""
        answered = {title: chart["answer"] for title, chart in self.charts.items() if "result" in chart["answer"]}
        return {title: answer["result"][0]["query"].strip() for title, answer in answered.items()}


def different(api, drawn, published, expected):
    """Charts that show something else than the files have."""
    for title, sql in expected.items():
        if title not in drawn.charts:
            yield f"{title}: there is no such chart, or it asks nothing"
            continue
        shown = ordered(api.rows(drawn.charts[title]["asked"]))
        wanted = ordered(published.rows(sql))
        if not wanted or not same(shown, wanted):
            yield f"{title}: {shown[:3]} is not {wanted[:3]}; {len(shown)} and {len(wanted)} rows"


def ordered(rows):
    """Rows by their texts, then by their numbers."""
    texts = lambda row: [str(value) for value in row if value is None or isinstance(value, str)]
    numbers = lambda row: [float(value) for value in row if isinstance(value, (int, float, Decimal))]
    return sorted(rows, key=lambda row: (texts(row), numbers(row)))


def same(shown, wanted):
    return len(shown) == len(wanted) and all(
        len(one) == len(other) and all(map(same_value, one, other)) for one, other in zip(shown, wanted)
    )


def same_value(shown, wanted):
    """Superset's JSON has doubles: 15 digits of what is a decimal in SQL."""
    if wanted is None or isinstance(wanted, str):
        return shown == wanted
    shown, wanted = Decimal(shown), Decimal(wanted)
    return abs(shown - wanted) <= abs(wanted) * Decimal("1e-15")


def several_months(drawn, month):
    """Charts that would read more than the month."""
    return [title for title, sql in drawn.statements().items() if f"billing_period IN ('{month}')" not in sql]


def of_one():
    """The part of the address that sets the filters for customers and accounts."""
    customer, account = filtered("customer", "customer", CUSTOMER), filtered("account", "account_name", ACCOUNT)
    return f"?native_filters=({customer},{account})"


def filtered(name, column, value):
    name = f"NATIVE_FILTER-{name}"
    filters = f"(filters:!((col:{column},op:IN,val:!('{value}'))))"
    state = f"(label:'{value}',value:!('{value}'))"
    return f"{name}:(extraFormData:{filters},filterState:{state},id:{name},ownState:())"


def picture(browser, path):
    """Writes the whole page, in 256 colours."""
    path.write_bytes(browser.screenshot())
    with Image.open(path) as image:
        colours = image.convert("RGB").quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    colours.save(path, optimize=True)
    return f"{path.stat().st_size // 1000} kB"


def check_drawn(report, lap, superset, api, published, work):
    """Draws the dashboard, of all and of one account; gives the first."""
    titles = api.charts(SLUG)
    with Browser(shutil.which("chromium"), shutil.which("chromedriver")) as browser:
        browser.log_in(superset.url, USER, superset.password)
        address = f"{superset.url}/superset/dashboard/{SLUG}/"
        everything = Drawn(browser, address, titles)
        size = picture(browser, work / "dashboard.png")
        report.check("all charts are drawn", f"{len(titles)} charts, {size}, {lap}", everything.faults())
        [*_, newest] = published.months()
        report.check("charts ask for the newest month", newest, several_months(everything, newest))
        one = Drawn(browser, address + of_one(), titles)
        size = picture(browser, work / "one-account.png")
        report.check("all charts are drawn, of one account", f"{CUSTOMER}, {ACCOUNT}, {size}, {lap}", one.faults())
    for name, drawn, expected in [("charts", everything, EXPECTED), ("charts of one account", one, EXPECTED_OF_ONE)]:
        faults = different(api, drawn, published, expected)
        report.check(f"{name} show what the files have", f"{len(expected)} charts", faults)
    return everything


def note(api, drawn, dashboards, work):
    """Writes what charts ask of DuckDB and, once they read it, of Athena."""
    api.overwrite(zipped(dashboards, ATHENA, "assets"))
    asked = [
        {"chart": title, "duckdb": sql, "athena": api.sql(drawn.charts[title]["asked"])}
        for title, sql in drawn.statements().items()
    ]
    (work / "charts.json").write_text(json.dumps(asked, indent=1))
    return asked


def check(report, binary, root, work):
    lap, dashboards = Lap(), root / "dashboards"
    published = Published(binary, root, work)
    report.check("the sample is published", f"{', '.join(published.months())}, {lap}", [])
    superset = Superset(work / "home")
    superset.initialise()
    report.check("Superset has a database of its own", str(lap), [])
    superset.import_dashboards(dashboards, published.uri)
    report.check("the dashboard is imported", str(lap), [])
    with superset:
        api = Api(superset.url, USER, superset.password)
        report.check("Superset is up", str(lap), [])
        drawn = check_drawn(report, lap, superset, api, published, work)
        asked = note(api, drawn, dashboards, work)
        report.check("imported again, charts ask Athena", f"{len(asked)} charts, {lap}", [])


def main():
    binary, root, work = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    report = Report()
    try:
        check(report, binary, root, work)
    except (Refused, NotDrawn) as refused:
        report.check("apportion, Superset and the browser do their part", "", str(refused).splitlines())
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
