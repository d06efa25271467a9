"""API keys: each has a name and scopes, and the service keeps only its SHA-256.

A key is 32 random bytes as text, so it cannot be guessed. It does not need the protection of a slow password hash,
and a fast hash costs a request nothing.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

from catalog_graph.errors import ConfigurationError, InvalidInput
from catalog_graph.instants import from_microseconds, microseconds, normalised

KeyScope = Literal["read", "write", "admin"]
INCLUDES: dict[KeyScope, tuple[KeyScope, ...]] = {
    "read": ("read",),
    "write": ("read", "write"),
    "admin": ("read", "write", "admin"),
}
"""The scopes that a scope includes, itself among them."""

_KEY = re.compile(r"[A-Za-z0-9_.~-]{16,}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_EXPIRES = "expires="
MAX_KEY_NAME = 100
"""Maximum number of characters of the name of a new key."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as the service keeps it."""

    name: str
    digest: str
    """`sha256:` and 64 hexadecimal digits."""
    scopes: frozenset[KeyScope]
    expires_at: int | None = None
    """Microseconds since 1970; None if it does not end."""

    @property
    def id(self) -> str:
        """The first 8 digits of the digest, which tell keys of one name apart."""
        return self.digest.removeprefix("sha256:")[:8]

    @property
    def has_ended(self) -> bool:
        """True if the key has expired or was revoked."""
        return self.expires_at is not None and self.expires_at <= time.time_ns() // 1000

    def scope(self) -> str:
        """Return the scopes that no other of the key's includes, joined by `+`."""
        own = [scope for scope in self.scopes if not any(scope in INCLUDES[s] for s in self.scopes - {scope})]
        return "+".join(sorted(own))

    def line(self) -> str:
        """Return the line of a key file."""
        end = "" if self.expires_at is None else f" {_EXPIRES}{from_microseconds(self.expires_at)}"
        return f"{self.name} {self.scope()} {self.digest}{end}"


def new_key(name: str, scopes: str, expires_at: int | None = None) -> tuple[str, ApiKey]:
    """Return a new random key, and what the service keeps of it.

    Raises `InvalidInput` for an invalid name or scope.
    """
    if not _NAME.fullmatch(name) or len(name) > MAX_KEY_NAME:
        raise InvalidInput(
            f"name {name[:MAX_KEY_NAME]!r} must consist of at most {MAX_KEY_NAME} letters, digits, '.', '_' and '-', "
            "and begin with a letter or digit",
            field="name",
        )
    if scopes not in INCLUDES:
        raise InvalidInput(f"scope {scopes[:40]!r} must be one of {', '.join(INCLUDES)}", field="scope")
    key = f"cg_{secrets.token_urlsafe(32)}"
    return key, ApiKey(name, digest_of(key), _read_scopes(scopes, "scope"), expires_at)


def digest_of(key: str) -> str:
    """Return the digest that the service keeps of a key."""
    return f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"


ANYONE = ApiKey("", "", frozenset(INCLUDES["admin"]))
"""The key of every request to a service without API keys."""


def read_items(text: str) -> Iterator[ApiKey]:
    """Yield the keys of CATALOG_GRAPH_API_KEYS; no message of a `ConfigurationError` quotes a key."""
    for number, item in enumerate(re.split(r"[,\s]+", text.strip(", \n\t")), 1):
        if item:
            yield _read_item(item, f"key {number} of CATALOG_GRAPH_API_KEYS")


def read_key_file(path: Path) -> list[ApiKey]:
    """Return the keys of a file. Raises `ConfigurationError` if it cannot be read, has an invalid line or no key."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"The key file {path} cannot be read: {error}. Set CATALOG_GRAPH_API_KEYS_FILE to a readable file."
        ) from error
    words = [(line.partition("#")[0].split(), number) for number, line in enumerate(lines, 1)]
    keys = [_read_line(each, f"line {number} of {path}") for each, number in words if each]
    if not keys:
        raise ConfigurationError(
            f"The key file {path} holds no API key: add the line that 'catalog-graph keys new' prints."
        )
    return keys


def _read_item(item: str, where: str) -> ApiKey:
    """Read `[name=]key[:scope[+scope]]`, an item of CATALOG_GRAPH_API_KEYS."""
    head, colon, scopes = item.partition(":")
    name, equals, key = head.partition("=")
    if not equals:
        name, key = "env", head
    if not _NAME.fullmatch(name) or not _KEY.fullmatch(key):
        raise ConfigurationError(
            f"{where} is invalid: write NAME=KEY:SCOPE, with a key of at least 16 letters, digits, '_', '-', '.' and "
            "'~'. 'catalog-graph keys new' makes one."
        )
    return ApiKey(name, digest_of(key), _read_scopes(scopes if colon else "write", where))


def _read_line(words: list[str], where: str) -> ApiKey:
    """Read the words of `name scope[+scope] sha256:digest [expires=instant]`."""
    is_ending = len(words) == 4 and words[3].startswith(_EXPIRES)
    if not (len(words) == 3 or is_ending) or not _DIGEST.fullmatch(words[2]):
        raise ConfigurationError(
            f"{where} is invalid: write NAME SCOPE sha256:DIGEST, the line that 'catalog-graph keys new' prints, and "
            f"{_EXPIRES}INSTANT if the key is to end."
        )
    try:
        expires_at = microseconds(normalised(words[3].removeprefix(_EXPIRES), "expires")) if is_ending else None
    except InvalidInput as error:
        raise ConfigurationError(f"{where} is invalid: {error.message}.") from error
    return ApiKey(words[0], words[2], _read_scopes(words[1], where), expires_at)


def _read_scopes(text: str, where: str) -> frozenset[KeyScope]:
    scopes = text.split("+")
    for scope in scopes:
        if scope not in INCLUDES:
            raise ConfigurationError(f"{where} has the unknown scope {scope!r}: use {', '.join(get_args(KeyScope))}.")
    return frozenset(inner for scope in scopes for inner in INCLUDES[cast("KeyScope", scope)])
