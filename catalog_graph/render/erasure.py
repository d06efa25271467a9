"""The worklist of an erasure as text, markdown and CSV."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from catalog_graph.forms import Section
from catalog_graph.render.csv import csv_text
from catalog_graph.render.impact import described, escaped_markdown
from catalog_graph.render.notes import label, shown

if TYPE_CHECKING:
    from catalog_graph.answers.erasure import Erasure, ErasureItem

CSV_FIELDS = (
    "item", "open", "left", "kind", "artifact_id", "name", "type", "version", "relation", "via", "added_at", "done_at",
    "done_by", "note",
)  # fmt: skip
HEAD = ("state", "item", "artifact", "why", "done by", "at", "note")


def as_text(erasure: Erasure) -> str:
    """Return how far the worklist is, and a line for each item."""
    rows = ("  ".join(filter(None, (f"{_state(item):7}", shown(item.item), _remark(item)))) for item in erasure.items)
    return "\n".join([headline(erasure), *_opening(erasure), *(f"  {row}" for row in rows), *_notes(erasure, "  ")])


def as_markdown(erasure: Erasure) -> str:
    """Return how far the worklist is, and a table of its items."""
    lines = [f"### {escaped_markdown(headline(erasure))}", "", *map(escaped_markdown, _opening(erasure))]
    lines += ["", f"| {' | '.join(HEAD)} |", f"|{'---|' * len(HEAD)}"]
    lines += [f"| {' | '.join(map(escaped_markdown, row))} |" for row in _rows(erasure.items)]
    notes = _notes(erasure, "")
    return "\n".join([*lines, *(["", *map(escaped_markdown, notes)] if notes else [])])


def as_csv(erasure: Erasure) -> str:
    """Return the listed items as CSV: a header and a row for each."""
    rows = (
        (
            *(item.item, str(item.open).lower(), str(item.left).lower(), item.kind),
            *(item.artifact.artifact_id, item.artifact.name, item.artifact.artifact_type, item.artifact.version),
            *(item.relation, item.via, item.added_at, item.done_at, item.done_by, item.note),
        )
        for item in erasure.items
    )
    return csv_text(CSV_FIELDS, rows)


def sections(erasure: Erasure) -> list[Section]:
    """Return a row for each item."""
    return [Section("", HEAD, list(_rows(erasure.items)), [*_opening(erasure), *_notes(erasure, "")])]


def headline(erasure: Erasure) -> str:
    """Return how much must go, and how much of it is open, as one sentence."""
    items = "1 item" if erasure.total == 1 else f"{erasure.total:,} items"
    root = described(erasure.root)
    if erasure.proof is not None:
        return f"{items} gone with {root}: nothing registered is left"
    return f"{items} must go with {root}; open: {erasure.open:,}, still in the catalog: {erasure.left:,}"


def _opening(erasure: Erasure) -> list[str]:
    if not erasure.opened_at:
        return ["not kept as a worklist yet"]
    by = f" by {erasure.opened_by}" if erasure.opened_by else ""
    reason = f": {erasure.reason}" if erasure.reason else ""
    return [shown(f"opened {erasure.opened_at}{by}{reason}")]


def _notes(erasure: Erasure, before: str) -> list[str]:
    notes = []
    if not erasure.complete:
        notes.append(f"… {erasure.total:,} in all, {len(erasure.items):,} shown, open ones first")
    if (proof := erasure.proof) is not None:
        notes.append(f"proof: searched {proof.checked_at}, {proof.artifacts:,} artifacts, sha256 {proof.digest}")
    return [before + note for note in notes]


def _rows(items: Iterable[ErasureItem]) -> Iterable[tuple[str, ...]]:
    for item in items:
        card = item.artifact
        done = (item.done_by, item.done_at, item.note)
        yield (_state(item), item.item, f"{label(card)} ({card.artifact_id})", _why(item), *done)


def _state(item: ErasureItem) -> str:
    """Return `done`, `left` for what somebody said is done and the catalog still has, or `open`."""
    return "done" if not item.open else "left" if item.done_at else "open"


def _why(item: ErasureItem) -> str:
    if item.relation == "itself":
        return "the artifact itself"
    return f"derives from {item.via}" if item.relation == "derivative" else f"same content as {item.via}"


def _remark(item: ErasureItem) -> str:
    new = "new" if not item.added_at else ""
    gone = "" if item.left else "no longer in the catalog"
    done = f"done by {item.done_by or 'somebody'} {item.done_at}" if item.done_at else ""
    why = _why(item) if item.kind == "artifact" else f"of {item.artifact.artifact_id}"
    return shown(f"({'; '.join(filter(None, (why, new, gone, done, item.note)))})")
