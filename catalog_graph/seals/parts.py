"""The parts in which a catalog keeps the statement of a seal, compressed."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import overload

from catalog_graph.errors import StoreDamaged
from catalog_graph.seals.card import SealCard, SealPart
from catalog_graph.seals.envelope import Envelope
from catalog_graph.seals.spool import CHUNK, Payload, Spool, chunks

PART_BYTES = 1024 * 1024
"""Maximum bytes of a part, which is one line of a copy."""
_LEVEL = 6


class Parts(Sequence[SealPart]):
    """The parts of a seal; their bytes are in a temporary file."""

    def __init__(self, card: SealCard, body: Payload) -> None:
        self._card = card
        self._body = body
        self._size = PART_BYTES

    def __len__(self) -> int:
        return -(-len(self._body) // self._size)

    @overload
    def __getitem__(self, number: int) -> SealPart: ...

    @overload
    def __getitem__(self, number: slice) -> list[SealPart]: ...

    def __getitem__(self, number: int | slice) -> SealPart | list[SealPart]:
        if isinstance(number, slice):
            return [self[each] for each in range(len(self))[number]]
        start = range(len(self))[number] * self._size
        body = bytes(self._body[start : start + self._size])
        return SealPart(self._card, start // self._size, len(self), body)


def parts_of(envelope: Envelope, card: SealCard) -> Parts:
    """Return the parts of a seal."""
    compressor = zlib.compressobj(_LEVEL)
    with Spool() as spool:
        for piece in chunks(envelope.payload):
            spool.write(compressor.compress(piece))
        spool.write(compressor.flush())
        _, body = spool.message()
    return Parts(card, body)


def joined(parts: Sequence[SealPart]) -> Envelope:
    """Return the seal of all its parts, in order. Raises `StoreDamaged` if it is not the one that was kept."""
    card = parts[0].card
    decompressor = zlib.decompressobj()
    try:
        with Spool() as spool:
            for part in parts:
                body = part.body
                while body:
                    spool.write(decompressor.decompress(body, CHUNK))
                    body = decompressor.unconsumed_tail
            spool.write(decompressor.flush())
            _, payload = spool.message()
    except zlib.error as error:
        raise _damaged(card) from error
    envelope = Envelope(payload, tuple(card.signatures))
    if envelope.digest != card.digest:
        raise _damaged(card)
    return envelope


def _damaged(card: SealCard) -> StoreDamaged:
    return StoreDamaged(f"the seal {card.digest} of {card.artifact_id!r} is kept damaged: seal the artifact again")
