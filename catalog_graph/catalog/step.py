"""A step of a program: what it reads, what it writes, and how it ended."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from catalog_graph.artifact import CatalogEntry, OnDuplicate
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.parents import resolved_parents
from catalog_graph.backends.references import exactly
from catalog_graph.catalog.registering import register_entry
from catalog_graph.catalog.surroundings import environment, git_state
from catalog_graph.entries import hash_or_warn
from catalog_graph.errors import CatalogError, InvalidInput, RegistrationWarning
from catalog_graph.instants import now

FAILED_STEP = "FailedStep"
"""Type of the artifact that stands for a step that failed before it wrote anything."""


@dataclass(eq=False)
class Step:
    """A step that is recorded, from `ArtifactCatalog.track`; its methods may be called from several threads."""

    backend: CatalogBackend = field(repr=False)
    name: str
    """The name of the step; `source_step` of what it writes."""
    pipeline: str
    """The pipeline; `source_pipeline` of what it writes."""
    run_id: str
    """The run; `source_run_id` of what it writes."""
    within: str = ""
    """The name of the step around it, empty for the outermost one."""

    def __post_init__(self) -> None:
        self._lock = Lock()
        self._reads: dict[str, CatalogEntry] = {}
        self._written: dict[str, CatalogEntry] = {}
        self._began = time.monotonic()
        self._account = {"status": "running", "started_at": now(), "within": self.within, **git_state()}

    def reads(self, reference: str | CatalogEntry, *, exact: bool = False) -> CatalogEntry:
        """Note that the step reads an artifact, and return it: an entry, or a reference such as `raw` or `model@best`.

        What the step writes from now on derives from it. Raises `NotFound`.
        """
        own = exactly(reference, exact) if isinstance(reference, str) else reference
        [artifact_id] = resolved_parents(self.backend, [own])
        entry = self.backend.get(artifact_id)
        if entry is None:
            # Deleted, but something derives from it: a parent like any other.
            entry = CatalogEntry(artifact_id=artifact_id, state="deleted")
        with self._lock:
            self._reads[artifact_id] = entry
        return entry

    def writes(
        self,
        name: str,
        artifact_type: str,
        data: Any = None,
        *,
        parents: Iterable[str | CatalogEntry] | None = None,
        tags: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
        uri: str = "",
        version: str | None = None,
        content_hash: str = "",
        on_duplicate: OnDuplicate = "warn",
    ) -> CatalogEntry:
        """Register what the step writes, and return it; it derives from all that the step has read so far.

        `parents` names some of them, or others, in place of all. The rest is as in `register`. The artifact is there at
        once, with `status: running` in `metadata["step"]` until the step ends.
        """
        if "step" in (metadata or {}):
            raise InvalidInput("metadata has the key 'step', where the step itself is recorded; use another key")
        with self._lock:
            sources = list(self._reads.values()) if parents is None else parents
        entry = CatalogEntry(
            name=name,
            artifact_type=artifact_type,
            content_hash=content_hash or hash_or_warn(data, name, stacklevel=3),
            tags=tags or {},
            metadata={**(metadata or {}), "step": self._account},
            uri=uri,
            version=version,
            source_step=self.name,
            source_run_id=self.run_id,
            source_pipeline=self.pipeline,
        )
        registration = register_entry(self.backend, entry, sources, on_duplicate, "")
        written = self.backend.get(registration.artifact_id)
        if written is None:
            raise InvalidInput(f"{name!r} was deleted while it was written")
        with self._lock:
            self._written[written.artifact_id] = written
        return written

    def end(self, error: BaseException | None) -> None:
        """Record how the step ended in all that it wrote; if it failed before, register a `FailedStep`.

        A catalog that cannot be reached then is a warning if the step failed: the error of the step is told first.
        """
        account = {
            **self._account,
            "status": "completed" if error is None else "failed",
            "ended_at": now(),
            "duration_seconds": round(time.monotonic() - self._began, 3),
            "environment": environment(),
        }
        if error is None:
            self._record(account)
            return
        account["error"] = f"{type(error).__name__}: {error}"[:500].removesuffix(": ")
        try:
            self._record(account)
        except CatalogError as problem:
            warnings.warn(
                f"the failure of the step {self.name!r} is not recorded: {problem.message}",
                RegistrationWarning,
                stacklevel=3,
            )

    def _record(self, account: dict[str, Any]) -> None:
        present = [entry for entry in self.backend.get_many(list(self._written)) if entry is not None]
        entries = [
            CatalogEntry(each.artifact_id, each.name, each.artifact_type, metadata={"step": account})
            for each in present
        ]
        if account["status"] == "failed" and not self._written:
            entries = [
                CatalogEntry(
                    name=self.name,
                    artifact_type=FAILED_STEP,
                    parent_ids=list(self._reads),
                    metadata={"step": account},
                    source_step=self.name,
                    source_run_id=self.run_id,
                    source_pipeline=self.pipeline,
                )
            ]
        if entries:
            self.backend.register_many(entries)
