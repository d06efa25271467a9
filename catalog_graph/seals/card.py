"""Seals as a catalog keeps them: the card of each, and its statement, compressed, in parts."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from catalog_graph.answers.base import AnswerPart
from catalog_graph.errors import StoreDamaged
from catalog_graph.seals.envelope import Envelope, Signature
from catalog_graph.seals.statement import Statement

PartKey = tuple[str, str, int]
"""The artifact, the digest of the seal, and the number of the part."""
PART_BYTES = 1024 * 1024
"""Maximum bytes of a part, which is one line of a copy."""
MAX_PARTS = 64
_LEVEL = 6


@dataclass(frozen=True, slots=True)
class SealCard(AnswerPart):
    """The short description of a seal that a catalog keeps."""

    artifact_id: str
    digest: str
    """SHA-256 of the file of the seal."""
    sealed_at: str
    sealed_by: str
    alias: str | None
    """Alias to which the artifact was promoted with this seal."""
    root: str
    """The Merkle root over the artifact and its whole ancestry."""
    claims_root: str
    """The root over their tags and metadata."""
    artifacts: int
    """Number of artifacts that are sealed: the artifact and its ancestry."""
    unregistered: int
    """Number of these that were not registered."""
    signatures: list[Signature]

    @classmethod
    def of(cls, envelope: Envelope, statement: Statement) -> SealCard:
        """Return the card of a seal."""
        approval = statement.approval
        return cls(
            statement.artifact_id,
            envelope.digest,
            approval.sealed_at,
            approval.sealed_by,
            approval.alias,
            statement.root,
            statement.claims_root,
            len(statement.records),
            len(approval.unregistered),
            list(envelope.signatures),
        )


@dataclass(frozen=True, slots=True)
class SealPart:
    """A part of a seal, as it is stored and copied."""

    card: SealCard
    part: int
    """Number of the part, from 0."""
    parts: int
    body: bytes
    """This part of the compressed statement."""

    @property
    def key(self) -> PartKey:
        """The key of the part."""
        return self.card.artifact_id, self.card.digest, self.part


def seal_part(row: Sequence[Any]) -> SealPart:
    """Return the part of a database row: the card as JSON, then the other fields in order."""
    card, part, parts, body = row
    return SealPart(SealCard.from_dict(json.loads(card)), part, parts, bytes(body))


def parts_of(envelope: Envelope, card: SealCard) -> list[SealPart]:
    """Return the parts of a seal."""
    body = zlib.compress(envelope.payload, _LEVEL)
    starts = range(0, len(body), PART_BYTES)
    return [
        SealPart(card, number, len(starts), body[start : start + PART_BYTES]) for number, start in enumerate(starts)
    ]


def joined(parts: Sequence[SealPart]) -> Envelope:
    """Return the seal of all its parts, in order. Raises `StoreDamaged` if it is not the one that was kept."""
    card = parts[0].card
    try:
        payload = zlib.decompress(b"".join(part.body for part in parts))
    except zlib.error as error:
        raise _damaged(card) from error
    envelope = Envelope(payload, tuple(card.signatures))
    if envelope.digest != card.digest:
        raise _damaged(card)
    return envelope


def _damaged(card: SealCard) -> StoreDamaged:
    return StoreDamaged(f"the seal {card.digest} of {card.artifact_id!r} is kept damaged: seal the artifact again")
