"""The keys of a running service: those of its settings, and those of its store, which may change while it runs."""

from __future__ import annotations

import hmac
import logging
import time
from pathlib import Path
from typing import cast

from catalog_graph.backends.keys import StoredKey
from catalog_graph.errors import ConfigurationError
from catalog_graph.server.keys import ANYONE, INCLUDES, ApiKey, KeyScope, digest_of, read_items, read_key_file
from catalog_graph.server.settings import ServerSettings

_log = logging.getLogger("catalog_graph.keys")

FileState = tuple[int, int, int] | None
"""Instant of the last change, size and inode of a file; None if it is not there."""


class Keyring:
    """The keys of a service; without any in its settings, every request has all scopes."""

    def __init__(self, own: list[ApiKey], file: Path | None = None) -> None:
        """Take the keys of the environment, and read those of a file.

        Raises `ConfigurationError` if the file has no key or an invalid one.
        """
        self._own = own
        self._file = file
        self._state = _state_of(file)
        self._of_file = [] if file is None else read_key_file(file)
        self._of_store: list[ApiKey] = []
        self.uses: dict[str, int] = {}
        """The instants of the last uses in this process, in microseconds, by digest."""

    @classmethod
    def of(cls, settings: ServerSettings) -> Keyring:
        """Return the keys in the settings.

        Raises `ConfigurationError` for an invalid key, and if the service would be open to the network without keys.
        """
        keyring = cls(list(read_items(settings.api_keys.get_secret_value())), settings.api_keys_file)
        if keyring.keys and settings.no_auth:
            raise ConfigurationError("API keys and --no-auth exclude each other: give one or the other.")
        if not keyring.keys and not settings.no_auth and not settings.is_loopback:
            raise ConfigurationError(
                f"The host {settings.host} can be reached from the network, but there are no API keys: make one with "
                "'catalog-graph keys new' and set CATALOG_GRAPH_API_KEYS_FILE, or give --no-auth to let everybody in."
            )
        return keyring

    @property
    def keys(self) -> list[ApiKey]:
        """The keys of the settings; without any, the service needs none."""
        return [*self._own, *self._of_file]

    def identify(self, authorization: str) -> ApiKey | None:
        """Return the key in an `Authorization` header, ended or not.

        None if it is unknown, `ANYONE` if the service needs no keys.
        """
        if not self.keys:
            return ANYONE
        scheme, _, credentials = authorization.strip().partition(" ")
        if scheme.lower() != "bearer":
            return None
        digest = digest_of(credentials.strip())
        match: ApiKey | None = None
        # Every key is compared, each in constant time, so that the duration tells nothing about the keys.
        for key in (*self.keys, *self._of_store):
            if hmac.compare_digest(digest, key.digest):
                match = key
        if match is not None and not match.has_ended:
            self.uses[match.digest] = time.time_ns() // 1000
        return match

    def take_stored(self, keys: list[StoredKey]) -> None:
        """Take the keys of the store; they count as long as the settings have a key."""
        self._of_store = [from_stored(key) for key in keys]

    def read_file_again(self) -> None:
        """Read the key file if it was changed; keep the keys of before if it is invalid or has none, and log it."""
        state = _state_of(self._file)
        if self._file is None or state == self._state:
            return
        self._state = state
        try:
            self._of_file = read_key_file(self._file)
        except ConfigurationError as error:
            _log.error("The keys of before stay in use: %s", error.message)
        else:
            _log.warning("The key file %s was read again, with %d keys", self._file, len(self._of_file))


def from_stored(key: StoredKey) -> ApiKey:
    """Return a key of the store as one of the service."""
    # A later version may know other scopes.
    scopes = frozenset(inner for scope in key.scope.split("+") for inner in INCLUDES.get(cast("KeyScope", scope), ()))
    return ApiKey(key.name, key.digest, scopes, key.expires_at)


def _state_of(file: Path | None) -> FileState:
    try:
        status = None if file is None else file.stat()
    except OSError:
        return None
    return None if status is None else (status.st_mtime_ns, status.st_size, status.st_ino)
