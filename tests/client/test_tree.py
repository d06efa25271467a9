"""Lineage as a tree of text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_graph import ArtifactCatalog, RegistrationWarning
from catalog_graph.render import tree
from tests.client.drawn import card, chain, fan, fraud_detector, lineage, stub


def test_a_small_lineage() -> None:
    assert fraud_detector().tree().splitlines() == [
        "fraud_detector (Model, v3)",
        "├─ fraud_features (FeatureSet, v1)",
        "│  └─ raw_transactions (Dataset, 2026-03)",
        "│     └─ audit (Report, v1, deleted)",
        "└─ s3://labels (unregistered)",
        "   └─ raw_transactions (Dataset, 2026-03)  ↑ shown above",
    ]


def test_downstream_is_drawn_from_the_root_too() -> None:
    nodes = [card("raw", depth=0), card("a"), card("b"), card("c", depth=2)]
    edges = [("a", "raw"), ("b", "raw"), ("c", "b"), ("c", "a")]
    assert tree(lineage(nodes, edges, "downstream")).splitlines() == [
        "raw (Dataset, v1)",
        "├─ a (Dataset, v1)",
        "│  └─ c (Dataset, v1)",
        "└─ b (Dataset, v1)",
        "   └─ c (Dataset, v1)  ↑ shown above",
    ]


def test_an_answer_cut_short_says_so() -> None:
    cut = fraud_detector(total=71_600, stopped_by="limit")
    assert cut.tree().splitlines()[-1] == "… 71,600 in all, nearest 4 shown"
    assert fraud_detector(stopped_by="depth").tree().splitlines()[-1] == "… more lies further than 3 away"
    late = fraud_detector(stopped_by="time", changed=True).tree().splitlines()
    assert late[-2:] == ["… the rest was not reached within the time limit", "… the lineage changed while it was read"]
    assert "…" not in fraud_detector().tree()


def test_a_lone_artifact() -> None:
    assert tree(lineage([card("a", depth=0)], [])) == "a (Dataset, v1)"
    assert tree(lineage([stub("a", 0)], [])) == "a (unregistered)"


def test_a_cycle_is_marked_and_ends() -> None:
    nodes = [card("a", depth=0), card("b"), card("c", depth=2)]
    assert tree(lineage(nodes, [("a", "b"), ("b", "c"), ("c", "a")])).splitlines() == [
        "a (Dataset, v1)",
        "└─ b (Dataset, v1)",
        "   └─ c (Dataset, v1)",
        "      └─ a (Dataset, v1)  ↻ a cycle",
    ]


def test_a_later_page_hangs_on_the_ids_of_earlier_ones() -> None:
    page = lineage([card("a", depth=0), card("c", depth=2), card("d", depth=3)], [("b", "c"), ("c", "d")])
    assert tree(page).splitlines() == [
        "a (Dataset, v1)",
        "b (on an earlier page)",
        "└─ c (Dataset, v1)",
        "   └─ d (Dataset, v1)",
    ]


def test_a_long_chain_stays_readable() -> None:
    lines = chain(10_000).tree().splitlines()
    assert len(lines) == 10_000
    assert lines[3] == "         └─ c3 (Dataset, v1)".removeprefix("   ")
    assert lines[-1] == "⋯9,982 " + " " * 48 + "└─ c9999 (Dataset, v1)"
    assert max(map(len, lines)) < 90


def test_a_wide_fan() -> None:
    lines = fan(10_000).tree().splitlines()
    assert len(lines) == 10_001
    assert lines[1] == "├─ n0 (Dataset, v1)"
    assert lines[-1] == "└─ n9999 (Dataset, v1)"


def test_what_a_terminal_would_obey_is_written_out() -> None:
    drawn = tree(lineage([card("a", "T\x1b[2J", depth=0, name="\x1b]0;owned\x07\u202e")], []))
    assert drawn == r"\x1b]0;owned\x07\u202e (T\x1b[2J, v1)"


@given(st.data())
def test_every_edge_is_one_line(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 12))
    edges = sorted({(f"n{data.draw(st.integers(0, n - 1))}", f"n{n}") for n in range(1, count) for _ in range(3)})
    lines = tree(lineage([card(f"n{n}", depth=n) for n in range(count)], edges)).splitlines()
    assert len(lines) == 1 + len(edges)
    assert sum("↑ shown above" not in line for line in lines) == count


def test_it_comes_from_the_catalog(catalog: ArtifactCatalog) -> None:
    raw = catalog.register("raw", "Dataset")
    with pytest.warns(RegistrationWarning, match="elsewhere"):
        model = catalog.register("model", "Model", parent_ids=[raw, "elsewhere"])
    drawn = catalog.upstream(model).tree().splitlines()
    assert drawn[0] == "model (Model, v1)"
    assert sorted(line[3:] for line in drawn[1:]) == ["elsewhere (unregistered)", "raw (Dataset, v1)"]
