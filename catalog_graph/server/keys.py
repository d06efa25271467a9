"""API keys: each has a name and scopes, and the service keeps only its SHA-256.

A key is 32 random bytes as text, so it cannot be guessed. It does not need the protection of a slow password hash,
and a fast hash costs a request nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, cast, get_args

from catalog_graph.errors import ConfigurationError
from catalog_graph.server.settings import ServerSettings

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


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as the service keeps it."""

    name: str
    digest: str
    """`sha256:` and 64 hexadecimal digits."""
    scopes: frozenset[KeyScope]

    def line(self) -> str:
        """Return the line of a key file."""
        own = [scope for scope in self.scopes if not any(scope in INCLUDES[s] for s in self.scopes - {scope})]
        return f"{self.name} {'+'.join(sorted(own))} {self.digest}"


def new_key(name: str, scopes: str) -> tuple[str, ApiKey]:
    """Return a new random key, and what the service keeps of it.

    Raises `ConfigurationError` for an invalid name or scope.
    """
    if not _NAME.fullmatch(name):
        raise ConfigurationError(
            f"--name {name!r} must consist of letters, digits, '.', '_' and '-', and begin with a letter or digit."
        )
    key = f"cg_{secrets.token_urlsafe(32)}"
    return key, ApiKey(name, digest_of(key), _read_scopes(scopes, "--scope"))


def digest_of(key: str) -> str:
    """Return the digest that the service keeps of a key."""
    return f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"


ANYONE = ApiKey("", "", frozenset(INCLUDES["admin"]))
"""The key of every request to a service without API keys."""


class Keyring:
    """The keys of a service; without any, every request has all scopes."""

    def __init__(self, keys: list[ApiKey]) -> None:
        self.keys = keys

    @classmethod
    def of(cls, settings: ServerSettings) -> Keyring:
        """Return the keys in the settings.

        Raises `ConfigurationError` for an invalid key, and if the service would be open to the network without keys.
        """
        keys = list(_from_settings(settings))
        if settings.api_keys_file is not None and not keys:
            raise ConfigurationError(
                f"The key file {settings.api_keys_file} holds no API key: add the line that 'catalog-graph keys new' "
                "prints."
            )
        if keys and settings.no_auth:
            raise ConfigurationError("API keys and --no-auth exclude each other: give one or the other.")
        if not keys and not settings.no_auth and not settings.is_loopback:
            raise ConfigurationError(
                f"The host {settings.host} can be reached from the network, but there are no API keys: make one with "
                "'catalog-graph keys new' and set CATALOG_GRAPH_API_KEYS_FILE, or give --no-auth to let everybody in."
            )
        return cls(keys)

    def identify(self, authorization: str) -> ApiKey | None:
        """Return the key in an `Authorization` header: None if it is unknown, `ANYONE` if the service has no keys."""
        if not self.keys:
            return ANYONE
        scheme, _, credentials = authorization.strip().partition(" ")
        if scheme.lower() != "bearer":
            return None
        digest = digest_of(credentials.strip())
        match: ApiKey | None = None
        # Every key is compared, each in constant time, so that the duration tells nothing about the keys.
        for key in self.keys:
            if hmac.compare_digest(digest, key.digest):
                match = key
        return match


def _from_settings(settings: ServerSettings) -> Iterator[ApiKey]:
    for number, item in enumerate(re.split(r"[,\s]+", settings.api_keys.get_secret_value().strip(", \n\t")), 1):
        if item:
            yield _read_item(item, f"key {number} of CATALOG_GRAPH_API_KEYS")
    if settings.api_keys_file is not None:
        try:
            lines = settings.api_keys_file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(
                f"The key file {settings.api_keys_file} cannot be read: {error}. Set CATALOG_GRAPH_API_KEYS_FILE to "
                "a readable file."
            ) from error
        for number, line in enumerate(lines, 1):
            if words := line.partition("#")[0].split():
                yield _read_line(words, f"line {number} of {settings.api_keys_file}")


def _read_item(item: str, where: str) -> ApiKey:
    """Read `[name=]key[:scope[+scope]]`, an item of CATALOG_GRAPH_API_KEYS; no error message quotes a key."""
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
    """Read the words of `name scope[+scope] sha256:digest`, the line that `catalog-graph keys new` prints."""
    if len(words) != 3 or not _DIGEST.fullmatch(words[2]):
        raise ConfigurationError(
            f"{where} is invalid: write NAME SCOPE sha256:DIGEST, the line that 'catalog-graph keys new' prints."
        )
    return ApiKey(words[0], words[2], _read_scopes(words[1], where))


def _read_scopes(text: str, where: str) -> frozenset[KeyScope]:
    scopes = text.split("+")
    for scope in scopes:
        if scope not in INCLUDES:
            raise ConfigurationError(f"{where} has the unknown scope {scope!r}: use {', '.join(get_args(KeyScope))}.")
    return frozenset(inner for scope in scopes for inner in INCLUDES[cast("KeyScope", scope)])
