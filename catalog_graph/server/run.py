"""Running the service in the foreground: its sockets, its signals, what it prints."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from types import FrameType
from typing import Any

import uvicorn

from catalog_graph.errors import ConfigurationError
from catalog_graph.server.access import Keyring
from catalog_graph.server.bootstrap import Store, application, open_store
from catalog_graph.server.settings import ServerSettings

API_PATH = "/api/v1/catalog"
_GRACE_SECONDS = 20
"""How long requests that are being answered may take to finish when the service stops."""


def serve(settings: ServerSettings) -> None:
    """Serve until SIGINT or SIGTERM, then stop the service and its own Neo4j, if it has one.

    What can be told before Neo4j is started is checked before. Raises `ConfigurationError`, `StoreUnavailable`.
    """
    _set_up_logging(settings)
    Keyring.of(settings)
    with _Signals() as signals, _bound_sockets(settings) as sockets:
        try:
            with open_store(settings) as store:
                signals.store = store
                server = _Server(settings, store, sockets)
                signals.server = server
                server.run(sockets=sockets)
                signals.server = None
        except _Stopped:
            pass
    _say("Stopped.")


_STOPPING = {
    1: "Stopping; once more, and requests are not waited for.",
    2: "Stopping; once more, and nothing is waited for.",
    3: "Killed.",
}


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
                server_header=False,
            )
        )

    def capture_signals(self) -> Any:
        """Nothing: `_Signals` hands them over."""
        return nullcontext()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so."""
        try:
            await super().startup(sockets)
        except OSError as error:
            raise _port_in_use(self.settings) from error
        if self.started:
            _say(_banner(self.settings, self.store, self.address))


class _Stopped(BaseException):
    """SIGINT or SIGTERM came before the service was up."""


class _Signals:
    """SIGINT and SIGTERM: the first stops in order, a second does not wait for requests, a third for nothing."""

    def __init__(self) -> None:
        self.server: uvicorn.Server | None = None
        self.store: Store | None = None
        self._count = 0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> _Signals:
        self._before = {number: signal.signal(number, self._handle) for number in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self._count += 1
        _say_at_once(_STOPPING[min(self._count, 3)])
        if self._count > 2:
            self._leave()
        elif self.server is not None:
            # A second one is a SIGINT to uvicorn whatever it was: that is the one that makes it hurry.
            self.server.handle_exit(signal.SIGINT, frame)
        elif self._count == 1:
            raise _Stopped

    def _leave(self) -> None:
        """Neo4j survives being killed; it recovers at the next start."""
        if self.store is not None and self.store.neo4j_pid is not None:
            os.kill(self.store.neo4j_pid, signal.SIGKILL)
        os._exit(1)


@contextmanager
def _bound_sockets(settings: ServerSettings) -> Iterator[list[socket.socket]]:
    """Sockets bound to every address of the host, not yet listening; `ConfigurationError` where they cannot be."""
    sockets: list[socket.socket] = []
    try:
        for family, address in _addresses(settings):
            sockets.append(_bound(settings, family, address))
        yield sockets
    finally:
        for each in sockets:
            each.close()


def _addresses(settings: ServerSettings) -> list[tuple[socket.AddressFamily, Any]]:
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise ConfigurationError(f"The host {settings.host!r} is not known here: {error.strerror}.") from error
    return list(dict.fromkeys((family, address) for family, _, _, _, address in found))


def _bound(settings: ServerSettings, family: socket.AddressFamily, address: Any) -> socket.socket:
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform != "win32":
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind(address)
    except OSError as error:
        bound.close()
        raise _cannot_bind(settings, error) from error
    return bound


def _cannot_bind(settings: ServerSettings, error: OSError) -> ConfigurationError:
    import errno

    if error.errno == errno.EADDRINUSE:
        return _port_in_use(settings)
    if error.errno == errno.EACCES:
        return ConfigurationError(f"Port {settings.port} needs more rights: choose one from 1024 on, by --port.")
    return ConfigurationError(
        f"{settings.host} is no address of this machine: {error.strerror}. Choose another --host."
    )


def _port_in_use(settings: ServerSettings) -> ConfigurationError:
    return ConfigurationError(
        f"Port {settings.port} on {settings.host} is in use by another program: stop it, or choose another by --port."
    )


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
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _say_at_once(text: str) -> None:
    """From a signal's handler, which may have interrupted a write to the same stream."""
    os.write(sys.stdout.fileno(), f"\n{text}\n".encode())


def _set_up_logging(settings: ServerSettings) -> None:
    """One line an event, on standard error; an access log, where asked for, is a line of its own a request."""
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr
    )
    logging.getLogger("uvicorn.error").addFilter(_is_no_cancellation)
    if settings.access_log:
        logging.getLogger("uvicorn.access").setLevel(logging.INFO)


def _is_no_cancellation(record: logging.LogRecord) -> bool:
    """Requests that a hurried stop cancels are no errors to show a traceback of."""
    return "CancelledError" not in f"{record.getMessage()} {record.exc_info}"
