"""The answer erasure: what must go with an artifact, as a worklist that the store keeps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Literal, Self

from catalog_graph.answers.base import AnswerPart, DrawnAnswer
from catalog_graph.answers.kept_erasure import StoredErasure, StoredItem
from catalog_graph.answers.question import LineageReader, Question
from catalog_graph.answers.worklist import Remains
from catalog_graph.errors import NotFound
from catalog_graph.forms import Section
from catalog_graph.instants import from_microseconds, microseconds, now
from catalog_graph.lineage import Card, Traversal

if TYPE_CHECKING:
    from catalog_graph.answers.drawing import Drawing

Progress = Literal["not kept", "open", "done"]


@dataclass(frozen=True)
class ErasureItem(AnswerPart):
    """One item of a worklist."""

    derived = ("open",)

    item: str
    """`artifact:ID`, `alias:NAME@ALIAS`, `approval:ID/TAG` or `seal:ID/DIGEST`."""
    kind: str
    """`artifact`, `alias`, `approval` or `seal`."""
    artifact: Card
    """The artifact, or the one that had the alias, the approval or the seal; its depth is the number of steps to it."""
    relation: str
    """`itself`, `derivative` or `copy`: how the artifact belongs to the worklist."""
    via: str
    """The id of the artifact that it derives from or is a copy of; empty for the artifact of the worklist."""
    added_at: str
    """Instant from which on the worklist has it; empty if it is not kept yet."""
    left: bool
    """True if the catalog still has it: the artifact is registered, the alias or the approval is set, the
    artifact of the seal is registered."""
    done_at: str
    """Instant at which somebody said that it is done; empty before."""
    done_by: str
    note: str

    @property
    def open(self) -> bool:
        """True if it is left, or nobody said that it is done."""
        return self.left or not self.done_at


@dataclass(frozen=True)
class ErasureProof(AnswerPart):
    """The statement that every item is done, and that nothing of it is left."""

    checked_at: str
    """Instant at which the catalog was searched for what is left."""
    artifacts: int
    """Number of artifacts of the worklist; none of them is registered."""
    digest: str
    """SHA-256 of the items: of `[item, done_at, done_by, note]` each, sorted, as one JSON text without blanks."""


@dataclass(frozen=True)
class Erasure(DrawnAnswer):
    """A worklist for the erasure of an artifact: what derives from it, copies, aliases, approvals and seals."""

    root: Card
    progress: Progress
    """`not kept` before the worklist is opened; `done` once every item is done and nothing is left."""
    opened_at: str
    """Empty if the worklist is not kept."""
    opened_by: str
    reason: str
    items: list[ErasureItem]
    """Open ones first, then by the instant at which they were found, nearest first."""
    total: int
    """Number of all items, listed or not."""
    open: int
    """Number of open items."""
    left: int
    """Number of items that the catalog still has."""
    proof: ErasureProof | None
    """`None` unless the worklist is done."""

    @property
    def complete(self) -> bool:
        """True if all items are listed."""
        return len(self.items) == self.total

    def text(self) -> str:
        """Return a line for each item."""
        from catalog_graph.render.erasure import as_text

        return as_text(self)

    def markdown(self) -> str:
        """Return the worklist as markdown."""
        from catalog_graph.render.erasure import as_markdown

        return as_markdown(self)

    def csv(self) -> str:
        """Return the listed items as CSV, safe to open in a spreadsheet."""
        from catalog_graph.render.erasure import as_csv

        return as_csv(self)

    def _sections(self) -> list[Section]:
        from catalog_graph.render.erasure import sections

        return sections(self)

    def _drawing(self) -> Drawing:
        from catalog_graph.answers.drawing import Drawing

        listed = [each for each in self.items if each.kind == "artifact"]
        ids = {each.artifact.artifact_id for each in listed}
        edges = [(i.artifact.artifact_id, i.via) for i in listed if i.relation == "derivative" and i.via in ids]
        roles = [(i.artifact, "copy" if i.relation == "copy" else "") for i in listed]
        states = [(i.artifact, "open" if i.open else "done") for i in listed]
        marked = [(card, role) for card, role in [*roles, *states] if role]
        return Drawing(self._headline(), [each.artifact for each in listed], edges, marked)


@dataclass(frozen=True)
class ErasureQuestion(Question[Erasure]):
    """The question what must go with an artifact."""

    path = "erasure"
    answer_type = Erasure
    limit: int

    def answer(self, reader: LineageReader) -> Erasure:
        """Read the worklist that is kept, and what is left in the catalog. Nothing is written."""
        return erasure(reader, self.artifact_id, self.limit)

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of the request."""
        return {"limit": self.limit}


