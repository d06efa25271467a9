"""The ancestry of an artifact as a seal needs it, read as a stream."""

from __future__ import annotations

from collections.abc import Iterator

from catalog_graph.backends.neo4j.store.bolt import Bolt
from catalog_graph.backends.neo4j.store.records import cards
from catalog_graph.backends.references import unknown_artifact
from catalog_graph.seals.ancestry import Ancestor


def ancestors(bolt: Bolt, artifact_id: str) -> Iterator[Ancestor]:
    """Yield an artifact and everything upstream of it; raise `NotFound`."""
    is_known = False
    for number, own_id, text, parents in bolt.stream("seals/ancestors", bolt.limits.query, id=artifact_id):
        is_known = True
        card = None if text is None else cards([text], [0], with_aliases=False).cards()[0]
        yield Ancestor(number, own_id, card, parents)
    if not is_known:
        raise unknown_artifact(artifact_id)
