"""`python -m benchmarks`: runs the measurements of a stage, keeps them as JSON, and writes the page.

quick     10,000 artifacts, every question once: holds the answers equal, keeps no figures
bench     100,000 artifacts
million   1,000,000 artifacts
render    no run: the page anew, from what was kept
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import measure, tables
from benchmarks.bench import Bench
from benchmarks.report import write_page
from benchmarks.results import Found, Run, commit, machine, today, versions

KEPT = Path("benchmarks/results")
PAGE = Path("docs/benchmarks.md")


def main() -> int:
    """0, or 1 where an answer was wrong."""
    options = _options()
    if options.stage == "render":
        write_page(KEPT, PAGE)
        return 0
    # What is started is stopped too when the run is told to end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="catalog-graph-bench-", ignore_cleanup_errors=True) as folder:
        run = _run(options, Path(folder))
    if options.stage != "quick" and not options.only:
        run.save(KEPT / f"{options.stage}.json")
        write_page(KEPT, PAGE)
    return 0


def _run(options: argparse.Namespace, folder: Path) -> Run:
    import benchmarks.questions  # noqa: F401

    started = time.monotonic()
    with Bench(options.stage, folder, options.mlmd_python) as bench:
        run = Run(
            stage=bench.stage,
            size=bench.size,
            edges=sum(1 for _ in bench.world().history.edges()),
            date=today(),
            commit=commit(),
            seconds=0,
            machine=machine(),
            versions={},
        )
        chosen = [m for m in measure.REGISTERED.values() if _is_chosen(m, options)]
        for measured in [m for m in chosen if not m.changes]:
            _measure(measured, bench, run)
        found = [t for t in tables.REGISTERED.values() if _is_chosen(t, options)]
        for table in [t for t in found if not t.last]:
            _tabulate(table, bench, run)
        for measured in [m for m in chosen if m.changes]:
            _measure(measured, bench, run)
        bench.hold_all_complete()
        run.versions = versions(bench.neo4j_version)
        run.remarks = bench.remarks
        for table in [t for t in found if t.last]:
            _tabulate(table, bench, run)
    run.seconds = round(time.monotonic() - started)
    _say(f"{len(run.results)} measurements, all answers equal, in {run.seconds} s")
    return run


def _measure(measured: measure.Measurement, bench: Bench, run: Run) -> None:
    started = time.monotonic()
    result = measure.run(measured, bench)
    run.results.append(result)
    _say(f"{measured.name}: {result.answer or measured.title} ({time.monotonic() - started:.0f} s)")
    if bench.times_count:
        for label, series in result.series.items():
            _say(f"    {label:28} {series.median:12,.2f} {result.unit}  ({series.low:,.2f} to {series.high:,.2f})")
        for verdict in result.verdicts:
            mark = "met" if verdict["met"] else "MISSED"
            _say(f"    {mark}: {verdict['subject']} {verdict['asked']}: {verdict['reached']}")


def _tabulate(found: tables.Table, bench: Bench, run: Run) -> None:
    rows = found.rows(bench)
    run.tables.append(Found(found.name, found.title, found.header, rows, found.note))
    _say(f"{found.name}: {found.title}")
    if bench.times_count:
        for row in rows:
            _say("    " + "  ".join(str(cell) for cell in row))


def _is_chosen(named: measure.Measurement | tables.Table, options: argparse.Namespace) -> bool:
    return named.name in options.only if options.only else options.stage in named.stages


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measures, checks and compares.")
    parser.add_argument("stage", choices=["quick", "bench", "million", "render"])
    parser.add_argument("--only", nargs="+", metavar="NAME", default=[], help="these measurements alone; keeps nothing")
    parser.add_argument(
        "--mlmd-python", type=Path, default=Path(".make/mlmd/bin/python"), help="an interpreter that has ML Metadata"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
