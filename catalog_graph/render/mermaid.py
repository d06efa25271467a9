"""A lineage as a mermaid flowchart, parents above children, with an icon, the name and the facts in each box."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from catalog_graph.cards import Card
from catalog_graph.render.marks import Marks, marks
from catalog_graph.render.notes import facts, label, left_out
from catalog_graph.render.order import Drawn, Picture

if TYPE_CHECKING:
    from catalog_graph.lineage import Lineage

ICONS = {
    "dataset": "📊",
    "features": "🧮",
    "featureset": "🧮",
    "metrics": "📈",
    "model": "🤖",
    "report": "📄",
}
OTHER_ICON = "📦"
STYLES = {
    "asked": "stroke-width:3px",
    "unregistered": "stroke-dasharray:5 5,opacity:0.7",
    "deleted": "stroke-dasharray:2 3,opacity:0.4",
    "partial": "stroke:none,fill:none,font-style:italic",
}

SAFE_SIGNS = " ,/()"
_INNER_SIGN = re.compile(r"(?<=[^\W_])[_.\-](?=[^\W_])")


def mermaid(lineage: Lineage) -> str:
    """Return the lineage as a mermaid flowchart (`graph TD`).

    A box has the same id in every picture. Unregistered and deleted artifacts have styles of their own. If the lineage
    is incomplete, a box of its own says so. The limits of mermaid itself (500 edges and 50,000 characters by default)
    are set by the page that shows the chart.
    """
    picture = Picture(lineage)
    marked = marks(lineage)
    boxes = [box_id(drawn.artifact_id) for drawn in picture.artifacts]
    lines = [
        f'{box}["{_text(drawn, marked)}"]{_class(drawn, lineage.root)}'
        for box, drawn in zip(boxes, picture.artifacts, strict=True)
    ]
    lines += [f'partial{n}["{escaped(note)}"]:::partial' for n, note in enumerate(left_out(lineage))]
    lines += [f"{boxes[edge[0]]} -->{_arrow(picture.rule(edge))} {boxes[edge[1]]}" for edge in picture.edges()]
    used = {line.rpartition(":::")[2] for line in lines}
    lines += [f"classDef {name} {style}" for name, style in STYLES.items() if name in used]
    return "\n    ".join(["graph TD", *lines]) + "\n"


def escaped(text: str) -> str:
    """Return a mermaid label that shows exactly `text`.

    Signs become character codes (`#34;`), except inside words, so that no quote or bracket ends the label and nothing
    is interpreted as HTML, markdown or a code. Invisible characters are written as codes.
    """
    inner = {match.start() for match in _INNER_SIGN.finditer(text)}
    return "".join(c if n in inner else _escaped(c) for n, c in enumerate(text))


def _escaped(character: str) -> str:
    if not character.isprintable():
        return "".join(map(_escaped, ascii(character)[1:-1]))
    # Mermaid uses ﬂ and ¶ for its own codes.
    safe = character.isalnum() or character in SAFE_SIGNS or ord(character) > 127
    return character if safe and character not in "ﬂ¶" else f"#{ord(character)};"


def _text(drawn: Drawn, marked: Marks) -> str:
    card = drawn.card
    if card is None:
        return f"{OTHER_ICON} {escaped(drawn.artifact_id)}"
    icon = ICONS.get(card.artifact_type.lower(), OTHER_ICON)
    description = facts(card)
    mark = marked.by_id.get(drawn.artifact_id, "")
    below = [f"({escaped(description)})"] if description else []
    return "<br/>".join([f"{icon} {escaped(label(card))}", *below, *([escaped(mark)] if mark else [])])


def _arrow(rule: str) -> str:
    return f"|{escaped(rule)}|" if rule else ""


def _class(drawn: Drawn, root: Card) -> str:
    if drawn.card is None:
        return ""
    if drawn.card.state != "registered":
        return f":::{drawn.card.state}"
    return ":::asked" if drawn.card is root else ""


def box_id(artifact_id: str) -> str:
    """Return the id of an artifact's box: letters and digits, the same in every picture."""
    return "a" + hashlib.sha256(artifact_id.encode("utf-8", "surrogatepass")).hexdigest()[:12]
