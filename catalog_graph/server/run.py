"""Run the service in the foreground, and print its address and its log."""

from __future__ import annotations

import sys
from typing import Any

from catalog_graph.server import logs
from catalog_graph.server.bootstrap import open_store
from catalog_graph.server.keys import Keyring
from catalog_graph.server.output import print_line
from catalog_graph.server.settings import ServerSettings
from catalog_graph.server.signals import Signals, Stopped
from catalog_graph.server.sockets import bound_sockets
from catalog_graph.server.tracing import check_tracing


def serve(settings: ServerSettings) -> None:
    """Serve until SIGINT or SIGTERM, then stop the service and its embedded Neo4j, if it has one.

    API keys and the port are checked before Neo4j is started, and FastAPI is imported after that.
    Raises `ConfigurationError`, `StoreUnavailable`.
    """
    _skip_optional_imports()
    logs.set_up(settings)
    check_tracing(settings)
    Keyring.of(settings)
    with Signals() as signals, bound_sockets(settings) as sockets:
        try:
            with open_store(settings) as store:
                signals.neo4j_pid = store.neo4j_pid
                from catalog_graph.server.listening import Server

                server = Server(settings, store, sockets)
                signals.server = server
                server.run(sockets=sockets)
                signals.server = None
        except Stopped:
            pass
    print_line("Stopped.")


def _skip_optional_imports() -> None:
    """Skip the optional pandas and PyArrow imports of the Neo4j driver: 70 MB, and most of a second.

    The driver imports them, if they are installed, for values of their types, which the catalog does not have.
    """
    modules: dict[str, Any] = sys.modules
    for name in ("pandas", "pyarrow"):
        modules.setdefault(name, None)  # its import then fails as if it were not installed
