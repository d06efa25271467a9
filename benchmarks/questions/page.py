"""The page: a picture beside its data alone, lineages of any size, and search as it is typed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks.bench import Bench
from benchmarks.history import PER_RUN, REPORT, History
from benchmarks.measure import Trial, measurement
from benchmarks.targets import within
from catalog_graph.backends.composed import StoreBackend
from catalog_graph.query.selection import Selection

PAGE = 30
"""Hits that the page shows at first."""
COMPLETIONS = 12
"""Hits that the page completes names from."""
SMALL_CONE = 60
MANY = frozenset({"bench"})


def small_cone(history: History) -> str:
    """Return the id of the first report that was made from at least 60 artifacts."""
    for position in range(REPORT, history.size, PER_RUN):
        cone, left = {position}, [position]
        while left:
            parents = [parent for parent in history.parents_of(left.pop()) if parent not in cone]
            cone.update(parents)
            left += parents
        if len(cone) > SMALL_CONE:
            return history.id_of(position)
    raise ValueError(f"a history of {history.size} artifacts has no report made from {SMALL_CONE} others")


def _data(backend: StoreBackend, artifact_id: str, hops: int, boxes: int) -> int:
    """Read what a picture shows, and lay nothing out; return the number of artifacts."""
    above = backend.lineage(artifact_id, "upstream", depth=hops, limit=boxes)
    below = backend.lineage(artifact_id, "downstream", depth=hops, limit=boxes)
    ids = [card.artifact_id for card in (above.root, *above.nodes, *below.nodes)][:boxes]
    backend.get_many(ids)
    backend.surroundings(ids, None)
    return len(ids)


def _pictures(bench: Bench, artifact_id: str, hops: int, boxes: int) -> dict[str, Trial]:
    backend = bench.world().bolt.backend

    def drawn() -> int:
        return len(backend.picture(artifact_id, up=hops, down=hops, boxes=boxes).boxes)

    return {
        "picture": Trial(drawn, compare=lambda count: count),
        "data alone": Trial(partial(_data, backend, artifact_id, hops, boxes), compare=lambda count: count),
    }


@measurement(
    "picture_60",
    "The picture of 60 artifacts, laid out",
    rounds=20,
    stages=MANY,
    targets=[within("picture", 3, "data alone")],
)
def picture_60(bench: Bench) -> dict[str, Trial]:
    """Draw the nearest 60 artifacts around the last one."""
    return _pictures(bench, bench.world().root_id, 4, 60)


@measurement(
    "picture_300",
    "The picture of 300 artifacts, the most there are",
    rounds=10,
    stages=MANY,
    targets=[within("picture", 10, "data alone")],
)
def picture_300(bench: Bench) -> dict[str, Trial]:
    """Draw the nearest 300 artifacts around the last one."""
    return _pictures(bench, bench.world().root_id, 20, 300)


@measurement(
    "opening",
    "Opening a lineage in the page: of 70 % of the catalog, and of 60 artifacts",
    rounds=20,
    stages=MANY,
    targets=[within("70 %", 3, "60 artifacts")],
)
def opening(bench: Bench) -> dict[str, Trial]:
    """Draw what the page shows first of the largest and of a small lineage."""
    world = bench.world()
    backend = world.bolt.backend
    return {
        label: Trial(partial(backend.picture, artifact_id), compare=None)
        for label, artifact_id in (("70 %", world.root_id), ("60 artifacts", small_cone(world.history)))
    }


@measurement(
    "typed",
    "Search as it is typed, with completion, beside the search alone",
    rounds=30,
    stages=MANY,
    targets=[within("as typed", 2, "search")],
)
def typed(bench: Bench) -> dict[str, Trial]:
    """Search as the page does before it counts: the first hits, and names that complete the last word."""
    find: Callable[..., Any] = bench.world().service.backend.find
    selection = Selection(text="model stage:production")

    def as_typed() -> Any:
        page = find(selection, limit=PAGE)
        find(Selection(text="model"), limit=COMPLETIONS)
        return page

    return {
        "as typed": Trial(as_typed, compare=_ids),
        "search": Trial(partial(find, selection, limit=PAGE), compare=_ids),
    }


def _ids(page: Any) -> list[str]:
    return [entry.artifact_id for entry in page.items]
