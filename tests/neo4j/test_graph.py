"""The graph as somebody sees it who looks into Neo4j: labels, edges, stubs, tombstones, history."""

import json
import re

import pytest

from catalog_graph.backends.neo4j import Neo4jCatalogBackend
from catalog_graph.backends.neo4j.store.records import sort_id
from tests.neo4j.conftest import Cypher
from tests.support.entries import artifact, chain, ids, instant

OWN_TYPES = [
    "Artifact",
    "_CatalogLock",
    "_CatalogMigration",
    "_CatalogVersion",
    "_CatalogLife",
    "_Catalog",
    "Type Artifact",
]


def test_an_artifact_and_its_edge(neo4j_backend: Neo4jCatalogBackend, cypher: Cypher) -> None:
    neo4j_backend.register_many([artifact("d", at=1), artifact("m", "d", artifact_type="Model", tags={"a": 1.0})])
    [[labels, properties]] = cypher("MATCH (a {artifact_id: 'm'}) RETURN labels(a), properties(a)")
    assert sorted(labels) == ["Artifact", "Model"]
    assert json.loads(properties["tags"]) == {"a": 1.0}
    assert properties["parent_ids"] == ["d"]
    assert {"source_step", "uri", "content_hash", "metadata"}.isdisjoint(properties)
    [[child, edge, parent]] = cypher("MATCH (c)-[e:DERIVED_FROM]->(p) RETURN c.artifact_id, keys(e), p.artifact_id")
    assert (child, parent) == ("m", "d")
    assert edge == ["created_at"]
    [[seq]] = cypher("MATCH (a:Dataset) RETURN a.seq")
    assert seq == 1_767_225_601_000_000
    assert instant(1) == "2026-01-01T00:00:01.000000+00:00"


def test_a_new_type_replaces_the_label(neo4j_backend: Neo4jCatalogBackend, cypher: Cypher) -> None:
    for artifact_type in ("Dataset", "Model", "Model"):
        neo4j_backend.register(artifact("a", artifact_type=artifact_type))
    assert [sorted(row[0]) for row in cypher("MATCH (a:Artifact) RETURN labels(a)")] == [["Artifact", "Model"]]


def test_a_stub_has_nothing_but_its_id(neo4j_backend: Neo4jCatalogBackend, cypher: Cypher) -> None:
    neo4j_backend.register(artifact("m", "d"))
    [[labels, properties]] = cypher("MATCH (a {artifact_id: 'd'}) RETURN labels(a), properties(a)")
    assert labels == ["Artifact"]
    assert properties.pop("revision") >= 0
    assert properties.pop("card").split("\x1f") == ["d", "", "", "", "", "unregistered"]
    assert properties == {"artifact_id": "d", "sort_id": "d", "state": "unregistered"}


def test_a_tombstone_is_in_no_index_but_that_of_ids(neo4j_backend: Neo4jCatalogBackend, cypher: Cypher) -> None:
    neo4j_backend.register(artifact("m", "d", at=1, content_hash="h", tags={"a": 1}, metadata={"m": 1}))
    neo4j_backend.delete("m")
    [[labels, properties]] = cypher("MATCH (a {artifact_id: 'm'}) RETURN labels(a), properties(a)")
    assert sorted(labels) == ["Artifact", "Dataset"]
    assert properties.pop("revision") >= 0
    assert properties.pop("card").split("\x1f") == ["m", "m", "Dataset", "1", instant(1), "deleted"]
    assert properties.pop("position") == 0
    assert len(properties.pop("changes")) == 2
    record = json.loads(properties.pop("kept"))
    assert (record["content_hash"], record["tags"], record["metadata"]) == ("h", {"a": 1}, {"m": 1})
    assert properties.pop("deleted_at") > properties.pop("recorded_at") > 1_767_225_601_000_000
    assert properties == {
        "artifact_id": "m",
        "sort_id": "m",
        "state": "deleted",
        "name": "m",
        "artifact_type": "Dataset",
        "version": "1",
        "created_at": instant(1),
        "parent_ids": ["d"],
    }


def test_removed_edges_are_history(neo4j_backend: Neo4jCatalogBackend, cypher: Cypher) -> None:
    neo4j_backend.register(artifact("m", "d", "e"))
    neo4j_backend.remove_parents("m", "d", "e", "never")
    neo4j_backend.add_parents("m", "d")
    neo4j_backend.remove_parents("m", "d")
    assert cypher("MATCH ()-[e:DERIVED_FROM]->() RETURN e") == []
    past = cypher(
        "MATCH (c)-[e:WAS_DERIVED_FROM]->(p) RETURN c.artifact_id, p.artifact_id, e.created_at, e.removed_at "
        "ORDER BY e.created_at, p.artifact_id"
    )
    assert [row[:2] for row in past] == [["m", "d"], ["m", "e"], ["m", "d"]]
    assert all(created < removed for _, _, created, removed in past)
    neo4j_backend.delete("m")
    assert cypher("MATCH (a {artifact_id: 'm'}) RETURN a.state") == [["deleted"]]


