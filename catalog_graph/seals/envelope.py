"""The DSSE envelope of a statement: its text, its signatures, and the file that holds both.

https://github.com/secure-systems-lab/dsse/blob/master/protocol.md defines it; `securesystemslib` signs and verifies.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from catalog_graph.checks import strict_json
from catalog_graph.errors import InvalidInput, LimitExceeded
from catalog_graph.seals.card import Signature
from catalog_graph.seals.extra import required
from catalog_graph.seals.spool import MAX_ENVELOPE, PAYLOAD_TYPE, Payload, Spool, chunks, encoding_start

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
        head, _, tail = _json(self._frame("?")).partition(b"?")
        yield head
        yield from map(base64.b64encode, chunks(self.payload))
        yield tail

    def to_dict(self) -> dict[str, Any]:
        """Return the content of the file, as JSON types."""
        return self._frame(base64.b64encode(self.payload).decode())

    @property
    def digest(self) -> str:
        """SHA-256 of the file."""
        digest = hashlib.sha256()
        for piece in self.pieces():
            digest.update(piece)
        return digest.hexdigest()

    def _frame(self, payload: str) -> dict[str, Any]:
        signatures = [signature.to_dict() for signature in self.signatures]
        return {"payload": payload, "payloadType": PAYLOAD_TYPE, "signatures": signatures}

    def verified_by(self, keys: Sequence[Any]) -> str | None:
        """Return the id of the first of some public keys that made one of the signatures; `None` if none did.

        The ids of the keys in the file are hints alone: each signature is tried with each key.
        """
        signing = required("securesystemslib.signer")
        unverified = required("securesystemslib.exceptions").UnverifiedSignatureError
        message = encoding_start(len(self.payload)) + self.payload
        for key in keys:
            for signature in self.signatures:
                try:
                    key.verify_signature(signing.Signature(key.keyid, _decoded(signature.sig, "sig").hex()), message)
                except unverified:
                    continue
                return str(key.keyid)
        return None


def signed(spool: Spool, signer: Any) -> Envelope:
    """Return the envelope of a statement that a `CryptoSigner` has signed; Ed25519 reads it twice."""
    message, payload = spool.message()
    signature = signer.sign(message)
    text = base64.b64encode(bytes.fromhex(signature.signature)).decode()
    return Envelope(payload, (Signature(signature.keyid, text),))


def read_envelope(source: SealSource) -> Envelope:
    """Return the envelope of a file. Raises `InvalidInput`, `LimitExceeded`."""
    text, name = (source, "the seal") if isinstance(source, bytes) else (_file(Path(source)), str(source))
    if len(text) > MAX_ENVELOPE:
        raise LimitExceeded(f"{name} has more than {MAX_ENVELOPE:,} bytes, the limit of a seal", field="seal")
    try:
        frame = strict_json(text)
    except ValueError as error:
        raise InvalidInput(f"{name} is not a seal: it is not JSON", field="seal") from error
    if not isinstance(frame, dict) or not isinstance(frame.get("payload"), str):
        raise InvalidInput(f"{name} is not a seal: it has no payload, as a DSSE envelope has", field="seal")
    if (kind := frame.get("payloadType")) != PAYLOAD_TYPE:
        raise InvalidInput(f"{name} is an envelope of the type {kind!r}, not {PAYLOAD_TYPE!r}", field="seal")
    return Envelope(_decoded(frame["payload"], "payload"), _signatures(frame.get("signatures"), name))


def _signatures(signatures: Any, name: str) -> tuple[Signature, ...]:
    if not isinstance(signatures, list) or not 1 <= len(signatures) <= MAX_SIGNATURES:
        raise InvalidInput(f"{name} has no list of 1 to {MAX_SIGNATURES} signatures", field="seal")
    read = []
    for signature in signatures:
        keyid, sig = (signature.get(key) if isinstance(signature, dict) else None for key in ("keyid", "sig"))
        if not isinstance(sig, str) or not isinstance(keyid or "", str) or len(keyid or "") > _MAX_KEYID:
            raise InvalidInput(f"{name} has a signature without the texts keyid and sig", field="seal")
        if len(made := _decoded(sig, "sig")) != _SIGNATURE_BYTES:
            raise InvalidInput(f"{name} has a signature that is not Ed25519: 64 bytes in base64", field="seal")
        read.append(Signature(keyid or "", base64.b64encode(made).decode()))
    return tuple(read)


def _file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_ENVELOPE + 1)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror or error}", field="seal") from error


def _decoded(text: str, name: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput(f"{name} of the seal is not base64", field="seal") from error


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
