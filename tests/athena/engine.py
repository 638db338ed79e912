"""Does the job do on Athena what it does on DataFusion, and is nothing broken by what goes wrong on the way?

Called by engine.sh, which sets up the tools: engine.py BIN ROOT WORK VERSION [OPTION ...].
The binary runs as it is, led to the stand-in for Athena's API. Prints one line a check and, below, what differs.
Exits 1 if anything does.
"""

import argparse
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import engine_faults
import engine_month
import servers
import trino
from checks import Refused, Report, snapshot
from engine_month import Expected
from engine_place import Place, Servers

PERIOD = "2026-10"
PARTS = ["legacy", "modern", "cur2", "faults"]


class Engine:
    """What all parts share: the binary, the project, and the servers as long as they are up."""

    def __init__(self, options, running):
        self.options, self.running = options, running
        self.root = Path(options.root)
        self.work = Path(options.work) / "engine"
        self.expected = {}

    def month(self, name, report, **of_api):
        """A place with a copy of this project and the report of a folder."""
        folder = self.work / name
        project = folder / "project"
        snapshot(self.root, project, {})
        place = Place(self.options.binary, self.running, folder, project, PERIOD, **of_api)
        place.upload(report)
        return place


@contextmanager
def timed(name):
    """Prints how long a part takes."""
    started = time.monotonic()
    yield
    print(f"  {name} took {time.monotonic() - started:.0f} s", flush=True)


def arguments():
    parser = argparse.ArgumentParser(prog="tests/athena/engine.sh BIN", description=__doc__.splitlines()[0])
    for name in ["binary", "root", "work", "version"]:
        parser.add_argument(name, help=argparse.SUPPRESS)
    parser.add_argument("--parts", nargs="+", help="of the usual checks", choices=PARTS, default=PARTS)
    parser.add_argument("--cases", nargs="+", metavar="WORD", help="of the faults, those with that in their names", default=[])
    return parser.parse_args()


def legacy(report, engine):
    """The sample month by the rule of Trino before version 477, with decimals as literals."""
    with engine.month("legacy", engine.root / "data/sample", literals="decimal") as place:
        expected = Expected(place)
        engine_month.check(report, "legacy rule", place, expected)


def modern(report, engine):
    with engine.month("modern", engine.root / "data/sample") as place:
        place.target(local_limit=0)
        expected = Expected(place)
        engine_month.check(report, "modern rule, all on Athena", place, expected, is_same_bytes=False)
        place.target()
        engine_month.check_after(report, "modern rule", place)


def faults(report, engine):
    engine_faults.check(report, engine, engine.options.cases)


def main():
    options = arguments()
    report = Report()
    work = Path(options.work)
    shutil.rmtree(work / "engine", ignore_errors=True)
    try:
        server, s3 = servers.s3(work)
        with server:
            for rule, parts in [("legacy", [legacy]), ("modern", [modern, faults])]:
                wanted = [part for part in parts if part.__name__ in options.parts]
                if not wanted:
                    continue
                with servers.trino(work, options.version, rule, server.url) as running:
                    engine = Engine(options, Servers(server.url, s3, running.url, rule))
                    for part in wanted:
                        with timed(part.__name__):
                            part(report, engine)
    except (Refused, servers.NotStarted, trino.Failed) as refused:
        report.check("apportion and the servers do their part", "", str(refused).splitlines())
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
