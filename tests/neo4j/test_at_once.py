"""Questions that are worked on beside each other."""

import pytest

from catalog_graph.backends.neo4j import Neo4jCatalogBackend
from catalog_graph.errors import StoreUnavailable
from catalog_graph.lineage import Size, Traversal
from tests.support.entries import artifact, ids
from tests.support.neo4j import Neo4jSettings


@pytest.mark.parametrize("counted", [0, 1, 3, 5])
def test_a_page_that_is_not_full_tells_all_whatever_was_counted_beside_it(
    neo4j_backend: Neo4jCatalogBackend, counted: int
) -> None:
    """A child may be registered, or go, between the count and the page."""
    neo4j_backend.register_many([artifact("a"), artifact("b", "a"), artifact("c", "a")])
    asked = Traversal("downstream", limit=10, known_size=lambda: Size(counted, counted))
    for artifact_id, children in (("a", ["b", "c"]), ("c", [])):
        page = neo4j_backend._traverse(artifact_id, asked)
        assert (ids(page.nodes), page.total, page.complete, page.cursor) == (children, len(children), True, None)


def test_a_closed_backend_says_so(neo4j_settings: Neo4jSettings) -> None:
    s = neo4j_settings
    backend = Neo4jCatalogBackend(s.uri, s.username, s.password)
    backend.ensure_schema()
    backend.close()
    with pytest.raises(StoreUnavailable):
        backend.impact("a")
