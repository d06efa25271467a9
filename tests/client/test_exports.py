"""Lineage in the formats of other tools, read back by them."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx
import pandas
import pydot
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_graph.lineage import Lineage
from catalog_graph.render.mermaid import box_id
from tests.client.drawn import card, chain, fan, fraud_detector, lineage
from tests.client.test_mermaid import HOSTILE

LABELS = st.text(min_size=1, max_size=12) | st.sampled_from(
    [*HOSTILE, "back\\", 'a"b', "\\N", "&amp;", "<b>x</b>", "]]>"]
)
"""Names and ids; an id has no control characters."""
IDS = LABELS.filter(str.isprintable)


@st.composite
def lineages(draw: st.DrawFn) -> Lineage:
    """Draw a lineage of a few artifacts with any ids and names."""
    ids = draw(st.lists(IDS, min_size=1, max_size=5, unique=True))
    cards = [card(i, draw(LABELS), depth, name=draw(LABELS | st.just(""))) for depth, i in enumerate(ids)]
    pairs = [(child, parent) for at, child in enumerate(ids) for parent in ids[at + 1 :]]
    return lineage(cards, draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else [])


def visible(text: str) -> str:
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def dot_text(quoted: str) -> list[str]:
    """Return the lines that Graphviz shows for a quoted string."""
    characters, lines = iter(quoted.removeprefix('"').removesuffix('"')), [""]
    for character in characters:
        escaped = next(characters) if character == "\\" else ""
        assert escaped in ("", "\\", '"', "n")
        if escaped == "n":
            lines.append("")
        else:
            lines[-1] += escaped or character
    return [line.replace("&amp;", "&") for line in lines]


def read_dot(text: str) -> tuple[dict[str, dict[str, Any]], list[tuple[str, str]]]:
    """Nodes with their attributes, and edges, as an independent reader of DOT finds them."""
    with warnings.catch_warnings():  # pydot calls pyparsing by names that it has deprecated
        warnings.simplefilter("ignore", DeprecationWarning)
        (graph,) = pydot.graph_from_dot_data(text) or ()
    nodes = {n.get_name(): n.get_attributes() for n in graph.get_nodes() if n.get_name() != "node"}
    return nodes, [(e.get_source(), e.get_destination()) for e in graph.get_edges()]


@given(lineages())
def test_dot_shows_any_name_and_id(drawn: Lineage) -> None:
    nodes, edges = read_dot(drawn.dot())
    cards = {box_id(c.artifact_id): c for c in (drawn.root, *drawn.nodes)}
    assert nodes.keys() == cards.keys()
    for name, attributes in nodes.items():
        known = cards[name]
        first = visible(known.name or known.artifact_id)
        assert dot_text(attributes["label"]) == [first, f"{visible(known.artifact_type)}, v1"]
        assert dot_text(attributes["tooltip"]) == [known.artifact_id]
    assert sorted(edges) == sorted((box_id(parent), box_id(child)) for child, parent in drawn.edges)


def test_dot_of_a_small_lineage() -> None:
    assert fraud_detector(total=71_600, stopped_by="limit").dot().splitlines() == [
        "digraph lineage {",
        '    node [shape=box, style=rounded, fontname="sans-serif"];',
        r'    aca0df2c95aa1 [label="fraud_detector\nModel, v3", tooltip="m1", penwidth=2.5];',
        r'    a3f524cdc07a1 [label="fraud_features\nFeatureSet, v1", tooltip="f1"];',
        r'    ae6e635eedd7b [label="s3://labels\nunregistered", tooltip="s3://labels", style="rounded,dashed",'
        ' color="#8a8f98", fontcolor="#6b7280"];',
        r'    a8b53639f152c [label="raw_transactions\nDataset, 2026-03", tooltip="d1"];',
        r'    a82f3e9c695dc [label="audit\nReport, v1, deleted", tooltip="r1", style="rounded,dotted",'
        ' color="#8a8f98", fontcolor="#8a8f98"];',
        '    partial0 [label="… 71,600 in all, nearest 4 shown", shape=plaintext, style=solid];',
        "    a3f524cdc07a1 -> aca0df2c95aa1;",
        "    ae6e635eedd7b -> aca0df2c95aa1;",
        "    a8b53639f152c -> a3f524cdc07a1;",
        "    a8b53639f152c -> ae6e635eedd7b;",
        "    a82f3e9c695dc -> a8b53639f152c;",
        "}",
    ]


@given(lineages())
def test_graphml_is_what_networkx_reads(drawn: Lineage) -> None:
    read = networkx.read_graphml(io.BytesIO(drawn.graphml().encode()))
    graph = drawn.to_networkx()
    if all(c.name.isprintable() and c.artifact_type.isprintable() for c in (drawn.root, *drawn.nodes)):
        assert dict(read.nodes(data=True)) == dict(graph.nodes(data=True))
        assert read.graph == {**graph.graph, **{key: read.graph[key] for key in ("node_default", "edge_default")}}
    assert set(read.edges) == set(graph.edges) == {(parent, child) for child, parent in drawn.edges}


def test_graphml_writes_out_what_xml_cannot_hold() -> None:
    odd = lineage([card("a", depth=0, name="bell\x07 null\x00 half\ud800 kept\t\n")], [])
    read = networkx.read_graphml(io.BytesIO(odd.graphml().encode()))
    assert read.nodes["a"]["name"] == r"bell\x07 null\x00 half\ud800 kept" + "\t\n"


def test_networkx_follows_the_data() -> None:
    graph = fraud_detector(total=9, stopped_by="limit").to_networkx()
    assert networkx.ancestors(graph, "m1") == {"f1", "s3://labels", "d1", "r1"}
    assert graph.nodes["f1"] == {
        **{"name": "fraud_features", "artifact_type": "FeatureSet", "version": "1", "aliases": ""},
        **{"created_at": "", "depth": 1, "state": "registered"},
    }
    assert graph.nodes["s3://labels"]["version"] == ""
    assert graph.graph == {
        **{"direction": "upstream", "root": "m1"},
        **{"total": 9, "complete": False, "stopped_by": "limit"},
    }
    networkx.write_graphml(graph, io.BytesIO())


def test_an_artifact_of_an_earlier_page_has_its_id_alone() -> None:
    page = lineage([card("a", depth=0), card("c", depth=2)], [("b", "c")])
    assert page.to_networkx().nodes["b"] == {}
    assert networkx.read_graphml(io.BytesIO(page.graphml().encode())).nodes["b"] == {}
    assert read_dot(page.dot())[0][box_id("b")] == {"label": '"b"', "tooltip": '"b"'}


def test_pandas() -> None:
    root = card("m", "Model", 0, name="model", created_at="2026-05-01T12:00:00.000001+00:00")
    nodes, edges = lineage([root, card("d", version=None)], [("m", "d")], stopped_by="depth").to_pandas()
    assert list(nodes.columns) == [
        *("artifact_id", "name", "artifact_type", "version", "created_at", "depth", "state", "aliases"),
    ]
    assert list(nodes["artifact_id"]) == ["m", "d"]
    assert nodes["created_at"][0] == pandas.Timestamp(2026, 5, 1, 12, 0, 0, 1, tz="UTC")
    assert nodes["created_at"].isna().tolist() == [False, True]
    assert nodes["version"].isna().tolist() == [False, True]
    assert nodes.attrs["stopped_by"] == "depth"
    assert edges.to_dict("records") == [{"child": "m", "parent": "d"}]
    assert len(lineage([root], []).to_pandas().edges) == 0


def test_json() -> None:
    drawn = fraud_detector()
    assert Lineage.from_dict(json.loads(drawn.to_json())) == drawn
    assert Lineage.from_dict(json.loads(drawn.to_json(compact=True))) == drawn
    assert "données" in lineage([card("données", depth=0)], []).to_json()


@pytest.mark.parametrize("write", [Lineage.tree, Lineage.mermaid, Lineage.dot], ids=lambda write: write.__name__)
def test_pictures_of_two_runs_are_alike(write: Callable[[Lineage], str]) -> None:
    """Ids differ from run to run, and with them the order of the answer."""

    def run(*letters: str) -> str:
        ids = [f"id{letter * 4}" for letter in letters]
        root, first, second, third, stub = ids
        later = "2026-01-02T00:00:00.000000+00:00"
        by_name = [
            card(first, "Dataset", name="x", version=None, created_at="2026-01-01T00:00:00.000000+00:00"),
            card(second, "Dataset", name="x", version=None, created_at=later),
            card(third, "Dataset", name="y", created_at="2025-01-01T00:00:00.000000+00:00"),
            card(stub, "", name="", state="unregistered"),
        ]
        nodes = [card(root, "Model", 0, name="m"), *sorted(by_name)]
        text = write(lineage(nodes, [(root, c.artifact_id) for c in sorted(by_name, reverse=True)]))
        for number, artifact_id in enumerate(ids):
            text = text.replace(box_id(artifact_id), f"box{number}").replace(artifact_id, f"artifact{number}")
        return text

    assert run(*"abcde") == run(*"edcba") == run(*"cadbe")


@pytest.mark.parametrize("library", ["networkx", "pandas"])
def test_a_library_that_is_absent_is_named(library: str) -> None:
    program = (
        f"import sys; sys.modules[{library!r}] = None\n"
        "from tests.client.drawn import chain\n"
        f"try: chain(2).to_{library}()\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True
    )
    assert done.stdout == (f"ConfigurationError this needs {library}, which is not installed: pip install {library}\n")


def test_large_lineages() -> None:
    assert chain(10_000).dot().count(" -> ") == 9_999
    assert fan(10_000).graphml().count("<edge ") == 10_000
    assert len(fan(10_000).to_pandas().nodes) == 10_001
