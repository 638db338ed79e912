"""Is apportion faster than what its users would use instead, and equal to it to the digit?

Generates a report, runs the whole job on it with apportion, with dbt on DuckDB, and floors for it, in turns;
compares the result tables, prints the figures and writes them to a page. Exits 1, without a page, if tables differ.
With --sizes it measures apportion alone, at several sizes, for how its time and memory grow.

Called by run.sh, which sets up the tools; all files lie below target/bench.
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

import page
from growth import growth_table
from measure import Contestant, in_turns, medians
from peer import Peer

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WORK = ROOT / "target/bench"
STARTS = 11


def arguments():
    parser = argparse.ArgumentParser(prog="tests/bench/run.sh", description=__doc__.split("\n")[0])
    parser.add_argument("binary", metavar="BIN", help="the apportion binary")
    parser.add_argument("--rows", type=int, default=20_000_000, help="line items of the report (default: %(default)s)")
    parser.add_argument("--sizes", type=int, nargs="+", help="instead: apportion alone, on reports of these many rows")
    parser.add_argument("--accounts", type=int, default=85, help="accounts of the report (default: %(default)s)")
    parser.add_argument("--turns", type=int, default=3, help="how often each is run (default: %(default)s)")
    parser.add_argument("--page", type=Path, default=ROOT / "docs/benchmarks.md", help="where the figures go")
    return parser.parse_args()


def report(binary, accounts, rows):
    """The folder of a generated report; made once, and whole or not at all."""
    folder = WORK / f"report-{accounts}-{rows}"
    if not folder.exists():
        part = folder.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        size = ["--accounts", str(accounts), "--rows", str(rows), "--periods", "1"]
        subprocess.run([binary, "sample", "--out", part, *size], check=True, stdout=sys.stderr)
        part.rename(folder)
    return folder


def whole_job(binary, source):
    output = WORK / "output"
    return Contestant("apportion", [binary, "run", "--source", str(source), "--output", str(output)], [output])


def floors(select):
    """A mere scan, and one whose lines are written; `select` is the file that has the source in SQL."""
    command = [sys.executable, str(HERE / "floor.py"), str(select)]
    lines = WORK / "lines"
    written = Contestant("floor, lines written", [*command, str(lines / "lines.parquet")], [lines])
    return [Contestant("floor", command, []), written]


def compare_tables(peer):
    """What compare.py prints, and whether all is equal. It is a process of its own for its memory."""
    command = [sys.executable, HERE / "compare.py", WORK / "output", peer.results]
    done = subprocess.run(command, cwd=WORK, stdout=subprocess.PIPE, text=True)
    print(done.stdout, flush=True)
    return done.stdout, done.returncode == 0


def start_up(binary, peer, source):
    """Milliseconds that apportion takes to list the shipped project, and apportion and dbt to compile and plan it."""
    listed = Contestant("apportion: list", [binary, "list"], [])
    ours = Contestant("apportion: compile", [binary, "compile", "--source", str(source)], [])
    runs = in_turns([listed, ours], STARTS, WORK) | in_turns([peer.compile()], 3, WORK)
    return [medians(of_one).seconds * 1000 for of_one in runs.values()]


def grown(args):
    figures = {}
    for size in args.sizes:
        job = whole_job(args.binary, report(args.binary, args.accounts, size))
        figures[size] = medians(in_turns([job], args.turns, WORK)[job.name])
    print(growth_table(figures))
    return 0


def compared(args):
    source = report(args.binary, args.accounts, args.rows)
    peer = Peer(args.binary, source, WORK / "peer")
    runs = in_turns([whole_job(args.binary, source), peer.job(), *floors(peer.work / "source.sql")], args.turns, WORK)
    tables, are_equal = compare_tables(peer)
    figures = page.figures_table(runs)
    print(figures)
    if not are_equal:
        print("\nthe result tables of apportion and dbt differ, as said above", file=sys.stderr)
        return 1
    list_ms, apportion_ms, dbt_ms = start_up(args.binary, peer, source)
    print(f"\nstart-up: apportion list {list_ms:.0f} ms, compile {apportion_ms:.0f} ms, dbt compile {dbt_ms:.0f} ms")
    files = list(source.rglob("*.parquet"))
    page.write(
        args.page,
        apportion=subprocess.check_output([args.binary, "--version"], text=True).strip(),
        accounts=args.accounts,
        rows=args.rows,
        files="1 file" if len(files) == 1 else f"{len(files)} files",
        source_mb=sum(file.stat().st_size for file in files) / 1e6,
        turns=args.turns,
        figures=figures,
        tables=tables.rstrip(),
        starts=STARTS,
        list_ms=list_ms,
        apportion_ms=apportion_ms,
        dbt_ms=dbt_ms,
    )
    print(f"written to {args.page}")
    return 0


def main():
    args = arguments()
    WORK.mkdir(parents=True, exist_ok=True)
    return grown(args) if args.sizes else compared(args)


if __name__ == "__main__":
    sys.exit(main())
