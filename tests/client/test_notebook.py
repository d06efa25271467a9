"""Lineages and answers in a notebook."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from IPython.core.formatters import DisplayFormatter

from catalog_graph.lineage import Lineage
from catalog_graph.render.notebook import MOST_BOXES, table
from catalog_graph.render.svg import HEIGHT, LONGEST
from tests.client.drawn import card, chain, fan, fraud_detector, lineage
from tests.client.test_exports import lineages, visible
from tests.client.test_mermaid import HOSTILE

SVG = "{http://www.w3.org/2000/svg}"


def read(picture: str) -> tuple[list[str], list[list[str]], list[tuple[float, float, float]]]:
    """Texts outside boxes, texts in each box (its tip first), and each box's left, top and width."""
    top = ElementTree.fromstring(picture)
    notes = [text.text or "" for text in top.findall(f"{SVG}text")]
    groups = top.findall(f"{SVG}g")
    boxes = [[part.text or "" for part in group if part.tag not in (f"{SVG}rect", f"{SVG}path")] for group in groups]
    rects = [group.findall(f"{SVG}rect")[0].attrib for group in groups]
    return notes, boxes, [(float(r["x"]), float(r["y"]), float(r["width"])) for r in rects]


def test_a_small_lineage() -> None:
    notes, boxes, _ = read(fraud_detector(total=71_600, stopped_by="limit").svg())
    assert notes == ["… 71,600 in all, nearest 4 shown"]
    assert boxes[0] == ["fraud_detector\nModel, v3\nm1", "fraud_detector", "Model, v3"]
    assert [box[1:] for box in boxes[1:]] == [
        ["fraud_features", "FeatureSet, v1"],
        ["s3://labels", "unregistered"],
        ["raw_transactions", "Dataset, 2026-03"],
        ["audit", "Report, v1, deleted"],
    ]


def test_states_and_the_root_look_different() -> None:
    kinds = re.findall('class="cg-box ([^"]*)"', fraud_detector().svg())
    expected = ["cg-registered cg-asked", "cg-registered", "cg-unregistered", "cg-registered", "cg-deleted"]
    assert kinds == expected


@given(lineages())
def test_any_name_is_shown_and_does_nothing(drawn: Lineage) -> None:
    top = ElementTree.fromstring(drawn.svg())
    assert {element.tag.removeprefix(SVG) for element in top.iter()} <= {
        *("svg", "title", "style", "path", "polygon", "g", "rect", "text"),
    }
    assert len(top.findall(f"{SVG}polygon")) == len(drawn.edges)
    _, boxes, places = read(drawn.svg())
    tips = {box[0].splitlines()[-1] for box in boxes}
    assert tips == {known.artifact_id for known in (drawn.root, *drawn.nodes)}
    assert all(text.isprintable() for box in boxes for text in box[1:])
    apart = [abs(x - u) >= w or abs(y - v) >= HEIGHT for x, y, w in places for u, v, _ in places if (x, y) != (u, v)]
    assert all(apart)
    assert len(set(places)) == len(places)


def test_a_long_name_keeps_its_ends() -> None:
    _, ((tip, name, _),), _ = read(lineage([card("x", depth=0, name="a" * 40 + "模型" * 40 + "_v17")], []).svg())
    assert name.startswith("aaaaaaa")
    assert name.endswith("型_v17")
    assert "…" in name
    assert len(name) <= LONGEST
    assert tip.startswith("a" * 40 + "模型")


def test_parents_stand_before_children() -> None:
    places = read(chain(4).svg())[2]
    assert [top for _, top, _ in places] == sorted((top for _, top, _ in places), reverse=True)
    wide = read(fan(20).svg())[2]
    assert {left > wide[0][0] for left, _, _ in wide[1:]} == {True}


def test_a_cycle_and_an_artifact_of_its_own_making() -> None:
    nodes = [card("a", depth=0), card("b"), card("c", depth=2)]
    edges = [("a", "b"), ("b", "c"), ("c", "a"), ("b", "b"), ("x", "c")]
    picture = lineage(nodes, edges).svg()
    assert picture.count("<polygon") == 5
    assert read(picture)[1][-1] == ["x", "x", "on an earlier page"]


def test_the_media_types_for_jupyter() -> None:
    shown, _ = DisplayFormatter().format(fraud_detector())
    assert shown == {"text/plain": fraud_detector().tree(), "image/svg+xml": fraud_detector().svg()}


def test_a_prompt_shows_little_of_a_large_answer() -> None:
    assert repr(fan(5000)) == "<Lineage: 5,000 artifacts downstream of hub (Dataset, v1)>"
    cut = fraud_detector(total=71_600, stopped_by="limit")
    assert repr(cut) == "<Lineage: 71,600 artifacts upstream of fraud_detector (Model, v3), nearest 4 listed>"


def test_a_large_lineage_is_a_table() -> None:
    assert "image/svg+xml" in fan(MOST_BOXES - 1)._repr_mimebundle_()
    shown = fan(MOST_BOXES + 50)._repr_mimebundle_()
    assert shown.keys() == {"text/plain", "text/html"}
    assert "<strong>150 artifacts downstream of hub (Dataset, v1)</strong>: Dataset 150" in shown["text/html"]
    assert shown["text/html"].count("<tr>") == 1 + 1 + 100
    assert "<em>… 150 listed, nearest 100 in this table</em>" in shown["text/html"]
    lines = shown["text/plain"].splitlines()
    assert lines[0] == "150 artifacts downstream of hub (Dataset, v1)"
    assert lines[1:3] == ["hub (Dataset, v1)", "├─ n0 (Dataset, v1)"]
    assert lines[-1] == "… 51 more lines"


def test_a_table_says_what_is_left_out_and_escapes() -> None:
    nodes = [card(name, name, depth=min(n, 1), name=name) for n, name in enumerate(HOSTILE)]
    html = table(lineage(nodes, [], total=999, stopped_by="limit"))
    assert "<em>… 999 in all, nearest 11 shown</em>" in html
    read_back = ElementTree.fromstring(f"<div>{html}</div>")
    cells = [cell.text for cell in read_back.iter("td")]
    assert {visible(name) for name in HOSTILE} <= set(cells)
    assert not list(read_back.iter("script"))


def test_without_the_layout_library_it_is_a_table() -> None:
    program = (
        "import sys; sys.modules['graphlay'] = None\n"
        "from tests.client.drawn import chain\n"
        "print(chain(2)._repr_mimebundle_()['text/html'].splitlines()[-1])\n"
        "try: chain(2).svg()\n"
        "except Exception as error: print(type(error).__name__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True
    )
    hint = (
        "this needs graphlay, which is not installed: install catalog_graph with its extra notebook, in a checkout by "
        "pip install &#x27;.[notebook]&#x27;"
    )
    assert done.stdout.splitlines() == [f"<div><em>No picture: {hint}</em></div>", "NotInstalled"]


@pytest.mark.parametrize("width", [10, 100])
def test_pictures_of_two_runs_are_alike(width: int) -> None:
    nodes = [card("hub", depth=0), *(card(f"n{n}", created_at=f"{n:03}") for n in range(width))]
    edges = [(c.artifact_id, "hub") for c in nodes[1:]]
    other = lineage([nodes[0], *reversed(nodes[1:])], list(reversed(edges)), "downstream")
    assert other.svg() == lineage(nodes, edges, "downstream").svg()
