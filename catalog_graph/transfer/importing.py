"""Import from another program: its entries are registered in batches, and only what is new or has changed is written.

A `Source` reads the other program and yields items. What it cannot give is an item too, so that the result says what
was left out, and why.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, ClassVar

from catalog_graph import checks
from catalog_graph.artifact import CatalogEntry, Registration, merged, same_json
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.copying import BATCH_BYTES, BATCH_ROWS
from catalog_graph.backends.parent_warnings import StreamParents
from catalog_graph.copies.parts import in_parts
from catalog_graph.copies.records import LeftOut
from catalog_graph.copies.result import BadRow, Progress, TransferResult
from catalog_graph.errors import CatalogError, CycleRefused, InvalidInput, NotFound


@dataclass(frozen=True)
class NamedAliases:
    """All aliases of a name, as the source has them: ids by alias."""

    name: str
    ids: Mapping[str, str]


@dataclass(frozen=True)
class Descent:
    """An edge to an artifact that the source names by a reference, such as `fraud@champion`; `parent_id` is its own."""

    child: str
    parent_id: str


DELETED = "it was deleted in the catalog; undelete it to have it imported again"
PURGED = "it was purged from the catalog"
"""Why an artifact of the source is left out: what a person has taken out of the catalog stays out."""

Item = CatalogEntry | LeftOut | NamedAliases | Descent
Lookup = Callable[[Sequence[str]], list[CatalogEntry | None]]
"""Return the registered artifacts of these ids, in order; `None` for others."""


class Source(ABC):
    """Another program's metadata, which `ArtifactCatalog.import_from` takes."""

    by: ClassVar[str]
    """Name of the program that moves aliases, for their history."""
    replaced: str = ""
    """Beginning of the ids of parents that an artifact loses when the source no longer names them; empty for none."""

    @abstractmethod
    def items(self, lookup: Lookup) -> Iterator[Item]:
        """Yield what the other program has; `lookup` reads what the catalog has of it already."""


def import_from(source: Source, target: CatalogBackend, *, bad_row: BadRow, progress: Progress) -> TransferResult:
    """Register what a source has, and return the counts; what has not changed since the last import is not written.

    If the source fails, what it gave before is registered first.
    """
    importing = _Import(source, target, bad_row, progress)
    items = source.items(target.get_many)
    while True:
        try:
            item = next(items, None)
        except Exception:
            importing.flush()
            raise
        if item is None:
            return importing.finish()
        importing.take(item)


