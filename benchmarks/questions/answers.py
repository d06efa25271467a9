"""What follows from lineage: what a change reaches, ways, how two ancestries differ, whether a policy holds."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks.bench import Bench, World
from benchmarks.contenders.ours import Ours
from benchmarks.history import PER_RUN
from benchmarks.measure import Ask, measurement
from benchmarks.targets import within
from catalog_graph.answers.facts import Counts
from catalog_graph.answers.impact import Impact
from catalog_graph.answers.paths import Paths
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.lineage import Traversal

COUNT = """
MATCH (root:Artifact {artifact_id: $id})<-[:DERIVED_FROM*1..]-(n)
RETURN count(DISTINCT n)
"""
"""The closure, counted and nothing else."""
SHORTEST = """
MATCH (source:Artifact {artifact_id: $source}), (target:Artifact {artifact_id: $target})
MATCH way = SHORTEST 1 (target)-[:DERIVED_FROM]->+(source)
RETURN length(way)
"""
"""The shortest way, and nothing else."""
LARGEST = "The first data set, for no other artifact reaches more of the history."
PATHS = 10
POLICY = {
    "policy": "models in production",
    "rules": [
        {"rule": "registered"},
        {"rule": "not_deleted"},
        {"rule": "hashed"},
        {"rule": "types", "required": ["Dataset", "Features", "Model"]},
        {"rule": "fresh", "of": "sources", "created_after": "2023-12-31"},
        {"rule": "forbid", "query": "license:restricted OR contains_pii:true"},
        {"rule": "require", "query": "type:Dataset stage:production", "at_least": 10},
        {"rule": "forbid", "name": "no model of a development", "query": "type:Model stage:development"},
    ],
}
"""Rules about the whole ancestry; all hold but the last."""
CONE = "service, one whole cone"


@measurement(
    "impact_counts",
    "The impact of a change: its counts by type, pipeline and depth",
    rounds=15,
    targets=[within("service", 3, "bolt, the closure counted")],
    note=(
        f"{LARGEST} With a page of one artifact; nothing is looked for in production. “Counts alone”: the query that "
        "counts."
    ),
)
def impact_counts(bench: Bench) -> dict[str, Ask]:
    """Compared by how many artifacts are reached; the counts are, by the next measurement."""
    world, first = bench.world(), _first(bench.world())
    return {
        **_both(bench, lambda ours: partial(ours.backend.impact, first, limit=1, production=""), compare=_total),
        "bolt, counts alone": Ask(world.bolt.bare(partial(_counts, first)), compare=None),
        "bolt, the closure counted": Ask(lambda: world.bolt.query(COUNT, id=first)[0][0]),
    }


@measurement(
    "impact",
    "The impact of a change: the counts, the nearest 1,000, and why 100 in production are reached",
    rounds=9,
    targets=[within("service", 4, "bolt, the closure counted")],
    note=LARGEST,
)
def impact(bench: Bench) -> dict[str, Ask]:
    """The first page, as it is answered if nothing else is said."""
    world, first = bench.world(), _first(bench.world())
    return {
        **_both(bench, lambda ours: partial(ours.backend.impact, first)),
        "bolt, the closure counted": Ask(lambda: world.bolt.query(COUNT, id=first), compare=None),
    }


@measurement(
    "shortest",
    "The shortest way from the first data set to the last artifact",
    rounds=9,
    targets=[within("service", 2, "bolt")],
    note="Without the number of all ways. Bare Bolt: a query for the shortest alone.",
)
def shortest(bench: Bench) -> dict[str, Ask]:
    """Compared by its length: there may be others of the same."""
    world, ends = bench.world(), (_first(bench.world()), bench.world().root_id)
    source, target = ends
    return {
        **_both(bench, lambda ours: partial(ours.backend.paths, *ends, count=False), compare=_length),
        "bolt": Ask(lambda: world.bolt.query(SHORTEST, source=source, target=target)[0][0]),
    }


@measurement(
    "paths",
    f"The {PATHS} shortest ways from the first data set to the last artifact, and how many there are",
    rounds=5,
)
def paths(bench: Bench) -> dict[str, Ask]:
    """Compared way by way."""
    ends = _first(bench.world()), bench.world().root_id
    return _both(bench, lambda ours: partial(ours.backend.paths, *ends, limit=PATHS))


@measurement(
    "diff",
    "The difference between the ancestries of the last artifact and of the run before",
    rounds=5,
    targets=[within("service", 3, CONE)],
    note="Against the whole upstream cone of the last artifact alone.",
)
def diff(bench: Bench) -> dict[str, Ask]:
    """Each some 70 % of the history."""
    world, root = bench.world(), bench.world().root_id
    before = world.history.id_of(world.history.root - PER_RUN)
    return {
        **_both(bench, lambda ours: partial(ours.backend.diff, root, before)),
        CONE: Ask(lambda: world.service.cone(root), compare=None),
    }


@measurement(
    "gate",
    f"The promotion gate: a policy of {len(POLICY['rules'])} rules about the whole ancestry of the last artifact",
    rounds=5,
    targets=[within("service", 3, CONE)],
    note="Its offending artifacts are answered with the way to each. Against the whole upstream cone alone.",
)
def gate(bench: Bench) -> dict[str, Ask]:
    """One rule does not hold."""
    world, root = bench.world(), bench.world().root_id
    return {
        **_both(bench, lambda ours: partial(ours.backend.check_promotion, root, POLICY)),
        CONE: Ask(lambda: world.service.cone(root), compare=None),
    }


def _both(bench: Bench, call: Callable[[Ours], Callable[[], Any]], **more: Any) -> dict[str, Ask]:
    world = bench.world()
    return {name: Ask(call(ours), **more) for name, ours in (("local", world.local), ("service", world.service))}


def _first(world: World) -> str:
    return world.history.id_of(0)


def _counts(artifact_id: str, backend: CatalogBackend) -> Counts:
    """The part of an impact that is counted in one query of its own."""
    return backend.count(artifact_id, Traversal("downstream"), ())


def _total(answer: Impact) -> int:
    return answer.total


def _length(answer: Paths) -> int:
    return len(answer.paths[0]) - 1
