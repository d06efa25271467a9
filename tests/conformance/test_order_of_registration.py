"""The order of registration: what is the latest of a name, and what each version is compared with."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import NotFound
from tests.conftest import NewCatalog
from tests.support.entries import artifact

NAMES = ("n", "N", "other")
Batch = list[tuple[str, str, str | None]]
"""Id, name and version of each entry."""


def named(*artifact_ids: str, name: str = "n", version: str | None = None) -> list[CatalogEntry]:
    return [artifact(artifact_id, name=name, version=version) for artifact_id in artifact_ids]


def history(backend: CatalogBackend, name: str = "n", limit: int = 100) -> list[str]:
    """Return the ids of a name, newest first, read page by page; assert that each is compared with the next."""
    page = backend.versions(name, limit=limit)
    items = [*page.items]
    while page.cursor:
        page = backend.versions(name, limit=limit, cursor=page.cursor)
        items += page.items
    order = [item.artifact.artifact_id for item in items]
    assert [item.changes and item.changes.since for item in items] == [*order[1:], None]
    return order


def test_a_batch_counts_in_the_order_in_which_it_was_sent(backend: CatalogBackend) -> None:
    sent = [f"a{n}" for n in random.Random(1).sample(range(100, 200), 12)]
    backend.register_many(named(*sent))
    assert backend.resolve("n") == backend.resolve("n:latest") == sent[-1]
    assert history(backend) == sent[::-1]
    assert history(backend, limit=5) == sent[::-1]
    assert [item.artifact.version for item in backend.versions("n").items] == [str(n) for n in range(12, 0, -1)]


@pytest.mark.long
def test_a_large_batch(backend: CatalogBackend) -> None:
    """More than a store writes with one query."""
    sent = [f"a{n}" for n in random.Random(2).sample(range(10_000), 2_500)]
    backend.register_many(named(*sent, version="x"))
    assert backend.resolve("n") == sent[-1]
    assert history(backend, limit=1_000) == sent[::-1]


def test_created_at_does_not_matter(backend: CatalogBackend) -> None:
    backend.register_many([artifact("a", at=2, name="n", version="x"), artifact("b", at=1, name="n", version="y")])
    backend.register(artifact("c", at=0, name="n", version="z"))
    assert backend.resolve("n") == "c"
    assert history(backend) == ["c", "b", "a"]
    assert [entry.artifact_id for entry in backend.list_artifacts()] == ["a", "b", "c"]


def test_an_artifact_keeps_its_place_until_it_is_deleted(backend: CatalogBackend) -> None:
    backend.register_many(named("b", "a", "c", version="x"))
    backend.register_many([*named("d", version="x"), artifact("b", name="n", tags={"t": 1})])
    backend.tag("a", {"t": 1})
    backend.add_parents("b", "p")
    assert history(backend) == ["d", "c", "a", "b"]
    backend.delete("b")
    backend.register_many(named("e", "b", version="x"))
    assert history(backend) == ["b", "e", "d", "c", "a"]


def test_a_stub_counts_from_its_registration(backend: CatalogBackend) -> None:
    backend.register(artifact("child", "z", "a"))
    backend.register_many(named("b", "z", "a", version="x"))
    assert history(backend) == ["a", "z", "b"]


@pytest.mark.parametrize(
    ("versions", "latest"),
    [
        (["1", "2", "3"], 2),
        (["3", "v10", "9"], 1),
        (["5", "beta", "2"], 0),
        (["7", "2", "beta"], 2),
        (["7", "v7", "6"], 1),
        ([None, "2026-01-01", None], 2),
        (["9" * 30, "1"], 1),
        (["1", "9" * 30], 1),
    ],
)
def test_the_highest_number_is_the_latest_if_the_last_has_a_number(
    backend: CatalogBackend, versions: list[str | None], latest: int
) -> None:
    sent = ["c", "a", "b"][: len(versions)]
    backend.register_many([artifact(i, name="n", version=v) for i, v in zip(sent, versions, strict=True)])
    assert backend.resolve("n") == backend.resolve("n:latest") == sent[latest]
    assert history(backend) == sent[::-1]


def test_the_highest_number_that_is_left(backend: CatalogBackend) -> None:
    backend.register_many([artifact(i, name="n", version=v) for i, v in [("a", "8"), ("b", "9"), ("c", "1")]])
    backend.delete("b")
    assert backend.resolve("n") == "a"
    backend.delete("a")
    assert backend.resolve("n") == "c"
    backend.delete("c")
    with pytest.raises(NotFound):
        backend.resolve("n")


def test_an_artifact_that_gets_another_name(backend: CatalogBackend) -> None:
    backend.register_many([*named("a", "b"), *named("x", name="m")])
    backend.register(artifact("a", name="m", version="5"))
    assert (backend.resolve("n"), backend.resolve("m")) == ("b", "a")
    assert history(backend, "m") == ["x", "a"]


batches: st.SearchStrategy[list[Batch]] = st.lists(
    st.lists(
        st.tuples(
            st.sampled_from("abcdefgh"),
            st.sampled_from(NAMES),
            st.sampled_from([None, None, "1", "v1", "3", "v12", "beta", "2.0"]),
        ),
        min_size=1,
        max_size=6,
        unique_by=lambda entry: entry[0],
    ),
    min_size=1,
    max_size=6,
)


def number_of(version: str) -> int:
    digits = version.removeprefix("v")
    return int(digits) if digits.isdigit() else -1


@pytest.mark.long
@given(batches=batches, deleted=st.sets(st.sampled_from("abcdefgh"), max_size=3), limit=st.integers(1, 4))
def test_random_registrations(new_catalog: NewCatalog, batches: list[Batch], deleted: set[str], limit: int) -> None:
    backend = new_catalog()
    order: list[str] = []
    for number, batch in enumerate(batches):
        backend.register_many([artifact(i, name=name, version=version) for i, name, version in batch])
        order += [i for i, _, _ in batch if i not in order]
        if number == 0:
            for artifact_id in deleted.intersection(order):
                backend.delete(artifact_id)
                order.remove(artifact_id)
    entries = {i: entry for i in order if (entry := backend.get(i)) is not None}
    for name in NAMES:
        newest_first = [i for i in reversed(order) if entries[i].name == name]
        if not newest_first:
            continue
        numbers = [number_of(entries[i].version or "") for i in newest_first]
        latest = newest_first[numbers.index(max(numbers)) if numbers[0] >= 0 else 0]
        assert history(backend, name, limit) == newest_first
        assert backend.resolve(f"{name}:latest") == latest


def test_an_artifact_that_is_undeleted_is_where_it_was(backend: CatalogBackend) -> None:
    backend.register_many([*named("b", "a", "c", version="x"), artifact("child", "a")])
    for artifact_id in ("a", "c"):
        backend.delete(artifact_id)
        backend.undelete(artifact_id)
    assert history(backend) == ["c", "a", "b"]
