"""Events of OpenLineage, beside registering as many artifacts in batches."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from benchmarks.bench import BATCH, Bench, World
from benchmarks.measure import Trial, measurement
from benchmarks.questions.writes import batches
from benchmarks.targets import within

START = datetime(2026, 1, 1, tzinfo=UTC)
TABLES = 500
_runs = count()
"""Numbers of runs, which never come twice."""


def _events() -> list[dict[str, Any]]:
    """Return the events of `BATCH / 2` runs, START and COMPLETE, each of which reads two tables and writes one."""
    events = []
    for _ in range(BATCH // 2):
        number = next(_runs)
        for kind, seconds in (("START", 0.0), ("COMPLETE", 0.5)):
            events.append(
                {
                    "eventType": kind,
                    "eventTime": (START + timedelta(seconds=number + seconds)).isoformat(),
                    "run": {"runId": f"0190c0de-0000-7000-8000-{number:012}"},
                    "job": {"namespace": "bench", "name": f"job-{number % 50}"},
                    "inputs": [_table(number - 1), _table(number - 7)],
                    "outputs": [_table(number)],
                }
            )
    return events


def _table(number: int) -> dict[str, Any]:
    fields = [{"name": f"c{n}", "type": "int"} for n in range(5)]
    return {
        "namespace": "postgres://warehouse:5432",
        "name": f"t{number % TABLES}",
        "facets": {"schema": {"fields": fields}},
    }


def _trial(world: World, contender: str) -> Trial:
    ours = getattr(world, contender)

    def take(events: list[dict[str, Any]]) -> int:
        report = ours.backend.take_events(events)
        assert report.taken == len(events)
        return len(events)

    return Trial(take, _events, compare=None)


@measurement(
    "events",
    f"Events of OpenLineage in batches of {BATCH:,}",
    rounds=5,
    unit="a second",
    stages=frozenset({"quick", "bench"}),
    changes=True,
    targets=[within(f"{store} events", 2, f"{store} artifacts") for store in ("local", "service")],
    note="Events a second, two for each run; each run reads two of 500 tables and writes one. Beside them, artifacts a "
    "second that are registered in batches of the same size.",
)
def events(bench: Bench) -> dict[str, Trial]:
    """Take events on both stores, and register as many artifacts."""
    world = bench.world()
    return {
        name: trial
        for contender in ("local", "service")
        for name, trial in (
            (f"{contender} events", _trial(world, contender)),
            (f"{contender} artifacts", batches(world, contender)),
        )
    }
