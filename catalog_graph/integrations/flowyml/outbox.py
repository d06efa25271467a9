"""One catalog's records: written to a file before a step counts as done, sent by a thread of their own."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.integrations.flowyml.delivery import Delivery, Refusals
from catalog_graph.integrations.flowyml.destination import Destination
from catalog_graph.integrations.flowyml.memory import Memory
from catalog_graph.integrations.flowyml.records import Record
from catalog_graph.integrations.flowyml.spool import LeftBehind, Spool, left_behind, taken_over

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
"""Seconds between two tries while the catalog does not answer; each pause is twice the one before."""
REFUSED = "refused.ndjson"
"""Entries that the catalog will never take, each with the reason."""


class Outbox:
    """Takes records at the speed of a local file, whatever the catalog does."""

    def __init__(self, destination: Destination) -> None:
        self.destination = destination
        self.memory = Memory()
        self._spool: Spool | None = None
        self._delivery: Delivery | None = None
        self._backend: CatalogBackend | None = None
        self._thread: threading.Thread | None = None
        self._condition = threading.Condition()
        self._is_failing = self._is_closing = self._is_urged = self._looked_behind = False
        self._busy_since = 0.0
        self._tries = 0
        self._unanswered = self._refusal = ""

    @property
    def trouble(self) -> str:
        """Why records wait, or what was refused; empty while all goes well."""
        return self._unanswered or self._refusal

    # ---- what a pipeline's thread calls

    def start(self) -> None:
        """Begin to send, if there is anything that an earlier process left behind."""
        if left_behind(self.destination.folder):
            self._start_thread()

    def put(self, records: Sequence[Record]) -> None:
        """Keep records from now on, whatever happens to this process. Raises `OSError` where no file can be written."""
        with self._condition:
            if self._spool is None:
                self._spool = Spool.create(self.destination.folder, self.destination.address)
            # The file may have begun anew since an id was minted that the catalog knows by its own.
            known = self._delivery.resolved if self._delivery is not None else None
            self._spool.append([known(record) for record in records] if known else records)
            self._condition.notify_all()
        self._start_thread()

    def flush(self, timeout: float, *, urge: bool = False) -> bool:
        """Wait until the catalog has everything; False if it does not answer, or not within `timeout` seconds.

        A catalog that did not answer the last time is not waited for, unless to `urge` another try.
        """
        deadline = time.monotonic() + timeout
        with self._condition:
            tries, self._is_urged = self._tries, urge
            self._condition.notify_all()
            while self._has_work():
                has_failed = self._is_failing and (not urge or self._tries > tries)
                is_slow = self._busy_since and time.monotonic() - self._busy_since > timeout
                if has_failed or is_slow or time.monotonic() > deadline or self._thread is None:
                    return False
                self._condition.wait(0.05)
            return True

    def close(self, timeout: float) -> bool:
        """Send what can be sent within `timeout` seconds and leave the rest in the file; whether that is nothing."""
        is_done = self.flush(timeout)
        with self._condition:
            self._is_closing = True
            self._condition.notify_all()
        if self._thread is not None:
            self._thread.join(timeout if is_done else 0.1)
        if self._spool is not None and (self._thread is None or not self._thread.is_alive()):
            self._spool.close()
        if not is_done and not self._unanswered:
            self._unanswered = self._waiting(f"the catalog at {self.destination.address} has not answered yet")
        return is_done

    def forget(self) -> None:
        """Leave everything to the process that this one was forked from."""
        if self._spool is not None:
            with suppress(OSError):
                self._spool.forget()

    # ---- the thread

    def _start_thread(self) -> None:
        with self._condition:
            if self._thread is None:
                self._thread = threading.Thread(target=self._send_on, name="catalog_graph lineage", daemon=True)
                self._thread.start()

    def _has_work(self) -> bool:
        behind = not self._looked_behind and self._thread is not None
        return behind or (self._spool is not None and self._spool.waiting > 0)

    def _send_on(self) -> None:
        pause = FIRST_PAUSE
        try:
            while self._wait_for_work():
                try:
                    self._busy_since = time.monotonic()
                    self._send_some()
                except Exception as error:
                    self._failed(error)
                    self._pause(pause)
                    pause = min(2 * pause, LONGEST_PAUSE)
                else:
                    pause = FIRST_PAUSE
                    self._succeeded()
        finally:
            self._close_backend()

    def _wait_for_work(self) -> bool:
        with self._condition:
            while not self._has_work() and not self._is_closing:
                self._condition.notify_all()
                self._condition.wait()
            return not self._is_closing

    def _pause(self, seconds: float) -> None:
        with self._condition:
            self._condition.wait_for(lambda: self._is_closing or self._is_urged, seconds)
            self._is_urged = False

    def _send_some(self) -> None:
        if self._backend is None:
            self._backend = self.destination.open()
            self._delivery = Delivery(self._backend, self._refused)
        if not self._looked_behind:
            self._send_left_behind(self._backend)
            self._looked_behind = True
        elif self._spool is not None and self._delivery is not None:
            records, end = self._spool.next_chunk()
            self._delivery.deliver(records)
            with self._condition:
                self._spool.mark_sent(end)

    def _send_left_behind(self, backend: CatalogBackend) -> None:
        for path in left_behind(self.destination.folder):
            with taken_over(path) as left:
                if left is not None and left.address in ("", self.destination.address):
                    send_left_behind(left, backend, self._refused)

    def _failed(self, error: Exception) -> None:
        with self._condition:
            self._is_failing, self._busy_since = True, 0.0
            self._tries += 1
            self._unanswered = self._waiting(str(error) or type(error).__name__)
            self._condition.notify_all()

    def _waiting(self, reason: str) -> str:
        return (
            f"lineage waits in {self.destination.folder} ({reason}); "
            "it is sent when the catalog answers, at the next start, or by `catalog-graph flowyml replay`"
        )

    def _succeeded(self) -> None:
        with self._condition:
            self._is_failing, self._busy_since = False, 0.0
            self._tries += 1
            self._unanswered = ""
            self._condition.notify_all()

    def _refused(self, entry: CatalogEntry, reason: str) -> None:
        self._refusal = self._refusal or f"the catalog refuses {entry.name!r} ({entry.artifact_id}): {reason}"
        note_refused(self.destination.folder, entry, reason)

    def _close_backend(self) -> None:
        if self._backend is not None and self.destination.given is None:
            self._backend.close()


def send_left_behind(left: LeftBehind, backend: CatalogBackend, report: Refusals) -> int:
    """Deliver what an ended process left behind, and remove its file; how many records that were."""
    delivery, count = Delivery(backend, report), 0
    for records in left.chunks():
        delivery.deliver(records)
        count += len(records)
    left.remove()
    return count


def note_refused(folder: Path, entry: CatalogEntry, reason: str) -> None:
    """Keep a refused entry and its reason, for people to look at."""
    line = json.dumps({"reason": reason, "entry": entry.to_dict()})
    with suppress(OSError), (folder / REFUSED).open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
