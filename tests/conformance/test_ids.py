"""Ids may hold nearly anything, and every operation takes them all."""

import pytest

from catalog_graph.backends.base import CatalogBackend
from tests.support.entries import artifact, ids

HARD = [
    "a/b/c", "/a", "a/", "//", "/", ".", "..", "../..", "a/../b", "a/lineage", "a/upstream", "lineage", "tags",
    "search/a", "by-hash/x", "Search", "100%", "%2F", "a%2Fb", "%252F", "%zz", "%00", "%C3%A9", " ", "a b", " a ",
    "a+b", "a&b=c", "a?b", "a#b", "a;b", "a:b", "a\\b", "a\"b'c", "${x}", "*", "-", "null", "é", "e\u0301", "日本語",
    "\U0001f600", "\u202eabc", "\u00a0", "\ufeff", "\u0085", "\uffff", "'; DROP TABLE artifacts; --",
    "'}) DETACH DELETE n //",
    "https://example.com/a?b=c#d", "s3://bucket/key with blanks/é", "x" * 512, "%" * 512, "\U0001f600" * 512,
]  # fmt: skip
IDS = [
    *HARD, "./a", "a/tags", "a/downstream", "upstream", "a/batch", "search ", "artifacts", "%", "a%20b", "a,b", "a@b",
    "a!b", "a|b", "'", '"', "`", "{}", "[x]", "<x>", "$id", "~", "^", "--", "_", "0", "true", "None", "ß", "İ", "ﬁ",
    "\u3000", "\u200d", "urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66", "run:42/step[0]",
]  # fmt: skip


@pytest.mark.parametrize("artifact_id", HARD, ids=lambda i: ascii(i[:30]))
def test_every_operation_takes_it(backend: CatalogBackend, artifact_id: str) -> None:
    assert backend.register(artifact(artifact_id, name="n", at=1)) == artifact_id
    kept = backend.get(artifact_id)
    assert kept is not None
    assert kept.artifact_id == artifact_id
    assert backend.tag(artifact_id, {"x": 1}).tags == {"x": 1}
    assert backend.untag(artifact_id, "x").tags == {}
    assert backend.add_parents(artifact_id, "parent", "other").parent_ids == ["parent", "other"]
    assert backend.remove_parents(artifact_id, "other").parent_ids == ["parent"]
    backend.register(artifact("child", artifact_id, at=2))
    neighbours = backend.get_lineage(artifact_id)
    assert neighbours["artifact"]["artifact_id"] == artifact_id
    assert (ids(neighbours["parents"]), ids(neighbours["children"])) == (["parent"], ["child"])
    assert ids(backend.upstream(artifact_id).nodes) == ["parent"]
    assert ids(backend.downstream(artifact_id).nodes) == ["child"]
    assert ids(backend.downstream("parent").nodes) == [artifact_id, "child"]
    backend.delete(artifact_id)
    assert backend.get(artifact_id) is None
    assert backend.get_lineage(artifact_id)["artifact"]["state"] == "deleted"


def test_all_of_them_side_by_side(backend: CatalogBackend) -> None:
    backend.register_many(artifact(i, "root", at=7, name="n", version="1") for i in IDS)
    assert ids(backend.list_artifacts(limit=1000)) == sorted(IDS, reverse=True)
    assert ids(backend.downstream("root").nodes) == sorted(IDS)
    backend.register(artifact("hub", *IDS))
    hub = backend.get("hub")
    assert hub is not None
    assert hub.parent_ids == IDS
    for artifact_id in IDS:
        kept = backend.get(artifact_id)
        assert kept is not None
        assert kept.artifact_id == artifact_id


def test_paths_that_look_like_others(backend: CatalogBackend) -> None:
    backend.register_many([artifact("a", at=1), artifact("a/lineage", at=2), artifact("a/tags", "a", at=3)])
    found = [backend.get(i) for i in ("a", "a/lineage", "a/tags", "a/upstream")]
    assert [e and e.artifact_id for e in found] == ["a", "a/lineage", "a/tags", None]
    assert backend.tag("a/lineage", {"x": 1}).artifact_id == "a/lineage"
    assert ids(backend.downstream("a").nodes) == ["a/tags"]
    assert backend.get_lineage("a/lineage")["artifact"]["artifact_id"] == "a/lineage"
    assert backend.get_lineage("a/lineage/lineage") == {"artifact_id": "a/lineage/lineage", "error": "not found"}


def test_ids_are_not_folded(backend: CatalogBackend) -> None:
    backend.register_many([artifact("é", at=1), artifact("e\u0301", at=2), artifact("É", at=3), artifact("e", at=4)])
    assert len(backend.list_artifacts()) == 4
    assert backend.get("E") is None
    assert backend.get("E\u0301") is None


def test_an_id_that_reads_as_the_encoding_of_another(backend: CatalogBackend) -> None:
    backend.register_many([artifact("a/b", at=1), artifact("a%2Fb", at=2), artifact("a%252Fb", at=3)])
    backend.tag("a/b", {"x": 1})
    backend.delete("a%2Fb")
    left = [backend.get(i) for i in ("a/b", "a%2Fb", "a%252Fb")]
    assert [e and (e.artifact_id, e.tags) for e in left] == [("a/b", {"x": 1}), None, ("a%252Fb", {})]
