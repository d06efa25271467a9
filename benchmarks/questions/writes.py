"""Writing: batches, and single registrations from concurrent clients."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks.bench import BATCH, SIZES, Bench, World
from benchmarks.contenders.bolt import Queries
from benchmarks.contenders.clients import Clients
from benchmarks.contenders.flowyml import flowyml_entries
from benchmarks.contenders.ours import our_entries
from benchmarks.measure import Timed, Trial, measurement
from benchmarks.targets import below, faster, within
from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.backends.local.store import change_record
from catalog_graph.checks import MAX_BATCH

EVERYWHERE = frozenset({"quick", "bench", "million"})
UNRECORDED = "bolt, without the change record"
UNRECORDED_LOCAL = "local, without the change record"
FLOWYML_REGISTRATIONS = 200
"""Registrations of FlowyML in one round."""
CLIENTS = 32
REGISTRATIONS = 50
"""Registrations of each client in one round."""


def _flowyml(world: World) -> Trial:
    def prepare() -> list[Any]:
        return flowyml_entries(world.next_entries("flowyml", FLOWYML_REGISTRATIONS))

    return Trial(world.flowyml.register, prepare, compare=None, rounds=3)


def _bare(world: World, groups: int, size: int, *, recorded: bool = True) -> Trial:
    """Return a trial of the bare driver: the service's queries for `groups` groups of `size` artifacts."""

    def prepare() -> list[Queries]:
        entries = (our_entries(world.next_entries("service", size)) for _ in range(groups))
        return world.bolt.registration_queries(entries, recorded=recorded)

    def send(transactions: list[Queries]) -> int:
        world.bolt.send(transactions)
        return groups * size

    return Trial(send, prepare, compare=None)


def batches(world: World, contender: str, size: int = BATCH) -> Trial:
    """Return a trial of registering in batches."""
    register = getattr(world, contender).register_many
    return Trial(register, lambda: our_entries(world.next_entries(contender, size)), compare=None)


def _unrecorded(world: World) -> Trial:
    """Return a trial of registering in batches in the local file, which stores no record of them."""

    def register(entries: list[CatalogEntry]) -> int:
        with patch.object(change_record, "keep", lambda _: None):
            return world.local.register_many(entries)

    return replace(batches(world, "local"), call=register)


@measurement(
    "register_many",
    f"Registering in batches of {BATCH:,}, with edges and tags",
    rounds=5,
    unit="a second",
    stages=EVERYWHERE,
    changes=True,
    targets=[
        faster("service", 5, "flowyml"),
        within("service", 1.43, "bolt"),
        within("service", 1.5, f"service@{SIZES['bench']}"),
    ],
    note="Artifacts a second, added to the history. FlowyML registers one at a time. Bare Bolt: the queries that the "
    "service runs for a batch, prepared in advance and run by the driver alone.",
)
def register_many(bench: Bench) -> dict[str, Trial]:
    """Compare with the catalog of 100,000 artifacts in the runs at millions."""
    world = bench.world()
    if bench.is_large:
        hundred = bench.world(SIZES["bench"])
        return {
            "flowyml": _flowyml(hundred),
            f"service@{SIZES['bench']}": batches(hundred, "service"),
            "service": batches(world, "service"),
            "bolt": _bare(world, 1, BATCH),
        }
    ours = {contender: batches(world, contender) for contender in ("local", "service")}
    return {"flowyml": _flowyml(world), **ours, "bolt": _bare(world, 1, BATCH)}


@measurement(
    "change_record",
    f"Registering in batches of {BATCH:,}, with the change record and without it",
    rounds=14,
    unit="a second",
    changes=True,
    targets=[within("bolt", 1.11, UNRECORDED)],
    note="Artifacts a second. Bare Bolt: the queries that the service runs for a batch, run by the driver alone.",
)
def without_record(bench: Bench) -> dict[str, Trial]:
    """Leave out the query that records what a batch changes."""
    world = bench.world()
    return {"bolt": _bare(world, 1, BATCH), UNRECORDED: _bare(world, 1, BATCH, recorded=False)}


@measurement(
    "change_record_local",
    f"Registering in batches of {BATCH:,} in a local file, with the change record and without it",
    rounds=14,
    unit="a second",
    changes=True,
    targets=[within("local", 1.11, UNRECORDED_LOCAL)],
    note="Artifacts a second.",
)
def local_without_record(bench: Bench) -> dict[str, Trial]:
    """Leave out the rows that record what a batch changes."""
    world = bench.world()
    return {"local": batches(world, "local"), UNRECORDED_LOCAL: _unrecorded(world)}


