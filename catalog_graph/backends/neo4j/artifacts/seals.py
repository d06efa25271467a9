"""Seals in the graph: a node for each part, with the artifact's id."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from catalog_graph.backends.neo4j.store.bolt import Bolt, BoltTransaction
from catalog_graph.backends.neo4j.store.transaction import Changes
from catalog_graph.changes.recording import item
from catalog_graph.instants import microseconds
from catalog_graph.seals.card import PartKey, SealCard, SealPart, seal_part


def keep(transaction: BoltTransaction, parts: Sequence[SealPart]) -> None:
    """Keep all parts of a seal, unless they are kept; raise `NotFound` if its artifact is not registered."""
    if not parts:
        return
    first = parts[0]
    Changes(transaction).registered(first.card.artifact_id)
    kept = known(transaction, (part.key for part in parts))
    save(transaction, (part for part in parts if part.key not in kept))
    if first.key not in kept:
        transaction.changes.add([item("sealed", first.card.artifact_id, first.card.digest)])


def save(transaction: BoltTransaction, parts: Iterable[SealPart]) -> None:
    """Store parts."""
    for part in parts:
        artifact_id, digest, number = part.key
        row = {
            "artifact_id": artifact_id,
            "digest": digest,
            "part": number,
            "at": microseconds(part.card.sealed_at),
            "parts": part.parts,
            "card": json.dumps(part.card.to_dict()),
            "body": part.body,
        }
        transaction.run("seals/keep", rows=[row])
        # The driver holds the parameters of all queries of a transaction until it ends.
        row["body"] = None


def known(transaction: BoltTransaction, keys: Iterable[PartKey]) -> set[PartKey]:
    """Return those of these keys of parts that are stored."""
    [row] = transaction.run("seals/known", keys=list(map(list, keys)))
    return {(artifact_id, digest, part) for artifact_id, digest, part in row["keys"]}


def cards(bolt: Bolt, artifact_id: str, limit: int) -> list[SealCard]:
    """Return the newest whole seals of an artifact."""
    [row] = bolt.read("seals/list", artifact_id=artifact_id, limit=limit)
    return [SealCard.from_dict(json.loads(card)) for card in row["cards"]]


def digests(bolt: Bolt, artifact_ids: Iterable[str]) -> dict[str, list[str]]:
    """Return the digests of the whole seals of each artifact that has any, sorted."""
    [row] = bolt.read("seals/digests", artifact_ids=list(artifact_ids))
    return {artifact_id: sorted(kept) for artifact_id, kept in row["digests"]}


def parts(bolt: Bolt, artifact_id: str, digest: str) -> list[SealPart]:
    """Return the parts of a seal, in order; none unless all are there."""
    [row] = bolt.read("seals/read", artifact_id=artifact_id, digest=digest)
    read = list(map(seal_part, row["parts"]))
    return read if read and len(read) == read[0].parts else []


def all_parts(bolt: Bolt, seconds: float) -> Iterator[list[SealPart]]:
    """Yield the parts of all seals, one at a time."""
    for row in bolt.stream("copies/all_seals", seconds):
        yield [seal_part(row["part"])]
