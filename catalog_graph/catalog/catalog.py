"""`ArtifactCatalog`: a catalog with a default backend, hashing of data, and references in place of ids."""

from __future__ import annotations

import builtins
import itertools
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from catalog_graph.artifact import CatalogEntry, Entries, OnDuplicate, Registration
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.batches import each_checked
from catalog_graph.backends.default import as_backend, default_backend
from catalog_graph.backends.parent_warnings import edit_warnings
from catalog_graph.backends.parents import entry_with_parents, resolved_parents, with_parents
from catalog_graph.backends.references import ExactId, exactly
from catalog_graph.catalog.answers import CatalogAnswers
from catalog_graph.catalog.bom import CatalogBom
from catalog_graph.catalog.bulk import CatalogBulk, pass_on_warnings
from catalog_graph.catalog.changes import CatalogChanges
from catalog_graph.catalog.erasure import CatalogErasure
from catalog_graph.catalog.events import CatalogEvents
from catalog_graph.catalog.finding import CatalogFinding
from catalog_graph.catalog.promotion import CatalogPromotion
from catalog_graph.catalog.references import CatalogReferences
from catalog_graph.catalog.registering import register_entry, warn_of_duplicates
from catalog_graph.catalog.seals import CatalogSeals
from catalog_graph.catalog.tracking import CatalogTracking
from catalog_graph.checks import MAX_BATCH
from catalog_graph.entries import hash_or_warn
from catalog_graph.errors import (
    InvalidInput,
    LimitExceeded,
    NotFound,
    RegistrationWarning,
)

DEFAULT_DB_PATH = ".flowyml/catalog.db"


