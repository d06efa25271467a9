"""Writing: batches, and single registrations from many clients at once."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

from benchmarks.bench import BATCH, SIZES, Bench, World
from benchmarks.contenders.flowyml import flowyml_entries
from benchmarks.contenders.ours import PATIENCE, our_entries
from benchmarks.measure import Ask, measurement
from benchmarks.targets import faster, within
from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.remote import RemoteCatalogBackend

EVERYWHERE = frozenset({"quick", "bench", "million"})
FLOWYML_AT_ONCE = 200
"""Registrations of FlowyML in one round."""
CLIENTS = 32
EACH = 50
"""Registrations of each client in one round."""
PROCESSES = 2
"""Processes that the clients are threads of: one interpreter alone could not keep the service busy."""


def _flowyml(world: World) -> Ask:
    return Ask(
        world.flowyml.register, lambda: flowyml_entries(world.more("flowyml", FLOWYML_AT_ONCE)), compare=None, rounds=3
    )


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
    note="Artifacts a second, on top of the history. FlowyML takes one at a time.",
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
        }
    return {"flowyml": _flowyml(world), "local": _batches(world, "local"), "service": _batches(world, "service")}


@measurement(
    "register_32",
    f"Single registrations, {CLIENTS} clients at once",
    rounds=5,
    unit="a second",
    stages=frozenset({"quick", "bench"}),
    changes=True,
    targets=[faster("service", 3, "flowyml")],
    note=f"Each client registers {EACH} artifacts, one request each. FlowyML: one writer.",
)
def register_32(bench: Bench) -> dict[str, Ask]:
    """The clients' processes and connections are there before the time begins."""
    world = bench.world()
    assert world.service
    pool = bench.keep(ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")))
    endpoint = world.process.endpoint

    def parts() -> list[list[list[CatalogEntry]]]:
        """For each process, for each of its clients, what it registers."""
        entries = our_entries(world.more("service", CLIENTS * EACH))
        clients = [entries[start::CLIENTS] for start in range(CLIENTS)]
        list(pool.map(_warm, [endpoint] * PROCESSES))
        return [clients[start::PROCESSES] for start in range(PROCESSES)]

    def register(parts: Sequence[list[list[CatalogEntry]]]) -> int:
        return sum(pool.map(_register_together, [endpoint] * PROCESSES, parts))

    return {"flowyml": _flowyml(world), "service": Ask(register, parts, compare=None)}


_CLIENTS: dict[str, list[RemoteCatalogBackend]] = {}


def _clients(endpoint: str) -> list[RemoteCatalogBackend]:
    """In a process of the pool: its share of the clients, each with connections of its own."""
    if endpoint not in _CLIENTS:
        _CLIENTS[endpoint] = [RemoteCatalogBackend(endpoint, timeout=PATIENCE) for _ in range(CLIENTS // PROCESSES)]
    return _CLIENTS[endpoint]


def _warm(endpoint: str) -> None:
    for client in _clients(endpoint):
        client.check()


def _register_together(endpoint: str, parts: list[list[CatalogEntry]]) -> int:
    with ThreadPoolExecutor(len(parts)) as threads:
        return sum(threads.map(_register_each, _clients(endpoint), parts))


def _register_each(client: RemoteCatalogBackend, entries: list[CatalogEntry]) -> int:
    return len([client.register(entry) for entry in entries])
