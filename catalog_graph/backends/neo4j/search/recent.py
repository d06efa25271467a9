"""The hours in which the newest artifacts were created, for searches of the full-text index.

A page shows the newest of what may be hundreds of thousands of hits. Restricted to the last hours, Lucene collects
hundreds.
"""

from __future__ import annotations

import time
from concurrent.futures import Executor

from catalog_graph.backends.neo4j.store.bolt import Bolt
from catalog_graph.backends.neo4j.store.records import hour_term

FRESH, OLD = 10.0, 600.0
"""Seconds after which an answer is renewed, and after which it is too old to use."""


class Recent:
    """The hours in which the newest artifacts were created, as of some seconds ago.

    An old answer is still correct: everything of those hours and later is newer than everything before. Finding the
    hours takes longer than a search, so `executor` does it in the background.
    """

    def __init__(self, bolt: Bolt, executor: Executor) -> None:
        self._bolt = bolt
        self._executor = executor
        self._known: dict[int, tuple[float, str | None]] = {}

    def since(self, rows: int) -> str | None:
        """Return the term of the first hour that holds some of the newest `rows` artifacts, or None.

        None: it is not known yet, or hours do not separate them from the rest, because the catalog has less than twice
        as many artifacts, or that hour alone has as many.
        """
        at, term = self._known.get(rows, (-OLD, None))
        age = time.monotonic() - at
        if age > FRESH:
            self._known[rows] = time.monotonic(), term if age < OLD else None
            self._executor.submit(self._renew, rows)
        return self._known[rows][1]

    def _renew(self, rows: int) -> None:
        [row] = self._bolt.read("search/since", rows=rows)
        hours = [hour_term(seq) for seq in row["seqs"]]
        self._known[rows] = time.monotonic(), hours[0] if len(set(hours)) == 2 else None
