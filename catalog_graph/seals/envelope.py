"""The DSSE envelope of a statement: its text, its signatures, and the file that holds both.

https://github.com/secure-systems-lab/dsse/blob/master/protocol.md defines it; `securesystemslib` signs and verifies.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from catalog_graph.checks import strict_json
from catalog_graph.errors import InvalidInput, LimitExceeded
from catalog_graph.seals.arriving import ArrivingEnvelope, decoded
from catalog_graph.seals.card import Signature
from catalog_graph.seals.extra import required
from catalog_graph.seals.spool import CHUNK, MAX_ENVELOPE, PAYLOAD_TYPE, Payload, Spool, chunks, message_of

SealSource = bytes | str | Path
"""The file of a seal: its content, or its path."""
MAX_SIGNATURES = 20
_SIGNATURE_BYTES = 64
_MAX_KEYID = 256


@dataclass(frozen=True, slots=True)
class Envelope:
    """The text of a statement with its signatures."""

    payload: Payload = field(repr=False)
    signatures: tuple[Signature, ...]

    @property
    def text(self) -> bytes:
        """The text of the file: one line of JSON."""
        return b"".join(self.pieces())

    def pieces(self) -> Iterator[bytes]:
        """Yield the text of the file in pieces."""
        return iter(Pieces(self, lambda frame: frame))

    @property
    def digest(self) -> str:
        """SHA-256 of the file."""
        digest = hashlib.sha256()
        for piece in self.pieces():
            digest.update(piece)
        return digest.hexdigest()

    def verified_by(self, keys: Sequence[Any]) -> str | None:
        """Return the id of the first of some public keys that made one of the signatures; `None` if none did.

        The ids of the keys in the file are hints alone: each signature is tried with each key.
        """
        signing = required("securesystemslib.signer")
        unverified = required("securesystemslib.exceptions").UnverifiedSignatureError
        message = message_of(self.payload)
        for key in keys:
            for signature in self.signatures:
                try:
                    key.verify_signature(signing.Signature(key.keyid, decoded(signature.sig, "sig").hex()), message)
                except unverified:
                    continue
                return str(key.keyid)
        return None


class Pieces:
    """A text of JSON that is or holds an envelope, in pieces, as often as they are read; `around` puts it in place."""

    def __init__(self, envelope: Envelope, around: Callable[[dict[str, Any]], Any]) -> None:
        mark = secrets.token_hex(16)
        signatures = [signature.to_dict() for signature in envelope.signatures]
        frame = around({"payload": mark, "payloadType": PAYLOAD_TYPE, "signatures": signatures})
        text = json.dumps(frame, separators=(",", ":")).encode()
        self._payload = envelope.payload
        self._head, _, self._tail = text.partition(mark.encode())

    def __len__(self) -> int:
        """Return the bytes of the text."""
        return len(self._head) + -(-len(self._payload) // 3) * 4 + len(self._tail)

    def __iter__(self) -> Iterator[bytes]:
        yield self._head
        yield from map(base64.b64encode, chunks(self._payload))
        yield self._tail


def signed(spool: Spool, signer: Any) -> Envelope:
    """Return the envelope of a statement that a `CryptoSigner` has signed; Ed25519 reads it twice."""
    message, payload = spool.message()
    signature = signer.sign(message)
    text = base64.b64encode(bytes.fromhex(signature.signature)).decode()
    return Envelope(payload, (Signature(signature.keyid, text),))


def read_envelope(source: SealSource) -> Envelope:
    """Return the envelope of a file. Raises `InvalidInput`, `LimitExceeded`."""
    text, size, name = ArrivingEnvelope(), 0, "the seal" if isinstance(source, bytes) else str(source)
    for piece in chunks(source) if isinstance(source, bytes) else _file(Path(source)):
        size += len(piece)
        if size > MAX_ENVELOPE:
            raise LimitExceeded(f"{name} has more than {MAX_ENVELOPE:,} bytes, the limit of a seal", field="seal")
        text.write(bytes(piece))
    return envelope_of(text, name)


def envelope_of(text: ArrivingEnvelope, name: str = "the seal") -> Envelope:
    """Return the envelope of a text that has arrived. Raises `InvalidInput`."""
    try:
        frame = strict_json(bytes(text.rest))
    except ValueError as error:
        raise InvalidInput(f"{name} is not a seal: it is not JSON", field="seal") from error
    return envelope_in(frame, text, name)


def envelope_in(frame: Any, text: ArrivingEnvelope, name: str = "the seal") -> Envelope:
    """Return the envelope of an object in a text that has arrived. Raises `InvalidInput`."""
    if not isinstance(frame, dict) or not isinstance(frame.get("payload"), str):
        raise InvalidInput(f"{name} is not a seal: it has no payload, as a DSSE envelope has", field="seal")
    if (kind := frame.get("payloadType")) != PAYLOAD_TYPE:
        raise InvalidInput(f"{name} is an envelope of the type {kind!r}, not {PAYLOAD_TYPE!r}", field="seal")
    return Envelope(text.payload(frame["payload"]), _signatures(frame.get("signatures"), name))


def _signatures(signatures: Any, name: str) -> tuple[Signature, ...]:
    if not isinstance(signatures, list) or not 1 <= len(signatures) <= MAX_SIGNATURES:
        raise InvalidInput(f"{name} has no list of 1 to {MAX_SIGNATURES} signatures", field="seal")
    read = []
    for signature in signatures:
        keyid, sig = (signature.get(key) if isinstance(signature, dict) else None for key in ("keyid", "sig"))
        if not isinstance(sig, str) or not isinstance(keyid or "", str) or len(keyid or "") > _MAX_KEYID:
            raise InvalidInput(f"{name} has a signature without the texts keyid and sig", field="seal")
        if len(made := decoded(sig, "sig")) != _SIGNATURE_BYTES:
            raise InvalidInput(f"{name} has a signature that is not Ed25519: 64 bytes in base64", field="seal")
        read.append(Signature(keyid or "", base64.b64encode(made).decode()))
    return tuple(read)


def _file(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            yield from iter(lambda: file.read(CHUNK), b"")
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror or error}", field="seal") from error
