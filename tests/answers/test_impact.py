"""Impact: against networkx, as the command prints it, on a cycle, in a notebook."""

from __future__ import annotations

import csv
import io
import json

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.formatters import DisplayFormatter

from catalog_graph import ArtifactCatalog, RegistrationWarning
from catalog_graph.answers.impact import Gone, Impact, Production
from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.render.csv import csv_text
from catalog_graph.render.impact import as_markdown, as_text
from tests.answers.commands import run
from tests.answers.graphs import catalog_of, dags, name, numbers, present
from tests.client.drawn import fan


@given(dags(), st.booleans(), st.integers(1, 3))
def test_impact(graph: nx.DiGraph, registered: bool, shown: int) -> None:
    backend = catalog_of(graph, registered)
    graph = present(backend, graph)
    for root in graph:
        reached = nx.descendants(graph, root)
        below = {n for n in reached if backend.get(name(n))}
        impact = backend.impact(name(root), production="-id:none", paths=shown)
        assert set(numbers(impact.nodes)) == below
        far = nx.single_source_shortest_path_length(graph, root)
        assert sorted(d for d, n in impact.by_depth.items() for _ in range(n)) == sorted(far[n] for n in below)
        assert impact.gone == Gone(deleted=len(reached) - len(below))
        assert impact.production.total == len(below)
        assert len(impact.production.paths) == min(shown, len(below))
        for path in map(numbers, impact.production.paths):
            assert path[0] == root
            assert len(path) - 1 == far[path[-1]]
            assert nx.is_path(graph, path)


def test_text(catalog: ArtifactCatalog) -> None:
    assert run("impact", "raw", "--tag-key", "stage", "--limit", "1", "--copies").splitlines() == [
        "2 artifacts derive from =raw|*data* (Dataset, v1) [raw]; 1 in production",
        "By type: Model 1, Report 1",
        "By depth: 1: 1, 2: 1",
        "By pipeline: none 2",
        "By stage: production 1",
        "",
        "In production (stage:production OR alias:*): 1",
        "  =raw|*data* v1 -> model v1",
        "",
        "The same content: 1",
        "  copy (Dataset, v1)",
        "Reached from there alone: 1",
        "  model (Model, v2) [other]",
        "",
        "Nearest first:",
        "  1  model (Model, v1)",
        "  … 2 in all, nearest 1 shown",
    ]
    assert run("impact", "other") == "0 artifacts derive from model (Model, v2) [other]; 0 in production\n"


def test_what_is_gone_stands_beside_the_counts(catalog: ArtifactCatalog) -> None:
    catalog.delete("model")
    headline = "1 artifact derives from =raw|*data* (Dataset, v1) [raw]; 0 in production; gone: 1 deleted"
    assert run("impact", "raw").splitlines()[:3] == [headline, "By type: Report 1", "By depth: 2: 1"]
    assert run("impact", "raw", "--format", "markdown").splitlines()[0].endswith("; gone: 1 deleted")
    assert json.loads(run("impact", "raw", "--format", "json"))["gone"] == {"deleted": 1, "unregistered": 0}
    assert "gone: 1 deleted" in as_markdown(catalog.impact("raw"))


def test_impact_for_programs(catalog: ArtifactCatalog) -> None:
    rows = list(csv.DictReader(io.StringIO(run("impact", "stub", "--format", "csv"))))
    assert [(row["artifact_id"], row["depth"], row["state"]) for row in rows] == [
        ("model", "1", "registered"),
        ("report", "2", "registered"),
    ]
    assert json.loads(run("impact", "raw", "--format", "json")) == catalog.impact("raw").to_dict()
    assert run("impact", "raw", "--format", "mermaid") == catalog.downstream("raw").mermaid()


def test_a_cell_is_no_formula(catalog: ArtifactCatalog) -> None:
    with pytest.warns(RegistrationWarning):
        catalog.add_parents("raw", "stub")
    rows = list(csv.DictReader(io.StringIO(run("impact", "stub", "--where", "id:raw", "--format", "csv"))))
    assert [row["name"] for row in rows] == ["'=raw|*data*"]


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("a;=b", "a;'=b"),
        ('a;"=b', "a;'\"=b"),
        ("a|+b\t@c\n-d", "a|'+b\t'@c\n'-d"),
        ("＝1+1", "'＝1+1"),
        ("; ＠a", ";' ＠a"),
        ("\ufeff=1", "'\ufeff=1"),
        ("\tx", "'\tx"),
        ("a=b; c-d@e", "a=b; c-d@e"),
        ("2026-03-01", "2026-03-01"),
    ],
)
def test_a_cell_is_no_formula_whatever_the_separator(name: str, cell: str) -> None:
    [_, row] = csv.reader(io.StringIO(csv_text(["name"], [[name]])))
    assert row == [cell]


def test_impact_for_a_pull_request(catalog: ArtifactCatalog) -> None:
    lines = run("impact", "raw", "--format", "markdown", "--limit", "1").splitlines()
    assert lines[0] == "### 2 artifacts derive from =raw\\|\\*data\\* (Dataset, v1) \\[raw\\]; 1 in production"
    assert "- =raw\\|\\*data\\* v1 -\\> model v1" in lines
    assert "| 1 | model | Model | 1 |  | registered |" in lines
    assert lines[-1] == "… 2 in all, nearest 1 shown"


def test_on_a_cycle(cyclic: LocalCatalogBackend) -> None:
    assert cyclic.impact("a", production="id:end").by_depth == {1: 1, 2: 1, 3: 1}
    assert cyclic.impact("self").total == 0


def test_a_notebook_shows_tables() -> None:
    production = Production("stage:production", 0, [])
    impact = Impact(fan(2), {"Dataset": 2}, {"": 2}, {1: 2}, {}, production)
    shown, _ = DisplayFormatter().format(impact)
    assert shown.keys() == {"text/plain", "text/html"}
    assert shown["text/plain"] == as_text(impact)
    assert "<strong>2 artifacts derive from hub (Dataset, v1); 0 in production</strong>" in shown["text/html"]
