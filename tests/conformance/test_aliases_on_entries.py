"""An entry shows the aliases that it holds, wherever it is shown, and reads as a dictionary."""

from __future__ import annotations

import copy
import json
import pickle
from dataclasses import replace

from catalog_graph import ArtifactCatalog, CatalogBackend, CatalogEntry
from catalog_graph.query.selection import Selection
from tests.support.entries import artifact


def filled(backend: CatalogBackend) -> CatalogBackend:
    first = artifact("m-1", "raw", name="model", at=1, content_hash="h", tags={"stage": "production"})
    backend.register_many([artifact("raw", at=0), first, artifact("m-2", "raw", name="model", at=2)])
    for alias in ("latest-good", "champion"):
        backend.set_alias("model", alias, "m-1")
    return backend


EXPECTED = {"raw": [], "m-1": ["champion", "latest-good"], "m-2": []}


def shown(entries: object) -> dict[str, list[str]]:
    assert isinstance(entries, list)
    return {entry.artifact_id: entry.aliases for entry in entries}


def test_every_answer_with_entries_shows_them(backend: CatalogBackend) -> None:
    filled(backend)
    assert shown(backend.get_many(list(EXPECTED))) == EXPECTED
    one = backend.get("m-1")
    assert one is not None
    assert one.aliases == EXPECTED["m-1"]
    assert shown(backend.list_artifacts()) == EXPECTED
    assert shown(backend.search("stage:production")) == {"m-1": EXPECTED["m-1"]}
    assert shown(backend.find(Selection(text="alias:champion")).items) == {"m-1": EXPECTED["m-1"]}
    assert shown([version.artifact for version in backend.versions("model").items]) == {
        "m-2": [],
        "m-1": EXPECTED["m-1"],
    }
    copied = backend.find_by_content_hash("h")
    assert copied is not None
    assert copied.aliases == EXPECTED["m-1"]
    neighbours = backend.get_lineage("raw")
    assert [child["aliases"] for child in neighbours["children"]] == [EXPECTED["m-1"], []]


def test_a_change_shows_them_too(backend: CatalogBackend) -> None:
    filled(backend)
    assert backend.tag("m-1", {"a": 1}).aliases == EXPECTED["m-1"]
    assert backend.untag("m-1", "a").aliases == EXPECTED["m-1"]
    assert backend.add_parents("m-1", "other").aliases == EXPECTED["m-1"]
    assert backend.remove_parents("m-1", "other").aliases == EXPECTED["m-1"]


def test_they_follow_the_moves(backend: CatalogBackend) -> None:
    filled(backend)
    backend.set_alias("model", "champion", "m-2")
    backend.unset_alias("model", "latest-good")
    assert shown(backend.list_artifacts()) == {"raw": [], "m-1": [], "m-2": ["champion"]}
    backend.delete("m-2", force=True)
    assert shown(backend.list_artifacts()) == {"raw": [], "m-1": []}


def test_they_are_ignored_when_they_are_sent_back(backend: CatalogBackend) -> None:
    filled(backend)
    entry = backend.get("m-1")
    assert entry is not None
    backend.register(replace(entry, aliases=["other"]))
    backend.register(CatalogEntry(artifact_id="new", name="model", artifact_type="Model", aliases=["champion"]))
    assert shown(backend.get_many(["m-1", "new"])) == {"m-1": EXPECTED["m-1"], "new": []}
    assert backend.resolve("model@champion") == "m-1"


def test_an_entry_is_a_dictionary(backend: CatalogBackend) -> None:
    filled(backend)
    entry = ArtifactCatalog(backend).get("model@champion")
    assert entry is not None
    fields = json.loads(json.dumps(entry))
    assert fields == entry == dict(entry) == entry.to_dict() == dict(entry.items())
    assert list(fields) == list(entry) == list(entry.keys())
    assert (entry["name"], entry.name, fields["name"]) == ("model",) * 3
    assert (entry["id"], entry.get("id"), entry.id, "id" in entry) == ("m-1", "m-1", "m-1", True)
    assert entry.get("tags", {}).get("f1_score", 0) == 0
    assert entry.get("nothing", "default") == "default"
    assert {**entry}["aliases"] == EXPECTED["m-1"]


def test_an_entry_is_copied_as_what_it_is() -> None:
    entry = CatalogEntry("a", "n", "Model", tags={"f1": 0.5}, aliases=["champion"])
    for duplicate in (copy.copy(entry), copy.deepcopy(entry), pickle.loads(pickle.dumps(entry)), replace(entry)):
        assert (duplicate, type(duplicate)) == (entry, CatalogEntry)
    renamed = replace(entry, name="other")
    assert (renamed.name, renamed["name"], entry.name) == ("other", "other", "n")
    renamed.name = "third"
    assert renamed["name"] == "third"
    assert renamed != entry
    assert eval(repr(entry)) == entry
