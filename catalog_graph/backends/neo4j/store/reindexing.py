"""Index all registered artifacts again, in batches, after an upgrade that changed what artifacts are found by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from neo4j import Record

from catalog_graph.backends.neo4j.store.bolt import Bolt, BoltTransaction
from catalog_graph.backends.neo4j.store.records import entry_from, properties
from catalog_graph.query.index import alias_terms

BATCH_ROWS = 1000
_LISTS = ("terms", "tag_tokens")


def reindex(bolt: Bolt, write: str) -> None:
    """Index every registered artifact; `write` is the query that stores a batch.

    It may be interrupted and run again: what is indexed already is not written.
    """
    after = ""
    while rows := bolt.read("store/to_index", starting=True, after=after, limit=BATCH_ROWS):
        if changed := list(_changed(rows)):
            bolt.write(_storing(write, changed))
        after = rows[-1]["artifact_id"]


def _changed(rows: Iterable[Record]) -> Iterable[dict[str, Any]]:
    for row in rows:
        entry = entry_from(row["fields"])
        new = properties(entry)
        new["terms"] = list(dict.fromkeys([*new["terms"], *alias_terms(entry.aliases)]))
        if new["search_text"] != row["search_text"] or any(set(new[n] or ()) != set(row[n] or ()) for n in _LISTS):
            index = {name: new[name] for name in ("search_text", *_LISTS)}
            yield {"artifact_id": entry.artifact_id, "revision": row["revision"], **index}


def _storing(write: str, rows: list[dict[str, Any]]) -> Callable[[BoltTransaction], object]:
    return lambda transaction: transaction.run(write, rows=rows)
