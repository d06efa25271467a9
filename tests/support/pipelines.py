"""Short ways to run FlowyML pipelines in a test, and to write down the lineage that they are to have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from flowyml import Pipeline
from flowyml.core.step import Step

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.integrations import flowyml as lineage


def a_step(function: Callable[..., Any], **options: Any) -> Step:
    """Return a step as `@step` makes it, but outside the registry that all tests would share."""
    return Step(function, **options)


def run(
    name: str, *steps: Any, flows: tuple[Any, ...] = (), inputs: Any = None, run_id: str = "", **options: Any
) -> Any:
    """Run a pipeline of these steps, and wait until the catalog has its lineage."""
    pipeline = Pipeline(name, **options)
    pipeline.add_steps(list(steps))
    for flow in flows:
        pipeline.add_control_flow(flow)
    return run_again(pipeline, inputs, run_id)


def run_again(pipeline: Pipeline, inputs: Any = None, run_id: str = "") -> Any:
    """Run it, and wait until the catalog has its lineage."""
    result = pipeline.run(inputs=inputs, auto_start_ui=False, **({"run_id": run_id} if run_id else {}))
    assert lineage.flush()
    return result


def registered(backend: CatalogBackend) -> list[CatalogEntry]:
    """All artifacts, oldest first."""
    return backend.list_artifacts(limit=10_000)[::-1]


def labels(backend: CatalogBackend) -> dict[str, str]:
    """`name:version` by id; two of the same label would hide an edge, so there must be none."""
    found = {entry.artifact_id: f"{entry.name}:{entry.version}" for entry in registered(backend)}
    assert max(Counter(found.values()).values(), default=0) <= 1, found
    return found


def edges(backend: CatalogBackend) -> set[str]:
    """Every edge as `child:version <- parent:version`, and every artifact without parents as `child:version`."""
    known = labels(backend)
    found = set()
    for entry in registered(backend):
        neighbours = backend.neighbours(entry.artifact_id)
        assert neighbours is not None
        parents = [
            known.get(parent.artifact_id, f"{parent.state} {parent.artifact_id}") for parent in neighbours.parents
        ]
        found |= {f"{known[entry.artifact_id]} <- {parent}" for parent in parents} or {known[entry.artifact_id]}
    return found


def only(backend: CatalogBackend, name: str, version: str = "1") -> CatalogEntry:
    """Return the one artifact of a name and version."""
    [entry] = [e for e in registered(backend) if (e.name, e.version) == (name, version)]
    return entry
