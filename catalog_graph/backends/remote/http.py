"""Requests to a catalog service: a pool of connections, retries where they are safe, the service's own errors."""

from __future__ import annotations

import json
import os
import random
import threading
import time
import weakref
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal
from urllib.parse import urlencode

from urllib3 import BaseHTTPResponse, PoolManager, Timeout
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ProxyError, ReadTimeoutError
from urllib3.util import parse_url

from catalog_graph.backends import bookmarks
from catalog_graph.backends.bookmarks import Bookmarks
from catalog_graph.backends.remote.connection import (
    CONNECTIONS,
    KEPT_ALIVE,
    checked_timeout,
    checked_tries,
    find_proxy,
    new_pools,
)
from catalog_graph.backends.wording import in_python
from catalog_graph.errors import CatalogError, InvalidInput, StoreUnavailable, error_from_problem
from catalog_graph.lineage import PACKED
from catalog_graph.seals.envelope import Pieces
from catalog_graph.version import __version__

Method = Literal["GET", "POST", "PUT", "DELETE"]
Params = Sequence[tuple[str, str]]

ENCODED_IDS = {"Catalog-Graph-Ids": "encoded"}
"""Header that declares all ids in paths to be percent-encoded."""
_ACCEPTED = f"{PACKED}, application/json"
NDJSON = "application/x-ndjson"
LONG_TIMEOUT = 600.0
"""Minimum seconds to wait for the next part of a whole catalog: a store waits for its writers before it begins."""
WAITS = (0.1, 0.4, 1.2)
"""Seconds before the second, third and each later attempt; each varies by up to a half."""
LONGEST_WAIT = 5.0
"""Maximum seconds of a `Retry-After` header that are waited."""
CONNECT_ERRORS = (NewConnectionError, ConnectTimeoutError, ProxyError)
"""Errors after which the service has certainly not received the request."""
_NO_TUNNEL = "Tunnel connection failed"
"""Words of http.client about a proxy that refuses to connect."""
_CHUNK = 1 << 16
"""Bytes of a response that are read at a time."""
TRY_LATER = frozenset({429, 502, 503})
"""Statuses of a service that is not ready."""
OF_A_PROXY = frozenset({500, 504})
"""Statuses that mean the same unless the service itself reports them, as a problem document."""


