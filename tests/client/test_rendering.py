"""Pictures as resvg draws them, and CairoSVG where the library cairo is installed."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from catalog_graph.artifact import CatalogEntry
from catalog_graph.errors import StoreUnavailable
from catalog_graph.lineage import Lineage
from catalog_graph.render.svg import COLOURS, GREY, HEIGHT, MARGIN, MARK_HEIGHT
from tests.client.drawn import card, fraud_detector, lineage
from tests.client.test_notebook import SVG, read
from tests.support.environments import python_of

ENTRIES = {
    "m1": CatalogEntry("m1", tags={"stage": "production", "f1": 0.9512345, "epochs": 3}),
    "f1": CatalogEntry("f1", tags={"f1": 1, "rate": 0.5}),
    "d1": CatalogEntry("d1", metadata={"metrics": {"rows": 3}}),
    "r1": CatalogEntry("r1", tags={"f1": 0.1}, state="deleted"),
}


def with_entries(drawn: Lineage) -> Lineage:
    drawn.reader = lambda ids: [ENTRIES.get(artifact_id) for artifact_id in ids]
    return drawn


@pytest.fixture(scope="module")
def python() -> Path:
    """Return the Python of the renderers' environment."""
    return python_of("svg")


def rendered(python: Path, picture: str, places: list[list[float]]) -> dict[str, Any]:
    program = Path(__file__).with_name("rendered.py")
    arguments = [str(python), str(program), json.dumps([[round(x + MARGIN), round(y + MARGIN)] for x, y in places])]
    done = subprocess.run(arguments, input=picture, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.timeout(300)
def test_boxes_stripes_and_edges_have_their_colours(python: Path) -> None:
    drawn = with_entries(fraud_detector(total=71_600, stopped_by="limit"))
    picture = drawn.svg()
    height = HEIGHT + MARK_HEIGHT
    inside, stripes = [], []
    for left, top, width in read(picture)[2]:
        inside.append([left + width - 8, top + 8])
        stripes.append([left + 8, top + height / 2])
    polygons = [polygon.attrib["points"] for polygon in ElementTree.fromstring(picture).iter(f"{SVG}polygon")]
    corners = [[[float(n) for n in corner.split(",")] for corner in points.split()] for points in polygons]
    heads = [[sum(xs) / 3 for xs in zip(*points, strict=True)] for points in corners]
    types = ["model", "featureset", "", "dataset", "report"]
    expected = [
        *("#ffffff", "#ffffff", "#f6f8fa", "#ffffff", "#f6f8fa"),
        *(COLOURS.get(kind, GREY) for kind in types),
        *[GREY] * len(heads),
        "#ffffff",
    ]
    drawings = rendered(python, picture, [*inside, *stripes, *heads, [-8, -8]])
    assert "resvg" in drawings
    for name, drawing in drawings.items():
        assert drawing["at"] == expected, name
        assert drawing["dark"] < 0.05, f"{name} draws black areas"


def test_no_colour_needs_a_style_sheet() -> None:
    picture = with_entries(fraud_detector(stopped_by="depth")).svg()
    top = ElementTree.fromstring(picture)
    assert "style" not in top.attrib
    assert "hsl(" not in picture
    for element in top.iter():
        if element.tag.removeprefix(SVG) in ("rect", "path", "polygon", "text"):
            assert re.fullmatch("none|#[0-9a-f]{6}", element.attrib["fill"])
    [style] = top.iter(f"{SVG}style")
    assert str(style.text).startswith("@media (prefers-color-scheme:dark){")


def test_a_box_has_the_stage_the_aliases_and_one_metric() -> None:
    drawn = with_entries(fraud_detector())
    drawn.root = drawn.root._replace(aliases=("champion",))
    boxes = [box[1:] for box in read(drawn.svg())[1]]
    assert boxes[0] == ["fraud_detector", "Model, v3, @champion", "production, f1 0.9512"]
    assert [box[2:] for box in boxes[1:]] == [["f1 1"], [], [], ["f1 0.1"]]
    assert [box[2:] for box in (b[1:] for b in read(drawn.svg(metric="rows"))[1])][:4] == [
        ["production"],
        [],
        [],
        ["rows 3"],
    ]
    assert "<br/>(Model, v3, #64;champion)<br/>production, f1 0.9512" in drawn.mermaid()
    assert r"Model, v3, @champion\nproduction, f1 0.9512" in drawn.dot()


def test_a_catalog_that_does_not_answer_takes_only_the_marks() -> None:
    def fail(_: list[str]) -> list[CatalogEntry | None]:
        raise StoreUnavailable("the catalog is down")

    drawn = fraud_detector()
    drawn.reader = fail
    notes, boxes, _ = read(drawn.svg())
    assert notes == ["stages and metrics could not be read: the catalog is down"]
    assert boxes[0][1:] == ["fraud_detector", "Model, v3"]


def test_edges_spread_along_the_side_on_which_they_end() -> None:
    nodes = [card("hub", depth=0), *(card(f"n{n}") for n in range(3))]
    drawn = lineage(nodes, [("hub", f"n{n}") for n in range(3)])
    paths = [path.attrib["d"] for path in ElementTree.fromstring(drawn.svg()).iter(f"{SVG}path")]
    starts = [re.findall(r"[-0-9.]+", path)[:2] for path in paths]
    ends = [re.findall(r"[-0-9.]+", path)[-2:] for path in paths]
    assert len({tuple(end) for end in ends}) == 3
    x, _, width = read(drawn.svg())[2][0]
    assert all(x < float(end[0]) < x + width for end in ends)
    # In the order of the boxes that they come from, so that none crosses another.
    order = sorted(range(3), key=lambda n: float(starts[n][0]))
    assert order == sorted(range(3), key=lambda n: float(ends[n][0]))
