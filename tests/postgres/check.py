"""Do seeds of PostgreSQL count as seeds of a file do, has a database what is exported to it, and is it said what is wrong?

Called by run.sh, which sets up the tools: check.py BIN ROOT WORK [OPTION ...].
The binary runs a tiny project over a server of the tests' own. Prints one line a check and, below, what differs. Exits
1 if anything does.
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import time
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "events")]

import export
import pyarrow as arrow
import pyarrow.parquet as parquet
import yaml
from checks import Report
from server import Server

PROJECT = HERE.parent / "athena/tiny"
VARIABLE = "APPORTION_ENV_SECRET_POSTGRES"
PASSWORD = "p@ss w/ord%1-of-these-tests"
QUERY = "select account_id, name, since, share, is_internal from registry"
ROWS = [
    "('111111111111', 'Blue, \"the\" first', '2023-05-01', 0.25, true)",
    "('222222222222', '#2 of Ñandú', null, 12.5, false)",
    "('333333333333', '', '2024-02-29', null, null)",
]
TABLE = "create table registry (account_id text, name text, since date, share numeric, is_internal boolean)"
# The same as a file.
FILE = """\
account_id,name,since,share,is_internal
333333333333,,2024-02-29,,
222222222222,"#2 of Ñandú",,12.5,f
111111111111,"Blue, ""the"" first",2023-05-01,0.25,t
"""
MODEL = "{{ config(materialized='table') }}\nselect account_id, name, since, share, is_internal from {{ ref('registry') }}\n"
SEED = {
    "version": 2,
    "seeds": [{
        "name": "registry",
        "columns": [
            {"name": name, "data_type": kind} for name, kind in [
                ("account_id", "string"), ("name", "string"), ("since", "date"), ("share", "decimal(28,10)"),
                ("is_internal", "boolean"),
            ]
        ],
    }],
}  # fmt: skip
TWICE = "select account_id from {{ ref('registry') }} group by account_id having count(*) > 1\n"
CASES = []


def case(name):
    """Has a function be a case; it gets a place and yields what is wrong."""
    return lambda check: CASES.append((name, check))


class Ended:
    """A run that has ended."""

    def __init__(self, code, text, seconds):
        self.code, self.text, self.seconds = code, text, seconds

    def differs(self, code, *words):
        """What is not as expected: the exit code, words that have to be said."""
        faults = [] if self.code == code else [f"the exit code is {self.code}, not {code}"]
        faults += [f"not said: {word}" for word in words if word not in self.text]
        return faults + ([f"| {line}" for line in self.text.splitlines()[-15:]] if faults else [])


class Place:
    """A project whose seed `registry` is a file for one target, and a table of the server for the other."""

    def __init__(self, binary, folder, server):
        shutil.rmtree(folder, ignore_errors=True)
        self.binary, self.folder, self.project, self.server = binary, folder, folder / "project", server
        self.logs = folder / "logs"
        shutil.copytree(PROJECT, self.project)
        self.logs.mkdir()
        for path, text in {
            "models/results/accounts.sql": MODEL,
            "data/seeds/registry.csv": FILE,
            "data/seeds/seeds.yml": yaml.safe_dump(SEED),
            "sql/tests/accounts_are_there_once.sql": TWICE,
        }.items():
            (self.project / path).parent.mkdir(parents=True, exist_ok=True)
            (self.project / path).write_text(text)
        self.target(QUERY)
        lines = {
            "identity_line_item_id": ["a"], "line_item_usage_account_id": ["111111111111"],
            "line_item_usage_start_date": arrow.array([1_704_067_200_000], arrow.timestamp("ms")),
            "line_item_unblended_cost": [10.0], "product_region_code": ["eu-west-1"],
        }  # fmt: skip
        report = self.project / "report/BILLING_PERIOD=2024-01/lines.parquet"
        report.parent.mkdir(parents=True)
        parquet.write_table(arrow.table(lines), report)
        server.ask(server.database, "drop table if exists registry", TABLE, f"insert into registry values {', '.join(ROWS)}",
                   f"grant select on registry to {server.user}")  # fmt: skip

    def target(self, query):
        config = yaml.safe_load((self.project / "config.yaml").read_text())
        here = {"source": "report", "output": "out"}
        config["targets"] = {"here": here, "rds": {**here, "seeds": {"registry": {"postgres": query}}}}
        (self.project / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))

    def run(self, *words, url=None, target="rds", **environment):
        own = {name: text for name, text in os.environ.items() if not name.startswith(("PG", "APPORTION_"))}
        own |= {VARIABLE: url or self.server.url(), **environment}
        own = {name: text for name, text in own.items() if text}
        since = time.monotonic()
        done = subprocess.run(
            [self.binary, *words, "--project", str(self.project), "--target", target, "--log-level", "debug"], env=own,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300,
        )  # fmt: skip
        (self.logs / f"{time.monotonic_ns()}.log").write_text(done.stdout)
        return Ended(done.returncode, done.stdout, time.monotonic() - since)

    def build(self, **more):
        return self.run("build", **more)

    def change(self, *statements):
        return self.server.ask(self.server.database, *statements)

    def accounts(self):
        """What readers see of the registry."""
        found = sorted((self.project / "out/accounts").glob("**/*.parquet"), key=lambda path: path.stat().st_mtime_ns)
        return found and sorted(parquet.read_table(found[-1]).to_pylist(), key=lambda row: row["account_id"])

    def kept(self):
        """The rows that are kept with runs."""
        return sorted(path.read_text() for path in (self.project / "out/runs").glob("*/*/seeds/registry.csv"))


@case("rows are those of a file, with the same hash, in whatever order they come")
def like_a_file(place):
    yield from place.build(target="here", url="none").differs(0)
    expected = place.accounts()
    yield from place.build().differs(0, "nothing to do")
    place.change("create table other as table registry order by account_id desc", "truncate registry")
    place.change("insert into registry table other", "drop table other")
    yield from place.build().differs(0, "nothing to do")
    yield from place.run("build", "--full-refresh").differs(0, "3 tables published")
    if place.accounts() != expected or len(expected) != 3:
        yield f"of a file: {expected}; of the server: {place.accounts()}"


@case("another row is another month, and both runs keep what they have read")
def changed(place):
    yield from place.build().differs(0)
    place.change("update registry set name = 'Another' where account_id = '111111111111'")
    yield from place.build().differs(0)
    if [row["name"] for row in place.accounts()][:1] != ["Another"]:
        yield f"readers see {place.accounts()}"
    kept = place.kept()
    if len(kept) != 2 or sum('"Another"' in text for text in kept) != 1 or sum('Blue, ""the""' in text for text in kept) != 1:
        yield f"kept is {kept}"
    yield from place.run("rollback", "--period", "2024-01").differs(0)
    if len(place.kept()) != 2:
        yield f"after a rollback, kept is {place.kept()}"


@case("an account that is there twice fails the same test")
def twice(place):
    place.change("insert into registry select * from registry limit 1")
    yield from place.build().differs(1, "accounts_are_there_once")
    if place.accounts() or place.kept():
        yield f"published is {place.accounts()}, kept {place.kept()}"


@case("a value of another type is shown with its row")
def wrong_type(place):
    place.target(QUERY.replace("since,", "'soon' as since,"))
    yield from place.build().differs(2, "`soon` in column `since` is not a valid date", "postgres/registry.csv:2:")


@case("a server that is somebody else, or is called otherwise")
def somebody_else(place):
    url = place.server.url
    says = "does not prove who it is"
    yield from place.build(url=url(sslrootcert=place.server.other_authority)).differs(2, says, "`sslrootcert`")
    yield from place.build(url=url(sslrootcert=None)).differs(2, says)
    yield from place.build(url=url(host="127.0.0.1")).differs(2, says)
    yield from place.build(url=url(sslrootcert=None), PGSSLROOTCERT=str(place.server.authority)).differs(0)
    yield from place.build(url=url(sslrootcert="none.pem")).differs(2, "cannot read certificates", "none.pem")
    yield from place.build(url=url(sslmode="disable")).differs(2, "no pg_hba.conf entry")


@case("who is refused: the password, the database, the right, the query")
def refused(place):
    url = place.server.url
    yield from place.build(url=url(password="another-of-these-tests")).differs(2, "refuses the user or the password")
    yield from place.build(url=url(database="none")).differs(2, "has no such database")
    yield from place.build(url="none").differs(2, f"`{VARIABLE}` is not understood")
    yield from place.build(**{VARIABLE: ""}).differs(2, f"`{VARIABLE}` is not set")
    place.target("select account_id, nam from registry")
    yield from place.build().differs(2, 'column "nam" does not exist', "config.yaml:", "reading the seed `registry`")
    place.target("select 1; drop table registry")
    yield from place.build().differs(2, "syntax error")
    place.change(f"revoke select on registry from {place.server.user}")
    place.target(QUERY)
    yield from place.build().differs(2, "permission denied", "docs/registry.md")


@case("a query changes nothing")
def read_only(place):
    place.change(f"grant all on registry to {place.server.user}")
    place.target("with gone as (delete from registry returning *) select * from gone")
    yield from place.build().differs(2, "read-only transaction")
    place.target(f"{QUERY}; -- all of them")
    yield from place.build().differs(2, "syntax error")
    place.target(f"{QUERY} -- all of them")
    yield from place.build().differs(0)
    if place.change("select count(*) from registry") != ["3"]:
        yield "rows are gone"


@case("a server that is down, silent, full or locked: later")
def later(place):
    url = place.server.url
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        yield from place.build(url=url(port=port)).differs(75, "no way leads to PostgreSQL at `localhost")
        silent.listen(5)
        ran = place.build(url=url(port=port, connect_timeout=2))
        yield from ran.differs(75, "has not answered for 2 s")
        if ran.seconds > 20:
            yield f"it took {ran.seconds:.0f} s"
    yield from place.build(url=url(host="none.invalid")).differs(2, "no way leads to")
    place.change(f"alter role {place.server.user} connection limit 0")
    yield from place.build().differs(75, "cannot answer now: too many connections")
    place.change(f"alter role {place.server.user} connection limit -1")
    lock = subprocess.Popen(
        place.server.command(place.server.database, "begin; lock registry; select pg_sleep(60)"), stderr=subprocess.DEVNULL
    )
    try:
        time.sleep(1)
        ran = place.build(url=url(options="-c statement_timeout=1s"))
        yield from ran.differs(75, "took too long", "statement timeout")
    finally:
        place.change("select pg_cancel_backend(pid) from pg_stat_activity where query like '%pg_sleep%' and pid <> pg_backend_pid()")
        lock.wait(30)
    yield from place.build().differs(0)
    place.server.stop()
    yield from place.build().differs(75, "no way leads to")
    for words in [["history"], ["rollback", "--period", "2024-01"], ["query", "select count(*) from accounts"]]:
        yield from place.run(*words).differs(2 if words[0] == "rollback" else 0)
    place.server.start()
    yield from place.build().differs(0)


def leaks(work):
    """Files of all runs in which a password stands."""
    secrets = ["of-these-tests", "p@ss w/ord", "p%40ss%20w"]
    for path in work.rglob("*"):
        if path.is_file() and "venv" not in path.parts:
            found = [secret for secret in secrets if secret.encode() in path.read_bytes()]
            if found:
                yield f"{path.relative_to(work)}: {found}"


def main():
    parser = argparse.ArgumentParser(prog="tests/postgres/run.sh BIN", description=__doc__.splitlines()[0])
    for name in ["binary", "root", "work"]:
        parser.add_argument(name, help=argparse.SUPPRESS)
    parser.add_argument("--cases", nargs="+", metavar="WORD", help="those with such a word in their names")
    options = parser.parse_args()
    report, work = Report(), Path(options.work) / "cases"
    shutil.rmtree(work, ignore_errors=True)
    with Server("bills", "reader", PASSWORD) as server:
        for name, check in CASES:
            if options.cases and not any(word in check.__name__ for word in options.cases):
                continue
            since, faults = time.monotonic(), []
            try:
                faults += check(Place(options.binary, work / check.__name__, server))
            except Exception:
                # What a place cannot tell is this case's fault, and no other's.
                faults += traceback.format_exc().splitlines()
            report.check(name, f"{time.monotonic() - since:.0f} s", faults)
        if not options.cases or any(word in "export" for word in options.cases):
            export.check(report, Path(options.root), options.binary, work / "export", server)
        counted = f"{sum(path.is_file() for path in work.rglob('*'))} files"
        report.check("no password is in outputs, artifacts and logs", counted, leaks(work))
    sys.exit(report.end())


if __name__ == "__main__":
    main()
