"""`python -m tests.reliability`: try what may go wrong, and write docs/reliability.md.

chaos    processes that are killed, connections that are cut, a clock that is set back
fuzz     requests that are generated, from the OpenAPI document and from bytes
render   no run: write the page again, from the stored figures
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import tempfile
import time
from pathlib import Path

import tests.reliability.chaos
import tests.reliability.fuzz  # noqa: F401 - registers the scenarios
from benchmarks.results import commit, machine, today
from tests.reliability.report import Outcome, Run, write_page
from tests.reliability.scenario import REGISTERED, Forbidden, Ground, Scenario, Unavailable, say


def main() -> int:
    """Run the scenarios of a form, then store and render their figures; `AssertionError`: a promise is broken."""
    options = _options()
    if options.form != "render":
        chosen = [each for each in REGISTERED.values() if each.form == options.form]
        chosen = [each for each in chosen if not options.only or each.name in options.only]
        for each in chosen:
            outcome = _run(each, options)
            if not options.short:
                Run(machine(), [outcome]).save(options.form)
    if options.form == "render" or not options.short:
        write_page()
    return 0


def _run(scenario: Scenario, options: argparse.Namespace) -> Outcome:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix=f"catalog-graph-{scenario.name}-", ignore_cleanup_errors=True) as folder:
        try:
            figures = scenario.run(Ground(Path(folder), options.short, began + 60 * options.minutes))
        except Unavailable as reason:
            if "CI" in os.environ and not isinstance(reason, Forbidden):
                raise
            figures = {"not tried": str(reason)}
    seconds = time.monotonic() - began
    say(f"{scenario.name}: {scenario.title} ({seconds:.0f} s)")
    for name, value in figures.items():
        say(f"    {name:45} {value:,}" if isinstance(value, int) else f"    {name:45} {value}")
    return Outcome(scenario.name, round(seconds), today(), commit(), figures)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.reliability", description="Try what may go wrong.")
    parser.add_argument("form", choices=["chaos", "fuzz", "render"])
    parser.add_argument("--short", action="store_true", help="run the form of CI, and store no figures")
    parser.add_argument("--minutes", type=float, default=math.inf, help="end a scenario after so many minutes")
    parser.add_argument("--only", nargs="+", metavar="NAME", default=[], help="run only these")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
