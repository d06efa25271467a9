"""Answers from lineage: impact, paths, the difference of two ancestries, and the promotion check."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks.bench import Bench, World
from benchmarks.contenders.ours import Ours
from benchmarks.history import PER_RUN
from benchmarks.measure import Trial, measurement
from benchmarks.questions.deep import PLAIN
from benchmarks.targets import within
from catalog_graph.answers.facts import Counts
from catalog_graph.answers.impact import Impact
from catalog_graph.answers.paths import Paths
from catalog_graph.backends.composed import StoreBackend
from catalog_graph.lineage import Traversal

COUNT = """
MATCH (root:Artifact {artifact_id: $id})<-[:DERIVED_FROM*1..]-(n)
RETURN count(DISTINCT n)
"""
"""Cypher that only counts the closure."""
SHORTEST = """
MATCH (source:Artifact {artifact_id: $source}), (target:Artifact {artifact_id: $target})
MATCH path = SHORTEST 1 (target)-[:DERIVED_FROM]->+(source)
RETURN length(path)
"""
"""Cypher that only finds the length of the shortest path."""
LARGEST = "Of the first data set: no other artifact has more of the history downstream."
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
"""Rules about the whole ancestry; all but the last hold."""
CONE = "service, one whole cone"
GET = "service, `get`"
NOTHING_SOUGHT = "service, nothing sought in production"


@measurement(
    "impact_counts",
    "The impact of a change: its counts by type, pipeline and depth",
    rounds=15,
    targets=[within("service", 2, GET), within(PLAIN, 3, "bolt, the closure counted")],
    note=(
        f"{LARGEST} With a page of one artifact, and without a search for artifacts in production. “Counts alone”: the "
        "query that counts."
    ),
)
def impact_counts(bench: Bench) -> dict[str, Trial]:
    """Compare the total number of artifacts; the next measurement compares the counts."""
    world, first = bench.world(), _first(bench.world())
    return {
        **_both(bench, lambda ours: partial(ours.backend.impact, first, limit=1, production=""), compare=_total),
        GET: Trial(lambda: world.service.get(first), compare=None),
        "bolt, counts alone": Trial(world.bolt.bare(partial(_counts, first)), compare=None),
        "bolt, the closure counted": Trial(lambda: world.bolt.query(COUNT, id=first)[0][0]),
    }


@measurement(
    "impact",
    "The impact of a change: counts, the nearest 1,000, and paths to 100 artifacts in production",
    rounds=9,
    targets=[
        within(NOTHING_SOUGHT, 5, GET),
        within("service", 0.6, PLAIN),
        within(PLAIN, 4, "bolt, the closure counted"),
    ],
    note=LARGEST,
)
def impact(bench: Bench) -> dict[str, Trial]:
    """Measure the default answer: its first page."""
    world, first = bench.world(), _first(bench.world())
    return {
        **_both(bench, lambda ours: partial(ours.backend.impact, first)),
        NOTHING_SOUGHT: Trial(partial(world.service.backend.impact, first, production=""), compare=None),
        GET: Trial(lambda: world.service.get(first), compare=None),
        "bolt, the closure counted": Trial(lambda: world.bolt.query(COUNT, id=first), compare=None),
    }


@measurement(
    "shortest",
    "The shortest path from the first data set to the last artifact",
    rounds=9,
    targets=[within("service", 2, "bolt")],
    note="Without the number of all paths. Bare Bolt: a query for the shortest path alone.",
)
def shortest(bench: Bench) -> dict[str, Trial]:
    """Compare the lengths, since there may be several shortest paths."""
    world, ends = bench.world(), (_first(bench.world()), bench.world().root_id)
    source, target = ends
    return {
        **_both(bench, lambda ours: partial(ours.backend.paths, *ends, count=False), compare=_length),
        "bolt": Trial(lambda: world.bolt.query(SHORTEST, source=source, target=target)[0][0]),
    }


@measurement(
    "paths",
    f"The {PATHS} shortest paths from the first data set to the last artifact, and the number of all",
    rounds=5,
)
def paths(bench: Bench) -> dict[str, Trial]:
    """Compare path by path."""
    ends = _first(bench.world()), bench.world().root_id
    return _both(bench, lambda ours: partial(ours.backend.paths, *ends, limit=PATHS))


@measurement(
    "diff",
    "The difference between the ancestries of the last artifact and of the one a run earlier",
    rounds=5,
    targets=[within("service", 2, CONE)],
    note="For comparison, the whole upstream cone of the last artifact.",
)
def diff(bench: Bench) -> dict[str, Trial]:
    """Compare two ancestries, each about 70 % of the history."""
    world, root = bench.world(), bench.world().root_id
    before = world.history.id_of(world.history.root - PER_RUN)
    return {
        **_both(bench, lambda ours: partial(ours.backend.diff, root, before)),
        CONE: Trial(lambda: world.service.cone(root), compare=None),
    }


@measurement(
    "gate",
    f"The promotion check: a policy of {len(POLICY['rules'])} rules about the whole ancestry of the last artifact",
    rounds=5,
    targets=[within("service", 0.6, PLAIN)],
    note="The report has the path to each listed offender. For comparison, the whole upstream cone.",
)
def gate(bench: Bench) -> dict[str, Trial]:
    """Check a policy of which one rule does not hold."""
    world, root = bench.world(), bench.world().root_id
    return {
        **_both(bench, lambda ours: partial(ours.backend.check_promotion, root, POLICY)),
        CONE: Trial(lambda: world.service.cone(root), compare=None),
    }


@measurement(
    "stale",
    "What the last artifact was made from that has a newer version, and what to make again",
    rounds=9,
    targets=[within("service", 2, "bolt, the whole cone")],
    note="Outdated inputs with paths, the nearest 1,000 listed. Bare Bolt: the query of the whole upstream cone.",
)
def stale(bench: Bench) -> dict[str, Trial]:
    """Compare the outdated inputs and the order of what to make again."""
    world, root = bench.world(), bench.world().root_id
    return {
        **_both(bench, lambda ours: partial(ours.backend.stale, root)),
        "bolt, the whole cone": Trial(
            world.bolt.bare(lambda backend: backend.upstream(root, limit=None)), compare=None
        ),
    }


def _both(bench: Bench, call: Callable[[Ours], Callable[[], Any]], **options: Any) -> dict[str, Trial]:
    world = bench.world()
    ours = {"local": world.local, "service": world.service, PLAIN: world.plain}
    return {name: Trial(call(contender), **options) for name, contender in ours.items()}


def _first(world: World) -> str:
    return world.history.id_of(0)


def _counts(artifact_id: str, backend: StoreBackend) -> Counts:
    """Run the one query that computes the counts of an impact."""
    return backend.count(artifact_id, Traversal("downstream"), ())


def _total(answer: Impact) -> int:
    return answer.total


def _length(answer: Paths) -> int:
    return len(answer.paths[0]) - 1
