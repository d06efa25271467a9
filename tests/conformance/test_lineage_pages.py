"""Lineage cut by a limit: it says so, and its pages put together are the whole."""

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import InvalidInput
from catalog_graph.lineage import Direction, Lineage
from tests.support.entries import artifact, chain, ids, pages
from tests.support.kept import kept


@kept
def layered(backend: CatalogBackend) -> CatalogBackend:
    """Five layers of four; each artifact made from two of the layer below, and from one two below."""
    entries = [artifact(f"l0-{m}") for m in range(4)]
    for n in range(1, 5):
        for m in range(4):
            older = [f"l{n - 2}-{(m * 3) % 4}"] if n > 1 else []
            entries.append(artifact(f"l{n}-{m}", f"l{n - 1}-{m}", f"l{n - 1}-{(m + 1) % 4}", *older))
    entries.append(artifact("top", "l4-0", "l4-3"))
    entries.append(artifact("bottomless", *(f"l{n}-{m}" for n in range(5) for m in range(4))))
    backend.register_many(entries)
    return backend


def whole(answer: Lineage) -> tuple[list[tuple[object, ...]], list[tuple[str, str]], int]:
    return [tuple(card) for card in answer.nodes], sorted(answer.edges), answer.total


QUESTIONS: list[tuple[str, Direction, int | None]] = [
    ("top", "upstream", None),
    ("top", "upstream", 3),
    ("bottomless", "upstream", None),
    ("l0-0", "downstream", None),
    ("l0-0", "downstream", 2),
]


@pytest.mark.parametrize(("artifact_id", "direction", "depth"), QUESTIONS)
def test_pages_put_together_are_the_whole(
    layered: CatalogBackend, artifact_id: str, direction: Direction, depth: int | None
) -> None:
    everything = layered.lineage(artifact_id, direction, depth=depth)
    for limit in (1, 2, 3, 7, 50):
        answers = pages(layered, artifact_id, direction, limit, depth=depth)
        assert {a.total for a in answers} == {everything.total}
        assert [len(a.nodes) for a in answers[:-1]] == [limit] * (len(answers) - 1)
        assert [a.stopped_by for a in answers] == ["limit"] * (len(answers) - 1) + [everything.stopped_by]
        assert not any(a.complete for a in answers[:-1])
        assert not any(a.changed for a in answers)
        assert {a.root for a in answers} == {everything.root}
        together = answers[0]
        for answer in answers[1:]:
            together.extend(answer)
        assert whole(together) == whole(everything)
        assert (together.stopped_by, together.cursor) == (everything.stopped_by, None)


def test_a_page_has_the_edges_whose_later_end_is_on_it(layered: CatalogBackend) -> None:
    everything = layered.upstream("top")
    order = {i: n for n, i in enumerate(["top", *ids(everything.nodes)])}
    for number, page in enumerate(pages(layered, "top", "upstream", 3)):
        first = 1 + 3 * number
        expected = [e for e in everything.edges if first <= max(order[e[0]], order[e[1]]) < first + 3]
        assert sorted(page.edges) == sorted(expected)
        on_page = {"top", *ids(page.nodes)}
        assert {i for edge in page.edges for i in edge} - on_page == set(page.earlier)


def test_the_first_page_has_both_ends_of_its_edges(layered: CatalogBackend) -> None:
    page = layered.upstream("top", limit=4)
    assert ids(page.nodes) == ["l4-0", "l4-3", "l2-0", "l2-1"]
    assert {i for edge in page.edges for i in edge} <= {"top", *ids(page.nodes)}
    assert (page.total, page.complete, page.stopped_by) == (17, False, "limit")
    assert page.earlier == []


def test_a_limit_that_is_just_enough(layered: CatalogBackend) -> None:
    total = layered.upstream("top").total
    exact, less = layered.upstream("top", limit=total), layered.upstream("top", limit=total - 1)
    assert (exact.stopped_by, exact.cursor, exact.complete) == (None, None, True)
    assert (less.stopped_by, less.complete, less.total) == ("limit", False, total)


def test_the_limit_is_told_before_the_depth(backend: CatalogBackend) -> None:
    backend.register_many(chain(*"abcdef"))
    assert backend.upstream("f", depth=3, limit=2).stopped_by == "limit"
    assert backend.upstream("f", depth=3, limit=3).stopped_by == "depth"
    assert backend.upstream("f", depth=2, limit=1).total == 2


def test_no_limit_reads_all(layered: CatalogBackend) -> None:
    assert whole(layered.upstream("top", limit=None)) == whole(layered.upstream("top"))
    assert layered.upstream("top", limit=None).complete


def test_a_lineage_that_changes_between_pages_says_so(backend: CatalogBackend) -> None:
    backend.register_many(chain(*"abcdef"))
    first = backend.upstream("f", limit=2)
    assert ids(first.nodes) == ["e", "d"]
    backend.register(artifact("b", "new"))
    rest = backend.lineage("f", "upstream", cursor=first.cursor)
    assert rest.changed
    assert ids(rest.nodes) == ["c", "b", "a", "new"]
    first.extend(rest)
    assert first.changed
    assert not backend.upstream("f").changed


def test_a_cursor_from_where_nothing_is_any_more(backend: CatalogBackend) -> None:
    backend.register_many(chain(*"abcdefgh"))
    first = backend.upstream("h", limit=5)
    backend.remove_parents("g", "f")
    page = backend.lineage("h", "upstream", limit=5, cursor=first.cursor)
    assert (page.nodes, page.edges, page.total) == ([], [], 1)
    assert page.changed


def test_changes_elsewhere_are_no_changes(backend: CatalogBackend) -> None:
    backend.register_many(chain(*"abcd"))
    first = backend.upstream("d", limit=1)
    backend.register_many([artifact("x", "d"), artifact("y")])
    backend.tag("a", {"x": 1})
    assert not backend.lineage("d", "upstream", cursor=first.cursor).changed


@pytest.mark.parametrize("cursor", ["x", "[1,2]", "null", "eyJhIjoxfQ==", "\0", "é", "W10=", "9" * 400])
def test_cursors_that_no_answer_gave(layered: CatalogBackend, cursor: str) -> None:
    with pytest.raises(InvalidInput, match="cursor"):
        layered.lineage("top", "upstream", limit=1, cursor=cursor)


def test_a_page_survives_its_json(layered: CatalogBackend) -> None:
    for page in pages(layered, "top", "upstream", 5):
        for compact in (False, True):
            again = Lineage.from_dict(page.to_dict(compact=compact))
            assert whole(again) == whole(page)
            assert (again.cursor, again.stopped_by, again.changed) == (page.cursor, page.stopped_by, page.changed)
