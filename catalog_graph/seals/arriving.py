"""An envelope as it arrives: its payload goes to a temporary file, decoded, and the rest of its text into memory."""

from __future__ import annotations

import base64
import binascii
import re
import secrets

from catalog_graph.errors import InvalidInput
from catalog_graph.seals.spool import Payload, Spool

_PAYLOAD = re.compile(rb'(?<!\\)"payload"\s*:\s*"')
_OVERLAP = 64
"""Bytes that are searched again, in which `_PAYLOAD` may begin: with more spaces in it, the payload stays in memory."""


class ArrivingEnvelope:
    """A text of JSON that is or holds an envelope, in pieces; in `rest`, a mark stands for the payload."""

    def __init__(self) -> None:
        self.rest = bytearray()
        self._mark = secrets.token_hex(16)
        self._spool: Spool | None = None
        """The payload while it arrives."""
        self._undecoded = b""
        self._payload: Payload | None = None
        self._searching = True

    def write(self, data: bytes) -> int:
        """Take the next piece. Raises `InvalidInput` if the payload is not base64, `LimitExceeded` if too long."""
        if self._spool is not None:
            self._take(self._spool, data)
        else:
            searched = max(0, len(self.rest) - _OVERLAP)
            self.rest += data
            if self._searching and (start := _PAYLOAD.search(self.rest, searched)):
                first = bytes(self.rest[start.end() :])
                self.rest[start.end() :] = self._mark.encode()
                self._spool, self._searching = Spool(), False
                self._take(self._spool, first)
        return len(data)

    def payload(self, text: str) -> Payload:
        """Return the payload that has this text in the object: the mark, unless it stayed in memory."""
        return self._payload if self._payload is not None and text == self._mark else decoded(text, "payload")

    def _take(self, spool: Spool, data: bytes) -> None:
        text, quote, after = data.partition(b'"')
        if b"\\" in text:
            # Escaped characters are left to the reader of JSON.
            self.rest[-len(self._mark) :] = base64.b64encode(spool.message()[1]) + self._undecoded + data
            self._spool = None
            return
        text = self._undecoded + text
        whole = len(text) if quote else max(0, len(text) - 4) // 4 * 4
        if b"=" in text[:whole] and not quote:
            raise _not_base64("payload")
        spool.write(decoded(text[:whole], "payload"))
        self._undecoded = text[whole:]
        if quote:
            self._payload, self._spool = spool.message()[1], None
            self.rest += quote + after


def decoded(text: str | bytes, name: str) -> bytes:
    """Return the bytes of a text in base64. Raises `InvalidInput`."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _not_base64(name) from error


def _not_base64(name: str) -> InvalidInput:
    """Return the error for a text that is not base64."""
    return InvalidInput(f"{name} of the seal is not base64", field="seal")
