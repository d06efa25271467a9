"""The search for whatever must go with an artifact: derivatives, copies, aliases, approvals and seals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from catalog_graph.answers.kept_erasure import Relation, StoredItem
from catalog_graph.answers.question import LineageReader
from catalog_graph.answers.spread import BATCH
from catalog_graph.artifact import CatalogEntry
from catalog_graph.cards import card_of
from catalog_graph.lineage import Card
from catalog_graph.query.text import fold

APPROVAL = "approv"
"""Beginning of the keys of tags that name who approved an artifact, such as `approved_by`."""


class Way(NamedTuple):
    """The way in which an artifact belongs to a worklist."""

    relation: Relation
    via: str
    depth: int


class Remains:
    """The part of a catalog that rests on an artifact, and is still there."""

    def __init__(self, reader: LineageReader, root: Card, stored: Sequence[StoredItem], now: int) -> None:
        """Read what is left, from an artifact and from all that its worklist has named so far.

        The worklist remembers artifacts whose edges have ended, and contents.
        """
        self._reader = reader
        self._now = now
        self._ways: dict[str, Way] = {}
        self._hashes: dict[str, set[str]] = {}
        for item in stored:
            self._hashes.setdefault(item.artifact_id, set()).add(item.content_hash)
        self._looked_up: set[str] = set()
        self.items: dict[str, StoredItem] = {}
        """Registered artifacts, aliases that they hold, their approvals and their seals."""
        self.cards: dict[str, Card] = {root.artifact_id: root}
        """Artifacts in any state that were read on the way, by id."""
        self._follow({root.artifact_id: Way("itself", "", 0)})
        self._follow(
            {i.artifact_id: Way(i.relation, i.via, i.depth) for i in stored if i.artifact_id not in self._ways}
        )

    def _follow(self, level: dict[str, Way]) -> None:
        """Read level by level what derives from artifacts, and what has their content.

        What is not registered is passed: it may have registered derivatives.
        """
        while level:
            self._ways |= level
            ids = sorted(level)
            entries = self._entries(ids)
            derivatives, copies = self._derivatives(ids), self._copies(entries, ids)
            following: dict[str, Way] = {}
            for parent in ids:
                for child in derivatives.get(parent, ()):
                    following.setdefault(child, Way("derivative", parent, level[parent].depth + 1))
            for original in ids:
                for copy in copies[original]:
                    following.setdefault(copy, Way("copy", original, level[original].depth + 1))
            level = {i: way for i, way in following.items() if i not in self._ways}

    def _entries(self, ids: Sequence[str]) -> dict[str, CatalogEntry]:
        """Return those artifacts that are registered, and note what is left of each."""
        entries: dict[str, CatalogEntry] = {}
        seals: dict[str, list[str]] = {}
        for at in range(0, len(ids), BATCH):
            read = self._reader.get_many(ids[at : at + BATCH])
            entries |= {entry.artifact_id: entry for entry in read if entry is not None}
            seals |= self._reader.seal_digests(ids[at : at + BATCH])
        for entry in entries.values():
            self.cards[entry.artifact_id] = card_of(entry)
            self.items |= {item: self._item(item, entry) for item in items_of(entry, seals.get(entry.artifact_id, ()))}
        return entries

    def _item(self, item: str, entry: CatalogEntry) -> StoredItem:
        way = self._ways[entry.artifact_id]
        return StoredItem(item, entry.artifact_id, *way, entry.content_hash, self._now)

    def _derivatives(self, ids: Sequence[str]) -> dict[str, list[str]]:
        derivatives: dict[str, list[str]] = {}
        for at in range(0, len(ids), BATCH):
            for parent, children in self._reader.adjacent(ids[at : at + BATCH], "downstream").items():
                derivatives[parent] = sorted(child.artifact_id for child in children)
                self.cards = {child.artifact_id: child for child in children} | self.cards
        return derivatives

    def _copies(self, entries: Mapping[str, CatalogEntry], ids: Sequence[str]) -> dict[str, list[str]]:
        """Return what has the content that each artifact has, or had when the worklist took it in."""
        contents = {i: self._hashes.get(i, set()) | {entries[i].content_hash if i in entries else ""} for i in ids}
        new = sorted(set[str]().union(*contents.values()) - self._looked_up - {""})
        self._looked_up.update(new)
        copies = self._reader.with_content(new) if new else {}
        return {i: [copy for each in sorted(hashes) for copy in copies.get(each, ())] for i, hashes in contents.items()}


def items_of(entry: CatalogEntry, seals: Sequence[str]) -> list[str]:
    """Return the items of a registered artifact: itself, its aliases, its approvals and its seals."""
    aliases = [f"alias:{entry.name}@{alias}" for alias in entry.aliases]
    approvals = [f"approval:{entry.artifact_id}/{key}" for key in entry.tags if fold(key).startswith(APPROVAL)]
    sealed = [f"seal:{entry.artifact_id}/{digest}" for digest in seals]
    return [f"artifact:{entry.artifact_id}", *aliases, *approvals, *sealed]
