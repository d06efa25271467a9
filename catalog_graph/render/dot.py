"""Lineage in the DOT language, for Graphviz and what reads its files: parents above children."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog_graph.cards import Card
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
ASKED = "penwidth=2.5"
NOTE = "shape=plaintext, style=solid"


def dot(lineage: Lineage) -> str:
    """The lineage as a `digraph`; edges run from parent to child, as data does.

    Names of nodes are made of letters and digits, and the same in every picture; `label` has the artifact's name and
    what it is, `tooltip` its id. An answer that is not the whole lineage says so in a node of its own.
    """
    picture = Picture(lineage)
    boxes = [box_id(drawn.artifact_id) for drawn in picture.artifacts]
    lines = ['node [shape=box, style=rounded, fontname="sans-serif"];']
    lines += [f"{box} [{_looks(drawn, lineage.root)}];" for box, drawn in zip(boxes, picture.artifacts, strict=True)]
    lines += [f"partial{n} [label={quoted(note)}, {NOTE}];" for n, note in enumerate(left_out(lineage))]
    lines += [f"{boxes[parent]} -> {boxes[child]};" for parent, child in picture.edges()]
    return "\n".join(["digraph lineage {", *(f"    {line}" for line in lines), "}"]) + "\n"


def quoted(*lines: str) -> str:
    """`lines` as a DOT string that shows exactly them.

    Graphviz reads HTML's character codes in labels and, after a backslash, escapes of its own (`\\N` is the name of
    the node), so that signs of both are escaped. Invisible characters are written out.
    """
    texts = (shown(line).replace("\\", r"\\").replace('"', r"\"").replace("&", "&amp;") for line in lines)
    return '"' + r"\n".join(texts) + '"'


def _looks(drawn: Drawn, root: Card) -> str:
    card = drawn.card
    if card is None:
        return f"label={quoted(drawn.artifact_id)}, tooltip={quoted(drawn.artifact_id)}"
    told = facts(card)
    text = quoted(label(card), told) if told else quoted(label(card))
    looks = (f"label={text}", f"tooltip={quoted(card.artifact_id)}", STYLES[card.state], ASKED if card is root else "")
    return ", ".join(filter(None, looks))
