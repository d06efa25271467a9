"""Many writers at once: threads of several backends, as replicas of the service have them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from threading import Barrier, Thread
from typing import TypeVar

from catalog_graph.backends.neo4j import Neo4jCatalogBackend
from tests.support.neo4j import Neo4jSettings

A = TypeVar("A")


@contextmanager
def replicas(settings: Neo4jSettings, count: int) -> Iterator[list[Neo4jCatalogBackend]]:
    """Backends that know nothing of one another."""
    with ExitStack() as stack:
        s = settings
        yield [
            stack.enter_context(Neo4jCatalogBackend(s.uri, s.username, s.password, s.database)) for _ in range(count)
        ]


def at_once(jobs: Sequence[Callable[[], A]]) -> list[A | Exception]:
    """Run each job in a thread, all starting together, and return its result or exception."""
    answers: list[A | Exception] = [AssertionError("did not run")] * len(jobs)
    start = Barrier(len(jobs))

    def run(number: int) -> None:
        start.wait()
        try:
            answers[number] = jobs[number]()
        except Exception as error:
            answers[number] = error

    threads = [Thread(target=run, args=(number,)) for number in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
