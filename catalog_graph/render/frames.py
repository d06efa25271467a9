"""Lineage as a networkx graph and as pandas tables: both libraries are imported only here, when they are asked for."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, NamedTuple

from catalog_graph.cards import Card
from catalog_graph.errors import ConfigurationError
from catalog_graph.render.graphml import graph_data
from catalog_graph.render.order import Picture

if TYPE_CHECKING:
    import networkx
    import pandas

    from catalog_graph.lineage import Lineage


class Frames(NamedTuple):
    """A lineage as two tables, so that `nodes, edges = lineage.to_pandas()`."""

    nodes: pandas.DataFrame
    """A row an artifact, the root first, with the fields of a card."""
    edges: pandas.DataFrame
    """A row an edge: `child` and `parent`, ids."""


def to_networkx(lineage: Lineage) -> networkx.DiGraph[str]:
    """The lineage as a directed graph of ids; edges run from parent to child, as data does."""
    graph: networkx.DiGraph[str] = needed("networkx").DiGraph(**graph_data(lineage))
    picture = Picture(lineage)
    for artifact_id, card in picture.artifacts:
        # An empty text for what has no version: networkx cannot write `None` into most formats.
        fields = {**card._asdict(), "version": card.version or ""} if card is not None else {}
        fields.pop("artifact_id", None)
        graph.add_node(artifact_id, **fields)
    ids = [drawn.artifact_id for drawn in picture.artifacts]
    graph.add_edges_from((ids[parent], ids[child]) for parent, child in picture.edges())
    return graph


def to_pandas(lineage: Lineage) -> Frames:
    """The lineage as tables; `attrs` of that of the nodes say whether this is all."""
    pandas = needed("pandas")
    columns = {
        name: [first, *rest]
        for name, first, rest in zip(Card._fields, lineage.root, lineage.columns.lists(), strict=True)
    }
    nodes = pandas.DataFrame(columns)
    nodes["created_at"] = pandas.to_datetime(nodes["created_at"], format="ISO8601", utc=True, errors="coerce")
    nodes.attrs.update(graph_data(lineage))
    return Frames(nodes, pandas.DataFrame(lineage.edges, columns=["child", "parent"]))


def needed(library: str, of: str = "") -> Any:
    """The module `library`, or an error that says what to install: `of`, where that is not its own name."""
    try:
        return importlib.import_module(library)
    except ImportError as error:
        raise ConfigurationError(
            f"this needs {library}, which is not installed: pip install {of or library}"
        ) from error
