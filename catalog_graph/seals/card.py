"""Seals as a catalog keeps and copies them: the card of each, and the parts of its statement."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from catalog_graph.answers.base import AnswerPart

if TYPE_CHECKING:
    from catalog_graph.seals.envelope import Envelope
    from catalog_graph.seals.statement import Statement

PartKey = tuple[str, str, int]
"""The artifact, the digest of the seal, and the number of the part."""
MAX_PARTS = 64


@dataclass(frozen=True, slots=True)
class Signature(AnswerPart):
    """An Ed25519 signature of a statement."""

    keyid: str
    """Id of the public key, as securesystemslib derives it from the key."""
    sig: str
    """The signature, in base64."""


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
            statement.artifacts,
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
