"""All wiring of the service: settings, then the store they name, then the application over it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from fastapi import FastAPI
from pydantic import ValidationError

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import CatalogError, ConfigurationError, StoreUnavailable
from catalog_graph.server.app import create_app
from catalog_graph.server.settings import ServerSettings

if TYPE_CHECKING:
    from catalog_graph.backends.neo4j import Neo4jCatalogBackend

NEO4J_SCHEMES = frozenset({"neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc"})


@dataclass(frozen=True, slots=True)
class Store:
    """An open store: its backend, what to call it, and who tells the process of its own Neo4j, if it has one."""

    backend: CatalogBackend
    title: str
    neo4j_pid: Callable[[], int | None] = lambda: None


def read_settings(**given: Any) -> ServerSettings:
    """The settings of the environment, with the options that are `given` (and not None) over them.

    Raises `ConfigurationError`, which names the option and the variable.
    """
    try:
        return ServerSettings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0])
        variable = name if name.isupper() else f"CATALOG_GRAPH_{name.upper()}"
        option = f"--{name.replace('_', '-')} or " if name in given else ""
        raise ConfigurationError(f"{option}{variable} is {first['input']!r}: {first['msg']}.") from None


@contextmanager
def open_store(settings: ServerSettings) -> Iterator[Store]:
    """The store that the settings name, ready for use: `store`, else `NEO4J_URI`, else a Neo4j of the service's own.

    Raises `ConfigurationError`, `StoreUnavailable`.
    """
    address = settings.store or settings.neo4j_uri
    scheme = urlsplit(address).scheme
    if not address:
        opened = _embedded(settings)
    elif scheme in NEO4J_SCHEMES:
        opened = _neo4j(settings, address)
    elif scheme == "sqlite":
        opened = _sqlite(address)
    else:
        raise ConfigurationError(
            f"The store {address!r} is of no kind that is known: write neo4j://HOST:PORT, bolt://HOST:PORT or "
            "sqlite:///FILE."
        )
    with opened as store:
        yield store


def application(settings: ServerSettings, store: Store) -> FastAPI:
    """The service over an open store."""
    return create_app(store.backend, settings)


def default_data_dir() -> Path:
    """Where the data of the service's own Neo4j is kept unless told otherwise: the platform's place for data."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "catalog_graph" / "neo4j"
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base).expanduser().absolute() / "catalog_graph" / "neo4j"


@contextmanager
def _embedded(settings: ServerSettings) -> Iterator[Store]:
    from catalog_graph.backends.neo4j import Neo4jCatalogBackend
    from catalog_graph.embedded import EmbeddedNeo4j
    from catalog_graph.server.watchdog import Watchdog

    folder = settings.data_dir or default_data_dir()
    neo4j = EmbeddedNeo4j(folder, heap=settings.neo4j_heap, page_cache=settings.neo4j_page_cache)
    with neo4j:
        found = neo4j.connection
        with Neo4jCatalogBackend(
            found.uri, found.username, found.password, query_timeout=settings.query_timeout
        ) as backend:
            backend.ensure_schema()
            with Watchdog(neo4j):
                yield Store(backend, f"its own Neo4j, data in {folder}", lambda: neo4j.pid)


def neo4j_backend(settings: ServerSettings, uri: str) -> Neo4jCatalogBackend:
    """The backend of the Neo4j at `uri`, not connected yet; `ConfigurationError` where the address cannot be."""
    from catalog_graph.backends.neo4j import Neo4jCatalogBackend

    if urlsplit(uri).username is not None:
        raise ConfigurationError(
            "The address of Neo4j holds a user name: give it by NEO4J_USERNAME and NEO4J_PASSWORD, where no list of "
            "processes and no log shows it."
        )
    return Neo4jCatalogBackend(
        uri,
        settings.neo4j_username,
        settings.neo4j_password.get_secret_value(),
        settings.neo4j_database,
        query_timeout=settings.query_timeout,
        ca_file=settings.neo4j_ca_file,
    )


def lacks_password(settings: ServerSettings, error: CatalogError) -> bool:
    """Whether Neo4j refused who comes because no password is set."""
    from neo4j.exceptions import AuthError

    return isinstance(error.__cause__, AuthError) and not settings.neo4j_password.get_secret_value()


@contextmanager
def _neo4j(settings: ServerSettings, uri: str) -> Iterator[Store]:
    with neo4j_backend(settings, uri) as backend:
        try:
            backend.ensure_schema()
        except StoreUnavailable as error:
            raise StoreUnavailable(f"{uri}: {error.message}") from error
        except ConfigurationError as error:
            if not lacks_password(settings, error):
                raise
            raise ConfigurationError(f"{uri} asks for a password, and NEO4J_PASSWORD is not set.") from error
        yield Store(backend, f"Neo4j at {uri}, database {settings.neo4j_database}")


@contextmanager
def _sqlite(address: str) -> Iterator[Store]:
    from catalog_graph.backends.local import LocalCatalogBackend

    parts = urlsplit(address)
    path = unquote(parts.path).removeprefix("/")
    if parts.netloc or not path:
        raise ConfigurationError(
            f"The store {address!r} names no file: write sqlite:///FILE, as in sqlite:///.flowyml/catalog.db, or with "
            "four slashes for an absolute path."
        )
    with LocalCatalogBackend(path) as backend:
        yield Store(backend, f"SQLite, {path}")
