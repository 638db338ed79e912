#!/usr/bin/env python3
"""Time and memory of the whole job by number of source rows.

usage: run.py BIN [ROWS ...]

Generates one billing period for each size, runs all models (no tests) on it, and prints seconds, CPU seconds, peak
memory and bytes, with the ratios to the first size: linear growth keeps `time ratio` at or below `rows ratio`.
Needs Python 3 and nothing else; writes below target/bench/.
"""

import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

REPEATS = int(os.environ.get("REPEATS", "3"))
ACCOUNTS = os.environ.get("ACCOUNTS", "85")


def measured(command):
    """Seconds, CPU seconds and peak memory in MB of one run of `command`."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    talk = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - started
    if status != 0:
        sys.exit(f"{' '.join(command)} ended with {status}:\n{talk}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def size_of(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def bench(binary, rows, top):
    source, output = top / f"source-{rows}", top / "output"
    if not source.exists():
        generated = measured([binary, "sample", "--out", str(source), "--accounts", ACCOUNTS,
                              "--periods", "1", "--rows", str(rows)])
        print(f"generated {rows:,} rows in {generated[0]:.1f} s, {generated[2]:.0f} MB of memory", file=sys.stderr)
    runs = []
    for _ in range(REPEATS):
        shutil.rmtree(output, ignore_errors=True)
        runs.append(measured([binary, "run", "--source", str(source), "--output", str(output)]))
    seconds, cpu, memory = (statistics.median(column) for column in zip(*runs))
    return rows, seconds, cpu, memory, size_of(source), size_of(output)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    binary, sizes = sys.argv[1], [int(size) for size in sys.argv[2:]] or [1_000_000, 10_000_000]
    top = pathlib.Path("target/bench")
    top.mkdir(parents=True, exist_ok=True)
    results = [bench(binary, rows, top) for rows in sizes]
    first = results[0]
    print(f"{'rows':>12} {'seconds':>9} {'cpu s':>9} {'peak MB':>9} {'MB read':>9} {'MB written':>11}"
          f" {'rows ratio':>11} {'time ratio':>11} {'memory ratio':>13}")
    for row in results:
        rows, seconds, cpu, memory, read, written = row
        print(f"{rows:>12,} {seconds:>9.1f} {cpu:>9.1f} {memory:>9.0f} {read / 1e6:>9.1f} {written / 1e6:>11.1f}"
              f" {rows / first[0]:>11.2f} {seconds / first[1]:>11.2f} {memory / first[3]:>13.2f}")


main()