class HttpService:
    """A client of the service at `endpoint`; all methods may be called from any thread, and after a fork.

    It sends the bookmarks of the answers so far with each request.
    """

    def __init__(
        self, endpoint: str, api_key: str | None, timeout: float | None = None, tries: int | None = None
    ) -> None:
        self.endpoint = _checked_endpoint(endpoint)
        self.timeout = checked_timeout(timeout)
        self._waits = [WAITS[min(n, len(WAITS) - 1)] for n in range(checked_tries(tries) - 1)]
        self._headers = {"User-Agent": f"catalog_graph/{__version__}", "Accept": _ACCEPTED, **ENCODED_IDS}
        if api_key:
            self._headers["Authorization"] = f"Bearer {_checked_key(api_key)}"
        self.bookmarks = Bookmarks()
        self._locks: dict[int, threading.Lock] = {}
        """A lock for each process: in a forked one nobody may be left who releases that of its parent."""
        self._pools: PoolManager | None = None
        self._places = threading.BoundedSemaphore(CONNECTIONS)
        self._process = 0
        self._used = 0.0
        """Instant of the last request, on the monotonic clock."""
        self._closing: Callable[[], object] = lambda: None

    def close(self) -> None:
        """Close the pooled connections; a later request opens new ones."""
        with self._lock():
            if self._process == os.getpid():
                self._closing()
            self._pools = None

    def ask(
        self,
        method: Method,
        path: str,
        params: Params = (),
        body: Any = None,
        *,
        once: bool = False,
        key: str | None = None,
    ) -> Any:
        """Send a request, and return the JSON of the response. Raises the `CatalogError` that the service reports.

        `path` is appended to the endpoint, unless it is a whole URL. `body` is a value, or a text in pieces. With
        `once`, the request is repeated only if the service has certainly not received it; `key` is its idempotency key.
        """
        return self.answer(self.send(method, path, params, body, once=once, key=key))

    def send(
        self,
        method: Method,
        path: str,
        params: Params = (),
        body: Any = None,
        *,
        once: bool = False,
        key: str | None = None,
    ) -> BaseHTTPResponse:
        """Send a request, and return the response of any status. Raises `StoreUnavailable` if there is none."""
        headers = {} if body is None else {"Content-Type": "application/json"}
        headers |= {"Idempotency-Key": key} if key else {}
        if isinstance(body, Pieces):
            return self._send(method, path, params, body, headers | {"Content-Length": str(len(body))}, once=once)
        return self._send(method, path, params, None if body is None else _encoded(body), headers, once=once)

    def receive(
        self, method: Method, path: str, params: Params, body: Any, take: Callable[[Iterator[bytes]], None]
    ) -> None:
        """Send a request that may be repeated, and give the pieces of the response to `take`, at each attempt anew.

        Raises the error that the service reports.
        """
        headers = {} if body is None else {"Content-Type": "application/json"}
        content = None if body is None else _encoded(body)
        self.require_success(self._send(method, path, params, content, headers, take=take))

    def send_lines(self, path: str, params: Params, lines: bytes) -> BaseHTTPResponse:
        """Send lines of NDJSON, which may be sent again, and return the response of any status."""
        return self._send("POST", path, params, lines, {"Content-Type": NDJSON}, timeout=self._long_timeout())

    def stream(self, path: str, params: Params) -> Generator[dict[str, Any], None, None]:
        """Yield the lines of an NDJSON response, decoded. Raises the error that the service reports."""
        for line in self.lines(path, params):
            if line:
                yield json.loads(line)

    def lines(
        self, path: str, params: Params, headers: Mapping[str, str] | None = None, silence: float | None = None
    ) -> Generator[bytes, None, None]:
        """Yield the lines of a response as they come. Raises the error that the service reports.

        `silence` is the time of a service that says something again and again, whatever the timeout is.
        """
        seconds = silence or self._long_timeout()
        all_headers = {**_bookmark_header(self.bookmarks.texts), **(headers or {})}
        try:
            with self._open("GET", self._url(path, params), None, all_headers, seconds) as response:
                if not _is_success(response):
                    if self.lacks_route(response):
                        return
                    raise self._error(response)
                # Not text, since that takes other characters than line breaks for ends of lines.
                rest = b""
                for chunk in response.stream(_CHUNK):
                    *whole, rest = (rest + chunk).split(b"\n")
                    yield from whole
                if rest:
                    yield rest
        except HTTPError as error:
            raise self._no_answer(error, seconds, may_be_longer=silence is None) from error

    def _long_timeout(self) -> float:
        return max(LONG_TIMEOUT, self.timeout)

    def _send(
        self,
        method: Method,
        path: str,
        params: Params,
        content: bytes | Pieces | None,
        headers: dict[str, str],
        *,
        once: bool = False,
        timeout: float | None = None,
        take: Callable[[Iterator[bytes]], None] | None = None,
    ) -> BaseHTTPResponse:
        url, seconds = self._url(path, params), timeout or self.timeout
        known = self.bookmarks.texts
        headers = headers | _bookmark_header(known)
        for wait in (*self._waits, None):
            least = 0.0
            try:
                with self._open(method, url, content, headers, seconds) as response:
                    if take is not None and _is_success(response):
                        take(response.stream(_CHUNK))
                    else:
                        response.read(cache_content=True)
            except HTTPError as error:
                if wait is None or not _may_repeat(error, once=once):
                    raise self._no_answer(error, seconds) from error
            else:
                self.bookmarks.replace(known, bookmarks.split(response.headers.get(bookmarks.HEADER, "")))
                if wait is None or once or not _is_passing(response):
                    return response
                least = _retry_after(response)
            # Chance spreads the clients; none comes earlier than the service says.
            time.sleep(max(wait * random.uniform(0.5, 1.5), least * random.uniform(1.0, 1.5)))  # noqa: S311
        raise AssertionError("the last attempt returns or raises")

    @contextmanager
    def _open(
        self, method: Method, url: str, content: Any, headers: Mapping[str, str], seconds: float
    ) -> Iterator[BaseHTTPResponse]:
        """Send a request once, with a limit for each wait; a response that is not read whole ends its connection."""
        pools = self._connected()
        # Not the pool's own limit: when Python exits, a pool gives up its places, and a request would wait for ever.
        with self._places:
            response = pools.request(
                method,
                url,
                body=content,
                headers={**self._headers, **headers},
                timeout=Timeout(connect=seconds, read=seconds),
                redirect=False,
                preload_content=False,
            )
            try:
                yield response
            finally:
                if response.connection is not None:
                    response.close()
                    response.release_conn()

    def _url(self, path: str, params: Params) -> str:
        url = path if "://" in path else self.endpoint + path
        return f"{url}?{urlencode(params)}" if params else url

    def answer(self, response: BaseHTTPResponse) -> Any:
        """Return the decoded JSON of a response. Raises the error that it reports."""
        self.require_success(response)
        return self._decoded(response) if response.data else None

    def require_success(self, response: BaseHTTPResponse) -> None:
        """Raise the error that a response reports, if any."""
        if not _is_success(response):
            raise self._error(response)

    def lacks_route(self, response: BaseHTTPResponse) -> bool:
        """Return True if a response means that the service, written by someone else, lacks a route of ours."""
        if response.status not in (404, 405):
            return False
        problem = _problem(response)
        return problem is None or problem.get("code") in (None, "no-route", "method-not-allowed")

    def _error(self, response: BaseHTTPResponse) -> CatalogError:
        problem = _problem(response)
        status = response.status
        if location := response.get_redirect_location():
            return StoreUnavailable(f"the catalog at {self.endpoint} has moved to {location}; use that endpoint")
        if status == 404 and (problem is None or problem.get("code") == "no-route"):
            return StoreUnavailable(
                f"there is no catalog at {self.endpoint}: {response.url} is not known there; "
                "an endpoint usually ends with /api/v1/catalog"
            )
        if problem is None:
            start = _start(response)
            problem = {"detail": f"the catalog at {self.endpoint} answered {status} {start!r}, which is not JSON"}
        detail = problem.get("detail")
        if detail is not None and not isinstance(detail, str):
            problem["detail"] = json.dumps(detail)
        elif detail is not None:
            problem["detail"] = in_python(detail)
        return error_from_problem({k: v for k, v in problem.items() if k not in ("self", "message")}, status)

    def _connected(self) -> PoolManager:
        """Return the pools of connections; those of a parent process, or that may be closed by now, are not used."""
        with self._lock():
            before, self._used = self._used, time.monotonic()
            if self._pools is None or self._process != os.getpid():
                # A forked process must not write to the connections of its parent.
                self._pools = new_pools(self.endpoint)
                self._places = threading.BoundedSemaphore(CONNECTIONS)
                self._process = os.getpid()
                self._closing = weakref.finalize(self, self._pools.clear)
                # Other exit handlers may still send requests; the system closes the sockets.
                self._closing.atexit = False
            elif self._used - before > KEPT_ALIVE:
                self._pools.clear()
            return self._pools

    def _lock(self) -> threading.Lock:
        return self._locks.setdefault(os.getpid(), threading.Lock())

    def _decoded(self, response: BaseHTTPResponse) -> Any:
        from pydantic_core import from_json

        try:
            return from_json(response.data, cache_strings="keys")
        except ValueError as cause:
            start = _start(response)
            raise CatalogError(f"the catalog at {self.endpoint} answered {start!r}, which is not JSON") from cause

    def _no_answer(self, error: HTTPError, seconds: float, *, may_be_longer: bool = True) -> StoreUnavailable:
        if isinstance(error, ReadTimeoutError):
            advice = "; set a longer timeout" if may_be_longer else ""
            return StoreUnavailable(f"the catalog at {self.endpoint} has not answered within {seconds:g} s{advice}")
        is_of_way = isinstance(error, CONNECT_ERRORS) or _NO_TUNNEL in str(error)
        if is_of_way and (proxy := find_proxy(self.endpoint)) is not None:
            return StoreUnavailable(
                f"no answer from the catalog at {self.endpoint} through {proxy} ({error}); is the proxy running, and "
                "may it connect there? NO_PROXY names the hosts that need none"
            )
        return StoreUnavailable(
            f"no answer from the catalog at {self.endpoint} ({error}); "
            "is the service running there, and is the endpoint right?"
        )


