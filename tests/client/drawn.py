"""Lineages to draw, made from cards and edges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from catalog_graph.lineage import Card, Columns, Direction, Lineage, positions_of


def card(artifact_id: str, artifact_type: str = "Dataset", depth: int = 1, **fields: Any) -> Card:
    """Return the card of a registered artifact whose name is its id."""
    rest = {"name": artifact_id, "version": "1", "created_at": "", "state": "registered", **fields}
    return Card(artifact_id=artifact_id, artifact_type=artifact_type, depth=depth, **rest)


def stub(artifact_id: str, depth: int = 1) -> Card:
    """Return the card of a parent that was never registered."""
    return card(artifact_id, "", depth, name="", version=None, state="unregistered")


def lineage(
    nodes: Sequence[Card], edges: Sequence[tuple[str, str]], direction: Direction = "upstream", **fields: Any
) -> Lineage:
    """Return the lineage of the first of `nodes`; edges are pairs of ids, child first."""
    root, *others = nodes
    columns = Columns.of(others)
    children, parents, earlier = positions_of(root.artifact_id, columns.artifact_id, edges)
    rest = {"total": len(others), **fields}
    return Lineage(root, direction, columns, children, parents, earlier=earlier, **rest)


def fraud_detector(**fields: Any) -> Lineage:
    """Return a diamond with a stub and a tombstone."""
    nodes = [
        card("m1", "Model", 0, name="fraud_detector", version="3"),
        card("f1", "FeatureSet", 1, name="fraud_features"),
        stub("s3://labels"),
        card("d1", "Dataset", 2, name="raw_transactions", version="2026-03"),
        card("r1", "Report", 3, name="audit", state="deleted"),
    ]
    edges = [("m1", "f1"), ("m1", "s3://labels"), ("f1", "d1"), ("s3://labels", "d1"), ("d1", "r1")]
    return lineage(nodes, edges, **fields)


def chain(length: int, direction: Direction = "upstream") -> Lineage:
    """Return a lineage in which each artifact has one parent."""
    nodes = [card(f"c{n}", depth=n) for n in range(length)]
    steps = [(f"c{n}", f"c{n + 1}") for n in range(length - 1)]
    return lineage(nodes, steps if direction == "upstream" else [(end, start) for start, end in steps], direction)


def fan(width: int) -> Lineage:
    """Return many artifacts made from one."""
    nodes = [card("hub", depth=0), *(card(f"n{n}") for n in range(width))]
    return lineage(nodes, [(f"n{n}", "hub") for n in range(width)], "downstream")
