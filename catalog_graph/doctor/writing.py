"""Check that the catalog can be written: register an artifact, look it up and delete it."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING

from catalog_graph.artifact import CatalogEntry
from catalog_graph.doctor.findings import Finding, good, problem
from catalog_graph.errors import CatalogError

if TYPE_CHECKING:
    from catalog_graph.backends.default import CatalogTarget


def examine(target: CatalogTarget) -> Finding:
    """Register an artifact of the type `Check`, look it up, and delete it."""
    artifact_id = f"catalog-graph-doctor-{uuid.uuid4()}"
    began = time.perf_counter()
    try:
        with target.open() as backend:
            backend.register(CatalogEntry(artifact_id=artifact_id, name="catalog-graph-doctor", artifact_type="Check"))
            entry = backend.get(artifact_id)
            backend.delete(artifact_id)
    except CatalogError as error:
        return problem("writing", error.message)
    if entry is None:
        return problem(
            "writing", f"the artifact {artifact_id} was registered, but cannot be read", "see the service's log"
        )
    seconds = time.perf_counter() - began
    return good("writing", f"an artifact was registered, found and deleted, in {1000 * seconds:.0f} ms")
