"""The default backend of `ArtifactCatalog`: a service of the FlowyML stack or the environment, or a local file."""

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
class CatalogTarget:
    """A catalog to open: a service, or a local file if `endpoint` is `None`."""

    endpoint: str | None
    api_key: str | None
    db_path: Path
    decided_by: str
    """Reason for this target, for people."""
    timeout: float | None = None
    tries: int | None = None

    def open(self) -> CatalogBackend:
        """Return the backend; a missing local file is created."""
        if self.endpoint is None:
            return _local(self.db_path)
        from catalog_graph.backends.remote.backend import RemoteCatalogBackend

        return RemoteCatalogBackend(self.endpoint, self.api_key, self.timeout, self.tries)


def select_target(
    *, endpoint: str | None = None, api_key: str | None = None, db_path: str | Path | None = None
) -> CatalogTarget:
    """Return the target of `db_path`, else of `endpoint`, else of the FlowyML stack, the environment or the default.

    The key for `endpoint` is `api_key`, else the key of the environment.
    """
    if db_path is not None:
        return CatalogTarget(None, None, _path(db_path), "the file that was named")
    if endpoint:
        key = api_key or os.environ.get(API_KEY_VARIABLE)
        return CatalogTarget(endpoint, key or None, DEFAULT_DB_PATH, "the endpoint that was named")
    endpoint, stack_key = _of_flowyml_stack()
    if endpoint:
        return CatalogTarget(endpoint, api_key or stack_key or None, DEFAULT_DB_PATH, "the active FlowyML stack")
    if endpoint := os.environ.get(ENDPOINT_VARIABLE):
        key = api_key or os.environ.get(API_KEY_VARIABLE)
        return CatalogTarget(endpoint, key or None, DEFAULT_DB_PATH, f"the variable {ENDPOINT_VARIABLE}")
    return CatalogTarget(None, None, DEFAULT_DB_PATH, f"the default, since {ENDPOINT_VARIABLE} is not set")


def default_backend(db_path: str | Path) -> CatalogBackend:
    """Return the service of the active FlowyML stack, else of the environment, else the local file `db_path`."""
    return replace(select_target(), db_path=_path(db_path)).open()


def _path(db_path: str | Path) -> Path:
    """Return the path of a local catalog, `:memory:` included; raise `InvalidInput` for any other URL."""
    return parse_location(db_path) or Path(MEMORY)


def default_service() -> tuple[str | None, str | None]:
    """Return endpoint and API key of the service of the active FlowyML stack, else of the environment."""
    target = select_target()
    return target.endpoint, target.api_key


def as_backend(backend: Any) -> CatalogBackend:
    """Return `backend`, or for one of FlowyML's own backends ours over the same file or service.

    Raises `InvalidInput` for any other object.
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
        f"backend is a {kind}, not a catalog_graph.CatalogBackend; "
        "pass a LocalCatalogBackend, a RemoteCatalogBackend or a Neo4jCatalogBackend",
        field="backend",
    )


def _misplaced(text: str | bytes) -> InvalidInput:
    """Return the error for a path or an address in place of a backend."""
    shown = os.fsdecode(text)
    if "://" in shown:
        advice = f"ArtifactCatalog(RemoteCatalogBackend({shown!r})), or set {ENDPOINT_VARIABLE} to it"
    else:
        advice = f"ArtifactCatalog(db_path={shown!r})"
    return InvalidInput(f"backend {shown!r} is a text, not a backend: write {advice}", field="backend")


def _local(db_path: str | Path) -> CatalogBackend:
    from catalog_graph.backends.local import LocalCatalogBackend

    return LocalCatalogBackend(db_path)


def _of_flowyml_stack() -> tuple[str | None, str | None]:
    """Return endpoint and key of the active FlowyML stack.

    FlowyML is not imported for this, which would take 1.4 s: code of this process activates a stack, so that none is
    active unless FlowyML's registry is loaded already.
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