class ArtifactCatalog(
    CatalogFinding,
    CatalogAnswers,
    CatalogBom,
    CatalogErasure,
    CatalogReferences,
    CatalogPromotion,
    CatalogSeals,
    CatalogChanges,
    CatalogBulk,
    CatalogTracking,
    CatalogEvents,
):
    """A catalog of artifacts and their lineage.

    The backend is `backend`, if it is not `None`; else the service of the active FlowyML stack (`catalog_endpoint`,
    `catalog_api_key`); else the service of the environment (`FLOWYML_CATALOG_ENDPOINT`, `FLOWYML_CATALOG_API_KEY`);
    else the SQLite file `db_path`. For one of FlowyML's own backends, ours is used over the same file or service.

    Every method that takes the id of an artifact also takes a reference: a name (for its latest artifact), `name:v3`,
    `name:latest` or `name@alias`; see `resolve`. With `exact=True`, the text is an id and nothing else, as it is in
    answers. Only `artifact_id` and `parent_ids` of `register` are ids.
    """

    def __init__(self, backend: CatalogBackend | Any | None = None, db_path: str | Path = DEFAULT_DB_PATH) -> None:
        self._backend = default_backend(db_path) if backend is None else as_backend(backend)

    @property
    def backend(self) -> CatalogBackend:
        """The backend of the catalog."""
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
        parents: Iterable[str | CatalogEntry] | None = None,
        artifact_id: str = "",
        content_hash: str = "",
        created_at: str = "",
        on_duplicate: OnDuplicate = "warn",
        idempotency_key: str = "",
    ) -> str:
        """Register an artifact and return its id, which is created here, so that a retry registers nothing twice.

        `data` is hashed, not stored: JSON data, bytes, a `Path` (file or folder), NumPy, pandas, Polars, Arrow and
        torch values, and containers of these; other data is registered without a hash, with a `NotHashedWarning`.
        Without `version`, the catalog numbers the artifact.

        `parents` are references (`raw`, `raw:v3`, `raw@best`) or entries, resolved now; one that is not found raises
        `NotFound`. `parent_ids` are ids, known or not. A parent that is not registered is a `RegistrationWarning`,
        which says what its id resembles.

        If another artifact has the same content, `on_duplicate` decides: `warn` registers this one all the same, with a
        `DuplicateContentWarning` that names the other; `reuse` merges parents and tags into the other and returns its
        id; `error` raises `DuplicateContent`. Raises also `InvalidInput` and `CycleRefused`.

        A program that may run again passes an `idempotency_key` of its own: the same call with it is carried out once
        within 24 hours and gets the same result; another call with it raises `IdempotencyKeyReused`.
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
        return register_entry(self._backend, entry, parents, on_duplicate, idempotency_key).artifact_id

    def register_many(
        self,
        artifacts: Iterable[CatalogEntry | Mapping[str, Any]],
        *,
        on_duplicate: OnDuplicate = "warn",
        idempotency_key: str = "",
    ) -> builtins.list[Registration]:
        """Register up to 10,000 artifacts, all or none, and return a result for each, in order.

        Each is a `CatalogEntry` or a mapping with arguments of `register` (also `data` and `parents`); parents may be
        anywhere in the same batch. Raises as `register` does, and `LimitExceeded`; `details["errors"]` has the first
        100 errors, each with the `index` of its artifact, of `details["total"]`.
        """
        batch = builtins.list(itertools.islice(artifacts, MAX_BATCH + 1))
        if len(batch) > MAX_BATCH:
            raise LimitExceeded(
                f"more than {MAX_BATCH:,} artifacts in one call, which registers all or none; register parts of at "
                f"most {MAX_BATCH:,} each (a parent that comes in a later part is shown as unregistered until then)"
            )
        checked = each_checked(batch, entry_with_parents)
        entries = with_parents(self._backend, [entry for entry, _ in checked], [parents for _, parents in checked])
        registrations = self._backend.register_many(entries, on_duplicate=on_duplicate, idempotency_key=idempotency_key)
        if on_duplicate == "warn":
            warn_of_duplicates(entries, registrations, stacklevel=3)
        pass_on_warnings((text for each in registrations for text in each.warnings), stacklevel=3)
        return registrations

    def tag(self, artifact_id: str, *, exact: bool = False, **tags: Any) -> CatalogEntry:
        """Add tags or replace their values; other tags stay. Raises `NotFound`, which is a `ValueError`.

        A tag whose key is `exact` is set with `tag_many`.
        """
        if exact is not False and (exact is not True or not tags):
            raise InvalidInput(
                f"exact={exact!r}: exact=True reads the reference as an id, and sets no tag; set a tag with that key "
                "by tag_many({id: {'exact': …}})",
                field="exact",
            )
        return self._backend.by_reference(exactly(artifact_id, exact), lambda own_id: self._backend.tag(own_id, tags))

    def untag(self, artifact_id: str, *keys: str, exact: bool = False) -> CatalogEntry:
        """Remove tags by key; missing keys are ignored."""
        return self._backend.by_reference(
            exactly(artifact_id, exact), lambda own_id: self._backend.untag(own_id, *keys)
        )

    def add_parents(
        self,
        artifact_id: str,
        *parent_ids: str,
        parents: Iterable[str | CatalogEntry] = (),
        exact: bool = False,
    ) -> CatalogEntry:
        """Add parents to a registered artifact: ids, and `parents`, which are references or entries.

        Raises `NotFound`, also if one of `parents` is not found, and `CycleRefused`. A parent that is not registered is
        a `RegistrationWarning`.
        """
        chosen = resolved_parents(self._backend, parents)
        entry = self._backend.by_reference(
            exactly(artifact_id, exact), lambda own_id: self._backend.add_parents(own_id, *parent_ids, *chosen)
        )
        for text in edit_warnings(self._backend, entry, parent_ids):
            warnings.warn(text, RegistrationWarning, stacklevel=2)
        return entry

    def remove_parents(self, artifact_id: str, *parent_ids: str, exact: bool = False) -> CatalogEntry:
        """Remove parents of an artifact; the edges are kept as history."""
        return self._backend.by_reference(
            exactly(artifact_id, exact), lambda own_id: self._backend.remove_parents(own_id, *parent_ids)
        )

    def unset(
        self, artifact_id: str, *, metadata: Iterable[str] = (), fields: Iterable[str] = (), exact: bool = False
    ) -> CatalogEntry:
        """Remove metadata by key, and clear fields, which `register` and `tag` never do; missing keys are ignored.

        `fields` are of `content_hash`, `source_step`, `source_run_id`, `source_pipeline` and `uri`. Raises `NotFound`,
        and `InvalidInput` for another field, or if there is nothing to remove.
        """
        return self._backend.by_reference(
            exactly(artifact_id, exact), lambda own_id: self._backend.unset(own_id, metadata=metadata, fields=fields)
        )

    def delete(self, artifact_id: str, *, force: bool = False, by: str = "", exact: bool = False) -> None:
        """Delete an artifact; if something derives from it, lineage keeps it, marked `deleted`. `undelete` restores it.

        Raises `AliasHeld` if it holds an alias, unless `force` unsets its aliases, with `by` in their history.
        """
        self._backend.by_reference(
            exactly(artifact_id, exact), lambda own_id: self._backend.delete(own_id, force=force, by=by)
        )

    def undelete(self, artifact_id: str) -> CatalogEntry:
        """Register a deleted artifact again as it was, with its tags and parents but without aliases, and return it.

        `artifact_id` is the exact id: no name stands for a deleted artifact. Raises `NotFound` for an unknown id,
        `Conflict` if the artifact is registered or the catalog keeps no record of it.
        """
        return self._backend.undelete(artifact_id)

    def purge(self, artifact_id: str, *, force: bool = False, exact: bool = False) -> None:
        """Remove an artifact for good: record, tags, metadata, aliases with their moves, receipts. Its id alone stays.

        It may be registered or deleted. Raises `NotFound`; without `force` also `Conflict` if something derives from
        it, and `AliasHeld` if it holds an alias. Nothing brings it back.
        """
        self._backend.by_reference(exactly(artifact_id, exact), lambda own_id: self._backend.purge(own_id, force=force))

    # ---- looking up

    def get(self, artifact_id: str, *, exact: bool = False) -> CatalogEntry | None:
        """Return the artifact of this id or reference, else `None`."""
        entry = self._backend.get(artifact_id)
        if entry is not None or not artifact_id or exact or isinstance(artifact_id, ExactId):
            return entry
        try:
            resolved_id = self._backend.resolve(artifact_id)
        except (NotFound, InvalidInput):
            return None
        return None if resolved_id == artifact_id else self._backend.get(resolved_id)

    def find_by_hash(self, content_hash: str) -> CatalogEntry | None:
        """Return the oldest artifact with this content hash, else `None`."""
        return self._backend.find_by_content_hash(content_hash)

    def list_artifacts(
        self,
        artifact_type: str | None = None,
        source_pipeline: str | None = None,
        source_step: str | None = None,
        tags: Mapping[str, Any] | None = None,
        limit: int = 100,
        query: str = "",
    ) -> Entries:
        """Return the newest artifacts that match every filter; `query` is a query as for `search`."""
        return Entries(self._backend.list_artifacts(artifact_type, source_pipeline, source_step, tags, limit, query))

    list = list_artifacts

    def search(self, query: str, limit: int = 50) -> Entries:
        """Return the artifacts that match a query, for example `stage:production team:fraud`, best first."""
        return Entries(self._backend.search(query, limit))

    # ---- context manager

    def close(self) -> None:
        """Close the connections and files of the backend."""
        self._backend.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"ArtifactCatalog({self._backend!r})"
