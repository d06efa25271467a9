"""One artifact: by id, by content, tagged."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

from benchmarks.bench import SMALL, Bench, World
from benchmarks.measure import Ask, measurement
from benchmarks.questions import picks
from benchmarks.targets import within

EVERYWHERE = frozenset({"quick", "bench", "million"})
ALIKE = [within("service", 1.5, f"service@{SMALL}")]
"""As quick in a large catalog as in a small one."""


def _asks(bench: Bench, picked: Callable[[World], list[Any]], call: str) -> dict[str, Ask]:
    asks = {}
    for suffix, world in bench.worlds.items():
        values = picked(world)
        if not suffix:
            asks["flowyml"] = picks.in_turn(getattr(world.flowyml, call), values)
            if bench.has_local:
                asks["local"] = picks.in_turn(getattr(world.local, call), values)
        form = {} if not suffix else {"compare": None}
        asks[f"service{suffix}"] = picks.in_turn(getattr(world.service, call), values, **form)
    return asks


@measurement("get", "An artifact by its id", rounds=100, stages=EVERYWHERE, targets=ALIKE)
def get(bench: Bench) -> dict[str, Ask]:
    """Models, one after the other."""
    return _asks(bench, lambda world: picks.ids(world.history), "get")


@measurement("by_hash", "An artifact by its content hash", rounds=100, stages=EVERYWHERE, targets=ALIKE)
def by_hash(bench: Bench) -> dict[str, Ask]:
    """Models, one after the other."""
    return _asks(bench, lambda world: picks.hashes(world.history), "by_hash")


@measurement(
    "tag",
    "Setting a tag",
    rounds=60,
    stages=EVERYWHERE,
    targets=ALIKE,
    changes=True,
    note="FlowyML reads, changes and writes, without a lock; ours is one transaction and keeps the search index too.",
)
def tag(bench: Bench) -> dict[str, Ask]:
    """Models, one after the other, each time with another value."""
    asks = {}
    for suffix, world in bench.worlds.items():
        ids = picks.ids(world.history)
        contenders: dict[str, Any] = {"service": world.service}
        if not suffix:
            contenders["flowyml"] = world.flowyml
            if bench.has_local:
                contenders["local"] = world.local
        for name, contender in contenders.items():
            asks[f"{name}{suffix}"] = picks.in_turn(_tagger(contender), ids, compare=_reads(contender))
    return asks


def _tagger(contender: Any) -> Callable[[str], str]:
    """What sets the tag `reviewed` to another value each time, and answers the id."""
    number = count()

    def tagged(artifact_id: str) -> str:
        contender.tag(artifact_id, {"reviewed": f"round-{next(number)}"})
        return artifact_id

    return tagged


def _reads(contender: Any) -> Callable[[str], Any]:
    return lambda artifact_id: contender.get(artifact_id)["tags"]["reviewed"]
