"""Puts records into a catalog. Delivering a record again changes nothing, so a delivery cut short starts over."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import Conflict, CycleRefused, InvalidInput
from catalog_graph.integrations.flowyml.records import DETAILS, Record
from catalog_graph.query.selection import Selection

Refusals = Callable[[CatalogEntry, str], None]
"""Told of each entry that a catalog refuses, and why."""

PAGE = 100
PAGES = 10
"""How far back a cached output is looked for among what its step made: a thousand artifacts."""


class Delivery:
    """Records on their way into `backend`, in the order in which they were written.

    `report` is told of each entry that the catalog refuses, and why; the others are registered all the same.
    Whatever else a backend raises comes through: then the catalog is not there, and the records are to be kept.
    """

    def __init__(self, backend: CatalogBackend, report: Refusals) -> None:
        self._backend = backend
        self._report = report
        self.aliases: dict[str, str] = {}
        """Ids of the catalog's own by those that were minted for the same artifacts."""

    def resolved(self, record: Record) -> Record:
        """The record with the catalog's own ids in the place of those that were minted for the same artifacts."""
        if not self.aliases:
            return record
        return replace(
            record, entry=self._resolved(record.entry), maybe_parents=list(map(self._own, record.maybe_parents))
        )

    def deliver(self, records: Iterable[Record]) -> None:
        """Register all of it."""
        new: list[CatalogEntry] = []
        for given in records:
            record = self.resolved(given)
            if record.lookup == "none":
                new.append(record.entry)
                continue
            self._register(new)
            new = []
            self._deliver_known(record)
        self._register(new)

    # ---- artifacts that the catalog may have already

    def _deliver_known(self, record: Record) -> None:
        entry = record.entry
        found = self._found(record, entry)
        if found is None:
            self._register([self._own_asset(record)])
            return
        if found.artifact_id != entry.artifact_id:
            self.aliases[entry.artifact_id] = found.artifact_id
        if record.lookup == "registration":
            self._register([replace(entry, artifact_id=found.artifact_id)])
        elif record.lookup == "cache" and DETAILS not in found.metadata:
            self._complete_cached(found, record)

    def _own_asset(self, record: Record) -> CatalogEntry:
        """The entry, under the id of the asset that it is where FlowyML took it from its cache and nobody has it."""
        asset_id = record.details.get("asset_id")
        if record.lookup != "cache" or not asset_id:
            return record.entry
        self.aliases[record.entry.artifact_id] = asset_id
        return self.resolved(record).entry

    def _found(self, record: Record, entry: CatalogEntry) -> CatalogEntry | None:
        if record.lookup == "registration":
            return self._registered_by_executor(entry)
        if record.lookup == "cache":
            return self._made_earlier(record, entry) or self._backend.get(record.details.get("asset_id", ""))
        same = self._backend.get(entry.artifact_id)
        if same is not None or record.lookup == "id":
            return same
        return self._made_in_run(record, entry) or self._backend.find_by_content_hash(entry.content_hash)

    def _registered_by_executor(self, entry: CatalogEntry) -> CatalogEntry | None:
        made = Selection(source_pipeline=entry.source_pipeline, source_step=entry.source_step)
        return self._newest(
            made, lambda e: (e.source_run_id, e.name) == (entry.source_run_id, entry.name) and DETAILS not in e.metadata
        )

    def _made_earlier(self, record: Record, entry: CatalogEntry) -> CatalogEntry | None:
        """What FlowyML put into its cache: it has the cache key, or, registered by the executor alone, the content."""
        key, output = record.details.get("cache_key"), record.details.get("output")

        def is_it(other: CatalogEntry) -> bool:
            details = other.metadata.get(DETAILS)
            if details is None:
                return other.name == entry.name and other.content_hash == entry.content_hash != ""
            is_same = not (entry.content_hash and other.content_hash) or entry.content_hash == other.content_hash
            return bool(is_same and details.get("cache_key") == key and details.get("output") == output)

        return self._newest(Selection(source_step=entry.source_step), is_it)

    def _made_in_run(self, record: Record, entry: CatalogEntry) -> CatalogEntry | None:
        if not record.resumed_run:
            return None

        def is_it(other: CatalogEntry) -> bool:
            details = other.metadata.get(DETAILS) or {}
            return other.source_run_id == record.resumed_run and details.get("output") == record.details.get("output")

        return self._newest(Selection(text=f'run:"{record.resumed_run}"'), is_it)

    def _newest(self, selection: Selection, is_it: Callable[[CatalogEntry], bool]) -> CatalogEntry | None:
        cursor = None
        for _ in range(PAGES):
            page = self._backend.find(selection, limit=PAGE, cursor=cursor)
            found = next(filter(is_it, page.items), None)
            if found is not None or page.complete:
                return found
            cursor = page.cursor
        return None

    def _complete_cached(self, found: CatalogEntry, record: Record) -> None:
        """Edges for an artifact that the executor registered alone: what it surely read, and what the same run made."""
        maybe = self._backend.get_many(record.maybe_parents) if record.maybe_parents else []
        same_run = [e.artifact_id for e in maybe if e is not None and e.source_run_id == found.source_run_id != ""]
        if parent_ids := [*record.entry.parent_ids, *same_run]:
            self._register([replace(found, parent_ids=parent_ids)])

    # ---- registering

    def _resolved(self, entry: CatalogEntry) -> CatalogEntry:
        return replace(
            entry,
            artifact_id=self._own(entry.artifact_id),
            parent_ids=list(map(self._own, entry.parent_ids)),
            metadata=self._metadata(entry.metadata),
        )

    def _metadata(self, metadata: dict[str, Any]) -> dict[str, Any]:
        details = metadata.get(DETAILS, {})
        if "inputs" not in details:
            return metadata
        inputs = {name: self._own(artifact_id) for name, artifact_id in details["inputs"].items()}
        return {**metadata, DETAILS: {**details, "inputs": inputs}}

    def _own(self, artifact_id: str) -> str:
        return self.aliases.get(artifact_id, artifact_id)

    def _register(self, entries: Sequence[CatalogEntry]) -> None:
        """Register entries; where the catalog refuses some of them, all others."""
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
    """`entry` without the parent through which the cycle goes."""
    path = list(error.details.get("path", []))
    parent_id = next((p for c, p in itertools.pairwise(path) if c == entry.artifact_id), None)
    if parent_id not in entry.parent_ids:
        return None
    return replace(entry, parent_ids=[i for i in entry.parent_ids if i != parent_id])
