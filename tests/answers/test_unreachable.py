"""What nothing in use was made from: against networkx, as the command prints and deletes it."""

from __future__ import annotations

import json

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from catalog_graph import ArtifactCatalog
from catalog_graph.answers.unreachable import Unreachable
from tests.answers.commands import run
from tests.answers.graphs import dags, name, numbers
from tests.support.commands import invoke
from tests.support.entries import artifact, ids, instant
from tests.support.model import ModelBackend

kinds = st.lists(st.sampled_from(["old", "old", "old", "young", "used", "deleted", "stub"]), min_size=9, max_size=9)


def catalog_of(graph: nx.DiGraph, drawn: list[str]) -> ModelBackend:
    backend = ModelBackend()
    for n in graph:
        parents = list(map(name, sorted(graph.predecessors(n))))
        if drawn[n] != "stub" or parents:
            created = "2999-01-01" if drawn[n] == "young" else instant(n)
            tags = {"stage": "production"} if drawn[n] == "used" else {}
            backend.register(artifact(name(n), *parents, created_at=created, tags=tags))
    for n in graph:
        if drawn[n] == "deleted" and backend.get(name(n)):
            backend.delete(name(n))
    return backend


@given(dags(), kinds)
def test_unreachable(graph: nx.DiGraph, drawn: list[str]) -> None:
    backend = catalog_of(graph, drawn)
    registered = {n for n in graph if backend.get(name(n))}
    used = {n for n in registered if drawn[n] in ("young", "used")}
    expected = {n for n in registered - used if not nx.descendants(graph, n) & used}
    answer = backend.unreachable("stage:production", older_than="2998")
    assert set(numbers(answer.nodes)) == expected
    assert (answer.total, answer.complete) == (len(expected), True)
    assert Unreachable.from_dict(answer.to_dict()) == answer
    before = {n: backend.get(name(n)) for n in registered}
    deleted = backend.delete_unreachable(map(name, graph), "stage:production", older_than="2998")
    assert deleted == ids(answer.nodes)
    assert {n for n in graph if backend.get(name(n))} == registered - expected
    for artifact_id in reversed(deleted):
        backend.undelete(artifact_id)
    after = {n: backend.get(name(n)) for n in registered}
    assert {n: (e.tags, e.parent_ids) for n, e in after.items() if e} == {
        n: (e.tags, e.parent_ids) for n, e in before.items() if e
    }


def test_a_dry_run_comes_first(catalog: ArtifactCatalog) -> None:
    title = "3 artifacts older than 1min, from which nothing in use (stage:production) was made"
    options = ["unreachable", "--from", "stage:production", "--older-than", "1min"]
    lines = ["  model (Model, v2) [other]", "  re\\u202eport (Report, v1) [report]", "  copy (Dataset, v1)"]
    assert run(*options).splitlines() == [title, *lines]
    answer = json.loads(run(*options, "--limit", "1", "--format", "json"))
    assert (answer["total"], len(answer["nodes"]), answer["complete"]) == (3, 1, False)
    refused = invoke(*options, "--delete")
    assert (refused.exit_code, catalog.get("other") is not None) == (2, True)
    assert run(*options, "--limit", "2", "--delete", "--yes").splitlines()[0] == title
    assert ids(catalog.list_artifacts()) == ["model", "copy", "raw"]
    catalog.undelete("report")
    assert ids(catalog.list_artifacts()) == ["report", "model", "copy", "raw"]


def test_a_picture(catalog: ArtifactCatalog) -> None:
    assert catalog.unreachable("type:Nothing", older_than="1min").svg().count("<polygon") == 4
