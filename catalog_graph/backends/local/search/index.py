"""The search index: each registered artifact has a row in `cg_search`, and one in `cg_labelled` for each label."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from itertools import chain, repeat
from typing import Any, NamedTuple

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.local.search.labels import FIELDS, Labeller, field_token, pack, unpack
from catalog_graph.backends.local.store.records import Document
from catalog_graph.query.index import MAX_SEARCH_TEXT_BYTES, search_index
from catalog_graph.query.text import compact_name

_NEVER_CUT = 400
"""Characters up to which a search text stays below its limit, even if folding lengthens it (33 bytes a character)."""

_ALIASES = (
    "SELECT DISTINCT n.node, h.alias FROM json_each(?) j CROSS JOIN cg_node n ON n.node = j.value "
    "CROSS JOIN cg_alias h ON h.artifact_id = n.artifact_id"
)

_LabelledRow = tuple[int, int, int]
"""A row of `cg_labelled`: label, created, node."""


class Labels(NamedTuple):
    """Labels of entries, computed before the file is locked."""

    labeller: Labeller
    slots: dict[str, list[int]]
    """Slots of the labeller by artifact id."""


def labels_of(entries: Iterable[CatalogEntry]) -> Labels:
    """Compute the labels of entries."""
    labeller = Labeller()
    return Labels(labeller, {entry.artifact_id: labeller.slots(entry) for entry in entries})


class LabelChanges:
    """Labels that artifacts lose and gain, computed before the file is locked."""

    def __init__(self) -> None:
        self._labeller = Labeller()
        self._rows: list[tuple[int, int, bytes, set[int], set[int], str | None]] = []
        """Node, instant of creation, packed labels, slots of the lost and of the gained labels, and separate text."""

    def add(self, node: int, created: int, labels: bytes, old: CatalogEntry, new: CatalogEntry) -> None:
        """Add an artifact with its present labels, that changes from `old` to `new`; its name and `created` stay."""
        before, after = set(self._labeller.slots(old)), set(self._labeller.slots(new))
        self._rows.append((node, created, labels, before - after, after - before, _separate_text(new)))

    def prepare(self) -> None:
        """Compute what the file stores of gained labels, if it does not have them yet."""
        self._labeller.prepare({slot for *_, gained, _ in self._rows for slot in gained})

    def store(self, connection: sqlite3.Connection) -> None:
        """Change the labels in the file."""
        numbers = self._labeller.numbers(connection, {slot for row in self._rows for slot in row[3] | row[4]})
        rows: list[tuple[bytes, str | None, int]] = []
        removed: list[_LabelledRow] = []
        added: list[_LabelledRow] = []
        for node, created, labels, lost, gained, text in self._rows:
            old = unpack(labels)
            gone = set(map(numbers.__getitem__, lost)).intersection(old)
            new = set(map(numbers.__getitem__, gained)).difference(old)
            kept = [number for number in old if number not in gone] if gone else old
            rows.append((pack(chain(kept, sorted(new))), text, node))
            removed += zip(gone, repeat(created), repeat(node))
            added += zip(new, repeat(created), repeat(node))
        _replace_labelled(connection, removed, added)
        connection.executemany("UPDATE cg_search SET labels = ?, text = ? WHERE node = ?", rows)


def put(connection: sqlite3.Connection, documents: Mapping[int, Document], labels: Labels | None = None) -> None:
    """Index documents by node, in place of what was indexed for these nodes; labels that are missing are computed."""
    labeller, known_slots = labels or Labels(Labeller(), {})
    slots_of = [known_slots.get(d.entry.artifact_id) or labeller.slots(d.entry) for d in documents.values()]
    before = _indexed(connection, documents)
    aliases = _aliases(connection, before)
    slots_of = [
        [*slots, *map(labeller.alias_slot, aliases[node])] if node in aliases else slots
        for node, slots in zip(documents, slots_of, strict=True)
    ]
    numbers = labeller.numbers(connection)
    rows: list[tuple[Any, ...]] = []
    removed: list[_LabelledRow] = []
    added: list[_LabelledRow] = []
    for (node, document), slots in zip(documents.items(), slots_of, strict=True):
        entry, created = document.entry, document.created
        own = [numbers[slot] for slot in slots]
        rows.append((node, created, entry.artifact_id, compact_name(entry.name), pack(own), _separate_text(entry)))
        old_created, old = before.get(node, (created, set()))
        lost, new = _changes(old, own) if old_created == created else (old, own)
        removed += zip(lost, repeat(old_created), repeat(node))
        added += zip(new, repeat(created), repeat(node))
    _replace_labelled(connection, removed, added)
    connection.executemany("INSERT OR REPLACE INTO cg_search VALUES (?, ?, ?, ?, ?, ?)", rows)


def remove(connection: sqlite3.Connection, nodes: Iterable[int]) -> None:
    """Remove nodes from the index."""
    before = _indexed(connection, nodes)
    _remove_labelled(connection, [(label, created, n) for n, (created, old) in before.items() for label in old])
    connection.executemany("DELETE FROM cg_search WHERE node = ?", [(node,) for node in before])


def changed_fields(connection: sqlite3.Connection, node: int, entry: CatalogEntry) -> list[str]:
    """Return the fields of an entry that are labels, and differ from those with which its node is indexed."""
    numbers = [label for _, labels in _indexed(connection, [node]).values() for label in labels]
    rows = connection.execute(
        "SELECT l.token FROM json_each(?) j CROSS JOIN cg_label l ON l.label = j.value", (json.dumps(numbers),)
    )
    tokens = {token for (token,) in rows}
    changed = []
    for name, field in FIELDS.items():
        text = entry[field] or ""
        token = field_token(name, text)
        if token not in tokens if text else any(each.startswith(token) for each in tokens):
            changed.append(field)
    return changed


def _indexed(connection: sqlite3.Connection, nodes: Iterable[int]) -> dict[int, tuple[int, set[int]]]:
    """Return instant of creation and labels of the nodes that are indexed."""
    rows = connection.execute(
        "SELECT s.node, s.created, s.labels FROM json_each(?) j CROSS JOIN cg_search s ON s.node = j.value",
        (json.dumps(list(nodes)),),
    )
    return {node: (created, set(unpack(labels))) for node, created, labels in rows}


def _aliases(connection: sqlite3.Connection, nodes: Iterable[int]) -> dict[int, list[str]]:
    """Return the aliases of artifacts by node."""
    aliases: dict[int, list[str]] = {}
    for node, alias in connection.execute(_ALIASES, (json.dumps(list(nodes)),)):
        aliases.setdefault(node, []).append(alias)
    return aliases


def _changes(old: set[int], new: list[int]) -> tuple[Iterable[int], Iterable[int]]:
    """Return the labels that an artifact has lost, and those that are new."""
    return (old.difference(new), set(new) - old) if old else (old, new)


def _replace_labelled(connection: sqlite3.Connection, removed: list[_LabelledRow], added: list[_LabelledRow]) -> None:
    """Remove and add rows by label, in the order of the index."""
    removed.sort()
    _remove_labelled(connection, removed)
    added.sort()
    connection.executemany("INSERT INTO cg_labelled VALUES (?, ?, ?)", added)


def _remove_labelled(connection: sqlite3.Connection, rows: list[_LabelledRow]) -> None:
    connection.executemany("DELETE FROM cg_labelled WHERE label = ? AND created = ? AND node = ?", rows)


def _separate_text(entry: CatalogEntry) -> str | None:
    """Return the search text if it was cut, so that the texts of the labels would match more; else `None`."""
    size = (
        len(entry.name)
        + len(entry.artifact_type)
        + len(entry.source_pipeline)
        + len(entry.source_step)
        + len(entry.uri)
    )
    for value in entry.tags.values():
        kind = type(value)
        size += len(value) if kind is str else _NEVER_CUT if kind is list or kind is dict else 32
    if size < _NEVER_CUT:
        return None
    text = search_index(entry).search_text
    return text if len(text.encode()) > MAX_SEARCH_TEXT_BYTES - 4 else None
