"""The connection of a client to its service: the proxy on the way, the longest wait, and the number of tries."""

from __future__ import annotations

import ipaddress
import math
import os
import ssl
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import certifi
from urllib3 import PoolManager, ProxyManager
from urllib3.exceptions import HTTPError
from urllib3.util import make_headers

from catalog_graph.errors import ConfigurationError, InvalidInput

PROXY_VARIABLE = "CATALOG_GRAPH_PROXY"
TIMEOUT_VARIABLE = "CATALOG_GRAPH_TIMEOUT"
TRIES_VARIABLE = "CATALOG_GRAPH_TRIES"
DEFAULT_TIMEOUT, DEFAULT_TRIES, MOST_TRIES = 30.0, 4, 10
KEPT_ALIVE = 3.0
"""Seconds after which connections that were all idle are opened anew; the service closes them after five."""
CONNECTIONS = 64
"""Connections at the same time; a request beyond them waits for one."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy, and the variable that names it."""

    url: str
    variable: str

    def __str__(self) -> str:
        """Return the address without a password, and the variable."""
        parts = urlsplit(self.url)
        return f"the proxy {parts.scheme}://{parts.netloc.rpartition('@')[2]} of {self.variable}"


def find_proxy(endpoint: str) -> Proxy | None:
    """Return the proxy to the service, or `None` for a direct way.

    `CATALOG_GRAPH_PROXY` decides, and empty it means none. Else it is that of `HTTPS_PROXY` or `HTTP_PROXY`, or of
    `ALL_PROXY`, unless `NO_PROXY` has the host or the service is on this machine.
    """
    own = os.environ.get(PROXY_VARIABLE)
    if own is not None:
        return Proxy(own, PROXY_VARIABLE) if own else None
    url = urlsplit(endpoint)
    proxies = getproxies()
    scheme = url.scheme if url.scheme in proxies else "all"
    if scheme not in proxies or is_loopback(url.hostname or "") or proxy_bypass(url.netloc):
        return None
    address = proxies[scheme]
    return Proxy(address if "://" in address else f"http://{address}", f"{scheme.upper()}_PROXY")


def new_pools(endpoint: str) -> PoolManager:
    """Return pools of connections to the service; raise `ConfigurationError` if its proxy cannot be used."""
    options: dict[str, Any] = {"maxsize": CONNECTIONS, "retries": False}
    if endpoint.startswith("https:"):
        # Loading the certificates takes longer than everything else here.
        options["ssl_context"] = _ssl_context()
    proxy = find_proxy(endpoint)
    if proxy is None:
        return PoolManager(**options)
    try:
        return _proxy_pools(proxy, options)
    except (HTTPError, ValueError) as error:
        raise ConfigurationError(
            f"{proxy} cannot be used ({error}); write http://HOST:PORT or socks5://HOST:PORT"
        ) from error


def _proxy_pools(proxy: Proxy, options: dict[str, Any]) -> PoolManager:
    parts = urlsplit(proxy.url)
    if parts.scheme.startswith("socks"):
        if find_spec("socks") is None:
            raise ConfigurationError(
                f"{proxy} needs a library that is not installed: pip install 'urllib3[socks]', or set "
                f"{PROXY_VARIABLE}= for a direct connection"
            )
        from urllib3.contrib.socks import SOCKSProxyManager

        return SOCKSProxyManager(proxy.url, **options)
    login = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else None
    return ProxyManager(proxy.url, proxy_headers=make_headers(proxy_basic_auth=login), **options)


def _ssl_context() -> ssl.SSLContext:
    """Return the certificate authorities of OpenSSL's own variables, else those of certifi."""
    own = any(name in os.environ for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"))
    return ssl.create_default_context(cafile=None if own else certifi.where())


def checked_timeout(timeout: float | None) -> float:
    """Return the seconds to wait for a response: `timeout`, else those of the variable. Raises `InvalidInput`."""
    name, value = (
        ("timeout", timeout) if timeout is not None else _of_variable(TIMEOUT_VARIABLE, float, DEFAULT_TIMEOUT)
    )
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise InvalidInput(f"{name} {value!r} is not a number of seconds above 0", field="timeout")
    return float(value)


def checked_tries(tries: int | None) -> int:
    """Return the most times that a request is sent: `tries`, else the number of the variable. Raises `InvalidInput`."""
    name, value = ("tries", tries) if tries is not None else _of_variable(TRIES_VARIABLE, int, DEFAULT_TRIES)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_TRIES:
        raise InvalidInput(f"{name} {value!r} is not a whole number from 1 to {MOST_TRIES}", field="tries")
    return value


def _of_variable(variable: str, kind: type[float], default: float) -> tuple[str, Any]:
    """Return the variable with its number, or with its text if that is no number."""
    text = os.environ.get(variable)
    if not text:
        return variable, default
    try:
        return variable, kind(text)
    except ValueError:
        return variable, text


def is_loopback(host: str) -> bool:
    """Return True if a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
