"""What nothing in use was made from, and its deletion, on every backend."""

from __future__ import annotations

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import InvalidInput, InvalidQuery
from tests.support.entries import artifact, ids
from tests.support.kept import kept


@kept
def history(backend: CatalogBackend) -> CatalogBackend:
    """raw <- clean <- model, which is in use; clean <- trial <- report; lone; scrap <- young."""
    entries = [
        artifact("raw", at=0),
        artifact("clean", "raw", at=1),
        artifact("model", "clean", at=2, tags={"stage": "production"}),
        artifact("trial", "clean", at=3),
        artifact("report", "trial", "raw", at=4),
        artifact("lone", at=5),
        artifact("scrap", at=6),
        artifact("young", "scrap", created_at="2999-01-01"),
    ]
    backend.register_many(entries)
    return backend


def test_what_nothing_in_use_was_made_from(history: CatalogBackend) -> None:
    answer = history.unreachable(older_than="2998")
    assert (ids(answer.nodes), answer.total, answer.complete) == (["lone", "report", "trial"], 3, True)
    assert answer.edges == [["report", "trial"]]
    assert ids(history.unreachable(older_than="2998-01-01 10:00:00").nodes) == ids(answer.nodes)
    part = history.unreachable(older_than="2998", limit=1)
    assert (ids(part.nodes), part.total, part.complete) == (["lone"], 3, False)
    history.set_alias("report", "final", "report")
    assert ids(history.unreachable(older_than="2998").nodes) == ["lone"]
    assert ids(history.unreachable("name:scrap", older_than="2998").nodes) == [
        *("lone", "report", "trial", "model", "clean", "raw")
    ]
    assert history.unreachable(older_than="2026").total == 0


def test_deletion_is_asked_again_and_can_be_taken_back(history: CatalogBackend) -> None:
    listed = ids(history.unreachable(older_than="2998").nodes)
    history.set_alias("lone", "kept", "lone")
    history.register(artifact("new", "trial", created_at="2999-01-01"))
    assert history.delete_unreachable([*listed, "raw", "unknown"], older_than="2998") == ["report"]
    assert history.get("trial") is not None
    history.undelete("report")
    assert ids(history.neighbours("report").parents) == ["trial", "raw"]  # type: ignore[union-attr]
    history.set_alias("scrap", "kept", "scrap")
    assert history.delete_unreachable(["lone"], "stage:production", older_than="2998") == []


def test_what_is_between_may_be_deleted(history: CatalogBackend) -> None:
    history.tag("report", {"stage": "production"})
    history.delete("trial")
    assert ids(history.unreachable(older_than="2998").nodes) == ["lone"]


def test_questions_that_are_none(history: CatalogBackend) -> None:
    for query, age in (("  ", "90d"), ("alias:*", "soon"), ("alias:*", "")):
        with pytest.raises(InvalidInput):
            history.unreachable(query, older_than=age)
    for query in ("(", "a) OR (b"):
        with pytest.raises(InvalidQuery):
            history.unreachable(query)
