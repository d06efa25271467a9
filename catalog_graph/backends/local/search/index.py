"""What registered artifacts are found by, written: one row each in `cg_search`, and who has which label."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from itertools import repeat
from operator import itemgetter
from typing import Any, NamedTuple

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.local.artifacts.records import Stored
from catalog_graph.backends.local.search.labels import Labeller, packed, unpacked
from catalog_graph.query.text import MAX_SEARCH_TEXT_BYTES, compact_name, search_index

_NEVER_CUT = 400
"""Characters whose search text stays below its limit, even where folding makes them longer (up to 33 bytes)."""

_ALIASES = (
    "SELECT DISTINCT n.node, h.alias FROM json_each(?) j CROSS JOIN cg_node n ON n.node = j.value "
    "CROSS JOIN cg_alias h ON h.artifact_id = n.artifact_id"
)

_Has = tuple[int, int, int]
"""A row of `cg_labelled`: label, created, node."""


class Labelled(NamedTuple):
    """Entries whose labels were worked out before the file is locked: by id, what the labeller calls them."""

    labeller: Labeller
    slots: dict[str, list[int]]


def labelled(entries: Iterable[CatalogEntry]) -> Labelled:
    """Work out the labels of these entries."""
    labeller = Labeller()
    return Labelled(labeller, {entry.artifact_id: labeller.slots(entry) for entry in entries})


def put(connection: sqlite3.Connection, documents: Mapping[int, Stored], known: Labelled | None = None) -> None:
    """Make these nodes found by what their entries hold now; `known` are labels worked out before."""
    labeller, slots = known or Labelled(Labeller(), {})
    slots_of = [slots.get(d.entry.artifact_id) or labeller.slots(d.entry) for d in documents.values()]
    before = _rows(connection, documents)
    aliases = _aliases(connection, before)
    slots_of = [
        [*own, *map(labeller.alias_slot, aliases[node])] if node in aliases else own
        for node, own in zip(documents, slots_of, strict=True)
    ]
    numbers = labeller.numbers(connection)
    gone: list[_Has] = []
    come: list[_Has] = []
    rows: list[tuple[Any, ...]] = []
    for (node, document), own_slots in zip(documents.items(), slots_of, strict=True):
        entry, created = document.entry, document.created
        labels = [numbers[slot] for slot in own_slots]
        rows.append((node, created, entry.artifact_id, compact_name(entry.name), packed(labels), _cut_text(entry)))
        new: Iterable[int] = labels
        if node in before:
            was_created, was = before[node]
            lost, new = (was.difference(labels), set(labels) - was) if was_created == created else (was, labels)
            gone += zip(lost, repeat(was_created), repeat(node))
        come += zip(new, repeat(created), repeat(node))
    _remove_labelled(connection, gone)
    come.sort(key=itemgetter(0))
    connection.executemany("INSERT INTO cg_labelled VALUES (?, ?, ?)", come)
    connection.executemany("INSERT OR REPLACE INTO cg_search VALUES (?, ?, ?, ?, ?, ?)", rows)


def remove(connection: sqlite3.Connection, nodes: Iterable[int]) -> None:
    """Let these nodes be found no more."""
    before = _rows(connection, nodes)
    _remove_labelled(connection, [(label, created, n) for n, (created, was) in before.items() for label in was])
    connection.executemany("DELETE FROM cg_search WHERE node = ?", [(node,) for node in before])


def _rows(connection: sqlite3.Connection, nodes: Iterable[int]) -> dict[int, tuple[int, set[int]]]:
    found = connection.execute(
        "SELECT s.node, s.created, s.labels FROM json_each(?) j CROSS JOIN cg_search s ON s.node = j.value",
        (json.dumps(list(nodes)),),
    )
    return {node: (created, set(unpacked(labels))) for node, created, labels in found}


def _aliases(connection: sqlite3.Connection, nodes: Iterable[int]) -> dict[int, list[str]]:
    """By node, the aliases that artifacts carry."""
    found: dict[int, list[str]] = {}
    for node, alias in connection.execute(_ALIASES, (json.dumps(list(nodes)),)):
        found.setdefault(node, []).append(alias)
    return found


def _remove_labelled(connection: sqlite3.Connection, rows: list[_Has]) -> None:
    connection.executemany("DELETE FROM cg_labelled WHERE label = ? AND created = ? AND node = ?", rows)


def _cut_text(entry: CatalogEntry) -> str | None:
    """The search text, where so much of it was cut that its labels' texts do not tell what it holds."""
    size = len(entry.name) + len(entry.artifact_type) + len(entry.source_pipeline) + len(entry.source_step)
    for value in entry.tags.values():
        kind = type(value)
        size += len(value) if kind is str else _NEVER_CUT if kind is list or kind is dict else 32
    if size < _NEVER_CUT:
        return None
    text = search_index(entry).search_text
    return text if len(text.encode()) > MAX_SEARCH_TEXT_BYTES - 4 else None