@measurement(
    "register_again",
    f"Registering {MAX_BATCH:,} artifacts that are known already, and tagging them",
    rounds=3,
    unit="a second",
    stages=frozenset({"quick", "bench"}),
    changes=True,
    targets=[within("service, known", 2, "service"), within("service, `tag_many`", 2, "service")],
    note="Artifacts a second, in one batch, beside a batch of as many new ones. Each of the known ones gets another "
    "value of one tag.",
)
def register_again(bench: Bench) -> dict[str, Trial]:
    """Register new artifacts, then change a tag of each in two ways."""
    world = bench.world()
    assert world.service
    known = our_entries(world.next_entries("service", MAX_BATCH))
    world.service.register_many(known)
    number = count()

    def changed() -> list[CatalogEntry]:
        tag = {"reviewed": f"round-{next(number)}"}
        return [CatalogEntry(**{**entry, "tags": {**entry.tags, **tag}}) for entry in known]

    def tag_many(entries: list[CatalogEntry]) -> int:
        return len(world.service.backend.tag_many({entry.artifact_id: entry.tags for entry in entries}))

    return {
        "service": batches(world, "service", MAX_BATCH),
        "service, known": Trial(world.service.register_many, changed, compare=None),
        "service, `tag_many`": Trial(tag_many, changed, compare=None),
    }


@measurement(
    "register_32",
    f"Single registrations by {CLIENTS} concurrent clients",
    rounds=5,
    unit="a second",
    stages=frozenset({"quick", "bench"}),
    changes=True,
    targets=[faster("service", 1.1, "flowyml")],
    note=f"Each client registers {REGISTRATIONS} artifacts, one request each; the requests are encoded in advance. "
    "FlowyML: one writer. Bare Bolt: the queries that the service runs for groups of 32, prepared in advance and run "
    "by the driver alone.",
)
def register_32(bench: Bench) -> dict[str, Trial]:
    """Open the connections and encode the requests before the timed part."""
    world = bench.world()
    assert world.service
    clients = bench.keep(Clients(world.process.endpoint, CLIENTS))

    def bodies() -> list[list[bytes]]:
        clients.connect()
        return clients.bodies(our_entries(world.next_entries("service", CLIENTS * REGISTRATIONS)))

    service = Trial(clients.register, bodies, compare=None)
    return {"flowyml": _flowyml(world), "service": service, "bolt": _bare(world, REGISTRATIONS, CLIENTS)}


_REGISTER_MEANWHILE = """
import select, sys, time
from catalog_graph import ArtifactCatalog
catalog = ArtifactCatalog(db_path=sys.argv[1])
catalog.register('meanwhile', 'Dataset')
print('ready', flush=True)
longest = 0.0
while not select.select([sys.stdin], [], [], 0.02)[0]:
    started = time.perf_counter()
    catalog.register('meanwhile', 'Dataset')
    longest = max(longest, time.perf_counter() - started)
print(longest)
"""


class _Registering:
    """A process that registers one artifact after the other in a local file."""

    def __init__(self, path: Path) -> None:
        arguments = [sys.executable, "-c", _REGISTER_MEANWHILE, str(path)]
        self._process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        self._process.stdout.readline()

    def longest(self) -> float:
        """End the process, and return the seconds of its slowest registration."""
        return float(self._process.communicate("end\n")[0])


@measurement(
    "tag_many_wait",
    f"The slowest single registration of another process while {MAX_BATCH:,} artifacts are tagged together",
    rounds=5,
    unit="s",
    changes=True,
    targets=[below("local", 1)],
    note="The local file is locked while the tags are stored, all or none; they are computed before that.",
)
def tag_many_wait(bench: Bench) -> dict[str, Trial]:
    """Give every tenth artifact a new value of a tag."""
    world = bench.world()
    ids = [world.history.id_of(position) for position in range(0, world.history.size, world.history.size // MAX_BATCH)]
    backend = world.local.backend
    assert isinstance(backend, LocalCatalogBackend)

    def tag(registering: _Registering) -> Timed:
        backend.tag_many({artifact_id: {"reviewed": time.time()} for artifact_id in ids[:MAX_BATCH]})
        return Timed(None, registering.longest())

    return {"local": Trial(tag, lambda: _Registering(backend.db_path), compare=None)}
