"""Which backend `ArtifactCatalog` uses where the caller does not say."""

from __future__ import annotations

import os
import sys
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.location import MEMORY, parse_location
from catalog_graph.errors import CatalogWarning, InvalidInput

ENDPOINT_VARIABLE = "FLOWYML_CATALOG_ENDPOINT"
API_KEY_VARIABLE = "FLOWYML_CATALOG_API_KEY"
DEFAULT_DB_PATH = Path(".flowyml/catalog.db")


@dataclass(frozen=True, slots=True)
class Choice:
    """A service, or where `endpoint` is None the local file, and what decided for it."""

    endpoint: str | None
    api_key: str | None
    db_path: Path
    decided_by: str

    def open(self) -> CatalogBackend:
        """The backend; a local file is made where it is missing."""
        if self.endpoint is None:
            return _local(self.db_path)
        from catalog_graph.backends.remote.backend import RemoteCatalogBackend

        return RemoteCatalogBackend(self.endpoint, self.api_key)


def choose(*, endpoint: str | None = None, api_key: str | None = None, db_path: str | Path | None = None) -> Choice:
    """What is given (the file before a service), else what the FlowyML stack or the environment names.

    An endpoint that is given without a key goes with the key of the environment.
    """
    if db_path is not None:
        return Choice(None, None, _path(db_path), "the file that was named")
    if endpoint:
        key = api_key or os.environ.get(API_KEY_VARIABLE)
        return Choice(endpoint, key or None, DEFAULT_DB_PATH, "the endpoint that was named")
    endpoint, stack_key = _of_flowyml_stack()
    if endpoint:
        return Choice(endpoint, api_key or stack_key or None, DEFAULT_DB_PATH, "the active FlowyML stack")
    if endpoint := os.environ.get(ENDPOINT_VARIABLE):
        key = api_key or os.environ.get(API_KEY_VARIABLE)
        return Choice(endpoint, key or None, DEFAULT_DB_PATH, f"the variable {ENDPOINT_VARIABLE}")
    return Choice(None, None, DEFAULT_DB_PATH, f"the default, since {ENDPOINT_VARIABLE} is not set")


def chosen_backend(db_path: str | Path) -> CatalogBackend:
    """A service named by the active FlowyML stack, else by the environment; else the local file `db_path`."""
    return replace(choose(), db_path=_path(db_path)).open()


def _path(db_path: str | Path) -> Path:
    """Return the path of a local catalog, `:memory:` included; raise `InvalidInput` for any other URL."""
    return parse_location(db_path) or Path(MEMORY)


def chosen_service() -> tuple[str | None, str | None]:
    """Endpoint and API key of the service that the active FlowyML stack names, else the environment."""
    choice = choose()
    return choice.endpoint, choice.api_key


def adopted(backend: Any) -> CatalogBackend:
    """`backend`, or ours over the same file or service where it is one of FlowyML's own.

    Raises `InvalidInput` for anything else.
    """
    if isinstance(backend, CatalogBackend):
        return backend
    kind = f"{type(backend).__module__}.{type(backend).__qualname__}"
    if kind == "flowyml.storage.catalog.local_backend.LocalCatalogBackend":
        return _local(backend.db_path)
    if kind == "flowyml.storage.catalog.remote_backend.RemoteCatalogBackend":
        from catalog_graph.backends.remote.backend import RemoteCatalogBackend

        return RemoteCatalogBackend(backend.endpoint, backend.api_key, backend.timeout)
    if isinstance(backend, str | os.PathLike):
        raise _misplaced(os.fspath(backend))
    raise InvalidInput(
        f"backend is a {kind}, which is no catalog_graph.CatalogBackend; "
        "pass a LocalCatalogBackend, a RemoteCatalogBackend or a Neo4jCatalogBackend",
        field="backend",
    )


def _misplaced(text: str | bytes) -> InvalidInput:
    """For a file or an address where a backend is expected."""
    shown = os.fsdecode(text)
    if "://" in shown:
        meant = f"ArtifactCatalog(RemoteCatalogBackend({shown!r})), or set {ENDPOINT_VARIABLE} to it"
    else:
        meant = f"ArtifactCatalog(db_path={shown!r})"
    return InvalidInput(f"backend {shown!r} is a text, not a backend: write {meant}", field="backend")


def _local(db_path: str | Path) -> CatalogBackend:
    from catalog_graph.backends.local import LocalCatalogBackend

    return LocalCatalogBackend(db_path)


def _of_flowyml_stack() -> tuple[str | None, str | None]:
    """Endpoint and key of the active stack.

    FlowyML is never imported for it (that takes 1.4 s): its stacks are registered by code that runs in this
    process, so where its registry is not loaded, none is active.
    """
    registry = sys.modules.get("flowyml.stacks.registry")
    if registry is None:
        return None, None
    try:
        stack = registry.get_active_stack()
    except Exception as error:
        message = f"the active FlowyML stack cannot be read, so its catalog_endpoint is not used: {error}"
        warnings.warn(message, CatalogWarning, stacklevel=5)
        return None, None
    return getattr(stack, "catalog_endpoint", None), getattr(stack, "catalog_api_key", None)
