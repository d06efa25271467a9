"""Seals: what is sealed is found when it changes, and nothing else changes the root, on every backend."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.catalog.catalog import ArtifactCatalog
from catalog_graph.errors import Conflict, InvalidInput, NotFound
from catalog_graph.transfer.push_pull import pull, push
from tests.support.backends import NEO4J
from tests.support.entries import artifact
from tests.support.seals import CLAIMS_ROOT, OTHER_PUBLIC, PRIVATE, PUBLIC, ROOT, vector

REGISTERED = {"policy": "registered", "rules": [{"rule": "registered"}]}
SEALED = {"rules": [{"rule": "sealed", "keys": [PUBLIC]}]}


@pytest.fixture
def catalog(backend: CatalogBackend) -> ArtifactCatalog:
    backend.register_many(vector())
    return ArtifactCatalog(backend)


def test_the_root_is_that_of_the_documentation_whatever_the_order(catalog: ArtifactCatalog) -> None:
    catalog.seal("fraud:v3", PRIVATE, by="ann")
    [card] = catalog.seals("fraud")
    assert (card.artifact_id, card.root, card.claims_root) == ("model", ROOT, CLAIMS_ROOT)
    assert (card.artifacts, card.unregistered, card.sealed_by, card.alias) == (4, 0, "ann", None)
    backend = catalog.backend
    for entry in vector():
        backend.purge(entry.artifact_id, force=True)
    for entry in reversed(vector()):
        # Children first, each with its parents in another order, at another instant.
        backend.register(replace(entry, parent_ids=entry.parent_ids[::-1], created_at="2020-01-01T00:00:00+00:00"))
    assert catalog.seals("model") == []
    catalog.set_alias("fraud", "champion", "model")
    catalog.seal("fraud@champion", PRIVATE)
    assert [(each.root, each.claims_root) for each in catalog.seals("model")] == [(ROOT, CLAIMS_ROOT)]


def test_what_changed_since_is_named_sources_first(catalog: ArtifactCatalog) -> None:
    seal = catalog.seal("model", PRIVATE)
    assert catalog.verify(seal, [OTHER_PUBLIC, PUBLIC]).holds
    assert not catalog.verify(seal, OTHER_PUBLIC).holds
    catalog.tag("raw", pii=False)
    claims = catalog.verify(seal, PUBLIC)
    assert (claims.holds, claims.claims_changed) == (True, ["raw"])
    catalog.backend.remove_parents("model", "raw")
    assert catalog.verify(seal, PUBLIC).first.artifact_id == "model"  # type: ignore[union-attr]
    catalog.backend.add_parents("features", "holidays")
    answer = catalog.verify(seal, PUBLIC)
    found = [(each.kind, each.artifact_id, each.fields) for each in answer.deviations]
    assert found == [
        ("appeared", "holidays", []),
        ("changed", "features", ["parents"]),
        ("changed", "model", ["parents"]),
    ]
    assert (answer.outcome, answer.total) == ("fail", 3)
    assert "'holidays' is new in the ancestry" in answer.text()
    catalog.backend.remove_parents("features", "holidays", "fx")
    assert catalog.verify(seal, PUBLIC).first.to_dict()["kind"] == "vanished"  # type: ignore[union-attr]
    catalog.backend.delete("model")
    gone = catalog.verify(seal, PUBLIC)
    assert [(each.kind, each.artifact_id) for each in gone.deviations] == [("vanished", "model")]


def test_what_is_not_registered_is_refused_or_written_down(catalog: ArtifactCatalog) -> None:
    catalog.backend.add_parents("raw", "bank")
    with pytest.raises(Conflict, match="'bank'"):
        catalog.seal("model", PRIVATE)
    with pytest.raises(NotFound):
        catalog.seal("bank", PRIVATE)
    seal = catalog.seal("model", PRIVATE, allow_unregistered=True)
    [card] = catalog.seals("model")
    assert (card.artifacts, card.unregistered) == (5, 1)
    assert catalog.verify(seal, PUBLIC).holds
    catalog.backend.register(artifact("bank"))
    first = catalog.verify(seal, PUBLIC).first
    assert first is not None
    assert (first.artifact_id, first.before["state"], first.after["state"]) == ("bank", "unregistered", "registered")


def test_a_promotion_with_a_seal_that_the_gate_then_asks_for(catalog: ArtifactCatalog) -> None:
    assert catalog.check_promotion("model", SEALED).results[0].reason == "the artifact has no seal"
    assert catalog.promote("model", "champion", REGISTERED, by="bob", sign=PRIVATE).promoted
    [card] = catalog.seals("model")
    assert (card.alias, card.sealed_by) == ("champion", "bob")
    statement = json.loads(catalog.backend.statement("model", alias="champion", policy=REGISTERED))
    assert statement["predicate"]["report"]["outcome"] == "pass"
    assert statement["predicate"]["policy"]["policy"] == "registered"
    assert catalog.check_promotion("model", SEALED).passed
    other = {"rules": [{"rule": "sealed", "keys": [OTHER_PUBLIC]}]}
    assert catalog.check_promotion("model", other).outcome == "fail"
    catalog.tag("fx", checked="yes")
    assert catalog.check_promotion("model", SEALED).passed
    with_claims = {"rules": [{"rule": "sealed", "keys": [PUBLIC], "claims": True}]}
    assert "'fx'" in catalog.check_promotion("model", with_claims).results[0].reason
    seal = catalog.seal_file("model")
    catalog.backend.add_parents("fx", "ecb")
    assert "'ecb' is new" in catalog.check_promotion("model", SEALED).results[0].reason
    # A seal of a promotion that no longer holds, or of another one, moves nothing.
    passing = {"rules": [{"rule": "forbid", "query": "never:true"}]}
    assert not catalog.backend.promote("model", "champion", passing, seal=seal).passed
    assert not catalog.backend.promote("model", "shadow", passing, seal=seal).passed
    assert catalog.alias("fraud", "shadow") is None
    # What the policy refuses is not sealed.
    assert not catalog.promote("model", "shadow", REGISTERED, sign=PRIVATE).passed
    with pytest.raises(Conflict, match="does not pass"):
        catalog.backend.statement("model", policy=REGISTERED, allow_unregistered=True)
    assert len(catalog.seals("model")) == 1


def test_what_is_no_seal_of_the_artifact_is_refused(catalog: ArtifactCatalog) -> None:
    seal = catalog.seal("model", PRIVATE)
    assert catalog.backend.keep_seal(seal) == catalog.seals("model")[0]
    assert len(catalog.seals("model")) == 1
    assert catalog.seal_file("model", catalog.seals("model")[0].digest) == catalog.seal_file("fraud") == seal
    with pytest.raises(InvalidInput, match="not of 'raw'"):
        catalog.backend.keep_seal(seal, artifact_id="raw")
    for content in (
        b"{}",
        b"no JSON",
        b'{"payload":"e30=","payloadType":"application/vnd.in-toto+json","signatures":[]}',
    ):
        with pytest.raises(InvalidInput):
            catalog.backend.keep_seal(content)
    for missing in ("raw", "nothing"):
        with pytest.raises(NotFound):
            catalog.seal_file(missing)
    with pytest.raises(NotFound):
        catalog.seal_file("model", "0" * 64)


def test_a_copy_has_the_seals_and_the_root(catalog: ArtifactCatalog, tmp_path: Path) -> None:
    seal = catalog.seal("model", PRIVATE)
    file = io.BytesIO()
    catalog.dump(file)
    with LocalCatalogBackend(tmp_path / "copy.db") as target:
        copy = ArtifactCatalog(target)
        for _ in range(2):
            file.seek(0)
            result = copy.load(file)
        assert result.kinds["seal"] == {"known": 1}
        assert copy.seals("model") == catalog.seals("model")
        assert copy.seal_file("model") == seal
        assert copy.verify(seal, PUBLIC).holds
        copy.seal("features", PRIVATE)
        file = io.BytesIO()
        copy.dump(file)
        file.seek(0)
        assert catalog.load(file).kinds["seal"] == {"new": 1, "known": 1}
    assert catalog.verify(catalog.seal_file("features"), PUBLIC).holds
    # What is purged here is not brought back by a copy.
    catalog.backend.purge("features", force=True)
    file.seek(0)
    assert catalog.load(file).kinds["seal"] == {"left_out": 1, "known": 1}


def test_what_is_pushed_and_pulled_has_the_seals_and_the_root(backend: CatalogBackend, tmp_path: Path) -> None:
    """A promotion sealed in a file, verified where it was pushed to, and in a file that is pulled from there."""
    copying: dict[str, Any] = {"bad_row": lambda *_: None, "progress": lambda *_: None, "mark": "there"}
    with LocalCatalogBackend(tmp_path / "here.db") as local:
        here = ArtifactCatalog(local)
        local.register_many([*reversed(vector()), artifact("other", "model")])
        assert here.promote("model", "champion", REGISTERED, by="ann", sign=PRIVATE).promoted
        [card] = here.seals("fraud@champion")
    assert push(tmp_path / "here.db", backend, **copying).whole
    there = ArtifactCatalog(backend)
    assert there.seals("fraud@champion") == [card]
    seal = there.seal_file("fraud@champion")
    assert there.verify(seal, PUBLIC).holds
    with LocalCatalogBackend(tmp_path / "back.db") as target:
        back = ArtifactCatalog(target)
        assert pull(backend, target, tmp_path / "back.db", **copying).whole
        assert back.seal_file("fraud@champion") == seal
        assert back.verify(seal, PUBLIC).holds
    # What is sealed there has the same root, and tells of a change here too.
    anew = there.write_seal("model", PRIVATE, None)
    assert (anew.root, anew.claims_root) == (card.root, card.claims_root) == (ROOT, CLAIMS_ROOT)
    there.backend.add_parents("raw", "bank")
    assert there.verify(seal, PUBLIC).first.artifact_id == "bank"  # type: ignore[union-attr]


class Meanwhile(io.BytesIO):
    """A file at whose first bytes something happens, after the lineage was read and before the entries are."""

    def __init__(self, change: Callable[[], object]) -> None:
        super().__init__()
        self.change = change

    def write(self, data: Any) -> int:
        if not self.tell():
            self.change()
        return super().write(data)


@pytest.mark.parametrize("new_catalog", ["local", NEO4J], indirect=True)
def test_a_lineage_that_changes_while_it_is_read_is_not_sealed(catalog: ArtifactCatalog) -> None:
    backend = catalog.backend
    changes: list[Callable[[], object]] = [
        lambda: backend.add_parents("fx", "ecb"),
        lambda: catalog.tag("raw", pii=False),
        lambda: catalog.delete("raw", force=True),
    ]
    unrelated = Meanwhile(lambda: (catalog.register("other", "Model"), catalog.set_alias("fraud", "shadow", "model")))
    assert backend.write_statement(unrelated, "model").root == ROOT
    for change in changes:
        with pytest.raises(Conflict, match="changed while it was read"):
            backend.write_statement(Meanwhile(change), "model", allow_unregistered=True)


def test_a_seal_is_written_to_a_file(catalog: ArtifactCatalog) -> None:
    file = io.BytesIO()
    card = catalog.write_seal("model", PRIVATE, file, by="ann")
    assert file.getvalue() == catalog.seal_file("model")
    assert catalog.seals("model") == [card]
    assert catalog.write_seal("model", PRIVATE, None).root == card.root
    assert len(catalog.seals("model")) == 2


def test_a_seal_is_in_the_change_record(catalog: ArtifactCatalog) -> None:
    catalog.seal("model", PRIVATE)
    [change] = catalog.audit("model", limit=1)
    assert (change.kind, change.details) == ("sealed", {"digest": catalog.seals("model")[0].digest})
