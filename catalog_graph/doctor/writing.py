"""Whether a catalog can be written: an artifact goes in, is found, and goes out again."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING

from catalog_graph.artifact import CatalogEntry
from catalog_graph.doctor.findings import Finding, good, problem
from catalog_graph.errors import CatalogError

if TYPE_CHECKING:
    from catalog_graph.backends.default import Choice


def examined(choice: Choice) -> Finding:
    """Registers an artifact of the type `Check`, looks it up, and deletes it."""
    artifact_id = f"catalog-graph-doctor-{uuid.uuid4()}"
    began = time.perf_counter()
    try:
        with choice.open() as backend:
            backend.register(CatalogEntry(artifact_id=artifact_id, name="catalog-graph-doctor", artifact_type="Check"))
            found = backend.get(artifact_id)
            backend.delete(artifact_id)
    except CatalogError as error:
        return problem("writing", error.message)
    if found is None:
        return problem("writing", f"{artifact_id} was registered, but is not found", "see the service's log")
    taken = time.perf_counter() - began
    return good("writing", f"an artifact was registered, found and deleted, in {1000 * taken:.0f} ms")
