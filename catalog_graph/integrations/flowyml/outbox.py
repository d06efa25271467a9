"""The outbox of one catalog: records are written to a file before a step counts as done, and sent by a thread."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.integrations.flowyml.delivery import Delivery, ReportRefusal
from catalog_graph.integrations.flowyml.destination import Destination
from catalog_graph.integrations.flowyml.identities import Identities
from catalog_graph.integrations.flowyml.record import Record
from catalog_graph.integrations.flowyml.spool import OrphanedSpool, Spool, adopt_orphan, spool_files

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
"""Seconds between two attempts while the catalog does not answer; each pause is twice the one before."""
REFUSED = "refused.ndjson"
"""Name of the file of entries that the catalog refused for good, each with the reason."""


class Outbox:
    """Outbox that takes records at the speed of a local file, even while the catalog is slow or down."""

    def __init__(self, destination: Destination) -> None:
        self.destination = destination
        self.identities = Identities()
        self._spool: Spool | None = None
        self._delivery: Delivery | None = None
        self._backend: CatalogBackend | None = None
        self._thread: threading.Thread | None = None
        self._condition = threading.Condition()
        self._is_failing = self._is_closing = self._is_urged = self._are_orphans_done = False
        self._busy_since = 0.0
        self._attempts = 0
        self._unanswered = self._refusal = ""

    @property
    def trouble(self) -> str:
        """The reason why records wait or were refused; empty if all is well."""
        return self._unanswered or self._refusal

    # ---- called by the pipeline's threads

    def start(self) -> None:
        """Start to send, if earlier processes left spool files."""
        if spool_files(self.destination.folder):
            self._start_thread()

    def put(self, records: Sequence[Record]) -> None:
        """Write records to the spool, which survives this process; raise `OSError` if it cannot be written."""
        with self._condition:
            if self._spool is None:
                self._spool = Spool.create(self.destination.folder, self.destination.address)
            # Write the catalog's own ids from now on: the record that links a minted id to the catalog's may be gone,
            # since the file is truncated after delivery.
            resolve = self._delivery.resolve if self._delivery is not None else None
            self._spool.append([resolve(record) for record in records] if resolve else records)
            self._condition.notify_all()
        self._start_thread()

    def flush(self, timeout: float, *, urge: bool = False) -> bool:
        """Wait until the catalog has every record; return False if it fails or takes longer than `timeout` seconds.

        Return at once if the last attempt failed, unless `urge` asks for another attempt now.
        """
        deadline = time.monotonic() + timeout
        with self._condition:
            attempts, self._is_urged = self._attempts, urge
            self._condition.notify_all()
            while self._has_work():
                has_failed = self._is_failing and (not urge or self._attempts > attempts)
                is_slow = self._busy_since and time.monotonic() - self._busy_since > timeout
                if has_failed or is_slow or time.monotonic() > deadline or self._thread is None:
                    return False
                self._condition.wait(0.05)
            return True

    def close(self, timeout: float) -> bool:
        """Send records for at most `timeout` seconds, leave the rest in the file, and return True if none is left."""
        is_done = self.flush(timeout)
        with self._condition:
            self._is_closing = True
            self._condition.notify_all()
        if self._thread is not None:
            self._thread.join(timeout if is_done else 0.1)
        if self._spool is not None and (self._thread is None or not self._thread.is_alive()):
            self._spool.close()
        if not is_done and not self._unanswered:
            self._unanswered = self._wait_message(f"the catalog at {self.destination.address} has not answered yet")
        return is_done

    def forget(self) -> None:
        """Leave the spool to the parent process, in a process just forked."""
        if self._spool is not None:
            with suppress(OSError):
                self._spool.forget()

    # ---- the sending thread

    def _start_thread(self) -> None:
        with self._condition:
            if self._thread is None:
                self._thread = threading.Thread(target=self._send_on, name="catalog_graph lineage", daemon=True)
                self._thread.start()

    def _has_work(self) -> bool:
        has_orphans = not self._are_orphans_done and self._thread is not None
        return has_orphans or (self._spool is not None and self._spool.waiting > 0)

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
            self._delivery = Delivery(self._backend, self._report_refusal)
        if not self._are_orphans_done:
            self._send_orphans(self._backend)
            self._are_orphans_done = True
        elif self._spool is not None and self._delivery is not None:
            records, end = self._spool.next_chunk()
            self._delivery.deliver(records)
            with self._condition:
                self._spool.acknowledge(end)

    def _send_orphans(self, backend: CatalogBackend) -> None:
        for path in spool_files(self.destination.folder):
            with adopt_orphan(path) as orphan:
                if orphan is not None and orphan.address in ("", self.destination.address):
                    send_orphan(orphan, backend, self._report_refusal)

    def _failed(self, error: Exception) -> None:
        with self._condition:
            self._is_failing, self._busy_since = True, 0.0
            self._attempts += 1
            self._unanswered = self._wait_message(str(error) or type(error).__name__)
            self._condition.notify_all()

    def _wait_message(self, reason: str) -> str:
        return (
            f"lineage waits in {self.destination.folder} ({reason}); "
            "it is sent when the catalog answers, at the next start, or by `catalog-graph flowyml replay`"
        )

    def _succeeded(self) -> None:
        with self._condition:
            self._is_failing, self._busy_since = False, 0.0
            self._attempts += 1
            self._unanswered = ""
            self._condition.notify_all()

    def _report_refusal(self, entry: CatalogEntry, reason: str) -> None:
        self._refusal = self._refusal or f"the catalog refuses {entry.name!r} ({entry.artifact_id}): {reason}"
        append_refusal(self.destination.folder, entry, reason)

    def _close_backend(self) -> None:
        if self._backend is not None and self.destination.backend is None:
            self._backend.close()


def send_orphan(orphan: OrphanedSpool, backend: CatalogBackend, report: ReportRefusal) -> int:
    """Deliver the records of an ended process, remove its file, and return the number of records."""
    delivery, count = Delivery(backend, report), 0
    for records in orphan.chunks():
        delivery.deliver(records)
        count += len(records)
    orphan.remove()
    return count


def append_refusal(folder: Path, entry: CatalogEntry, reason: str) -> None:
    """Append a refused entry and the reason to `refused.ndjson` in `folder`."""
    line = json.dumps({"reason": reason, "entry": entry.to_dict()})
    with suppress(OSError), (folder / REFUSED).open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
