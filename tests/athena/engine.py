"""Does the job do on Athena what it does on DataFusion, and is nothing broken by what goes wrong on the way?

Called by engine.sh, which sets up the tools: engine.py BIN ROOT WORK VERSION [OPTION ...].
The binary runs as it is, led to the stand-in for Athena's API. Prints one line a check and, below, what differs.
Exits 1 if anything does.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path += [str(HERE.parent), str(HERE.parent / "telemetry")]

import engine_faults
import engine_kills
import engine_month
import servers
from checks import EVERY_LAYER, Report, snapshot
from engine_month import Expected
from engine_place import Place, Servers

PERIOD = "2026-10"
# Settings that further reports are tried with.
OF_REPORTS = ["{tiers: {policy: shapley}}", "{sharing: {mode: restricted}}"]
POLICIES = [
    "{sharing: {policy: max_min}}", "{sharing: {policy: priority}}", "{sharing: {policy: as_billed}}",
    "{tiers: {policy: usage}}", "{tiers: {policy: shapley}}", "{tiers: {policy: keep}}",
    "{tiers: {policy: as_billed}}", "{cost_metric: net}", "{cost_metric: unblended}",
]  # fmt: skip


@dataclass
class Engine:
    """What all parts share: the options, the servers as long as they are up, and what DataFusion has made."""

    options: argparse.Namespace
    running: Servers
    made: dict = field(default_factory=dict)

    @property
    def work(self):
        return Path(self.options.work) / "engine" / self.running.rule

    def month(self, name, report, period=PERIOD, **of_api):
        """A place with a copy of this project and the report of a folder."""
        folder = self.work / name
        snapshot(Path(self.options.root), folder / "project", {}, EVERY_LAYER)
        place = Place(self.options.binary, self.running, folder, folder / "project", period, **of_api)
        place.upload(report)
        return place

    def sample(self, name, **of_api):
        return self.month(name, Path(self.options.root) / "data/sample", **of_api)

    def expected(self, place):
        """What DataFusion makes of the sample's month, with tests; it is run once."""
        if "sample" not in self.made:
            self.made["sample"] = Expected(place)
        return self.made["sample"]


def legacy(report, engine):
    """The sample's month by the rule of Trino before version 477, with decimals as literals; results written anew."""
    with engine.sample("sample", literals="decimal") as place:
        expected = engine.expected(place)
        engine_month.check(report, "legacy rule", place, expected)
        engine_month.check_statements(report, "legacy rule", place)
        place.target(local_limit=0)
        engine_month.check_tests(report, "legacy rule, all on Athena", place, expected)


def modern(report, engine):
    """The sample's month by the rule of today, with doubles as literals; all of it on Athena, and results copied."""
    with engine.sample("sample") as place:
        place.target(local_limit=0)
        expected = engine.expected(place)
        engine_month.check(report, "modern rule, all on Athena", place, expected, is_same_bytes=False)
        place.target()
        engine_month.check_after(report, "modern rule", place)


def cur2(report, engine):
    """A month of the other layout, results written anew; and a signal while as many queries run as may."""
    folder = engine.work / "cur2-report"
    words = ["--layout", "cur2", "--rows", "3000", "--periods", "1", "--last-period", PERIOD]
    subprocess.run([engine.options.binary, "sample", "--out", folder, *words], check=True, capture_output=True)
    with engine.month("cur2", folder) as place:
        engine_month.check(report, "cur2 layout", place, Expected(place, is_tested=False), is_tested=False)
        engine_month.check_signal(report, "cur2 layout", place)


def faults(report, engine):
    """What goes wrong, on a tiny project."""
    engine_faults.check(report, engine, engine.options.cases)


def settings(report, engine):
    """The sample's month under other settings, tables only; all on Athena in every second one."""
    with engine.sample("settings") as place:
        try_settings(report, place, "", POLICIES)


def reports(report, engine):
    """Further reports, tables only."""
    for number, text in enumerate(engine.options.reports):
        folder, _, period = text.partition("=")
        with engine.month(f"report_{number}", Path(folder), period or PERIOD) as place:
            try_settings(report, place, f"{Path(folder).name} ", OF_REPORTS)


def try_settings(report, place, name, all_settings):
    for number, vars in enumerate(all_settings):
        try_month(report, place, f"{name}{vars}", vars, is_local=number % 2 == 0)


