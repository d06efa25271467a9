"""Restart of the embedded Neo4j after it died."""

from __future__ import annotations

import logging
import threading
import time

from catalog_graph.embedded import EmbeddedNeo4j
from catalog_graph.errors import ConfigurationError

_log = logging.getLogger(__name__)

_CHECK_SECONDS = 0.5
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
_HEALTHY_SECONDS = 300.0


class Watchdog:
    """Thread that restarts a Neo4j at the same address if it dies while a `with` block lasts.

    The first restart is immediate. After a failed start, or another death within 5 minutes, pauses grow to a minute.
    """

    def __init__(self, neo4j: EmbeddedNeo4j) -> None:
        self._neo4j = neo4j
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True, name="neo4j-watchdog")
        self._pause = 0.0
        self._started_at = time.monotonic()

    def __enter__(self) -> Watchdog:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Wait for a restart in progress, so that the caller can stop the process."""
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(_CHECK_SECONDS):
            if self._neo4j.is_running:
                continue
            _log.error("Neo4j died and is restarted; its log is %s", self._neo4j.log_path)
            if not self._stop.wait(self._next_pause()):
                self._start()

    def _start(self) -> None:
        try:
            self._neo4j.restart()
        except ConfigurationError as error:
            _log.error("Neo4j does not start: %s", error.message)
        else:
            _log.warning("Neo4j runs again, as process %s", self._neo4j.pid)
        self._started_at = time.monotonic()

    def _next_pause(self) -> float:
        if time.monotonic() - self._started_at > _HEALTHY_SECONDS:
            self._pause = 0.0
        pause, self._pause = self._pause, min(max(self._pause * 2, _FIRST_PAUSE), _LONGEST_PAUSE)
        return pause
