"""Settings of the service, and the store that they name."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import CatalogError, ConfigurationError, InvalidInput, StoreUnavailable
from catalog_graph.server.settings import ServerSettings

if TYPE_CHECKING:
    from catalog_graph.backends.neo4j import Neo4jCatalogBackend

_MISSPELT = 0.92
"""Likeness to a setting, from 0 to 1, of a variable that was meant to be it; those of the client are less alike."""
NEO4J_SCHEMES = frozenset({"neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc"})


@dataclass(frozen=True, slots=True)
class ServedStore:
    """The open store of a service."""

    backend: CatalogBackend
    title: str
    """Its description in the banner."""
    neo4j_pid: Callable[[], int | None] = lambda: None
    """Function that returns the process id of the embedded Neo4j, or None without one."""


def read_settings(**options: Any) -> ServerSettings:
    """Return the settings of the environment, with those `options` over them that are not None.

    Raises `ConfigurationError`, which names the option and the variable.
    """
    _refuse_misspelt(os.environ)
    try:
        return ServerSettings(**{name: value for name, value in options.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0])
        variable = name if name.isupper() else f"CATALOG_GRAPH_{name.upper()}"
        option = f"--{name.replace('_', '-')} or " if name in options else ""
        raise ConfigurationError(
            f"{option}{variable} is {first['input']!r}, which is invalid: {_reason(first['msg'])}."
        ) from None


def _refuse_misspelt(variables: Iterable[str]) -> None:
    """Raise `ConfigurationError` for a variable that is nearly a setting: without its keys, a service would be open."""
    known = [f"CATALOG_GRAPH_{name.upper()}" for name in ServerSettings.model_fields]
    for name in variables:
        if name.startswith("CATALOG_GRAPH_") and name not in known:
            for close in get_close_matches(name, known, 1, _MISSPELT):
                raise ConfigurationError(f"{name} is not a setting: did you mean {close}?")


def _reason(message: str) -> str:
    return message.removeprefix("Value error, ").replace("Input should be", "it must be").rstrip(".")


@contextmanager
def open_store(settings: ServerSettings) -> Iterator[ServedStore]:
    """Open the store of the settings: `store`, or else `neo4j_uri`, or else an embedded Neo4j.

    Raises `ConfigurationError`, `StoreUnavailable`.
    """
    address = settings.store or settings.neo4j_uri
    scheme = urlsplit(address).scheme
    if not address:
        context = _embedded(settings)
    elif scheme in NEO4J_SCHEMES:
        context = _neo4j(settings, address)
    elif scheme == "sqlite":
        context = _sqlite(address)
    else:
        variable = "--store or CATALOG_GRAPH_STORE" if settings.store else "NEO4J_URI"
        raise ConfigurationError(
            f"{variable} {address!r} is not the address of a store: write neo4j://HOST:PORT, "
            "bolt://HOST:PORT or sqlite:///FILE."
        )
    with context as store:
        yield store


def default_data_dir() -> Path:
    """Return the default data folder of the embedded Neo4j, in the platform's folder for data."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "catalog_graph" / "neo4j"
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base).expanduser().absolute() / "catalog_graph" / "neo4j"


@contextmanager
def _embedded(settings: ServerSettings) -> Iterator[ServedStore]:
    from catalog_graph.embedded import EmbeddedNeo4j

    folder = settings.data_dir or default_data_dir()
    neo4j = EmbeddedNeo4j(
        folder,
        heap=settings.neo4j_heap,
        page_cache=settings.neo4j_page_cache,
        bolt_port=settings.neo4j_bolt_port,
    )
    with neo4j:
        # Imported late: a second service on the folder is refused without it.
        from catalog_graph.backends.neo4j import Neo4jCatalogBackend
        from catalog_graph.server.watchdog import Watchdog

        connection = neo4j.connection
        with Neo4jCatalogBackend(
            connection.uri,
            connection.username,
            connection.password,
            query_timeout=settings.query_timeout,
            heap=_heap(settings),
            require_space=neo4j.require_space,
        ) as backend:
            backend.ensure_schema()
            backend.ask_first()
            _keep_graph(backend, settings)
            with Watchdog(neo4j, lambda: backend.is_away):
                title = f"embedded Neo4j at {connection.uri}, data in {folder}"
                yield ServedStore(backend, title, lambda: neo4j.pid)


def neo4j_backend(settings: ServerSettings, uri: str) -> Neo4jCatalogBackend:
    """Return the backend of the Neo4j at `uri`, not connected yet.

    Raises `ConfigurationError` if `uri` holds a user name or has another fault.
    """
    from catalog_graph.backends.neo4j import Neo4jCatalogBackend

    if urlsplit(uri).username is not None:
        raise ConfigurationError(
            "The address of Neo4j holds a user name: set NEO4J_USERNAME and NEO4J_PASSWORD instead, which no process "
            "list and no log shows."
        )
    return Neo4jCatalogBackend(
        uri,
        settings.neo4j_username,
        settings.neo4j_password.get_secret_value(),
        settings.neo4j_database,
        query_timeout=settings.query_timeout,
        lag_wait=settings.lag_wait,
        leader_reads=settings.leader_reads,
        ca_file=settings.neo4j_ca_file,
        heap=_heap(settings) if "neo4j_heap" in settings.model_fields_set else None,
    )


def _keep_graph(backend: Neo4jCatalogBackend, settings: ServerSettings) -> None:
    if settings.graph_memory:
        backend.keep_graph(settings.graph_memory * 1_000_000)


def _heap(settings: ServerSettings) -> int:
    """Return the heap of Neo4j, in bytes."""
    from catalog_graph.embedded.server import heap_megabytes

    return heap_megabytes(settings.neo4j_heap) * 1024 * 1024


def lacks_password(settings: ServerSettings, error: CatalogError) -> bool:
    """Return True if `error` means that Neo4j refused the user and no password is set."""
    from neo4j.exceptions import AuthError

    return isinstance(error.__cause__, AuthError) and not settings.neo4j_password.get_secret_value()


@contextmanager
def _neo4j(settings: ServerSettings, uri: str) -> Iterator[ServedStore]:
    with neo4j_backend(settings, uri) as backend:
        try:
            backend.ensure_schema()
        except StoreUnavailable as error:
            raise StoreUnavailable(f"the Neo4j at {uri}: {error.message}") from error
        except ConfigurationError as error:
            if not lacks_password(settings, error):
                raise
            raise ConfigurationError(
                f"The Neo4j at {uri} needs a password, but NEO4J_PASSWORD is not set: set it."
            ) from error
        _keep_graph(backend, settings)
        yield ServedStore(backend, f"Neo4j at {uri}, database {settings.neo4j_database}")


@contextmanager
def _sqlite(address: str) -> Iterator[ServedStore]:
    from catalog_graph.backends.local import LocalCatalogBackend

    try:
        backend = LocalCatalogBackend(address)
    except InvalidInput as error:
        raise ConfigurationError(
            f"--store or CATALOG_GRAPH_STORE is invalid: {error.message.removeprefix('db_path ')}"
        ) from error
    with backend:
        yield ServedStore(backend, f"SQLite, {backend.db_path}")