@dataclass
class _Import:
    source: Source
    target: CatalogBackend
    bad_row: BadRow
    progress: Progress
    result: TransferResult = field(default_factory=TransferResult)
    _batch: dict[str, CatalogEntry] = field(default_factory=dict)
    _size: int = 0
    """Characters in the batch, about."""
    _last: list[NamedAliases | Descent] = field(default_factory=list)
    """Items that need the entries before them."""
    _parents: StreamParents = field(default_factory=StreamParents)

    def take(self, item: Item) -> None:
        """Take one item; entries are registered when there are enough of them."""
        if isinstance(item, LeftOut):
            self._leave_out(item.label, item.reason)
        elif isinstance(item, CatalogEntry):
            entry = self._fitted(item)
            earlier = self._batch.get(entry.artifact_id)
            self._batch[entry.artifact_id] = entry if earlier is None else merged(earlier, entry, "")
            self._size += len(repr(entry))
            if len(self._batch) >= BATCH_ROWS or self._size >= BATCH_BYTES:
                self.flush()
        else:
            self._last.append(item)

    def finish(self) -> TransferResult:
        """Register the last batch, set aliases, add edges to named artifacts, and look for parents without a record."""
        self.flush()
        for item in self._last:
            self._set_aliases(item) if isinstance(item, NamedAliases) else self._add_descent(item)
        for sentence in self._parents.warnings(self.target):
            self.result.warn(sentence)
        return self.result

    def _fitted(self, entry: CatalogEntry) -> CatalogEntry:
        """Return the entry, without the tags or the metadata that the catalog would refuse."""
        unfit: dict[str, Any] = {}
        for name, limit in (("tags", checks.MAX_TAG_BYTES), ("metadata", checks.MAX_METADATA_BYTES)):
            try:
                checks.checked_object(entry[name], name, limit)
            except InvalidInput as error:
                self._leave_out(f"{name} of {entry.name}", error.message)
                unfit[name] = {}
        return replace(entry, **unfit)

    def flush(self) -> None:
        """Register the entries of the batch."""
        entries, self._batch, self._size = list(self._batch.values()), {}, 0
        if not entries:
            return
        known = self.target.get_many([entry.artifact_id for entry in entries], deleted=True)
        rows: list[CatalogEntry] = []
        for old, entry in zip(known, entries, strict=True):
            if old is not None and old.state == "deleted":
                self._leave_out_entry(entry, DELETED if old.name else PURGED)
                continue
            stale = self._stale_parents(old, entry)
            if stale:
                self.target.remove_parents(entry.artifact_id, *stale)
            if old is not None and not stale and _is_unchanged(old, entry):
                self.result.count("known")
            else:
                rows.append(entry)
        for part, registrations in in_parts(rows, self._register, self._leave_out_entry, lambda row: row.artifact_id):
            for registration in registrations:
                self.result.count("new" if registration.created else "changed")
            self._parents.note(part, registrations)
        self.progress(self.result.registered)

    def _stale_parents(self, old: CatalogEntry | None, entry: CatalogEntry) -> list[str]:
        start = self.source.replaced
        if old is None or not start:
            return []
        return [i for i in old.parent_ids if i.startswith(start) and i not in entry.parent_ids]

    def _register(self, rows: Sequence[CatalogEntry]) -> list[Registration]:
        """Register entries, without the edges that would close a cycle."""
        entries = {entry.artifact_id: entry for entry in rows}
        while True:
            try:
                return self.target.register_many(list(entries.values()))
            except CycleRefused as error:
                edges = pairwise(error.details.get("path", ()))
                edge = next((e for e in edges if e[0] in entries and e[1] in entries[e[0]].parent_ids), None)
                if edge is None:
                    raise
                child, parent_id = entries[edge[0]], edge[1]
                self._leave_out(f"edge from {parent_id} to {child.artifact_id}", "it would close a cycle")
                others = [i for i in child.parent_ids if i != parent_id]
                entries[child.artifact_id] = replace(child, parent_ids=others)

    def _set_aliases(self, item: NamedAliases) -> None:
        """Set the aliases of a name, and unset those that an earlier import set and the source no longer has."""
        held = {alias.alias: alias for alias in self.target.aliases(item.name)}
        for alias, artifact_id in item.ids.items():
            if alias in held and held[alias].artifact_id == artifact_id:
                self.result.count("known", "alias")
                continue
            try:
                self.target.set_alias(item.name, alias, artifact_id, by=self.source.by, exact=True)
                self.result.count("changed" if alias in held else "new", "alias")
            except (InvalidInput, NotFound) as error:
                self._leave_out(f"alias {item.name}@{alias}", error.message, "alias")
        for alias, current in held.items():
            if alias not in item.ids and current.by == self.source.by:
                self.target.unset_alias(item.name, alias, by=self.source.by)
                self.result.count("changed", "alias")

    def _add_descent(self, item: Descent) -> None:
        try:
            child = self.target.get(self.target.resolve(item.child))
            if child is None:
                raise NotFound(f"{item.child!r} is not registered")
            if item.parent_id in child.parent_ids:
                self.result.count("known", "edge")
            else:
                self.target.add_parents(child.artifact_id, item.parent_id)
                self.result.count("new", "edge")
        except CatalogError as error:
            if not isinstance(error, InvalidInput | NotFound | CycleRefused):
                raise
            self._leave_out(f"edge from {item.parent_id} to {item.child}", error.message, "edge")

    def _leave_out_entry(self, entry: CatalogEntry, reason: str) -> None:
        self._leave_out(f"{entry.name} ({entry.artifact_id})", reason)

    def _leave_out(self, what: str, reason: str, kind: str = "artifact") -> None:
        self.result.leave_out(what, reason, self.bad_row, kind)


def _is_unchanged(old: CatalogEntry, new: CatalogEntry) -> bool:
    """Return True if registering `new` over `old` would change nothing."""
    after = merged(old, new, "")
    return all(same_json(old[name], after[name]) for name in old if name not in ("recorded_at", "state", "aliases"))
