"""The log of an outage: one line a minute, however many requests fail."""

from __future__ import annotations

import logging
import time
from threading import Lock

from catalog_graph.errors import CatalogError

LINE_SECONDS = 60.0
"""Seconds between two lines about an outage."""
QUIET_SECONDS = 5.0
"""Seconds without a failure after which an outage is over."""
_log = logging.getLogger("catalog_graph.server")


class OutageLog:
    """Logs that requests get 503: at once, then once a minute with their number, and when it is over."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._began: float | None = None
        self._failed_at = self._logged_at = -LINE_SECONDS
        self._failed = 0
        self._is_logged = False

    def failed(self, error: CatalogError) -> None:
        """Note that a request failed because of `error`."""
        with self._lock:
            self._failed_at = now = time.monotonic()
            self._began = now if self._began is None else self._began
            self._failed += 1
            if now - self._logged_at < LINE_SECONDS:
                return
            self._logged_at, self._is_logged = now, True
            count, seconds = self._failed, now - self._began
        if count == 1:
            _log.error("Requests get 503: %s", error.message)
        else:
            _log.error("Requests get 503, %s of them in %.0f s: %s", f"{count:,}", seconds, error.message)

    def answered(self) -> None:
        """Note that the store answered."""
        if self._began is None:
            return
        with self._lock:
            now = time.monotonic()
            if self._began is None or now - self._failed_at < QUIET_SECONDS:
                return
            count, seconds, is_logged = self._failed, self._failed_at - self._began, self._is_logged
            self._began, self._failed, self._is_logged = None, 0, False
        if is_logged:
            _log.warning("The store answers again; %s requests got 503 in %.0f s", f"{count:,}", seconds)
