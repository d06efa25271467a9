"""Restart of the embedded Neo4j after it died."""

from __future__ import annotations

import logging
import threading

from catalog_graph.embedded import EmbeddedNeo4j
from catalog_graph.embedded.failures import Killed
from catalog_graph.errors import ConfigurationError

_log = logging.getLogger(__name__)

_CHECK_SECONDS = 0.2
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0


class Watchdog:
    """Thread that restarts a Neo4j at the same address if it dies while a `with` block lasts.

    The first restart is immediate. Pauses grow to a minute while Neo4j itself ends its starts; if something kills it
    while it comes up, it is started again after a second.
    """

    def __init__(self, neo4j: EmbeddedNeo4j) -> None:
        self._neo4j = neo4j
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True, name="neo4j-watchdog")

    def __enter__(self) -> Watchdog:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Wait for a restart in progress, so that the caller can stop the process."""
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(_CHECK_SECONDS):
            if not self._neo4j.is_running:
                _log.error("Neo4j died and is restarted: %s", self._neo4j.last_words())
                self._restart()

    def _restart(self) -> None:
        pause = 0.0
        while not self._stop.wait(pause):
            try:
                self._neo4j.restart()
            except ConfigurationError as error:
                _log.error("Neo4j does not start: %s", error.message)
                grown = 0.0 if isinstance(error, Killed) else min(2 * pause, _LONGEST_PAUSE)
                pause = max(grown, _FIRST_PAUSE)
            else:
                _log.warning("Neo4j runs again, as process %s", self._neo4j.pid)
                return
