"""A lineage as GraphML, for Gephi, yEd, igraph and networkx."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from catalog_graph.cards import Card
from catalog_graph.render.order import Picture

if TYPE_CHECKING:
    from catalog_graph.lineage import Lineage

NAMESPACE = "http://graphml.graphdrawing.org/xmlns"
_OF_NODES = {name: "int" if name == "depth" else "string" for name in Card._fields[1:]}
_OF_GRAPH = {"direction": "string", "root": "string", "total": "long", "complete": "boolean", "stopped_by": "string"}
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def graphml(lineage: Lineage) -> str:
    """Return the lineage as a GraphML document with edges from parent to child.

    The ids of nodes are those of artifacts, and their data the fields of a card; the graph's own data are `graph_data`.
    Characters that XML cannot contain are written as codes.
    """
    picture = Picture(lineage)
    top = ElementTree.Element("graphml", xmlns=NAMESPACE)
    of_edges = {"how": "string"} if lineage.how else {}
    for domain, keys in (("graph", _OF_GRAPH), ("node", _OF_NODES), ("edge", of_edges)):
        for name, kind in keys.items():
            key = {"id": f"{domain}_{name}", "for": domain, "attr.name": name, "attr.type": kind}
            ElementTree.SubElement(top, "key", key)
    graph = ElementTree.SubElement(top, "graph", edgedefault="directed")
    for name, value in graph_data(lineage).items():
        _datum(graph, f"graph_{name}", value)
    ids = [_xml_text(drawn.artifact_id) for drawn in picture.artifacts]
    for node_id, drawn in zip(ids, picture.artifacts, strict=True):
        node = ElementTree.SubElement(graph, "node", id=node_id)
        values = drawn.card.row()[1:] if drawn.card is not None else ()
        for name, field in zip(_OF_NODES, values, strict=False):
            _datum(node, f"node_{name}", field)
    for parent, child in picture.edges():
        edge = ElementTree.SubElement(graph, "edge", source=ids[parent], target=ids[child])
        if rule := picture.rule((parent, child)):
            _datum(edge, "edge_how", rule)
    ElementTree.indent(top)
    return ElementTree.tostring(top, encoding="unicode", xml_declaration=False) + "\n"


def graph_data(lineage: Lineage) -> dict[str, str | int | bool]:
    """Return the attributes of the graph: direction, root, total number of artifacts, and completeness."""
    return {
        "direction": lineage.direction,
        "root": lineage.root.artifact_id,
        "total": lineage.total,
        "complete": lineage.complete,
        "stopped_by": lineage.stopped_by or "",
    }


def _datum(parent: ElementTree.Element, key: str, value: str | int | bool | None) -> None:
    text = str(value).lower() if isinstance(value, bool) else "" if value is None else _xml_text(str(value))
    ElementTree.SubElement(parent, "data", key=key).text = text


def _xml_text(text: str) -> str:
    return _NOT_XML.sub(lambda match: ascii(match[0])[1:-1], text)
