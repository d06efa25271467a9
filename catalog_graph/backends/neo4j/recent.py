"""The newest artifacts as the full-text index tells them: by a term for the hour of creation.

Of hundreds of thousands of hits, a page shows the newest. Asked for what the last hours made, Lucene collects hundreds.
"""

from __future__ import annotations

import time

from catalog_graph.backends.neo4j.bolt import Bolt
from catalog_graph.backends.neo4j.records import hour_term

SECONDS = 10.0
"""So long an answer is good for: then more may have come than were asked for."""


class Recent:
    """The hours in which the newest artifacts were created, as it was lately.

    Whatever has come meanwhile, all of those hours and later is newer than all that came before.
    """

    def __init__(self, bolt: Bolt) -> None:
        self._bolt = bolt
        self._known: dict[int, tuple[float, str | None]] = {}

    def since(self, rows: int) -> str | None:
        """The term of the first hour that holds some of the newest `rows` artifacts.

        `None` where hours do not tell them from the rest: there are less than twice as many, or that hour has as many.
        """
        until, term = self._known.get(rows, (0.0, None))
        if until < time.monotonic():
            [row] = self._bolt.read("search/since", rows=rows)
            hours = [hour_term(seq) for seq in row["seqs"]]
            term = hours[0] if len(set(hours)) == 2 else None
            self._known[rows] = time.monotonic() + SECONDS, term
        return term
