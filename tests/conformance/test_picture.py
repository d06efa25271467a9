"""The picture of a lineage: which boxes are drawn, and what each hides, on every store."""

from __future__ import annotations

import pytest

from catalog_graph.answers.picture import BOX_HEIGHT, BOX_WIDTH, MAX_BOXES, Opening, Picture
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.composed.backend import StoreBackend
from catalog_graph.errors import NotFound
from tests.conformance.test_as_of import moment
from tests.support.entries import artifact, chain
from tests.support.kept import kept

# The service draws; a client shows what it is sent.
pytestmark = pytest.mark.parametrize("new_catalog", ["model", "local", "neo4j"], indirect=True)


@kept
def store(backend: CatalogBackend) -> StoreBackend:
    assert isinstance(backend, StoreBackend)
    return backend


def drawn(picture: Picture) -> set[str]:
    return {box.card.artifact_id for box in picture.boxes}


def sides(picture: Picture, artifact_id: str) -> tuple[tuple[int, int], tuple[int, int]]:
    [box] = [box for box in picture.boxes if box.card.artifact_id == artifact_id]
    return (box.parents.drawn, box.parents.total), (box.children.drawn, box.children.total)


def test_two_hops_each_way_and_what_lies_beyond(store: StoreBackend) -> None:
    store.register_many(chain("a", "b", "c", "d", "e", "f", "g"))
    picture = store.picture("d")
    assert drawn(picture) == {"b", "c", "d", "e", "f"}
    assert picture.root.artifact_id == "d"
    assert not picture.complete
    assert sides(picture, "b") == ((0, 1), (1, 1))
    assert sides(picture, "f") == ((1, 1), (0, 1))
    assert {(curve.child, curve.parent) for curve in picture.curves} == {("c", "b"), ("d", "c"), ("e", "d"), ("f", "e")}


def test_parents_stand_on_the_left_and_no_boxes_overlap(store: StoreBackend) -> None:
    store.register_many([*chain("a", "b", "c"), artifact("x", "a"), artifact("y", "a", "b")])
    picture = store.picture("b", up=3, down=3)
    at = {box.card.artifact_id: (box.x, box.y) for box in picture.boxes}
    for curve in picture.curves:
        assert at[curve.parent][0] < at[curve.child][0]
        assert curve.path.startswith("M")
    for one, (x, y) in at.items():
        assert BOX_WIDTH / 2 <= x <= picture.width - BOX_WIDTH / 2 + 1
        assert all(one == other or abs(x - u) >= BOX_WIDTH or abs(y - v) >= BOX_HEIGHT for other, (u, v) in at.items())


def test_a_box_is_opened_on_one_side(store: StoreBackend) -> None:
    store.register_many([artifact("a"), *(artifact(f"c{n}", "a") for n in range(9)), artifact("p")])
    store.add_parents("a", "p")
    small = store.picture("a", boxes=4)
    assert len(small.boxes) == 4
    assert not small.complete
    more = store.picture("a", boxes=4, openings=[Opening("a", False, 6)])
    assert sides(more, "a")[1] == (6, 9)
    whole = store.picture("a", boxes=4, openings=[Opening("a", False, 300), Opening("a", True, 5)])
    assert whole.complete
    assert drawn(whole) == {"a", "p", *(f"c{n}" for n in range(9))}
    assert drawn(store.picture("a", boxes=4, openings=[Opening("not drawn", True, 5)])) == drawn(small)


def test_never_more_than_the_cap(store: StoreBackend) -> None:
    store.register_many([artifact("a"), *(artifact(f"c{n}", "a") for n in range(MAX_BOXES + 50))])
    picture = store.picture("a", boxes=10_000, openings=[Opening("a", False, 10_000)])
    assert len(picture.boxes) == MAX_BOXES
    assert sides(picture, "a")[1] == (MAX_BOXES - 1, MAX_BOXES + 50)


