"""Aliases: who holds one, who is allowed to take it, what they are found by, and what is written down."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pytest

from catalog_graph.aliases import ANYTHING
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import AliasConflict, AliasHeld, IdempotencyKeyReused, InvalidInput, NotFound
from tests.neo4j.threads import at_once
from tests.support.entries import artifact, chain, ids
from tests.support.kept import kept

NAME = "team/fraud détecteur 😀"


@kept
def models(backend: CatalogBackend) -> CatalogBackend:
    """Three versions of one name, the first with a parent that nobody has registered, and another name."""
    backend.register_many(
        [
            artifact("m1", "stub", name=NAME, artifact_type="Model", at=1, tags={"stage": "old"}),
            artifact("m2", "m1", name=NAME, artifact_type="Model", at=2),
            artifact("m3", "m2", name=NAME, artifact_type="Model", at=3),
            artifact("other", at=4),
        ]
    )
    return backend


def history(backend: CatalogBackend, alias: str | None = None) -> list[tuple[str, str | None, str | None, str]]:
    return [(m.alias, m.before, m.after, m.by) for m in backend.alias_history(NAME, alias)]


def test_set_moved_and_unset(models: CatalogBackend) -> None:
    assert models.alias(NAME, "champion") is None
    first = models.set_alias(NAME, "champion", "m1", by="ann")
    assert (first.before, first.after, first.by) == (None, "m1", "ann")
    assert models.alias(NAME, "champion") == "m1"
    assert models.set_alias(NAME, "champion", "m2").before == "m1"
    assert models.set_alias(NAME, "challenger", "m2", by="bob").before is None
    assert [(a.alias, a.artifact_id, a.by) for a in models.aliases(NAME)] == [
        ("challenger", "m2", "bob"),
        ("champion", "m2", ""),
    ]
    assert models.unset_alias(NAME, "champion", by="ann").before == "m2"
    assert models.alias(NAME, "champion") is None
    assert history(models) == [
        ("champion", "m2", None, "ann"),
        ("challenger", None, "m2", "bob"),
        ("champion", "m1", "m2", ""),
        ("champion", None, "m1", "ann"),
    ]
    assert history(models, "challenger") == [("challenger", None, "m2", "bob")]
    assert models.alias_history("other") == []
    moves = models.alias_history(NAME)
    assert [m.at for m in moves] == sorted((m.at for m in moves), reverse=True)
    assert moves[-1] == first


def test_what_changes_nothing_is_not_written_down(models: CatalogBackend) -> None:
    models.set_alias(NAME, "champion", "m1")
    again = models.set_alias(NAME, "champion", "m1", expected="m1", by="ann")
    assert (again.before, again.after) == ("m1", "m1")
    assert models.unset_alias(NAME, "challenger").before is None
    assert len(history(models)) == 1


def test_compare_and_set(models: CatalogBackend) -> None:
    models.set_alias(NAME, "champion", "m1", expected=None)
    with pytest.raises(AliasConflict, match="'m1' holds it") as caught:
        models.set_alias(NAME, "champion", "m2", expected=None)
    assert caught.value.details == {"name": NAME, "alias": "champion", "artifact_id": "m1"}
    with pytest.raises(AliasConflict, match="held by 'm3', but 'm1'"):
        models.set_alias(NAME, "champion", "m2", expected="m3")
    with pytest.raises(AliasConflict, match="nobody holds it"):
        models.set_alias(NAME, "challenger", "m2", expected="m1")
    with pytest.raises(AliasConflict):
        models.unset_alias(NAME, "champion", expected="m2")
    assert models.set_alias(NAME, "champion", "m2", expected="m1").after == "m2"
    assert models.unset_alias(NAME, "champion", expected="m2").after is None
    with pytest.raises(AliasConflict, match="nobody"):
        models.unset_alias(NAME, "champion", expected="m2")
    assert len(history(models)) == 3


def test_only_a_registered_artifact_of_that_name_can_hold_it(models: CatalogBackend) -> None:
    models.delete("m3")
    for unknown in ("stub", "m3", "never"):
        with pytest.raises(NotFound):
            models.set_alias(NAME, "champion", unknown)
    with pytest.raises(InvalidInput, match="named 'other'"):
        models.set_alias(NAME, "champion", "other")
    assert models.aliases() == []
    assert history(models) == []


def test_references_of_artifacts(models: CatalogBackend) -> None:
    models.set_alias(NAME, "champion", f"{NAME}:v2")
    assert models.alias(NAME, "champion") == models.resolve(f"{NAME}@champion") == "m2"
    assert models.set_alias(NAME, "challenger", f"{NAME}@champion").after == "m2"
    with pytest.raises(NotFound):
        models.resolve(f"{NAME}@nobody")
    assert [a.alias for a in models.aliases(artifact_id=f"{NAME}:v2")] == ["challenger", "champion"]
    assert models.aliases(artifact_id=f"{NAME}:v9") == []


def test_references_of_who_holds_it_now(models: CatalogBackend) -> None:
    models.set_alias(NAME, "champion", "m1", expected=None)
    for other in (f"{NAME}:v2", f"{NAME}:v9"):
        with pytest.raises(AliasConflict, match="'m1' holds it"):
            models.set_alias(NAME, "champion", "m2", expected=other)
        with pytest.raises(AliasConflict, match="'m1' holds it"):
            models.unset_alias(NAME, "champion", expected=other)
    assert models.set_alias(NAME, "champion", "m2", expected=f"{NAME}:v1").before == "m1"
    assert models.unset_alias(NAME, "champion", expected=f"{NAME}:v2").before == "m2"


@pytest.mark.parametrize(
    "alias", ["latest", "LATEST", "v3", "3", "", "a b", "-a", ".a", "é", "a@b", "a/b", "x" * 129, 5]
)
def test_words_that_are_no_alias(models: CatalogBackend, alias: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        models.set_alias(NAME, alias, "m1")  # type: ignore[arg-type]
    assert caught.value.details["field"] == "alias"


@pytest.mark.parametrize("alias", ["c", "Champion", "v3.1", "prod_eu-1.2", "x" * 128, "2026-01"])
def test_words_that_are_one(models: CatalogBackend, alias: str) -> None:
    models.set_alias(NAME, alias, "m1")
    assert models.alias(NAME, alias) == "m1"
    assert models.alias(NAME, alias.swapcase()) in (None, models.alias(NAME, alias) if alias.upper() == alias else None)


def test_other_input_that_is_none(models: CatalogBackend) -> None:
    for name in ("", "x" * 513, "a\0b", "\ud800"):
        with pytest.raises(InvalidInput):
            models.set_alias(name, "champion", "m1")
    with pytest.raises(InvalidInput):
        models.set_alias(NAME, "champion", "m1", by="x" * 257)
    with pytest.raises(InvalidInput, match="expected"):
        models.set_alias(NAME, "champion", "m1", expected="")
    with pytest.raises(InvalidInput, match="expected"):
        models.unset_alias(NAME, "champion", expected=None)
    with pytest.raises(InvalidInput, match="cursor"):
        models.alias_page(cursor="nothing")
    with pytest.raises(InvalidInput, match="cursor"):
        models.alias_history_page(NAME, cursor="nothing")


def test_pages(models: CatalogBackend) -> None:
    backend = models
    names = ["\uffee", "a", "\U0001f600", "b"]
    backend.register_many([artifact(f"n{n}", name=name) for n, name in enumerate(names)])
    for n, name in enumerate(names):
        for alias in ("x", "b", "B"):
            backend.set_alias(name, alias, f"n{n}")
    expected = [(name, alias) for name in sorted(names) for alias in ("B", "b", "x")]
    assert [(a.name, a.alias) for a in backend.aliases()] == expected
    assert [(a.name, a.alias) for a in backend.aliases(limit=5)] == expected[:5]
    page = backend.alias_page(limit=5)
    rest = backend.alias_page(limit=100, cursor=page.cursor)
    assert [(a.name, a.alias) for a in [*page.items, *rest.items]] == expected
    assert (page.complete, rest.complete) == (False, True)
    assert [(a.name, a.alias) for a in backend.aliases(artifact_id="n1")] == [("a", "B"), ("a", "b"), ("a", "x")]
    part = backend.alias_page(artifact_id="n1", limit=2)
    assert [a.alias for a in backend.alias_page(artifact_id="n1", cursor=part.cursor).items] == ["x"]
    assert [a.alias for a in backend.alias_page("a", limit=1).items] == ["B"]
    assert [a.name for a in backend.alias_page(alias="x").items] == sorted(names)
    moves = backend.alias_history_page("a", limit=2)
    assert [m.alias for m in moves.items] == ["B", "b"]
    assert [m.alias for m in backend.alias_history_page("a", cursor=moves.cursor).items] == ["x"]
    assert [m.alias for m in backend.alias_history("a", limit=3)] == ["B", "b", "x"]
    assert backend.aliases("unknown") == []
    assert backend.aliases(artifact_id="unknown") == []


def found(backend: CatalogBackend, query: str) -> set[str]:
    return set(ids(backend.search(query)))


def test_artifacts_are_found_by_their_aliases(models: CatalogBackend) -> None:
    assert found(models, "alias:*") == set()
    models.set_alias(NAME, "Champion", "m1")
    models.set_alias(NAME, "shadow", "m1")
    models.set_alias("other", "shadow", "other")
    assert found(models, "alias:champion") == found(models, "alias:CHAMPION stage:old") == {"m1"}
    assert found(models, "alias:shadow") == found(models, "alias:*") == {"m1", "other"}
    assert found(models, "-alias:*") == {"m2", "m3"}
    assert found(models, "-alias:champion type:Model") == {"m2", "m3"}
    assert found(models, "champion") == found(models, "alias:champ") == set()
    assert ids(models.upstream("m3", where="alias:champion").nodes) == ["m1"]
    assert ids(models.upstream("m3", where="-alias:*").nodes) == ["m2", "stub"]
    models.set_alias(NAME, "Champion", "m2")
    assert found(models, "alias:champion") == {"m2"}
    assert found(models, "alias:shadow") == {"m1", "other"}
    models.unset_alias("other", "shadow")
    models.unset_alias(NAME, "shadow")
    assert found(models, "alias:*") == {"m2"}


def test_what_is_written_later_keeps_them_found(models: CatalogBackend) -> None:
    models.set_alias(NAME, "champion", "m1")
    models.tag("m1", {"f1": 0.9})
    models.untag("m1", "stage")
    models.register(artifact("m1", name=NAME, artifact_type="Best", tags={"team": "fraud"}))
    models.add_parents("m1", "other")
    models.remove_parents("m1", "stub")
    assert found(models, "alias:champion f1>0.8 team:fraud type:Best") == {"m1"}
    assert models.alias(NAME, "champion") == "m1"


def test_an_artifact_that_is_named_anew_keeps_what_it_holds(models: CatalogBackend) -> None:
    models.set_alias(NAME, "champion", "m1")
    models.register(artifact("m1", name="renamed"))
    assert models.alias(NAME, "champion") == "m1"
    assert found(models, "alias:champion") == {"m1"}
    with pytest.raises(InvalidInput):
        models.set_alias(NAME, "shadow", "m1")


def test_what_carries_an_alias_is_not_deleted(models: CatalogBackend) -> None:
    models.set_alias(NAME, "champion", "m2")
    models.set_alias(NAME, "shadow", "m2")
    with pytest.raises(AliasHeld) as caught:
        models.delete("m2")
    assert caught.value.details == {"artifact_id": "m2", "aliases": [f"{NAME}@champion", f"{NAME}@shadow"]}
    assert models.get("m2") is not None
    models.delete("m2", force=True, by="ann")
    assert models.get("m2") is None
    assert models.aliases() == []
    assert history(models)[:2] == [("shadow", "m2", None, "ann"), ("champion", "m2", None, "ann")]
    models.register(artifact("m2", name=NAME))
    assert found(models, "alias:*") == set()
    models.delete("m3", force=True)
    with pytest.raises(NotFound):
        models.delete("never", force=True)


def test_impact_takes_what_has_an_alias_for_production(backend: CatalogBackend) -> None:
    backend.register_many(chain("data", "model", "report"))
    assert backend.impact("data").production.total == 0
    backend.set_alias("model", "champion", "model")
    production = backend.impact("data").production
    assert [ids(path) for path in production.paths] == [["data", "model"]]
    backend.tag("report", {"stage": "production"})
    assert backend.impact("data").production.total == 2


def test_two_that_want_the_same_alias(models: CatalogBackend) -> None:
    """Of all that take a free alias, one gets it; of all that take it from one, one does."""
    for number, expected in enumerate((None, "m1", "m2", "m3")):
        jobs = [
            partial(models.set_alias, NAME, "champion", f"m{n % 3 + 1}", expected=expected, by=f"{n}")
            for n in range(8)
            if f"m{n % 3 + 1}" != expected
        ]
        holder = models.alias(NAME, "champion")
        answers = at_once(jobs)
        kinds = Counter(type(answer).__name__ for answer in answers)
        if holder == expected:
            assert kinds == {"AliasMove": 1, "AliasConflict": len(jobs) - 1}
        else:
            assert kinds == {"AliasConflict": len(jobs)}
        assert len(history(models)) <= number + 1
    moves = history(models)
    assert [m[1] for m in moves[:-1]] == [m[2] for m in moves[1:]]
    assert found(models, "alias:champion") == {models.alias(NAME, "champion")}


def test_a_deletion_and_an_alias_at_the_same_time(backend: CatalogBackend) -> None:
    for number in range(4):
        artifact_id = f"a{number}"
        backend.register_many([artifact(artifact_id), artifact(f"child{number}", artifact_id)])
        deleted, given = at_once(
            [partial(backend.delete, artifact_id), partial(backend.set_alias, artifact_id, "champion", artifact_id)]
        )
        if backend.get(artifact_id) is None:
            assert isinstance(given, NotFound)
            assert backend.alias(artifact_id, "champion") is None
        else:
            assert isinstance(deleted, AliasHeld)
            assert backend.alias(artifact_id, "champion") == artifact_id


def test_moves_from_many_threads_leave_one_history(models: CatalogBackend) -> None:
    jobs = [partial(models.set_alias, NAME, "champion", f"m{n % 3 + 1}", expected=ANYTHING) for n in range(9)]
    assert all(not isinstance(answer, Exception) for answer in at_once(jobs))
    moves = history(models)
    assert [m[1] for m in moves[:-1]] == [m[2] for m in moves[1:]]
    assert moves[0][2] == models.alias(NAME, "champion")
    assert found(models, "alias:*") == {moves[0][2]}


def test_a_move_under_a_key_happens_once(models: CatalogBackend) -> None:
    first = models.set_alias(NAME, "champion", "m1", expected=None, idempotency_key="k")
    assert models.set_alias(NAME, "champion", "m1", expected=None, idempotency_key="k") == first
    # The reference stands for another artifact by then.
    second = models.set_alias(NAME, "champion", "m2", expected=f"{NAME}@champion", by="ann", idempotency_key="l")
    models.set_alias(NAME, "champion", "m3")
    for _ in range(2):
        again = models.set_alias(NAME, "champion", "m2", expected=f"{NAME}@champion", by="ann", idempotency_key="l")
        assert again == second
        assert models.set_alias(NAME, "champion", "m1", expected=None, idempotency_key="k") == first
    gone = models.unset_alias(NAME, "champion", expected="m3", idempotency_key="m")
    assert models.unset_alias(NAME, "champion", expected="m3", idempotency_key="m") == gone
    assert [(m.before, m.after) for m in models.alias_history(NAME)] == [
        ("m3", None),
        ("m2", "m3"),
        ("m1", "m2"),
        (None, "m1"),
    ]
    assert models.alias(NAME, "champion") is None


def test_a_key_of_another_move_is_refused_and_a_refused_move_keeps_none(models: CatalogBackend) -> None:
    with pytest.raises(AliasConflict):
        models.set_alias(NAME, "champion", "m1", expected="m2", idempotency_key="k")
    models.set_alias(NAME, "champion", "m1", idempotency_key="k")
    for other in ({"artifact_id": "m2"}, {"artifact_id": "m1", "by": "ann"}, {"artifact_id": "m1", "expected": None}):
        with pytest.raises(IdempotencyKeyReused, match="'k' was used for another request"):
            models.set_alias(NAME, "champion", **other, idempotency_key="k")
    with pytest.raises(IdempotencyKeyReused):
        models.register_many([artifact("m9")], idempotency_key="k")
    with pytest.raises(InvalidInput, match="idempotency_key"):
        models.set_alias(NAME, "champion", "m1", idempotency_key="ä")
    assert models.alias(NAME, "champion") == "m1"


def test_one_move_however_many_send_it_at_once(models: CatalogBackend) -> None:
    moves = at_once([partial(models.set_alias, NAME, "champion", "m1", expected=None, idempotency_key="k")] * 8)
    assert len({str(move) for move in moves}) == 1
    assert len(models.alias_history(NAME)) == 1
