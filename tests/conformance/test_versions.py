"""Versions: what is sent stays, what is not sent is numbered, and no number is given out twice."""

import pytest

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import CycleRefused
from tests.support.entries import artifact


def registered(backend: CatalogBackend, *entries: CatalogEntry) -> list[str | None]:
    """Register the entries and return the versions that they get."""
    return [answer.version for answer in backend.register_many(entries)]


def model(artifact_id: str, version: str | None = None, name: str = "model") -> CatalogEntry:
    return artifact(artifact_id, name=name, version=version)


def test_each_name_counts_for_itself(backend: CatalogBackend) -> None:
    assert registered(backend, model("a"), model("b", name="other"), model("c")) == ["1", "1", "2"]
    assert registered(backend, model("d")) == ["3"]


def test_a_number_that_was_sent_is_counted_on_from(backend: CatalogBackend) -> None:
    assert registered(backend, model("a", "5")) == ["5"]
    assert registered(backend, model("b"), model("c", "3"), model("d")) == ["6", "3", "7"]


def test_v_before_a_number_counts(backend: CatalogBackend) -> None:
    assert registered(backend, model("a", "v12"), model("b")) == ["v12", "13"]


@pytest.mark.parametrize("version", ["2.0.1", "latest", "vv3", "-4", "٣", "9" * 30, "v", "1e3", "3 "])
def test_other_versions_do_not_count(backend: CatalogBackend, version: str) -> None:
    assert registered(backend, model("a", version)) == [version]
    assert registered(backend, model("b")) == ["1"]


def test_a_batch_is_numbered_in_its_order(backend: CatalogBackend) -> None:
    assert registered(backend, model("z"), model("a"), model("m", "10"), model("b")) == ["1", "2", "10", "11"]


def test_registering_again_keeps_the_version(backend: CatalogBackend) -> None:
    registered(backend, model("a"), model("b"))
    assert registered(backend, model("a"), model("c")) == ["1", "3"]


def test_a_version_sent_again_wins(backend: CatalogBackend) -> None:
    registered(backend, model("a"), model("b"))
    assert registered(backend, model("a", "v7"), model("c")) == ["v7", "8"]


def test_the_same_version_may_be_sent_twice(backend: CatalogBackend) -> None:
    assert registered(backend, model("a", "2"), model("b", "2"), model("c")) == ["2", "2", "3"]


def test_the_number_of_a_deleted_artifact_is_not_used_again(backend: CatalogBackend) -> None:
    registered(backend, model("a"), model("b"))
    backend.delete("b")
    assert registered(backend, model("c")) == ["3"]
    backend.delete("a")
    backend.delete("c")
    assert registered(backend, model("d")) == ["4"]


def test_a_revived_artifact_gets_a_number_of_its_own(backend: CatalogBackend) -> None:
    registered(backend, model("a"), model("b"))
    backend.delete("a")
    assert registered(backend, model("a")) == ["3"]


def test_a_new_name_takes_the_version_along(backend: CatalogBackend) -> None:
    registered(backend, model("a"), model("b"), model("x", name="other"))
    assert registered(backend, model("b", name="other"), model("y", name="other")) == ["2", "3"]


def test_names_that_differ_in_case_count_apart(backend: CatalogBackend) -> None:
    assert registered(backend, model("a", name="Model"), model("b", name="model")) == ["1", "1"]


def test_a_refused_batch_uses_up_no_number(backend: CatalogBackend) -> None:
    registered(backend, model("a"))
    backend.register(artifact("b", "a"))
    with pytest.raises(CycleRefused):
        backend.register_many([model("c"), artifact("a", "b")])
    assert registered(backend, model("d")) == ["2"]
