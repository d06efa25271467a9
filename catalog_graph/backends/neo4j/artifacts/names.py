"""The artifacts of a name, newest first; those of one version are found by the full-text index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.neo4j.search.lucene import conjunction, phrase
from catalog_graph.backends.neo4j.store.bolt import Bolt, BoltTransaction
from catalog_graph.backends.neo4j.store.records import entry_from, sort_id
from catalog_graph.backends.references import VersionPosition
from catalog_graph.query.text import compact_name, token

_BEFORE_ALL = VersionPosition(2**62, "")


def named(
    bolt: Bolt, name: str, versions: Sequence[str], limit: int, after: VersionPosition | None
) -> list[CatalogEntry]:
    """Return the artifacts of a name; see `StoreReferences._named`."""
    position = after or _BEFORE_ALL
    start: dict[str, Any] = {"after_seq": position.created, "after_id": sort_id(position.artifact_id), "limit": limit}
    if versions:
        lucene = [conjunction([phrase(token("f", "name", name)), phrase(token("f", "version", v))]) for v in versions]
        [row] = bolt.read("artifacts/named_versions", lucene=lucene, name=name, versions=list(versions), **start)
    else:
        [row] = bolt.read("artifacts/named", compact=compact_name(name), name=name, **start)
    return [entry_from(artifact) for artifact in row["artifacts"]]


def holders(transaction: BoltTransaction, names: Sequence[str]) -> dict[str, str]:
    """Return the id of the newest artifact of each of these names that has one, by name."""
    [row] = transaction.run("artifacts/holders", names=[[compact_name(name), name] for name in names])
    return dict(row["holders"])
