"""The newest artifacts as the full-text index tells them: by a term for the hour of creation.

Of hundreds of thousands of hits, a page shows the newest. Asked for what the last hours made, Lucene collects hundreds.
"""

from __future__ import annotations

import time
from concurrent.futures import Executor

from catalog_graph.backends.neo4j.store.bolt import Bolt
from catalog_graph.backends.neo4j.store.records import hour_term

FRESH, OLD = 10.0, 600.0
"""Seconds after which it is asked again, and after which too much may have come for an answer to be of use."""


class Recent:
    """The hours in which the newest artifacts were created, as it was lately.

    Whatever has come meanwhile, all of those hours and later is newer than all that came before. To find them takes
    longer than a search, so nobody waits for it: `beside` does it.
    """

    def __init__(self, bolt: Bolt, beside: Executor) -> None:
        self._bolt = bolt
        self._beside = beside
        self._known: dict[int, tuple[float, str | None]] = {}

    def since(self, rows: int) -> str | None:
        """The term of the first hour that holds some of the newest `rows` artifacts.

        `None` where it is not known yet, or where hours do not tell them from the rest: there are less than twice as
        many, or that hour has as many.
        """
        asked, term = self._known.get(rows, (-OLD, None))
        age = time.monotonic() - asked
        if age > FRESH:
            self._known[rows] = time.monotonic(), term if age < OLD else None
            self._beside.submit(self._ask, rows)
        return self._known[rows][1]

    def _ask(self, rows: int) -> None:
        [row] = self._bolt.read("search/since", rows=rows)
        hours = [hour_term(seq) for seq in row["seqs"]]
        self._known[rows] = time.monotonic(), hours[0] if len(set(hours)) == 2 else None
