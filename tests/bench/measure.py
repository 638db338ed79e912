"""Time, memory and bytes of one run of a command, as the kernel counts them.

Imports nothing large: a child's peak memory is never below what this process held when it was started.
"""

import os
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, fields
from pathlib import Path


@dataclass
class Contestant:
    """A command to measure, and the folders it writes to: they are empty when it starts."""

    name: str
    command: list
    folders: list


@dataclass
class Figures:
    """One run, or the medians of several. Megabytes are millions of bytes."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    read_mb: float
    written_mb: float


def measured(command, log):
    """Runs `command` to its end; what it says goes to the file `log`."""
    os.sync()
    with open(log, "wb") as said:
        started = time.monotonic()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        # The process has ended and is not yet forgotten: its counters are whole.
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        seconds = time.monotonic() - started
    counters = Path(f"/proc/{process.pid}/io").read_text().split()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        words = " ".join(map(str, command))
        sys.exit(f"{words}\nended with {process.returncode}:\n{Path(log).read_text(errors='replace')}")
    return Figures(
        seconds,
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss * 1024 / 1e6,
        int(counters[counters.index("rchar:") + 1]) / 1e6,
        int(counters[counters.index("wchar:") + 1]) / 1e6,
    )


def medians(runs):
    return Figures(*(statistics.median(getattr(run, field.name) for run in runs) for field in fields(Figures)))


def in_turns(contestants, turns, logs):
    """The figures of every run by contestant, A B C A B C: what disturbs the machine disturbs all."""
    runs = {contestant.name: [] for contestant in contestants}
    for turn in range(turns):
        for contestant in contestants:
            for folder in contestant.folders:
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir(parents=True)
            figures = measured(contestant.command, logs / f"{contestant.name}.log")
            print(f"turn {turn + 1} of {turns}: {contestant.name} {figures.seconds:.2f} s", file=sys.stderr, flush=True)
            runs[contestant.name].append(figures)
    return runs
