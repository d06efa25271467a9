"""A lineage in the DOT language of Graphviz, parents above children."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog_graph.cards import Card
from catalog_graph.render.marks import Marks, marks
from catalog_graph.render.mermaid import box_id
from catalog_graph.render.notes import facts, label, left_out, shown
from catalog_graph.render.order import Drawn, Picture

if TYPE_CHECKING:
    from catalog_graph.lineage import Lineage

STYLES = {
    "registered": "",
    "unregistered": 'style="rounded,dashed", color="#8a8f98", fontcolor="#6b7280"',
    "deleted": 'style="rounded,dotted", color="#8a8f98", fontcolor="#8a8f98"',
}
ROOT = "penwidth=2.5"
NOTE = "shape=plaintext, style=solid"


def dot(lineage: Lineage) -> str:
    """Return the lineage as a `digraph` with edges from parent to child.

    Names of nodes consist of letters and digits and are the same in every picture. `label` has the artifact's name,
    type, version and state, `tooltip` its id. If the lineage is incomplete, a node of its own says so.
    """
    picture = Picture(lineage)
    marked = marks(lineage)
    boxes = [box_id(drawn.artifact_id) for drawn in picture.artifacts]
    lines = ['node [shape=box, style=rounded, fontname="sans-serif"];']
    lines += [
        f"{box} [{_attributes(drawn, lineage.root, marked)}];"
        for box, drawn in zip(boxes, picture.artifacts, strict=True)
    ]
    lines += [f"partial{n} [label={quoted(note)}, {NOTE}];" for n, note in enumerate(left_out(lineage))]
    lines += [f"{boxes[edge[0]]} -> {boxes[edge[1]]}{_label(picture.rule(edge))};" for edge in picture.edges()]
    return "\n".join(["digraph lineage {", *(f"    {line}" for line in lines), "}"]) + "\n"


def _label(rule: str) -> str:
    return f" [label={quoted(rule)}]" if rule else ""


def quoted(*lines: str) -> str:
    """Return a DOT string that shows exactly these lines.

    Graphviz interprets character codes of HTML and, after a backslash, escapes of its own (`\\N` is the name of the
    node); both are escaped here. Invisible characters are written as codes.
    """
    texts = (shown(line).replace("\\", r"\\").replace('"', r"\"").replace("&", "&amp;") for line in lines)
    return '"' + r"\n".join(texts) + '"'


def _attributes(drawn: Drawn, root: Card, marked: Marks) -> str:
    card = drawn.card
    if card is None:
        return f"label={quoted(drawn.artifact_id)}, tooltip={quoted(drawn.artifact_id)}"
    text = quoted(*filter(None, (label(card), facts(card), marked.by_id.get(card.artifact_id))))
    attributes = (
        f"label={text}",
        f"tooltip={quoted(card.artifact_id)}",
        STYLES[card.state],
        ROOT if card is root else "",
    )
    return ", ".join(filter(None, attributes))