def test_what_a_box_shows(store: StoreBackend) -> None:
    store.register(artifact("a", tags={"stage": "production", "f1": 0.9}, name="model"))
    store.register(artifact("b", "a", "nobody", metadata={"metrics": {"f1": 0.8}}))
    store.register(artifact("c", "b"))
    store.delete("b")
    store.set_alias("model", "champion", "a")
    boxes = {box.card.artifact_id: box for box in store.picture("a", metric="f1", where="stage:production").boxes}
    assert (boxes["a"].stage, boxes["a"].aliases, boxes["a"].metric, boxes["a"].matches) == (
        "production",
        ["champion"],
        0.9,
        True,
    )
    assert (boxes["b"].card.state, boxes["b"].matches, boxes["c"].metric) == ("deleted", False, None)


def test_as_of_an_instant(store: StoreBackend) -> None:
    store.register_many(chain("a", "b", "c"))
    then = moment()
    store.remove_parents("c", "b")
    store.register(artifact("d", "b"))
    assert drawn(store.picture("b")) == {"a", "b", "d"}
    past = store.picture("b", as_of=then)
    assert drawn(past) == {"a", "b", "c"}
    assert sides(past, "b") == ((1, 1), (1, 1))


def test_a_large_fan_is_a_grid_beside_its_hub(store: StoreBackend) -> None:
    store.register_many([*(artifact(f"p{n}") for n in range(40)), artifact("a", *(f"p{n}" for n in range(40)))])
    store.register_many([*(artifact(f"c{n}", "a") for n in range(100)), artifact("d", "c0"), artifact("e", "c0")])
    picture = store.picture("a", boxes=MAX_BOXES)
    at = {box.card.artifact_id: (box.x, box.y) for box in picture.boxes}
    assert len(at) == 143
    assert picture.width < 6_000
    assert picture.height < 2_000
    for one, (x, y) in at.items():
        assert BOX_WIDTH / 2 <= x <= picture.width - BOX_WIDTH / 2 + 1
        assert BOX_HEIGHT / 2 <= y <= picture.height - BOX_HEIGHT / 2 + 1
        assert all(one == other or abs(x - u) >= BOX_WIDTH or abs(y - v) >= BOX_HEIGHT for other, (u, v) in at.items())
    for curve in picture.curves:
        assert at[curve.parent][0] < at[curve.child][0]


def test_a_path_to_an_artifact_far_away(store: StoreBackend) -> None:
    store.register_many(chain("a", "b", "c", "d", "e", "f", "g"))
    assert drawn(store.picture("a", up=1, down=1, paths_to=["e"])) == {"a", "b", "c", "d", "e"}
    assert drawn(store.picture("g", up=1, down=1, paths_to=["d", "nothing"])) == {"d", "e", "f", "g"}
    store.register(artifact("alone"))
    assert drawn(store.picture("a", up=1, down=1, paths_to=["alone"])) == {"a", "b"}


def test_how_much_lies_on_either_side(store: StoreBackend) -> None:
    store.register_many([artifact("raw", "feed", artifact_type="Dataset", source_pipeline="load")])
    store.register_many([artifact("model", "raw", artifact_type="Model"), artifact("gone", "model")])
    store.register_many(
        [artifact("r1", "model", artifact_type="Report"), artifact("r2", "r1", "gone", artifact_type="Report")]
    )
    then = moment()
    store.delete("gone")
    store.register(artifact("r3", "model", artifact_type="Report"))
    extent = store.extent("model")
    assert (extent.root.artifact_id, extent.upstream.total, extent.downstream.total) == ("model", 1, 3)
    assert (extent.upstream.by_type, extent.upstream.by_pipeline) == ({"Dataset": 1}, {"load": 1})
    assert (extent.upstream.by_depth, extent.upstream.gone) == ({1: 1}, {"unregistered": 1})
    assert extent.downstream.by_type == {"Report": 3}
    assert (extent.downstream.by_depth, extent.downstream.gone) == ({1: 2, 2: 1}, {"deleted": 1})
    past = store.extent("model", as_of=then)
    assert (past.downstream.by_type, past.downstream.gone) == ({"Report": 2, "Dataset": 1}, {})
    assert past.downstream.by_depth == {1: 2, 2: 1}


def test_what_is_not_there(store: StoreBackend) -> None:
    for question in (store.picture, store.extent):
        with pytest.raises(NotFound):
            question("nothing")
