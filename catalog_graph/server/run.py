"""Run the service in the foreground, and print its address and its log."""

from __future__ import annotations

import logging
import socket
import sys
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from typing import Any

import uvicorn

from catalog_graph.server.access import Keyring
from catalog_graph.server.app import create_app
from catalog_graph.server.bootstrap import ServedStore, open_store
from catalog_graph.server.settings import ServerSettings
from catalog_graph.server.signals import Signals, Stopped
from catalog_graph.server.sockets import bound_sockets, port_in_use

API_PATH = "/api/v1/catalog"
_GRACE_SECONDS = 20
"""Seconds that requests in progress may take to finish when the service stops."""
_KEEP_ALIVE_SECONDS = 75
"""Longer than clients and proxies keep a connection (usually up to 60 s), so that no new request meets a closed one."""


def serve(settings: ServerSettings) -> None:
    """Serve until SIGINT or SIGTERM, then stop the service and its embedded Neo4j, if it has one.

    API keys and the port are checked before Neo4j is started. Raises `ConfigurationError`, `StoreUnavailable`.
    """
    _skip_optional_imports()
    _set_up_logging(settings)
    Keyring.of(settings)
    with Signals() as signals, bound_sockets(settings) as sockets:
        try:
            with open_store(settings) as store:
                signals.neo4j_pid = store.neo4j_pid
                server = _Server(settings, store, sockets)
                signals.server = server
                server.run(sockets=sockets)
                signals.server = None
        except Stopped:
            pass
    _print("Stopped.")


class _Server(uvicorn.Server):
    """uvicorn with the signal handlers of `Signals` and with a banner when it is up."""

    def __init__(self, settings: ServerSettings, store: ServedStore, sockets: Sequence[socket.socket]) -> None:
        self.settings = settings
        self.store = store
        self.address = _address(settings, sockets)
        super().__init__(
            uvicorn.Config(
                create_app(store.backend, settings),
                log_config=None,
                access_log=settings.access_log,
                timeout_graceful_shutdown=_GRACE_SECONDS,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
                server_header=False,
            )
        )

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
            _print(_banner(self.settings, self.store, self.address))


def _address(settings: ServerSettings, sockets: Sequence[socket.socket]) -> str:
    """Return the URL to print; for a service that is bound to every address it has the loopback address."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 - compared, not bound
    port = sockets[0].getsockname()[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


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


def _print(text: str) -> None:
    with suppress(OSError):  # the terminal may be gone
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


def _skip_optional_imports() -> None:
    """Skip the optional pandas and PyArrow imports of the Neo4j driver: 70 MB, and most of a second.

    The driver imports them, if they are installed, for values of their types, which the catalog does not have.
    """
    modules: dict[str, Any] = sys.modules
    for name in ("pandas", "pyarrow"):
        modules.setdefault(name, None)  # its import then fails as if it were not installed


def _set_up_logging(settings: ServerSettings) -> None:
    """Log each event as one line on standard error, and with `access_log` each request too."""
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr
    )
    if settings.log_level != "debug":
        # The driver also raises what it logs about an unreachable Neo4j, and the service prints that as one sentence.
        for name in ("neo4j.pool", "neo4j.io"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
    embedded = logging.getLogger("catalog_graph.embedded")
    embedded.setLevel(logging.INFO)
    embedded.addHandler(_PrintHandler())
    embedded.propagate = False
    logging.getLogger("uvicorn.error").addFilter(_is_not_cancellation)
    if settings.access_log:
        logging.getLogger("uvicorn.access").setLevel(logging.INFO)


class _PrintHandler(logging.Handler):
    """Log handler that prints the progress of the embedded Neo4j's start, as the banner is printed."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print the message of a record."""
        _print(record.getMessage())


def _is_not_cancellation(record: logging.LogRecord) -> bool:
    """Return False for requests that a second signal cancels: they are no faults to log."""
    return "CancelledError" not in f"{record.getMessage()} {record.exc_info}"
