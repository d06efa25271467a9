"""Who may do what: API keys, kept as hashes, each with a scope.

A key is 32 random bytes as text, so its plain SHA-256 is a safe thing to keep: there is nothing to guess that a
slow password hash would have to protect, and a fast one costs a request nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast, get_args

from fastapi import Request, Security
from fastapi.security import HTTPBearer
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from catalog_graph.errors import ConfigurationError, Forbidden, Unauthorized
from catalog_graph.server.problems import problem_answer
from catalog_graph.server.routes.pages import OPEN_PAGES
from catalog_graph.server.settings import ServerSettings

KeyScope = Literal["read", "write", "admin"]
INCLUDES: dict[KeyScope, tuple[KeyScope, ...]] = {
    "read": ("read",),
    "write": ("read", "write"),
    "admin": ("read", "write", "admin"),
}
"""Which scopes a scope comes with."""
OPEN_PATHS = frozenset({"/healthz", "/readyz", "/openapi.json"}) | OPEN_PAGES
"""Answered without a key: they hold nothing of the catalog."""

_KEY = re.compile(r"[A-Za-z0-9_.~-]{16,}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as the service knows it: by name, by hash, and by what it may do."""

    name: str
    digest: str
    """`sha256:` and 64 hexadecimal digits."""
    scopes: frozenset[KeyScope]

    def line(self) -> str:
        """This key as a line of a key file."""
        own = [scope for scope in self.scopes if not any(scope in INCLUDES[s] for s in self.scopes - {scope})]
        return f"{self.name} {'+'.join(sorted(own))} {self.digest}"


def new_key(name: str, scopes: str) -> tuple[str, ApiKey]:
    """A fresh random key, and what the service keeps of it; raises `ConfigurationError` for a bad name or scope."""
    if not _NAME.fullmatch(name):
        raise ConfigurationError(f"The key name {name!r} must be letters, digits, '.', '_' and '-' alone.")
    key = f"cg_{secrets.token_urlsafe(32)}"
    return key, ApiKey(name, digest_of(key), _read_scopes(scopes, f"key {name!r}"))


def digest_of(key: str) -> str:
    """The hash that is kept of a key."""
    return f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"


class Keyring:
    """The keys of a service; with none, everybody may do everything."""

    def __init__(self, keys: list[ApiKey]) -> None:
        self.keys = keys

    @classmethod
    def of(cls, settings: ServerSettings) -> Keyring:
        """The keys that the settings give.

        Raises `ConfigurationError` for keys that cannot be read, and where the settings would open the service to
        the network without any.
        """
        keys = list(_from_settings(settings))
        if settings.api_keys_file is not None and not keys:
            raise ConfigurationError(
                f"{settings.api_keys_file} holds no API key: make one with 'catalog-graph keys new'."
            )
        if keys and settings.no_auth:
            raise ConfigurationError("API keys are set and --no-auth says that none are needed: give one or the other.")
        if not keys and not settings.no_auth and not settings.is_loopback:
            raise ConfigurationError(
                f"{settings.host} can be reached from the network, and no API keys are set: make one with "
                "'catalog-graph keys new' and set CATALOG_GRAPH_API_KEYS_FILE, or say --no-auth to let everybody in."
            )
        return cls(keys)

    def granted(self, authorization: str) -> frozenset[KeyScope] | None:
        """The scopes of an `Authorization` header, `None` for no key that is known."""
        if not self.keys:
            return frozenset(INCLUDES["admin"])
        key = self.key_of(authorization)
        return key.scopes if key is not None else None

    def key_of(self, authorization: str) -> ApiKey | None:
        """The key of an `Authorization` header, `None` for none that is known."""
        scheme, _, credentials = authorization.strip().partition(" ")
        if scheme.lower() != "bearer":
            return None
        digest = digest_of(credentials.strip())
        found: ApiKey | None = None
        # Every key is compared, each in constant time: how long it takes says nothing about the keys.
        for key in self.keys:
            if hmac.compare_digest(digest, key.digest):
                found = key
        return found


def _from_settings(settings: ServerSettings) -> Iterator[ApiKey]:
    for number, item in enumerate(re.split(r"[,\s]+", settings.api_keys.get_secret_value().strip(", \n\t")), 1):
        if item:
            yield _read_item(item, f"key {number} of CATALOG_GRAPH_API_KEYS")
    if settings.api_keys_file is not None:
        try:
            lines = settings.api_keys_file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"The key file {settings.api_keys_file} cannot be read: {error}.") from error
        for number, line in enumerate(lines, 1):
            if words := line.partition("#")[0].split():
                yield _read_line(words, f"line {number} of {settings.api_keys_file}")


def _read_item(item: str, where: str) -> ApiKey:
    """`[name=]key[:scope[+scope]]`, as CATALOG_GRAPH_API_KEYS holds them. A key itself is never part of a message."""
    head, colon, scopes = item.partition(":")
    name, equals, key = head.partition("=")
    if not equals:
        name, key = "env", head
    if not _NAME.fullmatch(name) or not _KEY.fullmatch(key):
        raise ConfigurationError(
            f"{where} cannot be read: write NAME=KEY:SCOPE, the key of at least 16 letters, digits, '_', '-', '.' and "
            "'~'. 'catalog-graph keys new' makes one."
        )
    return ApiKey(name, digest_of(key), _read_scopes(scopes if colon else "write", where))


def _read_line(words: list[str], where: str) -> ApiKey:
    """`name scope[+scope] sha256:digest`, as `catalog-graph keys new` writes them."""
    if len(words) != 3 or not _DIGEST.fullmatch(words[2]):
        raise ConfigurationError(
            f"{where} cannot be read: write NAME SCOPE sha256:DIGEST, as 'catalog-graph keys new' prints it."
        )
    return ApiKey(words[0], words[2], _read_scopes(words[1], where))


def _read_scopes(text: str, where: str) -> frozenset[KeyScope]:
    scopes = text.split("+")
    for scope in scopes:
        if scope not in INCLUDES:
            raise ConfigurationError(f"{where} has the scope {scope!r}: use {', '.join(get_args(KeyScope))}.")
    return frozenset(inner for scope in scopes for inner in INCLUDES[cast("KeyScope", scope)])


class AccessMiddleware:
    """Answers 401 to a request without a key that is known, before anything of its body is read."""

    def __init__(self, app: ASGIApp, keyring: Keyring) -> None:
        self.app = app
        self.keyring = keyring

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, with `granted` in its state, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        authorization = Headers(scope=scope).get("authorization", "")
        granted = self.keyring.granted(authorization)
        if granted is None and scope["path"] not in OPEN_PATHS:
            await problem_answer(_unauthorized(authorization))(scope, receive, send)
            return
        key = self.keyring.key_of(authorization)
        scope.setdefault("state", {}).update(granted=granted, key_name=key and key.name)
        await self.app(scope, receive, send)


def _unauthorized(authorization: str) -> Unauthorized:
    if authorization:
        return Unauthorized("the API key is not known; send 'Authorization: Bearer KEY' with one that is")
    return Unauthorized("an API key is needed: send 'Authorization: Bearer KEY'")


_BEARER = HTTPBearer(auto_error=False, description="An API key of the service; none is needed where none are set.")


def needs(scope: KeyScope) -> Any:
    """A dependency of routes that refuses a key without `scope`."""

    async def check(request: Request, _: Annotated[object, Security(_BEARER)]) -> None:
        if scope not in (request.state.granted or ()):
            raise Forbidden(f"this needs an API key with the scope {scope!r}", scope=scope)

    return Security(check, scopes=[scope])
