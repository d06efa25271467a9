"""Impact of a change: counted whole, listed nearest first, with the reason for each artifact in production."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from catalog_graph.answers.impact import Gone
from catalog_graph.backends.answers import PRODUCTION
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import InvalidInput, InvalidQuery, NotFound
from catalog_graph.render.impact import as_text
from tests.conformance.test_where import HISTORY
from tests.support.entries import artifact, chain, ids
from tests.support.kept import kept


@kept
def history(backend: CatalogBackend) -> CatalogBackend:
    pipelines = {"left": "fraud", "right": "fraud", "old": "daily", "new": "fraud"}
    for entry in HISTORY:
        entry.source_pipeline = pipelines.get(entry.artifact_id, "")
    backend.register_many(HISTORY)
    return backend


def test_counts(history: CatalogBackend) -> None:
    found = history.impact("raw", tag_keys=["stage", "f1", "nothing"])
    assert found.total == 6
    assert list(found.by_type.items()) == [("FeatureSet", 2), ("Model", 2), ("Dataset", 1), ("Report", 1)]
    assert list(found.by_pipeline.items()) == [("fraud", 3), ("", 2), ("daily", 1)]
    assert list(found.by_depth.items()) == [(1, 1), (2, 2), (3, 2), (4, 1)]
    assert found.by_tag == {"stage": {"production": 2}, "f1": {"0.9": 1, "0.95": 1}, "nothing": {}}
    assert ids(found.nodes) == ["clean", "left", "right", "new", "old", "report"]
    assert found.complete
    assert found.copies is None


def test_what_is_in_production_and_why(history: CatalogBackend) -> None:
    found = history.impact("raw").production
    assert (found.query, found.total, found.complete) == (PRODUCTION, 2, True)
    assert [ids(path) for path in found.paths] == [
        ["raw", "clean", "left", "old"],
        ["raw", "clean", "left", "new", "report"],
    ]
    assert [card.depth for card in found.paths[1]] == [0, 1, 2, 3, 4]
    other = history.impact("raw", production="f1>=0.95").production
    assert (other.query, [ids(path)[-1] for path in other.paths]) == ("f1>=0.95", ["new"])


def test_nothing_is_looked_for_in_production_where_the_query_is_empty(history: CatalogBackend) -> None:
    found = history.impact("raw", production=" ")
    assert (found.total, found.complete) == (6, True)
    assert (found.production.query, found.production.total, found.production.paths) == ("", 0, [])
    assert "production" not in as_text(found)


def test_a_page_says_that_it_is_one(history: CatalogBackend) -> None:
    found = history.impact("raw", limit=2, paths=1)
    assert (ids(found.nodes), found.total, found.complete) == (["clean", "left"], 6, False)
    assert (found.production.total, len(found.production.paths), found.production.complete) == (2, 1, False)
    assert sum(found.by_type.values()) == 6
    rest = history.lineage("raw", "downstream", cursor=found.lineage.cursor)
    assert ids(rest.nodes) == ["right", "new", "old", "report"]
    assert not history.impact("raw", paths=1).complete


def test_where(history: CatalogBackend) -> None:
    found = history.impact("raw", where="type:Model OR type:Dataset", tag_keys="stage")
    assert (ids(found.nodes), found.total) == (["clean", "new", "old"], 3)
    assert found.by_type == {"Model": 2, "Dataset": 1}
    assert found.by_tag == {"stage": {"production": 1}}
    assert [ids(path) for path in found.production.paths] == [["raw", "clean", "left", "old"]]


def test_where_and_production_are_read_each_by_itself(history: CatalogBackend) -> None:
    """Neither a quote nor a parenthesis of one changes what the other means."""
    stray = history.impact("raw", production='stage:production OR "y', where='x" OR type:Model')
    assert [ids(path)[-1] for path in stray.production.paths] == ["old"]
    assert (stray.total, stray.production.query) == (2, 'stage:production OR "y')
    assert history.impact("raw", production="stage:production", where="x\\").production.total == 0
    long = " OR ".join(["type:Report"] * 60)
    assert history.impact("raw", production=f"f1>0 OR {long}", where=f"type:Model OR {long}").production.total == 3
    for where, production in (("((", "stage:production"), ("((", ") ("), ("type:Model", "((")):
        with pytest.raises(InvalidQuery) as caught:
            history.impact("raw", where=where, production=production)
        assert caught.value.details["column"] == 3


def test_without(history: CatalogBackend) -> None:
    found = history.impact("raw", without=["left"])
    assert (ids(found.nodes), found.by_depth) == (["clean", "right", "new", "report"], {1: 1, 2: 1, 3: 1, 4: 1})
    assert [ids(path) for path in found.production.paths] == [["raw", "clean", "right", "new", "report"]]


def test_nothing_downstream(history: CatalogBackend) -> None:
    found = history.impact("report", tag_keys=["team"], copies=True)
    assert (found.total, found.by_type, found.by_depth, found.by_tag) == (0, {}, {}, {"team": {}})
    assert (found.production.total, found.production.paths, found.complete) == (0, [], True)
    assert found.copies is not None
    assert (found.copies.copies.total, found.copies.reached.total) == (0, 0)


def test_what_is_gone_has_counts_of_its_own(backend: CatalogBackend) -> None:
    backend.register_many(chain("a", "b", "c"))
    backend.register_many([artifact("d", "stub", "a"), artifact("e", "d", tags={"stage": "production"})])
    backend.delete("b")
    impact = backend.impact("a", tag_keys=["stage"])
    assert impact.gone == Gone(deleted=1)
    assert (ids(impact.nodes), impact.total, impact.complete) == (["d", "c", "e"], 3, True)
    assert (impact.by_type, impact.by_pipeline, impact.by_depth) == ({"Dataset": 3}, {"": 3}, {1: 1, 2: 2})
    assert impact.by_tag == {"stage": {"production": 1}}
    assert [ids(path) for path in impact.production.paths] == [["a", "d", "e"]]
    assert ids(backend.downstream("a").nodes) == ["b", "d", "c", "e"]
    assert (ids(backend.impact("stub").nodes), backend.impact("stub").gone) == (["d", "e"], Gone())
    assert (backend.impact("b").total, backend.impact("b").gone) == (1, Gone())


def test_the_path_of_what_is_in_production_passes_what_is_gone(backend: CatalogBackend) -> None:
    backend.register_many([artifact("a"), artifact("b", "a"), artifact("c", "b", tags={"stage": "production"})])
    backend.delete("b")
    for where in ("", "id:c"):
        impact = backend.impact("a", where=where)
        assert (ids(impact.nodes), impact.gone.deleted) == (["c"], 1 if not where else 0)
        assert [ids(path) for path in impact.production.paths] == [["a", "b", "c"]]
        assert [card.state for card in impact.production.paths[0]] == ["registered", "deleted", "registered"]


def test_pages_of_what_is_registered(backend: CatalogBackend) -> None:
    backend.register(artifact("a"))
    backend.register_many([artifact(f"b{n}", "a") for n in range(6)])
    backend.register_many([artifact(f"c{n}", f"b{n}") for n in range(6)])
    for n in (0, 2, 5):
        backend.delete(f"b{n}")
    expected = ["b1", "b3", "b4", *(f"c{n}" for n in range(6))]
    for where in ("", "id:b1 OR id:b0 OR -id:b1"):
        impact = backend.impact("a", limit=4, where=where)
        assert (impact.total, impact.gone, impact.complete) == (9, Gone(deleted=3), False)
        listed, cursor = ids(impact.nodes), impact.lineage.cursor
        while cursor is not None:
            page = backend.lineage("a", "downstream", cursor=cursor, limit=2, where=where)
            assert (page.total, page.changed) == (9, False)
            listed, cursor = [*listed, *ids(page.nodes)], page.cursor
        assert listed == expected
        assert ids(backend.impact("a", limit=None, where=where).nodes) == expected


def test_where_chooses_what_is_gone(backend: CatalogBackend) -> None:
    backend.register_many(chain("a", "b", "c", "d"))
    backend.delete("b")
    assert backend.impact("a", where="type:Dataset").gone == Gone()
    deleted = backend.impact("a", where="state:deleted")
    assert (deleted.total, deleted.nodes, deleted.by_type, deleted.gone) == (0, [], {}, Gone(deleted=1))
    either = backend.impact("a", where="-id:c")
    assert (ids(either.nodes), either.by_depth, either.gone) == (["d"], {3: 1}, Gone(deleted=1))


def test_as_of(backend: CatalogBackend) -> None:
    backend.register_many([artifact(i, *p, artifact_type="Model") for i, *p in ("a", "ba", "cb")])
    before = datetime.now(UTC)
    backend.delete("b")
    now = backend.impact("a")
    assert (ids(now.nodes), now.by_type, now.by_depth, now.gone) == (["c"], {"Model": 1}, {2: 1}, Gone(deleted=1))
    then = backend.impact("a", as_of=before)
    assert (ids(then.nodes), then.by_depth, then.gone) == (["b", "c"], {1: 1, 2: 1}, Gone())
    assert (then.by_type, then.by_pipeline) == ({"Model": 2}, {"": 2})
    assert backend.impact("a", without=["c"]).gone == Gone(deleted=1)


def test_copies_of_the_content(backend: CatalogBackend) -> None:
    hard = 'h"\\ (1)*'
    backend.register_many(
        [
            artifact("data", content_hash=hard, at=0),
            artifact("copy", content_hash=hard, at=1),
            artifact("copied-again", "data", content_hash=hard, at=2),
            artifact("other", content_hash="x", at=3),
            artifact("a", "data", "copy", at=4),
            artifact("b", "copy", "other", at=5),
            artifact("c", "b", "copied-again", at=6),
        ]
    )
    found = backend.impact("data", copies=True)
    assert ids(found.nodes) == ["a", "copied-again", "c"]
    assert found.copies is not None
    assert (ids(found.copies.copies.cards), found.copies.copies.total) == (["copied-again", "copy"], 2)
    assert [(card.artifact_id, card.depth) for card in found.copies.reached.cards] == [("b", 1)]
    assert found.complete


def test_tags_are_counted_as_text(backend: CatalogBackend) -> None:
    values = ["x", "1", 1, 1.0, True, None, ["x"], {"a": 1}, "v" * 300, "é", ""]
    backend.register(artifact("root"))
    backend.register_many([artifact(f"a{n}", "root", tags={"k": value, "k2": 1}) for n, value in enumerate(values)])
    assert backend.impact("root", tag_keys=["k"]).by_tag == {
        "k": {"1": 3, "": 1, '["x"]': 1, "null": 1, "true": 1, "x": 1, '{"a": 1}': 1, "é": 1}
    }


def test_questions_that_are_none(history: CatalogBackend) -> None:
    with pytest.raises(NotFound):
        history.impact("unknown")
    with pytest.raises(InvalidQuery):
        history.impact("raw", production="(a")
    with pytest.raises(InvalidInput, match="paths"):
        history.impact("raw", paths=0)
    with pytest.raises(InvalidInput, match="limit"):
        history.impact("raw", limit=0)
    with pytest.raises(InvalidInput, match="tag keys"):
        history.impact("raw", tag_keys=[str(n) for n in range(21)])
    wrong: Any
    for field, wrong in (
        ("where", None), ("production", None), ("production", 5), ("tag_keys", None), ("tag_keys", [5]), ("without", 5)
    ):  # fmt: skip
        with pytest.raises(InvalidInput, match=f"{field} must be") as caught:
            history.impact("raw", **{field: wrong})
        assert caught.value.details["field"] == field
