"""Seals in the file: a row for each part, beside the artifact's id."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from catalog_graph.backends.local.artifacts.lookup import registered
from catalog_graph.backends.local.store.catalog_file import small_cache
from catalog_graph.backends.local.store.change_record import recorder_of
from catalog_graph.backends.references import unknown_artifact
from catalog_graph.changes.recording import item
from catalog_graph.instants import microseconds
from catalog_graph.seals.card import SealCard, SealPart, seal_part

if TYPE_CHECKING:
    from catalog_graph.seals.card import PartKey

_COLUMNS = "card, part, parts, body"
_WHOLE = "(SELECT count(*) FROM cg_seal o WHERE o.artifact_id = s.artifact_id AND o.digest = s.digest) = s.parts"


def keep(connection: sqlite3.Connection, parts: Sequence[SealPart]) -> None:
    """Keep all parts of a seal, unless they are kept; raise `NotFound` if its artifact is not registered."""
    if not parts:
        return
    first = parts[0]
    if first.card.artifact_id not in registered(connection, [first.card.artifact_id]):
        raise unknown_artifact(first.card.artifact_id)
    kept = known(connection, (part.key for part in parts))
    with small_cache(connection):
        save(connection, (part for part in parts if part.key not in kept))
    if first.key not in kept:
        recorder_of(connection).add([item("sealed", first.card.artifact_id, first.card.digest)])


def save(connection: sqlite3.Connection, parts: Iterable[SealPart]) -> None:
    """Store parts."""
    connection.executemany(
        "INSERT INTO cg_seal (artifact_id, digest, part, at, parts, card, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
        ((*p.key, microseconds(p.card.sealed_at), p.parts, json.dumps(p.card.to_dict()), p.body) for p in parts),
    )


def known(connection: sqlite3.Connection, keys: Iterable[PartKey]) -> set[PartKey]:
    """Return those of these keys of parts that are stored."""
    statement = "SELECT artifact_id, digest, part FROM cg_seal WHERE (artifact_id, digest, part) = (?, ?, ?)"
    return {row for key in keys for row in connection.execute(statement, key)}


def cards(connection: sqlite3.Connection, artifact_id: str, limit: int) -> list[SealCard]:
    """Return the newest whole seals of an artifact."""
    rows = connection.execute(
        f"SELECT s.card FROM cg_seal s WHERE s.artifact_id = ? AND s.part = 0 AND {_WHOLE} "
        "ORDER BY s.at DESC, s.digest LIMIT ?",
        (artifact_id, limit),
    )
    return [SealCard.from_dict(json.loads(card)) for (card,) in rows]


def digests(connection: sqlite3.Connection, artifact_ids: Iterable[str]) -> dict[str, list[str]]:
    """Return the digests of the whole seals of each artifact that has any, sorted."""
    rows = connection.execute(
        "SELECT s.artifact_id, s.digest FROM json_each(?) j CROSS JOIN cg_seal s ON s.artifact_id = j.value "
        f"WHERE s.part = 0 AND {_WHOLE} ORDER BY s.artifact_id, s.digest",
        (json.dumps(list(artifact_ids)),),
    )
    return {artifact_id: [digest for _, digest in group] for artifact_id, group in groupby(rows, itemgetter(0))}


def parts(connection: sqlite3.Connection, artifact_id: str, digest: str) -> list[SealPart]:
    """Return the parts of a seal, in order; none unless all are there."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM cg_seal s WHERE artifact_id = ? AND digest = ? AND {_WHOLE} ORDER BY part",
        (artifact_id, digest),
    )
    return [seal_part(row) for row in rows]


def all_parts(connection: sqlite3.Connection) -> Iterator[list[SealPart]]:
    """Yield the parts of all seals, a few at a time."""
    cursor: Any = connection.execute(f"SELECT {_COLUMNS} FROM cg_seal ORDER BY artifact_id, digest, part")
    while rows := cursor.fetchmany(4):
        yield [seal_part(row) for row in rows]
