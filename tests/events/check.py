"""Is every event told that has to be, at least once, and none of what has not happened?

Called by run.sh, which sets up the tools: check.py BIN ROOT WORK [OPTION ...].
The binary runs a tiny project in a folder, and tells a stand-in for EventBridge. Prints one line a check and, below,
what differs. Exits 1 if anything does.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path += [str(HERE.parent), str(HERE.parent / "athena")]

import yaml
from bus import Bus
from checks import Report
from engine_tiny import LINES, PROJECT, write_report

NAME = "apportion"
MONTH, BEFORE = "2024-01", "2023-12"
CASES = []


def case(name):
    """Has a function be a case; it gets a place and yields what is wrong."""
    return lambda check: CASES.append((name, check))


class Ended:
    """A run that has ended, with what was told meanwhile."""

    def __init__(self, code, text, seconds, events):
        self.code, self.text, self.seconds, self.events = code, text, seconds, events

    def differs(self, code, *types, says=()):
        """What is not as expected: the exit code, the events in their order, words that have to be said."""
        told = [event["type"] for event in self.events]
        faults = [] if self.code == code else [f"the exit code is {self.code}, not {code}"]
        faults += [] if told == list(types) else [f"told is {told}, not {list(types)}"]
        faults += [f"not said: {word}" for word in says if word not in self.text]
        return faults + ([f"| {line}" for line in self.text.splitlines()[-15:]] if faults else [])


class Place:
    """A copy of the tiny project, whose target tells a bus."""

    def __init__(self, binary, folder, bus):
        shutil.rmtree(folder, ignore_errors=True)
        self.binary, self.project, self.bus, self.url = binary, folder / "project", bus, bus.url
        shutil.copytree(PROJECT, self.project)
        self.output = self.project / "out"
        config = yaml.safe_load((self.project / "config.yaml").read_text())
        config["targets"] = {
            "here": {"type": "datafusion", "source": "report", "output": "out", "events": {"eventbridge": "{{ env_var('BUS', 'nobody') }}"}}
        }
        (self.project / "config.yaml").write_text(yaml.safe_dump(config))
        self.deliver()

    def deliver(self, lines=LINES, period=MONTH):
        write_report(self.project / f"report/BILLING_PERIOD={period}/lines.parquet", lines)

    def start(self, *words, url=None, environment=None):
        led = {
            "AWS_ENDPOINT_URL_EVENTBRIDGE": url or self.url, "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test", "BUS": NAME, "AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
        }  # fmt: skip
        own = {name: text for name, text in os.environ.items() if not name.startswith(("AWS_", "APPORTION_"))}
        return subprocess.Popen(
            [self.binary, *words, "--project", str(self.project)], env=own | led | (environment or {}),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def run(self, *words, **more):
        before, since = len(self.bus.events), time.monotonic()
        process = self.start(*words, **more)
        text, _ = process.communicate(timeout=300)
        return Ended(process.returncode, text, time.monotonic() - since, self.bus.events[before:])

    def build(self, factor=1, **more):
        return self.run("build", "--vars", f"{{factor: {factor}}}", **more)

    def run_id(self):
        """The run whose tables readers see."""
        return self.history()[-1]["run_id"]

    def history(self):
        """What was published, oldest first, rollbacks as well."""
        words = ["history", "--format", "json", "--period", MONTH]
        done = subprocess.run([self.binary, *words, "--project", str(self.project)], capture_output=True, text=True)
        return json.loads(done.stdout) if done.returncode == 0 else []

    def outbox(self):
        return sorted(str(path.relative_to(self.output)) for path in self.output.glob(".apportion/outbox/*/*.json"))

    def owes(self, count):
        """What is wrong if so many events are to be owed."""
        return [] if len(self.outbox()) == count else [f"in the outbox is {self.outbox()}, not {count} events"]


@case("a publication is told once, with what it is and what it replaces")
def published(place):
    first = place.build(environment={"APPORTION_CORRELATION_ID": "delivery-7"})
    yield from first.differs(0, "MonthPublished") + place.owes(0)
    yield from place.build().differs(0)
    second = place.build(2)
    yield from second.differs(0, "MonthPublished") + place.owes(0)
    place.deliver([*LINES, ("d", "222222222222", 1.0)])
    third = place.build(2)
    yield from third.differs(0, "MonthPublished")
    told = [ran.events[0] for ran in [first, second, third]]
    wanted = [
        {"replaces": None, "because": [], "correlation_id": "delivery-7", "billing_period": MONTH},
        {"replaces": told[0]["run_id"], "because": ["models", "settings"], "correlation_id": told[1]["run_id"]},
        {"replaces": told[1]["run_id"], "because": ["report"], "tables": ["costs"]},
    ]
    for event, expected in zip(told, wanted):
        yield from (f"{key} is {event[key]}, not {value}" for key, value in expected.items() if event[key] != value)
    if told[2]["run_id"] != place.run_id():
        yield f"told is the run {told[2]['run_id']}, readers see {place.run_id()}"


@case("rollbacks and locks are told, each once")
def rolled_back(place):
    place.build(1), place.build(2)
    back = place.run("rollback", "--period", MONTH)
    yield from back.differs(0, "MonthRolledBack")
    if back.events and (back.events[0]["run_id"], back.events[0]["replaces"]) != tuple(
        run["run_id"] for run in place.history()[-3:-1]
    ):
        yield f"told is {back.events[0]}, the history is {place.history()}"
    yield from place.run("lock", "--period", MONTH).differs(0, "MonthLocked")
    yield from place.run("lock", "--period", MONTH).differs(0)
    yield from place.run("unlock", "--period", MONTH).differs(0, "MonthUnlocked")
    yield from place.run("unlock", "--period", MONTH).differs(0) + place.owes(0)


@case("a locked month whose report changes is told once for each change")
def locked_changed(place):
    place.deliver(period=BEFORE)
    yield from place.run("build", "--period", f"{BEFORE}..{MONTH}").differs(0, "MonthPublished", "MonthPublished")
    yield from place.run("lock", "--period", BEFORE).differs(0, "MonthLocked")
    for cost in [5.0, 6.0]:
        place.deliver([*LINES, ("d", "222222222222", cost)], BEFORE)
        yield from place.build().differs(0, "LockedMonthChanged", says=["is locked, but its report has changed"])
        yield from place.build().differs(0) + place.owes(0)


@case("a month that fails is told, and nothing is owed")
def failed(place):
    ran = place.run("build", "--vars", "{most_of_line: 15}")
    yield from ran.differs(1, "MonthFailed") + place.owes(0)
    place.bus.fail("deny", 9)
    ran = place.run("build", "--vars", "{most_of_line: 16}")
    yield from ran.differs(1, says=["could not be told"]) + place.owes(0)


@case("a bus that is closed: published, 75, and told by the next run, which has nothing to do")
def closed(place):
    ran = place.build(url="http://127.0.0.1:9")
    yield from ran.differs(75, says=["1 event could not be sent to the bus `apportion`", "the next run sends"])
    yield from place.owes(1)
    again = place.build(url="http://127.0.0.1:9")
    yield from again.differs(75) + place.owes(1)
    told = place.build()
    yield from told.differs(0, "MonthPublished") + place.owes(0)
    if told.events and told.events[0]["run_id"] != place.run_id():
        yield f"told is {told.events[0]}"


@case("a bus that throttles, breaks or loses its answer")
def throttled(place):
    for factor, fault in enumerate(["throttle", "break", "lose"], 1):
        place.bus.fail(fault)
        ran = place.build(factor)
        ids = {event["id"] for event in ran.events}
        if (ran.code, len(ids)) != (0, 1):
            yield from [f"after {fault}: {ran.code}, told is {ran.events}", *ran.text.splitlines()[-9:]]
    yield from place.owes(0)


@case("a bus that denies is told with the right that is missing")
def denied(place):
    place.bus.fail("deny", 20)
    ran = place.build()
    yield from ran.differs(75, says=["allow `events:PutEvents` on the bus `apportion`"]) + place.owes(1)


@case("a bus that hangs keeps a run for seconds")
def hangs(place):
    place.bus.fail("hang", 20)
    ran = place.build()
    yield from ran.differs(75, says=["could not be sent"]) + place.owes(1)
    if ran.seconds > 30:
        yield f"it took {ran.seconds:.0f} s"


@case("of two entries one is not taken: it is sent again, and owed if that is in vain")
def in_part(place):
    for times, code, left in [(1, 0, 0), (3, 75, 1)]:
        place.build(1 + 2 * left)
        place.run("lock", "--period", MONTH, url="http://127.0.0.1:9")
        place.run("unlock", "--period", MONTH, url="http://127.0.0.1:9")
        yield from place.owes(2)
        place.bus.fail("first", times)
        ran = place.build(1 + 2 * left)
        types = ["MonthUnlocked", "MonthLocked"][: 2 - left]
        yield from ran.differs(code, *types) + place.owes(left)
        place.bus.faults.clear()


@case("a target without a bus writes nothing down")
def without_bus(place):
    config = yaml.safe_load((place.project / "config.yaml").read_text())
    del config["targets"]["here"]["events"]
    (place.project / "config.yaml").write_text(yaml.safe_dump(config))
    yield from place.build().differs(0) + place.owes(0)


def killed(place, kills, seed):
    """Kills builds and rollbacks at random moments; then one build tells all that happened, and nothing else."""
    dice, seen = random.Random(seed), {}
    first = place.build(1)
    yield from first.differs(0, "MonthPublished")
    note(place, seen)
    for kill in range(kills):
        is_rollback = len(place.history()) > 1 and dice.random() < 0.4
        words = ["rollback", "--period", MONTH] if is_rollback else ["build", "--vars", f"{{factor: {kill + 2}}}"]
        down = dice.random() < 0.3
        process = place.start(*words, url="http://127.0.0.1:9" if down else None)
        time.sleep(dice.uniform(0, first.seconds * 1.2))
        process.send_signal(dice.choice([signal.SIGKILL, signal.SIGTERM]))
        process.communicate(timeout=60)
        note(place, seen)
    last = place.build(kills + 5)
    yield from ([] if last.code == 0 else [f"the last build ended with {last.code}", *last.text.splitlines()[-15:]])
    note(place, seen)
    yield from place.owes(0)
    kinds = {"MonthPublished": "published_at", "MonthRolledBack": "rolled_back_at"}
    told = {event[kinds[event["type"]]]: event for event in place.bus.events if event["type"] in kinds}
    missing = [f"{at}: never told is {run}" for at, run in seen.items() if not any(moment(when) == at for when in told)]
    strange = [f"told is {event}, which readers never saw" for when, event in told.items() if moment(when) not in seen]
    yield from [*missing, *strange]
    ids = {}
    for event in place.bus.events:
        ids.setdefault(event["id"], set()).add(json.dumps(event, sort_keys=True))
    yield from (f"the event {id} was told in {len(texts)} forms" for id, texts in ids.items() if len(texts) > 1)


def note(place, seen):
    """Notes what readers have seen, by when."""
    seen.update({run["published_at"]: run["run_id"] for run in place.history()})


def moment(text):
    """A time of an event as the history has it."""
    return text[:19].replace("T", " ")


def main():
    parser = argparse.ArgumentParser(prog="tests/events/run.sh BIN", description=__doc__.splitlines()[0])
    for name in ["binary", "root", "work"]:
        parser.add_argument(name, help=argparse.SUPPRESS)
    parser.add_argument("--kills", type=int, default=10, help="how many runs are killed (10)")
    parser.add_argument("--seed", type=int, default=os.getpid(), help="what makes the moments of kills")
    parser.add_argument("--cases", nargs="+", metavar="WORD", help="those with such a word in their names")
    options = parser.parse_args()
    report, schemas = Report(), Path(options.root) / "docs/events"
    of_kills = f"{options.kills} kills (--seed {options.seed}): told is what happened"
    kill = lambda place: killed(place, options.kills, options.seed)
    kill.__name__ = "killed"
    for name, check in [*CASES, (of_kills, kill)]:
        if options.cases and not any(word in check.__name__ for word in options.cases):
            continue
        since, faults = time.monotonic(), []
        try:
            with Bus(NAME, schemas) as bus:
                place = Place(options.binary, Path(options.work) / check.__name__, bus)
                faults += check(place)
                faults += (f"violated: {fault}" for fault in bus.violations)
        except Exception:
            # What a place cannot tell is this case's fault, and no other's.
            faults += traceback.format_exc().splitlines()
        report.check(name, f"{time.monotonic() - since:.0f} s", faults)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
