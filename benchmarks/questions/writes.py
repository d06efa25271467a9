"""Writing: batches, and single registrations from concurrent clients."""

from __future__ import annotations

from typing import Any

from benchmarks.bench import BATCH, SIZES, Bench, World
from benchmarks.contenders.bolt import Queries
from benchmarks.contenders.clients import Clients
from benchmarks.contenders.flowyml import flowyml_entries
from benchmarks.contenders.ours import our_entries
from benchmarks.measure import Trial, measurement
from benchmarks.targets import faster, within

EVERYWHERE = frozenset({"quick", "bench", "million"})
FLOWYML_REGISTRATIONS = 200
"""Registrations of FlowyML in one round."""
CLIENTS = 32
REGISTRATIONS = 50
"""Registrations of each client in one round."""


def _flowyml(world: World) -> Trial:
    def prepare() -> list[Any]:
        return flowyml_entries(world.next_entries("flowyml", FLOWYML_REGISTRATIONS))

    return Trial(world.flowyml.register, prepare, compare=None, rounds=3)


def _bare(world: World, groups: int, size: int) -> Trial:
    """Return a trial of the bare driver: the service's queries for `groups` groups of `size` artifacts."""

    def prepare() -> list[Queries]:
        return world.bolt.registration_queries(our_entries(world.next_entries("service", size)) for _ in range(groups))

    def send(transactions: list[Queries]) -> int:
        world.bolt.send(transactions)
        return groups * size

    return Trial(send, prepare, compare=None)


def batches(world: World, contender: str) -> Trial:
    """Return a trial of registering in batches."""
    register = getattr(world, contender).register_many
    return Trial(register, lambda: our_entries(world.next_entries(contender, BATCH)), compare=None)


@measurement(
    "register_many",
    f"Registering in batches of {BATCH:,}, with edges and tags",
    rounds=5,
    unit="a second",
    stages=EVERYWHERE,
    changes=True,
    targets=[faster("service", 30, "flowyml"), within("service", 1.5, f"service@{SIZES['bench']}")],
    note="Artifacts a second, added to the history. FlowyML registers one at a time. Bare Bolt: the queries that the "
    "service runs for a batch, prepared in advance and run by the driver alone.",
)
def register_many(bench: Bench) -> dict[str, Trial]:
    """Compare with the catalog of 100,000 artifacts in the run at a million."""
    world = bench.world()
    if bench.stage == "million":
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
    "register_32",
    f"Single registrations by {CLIENTS} concurrent clients",
    rounds=5,
    unit="a second",
    stages=frozenset({"quick", "bench"}),
    changes=True,
    targets=[faster("service", 3, "flowyml")],
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
