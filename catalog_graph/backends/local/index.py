"""What registered artifacts are found by, written: one row each in `cg_search`, and who has which label."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.local.labels import Meaning, digest_labels, label_tokens, numbers_of, packed, unpacked
from catalog_graph.backends.local.rows import Stored
from catalog_graph.query.text import MAX_SEARCH_TEXT_BYTES, compact_name, search_index

_NEVER_CUT = 400
"""Characters whose search text stays below its limit, even where folding makes them longer (up to 33 bytes)."""

Prepared = tuple[dict[str, Meaning], list[int]]
"""The labels of an entry: those by token, those by digest."""


def prepared(entry: CatalogEntry, memo: dict[Any, str]) -> Prepared:
    """The labels of an entry, worked out before the file is locked."""
    return label_tokens(entry, memo), digest_labels(entry)


def put(
    connection: sqlite3.Connection, documents: Mapping[int, Stored], known: Mapping[int, Prepared] | None = None
) -> None:
    """Make these nodes found by what their entries hold now; `known` are labels worked out before."""
    memo: dict[Any, str] = {}
    labels = {n: (known or {}).get(n) or prepared(d.entry, memo) for n, d in documents.items()}
    numbers = numbers_of(connection, {token: m for tokens, _ in labels.values() for token, m in tokens.items()})
    gone: list[tuple[int, int, int]] = []
    come: list[tuple[int, int, int]] = []
    rows: list[tuple[Any, ...]] = []
    before = _rows(connection, documents)
    for node, document in documents.items():
        tokens, digests = labels[node]
        created, now = document.created, {*(numbers[token] for token in tokens), *digests}
        was_created, was = before.get(node, (created, set()))
        lost, new = (was - now, now - was) if was_created == created else (was, now)
        gone += [(label, was_created, node) for label in lost]
        come += [(label, created, node) for label in new]
        entry = document.entry
        rows.append((node, created, entry.artifact_id, compact_name(entry.name), packed(now), _cut_text(entry)))
    _remove_labelled(connection, gone)
    come.sort()
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


def _remove_labelled(connection: sqlite3.Connection, rows: list[tuple[int, int, int]]) -> None:
    connection.executemany("DELETE FROM cg_labelled WHERE label = ? AND created = ? AND node = ?", rows)


def _cut_text(entry: CatalogEntry) -> str | None:
    """The search text, where so much of it was cut that its labels' texts do not tell what it holds."""
    texts = (entry.name, entry.artifact_type, entry.source_pipeline, entry.source_step)
    size = sum(map(len, texts)) + sum(
        len(value) if isinstance(value, str) else 32 if not isinstance(value, list | dict) else _NEVER_CUT
        for value in entry.tags.values()
    )
    if size < _NEVER_CUT:
        return None
    text = search_index(entry).search_text
    return text if len(text.encode()) > MAX_SEARCH_TEXT_BYTES - 4 else None
