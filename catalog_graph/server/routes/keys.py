"""Routes for API keys: list, make, rotate and revoke them."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request

from catalog_graph.backends.composed import StoreBackend
from catalog_graph.backends.keys import StoredKey
from catalog_graph.errors import Conflict, InvalidInput, NotFound
from catalog_graph.instants import checked_instant, from_microseconds, microseconds
from catalog_graph.server.bodies import JsonRoute
from catalog_graph.server.key_refresh import KeyRefresh
from catalog_graph.server.keyring import Keyring, from_stored
from catalog_graph.server.keys import ApiKey, new_key
from catalog_graph.server.models import keys as models
from catalog_graph.server.paths import CATALOG
from catalog_graph.server.responses import JsonResponse
from catalog_graph.server.routes.common import ADMIN, problems

router = APIRouter(prefix=f"{CATALOG}/keys", tags=["keys"], route_class=JsonRoute)

_log = logging.getLogger("catalog_graph.keys")
Name = Annotated[str, Path(description="Name of the keys.", examples=["ci"])]


class KeyAdministration:
    """The keys of a service, for one request of an administrator."""

    def __init__(self, request: Request) -> None:
        self._keyring: Keyring = request.app.state.keyring
        self._refresh: KeyRefresh = request.app.state.key_refresh
        self._by: str = request.state.api_key.name
        store = request.app.state.backend
        if not self._keyring.keys or not isinstance(store, StoreBackend):
            raise Conflict(
                "the service has no API keys, so that everybody may do everything; set CATALOG_GRAPH_API_KEYS_FILE "
                "with a key of the scope admin, which can make others"
            )
        self.store: StoreBackend = store

    def all(self) -> list[dict[str, Any]]:
        """Return the keys of the settings, then those of the store, as JSON types."""
        return [*map(self._of_settings, self._keyring.keys), *map(self.stored, self.store.stored_keys())]

    def named(self, name: str) -> list[StoredKey]:
        """Return the keys of a name, also those that have ended."""
        return [key for key in self.store.stored_keys() if key.name == name]

    def active(self, name: str) -> list[StoredKey]:
        """Return the keys of a name that have not ended."""
        return _active(self.named(name))

    def make(self, name: str, scope: str, expires_at: int | None) -> dict[str, Any]:
        """Make a key, and return it as JSON types, with the key itself."""
        text, key = new_key(name, scope, expires_at)
        stored = StoredKey(key.digest, name, key.scope(), time.time_ns() // 1000, self._by, expires_at)
        self.store.store_key(stored)
        _log.warning("Key %s (%s, %s) was made by %s", name, key.id, stored.scope, self._by)
        self._refresh.now()
        return {**self.stored(stored), "key": text}

    def end(self, keys: Iterable[StoredKey], at: int) -> None:
        """Let keys end at an instant."""
        ending = list(keys)
        self.store.end_keys([key.digest for key in ending], at)
        for key in map(from_stored, ending):
            _log.warning("Key %s (%s) ends at %s, by %s", key.name, key.id, from_microseconds(at), self._by)
        self._refresh.now()

    def stored(self, key: StoredKey) -> dict[str, Any]:
        """Return a key of the store as JSON types."""
        used_at = max(key.used_at or 0, self._keyring.uses.get(key.digest, 0))
        return {
            **_key(from_stored(key), "store", used_at),
            "created_at": from_microseconds(key.created_at),
            "created_by": key.created_by,
        }

    def _of_settings(self, key: ApiKey) -> dict[str, Any]:
        return _key(key, "settings", self._keyring.uses.get(key.digest, 0))


def _key(key: ApiKey, source: str, used_at: int) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "scope": key.scope(),
        "source": source,
        "state": "ended" if key.has_ended else "active",
        "created_at": None,
        "created_by": None,
        "expires_at": None if key.expires_at is None else from_microseconds(key.expires_at),
        "last_used_at": from_microseconds(used_at) if used_at else None,
    }


Administration = Annotated[KeyAdministration, Depends()]
_SECRET = {"Cache-Control": "no-store"}


@router.get("", response_model=models.Keys, responses=problems(409), dependencies=ADMIN)
def keys(administration: Administration) -> JsonResponse:
    """List the API keys, also those that have ended: names, scopes and uses, and no key itself."""
    return JsonResponse({"items": administration.all()})


@router.post("", status_code=201, response_model=models.NewKey, responses=problems(409, 413, 415), dependencies=ADMIN)
def make_key(administration: Administration, body: models.KeyIn) -> JsonResponse:
    """Make an API key, which every replica accepts within seconds. The response has the key itself, this once."""
    if administration.active(body.name):
        raise Conflict(f"name {body.name!r} has a key; rotate it, or choose another name")
    return JsonResponse(administration.make(body.name, body.scope, _expiry(body.expires_at)), 201, _SECRET)


@router.post(
    "/{name}/rotate",
    status_code=201,
    response_model=models.NewKey,
    responses=problems(404, 409, 413, 415),
    dependencies=ADMIN,
)
def rotate_key(administration: Administration, name: Name, body: models.RotationIn | None = None) -> JsonResponse:
    """Make a new key with the name and scope of another, which ends after a time of grace."""
    rotation = body or models.RotationIn()
    active = _known(administration, name)
    scope = max(active, key=lambda key: key.created_at).scope
    made = administration.make(name, scope, _expiry(rotation.expires_at))
    administration.end(active, time.time_ns() // 1000 + rotation.grace_seconds * 1_000_000)
    return JsonResponse(made, 201, _SECRET)


@router.delete("/{name}", response_model=models.EndedKeys, responses=problems(404, 409), dependencies=ADMIN)
def revoke_key(
    administration: Administration,
    name: Name,
    id: Annotated[str, Query(description="Only the key with this `id`.")] = "",
) -> JsonResponse:
    """Revoke the keys of a name, on every replica within seconds. If all have ended, the answer has those."""
    keys = [key for key in administration.named(name) if id in ("", from_stored(key).id)]
    active = _active(keys)
    if not active and not (id and keys):
        _check_settings(administration, name)
    if not keys:
        raise NotFound(f"there is no key {name!r}" + (f" with the id {id!r}" if id else ""))
    if active:
        administration.end(active, time.time_ns() // 1000)
    digests = {key.digest for key in active or keys}
    ended = [key for key in administration.named(name) if key.digest in digests]
    return JsonResponse({"revoked": [administration.stored(key) for key in ended]})


def _active(keys: Iterable[StoredKey]) -> list[StoredKey]:
    return [key for key in keys if not from_stored(key).has_ended]


def _known(administration: KeyAdministration, name: str) -> list[StoredKey]:
    active = administration.active(name)
    if active:
        return active
    _check_settings(administration, name)
    raise NotFound(f"there is no active key {name!r}")


def _check_settings(administration: KeyAdministration, name: str) -> None:
    """Raise `Conflict` if a name is that of a key of the settings."""
    if any(key["name"] == name and key["source"] == "settings" for key in administration.all()):
        raise Conflict(
            f"key {name!r} is in the key file or in CATALOG_GRAPH_API_KEYS of the service; change it there. A "
            "change of the file counts within seconds"
        )


def _expiry(text: str | None) -> int | None:
    if text is None:
        return None
    at = microseconds(checked_instant(text, "expires_at"))
    if at <= time.time_ns() // 1000:
        raise InvalidInput(f"expires_at {text!r} is past; send a later instant", field="expires_at")
    return at
