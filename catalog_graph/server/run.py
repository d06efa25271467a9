"""Run the service in the foreground, and print its address and its log."""

from __future__ import annotations

import gc
import sys
from contextlib import suppress
from importlib import import_module
from threading import Thread
from typing import Any

from catalog_graph.server import logs
from catalog_graph.server.bootstrap import open_store
from catalog_graph.server.certificate import Certificate
from catalog_graph.server.keyring import Keyring
from catalog_graph.server.output import print_line
from catalog_graph.server.settings import ServerSettings
from catalog_graph.server.signals import Signals, Stopped
from catalog_graph.server.sockets import bound_sockets
from catalog_graph.server.tracing import check_tracing

_TURN_SECONDS = 0.001
"""Seconds after which a thread that computes lets another run; Python's own 5 ms, for some ten turns, slow a read."""


def serve(settings: ServerSettings) -> None:
    """Serve until SIGINT or SIGTERM, then stop the service and its embedded Neo4j, if it has one.

    API keys and the port are checked before Neo4j is started, and FastAPI is imported meanwhile.
    Raises `ConfigurationError`, `StoreUnavailable`.
    """
    _skip_optional_imports()
    logs.set_up(settings)
    check_tracing(settings)
    Keyring.of(settings)
    Certificate.of(settings)
    with suppress(Stopped), Signals() as signals, bound_sockets(settings) as sockets:
        Thread(target=import_module, args=("catalog_graph.server.listening",), daemon=True).start()
        with open_store(settings) as store:
            signals.neo4j_pid = store.neo4j_pid
            from catalog_graph.server.listening import Server

            server = Server(settings, store, sockets)
            signals.server = server
            _shorten_pauses()
            server.run(sockets=sockets)
            signals.server = None
    print_line("Stopped.")


def _skip_optional_imports() -> None:
    """Skip the optional pandas and PyArrow imports of the Neo4j driver: 70 MB, and most of a second.

    The driver imports them, if they are installed, for values of their types, which the catalog does not have.
    """
    modules: dict[str, Any] = sys.modules
    for name in ("pandas", "pyarrow"):
        modules.setdefault(name, None)  # its import then fails as if it were not installed


def _shorten_pauses() -> None:
    """Let a cheap read wait less for a thread that computes: for its turns, and for collections of garbage.

    What is imported by now stays, so that no collection need look through it.
    """
    sys.setswitchinterval(_TURN_SECONDS)
    gc.collect()
    gc.freeze()
