"""`kill -9` of Neo4j, of the service and of both, under 32 writers."""

from __future__ import annotations

import random
import statistics
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from tests.reliability.scenario import Figures, Ground, is_starved, say, scenario
from tests.reliability.service import Service
from tests.reliability.writers import Crowd, check_all_is_kept, crowd

WRITERS = 32
KILLS, WRITES = 100, 20_000
SHORT_KILLS, SHORT_WRITES = 3, 90
MOST_SECONDS = 5.0
"""Maximum from Neo4j's own first answer over Bolt to the first answer of the service."""
CHOICES = ("Neo4j, twice", "service", "both", "Neo4j")
"""The kinds of kills, in turn; a short run comes to the first three."""


@scenario(
    "`kill -9` of Neo4j, the service, both, and Neo4j while it comes up, under 32 writers",
    "No write that was acknowledged is lost, doubled or half there; clients see 503 with Retry-After and cut "
    f"connections alone; the service answers within {MOST_SECONDS:.0f} s after Neo4j itself answers over Bolt",
)
def kills(ground: Ground) -> Figures:
    count, writes = (SHORT_KILLS, SHORT_WRITES) if ground.short else (KILLS, WRITES)
    chance, done, waits, outages = random.Random(1), Counter[str](), [], []
    with Service(data=ground.folder / "data") as service, ThreadPoolExecutor(1) as observer:
        writers = crowd(service.wire, WRITERS)
        with writers.writing():
            while (done.total() < count or writers.acknowledged < writes) and not ground.is_over:
                _wait_for_writes(writers, round(chance.uniform(0.3, 1.7) * writes / count))
                kind = CHOICES[done.total() % len(CHOICES)]
                began = time.time()
                _kill(service, kind)
                recovered = observer.submit(service.wait_until_neo4j_answers)
                served = service.wait_until_it_serves()
                outages.append(served - began)
                waits.append(max(0.0, served - recovered.result()))
                done[kind] += 1
                say(
                    f"    {done.total()}: {kind}, {outages[-1]:.1f} s, {waits[-1]:.1f} of them after Neo4j answered; "
                    f"{writers.acknowledged:,} writes"
                )
                writers.check()
        compared = check_all_is_kept(service.wire, writers.writers)
    # A few kills on whatever machine CI has prove no time.
    assert ground.short or max(waits) < MOST_SECONDS or is_starved(), sorted(waits)[-5:]
    kinds = ", ".join(f"{each} {done[each]}" for each in CHOICES)
    seen = writers.failures
    return {
        "kills": f"{done.total()} ({kinds})",
        "acknowledged writes": writers.acknowledged,
        "compared afterwards": ", ".join(f"{number:,} {name}" for name, number in compared.items()),
        "lost, doubled or half": 0,
        "answers of 503, each with Retry-After": seen["503"],
        "cut connections": seen["cut"],
        "seconds from Neo4j's own answer to the service's": _spread(waits),
        "seconds without an answer": _spread(outages),
    }


def _spread(seconds: list[float]) -> str:
    return f"median {statistics.median(seconds):.1f}, at most {max(seconds):.1f}"


def _wait_for_writes(writers: Crowd, more: int) -> None:
    """Wait until so many more are acknowledged, so that each kill meets writers at work."""
    wanted = writers.acknowledged + more
    while writers.acknowledged < wanted:
        writers.check()
        time.sleep(0.01)


def _kill(service: Service, kind: str) -> None:
    if kind != "service":
        killed = service.neo4j.pid
        service.kill_neo4j()
        if kind == "Neo4j, twice":
            _wait_for_another(service, killed)
            service.kill_neo4j()
    if kind in ("service", "both"):
        service.kill()
        service.start()


def _wait_for_another(service: Service, killed: int) -> None:
    """Wait until the service has started Neo4j again, which needs some seconds more to come up."""
    deadline = time.monotonic() + 30
    while service.neo4j_pid == killed:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    time.sleep(0.5)
