"""The payload of a seal in a temporary file, so that sealing a large ancestry does not hold its text in memory."""

from __future__ import annotations

import mmap
import tempfile
from collections.abc import Iterator
from typing import Self

from catalog_graph.errors import LimitExceeded

Payload = bytes | memoryview
"""The text of a statement; a view is one of a temporary file, whose pages the system can take back."""
PAYLOAD_TYPE = "application/vnd.in-toto+json"
MAX_ENVELOPE = 64 * 1024 * 1024
"""Maximum bytes of the file of a seal: the ancestry of about 100,000 artifacts."""
_MAX_PAYLOAD = 3 * (MAX_ENVELOPE - 1024) // 4
"""Bytes of a payload that fit into such a file in base64, beside one signature."""
CHUNK = 3 * 16 * 1024
"""Bytes that are encoded or compressed at a time; whole groups of base64."""
_ROOM = 64
"""Bytes before the payload, for the beginning of the pre-authentication encoding."""


class Spool:
    """A payload that is written once and then signed, behind its pre-authentication encoding, without a copy.

    https://github.com/secure-systems-lab/dsse/blob/master/protocol.md defines the encoding.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="catalog_graph-")  # noqa: SIM115 (this object is its context manager)
        self._file.seek(_ROOM)
        self._size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def __del__(self) -> None:
        self._file.close()

    def write(self, data: Payload) -> int:
        """Append to the payload. Raises `LimitExceeded` if its seal could not be read again."""
        self._size += len(data)
        if self._size > _MAX_PAYLOAD:
            raise LimitExceeded(f"the ancestry needs more than {MAX_ENVELOPE:,} bytes, the limit of a seal")
        return self._file.write(data)

    def message(self) -> tuple[memoryview, memoryview]:
        """Return the bytes to sign, and the payload at their end, which both outlive the context."""
        start = encoding_start(self._size)
        self._file.seek(_ROOM - len(start))
        self._file.write(start)
        self._file.flush()
        view = memoryview(mmap.mmap(self._file.fileno(), _ROOM + self._size, access=mmap.ACCESS_READ))
        return view[_ROOM - len(start) :], view[_ROOM:]


def message_of(payload: Payload) -> memoryview:
    """Return the bytes that a signature of a payload signs."""
    with Spool() as spool:
        for piece in chunks(payload):
            spool.write(piece)
        message, _ = spool.message()
    return message


def encoding_start(size: int) -> bytes:
    """Return the pre-authentication encoding of a payload of so many bytes, up to the payload itself."""
    return b"DSSEv1 %d %b %d " % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), size)


def chunks(payload: Payload) -> Iterator[memoryview]:
    """Yield a payload in pieces, without a copy."""
    view = memoryview(payload)
    return (view[start : start + CHUNK] for start in range(0, len(view), CHUNK))
