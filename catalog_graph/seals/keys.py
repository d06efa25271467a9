"""Ed25519 keys from PEM: private ones that sign, public ones that verify."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from catalog_graph.errors import InvalidInput
from catalog_graph.seals.extra import required

KeySource = str | Path
"""A PEM text, the path of a file that holds one, or `env:NAME`, the variable of the environment that holds one."""
_MAX_PEM = 16 * 1024
_BEGIN = "-----BEGIN "
_MAKE = (
    "make a pair with: openssl genpkey -algorithm ed25519 -out key.pem; openssl pkey -in key.pem -pubout -out pub.pem"
)


def signer(source: KeySource, field: str = "key") -> Any:
    """Return the `CryptoSigner` of a private key. Raises `InvalidInput`, naming `field`, for anything else."""
    from_pem = required("cryptography.hazmat.primitives.serialization").load_pem_private_key
    text, name = _pem(source, field)
    if _is(text, "PUBLIC KEY"):
        raise InvalidInput(f"{field} {name} holds a public key; sign with the private key of the pair", field=field)
    if _is(text, "ENCRYPTED") or "Proc-Type: 4,ENCRYPTED" in text:
        raise InvalidInput(
            f"{field} {name} is encrypted; decrypt it first: openssl pkey -in key.pem -out plain.pem", field=field
        )
    try:
        key = from_pem(text.encode(), None)
    except (ValueError, TypeError, _unsupported()) as error:
        raise _unreadable(field, name, "private") from error
    _require_ed25519(key, field, name)
    return required("securesystemslib.signer").CryptoSigner(key)


def public_key(source: KeySource, field: str = "key") -> Any:
    """Return the `SSlibKey` of a public key. Raises `InvalidInput`, naming `field`, for anything else."""
    from_pem = required("cryptography.hazmat.primitives.serialization").load_pem_public_key
    text, name = _pem(source, field)
    if "PRIVATE KEY" in text:
        raise InvalidInput(
            f"{field} {name} holds a private key; verify with the public key: openssl pkey -in key.pem -pubout",
            field=field,
        )
    try:
        key = from_pem(text.encode())
    except (ValueError, TypeError, _unsupported()) as error:
        raise _unreadable(field, name, "public") from error
    _require_ed25519(key, field, name)
    return required("securesystemslib.signer").SSlibKey.from_crypto(key)


def public_keys(sources: KeySource | Sequence[KeySource]) -> list[Any]:
    """Return the public keys of one source or of several."""
    each = [sources] if isinstance(sources, str | Path) else list(sources)
    if not each:
        raise InvalidInput("key names no public key; name at least one", field="key")
    return [public_key(source) for source in each]


def _pem(source: KeySource, field: str) -> tuple[str, str]:
    """Return the text of a key, and the name by which errors call it, which is never the text."""
    if isinstance(source, str) and _BEGIN in source:
        return source, "(a PEM text)"
    if isinstance(source, str) and source.startswith("env:"):
        variable = source.removeprefix("env:")
        if not os.environ.get(variable):
            raise InvalidInput(f"{field} {source}: the variable {variable} of the environment is not set", field=field)
        return os.environ[variable], source
    path = Path(source).expanduser()
    try:
        with path.open("rb") as file:
            text = file.read(_MAX_PEM + 1)
        if len(text) <= _MAX_PEM:
            return text.decode("ascii"), str(path)
    except OSError as error:
        raise InvalidInput(f"{field} {path} cannot be read: {error.strerror or error}", field=field) from error
    except UnicodeDecodeError:
        pass
    raise InvalidInput(f"{field} {path} is not a key in PEM; {_MAKE}", field=field)


def _is(text: str, kind: str) -> bool:
    return f"{_BEGIN}{kind}" in text


def _unsupported() -> type[Exception]:
    error: type[Exception] = required("cryptography.exceptions").UnsupportedAlgorithm
    return error


def _unreadable(field: str, name: str, kind: str) -> InvalidInput:
    return InvalidInput(f"{field} {name} is not a {kind} key in PEM; {_MAKE}", field=field)


def _require_ed25519(key: Any, field: str, name: str) -> None:
    kind = type(key).__name__.removesuffix("PublicKey").removesuffix("PrivateKey").lstrip("_")
    if kind != "Ed25519":
        raise InvalidInput(f"{field} {name} is a key of the kind {kind}; seals take Ed25519: {_MAKE}", field=field)
