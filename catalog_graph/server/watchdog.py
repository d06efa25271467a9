"""Starting the service's own Neo4j again when it has died."""

from __future__ import annotations

import logging
import threading
import time

from catalog_graph.embedded import EmbeddedNeo4j
from catalog_graph.errors import ConfigurationError

_log = logging.getLogger(__name__)

_LOOK_SECONDS = 0.5
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
_LIVED_WELL = 300.0


class Watchdog:
    """Looks after a Neo4j while a `with` block lasts.

    One that dies is started again at once, at the address that it had; one that dies again and again, or does not
    start, after pauses that grow to a minute.
    """

    def __init__(self, neo4j: EmbeddedNeo4j) -> None:
        self._neo4j = neo4j
        self._wish_to_stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True, name="neo4j-watchdog")
        self._pause = 0.0
        self._started_at = time.monotonic()

    def __enter__(self) -> Watchdog:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """A start that is under way is waited for: what was started has an owner who stops it."""
        self._wish_to_stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._wish_to_stop.wait(_LOOK_SECONDS):
            if self._neo4j.is_running:
                continue
            _log.error("Neo4j is gone, and is started again; its own log is %s", self._neo4j.log_path)
            if not self._wish_to_stop.wait(self._next_pause()):
                self._start()

    def _start(self) -> None:
        try:
            self._neo4j.restart()
        except ConfigurationError as error:
            _log.error("Neo4j does not start: %s", error.message)
        else:
            _log.warning("Neo4j is back, as process %s", self._neo4j.pid)
        self._started_at = time.monotonic()

    def _next_pause(self) -> float:
        if time.monotonic() - self._started_at > _LIVED_WELL:
            self._pause = 0.0
        pause, self._pause = self._pause, min(max(self._pause * 2, _FIRST_PAUSE), _LONGEST_PAUSE)
        return pause
