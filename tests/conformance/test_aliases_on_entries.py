"""An entry shows the aliases that it holds, wherever it is shown, and reads as a dictionary."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from catalog_graph import ArtifactCatalog, CatalogBackend, CatalogEntry
from catalog_graph.lineage import Card, Lineage
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


def on_cards(cards: Iterable[Card]) -> dict[str, tuple[str, ...]]:
    return {card.artifact_id: card.aliases for card in cards}


def test_the_cards_of_a_lineage_show_them(backend: CatalogBackend) -> None:
    filled(backend)
    backend.register(artifact("report", "m-1", "m-2", name="report", at=3))
    everything = on_cards(backend.downstream("raw").nodes)
    assert everything == {"m-1": ("champion", "latest-good"), "m-2": (), "report": ()}
    assert on_cards(backend.downstream("raw", where="name:model").nodes) == {k: everything[k] for k in ("m-1", "m-2")}
    assert on_cards(backend.downstream("raw", without=["m-2"]).nodes) == {k: everything[k] for k in ("m-1", "report")}
    assert backend.upstream("m-1").root.aliases == ("champion", "latest-good")
    assert on_cards(backend.impact("raw").nodes) == everything
    assert on_cards(backend.paths("raw", "report").paths[0])["report"] == ()
    assert backend.paths("raw", "m-1").paths[0][-1].aliases == ("champion", "latest-good")
    first = backend.downstream("raw", limit=1)
    assert on_cards(first.nodes) == {"m-1": everything["m-1"]}
    first.extend(backend.lineage("raw", "downstream", cursor=first.cursor))
    assert on_cards(first.nodes) == everything
    for compact in (True, False):
        assert Lineage.from_dict(json.loads(first.to_json(compact=compact))).nodes == first.nodes
    assert "@champion" in first.tree()
    assert "champion" in first.mermaid()


def test_cards_follow_the_moves(backend: CatalogBackend) -> None:
    filled(backend)
    backend.tag("m-1", {"a": 1})
    backend.set_alias("model", "champion", "m-2")
    assert on_cards(backend.downstream("raw").nodes) == {"m-1": ("latest-good",), "m-2": ("champion",)}
    backend.register(artifact("m-2", name="model", tags={"b": 2}))
    backend.unset_alias("model", "latest-good")
    assert on_cards(backend.downstream("raw").nodes) == {"m-1": (), "m-2": ("champion",)}
    backend.register(artifact("child", "m-2"))
    backend.delete("m-2", force=True)
    backend.undelete("m-2")
    assert on_cards(backend.downstream("raw").nodes) == {"m-1": (), "m-2": (), "child": ()}


def test_cards_of_an_instant_show_none(backend: CatalogBackend) -> None:
    filled(backend)
    assert on_cards(backend.downstream("raw", as_of=datetime.now(UTC)).nodes) == {"m-1": (), "m-2": ()}
    assert backend.upstream("m-1", as_of=datetime.now(UTC)).root.aliases == ()
