"""`kill -9` of Neo4j, of the service and of both, under 32 writers."""

from __future__ import annotations

import random
import re
import statistics
import time
from collections import Counter
from datetime import datetime

from tests.reliability.scenario import Figures, Ground, is_starved, say, scenario
from tests.reliability.service import Service
from tests.reliability.writers import Crowd, check_all_is_kept, crowd

WRITERS = 32
KILLS, WRITES = 100, 20_000
SHORT_KILLS, SHORT_WRITES = 4, 500
MOST_SECONDS = 5.0
"""Maximum from Neo4j's own start to the first answer."""
CHOICES = ("Neo4j", "service", "both", "Neo4j, twice")


@scenario(
    "`kill -9` of Neo4j, the service, both, and Neo4j while it comes up, under 32 writers",
    "No write that was acknowledged is lost, doubled or half there; clients see 503 with Retry-After and cut "
    f"connections alone; the service answers within {MOST_SECONDS:.0f} s after Neo4j has recovered",
)
def kills(ground: Ground) -> Figures:
    count, writes = (SHORT_KILLS, SHORT_WRITES) if ground.short else (KILLS, WRITES)
    chance, done, waits, outages = random.Random(1), Counter[str](), [], []
    with Service(data=ground.folder / "data") as service:
        writers = crowd(service.wire, WRITERS)
        with writers.writing():
            while (done.total() < count or writers.acknowledged < writes) and not ground.is_over:
                _wait_for_writes(writers, round(chance.uniform(0.3, 1.7) * writes / count))
                kind = CHOICES[done.total() % len(CHOICES)]
                began = time.time()
                _kill(service, kind)
                served = service.wait_until_it_serves()
                outages.append(served - began)
                waits.append(served - max(_started(service), began))
                done[kind] += 1
                say(
                    f"    {done.total()}: {kind}, {outages[-1]:.1f} s, {waits[-1]:.1f} of them after Neo4j's start; "
                    f"{writers.acknowledged:,} writes"
                )
                writers.check()
        compared = check_all_is_kept(service.wire, writers.writers)
    assert max(waits) < MOST_SECONDS or is_starved(), sorted(waits)[-5:]
    kinds = ", ".join(f"{each} {done[each]}" for each in CHOICES)
    seen = writers.failures
    return {
        "kills": f"{done.total()} ({kinds})",
        "acknowledged writes": writers.acknowledged,
        "compared afterwards": ", ".join(f"{number:,} {name}" for name, number in compared.items()),
        "lost, doubled or half": 0,
        "answers of 503, each with Retry-After": seen["503"],
        "cut connections": seen["cut"],
        "seconds from Neo4j's start to an answer": f"median {statistics.median(waits):.1f}, at most {max(waits):.1f}",
        "seconds without an answer": f"median {statistics.median(outages):.1f}, at most {max(outages):.1f}",
    }


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


def _started(service: Service) -> float:
    """Return when Neo4j was last ready, by its own log, in seconds of the epoch."""
    assert service.data
    text = (service.data / "logs" / "neo4j.log").read_text(encoding="utf-8", errors="replace")
    last = re.findall(r"^(\S+ \S+?) INFO +Started\.$", text, re.MULTILINE)[-1]
    return datetime.strptime(last, "%Y-%m-%d %H:%M:%S.%f%z").timestamp()
