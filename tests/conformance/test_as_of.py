"""The lineage as it was recorded at an instant: later deletions undone, later corrections not yet made."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import InvalidInput, NotFound
from catalog_graph.instants import now
from tests.support.entries import artifact, chain, depths, ids, instant, pages


def moment() -> str:
    """Return an instant later than every write so far and earlier than every later write."""
    time.sleep(0.002)
    found = now()
    time.sleep(0.002)
    return found


def questions(backend: CatalogBackend) -> list[Callable[..., Any]]:
    """All that can be asked as of an instant."""
    return [backend.upstream, backend.downstream, backend.impact]


def states(backend: CatalogBackend, artifact_id: str, as_of: str | None) -> dict[str, str]:
    return {card.artifact_id: card.state for card in backend.upstream(artifact_id, as_of=as_of).nodes}


def test_corrections(backend: CatalogBackend) -> None:
    backend.register_many([*chain("a", "b", "c"), artifact("x")])
    first = moment()
    backend.remove_parents("c", "b")
    backend.add_parents("c", "x")
    second = moment()
    backend.add_parents("c", "b")
    backend.remove_parents("b", "a")
    assert depths(backend.upstream("c", as_of=first)) == {"b": 1, "a": 2}
    assert sorted(backend.upstream("c", as_of=first).edges) == [("b", "a"), ("c", "b")]
    assert depths(backend.upstream("c", as_of=second)) == {"x": 1}
    assert depths(backend.upstream("c", as_of=moment())) == depths(backend.upstream("c")) == {"b": 1, "x": 1}
    assert ids(backend.downstream("a", as_of=first).nodes) == ["b", "c"]
    assert ids(backend.downstream("a", as_of=second).nodes) == ["b"]
    assert ids(backend.downstream("x", as_of=second).nodes) == ["c"]
    assert ids(backend.downstream("x", as_of=first).nodes) == []


def test_deletions(backend: CatalogBackend) -> None:
    backend.register_many(chain("a", "b", "c"))
    before = moment()
    backend.delete("b")
    after = moment()
    assert states(backend, "c", before) == {"b": "registered", "a": "registered"}
    assert states(backend, "c", after) == states(backend, "c", None) == {"b": "deleted", "a": "registered"}
    assert backend.downstream("b", as_of=before).root.state == "registered"
    assert backend.downstream("b", as_of=after).root.state == "deleted"


def test_what_is_hidden_now(backend: CatalogBackend) -> None:
    backend.register_many([*chain("a", "b", "c"), artifact("d", "stub")])
    before = moment()
    backend.delete("b")
    between = moment()
    backend.delete("c")
    backend.remove_parents("d", "stub")
    after = moment()
    assert states(backend, "c", before) == {"b": "registered", "a": "registered"}
    assert states(backend, "c", between) == {"b": "deleted", "a": "registered"}
    assert ids(backend.downstream("a", as_of=between).nodes) == ["b", "c"]
    assert ids(backend.downstream("a", as_of=after).nodes) == []
    assert ids(backend.downstream("stub", as_of=between).nodes) == ["d"]
    for gone in ("b", "c", "stub"):
        for as_of in (after, None):
            with pytest.raises(NotFound):
                backend.upstream(gone, as_of=as_of)


def test_what_was_not_registered_yet(backend: CatalogBackend) -> None:
    backend.register(artifact("c", "b"))
    before = moment()
    backend.register(artifact("b", "a", name="bee", version="7"))
    after = moment()
    card = backend.upstream("c", as_of=before).nodes[0]
    assert (card.state, card.name, card.artifact_type, card.version, card.created_at) == (
        "unregistered",
        "",
        "",
        None,
        "",
    )
    assert ids(backend.upstream("c", as_of=before).nodes) == ["b"]
    card = backend.upstream("c", as_of=after).nodes[0]
    assert (card.state, card.name, card.artifact_type, card.version) == ("registered", "bee", "Dataset", "7")
    assert states(backend, "c", after) == {"b": "registered", "a": "unregistered"}
    assert backend.upstream("b", as_of=before).root.state == "unregistered"
    assert backend.downstream("b", as_of=before).root.name == ""


def test_what_was_not_there_is_not_found(backend: CatalogBackend) -> None:
    backend.register(artifact("old", at=0))
    start = moment()
    backend.register(artifact("new", "stub", at=0))
    for artifact_id, why in (
        ("new", f"at that instant, {re.escape(start)}"),
        ("stub", "at that instant"),
        ("never", "that id or"),
    ):
        for ask in questions(backend):
            with pytest.raises(NotFound, match=f"artifact '{artifact_id}' not found.*{why}"):
                ask(artifact_id, as_of=start)
    assert backend.upstream("old", as_of=start).total == 0
    with pytest.raises(NotFound):
        backend.upstream("old", as_of=instant(0))


def test_the_clock_is_the_stores(backend: CatalogBackend) -> None:
    """`created_at`, which a client may say, does not count."""
    backend.register_many([artifact("a", at=0), artifact("b", "a", created_at="2099-01-01T00:00:00+00:00")])
    assert ids(backend.upstream("b", as_of=moment()).nodes) == ["a"]
    assert ids(backend.upstream("b", as_of="2030-01-01").nodes) == ["a"]


def test_instants_in_any_zone(backend: CatalogBackend) -> None:
    backend.register_many(chain("a", "b"))
    then = moment()
    backend.remove_parents("b", "a")
    for text in (then, then.replace("+00:00", "Z"), datetime.fromisoformat(then).astimezone().isoformat()):
        assert ids(backend.upstream("b", as_of=text).nodes) == ["a"]


def test_a_datetime_is_an_instant(backend: CatalogBackend) -> None:
    backend.register_many(chain("a", "b"))
    then = datetime.fromisoformat(moment())
    backend.remove_parents("b", "a")
    for given in (then, then.astimezone(timezone(timedelta(hours=5))), then.replace(tzinfo=None).isoformat()):
        assert ids(backend.upstream("b", as_of=given).nodes) == ["a"]
        assert ids(backend.impact("a", as_of=given).nodes) == ["b"]
    with pytest.raises(InvalidInput, match=r"as_of .* has no time zone; use datetime.now\(UTC\)"):
        backend.upstream("b", as_of=then.replace(tzinfo=None))


@pytest.mark.parametrize("given", ["", 1767225600, date(2026, 1, 1), b"2026-01-01"])
def test_what_is_no_instant(backend: CatalogBackend, given: Any) -> None:
    backend.register(artifact("a"))
    for ask in questions(backend):
        with pytest.raises(InvalidInput, match="as_of") as caught:
            ask("a", as_of=given)
        assert caught.value.details["field"] == "as_of"


def test_with_the_rest(backend: CatalogBackend) -> None:
    backend.register_many([*chain("a", "b", "c", "d"), artifact("e", "a", "c", artifact_type="Model")])
    then = moment()
    backend.remove_parents("e", "a")
    backend.remove_parents("d", "c")
    assert [ids(page.nodes) for page in pages(backend, "a", "downstream", 2, as_of=then)] == [["b", "e"], ["c", "d"]]
    assert sorted(e for p in pages(backend, "a", "downstream", 1, as_of=then) for e in p.edges) == [
        ("b", "a"),
        ("c", "b"),
        ("d", "c"),
        ("e", "a"),
        ("e", "c"),
    ]
    assert ids(backend.downstream("a", as_of=then, where="type:Model").nodes) == ["e"]
    assert depths(backend.downstream("a", as_of=then, without=["b"])) == {"e": 1}
    near = backend.downstream("a", as_of=then, depth=1)
    assert (ids(near.nodes), near.stopped_by) == (["b", "e"], "depth")
    found = backend.impact("a", as_of=then, production="id:d")
    assert (found.total, found.by_depth) == (4, {1: 2, 2: 1, 3: 1})
    assert [ids(path) for path in found.production.paths] == [["a", "b", "c", "d"]]
    assert backend.impact("a").by_depth == {1: 1, 2: 1, 3: 1}
