"""Pages by cursor: nothing twice, nothing left out, also while others write."""

from threading import Event, Thread

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import InvalidInput
from catalog_graph.page import Page
from catalog_graph.query.selection import Selection
from tests.support.entries import artifact, ids, numbered


def pages(backend: CatalogBackend, selection: Selection, limit: int) -> list[Page]:
    answers = [backend.find(selection, limit=limit)]
    while answers[-1].cursor:
        answers.append(backend.find(selection, limit=limit, cursor=answers[-1].cursor))
    return answers


def listed(answers: list[Page]) -> list[str]:
    return [artifact_id for page in answers for artifact_id in ids(page.items)]


@pytest.mark.parametrize("limit", [1, 3, 7, 10, 11])
def test_pages_put_together_are_the_whole(backend: CatalogBackend, limit: int) -> None:
    backend.register_many([*numbered(5), *(artifact(i, at=2) for i in ("x", "y", "é", "\U0001f600", "\uffee"))])
    answers = pages(backend, Selection(), limit)
    assert listed(answers) == ids(backend.list_artifacts())
    assert [len(page.items) for page in answers[:-1]] == [limit] * (len(answers) - 1)
    assert [page.complete for page in answers] == [False] * (len(answers) - 1) + [True]


def test_a_full_last_page_is_complete(backend: CatalogBackend) -> None:
    backend.register_many(numbered(4))
    assert [len(page.items) for page in pages(backend, Selection(), 2)] == [2, 2]
    assert backend.find(Selection(), limit=4).complete
    assert not backend.find(Selection(), limit=3).complete


def test_an_empty_page_is_complete(backend: CatalogBackend) -> None:
    page = backend.find(Selection(text="nothing"))
    assert (page.items, page.cursor, page.complete) == ([], None, True)


def test_pages_of_a_ranked_search(backend: CatalogBackend) -> None:
    backend.register_many(
        [
            artifact("part", at=9, name="defraudster"),
            artifact("exact", at=1, name="Fraud"),
            artifact("start2", at=3, name="fraud_model"),
            artifact("start1", at=2, name="fraudulent"),
            artifact("word", at=5, name="the_fraud"),
            artifact("tag", at=4, name="other", tags={"team": "fraud"}),
        ]
    )
    whole = ids(backend.search("fraud"))
    assert whole == ["exact", "start2", "start1", "word", "tag", "part"]
    for limit in (1, 2, 4, 5):
        assert listed(pages(backend, Selection(text="fraud"), limit)) == whole


def test_pages_of_filtered_lists(backend: CatalogBackend) -> None:
    backend.register_many(
        artifact(f"a{n}", at=n // 3, tags={"n": n % 2}, artifact_type="AB"[n % 3 == 0]) for n in range(30)
    )
    for selection in (
        Selection(tags={"n": 1}),
        Selection(artifact_type="A"),
        Selection(text="n:0", artifact_type="B"),
        Selection(text="b -n:1"),
    ):
        assert listed(pages(backend, selection, 4)) == ids(backend.find(selection, limit=100).items)


def test_what_is_written_between_pages_disturbs_nothing(backend: CatalogBackend) -> None:
    backend.register_many(numbered(20))
    first = backend.find(Selection(), limit=5)
    assert ids(first.items) == ["a0019", "a0018", "a0017", "a0016", "a0015"]
    backend.register_many([*numbered(3, first=20), artifact("old", at=0)])
    backend.delete("a0015")
    backend.delete("a0010")
    backend.tag("a0012", {"x": 1})
    rest = backend.find(Selection(), limit=100, cursor=first.cursor)
    expected = [f"a{n:04}" for n in range(14, 0, -1) if n != 10] + ["old", "a0000"]
    assert ids(rest.items) == expected
    assert rest.complete


def test_pages_while_others_write(backend: CatalogBackend) -> None:
    backend.register_many(numbered(60))
    stop = Event()

    def write() -> None:
        for n in range(100, 400):
            if stop.is_set():
                break
            backend.register(artifact(f"w{n}", at=n))

    writer = Thread(target=write)
    writer.start()
    try:
        for _ in range(5):
            seen = [i for i in listed(pages(backend, Selection(), 7)) if i.startswith("a")]
            assert seen == [f"a{n:04}" for n in range(59, -1, -1)]
    finally:
        stop.set()
        writer.join()


@pytest.mark.parametrize("cursor", ["x", "[1,2]", "null", "eyJhIjoxfQ==", "\0", "é", "W10=", "9" * 400])
def test_cursors_that_no_answer_gave(backend: CatalogBackend, cursor: str) -> None:
    backend.register_many(numbered(3))
    with pytest.raises(InvalidInput, match="cursor"):
        backend.find(Selection(), limit=1, cursor=cursor)


def test_a_cursor_from_a_search_with_words_is_taken_by_it_alone(backend: CatalogBackend) -> None:
    backend.register_many(numbered(30, tags={"x": 1}))
    cursor = backend.find(Selection(text="x:1"), limit=5).cursor
    assert cursor
    again = backend.find(Selection(text="x:1"), limit=5, cursor=cursor)
    assert again == backend.find(Selection(text="x:1"), limit=5, cursor=cursor)
    assert ids(again.items) == ["a0024", "a0023", "a0022", "a0021", "a0020"]
