"""The parts in which a catalog keeps the statement of a seal, compressed."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from catalog_graph.errors import StoreDamaged
from catalog_graph.seals.card import SealCard, SealPart
from catalog_graph.seals.envelope import Envelope
from catalog_graph.seals.spool import chunks

PART_BYTES = 1024 * 1024
"""Maximum bytes of a part, which is one line of a copy."""
_LEVEL = 6


def parts_of(envelope: Envelope, card: SealCard) -> list[SealPart]:
    """Return the parts of a seal."""
    compressor = zlib.compressobj(_LEVEL)
    body = b"".join([*map(compressor.compress, chunks(envelope.payload)), compressor.flush()])
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
