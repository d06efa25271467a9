"""The surroundings of artifacts: their degrees, and the edges among them."""

from __future__ import annotations

from collections.abc import Sequence

from catalog_graph.answers.picture import Surroundings
from catalog_graph.backends.neo4j.store.bolt import Bolt


def surroundings(bolt: Bolt, artifact_ids: Sequence[str], as_of: int | None) -> Surroundings:
    """Return the numbers of parents and children of each artifact, and the edges among all of them."""
    ids = list(artifact_ids)
    if as_of is None:
        [row] = bolt.read("lineage/surroundings", ids=ids)
    else:
        [row] = bolt.read("lineage/surroundings_as_of", ids=ids, at=as_of)
    return Surroundings(
        parents={artifact_id: parents for artifact_id, parents, _, _ in row["degrees"]},
        children={artifact_id: children for artifact_id, _, children, _ in row["degrees"]},
        edges=[(artifact_id, parent) for artifact_id, _, _, inner in row["degrees"] for parent in inner],
    )
