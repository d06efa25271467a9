"""Pictures and pages of answers, alike from a file and from what a service sends."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from catalog_graph import ArtifactCatalog
from catalog_graph.answers.base import Answer

EDGES = {
    "clean": ["raw"],
    "features-1": ["clean"],
    "features-2": ["clean", "chargebacks"],
    "model-1": ["features-1"],
    "model-2": ["features-2"],
    "report": ["model-2", "features-2"],
}


@pytest.fixture
def catalog(tmp_path: Path) -> ArtifactCatalog:
    catalog = ArtifactCatalog(db_path=tmp_path / "catalog.db")
    for artifact_id in ("raw", "chargebacks", *EDGES):
        name = artifact_id.partition("-")[0]
        catalog.register(name, "T", artifact_id=artifact_id, parent_ids=EDGES.get(artifact_id, []))
    return catalog


def boxes(answer: Answer) -> dict[str, str]:
    """Return the parts of the artifacts in a picture, by id."""
    root = ElementTree.fromstring(answer.svg())
    groups = root.iter("{http://www.w3.org/2000/svg}g")
    drawn = {}
    for group in groups:
        tip = group.findtext("{http://www.w3.org/2000/svg}title") or ""
        texts = ["".join(each.itertext()) for each in group.iter("{http://www.w3.org/2000/svg}text")]
        drawn[tip.split("\n")[2]] = texts[2] if len(texts) > 2 else ""
    return drawn


def arrows(answer: Answer) -> int:
    return len(re.findall(r"<polygon", answer.svg()))


def test_answers_are_pictures(catalog: ArtifactCatalog) -> None:
    paths = catalog.paths("raw", "report")
    assert (set(boxes(paths)), arrows(paths)) == ({"raw", "clean", "features-2", "model-2", "report"}, 5)
    difference = catalog.diff("model-1", "model-2")
    assert boxes(difference) == {
        "model-1": "left, same name",
        "model-2": "right, same name",
        "features-1": "left, same name, parts here",
        "features-2": "right, same name",
        "clean": "in both",
        "raw": "in both",
        "chargebacks": "only right, parts here",
    }
    edges = {(child, parent) for child, parents in EDGES.items() for parent in parents if child != "report"}
    assert {tuple(edge) for edge in difference.edges} == edges
    what_if = catalog.what_if("clean", ["features-2"])
    assert boxes(what_if) == {
        "clean": "",
        "features-2": "left out",
        "model-2": "cut off, without any source",
        "report": "cut off, without any source",
    }
    assert arrows(what_if) == len(what_if.edges) == 4
    assert arrows(catalog.impact("raw")) == 7
    for answer in (paths, difference, what_if):
        assert type(answer).from_dict(answer.to_dict()).svg() == answer.svg()
        assert {"<svg ", "<table>"} <= set(re.findall(r"<svg |<table>", answer.html()))


def test_nothing_to_draw_is_drawn(catalog: ArtifactCatalog) -> None:
    for answer in (catalog.paths("report", "raw"), catalog.diff("raw", "raw")):
        assert boxes(answer)


def test_a_large_answer_is_a_page_of_tables(catalog: ArtifactCatalog) -> None:
    many: list[dict[str, Any]] = [{"name": "d", "artifact_type": "T", "artifact_id": f"d{n}"} for n in range(120)]
    catalog.register_many(
        [*many, {**many[0], "artifact_id": "big", "parent_ids": [each["artifact_id"] for each in many]}]
    )
    page = catalog.diff("big", "raw").html()
    assert ("<svg" in page, "<table>" in page) == (False, True)
