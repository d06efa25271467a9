"""The HTTP server: uvicorn with the signals, the sockets and the banner of the service."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import uvicorn

from catalog_graph.server.app import create_app
from catalog_graph.server.bootstrap import ServedStore
from catalog_graph.server.certificate import Certificate
from catalog_graph.server.http_connection import connection_class
from catalog_graph.server.keyring import Keyring
from catalog_graph.server.output import print_line
from catalog_graph.server.settings import ServerSettings
from catalog_graph.server.sockets import port_in_use

API_PATH = "/api/v1/catalog"
_GRACE_SECONDS = 20
"""Seconds that requests in progress may take to finish when the service stops."""
_KEEP_ALIVE_SECONDS = 75
"""Longer than clients and proxies keep a connection (usually up to 60 s), so that no new request meets a closed one."""


def config_of(app: Any, settings: ServerSettings, certificate: Certificate | None = None) -> uvicorn.Config:
    """Return uvicorn's settings for an application, served over TLS with a certificate."""
    return uvicorn.Config(
        app,
        http=connection_class(settings, certificate.context if certificate else None),
        # uvloop reads before a handshake can begin; it gains little over asyncio where everything is encrypted.
        loop="asyncio" if certificate else "auto",
        ws="none",
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        server_header=False,
        proxy_headers=bool(settings.proxy_networks),
        forwarded_allow_ips=[str(network) for network in settings.proxy_networks],
    )


class Server(uvicorn.Server):
    """uvicorn with the signal handlers of `Signals` and with a banner when it is up."""

    def __init__(self, settings: ServerSettings, store: ServedStore, sockets: Sequence[socket.socket]) -> None:
        self.settings = settings
        self.store = store
        self.address = _address(settings, sockets)
        self.certificate = Certificate.of(settings)
        super().__init__(config_of(create_app(store.backend, settings), settings, self.certificate))

    async def main_loop(self) -> None:
        """Serve until the server is stopped, with certificates that are renewed."""
        async with self.certificate.renewed() if self.certificate else nullcontext():
            await super().main_loop()

    def capture_signals(self) -> Any:
        """Install no handlers: `Signals` has installed its own."""
        return nullcontext()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen, and print the banner."""
        try:
            await super().startup(sockets)
        except OSError as error:
            raise port_in_use(self.settings) from error
        if self.started:
            print_line(_banner(self.settings, self.store, self.address))


def _address(settings: ServerSettings, sockets: Sequence[socket.socket]) -> str:
    """Return the URL to print; for a service that is bound to every address it has the loopback address."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 - compared, not bound
    port = sockets[0].getsockname()[1]
    scheme = "http" if settings.tls_certificate is None else "https"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def _banner(settings: ServerSettings, store: ServedStore, address: str) -> str:
    lines = [
        f"The catalog is served at {address}{API_PATH} (documentation: {address}/docs).",
        f"Store: {store.title}.",
        "In another shell:",
        f"  export FLOWYML_CATALOG_ENDPOINT={address}{API_PATH}",
    ]
    if Keyring.of(settings).keys:
        lines.append("  export FLOWYML_CATALOG_API_KEY=...  # one of the API keys")
    elif not settings.is_loopback:
        lines.append(
            "There are no API keys, and --no-auth is set: everybody who reaches this address can read and change the "
            "catalog."
        )
    lines.append("Stop with Ctrl-C.")
    return "\n".join(lines)
