"""Lineage as a mermaid flowchart."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_graph.render.mermaid import escaped, mermaid
from tests.client.drawn import card, chain, fraud_detector, lineage

HOSTILE = [
    '"]; x --> y',
    "**bold** _it_ `md` 1. foo - foo",
    "#35; #quot; &lt; <script>alert(1)</script>",
    "style a:b#c;",
    "click a href javascript:x",
    "%%{init: {}}%%",
    "A[b]{c}|d|((e))",
    "a\nb\tc\u202e",
    "ﬂ°°34¶ß",
    "\\n",
    "@{shape: x}:::root",
    "$$x^2$$",
]


def test_a_small_lineage() -> None:
    assert fraud_detector(total=71_600, stopped_by="limit").mermaid().splitlines() == [
        "graph TD",
        '    aca0df2c95aa1["🤖 fraud_detector<br/>(Model, v3)"]:::asked',
        '    a3f524cdc07a1["🧮 fraud_features<br/>(FeatureSet, v1)"]',
        '    ae6e635eedd7b["📦 s3#58;//labels<br/>(unregistered)"]:::unregistered',
        '    a8b53639f152c["📊 raw_transactions<br/>(Dataset, 2026-03)"]',
        '    a82f3e9c695dc["📄 audit<br/>(Report, v1, deleted)"]:::deleted',
        '    partial0["… 71,600 in all, nearest 4 shown"]:::partial',
        "    a3f524cdc07a1 --> aca0df2c95aa1",
        "    ae6e635eedd7b --> aca0df2c95aa1",
        "    a8b53639f152c --> a3f524cdc07a1",
        "    a8b53639f152c --> ae6e635eedd7b",
        "    a82f3e9c695dc --> a8b53639f152c",
        "    classDef asked stroke-width:3px",
        "    classDef unregistered stroke-dasharray:5 5,opacity:0.7",
        "    classDef deleted stroke-dasharray:2 3,opacity:0.4",
        "    classDef partial stroke:none,fill:none,font-style:italic",
    ]


def test_parents_stand_above_children_in_both_directions() -> None:
    up = chain(2, "upstream").mermaid().splitlines()
    down = chain(2, "downstream").mermaid().splitlines()
    first, second = (line.strip().partition("[")[0] for line in up[1:3])
    assert f"    {second} --> {first}" in up
    assert f"    {first} --> {second}" in down


def test_a_box_keeps_its_id() -> None:
    short, long = chain(3).mermaid(), chain(5).mermaid()
    assert set(short.splitlines()) <= set(long.splitlines())


@pytest.mark.parametrize(
    ("artifact_type", "icon"),
    [
        *(("Dataset", "📊"), ("dataset", "📊"), ("Model", "🤖"), ("FeatureSet", "🧮"), ("Features", "🧮")),
        *(("Metrics", "📈"), ("Report", "📄"), ("Anything", "📦")),
    ],
)
def test_each_type_has_its_icon(artifact_type: str, icon: str) -> None:
    assert f'["{icon} a<br/>({artifact_type}, v1)"]' in mermaid(lineage([card("a", artifact_type, 0)], []))


def read(label: str) -> str:
    """Return the text that mermaid shows for a label: its codes are those of HTML with `#` for `&#`."""
    return html.unescape(re.sub(r"#(\d+);", r"&#\1;", label))


def test_readable_names_stay_readable() -> None:
    for name in ("raw_transactions", "v1.2-rc.1", "team/model", "Straße 2", "データ セット", "a, b (c)"):
        assert escaped(name) == name
    assert escaped("_a_ -b 1. c__d") == "#95;a#95; #45;b 1#46; c#95;#95;d"


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_shown_and_do_nothing(name: str) -> None:
    drawn = mermaid(lineage([card(name, name, 0), card("p")], [(name, "p")]))
    lines = drawn.splitlines()
    assert len(lines) == 5
    label = re.fullmatch(r'    \w+\["📦 (.*)<br/>\((.*), v1\)"\]:::asked', lines[1])
    assert label
    for text in label.groups():
        assert not re.search(r"[\[\]{}\"'`<>&|;:%@$*\\^~=!?ﬂ¶]", re.sub(r"#\d+;", "", text))
        assert text.isprintable()
        visible = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in name)
        assert read(text) == visible


@given(st.text())
def test_any_text_is_shown_as_it_is(name: str) -> None:
    visible = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in name)
    assert read(escaped(name)) == visible


def test_a_later_page_names_what_it_hangs_on() -> None:
    drawn = mermaid(lineage([card("a", depth=0), card("c", depth=2)], [("b", "c")]))
    assert '["📦 b"]\n' in drawn
    assert drawn.count(" --> ") == 1


def test_styles_are_defined_where_they_are_used() -> None:
    plain = chain(2).mermaid()
    assert re.findall(r"classDef (\w+)", plain) == ["asked"]
    marked = fraud_detector(stopped_by="depth").mermaid()
    assert re.findall(r"classDef (\w+)", marked) == ["asked", "unregistered", "deleted", "partial"]
    assert '["… more lies further than 3 away"]:::partial' in marked


def test_a_long_chain() -> None:
    assert chain(10_000).mermaid().count(" --> ") == 9_999