def try_month(report, place, label, vars, is_local):
    """A month under settings, tables only; results are written anew, or all is Athena's."""
    place.target(**({} if is_local else {"local_limit": 0}))
    words = ["--vars", vars]
    expected = Expected(place, words, is_tested=False)
    engine_month.check(report, label, place, expected, words=words, is_tested=False, is_same_bytes=is_local)


def drawn(report, engine):
    """Projects with months that the oracle has drawn, hundreds of payers who do not touch each other; tables only."""
    folders = sorted(path.parent for path in Path(engine.options.drawn).glob("*/vars"))
    report.check("months were drawn", f"{len(folders)} settings", [] if folders else [f"none in {engine.options.drawn}"])
    for number, folder in enumerate(folders):
        copy = engine.work / f"drawn_{number}"
        shutil.copytree(folder / "project", copy / "project")
        period = next(copy.rglob("BILLING_PERIOD=*")).name.partition("=")[2]
        with Place(engine.options.binary, engine.running, copy, copy / "project", period) as place:
            place.upload(copy / "project/report")
            try_month(report, place, folder.name, (folder / "vars").read_text(), is_local=number % 2 == 0)


def kills(report, engine):
    """Runs that are killed at random moments."""
    engine_kills.check(report, engine, engine.options.kills, engine.options.seed)


USUAL = {"legacy": [legacy], "modern": [modern, cur2, faults]}
# Without the months that take longest: one whole month, and every fault.
SHORT = {"modern": [cur2, faults]}
LONG = {"modern": [settings, reports, drawn, kills]}
PARTS = [part.__name__ for parts in [USUAL, LONG] for of_rule in parts.values() for part in of_rule]
# These wait more than they work, and are done beside the others.
BESIDE = [faults, kills]


def arguments():
    parser = argparse.ArgumentParser(prog="tests/athena/engine.sh BIN", description=__doc__.splitlines()[0])
    for name in ["binary", "root", "work", "version"]:
        parser.add_argument(name, help=argparse.SUPPRESS)
    parser.add_argument("--short", action="store_true", help="one whole month, and the faults")
    parser.add_argument("--long", action="store_true", help="try what takes hours in place of the usual parts")
    parser.add_argument("--parts", nargs="+", choices=PARTS, help="try these")
    parser.add_argument("--cases", nargs="+", metavar="WORD", help="of faults, those with such a word in their names")
    parser.add_argument("--reports", nargs="*", metavar="FOLDER[=PERIOD]", help="further reports", default=[])
    parser.add_argument("--drawn", metavar="FOLDER", help="months that the oracle has drawn and kept", default="drawn")
    parser.add_argument("--kills", type=int, default=100, help="how many runs are killed (100)")
    parser.add_argument("--seed", type=int, default=os.getpid(), help="what makes the moments of kills")
    return parser.parse_args()


def wanted(options):
    """The parts that are asked for, by the rule for decimals that they need."""
    parts = LONG if options.long else SHORT if options.short else USUAL
    if options.parts:
        parts = {rule: USUAL.get(rule, []) + LONG.get(rule, []) for rule in USUAL}
        parts = {rule: [part for part in of if part.__name__ in options.parts] for rule, of in parts.items()}
    return {rule: of_rule for rule, of_rule in parts.items() if of_rule}


def attempt(report, engine, parts):
    """Does parts one after the other, and says how long each took."""
    for part in parts:
        started = time.monotonic()
        try:
            part(report, engine)
        except Exception:
            # What a part cannot find out is its fault, and no other's.
            report.check(f"{part.__name__}: comes to its end", "", traceback.format_exc().splitlines())
        print(f"        {part.__name__}: {time.monotonic() - started:.0f} s", flush=True)


def main():
    options = arguments()
    report, made = Report(), {}
    work = Path(options.work)
    shutil.rmtree(work / "engine", ignore_errors=True)
    try:
        server, s3 = servers.s3(work)
        with server:
            for rule, parts in wanted(options).items():
                with servers.trino(work, options.version, rule, server.url) as running:
                    engine = Engine(options, Servers(server.url, s3, running.url, rule), made)
                    lanes = [[part for part in parts if (part in BESIDE) == is_beside] for is_beside in [True, False]]
                    with ThreadPoolExecutor(len(lanes)) as pool:
                        list(pool.map(lambda lane: attempt(report, engine, lane), lanes))
    except servers.NotStarted as refused:
        report.check("the servers start", "", str(refused).splitlines())
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
