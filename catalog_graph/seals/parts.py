"""The parts in which a catalog keeps the statement of a seal, compressed."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from itertools import chain

from catalog_graph.errors import StoreDamaged
from catalog_graph.seals.card import SealCard, SealPart
from catalog_graph.seals.envelope import Envelope
from catalog_graph.seals.spool import Payload, chunks

PART_BYTES = 1024 * 1024
"""Maximum bytes of a part, which is one line of a copy."""
_LEVEL = 6


def parts_of(envelope: Envelope, card: SealCard) -> list[SealPart]:
    """Return the parts of a seal."""
    bodies = list(_bodies(envelope.payload))
    return [SealPart(card, number, len(bodies), body) for number, body in enumerate(bodies)]


def _bodies(payload: Payload) -> Iterator[bytes]:
    """Yield the compressed payload in parts."""
    compressor, body = zlib.compressobj(_LEVEL), bytearray()
    for piece in chain(map(compressor.compress, chunks(payload)), map(compressor.flush, [zlib.Z_FINISH])):
        body += piece
        while len(body) >= PART_BYTES:
            yield bytes(body[:PART_BYTES])
            del body[:PART_BYTES]
    if body:
        yield bytes(body)


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
