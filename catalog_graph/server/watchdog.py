"""Restart of the embedded Neo4j after it died, or after its database stopped."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from catalog_graph.embedded import EmbeddedNeo4j
from catalog_graph.embedded.failures import Killed
from catalog_graph.errors import ConfigurationError

_log = logging.getLogger(__name__)

_CHECK_SECONDS = 0.2
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
_AWAY_SECONDS = 3.0
"""Seconds for which the database has been away before a running Neo4j is asked whether it has stopped."""


class Watchdog:
    """Thread that restarts a Neo4j at the same address if it dies while a `with` block lasts.

    `is_away` tells whether requests get no answer. Then a Neo4j that runs is asked: a database that has stopped, as it
    does after an error of a full disk, needs another start, as soon as there is room.

    The first restart is immediate. Pauses grow to a minute while Neo4j itself ends its starts; if something kills it
    while it comes up, it is started again after a second.
    """

    def __init__(self, neo4j: EmbeddedNeo4j, is_away: Callable[[], bool]) -> None:
        self._neo4j = neo4j
        self._is_away = is_away
        self._answered_at = time.monotonic()
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
                self._answered_at = time.monotonic()
            elif self._has_stopped():
                _log.error("The database of Neo4j has stopped, so that Neo4j is restarted")
                self._neo4j.kill()

    def _has_stopped(self) -> bool:
        """Return True if nothing was answered for some seconds, and Neo4j itself says that the database fails."""
        if not self._is_away():
            self._answered_at = time.monotonic()
        if time.monotonic() - self._answered_at < _AWAY_SECONDS:
            return False
        self._answered_at = time.monotonic()
        return self._neo4j.needs_restart

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
