"""Overload: cheap reads while others ask for the largest answers."""

from __future__ import annotations

import multiprocessing
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from urllib.parse import quote, urlsplit

from benchmarks.bench import Bench
from benchmarks.measure import Timed, Trial, measurement
from benchmarks.targets import within

CONES = 10
"""Clients that ask for the whole cone, again and again."""
READERS = 4
SECONDS = 10.0
PAUSE = 0.02
"""Seconds between two reads of one client."""
PATIENCE = 600.0


@measurement(
    "loaded_reads",
    f"Cheap reads, the slowest of a hundred: alone, and beside {CONES} clients that ask for the whole cone",
    rounds=1,
    stages=frozenset({"bench"}),
    targets=[within("service, beside cones", 3, "service, alone")],
    note=f"{READERS} clients read an artifact, its neighbours, a search and a list in turn, with pauses of "
    f"{PAUSE * 1000:g} ms, for {SECONDS:g} s. The cones are read by another process, on the same machine.",
)
def loaded_reads(bench: Bench) -> dict[str, Trial]:
    """Return the 99th percentile of the reads' times."""
    world = bench.world()
    assert world.service
    address, root = world.process.endpoint, quote(world.root_id)
    paths = [f"/artifacts/{root}", f"/artifacts/{root}/lineage", "/artifacts/search?q=stage:production", "/artifacts"]

    def alone() -> Timed:
        return _slowest(address, paths)

    def loaded() -> Timed:
        with _cones(address, f"/artifacts/{root}/upstream?limit=all&form=columns"):
            return _slowest(address, paths)

    return {
        "service, alone": Trial(alone, compare=None),
        "service, beside cones": Trial(loaded, compare=None),
    }


def _slowest(address: str, paths: list[str]) -> Timed:
    """Return the 99th percentile of the seconds of reads."""
    with ThreadPoolExecutor(READERS) as readers:
        times = [each for some in readers.map(_read, [address] * READERS, [paths] * READERS) for each in some]
    return Timed(None, statistics.quantiles(times, n=100)[98])


def _read(address: str, paths: list[str]) -> list[float]:
    connection, times = HTTPConnection(urlsplit(address).netloc, timeout=PATIENCE), []
    end = time.monotonic() + SECONDS
    for path in _again(paths):
        if time.monotonic() > end:
            break
        start = time.perf_counter()
        _get(connection, address, path)
        times.append(time.perf_counter() - start)
        time.sleep(PAUSE)
    connection.close()
    return times


def _again(paths: list[str]) -> Iterator[str]:
    while True:
        yield from paths


@contextmanager
def _cones(address: str, path: str) -> Iterator[None]:
    """Read the cone by many clients meanwhile."""
    process = multiprocessing.get_context("spawn").Process(target=_ask_for_cones, args=(address, path), daemon=True)
    process.start()
    try:
        time.sleep(2)
        yield
    finally:
        process.terminate()
        process.join()


def _ask_for_cones(address: str, path: str) -> None:
    with ThreadPoolExecutor(CONES) as clients:
        list(clients.map(_ask_for_one_cone, [address] * CONES, [path] * CONES))


def _ask_for_one_cone(address: str, path: str) -> None:
    connection = HTTPConnection(urlsplit(address).netloc, timeout=PATIENCE)
    while True:
        _get(connection, address, path)


def _get(connection: HTTPConnection, address: str, path: str) -> None:
    connection.request("GET", urlsplit(address).path + path)
    response = connection.getresponse()
    response.read()
    if response.status != 200:
        raise AssertionError(f"the service answered {response.status}")
