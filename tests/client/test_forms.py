"""Answers, entries, lists and pages as tables, outlines and HTML."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from IPython.core.formatters import DisplayFormatter

from catalog_graph import ArtifactCatalog
from catalog_graph.artifact import CatalogEntry, Entries
from catalog_graph.forms.base import ROWS
from catalog_graph.page import Page
from tests.client.test_mermaid import HOSTILE


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[ArtifactCatalog]:
    with ArtifactCatalog(db_path=str(tmp_path / "catalog.db")) as catalog:
        catalog.register("raw", "Dataset", artifact_id="raw", created_at="2026-11-28T16:57:01Z")
        catalog.register(
            "detector", "Model", artifact_id="d1", parent_ids=["raw"], tags={"f1": 0.9}, metadata={"epochs": 3}
        )
        catalog.register(
            "detector", "Model", artifact_id="d2", parent_ids=["raw"], tags={"f1": 0.95, "stage": "production"}
        )
        catalog.set_alias("detector", "champion", "d2")
        yield catalog


def answers(catalog: ArtifactCatalog) -> dict[str, Any]:
    return {
        "search": catalog.search("type:Model"),
        "list": catalog.list_artifacts(),
        "find": catalog.find("type:Model", total=True, facets=["type"]),
        "facets": catalog.facets("", ["type"]),
        "get": catalog.get("d2"),
        "versions": catalog.versions("detector"),
        "upstream": catalog.upstream("d2"),
        "impact": catalog.impact("raw"),
        "diff": catalog.diff("d1", "d2"),
        "paths": catalog.paths("raw", "d2"),
        "what if": catalog.what_if("d2", without=["raw"]),
        "promotion": catalog.check_promotion("d2", "rules: [{rule: forbid, query: type:Dataset}]"),
        "changes": catalog.audit_page(),
    }


def html_of(answer: Any) -> str:
    shown, _ = DisplayFormatter().format(answer)
    return str(shown.get("text/html") or shown["image/svg+xml"])


def test_every_answer_has_every_form(catalog: ArtifactCatalog) -> None:
    for name, answer in answers(catalog).items():
        for form in (answer.text(), answer.table(), answer.tree()):
            assert "d2" in form or "detector" in form or name == "facets", (name, form)
        ElementTree.fromstring(f"<div>{html_of(answer)}</div>")


def test_a_search_is_a_table(catalog: ArtifactCatalog) -> None:
    found = catalog.search("type:Model")
    assert found == [catalog.get("d2"), catalog.get("d1")]
    lines = found.table().splitlines()
    assert lines[:2] == ["2 artifacts", ""]
    assert lines[2].split() == ["NAME", "TYPE", "VERSION", "ALIASES", "TAGS", "CREATED", "ID"]
    assert lines[3].split()[:4] == ["detector", "Model", "2", "@champion"]
    assert "f1=0.95, stage=production" in lines[3]
    html = html_of(found)
    assert html.count("<tr>") == 3
    assert "<th>aliases</th>" in html
    assert "<th>aliases</th>" not in html_of(catalog.search("type:Dataset"))
    assert "<td>2026-11-28 16:57</td>" in html_of(catalog.search("type:Dataset"))
    assert html_of(catalog.search("nothing")) == "<div><strong>0 artifacts</strong></div>"


def test_an_artifact_is_a_table_of_its_fields(catalog: ArtifactCatalog) -> None:
    entry = catalog.get("d1")
    assert entry is not None
    assert entry.tree().splitlines()[0] == "detector (Model, version 1)"
    rows = dict(line.split(None, 1) for line in entry.table().splitlines()[3:])
    assert (rows["tags.f1"], rows["metadata.epochs"], rows["parent_ids"]) == ("0.9", "3", "raw")
    assert not {"uri", "state", "aliases"} & rows.keys()
    assert "<td>tags.f1</td><td>0.9</td>" in html_of(entry)
    assert copy.deepcopy(entry) == pickle.loads(pickle.dumps(entry)) == entry


def test_a_page_has_its_counts_and_its_hints(catalog: ArtifactCatalog) -> None:
    page = catalog.find("type:Model", limit=1, total=True, facets=["type"])
    assert page.table().splitlines()[0] == "2 artifacts, a part of them here"
    assert "… more artifacts follow" in page.text()
    assert "<td>Model</td><td>2</td>" in html_of(page)
    assert "did you mean detector" in catalog.find("detectro").text()


def test_versions_are_a_table_and_a_flowchart(catalog: ArtifactCatalog) -> None:
    versions = catalog.versions("detector")
    assert "~f1 0.9 -&gt; 0.95" in html_of(versions)
    assert versions.tree().splitlines()[0] == "detector: 2 versions"
    chart = versions.mermaid().splitlines()
    assert chart[0] == "graph LR"
    assert chart[1].endswith('["🤖 detector<br/>(v1)"]')
    assert chart[2].endswith('["🤖 detector<br/>(v2 #64;champion)"]')
    assert '-->|"tags ' in chart[3]
    assert catalog.versions("detector", limit=1).mermaid().splitlines()[1] == '    older["… older versions"]:::partial'


def test_a_difference_and_an_impact(catalog: ArtifactCatalog) -> None:
    html = html_of(catalog.diff("d1", "d2"))
    assert "<td>0.9</td><td>0.95</td><td></td><td>f1</td>" in html
    lines = catalog.impact("raw").table().splitlines()
    assert "in production (stage:production OR alias:*): 1" in lines
    assert "raw v1 -&gt; detector v2" in html_of(catalog.impact("raw"))
    assert catalog.impact("raw").tree().splitlines()[0] == "raw (Dataset, v1)"
    outline = catalog.what_if("d2", without=["raw"]).tree().splitlines()
    assert outline[1] == "├─ lost upstream: 0" or outline[1].startswith("└─ ")


def test_a_lineage_is_copied_and_stored_without_its_catalog(catalog: ArtifactCatalog) -> None:
    lineage = catalog.upstream("d2")
    assert "production, f1 0.95" in lineage.svg()
    restored = pickle.loads(pickle.dumps(lineage))
    assert restored == copy.deepcopy(lineage) == lineage
    assert (restored.reader, "production" in restored.svg()) == (None, False)
    assert catalog.upstream("d2", as_of="2100-01-01").reader is None


def test_any_text_is_shown_and_does_nothing() -> None:
    entries = Entries(CatalogEntry(name, name, name, tags={name: name}) for name in HOSTILE)
    for form in (entries, entries[0]):
        html = ElementTree.fromstring(f"<div>{html_of(form)}</div>")
        assert {element.tag for element in html.iter()} <= {
            *("div", "strong", "table", "thead", "tbody", "tr", "th", "td")
        }
    assert all(line.isprintable() for form in (entries.table(), entries.tree()) for line in form.splitlines())


def test_a_long_list_is_cut_in_a_notebook_and_at_a_prompt() -> None:
    entries = Entries(CatalogEntry(f"a{n}", "name" * 100) for n in range(ROWS + 50))
    html = html_of(entries)
    assert (html.count("<tr>"), "<em>… 50 more rows</em>" in html) == (ROWS + 1, True)
    shown, _ = DisplayFormatter().format(Page(entries))
    assert shown["text/plain"].splitlines()[-1] == "… 53 more lines"
    assert len(entries.table().splitlines()) == ROWS + 53
    assert max(map(len, entries.table().splitlines())) < 100
