"""Writing: batches, and single registrations from many clients at once."""

from __future__ import annotations

from benchmarks.bench import BATCH, SIZES, Bench, World
from benchmarks.contenders.bolt import Sent
from benchmarks.contenders.clients import Clients
from benchmarks.contenders.flowyml import flowyml_entries
from benchmarks.contenders.ours import our_entries
from benchmarks.measure import Ask, measurement
from benchmarks.targets import faster, within

EVERYWHERE = frozenset({"quick", "bench", "million"})
FLOWYML_AT_ONCE = 200
"""Registrations of FlowyML in one round."""
CLIENTS = 32
EACH = 50
"""Registrations of each client in one round."""


def _flowyml(world: World) -> Ask:
    return Ask(
        world.flowyml.register, lambda: flowyml_entries(world.more("flowyml", FLOWYML_AT_ONCE)), compare=None, rounds=3
    )


def _bare(world: World, groups: int, each: int) -> Ask:
    """What the service's database is sent for so many groups, sent by the driver alone."""

    def prepare() -> list[Sent]:
        return world.bolt.registering(our_entries(world.more("service", each)) for _ in range(groups))

    def send(transactions: list[Sent]) -> int:
        world.bolt.send(transactions)
        return groups * each

    return Ask(send, prepare, compare=None)


def _batches(world: World, contender: str) -> Ask:
    return Ask(getattr(world, contender).register_many, lambda: our_entries(world.more(contender, BATCH)), compare=None)


@measurement(
    "register_many",
    f"Registering in batches of {BATCH:,}, with edges and tags",
    rounds=5,
    unit="a second",
    stages=EVERYWHERE,
    changes=True,
    targets=[faster("service", 30, "flowyml"), within("service", 1.5, f"service@{SIZES['bench']}")],
    note="Artifacts a second, on top of the history. FlowyML takes one at a time. Bare Bolt: what the service sends to "
    "its database for a batch, made before the time begins, and sent by the driver alone.",
)
def register_many(bench: Bench) -> dict[str, Ask]:
    """In the run at a million, beside the catalog of 100,000."""
    world = bench.world()
    if bench.stage == "million":
        hundred = bench.world(SIZES["bench"])
        return {
            "flowyml": _flowyml(hundred),
            f"service@{SIZES['bench']}": _batches(hundred, "service"),
            "service": _batches(world, "service"),
            "bolt": _bare(world, 1, BATCH),
        }
    ours = {contender: _batches(world, contender) for contender in ("local", "service")}
    return {"flowyml": _flowyml(world), **ours, "bolt": _bare(world, 1, BATCH)}


@measurement(
    "register_32",
    f"Single registrations, {CLIENTS} clients at once",
    rounds=5,
    unit="a second",
    stages=frozenset({"quick", "bench"}),
    changes=True,
    targets=[faster("service", 3, "flowyml")],
    note=f"Each client registers {EACH} artifacts, one request each; what it sends is encoded before the time begins. "
    "FlowyML: one writer. Bare Bolt: what the service sends to its database for groups of 32, made before the time "
    "begins, and sent by the driver alone.",
)
def register_32(bench: Bench) -> dict[str, Ask]:
    """The connections are there, and what is sent is encoded, before the time begins."""
    world = bench.world()
    assert world.service
    clients = bench.keep(Clients(world.process.endpoint, CLIENTS))

    def bodies() -> list[list[bytes]]:
        clients.connect()
        return clients.bodies(our_entries(world.more("service", CLIENTS * EACH)))

    service = Ask(clients.register, bodies, compare=None)
    return {"flowyml": _flowyml(world), "service": service, "bolt": _bare(world, EACH, CLIENTS)}
