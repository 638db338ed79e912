"""How time and memory grow with the report: linear growth keeps the time ratio at or below the rows ratio."""

from page import table

HEADINGS = [
    "rows", "seconds", "CPU seconds", "peak memory, MB", "read, MB", "written, MB",
    "rows ratio", "time ratio", "memory ratio",
]  # fmt: skip


def growth_table(medians):
    """One line for each size in `medians`, by number of rows; ratios are to the first."""
    (first_rows, first), *_ = medians.items()
    rows = [
        [
            f"{size:,}",
            f"{figures.seconds:.1f}",
            f"{figures.cpu_seconds:.1f}",
            f"{figures.peak_mb:.0f}",
            f"{figures.read_mb:.0f}",
            f"{figures.written_mb:.0f}",
            f"{size / first_rows:.2f}",
            f"{figures.seconds / first.seconds:.2f}",
            f"{figures.peak_mb / first.peak_mb:.2f}",
        ]
        for size, figures in medians.items()
    ]
    return table(HEADINGS, rows)
