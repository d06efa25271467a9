"""Events of the shapes that clients send, and runs of them at random."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

Event = dict[str, Any]
NAMESPACE = "postgres://warehouse:5432"
START = datetime(2026, 3, 1, tzinfo=UTC)


def at(seconds: float) -> str:
    """Return an instant, as text."""
    return (START + timedelta(seconds=seconds)).isoformat()


def dataset(name: str, namespace: str = NAMESPACE, **facets: Any) -> dict[str, Any]:
    """Return an input or an output."""
    return (
        {"namespace": namespace, "name": name, "facets": facets} if facets else {"namespace": namespace, "name": name}
    )


def event(
    kind: str,
    run: str,
    seconds: float,
    inputs: Sequence[Any] = (),
    outputs: Sequence[Any] = (),
    job: str = "job",
    run_facets: Event | None = None,
    job_facets: Event | None = None,
) -> Event:
    """Return a run event; a dataset is a name, or what `dataset` returns."""
    return {
        "eventType": kind,
        "eventTime": at(seconds),
        "run": {"runId": run, "facets": run_facets or {}},
        "job": {"namespace": "jobs", "name": job, "facets": job_facets or {}},
        "inputs": [dataset(i) if isinstance(i, str) else i for i in inputs],
        "outputs": [dataset(o) if isinstance(o, str) else o for o in outputs],
        "producer": "https://example.com/tests",
    }


def run_events(
    run: str, start: float, end: float, inputs: Sequence[Any], outputs: Sequence[Any], **more: Any
) -> list[Event]:
    """Return the events of a run that completes: the outputs come with the last one."""
    return [event("START", run, start, inputs, **more), event("COMPLETE", run, end, [], outputs, **more)]


def random_events(count: int, seed: int) -> list[Event]:
    """Return about `count` events of runs that overlap, in random order, some of them twice.

    Runs read and write a few tables, also the same ones; some fail, some never end, some end at the same instant.
    """
    choose = random.Random(seed)
    tables = [f"t{n}" for n in range(max(4, count // 60))]
    events: list[Event] = []
    while len(events) < count:
        run, start = f"run-{len(events)}", choose.randrange(count)
        times = sorted(start + choose.randrange(12) for _ in range(3))
        inputs = [_random_dataset(choose, tables, "inputs") for _ in range(choose.choice([0, 1, 1, 2, 3]))]
        outputs = [_random_dataset(choose, tables, "outputs") for _ in range(choose.choice([0, 1, 1, 1, 2]))]
        end = choose.choice(["COMPLETE"] * 6 + ["FAIL", "ABORT", "RUNNING"])
        events.append(event("START", run, times[0], choose.sample(inputs, choose.randint(0, len(inputs)))))
        if choose.random() < 0.4:
            events.append(
                event("RUNNING", run, times[1], inputs, choose.sample(outputs, choose.randint(0, len(outputs))))
            )
        events.append(event(end, run, times[2], inputs, outputs))
        if choose.random() < 0.05:
            events.append(event(choose.choice(["COMPLETE", "FAIL"]), run, times[2] + choose.randrange(20)))
    events += choose.sample(events, len(events) // 20)
    choose.shuffle(events)
    return events


def _random_dataset(choose: random.Random, tables: list[str], role: str) -> Event:
    name, kind = choose.choice(tables), choose.random()
    facets: dict[str, Any] = {}
    if kind < 0.12:
        facets["version"] = {"datasetVersion": str(choose.randrange(4))}
    elif kind < 0.15:
        facets["symlinks"] = (
            {"identifiers": [dataset(choose.choice(tables), type="TABLE")]} if choose.random() < 0.1 else {}
        )
    if role == "outputs":
        others = [dataset(choose.choice(tables)) for _ in range(choose.randrange(3))]
        rule = choose.random()
        if rule < 0.2:
            facets["lineage"] = {"inputs": [{**each, "type": "DATASET"} for each in others]}
        elif rule < 0.5 and others:
            facets["columnLineage"] = {"fields": {"c": {"inputFields": [{**each, "field": "f"} for each in others]}}}
        elif rule < 0.55:
            facets["lifecycleStateChange"] = {"lifecycleStateChange": "DROP"}
    return dataset(name, **facets)
