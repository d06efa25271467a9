"""Check the service: its answer, its store, the scopes of the API key, versions and clocks."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from catalog_graph.doctor import load
from catalog_graph.doctor.findings import Finding, good, noted, problem
from catalog_graph.errors import CatalogError, Forbidden, Unauthorized
from catalog_graph.version import __version__

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

    from catalog_graph.backends.default import CatalogTarget
    from catalog_graph.backends.remote.http import HttpService

PREFIX = "/api/v1/catalog"
ENDING_DAYS = 14
"""Days before the end of a key from which it is told."""
MAX_SKEW = 5.0
"""Seconds that two clocks may differ: the Date header has whole seconds, and the request takes time."""


def examine(target: CatalogTarget) -> Iterator[Finding]:
    """Yield the findings about the service of `target`."""
    from catalog_graph.backends.remote.http import HttpService

    try:
        service = HttpService(target.endpoint or "", target.api_key, target.timeout, target.tries)
        yield from _encryption(service.endpoint, target.api_key)
        yield from _readiness(service, target.api_key)
    except CatalogError as error:
        yield problem("service", error.message)


def _encryption(endpoint: str, api_key: str | None) -> Iterator[Finding]:
    from catalog_graph.backends.remote.connection import is_loopback

    address = urlsplit(endpoint)
    if api_key and address.scheme == "http" and not is_loopback(address.hostname or ""):
        yield noted(
            "key",
            "it is sent unencrypted: the endpoint is http://",
            "put a proxy with TLS in front of the service, and use https://",
        )


def _readiness(service: HttpService, api_key: str | None) -> Iterator[Finding]:
    began = time.time()
    root = service.endpoint.removesuffix(PREFIX)
    response = service.send("GET", f"{root}/readyz", once=True)
    ended = time.time()
    if response.status == 404:
        yield from _other_service(service)
        return
    status = _status(service, response)
    if isinstance(status, CatalogError):
        yield problem("service", f"it runs, but is not ready: {status.message}", "see the service's log")
        return
    yield good("service", f"it answers, in {1000 * (ended - began):.0f} ms")
    yield from _clock(response, began, ended)
    yield from _store_and_version(status)
    yield from _key(service, status, api_key)
    yield from load.examine(service, root)


def _status(service: HttpService, response: BaseHTTPResponse) -> Mapping[str, Any] | CatalogError:
    try:
        status = service.answer(response)
    except CatalogError as error:
        return error
    return status if isinstance(status, dict) else {}


def _other_service(service: HttpService) -> Iterator[Finding]:
    """Check that a service without `/readyz` is a catalog at all."""
    service.ask("GET", "/artifacts", [("limit", "1")], once=True)
    yield noted("service", "it answers, but is not catalog_graph: its store and version are unknown")


def _clock(response: BaseHTTPResponse, began: float, ended: float) -> Iterator[Finding]:
    header = response.headers.get("date")
    if header is None:
        return
    service_time = parsedate_to_datetime(header).timestamp()
    skew = max(service_time - ended, began - service_time - 1)
    if skew <= MAX_SKEW:
        yield good("clock", "the clocks of the service and of this machine agree")
    else:
        yield noted(
            "clock",
            f"the service's clock and this machine's differ by {skew:.0f} s; --as-of and relative dates follow the "
            "service's",
            "correct the wrong clock, for example with NTP",
        )


def _store_and_version(status: Mapping[str, Any]) -> Iterator[Finding]:
    if store := status.get("store"):
        facts = ", ".join(f"{name} {value}" for name, value in store.items() if name not in ("store", "version"))
        yield good("store", f"{store.get('store')} {store.get('version')} ({facts}), with a current schema")
    theirs, ours = status.get("version"), __version__
    if theirs == ours:
        yield good("version", f"the service is catalog_graph {theirs}, as this client")
    elif theirs:
        yield noted(
            "version", f"the service is catalog_graph {theirs}, this client is {ours}", "upgrade the older of the two"
        )


def _key(service: HttpService, status: Mapping[str, Any], api_key: str | None) -> Iterator[Finding]:
    """Check that the key may read; its scopes are in the status, unless the service does not know the key."""
    try:
        service.ask("GET", "/artifacts", [("limit", "1")])
    except Unauthorized:
        if api_key:
            yield problem("key", "the service does not know the API key", "ask the operator of the service for a key")
        else:
            yield problem("key", "the service needs an API key", "set FLOWYML_CATALOG_API_KEY, or give --api-key KEY")
    except Forbidden as error:
        yield problem("key", error.message, "ask the operator of the service for another key")
    else:
        scopes = status.get("scopes") or []
        permission = f"allows: {', '.join(scopes)}" if scopes else "is accepted"
        yield good("key", f"the API key {permission}" if api_key else "the service needs none, and none is set")
        if scopes and "write" not in scopes:
            yield noted("key", "it cannot register or change anything", "use a key with the scope write for that")
        yield from _expiry(status)


def _expiry(status: Mapping[str, Any]) -> Iterator[Finding]:
    if end := status.get("key_expires_at"):
        days = (datetime.fromisoformat(end) - datetime.now(UTC)).days
        if days < ENDING_DAYS:
            yield noted("key", f"it ends in {days} days, at {end}", "ask the operator of the service for a new one")
