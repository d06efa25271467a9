"""Lineages of awkward shapes: very tangled, read page by page, and registered children first."""

import pytest

from catalog_graph.backends.neo4j import Neo4jCatalogBackend
from catalog_graph.errors import CycleRefused
from catalog_graph.lineage import Lineage
from tests.support.entries import artifact


def test_layers_where_every_way_is_open(neo4j_backend: Neo4jCatalogBackend) -> None:
    """12 layers of 12, each artifact made from the whole layer before: 12^11 ways, 144 artifacts."""
    layers = [[f"l{layer:02}-{n:02}" for n in range(12)] for layer in range(12)]
    pairs = zip([[], *layers], layers, strict=False)
    neo4j_backend.register_many([artifact(i, *before) for before, layer in pairs for i in layer])
    whole = neo4j_backend.upstream(layers[-1][0])
    assert (whole.total, len(whole.edges)) == (11 * 12, 12 + 10 * 144)
    with pytest.raises(CycleRefused) as caught:
        neo4j_backend.add_parents(layers[0][0], layers[-1][-1])
    assert len(caught.value.details["path"]) == 13


@pytest.mark.parametrize("direction", ["upstream", "downstream"])
@pytest.mark.parametrize("limit", [1, 7, 30])
def test_the_edges_of_all_pages_are_the_edges_of_the_whole(
    neo4j_backend: Neo4jCatalogBackend, direction: str, limit: int
) -> None:
    ids = [f"n{n * 37 % 101:03}" for n in range(60)]
    entries = [artifact(i, *{ids[at * k % at] for k in (1, 3, 7)} if at else []) for at, i in enumerate(ids)]
    strangers = [artifact(f"s{n}", *ids[n : n + 9]) for n in range(50)]
    neo4j_backend.register_many([*entries, *strangers])
    root = ids[40] if direction == "upstream" else ids[0]
    whole = neo4j_backend.lineage(root, direction, limit=None)  # type: ignore[arg-type]
    pages = [neo4j_backend.lineage(root, direction, limit=limit)]  # type: ignore[arg-type]
    while cursor := pages[-1].cursor:
        pages.append(neo4j_backend.lineage(root, direction, limit=limit, cursor=cursor))  # type: ignore[arg-type]
    edges = [edge for page in pages for edge in page.edges]
    assert [i for page in pages for i in page.columns.artifact_id] == whole.columns.artifact_id
    assert len(edges) == len(set(edges))
    assert set(edges) == set(whole.edges)
    seen = {root}
    for page in pages:
        seen |= set(page.columns.artifact_id)
        assert_on_this_page(page, seen, root)


def assert_on_this_page(page: Lineage, seen: set[str], root: str) -> None:
    """Every edge ends on this page at one end, and at the other here or earlier."""
    here = set(page.columns.artifact_id)
    assert all({child, parent} <= seen and {child, parent} & here for child, parent in page.edges)
    assert set(page.earlier).isdisjoint({*here, root})


def test_many_stubs_are_registered_under_their_children(neo4j_backend: Neo4jCatalogBackend) -> None:
    """Children first: each of 3,000 stubs then comes with two parents, and each edge is looked at for a cycle."""
    neo4j_backend.register_many([artifact(f"child{n}", f"stub{n}") for n in range(3_000)])
    neo4j_backend.register_many([artifact(f"stub{n}", "x", "y") for n in range(3_000)])
    assert neo4j_backend.upstream("child2999").total == 3
    with pytest.raises(CycleRefused):
        neo4j_backend.register_many([artifact("x", "child17")])
