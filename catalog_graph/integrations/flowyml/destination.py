"""The catalog that receives the records: the one that FlowyML's own client would use at this moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.default import as_backend, default_service
from catalog_graph.catalog.catalog import DEFAULT_DB_PATH
from catalog_graph.integrations.flowyml.spool import FOLDER


@dataclass(frozen=True)
class Destination:
    """A catalog, by its address, and the folder of its spool files."""

    address: str
    """An endpoint or the absolute path of a local file; unlike the API key, it is stored in the spool file."""
    folder: Path
    api_key: str | None = field(default=None, repr=False, compare=False)
    backend: CatalogBackend | None = field(default=None, repr=False, compare=False)
    """The caller's own backend, which the caller closes; None to open one."""

    def open(self) -> CatalogBackend:
        """Return the caller's own backend, or open one by the address."""
        if self.backend:
            return self.backend
        if "://" in self.address:
            from catalog_graph.backends.remote.backend import RemoteCatalogBackend

            return RemoteCatalogBackend(self.address, self.api_key)
        from catalog_graph.backends.local import LocalCatalogBackend

        return LocalCatalogBackend(self.address)


def current() -> Destination:
    """Return the service of the active stack or the environment, else `.flowyml/catalog.db` in the working folder."""
    endpoint, api_key = default_service()
    return Destination(endpoint or str(Path(DEFAULT_DB_PATH).absolute()), Path(FOLDER).absolute(), api_key)


def of_backend(backend: CatalogBackend | Any) -> Destination:
    """Return the destination of the caller's own backend, which may be one of FlowyML's."""
    own = as_backend(backend)
    file = getattr(own, "db_path", None)
    address = getattr(own, "endpoint", None) or (file.absolute() if file else repr(own))
    return Destination(str(address), Path(FOLDER).absolute(), backend=own)