@dataclass(frozen=True)
class KeptErasure(AnswerPart):
    """A worklist that is kept; `erasure` searches the catalog for what is left of it."""

    artifact_id: str
    opened_at: str
    opened_by: str
    reason: str
    items: int
    """Number of its items."""
    marked: int
    """Number of items of which somebody said that they are done."""

    @classmethod
    def of(cls, kept: StoredErasure) -> Self:
        """Return the numbers of a worklist."""
        marked = sum(item.done_at is not None for item in kept.items)
        opened_at = from_microseconds(kept.opened_at)
        return cls(kept.artifact_id, opened_at, kept.opened_by, kept.reason, len(kept.items), marked)


def left_of(reader: LineageReader, artifact_id: str, at: int) -> list[StoredItem]:
    """Return the items of a worklist that the catalog has at an instant. Raises `NotFound`."""
    return list(_read(reader, artifact_id, at)[1].items.values())


def _read(reader: LineageReader, artifact_id: str, at: int) -> tuple[StoredErasure | None, Remains]:
    kept = reader.stored_erasure(artifact_id)
    try:
        root = reader.traverse(artifact_id, Traversal("upstream", depth=0), 1).root
    except NotFound:
        if kept is None:
            raise
        root = Card(artifact_id, "", "", None, "", 0, "deleted")
    return kept, Remains(reader, root, [] if kept is None else kept.items, at)


def erasure(reader: LineageReader, artifact_id: str, limit: int) -> Erasure:
    """Return the worklist of an artifact: the items that are kept, and whatever else is left by now."""
    checked_at = now()
    kept, remains = _read(reader, artifact_id, microseconds(checked_at))
    stored = [] if kept is None else kept.items
    known = {item.item: item for item in stored}
    new = [item for text, item in remains.items.items() if text not in known]
    cards = _with_gone([item.artifact_id for item in stored], remains.cards)
    items = [
        _item(item, cards[item.artifact_id], item.item in remains.items, item.item in known)
        for item in sorted([*stored, *new], key=attrgetter("added_at", "depth", "item"))
    ]
    unfinished = [item for item in items if item.open]
    done = kept is not None and not unfinished
    listed = [*unfinished, *(item for item in items if not item.open)][:limit]
    return Erasure(
        root=cards[artifact_id]._replace(depth=0),
        progress="done" if done else "not kept" if kept is None else "open",
        opened_at="" if kept is None else from_microseconds(kept.opened_at),
        opened_by="" if kept is None else kept.opened_by,
        reason="" if kept is None else kept.reason,
        items=listed,
        total=len(items),
        open=len(unfinished),
        left=sum(item.left for item in items),
        proof=_proof(items, checked_at) if done else None,
    )


def _with_gone(ids: Sequence[str], cards: dict[str, Card]) -> dict[str, Card]:
    """Return cards with one for each of these ids; that of an artifact which lineage lacks has its id alone."""
    return {i: Card(i, "", "", None, "", 0, "deleted") for i in ids} | cards


def _item(item: StoredItem, card: Card, left: bool, kept: bool) -> ErasureItem:
    return ErasureItem(
        item=item.item,
        kind=item.kind,
        artifact=card._replace(depth=item.depth),
        relation=item.relation,
        via=item.via,
        added_at=from_microseconds(item.added_at) if kept else "",
        left=left,
        done_at="" if item.done_at is None else from_microseconds(item.done_at),
        done_by=item.done_by,
        note=item.note,
    )


def _proof(items: Sequence[ErasureItem], checked_at: str) -> ErasureProof:
    rows = sorted([item.item, item.done_at, item.done_by, item.note] for item in items)
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    return ErasureProof(checked_at, sum(item.kind == "artifact" for item in items), digest)