def _bookmark_header(texts: Collection[str]) -> dict[str, str]:
    return {bookmarks.HEADER: ",".join(texts)} if texts else {}


def _is_passing(response: BaseHTTPResponse) -> bool:
    """Return True if the same request may succeed later."""
    if response.status in TRY_LATER:
        return True
    return response.status in OF_A_PROXY and "code" not in (_problem(response) or {})


def _may_repeat(error: HTTPError, *, once: bool) -> bool:
    if isinstance(error, CONNECT_ERRORS):
        return True
    return not once and not isinstance(error, ReadTimeoutError)


def _is_success(response: BaseHTTPResponse) -> bool:
    return 200 <= response.status < 300


def _start(response: BaseHTTPResponse) -> str:
    """Return the beginning of a body, in one line."""
    return " ".join(response.data[:200].decode(errors="replace").split())


def _encoded(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _problem(response: BaseHTTPResponse) -> dict[str, Any] | None:
    try:
        problem = json.loads(response.data)
    except ValueError:
        return None
    return problem if isinstance(problem, dict) else None


def _retry_after(response: BaseHTTPResponse) -> float:
    text = response.headers.get("retry-after", "")
    return min(float(text), LONGEST_WAIT) if text.isascii() and text.isdigit() else 0.0


def _checked_endpoint(endpoint: str) -> str:
    try:
        url = parse_url(endpoint)
    except (HTTPError, TypeError, AttributeError) as cause:
        raise InvalidInput(f"endpoint {endpoint!r} is not a URL", field="endpoint") from cause
    if url.auth:
        raise InvalidInput("endpoint contains a user name or a password; use api_key instead", field="endpoint")
    blank = any(map(str.isspace, endpoint))
    if url.scheme not in ("http", "https") or not url.host or url.query or url.fragment or blank:
        raise InvalidInput(
            f"endpoint {endpoint!r} is not a URL of a catalog; "
            "write it as http://127.0.0.1:8000/api/v1/catalog or https://…",
            field="endpoint",
        )
    return endpoint.rstrip("/")


def _checked_key(api_key: str) -> str:
    """Return the key. Raises `InvalidInput`, without the key, if it is not printable ASCII without spaces."""
    if not isinstance(api_key, str) or not api_key.isascii() or not api_key.isprintable() or " " in api_key:
        raise InvalidInput("api_key must be printable ASCII without spaces", field="api_key")
    return api_key
