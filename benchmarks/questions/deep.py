"""Deep lineage: the whole cone, its nearest part, everything downstream, and one hop."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks.bench import SMALL, Bench, World
from benchmarks.measure import Trial, measurement
from benchmarks.questions import picks
from benchmarks.targets import faster, within
from catalog_graph.artifact import Neighbours
from catalog_graph.backends.composed import StoreBackend
from catalog_graph.lineage import Lineage

QUICK_AND_BENCH = frozenset({"quick", "bench"})
EVERYWHERE = frozenset({"quick", "bench", "million"})
PLAIN = "service, without the graph in memory"


@measurement(
    "cone",
    "The whole upstream cone, with depths and edges",
    rounds=5,
    stages=QUICK_AND_BENCH,
    targets=[
        faster("service", 60, "flowyml"),
        within("service", 2.5, "rustworkx"),
        within(PLAIN, 1.5, "bolt"),
        faster("local", 60, "flowyml"),
    ],
    note=(
        "FlowyML: a loop over `get`, its fastest way. Local: a `Lineage` of columns, asked for again. Service: a "
        "`Lineage` whose cards are still one text; over bare Bolt, they are one text each. “With objects” also builds "
        "a card for each artifact and a pair of ids for each edge. rustworkx: the graph is in memory already, so its "
        "time is about the lower bound."
    ),
)
def cone(bench: Bench) -> dict[str, Trial]:
    """Read the cone of the last artifact."""
    world, root = bench.world(), bench.world().root_id
    return {
        "flowyml": Trial(lambda: world.flowyml.cone(root), rounds=3),
        "local": Trial(lambda: world.local.cone(root)),
        "service": Trial(lambda: world.service.cone(root)),
        PLAIN: Trial(lambda: world.plain.cone(root)),
        "service, with objects": Trial(lambda: with_objects(world.service.cone(root))),
        "bolt": Trial(world.bolt.bare(lambda backend: backend.upstream(root, limit=None)), compare=None),
        "rustworkx": Trial(lambda: world.graph.cone(root)),
    }


@measurement(
    "nearest",
    "The nearest 1,000 of the upstream cone, with its total",
    rounds=21,
    stages=EVERYWHERE,
    targets=[within("service", 2, "bolt")],
)
def nearest(bench: Bench) -> dict[str, Trial]:
    """Read the nearest part of the last artifact's cone."""
    world, root = bench.world(), bench.world().root_id
    local = {"local": Trial(lambda: world.local.nearest(root))} if bench.has_local else {}
    return {
        **local,
        "service": Trial(lambda: world.service.nearest(root)),
        "bolt": Trial(world.bolt.bare(lambda backend: backend.upstream(root)), compare=None),
    }


@measurement(
    "downstream",
    "Everything downstream of the first data set, with depths and edges",
    rounds=5,
    stages=QUICK_AND_BENCH,
    targets=[within("service", 1.5, "bolt")],
    note="Without FlowyML, which finds children by scanning its table: its loop would need a scan for each artifact.",
)
def downstream(bench: Bench) -> dict[str, Trial]:
    """Read everything downstream of the oldest artifact."""
    world = bench.world()
    first = world.history.id_of(0)
    return {
        "local": Trial(lambda: world.local.backend.downstream(first, limit=None)),
        "service": Trial(lambda: world.service.backend.downstream(first, limit=None)),
        "bolt": Trial(world.bolt.bare(lambda backend: backend.downstream(first, limit=None)), compare=None),
    }


@measurement(
    "cone_whole",
    "The whole upstream cone, page by page",
    rounds=1,
    unit="s",
    stages=frozenset({"million"}),
    note="An answer holds at most 250,000 artifacts; the client follows the cursors.",
)
def cone_whole(bench: Bench) -> dict[str, Trial]:
    """Read the cone of the last artifact."""
    world, root = bench.world(), bench.world().root_id
    return {"service": Trial(lambda: world.service.cone(root)), "rustworkx": Trial(lambda: world.graph.cone(root))}


@measurement(
    "hop",
    "One hop: an artifact with its direct parents and children",
    rounds=60,
    stages=EVERYWHERE,
    targets=[
        within("service", 1.5, f"service@{SMALL}"),
        within("bolt", 1.5, f"bolt@{SMALL}"),
        within("service", 2.5, "bolt"),
    ],
    note="FlowyML's time grows with the catalog, since it scans the table for children.",
)
def hop(bench: Bench) -> dict[str, Trial]:
    """Read the neighbours of models, one after the other."""
    trials = {}
    for suffix, world in bench.worlds.items():
        ids = picks.ids(world.history)
        if not suffix:
            trials["flowyml"] = picks.in_turn(world.flowyml.hop, ids, rounds=15)
            if bench.has_local:
                trials["local"] = picks.in_turn(world.local.hop, ids)
        form = {} if not suffix else {"compare": None}
        trials[f"service{suffix}"] = picks.in_turn(world.service.hop, ids, **form)
        trials[f"bolt{suffix}"] = picks.in_turn(_bare_hops(world, ids), ids, compare=None)
    return trials


def _bare_hops(world: World, ids: list[str]) -> Callable[[str], list[list[Any]]]:
    """Return a function that repeats the queries of one hop, by the artifact's id."""
    replays = {artifact_id: world.bolt.bare(partial(_neighbours, artifact_id)) for artifact_id in ids}
    return lambda artifact_id: replays[artifact_id]()


def _neighbours(artifact_id: str, backend: StoreBackend) -> Neighbours | None:
    return backend.neighbours(artifact_id)


def with_objects(lineage: Lineage) -> Lineage:
    """Return `lineage` after building its cards and its pairs of ids."""
    assert lineage.nodes is not None
    assert lineage.edges is not None
    return lineage
