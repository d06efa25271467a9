"""The catalog as people use it: hashing of data, a backend found by itself, answers that can be drawn."""

from __future__ import annotations

import builtins
import itertools
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from catalog_graph.artifact import CatalogEntry, OnDuplicate, Registration
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.batches import each_checked
from catalog_graph.backends.default import adopted, chosen_backend
from catalog_graph.catalog.answers import LineageQuestions
from catalog_graph.catalog.bulk import Bulk
from catalog_graph.catalog.finding import Finding
from catalog_graph.catalog.promotion import Releases
from catalog_graph.catalog.references import Names
from catalog_graph.checks import MAX_BATCH
from catalog_graph.entries import entry_of, hash_or_warn
from catalog_graph.errors import DuplicateContentWarning, InvalidInput, LimitExceeded, NotFound

DEFAULT_DB_PATH = ".flowyml/catalog.db"


class ArtifactCatalog(Finding, LineageQuestions, Names, Releases, Bulk):
    """Artifacts, what they were made from, and what was made from them.

    The backend is the one that is given; else the service that the active FlowyML stack names
    (`catalog_endpoint`, `catalog_api_key`); else the one of the environment (`FLOWYML_CATALOG_ENDPOINT`,
    `FLOWYML_CATALOG_API_KEY`); else the SQLite file `db_path`. One of FlowyML's own backends may be given too:
    its file or its service is then used through ours.

    Wherever an artifact is asked for by its id, a reference may stand too: a name (which is its latest artifact),
    `name:v3`, `name:latest` or `name@alias`; see `resolve`. `parent_ids` and `register` take ids alone.
    """

    def __init__(self, backend: CatalogBackend | Any | None = None, db_path: str | Path = DEFAULT_DB_PATH) -> None:
        self._backend = chosen_backend(db_path) if backend is None else adopted(backend)

    @property
    def backend(self) -> CatalogBackend:
        """Where the catalog is kept."""
        return self._backend

    # ---- writing

    def register(
        self,
        name: str,
        artifact_type: str,
        data: Any = None,
        source_step: str = "",
        source_run_id: str = "",
        source_pipeline: str = "",
        parent_ids: builtins.list[str] | None = None,
        tags: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
        uri: str = "",
        version: str | None = None,
        *,
        artifact_id: str = "",
        content_hash: str = "",
        created_at: str = "",
        on_duplicate: OnDuplicate = "warn",
        idempotency_key: str = "",
    ) -> str:
        """Register an artifact and return its id, which is made here, so that a repetition registers nothing twice.

        `data` is hashed, not stored: JSON data, bytes, a `Path` (file or folder), NumPy, pandas, Polars, Arrow and
        torch values, and containers of these; what cannot be hashed is registered without a hash, with a
        `NotHashedWarning`. `version` is numbered by the catalog where it is not given.

        Where the content is registered already, `on_duplicate` says what to do: `warn` registers it all the same,
        with a `DuplicateContentWarning` naming the other; `reuse` returns the id of the other, which takes over
        parents and tags; `error` raises `DuplicateContent`. Raises also `InvalidInput` and `CycleRefused`.

        A program that may be run again gives an `idempotency_key` of its own: the same call under it is carried out
        once within 24 hours, and gets the same answer; another call under it raises `IdempotencyKeyReused`.
        """
        entry = CatalogEntry(
            artifact_id=artifact_id,
            name=name,
            artifact_type=artifact_type,
            content_hash=content_hash or hash_or_warn(data, name, stacklevel=3),
            source_step=source_step,
            source_run_id=source_run_id,
            source_pipeline=source_pipeline,
            parent_ids=parent_ids or [],
            tags=tags or {},
            metadata=metadata or {},
            uri=uri,
            created_at=created_at,
            version=version,
        )
        registration = self._backend.register_one(entry, on_duplicate=on_duplicate, idempotency_key=idempotency_key)
        if on_duplicate == "warn":
            _warn_of_duplicates([entry], [registration], stacklevel=3)
        return registration.artifact_id

    def register_many(
        self,
        artifacts: Iterable[CatalogEntry | Mapping[str, Any]],
        *,
        on_duplicate: OnDuplicate = "warn",
        idempotency_key: str = "",
    ) -> builtins.list[Registration]:
        """Register up to 10,000 artifacts, all or none, and say for each what became of it, in order.

        Each is a `CatalogEntry` or a mapping with arguments of `register` (`data` among them); parents may stand
        anywhere in the same batch. Raises as `register` does, and `LimitExceeded`; `details["errors"]` has the first
        100 errors, each with the `index` of the artifact that it is about, of `details["total"]`.
        """
        given = builtins.list(itertools.islice(artifacts, MAX_BATCH + 1))
        if len(given) > MAX_BATCH:
            raise LimitExceeded(
                f"more than {MAX_BATCH:,} artifacts in one call, which registers all or none; register parts of at "
                f"most {MAX_BATCH:,} each (a parent that comes in a later part is shown as unregistered until then)"
            )
        entries = each_checked(given, entry_of)
        registrations = self._backend.register_many(entries, on_duplicate=on_duplicate, idempotency_key=idempotency_key)
        if on_duplicate == "warn":
            _warn_of_duplicates(entries, registrations, stacklevel=3)
        return registrations

    def tag(self, artifact_id: str, **tags: Any) -> CatalogEntry:
        """Add tags or replace their values; other tags stay. Raises `NotFound`, which is a `ValueError`."""
        return self._backend.by_reference(artifact_id, lambda found: self._backend.tag(found, tags))

    def untag(self, artifact_id: str, *keys: str) -> CatalogEntry:
        """Remove tags by key; keys that are not there are no error."""
        return self._backend.by_reference(artifact_id, lambda found: self._backend.untag(found, *keys))

    def add_parents(self, artifact_id: str, *parent_ids: str) -> CatalogEntry:
        """Say after the fact what an artifact was made from; raises `NotFound`, `CycleRefused`."""
        return self._backend.by_reference(artifact_id, lambda found: self._backend.add_parents(found, *parent_ids))

    def remove_parents(self, artifact_id: str, *parent_ids: str) -> CatalogEntry:
        """Correct the lineage: these are no parents of the artifact."""
        return self._backend.by_reference(artifact_id, lambda found: self._backend.remove_parents(found, *parent_ids))

    def delete(self, artifact_id: str, *, force: bool = False, by: str = "") -> None:
        """Take an artifact out of the catalog; lineage that needs it keeps it, marked `deleted`.

        One that carries an alias is refused with `AliasHeld`, unless `force` unsets its aliases, on behalf of `by`.
        """
        self._backend.by_reference(artifact_id, lambda found: self._backend.delete(found, force=force, by=by))

    # ---- looking up

    def get(self, artifact_id: str) -> CatalogEntry | None:
        """The artifact of that id or reference, else `None`."""
        found = self._backend.get(artifact_id)
        if found is not None or not artifact_id:
            return found
        try:
            other = self._backend.resolve(artifact_id)
        except (NotFound, InvalidInput):
            return None
        return None if other == artifact_id else self._backend.get(other)

    def find_by_hash(self, content_hash: str) -> CatalogEntry | None:
        """The oldest artifact with that content hash, else `None`."""
        return self._backend.find_by_content_hash(content_hash)

    def list_artifacts(
        self,
        artifact_type: str | None = None,
        source_pipeline: str | None = None,
        source_step: str | None = None,
        tags: Mapping[str, Any] | None = None,
        limit: int = 100,
        query: str = "",
    ) -> builtins.list[CatalogEntry]:
        """The newest artifacts that match every filter; `query` is a text as `search` takes it."""
        return self._backend.list_artifacts(artifact_type, source_pipeline, source_step, tags, limit, query)

    list = list_artifacts

    def search(self, query: str, limit: int = 50) -> builtins.list[CatalogEntry]:
        """What matches words, tags and fields, as in `stage:production team:fraud`, best first."""
        return self._backend.search(query, limit)

    # ---- the resource itself

    def close(self) -> None:
        """Give back what the backend holds open (connections, files)."""
        self._backend.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"ArtifactCatalog({self._backend!r})"


def _warn_of_duplicates(
    entries: Iterable[CatalogEntry], registrations: builtins.list[Registration], stacklevel: int
) -> None:
    copies = [
        f"{entry.name!r} (registered as {answer.artifact_id!r}) has the same content as {answer.duplicate_of!r}"
        for entry, answer in zip(entries, registrations, strict=True)
        if answer.duplicate_of
    ]
    if copies:
        more = f"; and {len(copies) - 5:,} more" if len(copies) > 5 else ""
        advice = "on_duplicate='reuse' would return the id that is there"
        warnings.warn(f"{'; '.join(copies[:5])}{more}; {advice}", DuplicateContentWarning, stacklevel=stacklevel)
