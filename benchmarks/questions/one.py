"""Single artifacts: by id, by content hash, and setting a tag."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import count, cycle
from typing import Any

from benchmarks.bench import SMALL, Bench, World
from benchmarks.contenders.bolt import Queries
from benchmarks.measure import Trial, measurement
from benchmarks.questions import picks
from benchmarks.targets import within
from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.composed import StoreBackend
from catalog_graph.backends.remote.backend import PREFIX
from catalog_graph.backends.remote.http import HttpService

EVERYWHERE = frozenset({"quick", "bench", "million"})
SIZE_INDEPENDENT = [within("service", 1.5, f"service@{SMALL}")]
"""Target: about as fast in a large catalog as in a small one."""


def _trials(bench: Bench, pick: Callable[[World], list[Any]], call: str) -> dict[str, Trial]:
    trials = {}
    for suffix, world in bench.worlds.items():
        values = pick(world)
        if not suffix:
            trials["flowyml"] = picks.in_turn(getattr(world.flowyml, call), values)
            if bench.has_local:
                trials["local"] = picks.in_turn(getattr(world.local, call), values)
        form = {} if not suffix else {"compare": None}
        trials[f"service{suffix}"] = picks.in_turn(getattr(world.service, call), values, **form)
    return trials


@measurement(
    "get",
    "An artifact by its id",
    rounds=100,
    stages=EVERYWHERE,
    targets=[*SIZE_INDEPENDENT, within("service", 2.5, "bolt")],
    note="The health check goes the same way through client and service, and asks no store: the time of HTTP alone.",
)
def get(bench: Bench) -> dict[str, Trial]:
    """Get models, one after the other."""
    ids = picks.ids(bench.world().history)
    bolt = bench.world().bolt
    replays = {artifact_id: bolt.bare(partial(_entry, artifact_id)) for artifact_id in ids}
    bare = picks.in_turn(lambda artifact_id: replays[artifact_id](), ids, compare=None)
    http = HttpService(bench.world().process.endpoint, None)
    address = f"{http.endpoint.removesuffix(PREFIX)}/healthz"
    health = Trial(lambda: http.ask("GET", address), compare=None)
    trials = _trials(bench, lambda world: picks.ids(world.history), "get")
    return {**trials, "service, health check": health, "bolt": bare}


def _entry(artifact_id: str, backend: StoreBackend) -> CatalogEntry | None:
    return backend.get(artifact_id)


@measurement("by_hash", "An artifact by its content hash", rounds=100, stages=EVERYWHERE, targets=SIZE_INDEPENDENT)
def by_hash(bench: Bench) -> dict[str, Trial]:
    """Find models, one after the other."""
    return _trials(bench, lambda world: picks.hashes(world.history), "by_hash")


@measurement(
    "tag",
    "Setting a tag",
    rounds=60,
    stages=EVERYWHERE,
    targets=[*SIZE_INDEPENDENT, within("service", 2.5, "bolt")],
    changes=True,
    note="Bare Bolt: the queries that the service runs, prepared in advance. FlowyML reads, changes and writes without "
    "a lock; ours uses one transaction and updates the search index.",
)
def tag(bench: Bench) -> dict[str, Trial]:
    """Tag models, one after the other, each time with another value."""
    trials = {}
    for suffix, world in bench.worlds.items():
        ids = picks.ids(world.history)
        contenders: dict[str, Any] = {"service": world.service}
        if not suffix:
            contenders["flowyml"] = world.flowyml
            if bench.has_local:
                contenders["local"] = world.local
        for name, contender in contenders.items():
            trials[f"{name}{suffix}"] = picks.in_turn(_tagger(contender), ids, compare=_tag_reader(contender))
    return {**trials, "bolt": _bare_tag(bench.world())}


def _bare_tag(world: World) -> Trial:
    """Return a trial of the bare driver: the service's queries for setting a tag."""
    ids, number = cycle(picks.ids(world.history)), count()
    bolt = world.bolt

    def prepare() -> list[Queries]:
        return bolt.tag_queries(next(ids), {"reviewed by Bolt": f"round-{next(number)}"})

    return Trial(bolt.send, prepare, compare=None)


def _tagger(contender: Any) -> Callable[[str], str]:
    """Return a function that sets the tag `reviewed` to another value each time, and returns the id."""
    number = count()

    def tag_next(artifact_id: str) -> str:
        contender.tag(artifact_id, {"reviewed": f"round-{next(number)}"})
        return artifact_id

    return tag_next


def _tag_reader(contender: Any) -> Callable[[str], Any]:
    return lambda artifact_id: contender.get(artifact_id)["tags"]["reviewed"]
