"""What is stale: against brute force on random histories, as the command prints it, on a cycle, as a picture."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.formatters import DisplayFormatter

from catalog_graph import ArtifactCatalog
from catalog_graph.answers.stale import Stale, StaleArtifacts
from catalog_graph.artifact import CatalogEntry, version_number
from catalog_graph.backends.local import LocalCatalogBackend
from tests.answers.commands import run
from tests.answers.graphs import dags
from tests.support.entries import artifact, ids, instant
from tests.support.model import ModelBackend

nodes = st.fixed_dictionaries(
    {
        "name": st.sampled_from("abc"),
        "version": st.sampled_from([None, None, "7", "v2", "dev"]),
        "kind": st.sampled_from(["registered", "registered", "registered", "deleted", "stub"]),
        "at": st.integers(0, 9),
    }
)
moves = st.lists(st.tuples(st.sampled_from(["x", "y"]), st.integers(0, 8)), max_size=4)


def catalog_of(graph: nx.DiGraph, drawn: list[dict[str, Any]], aliases: list[tuple[str, int]]) -> ModelBackend:
    """Return the graph as versions of a few names; aliases move in this order."""
    backend = ModelBackend()
    for n in graph:
        parents = [f"n{p}" for p in sorted(graph.predecessors(n))]
        if drawn[n]["kind"] != "stub" or parents:
            fields = {"name": drawn[n]["name"], "version": drawn[n]["version"]}
            backend.register(artifact(f"n{n}", *parents, created_at=instant(drawn[n]["at"]), **fields))
    for alias, n in aliases:
        entry = backend.get(f"n{n}")
        if entry:
            backend.set_alias(entry.name, alias, entry.artifact_id)
    for n in graph:
        if drawn[n]["kind"] == "deleted" and backend.get(f"n{n}"):
            backend.delete(f"n{n}", force=True)
    return backend


class Reading:
    """Staleness by its definition, in loops over all artifacts."""

    def __init__(self, backend: ModelBackend) -> None:
        self.backend = backend
        self.known = backend._known
        self.order = {i: n for n, i in enumerate(backend._order)}

    def newer(self, entry: CatalogEntry) -> list[CatalogEntry]:
        """Return the newer versions of an artifact, the newest first."""
        versions = [e for e in self.known.values() if e.state == "registered" and e.name == entry.name and e.name]
        versions.sort(key=lambda e: self.order[e.artifact_id], reverse=True)
        by_number = versions and version_number(versions[0].version) is not None

        def place(e: CatalogEntry) -> tuple[int, int]:
            number = version_number(e.version) if by_number else None
            return -1 if number is None else number, self.order[e.artifact_id]

        newer = [e for e in versions if place(e) > place(entry)]
        return sorted(newer, key=place, reverse=True)

    def lost(self, entry: CatalogEntry) -> dict[str, str]:
        """Return the aliases that an artifact has lost to others."""
        held = {a.alias: a.artifact_id for a in self.backend._all_aliases() if a.name == entry.name}
        once = {m.alias for m in self.backend._moves if m.name == entry.name and m.before == entry.artifact_id}
        return {a: held[a] for a in sorted(once) if held.get(a, entry.artifact_id) != entry.artifact_id}

    def is_outdated(self, entry: CatalogEntry) -> bool:
        return bool(self.newer(entry) or self.lost(entry))

    def uses(self, entry: CatalogEntry) -> list[CatalogEntry]:
        parents = [self.known[p] for p in entry.parent_ids]
        return [p for p in parents if not p.name or p.name != entry.name]

    def inputs(self, root: str) -> dict[str, int]:
        """Return every outdated input, with the least number of uses to it."""
        depth, level = {root: 0}, [root]
        while level:
            found = [p.artifact_id for i in level for p in self.uses(self.known[i])]
            level = [i for i in dict.fromkeys(found) if i not in depth]
            depth |= dict.fromkeys(level, max(depth.values()) + 1)
        return {i: d for i, d in depth.items() if d and self.is_outdated(self.known[i])}

    def today(self, entry: CatalogEntry) -> str:
        newer = self.newer(entry)
        return newer[0].artifact_id if newer else entry.artifact_id

    def graph(self, root: str) -> nx.DiGraph:
        """Return what each artifact would be made from today, from the root on."""
        graph: nx.DiGraph = nx.DiGraph()
        graph.add_node(root)
        pending = [root]
        while pending:
            child = pending.pop()
            for parent in map(self.today, self.uses(self.known[child])):
                pending += [] if parent in graph else [parent]
                graph.add_edge(parent, child)
        return graph

    def needed(self, graph: nx.DiGraph) -> set[str]:
        direct = {i for i in graph if any(map(self.is_outdated, self.uses(self.known[i])))}
        return direct | {i for i in graph if nx.ancestors(graph, i) & direct}


@given(dags(), st.lists(nodes, min_size=9, max_size=9), moves)
def test_stale(graph: nx.DiGraph, drawn: list[dict[str, Any]], aliases: list[tuple[str, int]]) -> None:
    backend = catalog_of(graph, drawn, aliases)
    reading = Reading(backend)
    for root in sorted(backend._known):
        answer = backend.stale(root)
        inputs = reading.inputs(root)
        assert {each.artifact.artifact_id: each.artifact.depth for each in answer.inputs} == inputs
        assert ids(each.artifact for each in answer.inputs) == sorted(inputs, key=lambda i: (inputs[i], i))
        assert (answer.total, answer.complete) == (len(inputs), True)
        assert answer.newer == len(reading.newer(reading.known[root]))
        for each in answer.inputs:
            entry = reading.known[each.artifact.artifact_id]
            newer = reading.newer(entry)
            assert (each.newer, each.newest and each.newest.artifact_id) == (
                len(newer),
                newer[0].artifact_id if newer else None,
            )
            assert each.aliases == reading.lost(entry)
            assert (each.path[0].artifact_id, each.path[-1]) == (root, each.artifact)
            assert all(
                b.artifact_id in {u.artifact_id for u in reading.uses(reading.known[a.artifact_id])}
                for a, b in pairwise(each.path)
            )
        today = reading.graph(root)
        needed = reading.needed(today)
        order = ids(each.artifact for each in answer.remake)
        assert set(order) == (needed if inputs else set())
        assert (root in order) == bool(inputs)
        parts = nx.condensation(today.subgraph(order))
        assert answer.cyclic == any(len(parts.nodes[part]["members"]) > 1 for part in parts)
        place = {i: n for n, i in enumerate(order)}
        for a, b in nx.transitive_closure(parts).edges:
            assert max(place[i] for i in parts.nodes[a]["members"]) < min(place[i] for i in parts.nodes[b]["members"])
        assert Stale.from_dict(answer.to_dict()) == answer


@given(dags(), st.lists(nodes, min_size=9, max_size=9), moves)
def test_stale_in_the_catalog(graph: nx.DiGraph, drawn: list[dict[str, Any]], aliases: list[tuple[str, int]]) -> None:
    backend = catalog_of(graph, drawn, aliases)
    reading = Reading(backend)
    answer = backend.stale(where="")
    matches = ids(backend.search("", limit=100))
    assert [each.path[0].artifact_id for each in answer.artifacts] == [i for i in matches if reading.inputs(i)]
    for each in answer.artifacts:
        inputs = reading.inputs(each.path[0].artifact_id)
        assert len(each.path) - 1 == inputs[each.artifact.artifact_id] == min(inputs.values())
    assert (answer.examined, answer.complete) == (len(matches), True)
    assert StaleArtifacts.from_dict(answer.to_dict()) == answer


def history(catalog: ArtifactCatalog) -> None:
    """Register a model, then newer versions of its data on two levels."""
    made = {"raw-1": [], "clean-1": ["raw-1"], "features-1": ["clean-1"], "model-1": ["features-1", "raw-1"]}
    later = {"clean-2": ["raw-1"], "raw-2": ["raw-1"], "raw-3": ["raw-2"]}
    for day, (artifact_id, parents) in enumerate((made | later).items()):
        name = artifact_id[:-2]
        catalog.backend.register(artifact(f"t-{artifact_id}", *(f"t-{p}" for p in parents), name=name, at=day * 86_400))
    catalog.tag("t-model-1", stage="production")


def test_text(catalog: ArtifactCatalog) -> None:
    history(catalog)
    assert run("stale", "t-model-1").splitlines() == [
        "model (Dataset, v3) [t-model-1] is stale: 2 inputs are outdated",
        "  raw (Dataset, v1) [t-raw-1]: 2 versions, 6.0 days behind v3",
        "    model v3 <- raw v1",
        "  clean (Dataset, v1) [t-clean-1]: 1 version, 3.0 days behind v2",
        "    model v3 <- features v1 <- clean v1",
        "To be made again, in this order:",
        "  clean (Dataset, v2) [t-clean-2]",
        "  features (Dataset, v1) [t-features-1]",
        "  model (Dataset, v3) [t-model-1]",
    ]
    assert run("stale", "t-model-1", "--limit", "1").splitlines()[3] == "  … nearest 1 shown"
    assert run("stale", "t-raw-2") == "raw (Dataset, v2) [t-raw-2] is up to date; it has 1 newer version itself\n"
    assert run("stale", "--where", "id:t-model-1 OR id:t-raw-3").splitlines() == [
        "1 of 2 artifacts are stale (id:t-model-1 OR id:t-raw-3)",
        "  model (Dataset, v3) [t-model-1]",
        "    model v3 <- raw v1: 2 versions, 6.0 days behind v3",
    ]
    assert json.loads(run("stale", "--format", "json"))["examined"] == 2


def test_instead(catalog: ArtifactCatalog) -> None:
    history(catalog)
    instead = {each.artifact.artifact_id: each.instead for each in catalog.stale("t-model-1").remake}
    assert instead == {
        "t-clean-2": {"t-raw-1": "t-raw-3"},
        "t-features-1": {"t-clean-1": "t-clean-2"},
        "t-model-1": {"t-raw-1": "t-raw-3"},
    }


def test_on_a_cycle(cyclic: LocalCatalogBackend) -> None:
    assert cyclic.stale("end").total == 0
    cyclic.register(artifact("source-2", name="source"))
    answer = cyclic.stale("end")
    assert (ids(each.artifact for each in answer.inputs), answer.cyclic) == (["source"], True)
    assert set(ids(each.artifact for each in answer.remake)) == {"a", "b", "c", "end"}
    assert ids(each.artifact for each in answer.remake)[-1] == "end"
    assert "from each other in turns" in answer.text()
    assert cyclic.stale("self").total == 0


def test_a_picture_and_a_notebook_show_what_is_outdated(catalog: ArtifactCatalog) -> None:
    history(catalog)
    for answer in (catalog.stale("t-model-1"), catalog.stale(where="name:model")):
        assert "2 versions, 6.0 days behind v3" in answer.svg()
        assert {"<svg ", "<table>"} <= {part for part in ("<svg ", "<table>") if part in answer.html()}
        shown, _ = DisplayFormatter().format(answer)
        assert shown["text/plain"] == answer.text()
    assert "make again" in catalog.stale("t-model-1").svg()
    assert "0 of 0 artifacts are stale" in catalog.stale(where="name:nothing").html()
