"""The artifacts of a name in order of registration; those of one version are found by the full-text index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.neo4j.search.lucene import conjunction, phrase
from catalog_graph.backends.neo4j.store.bolt import Bolt, BoltTransaction
from catalog_graph.backends.neo4j.store.records import entry_from, sort_id
from catalog_graph.backends.references import NamedArtifact, VersionPosition
from catalog_graph.query.text import compact_name, token

_AFTER_ALL = VersionPosition(2**62, 0, "")


def named(
    bolt: Bolt, name: str, versions: Sequence[str], limit: int, after: VersionPosition | None
) -> list[NamedArtifact]:
    """Return artifacts of a name; see `StoreReferences._named`."""
    place = after or _AFTER_ALL
    before: dict[str, Any] = {
        "recorded": place.recorded,
        "position": place.position,
        "before_id": sort_id(place.artifact_id),
        "limit": limit,
    }
    if versions:
        lucene = [conjunction([phrase(token("f", "name", name)), phrase(token("f", "version", v))]) for v in versions]
        [row] = bolt.read("artifacts/named_versions", lucene=lucene, name=name, versions=list(versions), **before)
    else:
        [row] = bolt.read("artifacts/named", compact=compact_name(name), name=name, **before)
    return [_named_artifact(*artifact) for artifact in row["artifacts"]]


def latest(bolt: Bolt, name: str) -> CatalogEntry | None:
    """Return the latest artifact of a name; see `StoreReferences._latest`."""
    [row] = bolt.read("artifacts/latest", compact=compact_name(name), name=name)
    return next(map(entry_from, row["artifacts"]), None)


def _named_artifact(recorded: int, position: int, fields: Sequence[Any]) -> NamedArtifact:
    entry = entry_from(fields)
    return NamedArtifact(VersionPosition(recorded, position, entry.artifact_id), entry)


def holders(transaction: BoltTransaction, names: Sequence[str]) -> dict[str, str]:
    """Return the id of the last registered artifact of each of these names that has one, by name."""
    [row] = transaction.run("artifacts/holders", names=[[compact_name(name), name] for name in names])
    return dict(row["holders"])
