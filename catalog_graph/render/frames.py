"""A lineage as a networkx graph and as pandas tables. Both libraries are optional and imported at their first use."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, NamedTuple

from catalog_graph.cards import Card
from catalog_graph.errors import ConfigurationError, missing_extra
from catalog_graph.render.graphml import graph_data
from catalog_graph.render.order import Picture

if TYPE_CHECKING:
    import networkx
    import pandas

    from catalog_graph.lineage import Lineage


class Frames(NamedTuple):
    """A lineage as two tables: `nodes, edges = lineage.to_pandas()`."""

    nodes: pandas.DataFrame
    """A row for each artifact, the root first, with the fields of a card."""
    edges: pandas.DataFrame
    """A row for each edge, with the ids `child` and `parent`, and `how` if events made any of them."""


def to_networkx(lineage: Lineage) -> networkx.DiGraph[str]:
    """Return the lineage as a directed graph of ids with edges from parent to child."""
    graph: networkx.DiGraph[str] = optional_library("networkx").DiGraph(**graph_data(lineage))
    picture = Picture(lineage)
    for artifact_id, card in picture.artifacts:
        # A missing version becomes an empty text: networkx cannot write `None` to most formats.
        fields = {} if card is None else {**card._asdict(), "version": card.version or "", "aliases": card.row()[-1]}
        fields.pop("artifact_id", None)
        graph.add_node(artifact_id, **fields)
    ids = [drawn.artifact_id for drawn in picture.artifacts]
    for edge in picture.edges():
        rule = picture.rule(edge)
        graph.add_edge(*(ids[place] for place in edge), **({"how": rule} if rule else {}))
    return graph


def to_pandas(lineage: Lineage) -> Frames:
    """Return the lineage as two tables; `nodes.attrs` is `graph_data`."""
    pandas = optional_library("pandas")
    nodes = pandas.DataFrame([card.row() for card in (lineage.root, *lineage.nodes)], columns=Card._fields)
    nodes["created_at"] = pandas.to_datetime(nodes["created_at"], format="ISO8601", utc=True, errors="coerce")
    nodes.attrs.update(graph_data(lineage))
    edges = pandas.DataFrame(lineage.edges, columns=["child", "parent"])
    if lineage.how:
        edges["how"] = [lineage.rule(child, parent) for child, parent in lineage.edges]
    return Frames(nodes, edges)


def optional_library(name: str, extra: str = "") -> Any:
    """Import an optional library. Raises `ConfigurationError`, which says what to install, if it is missing.

    `extra` is the extra of this package that brings it, if there is one.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        if extra:
            raise missing_extra("this", name, extra) from error
        raise ConfigurationError(f"this needs {name}, which is not installed: pip install {name}") from error
