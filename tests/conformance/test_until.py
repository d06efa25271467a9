"""Traversals that stop at, and include, what matches a query; compared with brute force on random graphs."""

from __future__ import annotations

import time

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import InvalidQuery
from catalog_graph.instants import now
from catalog_graph.query.language import parse
from catalog_graph.query.match import matches_in_lineage
from tests.answers.graphs import catalog_of, dags, known, name, numbers
from tests.support.entries import artifact, chain, depths, ids, pages
from tests.support.kept import kept


@kept
def history(backend: CatalogBackend) -> CatalogBackend:
    """lake <- raw <- clean <- features <- model, lake <- labels <- model; `pay` was never registered."""
    backend.register_many(
        [
            artifact("lake", tags={"stage": "raw"}, metadata={"rows": 5}),
            artifact("raw", "lake", "pay", tags={"stage": "raw"}),
            artifact("clean", "raw", metadata={"rows": 3}),
            artifact("features", "clean", artifact_type="FeatureSet"),
            artifact("labels", "lake"),
            artifact("model", "features", "labels", artifact_type="Model"),
        ]
    )
    return backend


def test_it_stops_at_what_matches_and_lists_it(history: CatalogBackend) -> None:
    found = history.upstream("model", until="name:clean")
    assert depths(found) == {"features": 1, "labels": 1, "clean": 2, "lake": 2}
    assert (found.total, found.complete) == (4, True)
    assert ids(history.downstream("lake", until="type:FeatureSet OR name:labels").nodes) == [
        *("labels", "raw", "clean", "features")
    ]
    assert ids(history.upstream("model", until="type:FeatureSet OR name:labels").nodes) == ["features", "labels"]


def test_the_artifact_itself_is_no_end(history: CatalogBackend) -> None:
    assert history.upstream("model", until="type:Model").total == history.upstream("model").total
    assert history.upstream("model", until=" ").total == history.upstream("model").total


def test_an_end_is_reached_by_another_way_behind_another_end(history: CatalogBackend) -> None:
    found = history.upstream("model", until="stage:raw")
    assert depths(found) == {"features": 1, "labels": 1, "clean": 2, "lake": 2, "raw": 3}
    # An edge between two artifacts of the answer belongs to it, though the walk does not take it.
    assert ("raw", "lake") in found.edges
    assert sorted(
        edge for page in pages(history, "model", "upstream", 1, until="stage:raw") for edge in page.edges
    ) == (sorted(found.edges))


def test_with_all_other_parameters(history: CatalogBackend) -> None:
    until = "name:clean"
    assert ids(history.upstream("model", until=until, where="type:Dataset").nodes) == ["labels", "clean", "lake"]
    assert ids(history.upstream("model", until=until, without=["labels"]).nodes) == ["features", "clean"]
    near = history.upstream("model", until="type:FeatureSet", depth=1)
    assert (ids(near.nodes), near.stopped_by) == (["features", "labels"], "depth")
    assert history.upstream("features", until=until, depth=1).complete
    assert ids(history.upstream("model", until="metadata.rows<4").nodes) == ["features", "labels", "clean", "lake"]
    assert ids(history.upstream("model", until="metadata.rows<4", where="metadata.rows>4").nodes) == ["lake"]
    time.sleep(0.002)
    then = now()
    time.sleep(0.002)
    history.remove_parents("features", "clean")
    assert ids(history.upstream("model", until=until).nodes) == ["features", "labels", "lake"]
    assert depths(history.upstream("model", until=until, as_of=then)) == {
        "features": 1, "labels": 1, "clean": 2, "lake": 2,
    }  # fmt: skip


def test_an_impact_counts_and_lists_what_the_walk_reaches(backend: CatalogBackend) -> None:
    """a <- b <- d, a <- c <- d, c <- f: the way to d past the end c is as long as that past b."""
    backend.register_many(
        [
            artifact("a", tags={"team": "m"}),
            artifact("c", "a", tags={"stage": "raw", "team": "m"}),
            artifact("b", "a"),
            artifact("d", "b", "c", artifact_type="Model", tags={"stage": "production"}),
            artifact("f", "c", artifact_type="Report", tags={"team": "m"}),
        ]
    )
    backend.delete("b")
    impact = backend.impact("a", until="stage:raw", tag_keys=["team"])
    assert (ids(impact.nodes), impact.total, impact.by_depth) == (["c", "d"], 2, {1: 1, 2: 1})
    assert (impact.by_tag, impact.gone.deleted, impact.complete) == ({"team": {"m": 1}}, 1, True)
    assert [ids(path) for path in impact.production.paths] == [["a", "b", "d"]]
    assert backend.impact("a", until="type:Model OR state:deleted OR name:c").by_type == {"Dataset": 1}
    assert ids(backend.impact("a", until="team:m", where="type:Model").nodes) == ["d"]
    first = backend.impact("a", until="stage:raw", limit=1)
    assert ids(backend.lineage("a", "downstream", cursor=first.lineage.cursor, until="stage:raw").nodes) == ["d"]
    with pytest.raises(InvalidQuery):
        backend.impact("a", until="(")


def test_what_is_not_registered_is_passed(backend: CatalogBackend) -> None:
    backend.register_many([*chain("a", "b", "c"), artifact("d", "c")])
    backend.delete("b")
    assert ids(backend.upstream("d", until="name:b OR type:Model").nodes) == ["c", "b", "a"]
    assert ids(backend.upstream("d", until="state:deleted").nodes) == ["c", "b"]
    assert ids(backend.downstream("a", until="-state:registered").nodes) == ["b"]
    assert ids(backend.downstream("a", until="type:Model").nodes) == ["b", "c", "d"]


def test_a_query_that_cannot_be_read(history: CatalogBackend) -> None:
    with pytest.raises(InvalidQuery):
        history.upstream("model", until="(")


@given(
    dags(),
    st.booleans(),
    st.sampled_from(["name:1-3 OR name:4-2", "state:deleted", "-state:registered", "type:Dataset"]),
)
def test_random_graphs(graph: nx.DiGraph, registered: bool, until: str) -> None:
    backend = catalog_of(graph, registered)
    query = parse(until)
    ends = {n for n in known(backend, graph) if matches_in_lineage(query, backend._known[name(n)])}
    for root in known(backend, graph):
        for direction, flowing in (("upstream", graph.reverse()), ("downstream", graph)):
            kept = flowing.subgraph(known(backend, graph)).copy()
            kept.remove_edges_from([(a, b) for a, b in list(kept.edges) if a in ends and a != root])
            expected = nx.single_source_shortest_path_length(kept, root)
            answer = backend.lineage(name(root), direction, until=until)  # type: ignore[arg-type]
            assert {n: d for n, d in expected.items() if n != root} == dict(
                zip(numbers(answer.nodes), (card.depth for card in answer.nodes), strict=True)
            )