@pytest.mark.parametrize("artifact_type", OWN_TYPES)
def test_types_named_as_the_catalogs_own_labels(
    neo4j_backend: Neo4jCatalogBackend, cypher: Cypher, artifact_type: str
) -> None:
    neo4j_backend.register_many(
        [artifact("a", "p", artifact_type=artifact_type), artifact("b", "a", artifact_type="Lock")]
    )
    [[labels]] = cypher("MATCH (a {artifact_id: 'a'}) RETURN labels(a)")
    assert sorted(labels) == ["Artifact", f"Type {artifact_type}"]
    assert neo4j_backend.check()["schema"]
    neo4j_backend.register(artifact("a", artifact_type="Dataset"))
    neo4j_backend.register(artifact("a", artifact_type=artifact_type))
    neo4j_backend.delete("a")
    assert cypher("MATCH (a {artifact_id: 'a'}) RETURN labels(a)") == [[labels]]
    assert neo4j_backend.neighbours("a") is not None
    neo4j_backend.purge("a", force=True)
    assert cypher("MATCH (a:Artifact {artifact_id: 'a'}) RETURN labels(a)") == [[["Artifact"]]]


@pytest.mark.parametrize(
    "artifact_type", ["a b", "`", "``x`", "Ä", "日本", "😀", "a.b:c", "1", " ", "$x", "'\"\\", "x" * 128]
)
def test_any_text_is_a_label(neo4j_backend: Neo4jCatalogBackend, cypher: Cypher, artifact_type: str) -> None:
    neo4j_backend.register_many([artifact("a", artifact_type=artifact_type), artifact("b")])
    assert cypher("MATCH (a {artifact_id: 'a'}) RETURN [l IN labels(a) WHERE l <> 'Artifact']") == [[[artifact_type]]]
    assert [e.artifact_id for e in neo4j_backend.list_artifacts(artifact_type)] == ["a"]
    neo4j_backend.delete("a")
    assert [e.artifact_id for e in neo4j_backend.list_artifacts()] == ["b"]


def test_sort_ids_order_as_code_points_do_in_any_encoding() -> None:
    signs = ["", "\x20", "a", "\u07ff", "\ucfff", "\ud000", "\ud7ff", "\ue000", "\ufffd", "\U00010000", "\U0010ffff"]
    texts = sorted(a + b + c for a in signs for b in signs for c in signs)
    keys = [sort_id(text) for text in texts]
    assert keys == sorted(keys)
    assert keys == sorted(keys, key=lambda key: key.encode("utf-16-be"))
    assert len(set(keys)) == len(set(texts))


def test_an_earlier_version_kept_the_edges_of_deleted_leaves(
    neo4j_backend: Neo4jCatalogBackend, cypher: Cypher
) -> None:
    neo4j_backend.register_many([*chain("a", "b", "c", "d"), artifact("child", "b")])
    for artifact_id in ("d", "c", "b"):
        neo4j_backend.delete(artifact_id)
    cypher(
        "MATCH (n)-[e:WAS_DERIVED_FROM]->(p) "
        "CREATE (n)-[:DERIVED_FROM {key: n.artifact_id + '\\u001F' + p.artifact_id, created_at: e.created_at}]->(p) "
        "DELETE e"
    )
    assert neo4j_backend.downstream("a").total == 4
    neo4j_backend._bolt.alone("schema/019_hidden", 60)
    assert ids(neo4j_backend.downstream("a").nodes) == ["b", "child"]
    assert ids(neo4j_backend.upstream("child").nodes) == ["b", "a"]
    assert neo4j_backend.neighbours("d") is None


def test_nothing_of_a_purged_artifact_is_left_but_its_id(neo4j_backend: Neo4jCatalogBackend, cypher: Cypher) -> None:
    """All properties of all nodes and relationships are searched for its values."""
    secret = artifact(
        "purged",
        "parent",
        name="sesame",
        artifact_type="Sesame",
        tags={"sesame key": "sesame value"},
        metadata={"deep": {"sesame": ["sesame"]}},
        uri="s3://sesame/a",
        content_hash="sesame",
        **{"source_step": "sesame", "source_run_id": "sesame", "source_pipeline": "sesame", "version": "sesame"},
    )
    neo4j_backend.register_many([secret, artifact("other", content_hash="sesame")], idempotency_key="k")
    neo4j_backend.register_many([artifact("child", "sesame", "purged")], idempotency_key="warns of the name")
    neo4j_backend.remove_parents("child", "sesame")
    neo4j_backend.unset("other", fields=["content_hash"])
    neo4j_backend.set_alias("sesame", "sesame-alias", "purged", by="somebody")
    neo4j_backend.delete("purged", force=True)
    neo4j_backend.undelete("purged")
    neo4j_backend.set_alias("sesame", "sesame-alias", "purged")
    neo4j_backend.purge("purged", force=True)
    everything = [
        *cypher("MATCH (n) RETURN labels(n), properties(n)"),
        *cypher("MATCH ()-[r]->() RETURN type(r), properties(r)"),
    ]
    changes = "\n".join(str(change) for change in neo4j_backend.changes() if "sesame" in str(change).lower())
    assert re.fullmatch(r"Change\(.*'edges_(added|removed)', artifact_id='child'.*\n?" * 2, changes), changes
    everything = [row for row in everything if row[0] != ["_CatalogChange"]]
    left = [row for row in everything if "sesame" in str(row).lower()]
    # An unregistered parent has this id, and the edge to it is history.
    assert sorted(str(labels) for labels, _ in left) == ["WAS_DERIVED_FROM", "['Artifact']"] or [
        properties["artifact_id"] for _, properties in left
    ] == ["sesame"]
    assert ids(neo4j_backend.upstream("child").nodes) == ["purged", "parent"]
