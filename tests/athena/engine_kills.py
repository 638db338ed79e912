"""Runs on the tiny project that are killed at random moments, while somebody reads what is published all the time."""

import random
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

from engine_place import ENDED
from engine_tiny import PERIOD, TOTAL, Tiny

# Places in which runs are killed side by side.
AT_ONCE = 3
# How many publications are kept, whose runs have files.
KEPT = 5


class Reader:
    """Reads what is published again and again, and notes what is not one of the results that may be there."""

    def __init__(self, place):
        self.place, self.may_be, self.faults, self.count = place, {1}, [], 0
        self.end = threading.Event()
        self.thread = threading.Thread(target=self.read)

    def read(self):
        while not self.end.wait(0.1):
            try:
                found = self.place.total()
                self.count += 1
                # What is read before it is said what may come is of what was there already.
                if found not in {TOTAL * factor for factor in self.may_be}:
                    self.faults.append(f"readers saw {found}, where the factor was one of {sorted(self.may_be)}")
            except Exception:
                self.faults += traceback.format_exc().splitlines()[-3:]

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.end.set()
        self.thread.join()


def check(report, engine, kills, seed):
    """Kills so many runs, in some places side by side."""
    started = time.monotonic()
    shares = [kills // AT_ONCE + (index < kills % AT_ONCE) for index in range(AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        told = list(pool.map(lambda index: kill_in_place(engine, index, shares[index], seed + index), range(AT_ONCE)))
    faults = [fault for _, _, found in told for fault in found]
    new, reads = (sum(one[index] for one in told) for index in [0, 1])
    took = f"{time.monotonic() - started:.0f} s"
    counted = f"{kills} kills, seed {seed}: {new} left the new result; {reads} looks, {took}"
    report.check("kills show nothing that is not whole; the next run heals", counted, faults)


def kill_in_place(engine, index, kills, seed):
    """Kills runs in one place; returns how many had published, how often somebody looked, and what is wrong."""
    dice, new, faults = random.Random(seed), 0, []
    folder = engine.work / f"kills_{index}"
    try:
        with Tiny(engine.options.binary, engine.running, folder) as place:
            first = place.build()
            faults += first.differs(0)
            with Reader(place) as reader:
                seconds = first.seconds
                for kill in range(kills):
                    found, seconds, wrong = one_kill(place, reader, kill, dice, seconds)
                    new += found
                    faults += (f"seed {seed}, kill {kill}: {fault}" for fault in wrong)
                    if wrong:
                        break
            faults += reader.faults + cleaned(place)
            return new, reader.count, faults
    except Exception:
        return new, 0, faults + traceback.format_exc().splitlines()


def one_kill(place, reader, kill, dice, seconds):
    """Kills a run, looks, and has another run; whether the first had published, how long the second took, faults."""
    old, new, healed = (1 + 2 * kill, 2 + 2 * kill, 3 + 2 * kill)
    reader.may_be = {old, new}
    running = place.start("build", "--vars", f"{{factor: {new}}}")
    time.sleep(dice.uniform(0, seconds * 1.1))
    name = dice.choice(["SIGKILL", "SIGTERM"])
    running.send(name)
    ran = running.end(20)
    found = place.total()
    faults = ended_wrongly(ran, name, found == TOTAL * new)
    if found not in (TOTAL * old, TOTAL * new):
        faults.append(f"readers see {found}")
    place.frees_lease()
    reader.may_be = {old, new, healed}
    second = place.build("--vars", f"{{factor: {healed}}}")
    reader.may_be = {healed}
    faults += second.differs(0) + place.shows(TOTAL * healed)
    faults += (f"violated: {fault}" for fault in place.api.violations)
    return found == TOTAL * new, second.seconds, faults + reader.faults


def ended_wrongly(ran, name, is_new):
    """What is wrong with the end of a run that got a signal: before it listens, SIGTERM ends it as everybody."""
    may_be = {"SIGKILL": [-9], "SIGTERM": [-15, 143]}[name] + ([0] if is_new else [])
    return [] if ran.code in may_be else [f"after {name} the run ended with {ran.code}", *ran.told()]


def cleaned(place):
    """What `clean` leaves of dead runs."""
    # A query that runs on may end just now.
    faults = place.run("clean").differs(0)
    time.sleep(1)
    for one in place.executions(""):
        if one["state"] not in ENDED:
            faults.append(f"a query is still {one['state']}: {one['text'][:200]}")
    runs = {key.split("/")[1] for key in place.keys("out/runs") if key.startswith(PERIOD)}
    return faults + ([f"{len(runs)} runs are left"] if len(runs) > KEPT else [])
