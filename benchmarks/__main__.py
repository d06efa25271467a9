"""`python -m benchmarks`: run the measurements of a stage, store them as JSON, and write the page.

quick     10,000 artifacts, every question once: compares the answers, stores no figures
bench     100,000 artifacts
million   1,000,000 artifacts
two_million   the same questions at 2,000,000
render    no run: write the page again, from the stored figures
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import measure, tables
from benchmarks.bench import SIZES, Bench
from benchmarks.report import write_page
from benchmarks.results import Run, TableResult, commit, machine, today, versions

RESULTS = Path("benchmarks/results")
PAGE = Path("docs/benchmarks.md")


def main() -> int:
    """Run the stage and return 0; `WrongAnswer` ends the program if two contenders disagree."""
    import benchmarks.questions  # noqa: F401 - registers the measurements and tables

    options = _options()
    if options.stage == "render":
        write_page(RESULTS, PAGE)
        return 0
    # SIGTERM raises SystemExit, so that the services and databases of the run are stopped too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="catalog-graph-bench-", ignore_cleanup_errors=True) as folder:
        run = _run(options, Path(folder))
    if options.stage != "quick" and (options.store or not options.only):
        stored = RESULTS / f"{options.stage}.json"
        (Run.load(stored).with_later(run) if options.only else run).save(stored)
        write_page(RESULTS, PAGE)
    return 0


def _run(options: argparse.Namespace, folder: Path) -> Run:
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
        selected = [m for m in measure.REGISTERED.values() if _is_selected(m, options)]
        for measurement in [m for m in selected if not m.changes]:
            _measure(measurement, bench, run)
        selected_tables = [t for t in tables.REGISTERED.values() if _is_selected(t, options)]
        for table in [t for t in selected_tables if not t.last]:
            _tabulate(table, bench, run)
        for measurement in [m for m in selected if m.changes]:
            _measure(measurement, bench, run)
        bench.check_all_complete()
        run.versions = versions(bench.neo4j_version)
        run.remarks = bench.remarks
        for table in [t for t in selected_tables if t.last]:
            _tabulate(table, bench, run)
    run.seconds = round(time.monotonic() - started)
    _say(f"{len(run.results)} measurements, all answers equal, in {run.seconds} s")
    return run


def _measure(measurement: measure.Measurement, bench: Bench, run: Run) -> None:
    started = time.monotonic()
    result = measure.run(measurement, bench)
    run.results.append(result)
    _say(f"{measurement.name}: {result.answer or measurement.title} ({time.monotonic() - started:.0f} s)")
    if bench.is_timed:
        for label, series in result.series.items():
            _say(f"    {label:28} {series.median:12,.2f} {result.unit}  ({series.low:,.2f} to {series.high:,.2f})")
        for verdict in result.verdicts:
            mark = "met" if verdict["met"] else "MISSED"
            _say(f"    {mark}: {verdict['subject']} {verdict['asked']}: {verdict['reached']}")


def _tabulate(table: tables.Table, bench: Bench, run: Run) -> None:
    rows = table.rows(bench)
    run.tables.append(TableResult(table.name, table.title, table.header, rows, table.note))
    _say(f"{table.name}: {table.title}")
    if bench.is_timed:
        for row in rows:
            _say("    " + "  ".join(str(cell) for cell in row))


def _is_selected(item: measure.Measurement | tables.Table, options: argparse.Namespace) -> bool:
    stage = "million" if options.stage == "two_million" else options.stage
    return item.name in options.only if options.only else stage in item.stages


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure the catalog and compare it with other systems."
    )
    parser.add_argument("stage", choices=[*SIZES, "render"])
    parser.add_argument("--only", nargs="+", metavar="NAME", default=[], help="run only these, and store no figures")
    parser.add_argument("--store", action="store_true", help="put the figures of --only into the stored run")
    parser.add_argument(
        "--mlmd-python", type=Path, default=Path(".make/mlmd/bin/python"), help="Python interpreter with ML Metadata"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
