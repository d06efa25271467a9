"""The service: whether it answers, what it says of its store, what the key may do, versions and clocks."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from catalog_graph.doctor.findings import Finding, good, noted, problem
from catalog_graph.errors import CatalogError, Forbidden, Unauthorized
from catalog_graph.version import __version__

if TYPE_CHECKING:
    import httpx

    from catalog_graph.backends.default import Choice
    from catalog_graph.backends.remote.http import HttpService

PREFIX = "/api/v1/catalog"
TIMEOUT = 10.0
SKEW = 5.0
"""Seconds that two clocks may differ: the header that tells has whole seconds, and the way takes time too."""


def examined(choice: Choice) -> Iterator[Finding]:
    """What can be told of a service from here."""
    from catalog_graph.backends.remote.http import HttpService

    try:
        service = HttpService(choice.endpoint or "", choice.api_key, TIMEOUT)
        yield from _in_the_clear(service.endpoint, choice.api_key)
        yield from _answers(service, choice.api_key)
    except CatalogError as error:
        yield problem("service", error.message)


def _in_the_clear(endpoint: str, api_key: str | None) -> Iterator[Finding]:
    address = urlsplit(endpoint)
    if api_key and address.scheme == "http" and not _is_here(address.hostname or ""):
        yield noted("key", "it travels unencrypted: the endpoint is http://", "put a proxy with TLS before the service")


def _answers(service: HttpService, api_key: str | None) -> Iterator[Finding]:
    began = time.time()
    response = service.send("GET", f"{service.endpoint.removesuffix(PREFIX)}/readyz", once=True)
    ended = time.time()
    if response.status_code == 404:
        yield from _of_another_make(service)
        return
    told = _told(service, response)
    if isinstance(told, CatalogError):
        yield problem("service", f"it runs, but is not ready: {told.message}", "see the service's log")
        return
    yield good("service", f"it answers, in {1000 * (ended - began):.0f} ms")
    yield from _clock(response, began, ended)
    yield from _about(told, api_key)
    yield from _key(service, told, api_key)


def _told(service: HttpService, response: httpx.Response) -> Mapping[str, Any] | CatalogError:
    try:
        answer = service.answer(response)
    except CatalogError as error:
        return error
    return answer if isinstance(answer, dict) else {}


def _of_another_make(service: HttpService) -> Iterator[Finding]:
    """It has no `/readyz`: is there a catalog at all?"""
    service.ask("GET", "/artifacts", [("limit", "1")], once=True)
    yield noted("service", "it answers, but is of another make: neither its store nor its version can be told")


def _clock(response: httpx.Response, began: float, ended: float) -> Iterator[Finding]:
    header = response.headers.get("date")
    if header is None:
        return
    theirs = parsedate_to_datetime(header).timestamp()
    skew = max(theirs - ended, began - theirs - 1)
    if skew <= SKEW:
        yield good("clock", "the service's and this machine's agree")
    else:
        yield noted(
            "clock",
            f"the service's and this machine's differ by {skew:.0f} s: --as-of and relative dates go by the service's",
            "set the clock that is wrong, best by NTP",
        )


def _about(told: Mapping[str, Any], api_key: str | None) -> Iterator[Finding]:
    if store := told.get("store"):
        facts = ", ".join(f"{name} {value}" for name, value in store.items() if name not in ("store", "version"))
        yield good("store", f"{store.get('store')} {store.get('version')} ({facts}): in use, its schema is current")
    theirs, ours = told.get("version"), __version__
    if theirs == ours:
        yield good("version", f"the service is catalog_graph {theirs} too")
    elif theirs:
        yield noted(
            "version", f"the service is catalog_graph {theirs}, this client {ours}", "upgrade the older of the two"
        )


def _key(service: HttpService, told: Mapping[str, Any], api_key: str | None) -> Iterator[Finding]:
    """With a key that it knows, or where none is needed, the service tells the scopes; else it refuses a read."""
    try:
        service.ask("GET", "/artifacts", [("limit", "1")])
    except Unauthorized:
        if api_key:
            yield problem("key", "the service does not know the key", "ask whoever runs the service for one")
        else:
            yield problem("key", "the service needs an API key", "set FLOWYML_CATALOG_API_KEY, or give --api-key")
    except Forbidden as error:
        yield problem("key", error.message, "ask whoever runs the service for another")
    else:
        scopes = told.get("scopes") or []
        allowed = f"allows: {', '.join(scopes)}" if scopes else "is taken"
        yield good("key", f"the key {allowed}" if api_key else "none is needed, and none is set")
        if scopes and "write" not in scopes:
            yield noted("key", "it cannot register or change anything", "a key with the scope write can")


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
