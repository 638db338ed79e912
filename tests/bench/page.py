"""The figures as a table of Markdown, and the page docs/benchmarks.md around them: page.md, filled in."""

import os
from dataclasses import astuple
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

from measure import medians

HERE = Path(__file__).resolve().parent
HEADINGS = ["", "seconds", "least to most", "CPU seconds", "peak memory, MB", "read, MB", "written, MB"]


def table(headings, rows):
    """Markdown that reads well as it stands, too: the first column to the left, figures to the right."""
    widths = [max(len(row[at]) for row in [headings, *rows]) for at in range(len(headings))]
    align = lambda row: [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
    rule = ["-" * widths[0]] + ["-" * (width - 1) + ":" for width in widths[1:]]
    return "\n".join("| " + " | ".join(row) + " |" for row in [align(headings), rule, *map(align, rows)])


def number(value):
    return f"{value:,.1f}" if value < 1000 else f"{value:,.0f}"


def figures_table(runs):
    """The medians of all, and how those of the first compare with those of each other."""
    rows = []
    for name, figures in runs.items():
        seconds, *others = map(number, astuple(medians(figures)))
        all_seconds = [run.seconds for run in figures]
        rows.append([name, seconds, f"{number(min(all_seconds))} to {number(max(all_seconds))}", *others])
    first, *others = runs
    for other in others:
        pairs = zip(astuple(medians(runs[first])), astuple(medians(runs[other])))
        seconds, *ratios = (f"{one / two:.2f}" if two >= 0.05 else "" for one, two in pairs)
        rows.append([f"{first} / {other}", seconds, "", *ratios])
    return table(HEADINGS, rows)


def machine():
    """Processor, cores, memory and system, as the kernel says."""
    cpus = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":", 1)[1].strip() for line in cpus if line.startswith("model name")), "unknown model")
    memory = int(Path("/proc/meminfo").read_text().split()[1]) * 1024 / 1e9
    return f"{os.cpu_count()} cores ({model}), {memory:.0f} GB of memory, Linux {os.uname().release}"


def versions():
    return ", ".join(f"{name} {version(name)}" for name in ["dbt-core", "dbt-duckdb", "duckdb"])


def write(path, **facts):
    """Fills page.md with the facts, the machine and the day."""
    day = datetime.now(timezone.utc).strftime("%Y-%m-%d")
    text = (HERE / "page.md").read_text()
    path.write_text(text.format(day=day, machine=machine(), versions=versions(), **facts))
