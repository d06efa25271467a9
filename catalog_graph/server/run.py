"""Running the service in the foreground, and what it prints."""

from __future__ import annotations

import logging
import socket
import sys
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from typing import Any

import uvicorn

from catalog_graph.server.access import Keyring
from catalog_graph.server.bootstrap import Store, application, open_store
from catalog_graph.server.settings import ServerSettings
from catalog_graph.server.signals import Signals, Stopped
from catalog_graph.server.sockets import bound_sockets, port_in_use

API_PATH = "/api/v1/catalog"
_GRACE_SECONDS = 20
"""How long requests that are being answered may take to finish when the service stops."""
_KEEP_ALIVE_SECONDS = 75
"""Longer than clients and proxies keep a connection (60 s at most, usually): none is closed under a new request."""


def serve(settings: ServerSettings) -> None:
    """Serve until SIGINT or SIGTERM, then stop the service and its own Neo4j, if it has one.

    What can be told before Neo4j is started is checked before. Raises `ConfigurationError`, `StoreUnavailable`.
    """
    _spare_memory()
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
    _say("Stopped.")


class _Server(uvicorn.Server):
    """uvicorn, with our own signals and our own words when it is up."""

    def __init__(self, settings: ServerSettings, store: Store, sockets: Sequence[socket.socket]) -> None:
        self.settings = settings
        self.store = store
        self.address = _address(settings, sockets)
        super().__init__(
            uvicorn.Config(
                application(settings, store),
                log_config=None,
                access_log=settings.access_log,
                timeout_graceful_shutdown=_GRACE_SECONDS,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
                server_header=False,
            )
        )

    def capture_signals(self) -> Any:
        """Nothing: `Signals` hands them over."""
        return nullcontext()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so."""
        try:
            await super().startup(sockets)
        except OSError as error:
            raise port_in_use(self.settings) from error
        if self.started:
            _say(_banner(self.settings, self.store, self.address))


def _address(settings: ServerSettings, sockets: Sequence[socket.socket]) -> str:
    """The address to tell: a service bound to every address is reached on this machine by its loopback one."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 - read, not bound
    port = sockets[0].getsockname()[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _banner(settings: ServerSettings, store: Store, address: str) -> str:
    lines = [
        f"The catalog is served at {address}{API_PATH} (its documentation: {address}/docs).",
        f"Store: {store.title}.",
        "In another shell:",
        f"  export FLOWYML_CATALOG_ENDPOINT={address}{API_PATH}",
    ]
    if Keyring.of(settings).keys:
        lines.append("  export FLOWYML_CATALOG_API_KEY=...  # one of the API keys")
    elif not settings.is_loopback:
        lines.append(
            "No API keys are set, and --no-auth was given: everybody who reaches this address may do everything."
        )
    lines.append("Stop with Ctrl-C.")
    return "\n".join(lines)


def _say(text: str) -> None:
    with suppress(OSError):  # the terminal may be gone
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


def _spare_memory() -> None:
    """Keep out what a process that serves and does nothing else needs not.

    The Neo4j driver imports pandas and PyArrow where they are installed, for values of these kinds, of which the
    catalog has none: 70 MB, and most of a second.
    """
    modules: dict[str, Any] = sys.modules
    for name in ("pandas", "pyarrow"):
        modules.setdefault(name, None)  # an import of it fails, as that of what is not installed


def _set_up_logging(settings: ServerSettings) -> None:
    """One line an event, on standard error; an access log, where asked for, is a line of its own a request."""
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr
    )
    if settings.log_level != "debug":
        # What the driver says of a Neo4j that does not answer is raised as an error too, and told in a sentence.
        for name in ("neo4j.pool", "neo4j.io"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
    starting = logging.getLogger("catalog_graph.embedded")
    starting.setLevel(logging.INFO)
    starting.addHandler(_ToldAtStart())
    starting.propagate = False
    logging.getLogger("uvicorn.error").addFilter(_is_no_cancellation)
    if settings.access_log:
        logging.getLogger("uvicorn.access").setLevel(logging.INFO)


class _ToldAtStart(logging.Handler):
    """What the service's own Neo4j is doing, for whoever waits for it."""

    def emit(self, record: logging.LogRecord) -> None:
        """Say it as the banner is said."""
        _say(record.getMessage())


def _is_no_cancellation(record: logging.LogRecord) -> bool:
    """Requests that a hurried stop cancels are no errors to show a traceback of."""
    return "CancelledError" not in f"{record.getMessage()} {record.exc_info}"
