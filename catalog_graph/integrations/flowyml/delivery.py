"""Delivery of records to a catalog; it is idempotent, so an interrupted delivery starts over."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import Conflict, CycleRefused, InvalidInput
from catalog_graph.integrations.flowyml.record import DETAILS, Record, details_in
from catalog_graph.query.selection import Selection

ReportRefusal = Callable[[CatalogEntry, str], None]
"""Callback for an entry that the catalog refuses, with the reason."""

PAGE_SIZE = 100
MAX_PAGES = 10
"""Pages to search for a registered output, newest first: the last thousand artifacts of its step."""


class Delivery:
    """Delivery of records to `backend`, in the order in which they were written.

    `report` is called for each entry that the catalog refuses; the others are registered all the same. Any other error
    of the backend is raised: the catalog does not answer, and the caller keeps the records.
    """

    def __init__(self, backend: CatalogBackend, report: ReportRefusal) -> None:
        self._backend = backend
        self._report = report
        self.catalog_ids: dict[str, str] = {}
        """The catalog's id of an artifact by the id minted for its record, where the two differ."""

    def resolve(self, record: Record) -> Record:
        """Return the record with minted ids replaced by the catalog's own ids of the same artifacts."""
        if not self.catalog_ids:
            return record
        return replace(
            record, entry=self._resolve_entry(record.entry), maybe_parents=list(map(self._own, record.maybe_parents))
        )

    def deliver(self, records: Iterable[Record]) -> None:
        """Register the records, new artifacts in batches and possibly known ones singly."""
        new: list[CatalogEntry] = []
        for minted in records:
            record = self.resolve(minted)
            if record.lookup == "none":
                new.append(record.entry)
                continue
            self._register(new)
            new = []
            self._deliver_known(record)
        self._register(new)

    # ---- artifacts that the catalog may have already

    def _deliver_known(self, record: Record) -> None:
        """Register a record whose artifact the catalog may have, under the catalog's own id if it does."""
        entry = record.entry
        existing = self._existing(record, entry)
        if existing is None:
            self._register([self._own_asset(record)])
            return
        if existing.artifact_id != entry.artifact_id:
            self.catalog_ids[entry.artifact_id] = existing.artifact_id
        if record.lookup == "registration":
            self._register([replace(entry, artifact_id=existing.artifact_id)])
        elif record.lookup == "cache" and DETAILS not in existing.metadata:
            self._complete_cached(existing, record)

    def _own_asset(self, record: Record) -> CatalogEntry:
        """Return the entry to register: a cached asset that the catalog lacks keeps the asset's own id."""
        asset_id = record.details.get("asset_id")
        if record.lookup != "cache" or not asset_id:
            return record.entry
        self.catalog_ids[record.entry.artifact_id] = asset_id
        return self.resolve(record).entry

    def _existing(self, record: Record, entry: CatalogEntry) -> CatalogEntry | None:
        """Return the catalog's entry of the record's artifact, looked up as `record.lookup` says; None if missing."""
        if record.lookup == "registration":
            return self._registered_by_executor(entry)
        if record.lookup == "cache":
            return self._made_earlier(record, entry) or self._backend.get(record.details.get("asset_id", ""))
        same = self._backend.get(entry.artifact_id)
        if same is not None or record.lookup == "id":
            return same
        return self._made_in_run(record, entry) or self._backend.find_by_content_hash(entry.content_hash)

    def _registered_by_executor(self, entry: CatalogEntry) -> CatalogEntry | None:
        of_step = Selection(source_pipeline=entry.source_pipeline, source_step=entry.source_step)
        key = (entry.source_run_id, entry.name)
        return self._newest(of_step, lambda e: (e.source_run_id, e.name) == key and DETAILS not in e.metadata)

    def _made_earlier(self, record: Record, entry: CatalogEntry) -> CatalogEntry | None:
        """Return the artifact of an earlier run in FlowyML's cache, if any.

        It is recognised by its cache key, or, if only the executor registered it, by its name and content.
        """
        key, output = record.details.get("cache_key"), record.details.get("output")

        def matches(other: CatalogEntry) -> bool:
            if DETAILS not in other.metadata:
                return other.name == entry.name and other.content_hash == entry.content_hash != ""
            details = details_in(other.metadata)
            is_same = not (entry.content_hash and other.content_hash) or entry.content_hash == other.content_hash
            return bool(is_same and details.get("cache_key") == key and details.get("output") == output)

        return self._newest(Selection(source_step=entry.source_step), matches)

    def _made_in_run(self, record: Record, entry: CatalogEntry) -> CatalogEntry | None:
        if not record.resumed_run:
            return None

        def matches(other: CatalogEntry) -> bool:
            details = details_in(other.metadata)
            return other.source_run_id == record.resumed_run and details.get("output") == record.details.get("output")

        return self._newest(Selection(text=f'run:"{record.resumed_run}"', order="newest"), matches)

    def _newest(self, selection: Selection, matches: Callable[[CatalogEntry], bool]) -> CatalogEntry | None:
        """Return the newest entry of the selection that matches; None if the first `MAX_PAGES` pages have none."""
        cursor = None
        for _ in range(MAX_PAGES):
            page = self._backend.find(selection, limit=PAGE_SIZE, cursor=cursor)
            entry = next(filter(matches, page.items), None)
            if entry is not None or page.complete:
                return entry
            cursor = page.cursor
        return None

    def _complete_cached(self, existing: CatalogEntry, record: Record) -> None:
        """Add parents to an artifact that only the executor registered: the certain ones, and those of its own run."""
        maybe = self._backend.get_many(record.maybe_parents) if record.maybe_parents else []
        same_run = [e.artifact_id for e in maybe if e is not None and e.source_run_id == existing.source_run_id != ""]
        if parent_ids := [*record.entry.parent_ids, *same_run]:
            self._register([replace(existing, parent_ids=parent_ids)])

    # ---- registering

    def _resolve_entry(self, entry: CatalogEntry) -> CatalogEntry:
        return replace(
            entry,
            artifact_id=self._own(entry.artifact_id),
            parent_ids=list(map(self._own, entry.parent_ids)),
            metadata=self._resolve_metadata(entry.metadata),
        )

    def _resolve_metadata(self, metadata: dict[str, Any]) -> dict[str, Any]:
        details = details_in(metadata)
        if "inputs" not in details:
            return metadata
        inputs = {name: self._own(artifact_id) for name, artifact_id in details["inputs"].items()}
        return {**metadata, DETAILS: {**details, "inputs": inputs}}

    def _own(self, artifact_id: str) -> str:
        return self.catalog_ids.get(artifact_id, artifact_id)

    def _register(self, entries: Sequence[CatalogEntry]) -> None:
        """Register entries; report those that the catalog refuses, and register the others."""
        if not entries:
            return
        try:
            if len(entries) == 1:
                self._backend.register_one(entries[0])
            else:
                self._backend.register_many(entries)
        except (InvalidInput, Conflict) as error:
            if len(entries) > 1:
                middle = len(entries) // 2
                self._register(entries[:middle])
                self._register(entries[middle:])
            elif isinstance(error, CycleRefused) and (rest := _without_cycle(entries[0], error)) is not None:
                self._report(entries[0], f"{error.message} (registered without that parent)")
                self._register([rest])
            else:
                self._report(entries[0], error.message)


def _without_cycle(entry: CatalogEntry, error: CycleRefused) -> CatalogEntry | None:
    """Return `entry` without the parent that closes the cycle; None if it is not among the entry's own parents."""
    path = list(error.details.get("path", []))
    parent_id = next((p for c, p in itertools.pairwise(path) if c == entry.artifact_id), None)
    if parent_id not in entry.parent_ids:
        return None
    return replace(entry, parent_ids=[i for i in entry.parent_ids if i != parent_id])
