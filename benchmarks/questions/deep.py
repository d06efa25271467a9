"""Lineage at depth: the whole cone, its nearest part, the way down, one hop."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks.bench import SMALL, Bench, World
from benchmarks.measure import Ask, measurement
from benchmarks.questions import picks
from benchmarks.targets import faster, within
from catalog_graph.artifact import Neighbours
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.lineage import Lineage

QUICK_AND_BENCH = frozenset({"quick", "bench"})
EVERYWHERE = frozenset({"quick", "bench", "million"})


@measurement(
    "cone",
    "The whole upstream cone, with depths and edges",
    rounds=5,
    stages=QUICK_AND_BENCH,
    targets=[faster("service", 10, "flowyml"), within("service", 1.5, "bolt"), faster("local", 30, "flowyml")],
    note=(
        "FlowyML: a loop over `get`, which is its quickest way. Local: a `Lineage` of columns. Service: a `Lineage` "
        "whose cards are one text still, as over bare Bolt they are one each; “with objects” takes it apart into a "
        "card for each artifact and a pair of ids for each edge. rustworkx: the graph is in "
        "memory already, about the least that a cone can take."
    ),
)
def cone(bench: Bench) -> dict[str, Ask]:
    """The last artifact's."""
    world, root = bench.world(), bench.world().root_id
    return {
        "flowyml": Ask(lambda: world.flowyml.cone(root), rounds=3),
        "local": Ask(lambda: world.local.cone(root)),
        "service": Ask(lambda: world.service.cone(root)),
        "service, with objects": Ask(lambda: with_objects(world.service.cone(root))),
        "bolt": Ask(world.bolt.bare(lambda backend: backend.upstream(root, limit=None)), compare=None),
        "rustworkx": Ask(lambda: world.graph.cone(root)),
    }


@measurement(
    "nearest",
    "The nearest 1,000 of the upstream cone, with its total",
    rounds=21,
    stages=EVERYWHERE,
    targets=[within("service", 2, "bolt")],
)
def nearest(bench: Bench) -> dict[str, Ask]:
    """Of the last artifact."""
    world, root = bench.world(), bench.world().root_id
    local = {"local": Ask(lambda: world.local.nearest(root))} if bench.has_local else {}
    return {
        **local,
        "service": Ask(lambda: world.service.nearest(root)),
        "bolt": Ask(world.bolt.bare(lambda backend: backend.upstream(root)), compare=None),
    }


@measurement(
    "downstream",
    "Everything downstream of the first data set, with depths and edges",
    rounds=5,
    stages=QUICK_AND_BENCH,
    targets=[within("service", 1.5, "bolt")],
    note="FlowyML finds children by scanning its table: its loop would take one scan for each artifact found.",
)
def downstream(bench: Bench) -> dict[str, Ask]:
    """Of the oldest artifact."""
    world = bench.world()
    first = world.history.id_of(0)
    return {
        "local": Ask(lambda: world.local.backend.downstream(first, limit=None)),
        "service": Ask(lambda: world.service.backend.downstream(first, limit=None)),
        "bolt": Ask(world.bolt.bare(lambda backend: backend.downstream(first, limit=None)), compare=None),
    }


@measurement(
    "cone_whole",
    "The whole upstream cone, page after page",
    rounds=1,
    unit="s",
    stages=frozenset({"million"}),
    note="Of so many artifacts one answer holds 250,000; the client follows the cursors.",
)
def cone_whole(bench: Bench) -> dict[str, Ask]:
    """Of the last artifact."""
    world, root = bench.world(), bench.world().root_id
    return {"service": Ask(lambda: world.service.cone(root)), "rustworkx": Ask(lambda: world.graph.cone(root))}


@measurement(
    "hop",
    "One hop: an artifact with its direct parents and children",
    rounds=60,
    stages=EVERYWHERE,
    targets=[within("service", 1.5, f"service@{SMALL}"), within("bolt", 1.5, f"bolt@{SMALL}")],
    note="FlowyML's grows with the catalog: it scans the table for children.",
)
def hop(bench: Bench) -> dict[str, Ask]:
    """Models, one after the other."""
    asks = {}
    for suffix, world in bench.worlds.items():
        ids = picks.ids(world.history)
        if not suffix:
            asks["flowyml"] = picks.in_turn(world.flowyml.hop, ids, rounds=15)
            if bench.has_local:
                asks["local"] = picks.in_turn(world.local.hop, ids)
        form = {} if not suffix else {"compare": None}
        asks[f"service{suffix}"] = picks.in_turn(world.service.hop, ids, **form)
        asks[f"bolt{suffix}"] = picks.in_turn(_bare_hops(world, ids), ids, compare=None)
    return asks


def _bare_hops(world: World, ids: list[str]) -> Callable[[str], list[list[Any]]]:
    """By id, what sends the queries of its one hop again."""
    replays = {artifact_id: world.bolt.bare(partial(_neighbours, artifact_id)) for artifact_id in ids}
    return lambda artifact_id: replays[artifact_id]()


def _neighbours(artifact_id: str, backend: CatalogBackend) -> Neighbours | None:
    return backend.neighbours(artifact_id)


def with_objects(lineage: Lineage) -> Lineage:
    """`lineage` with its cards and its pairs of ids made."""
    assert lineage.nodes is not None
    assert lineage.edges is not None
    return lineage
