"""The answer unreachable: old artifacts that nothing in use was made from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from catalog_graph.answers.choice import ChoiceAnswer
from catalog_graph.answers.question import LineageReader, Question
from catalog_graph.answers.spread import BATCH, Spread
from catalog_graph.cards import card_of
from catalog_graph.checks import MAX_PAGE
from catalog_graph.lineage import Card


@dataclass(frozen=True)
class Unreachable(ChoiceAnswer):
    """Registered artifacts that are old, not in use, and not upstream of anything that is young or in use."""

    in_use: str
    """The query for what is in use."""
    older_than: str
    """The age or date from which on an artifact is young, and counts as in use."""
    nodes: list[Card]
    """The newest first, so that an artifact usually comes before what it was made from; depths are 0."""
    total: int
    """Number of all of them, listed or not."""
    edges: list[list[str]]
    """Edges among the artifacts that are listed, as pairs of ids, child first."""
    all_examined: bool
    """False if more than 10,000 artifacts are old and not in use, of which the newest were looked at."""

    @property
    def complete(self) -> bool:
        """True if every unreachable artifact is listed."""
        return self.all_examined and len(self.nodes) == self.total

    def _title(self) -> str:
        artifacts = "1 artifact" if self.total == 1 else f"{self.total:,} artifacts"
        return f"{artifacts} older than {self.older_than}, from which nothing in use ({self.in_use}) was made"

    def _notes(self) -> list[str]:
        notes = [] if len(self.nodes) == self.total else [f"… the newest {len(self.nodes):,} shown"]
        return notes if self.all_examined else [*notes, "… more may be so; the newest 10,000 were looked at"]


@dataclass(frozen=True)
class UnreachableQuestion(Question[Unreachable]):
    """The question for what nothing in use was made from."""

    path = "unreachable"
    answer_type = Unreachable
    in_use: str
    older_than: str
    limit: int

    def answer(self, reader: LineageReader) -> Unreachable:
        """Read what is old and not in use, then what was made from it."""
        # An instant may be written with a space, which ends a word of a query.
        query = f"created<{self.older_than.strip().replace(' ', 'T')} NOT ({self.in_use})"
        matches = [card_of(entry) for entry in reader.search(query, limit=MAX_PAGE + 1)]
        candidates = matches[:MAX_PAGE]
        used = _used(reader, candidates)
        cards = [card for card in candidates if card.artifact_id not in used]
        listed = cards[: self.limit]
        edges = Spread(reader).edges(listed)
        return Unreachable(self.in_use, self.older_than, listed, len(cards), edges, len(matches) <= MAX_PAGE)

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of the request."""
        return {"from": self.in_use, "older_than": self.older_than, "limit": self.limit}


def _used(reader: LineageReader, candidates: Iterable[Card]) -> set[str]:
    """Return the ids, of candidates and what lies between them, from which a registered artifact was made that is none.

    Children that are not registered are passed: what was made from them was made from the candidate too.
    """
    ids = {card.artifact_id for card in candidates}
    known, level = set(ids), sorted(ids)
    parents: dict[str, list[str]] = {}
    used: set[str] = set()
    while level:
        new: set[str] = set()
        for at in range(0, len(level), BATCH):
            for parent, children in reader.adjacent(level[at : at + BATCH], "downstream").items():
                for child in children:
                    parents.setdefault(child.artifact_id, []).append(parent)
                    if child.artifact_id in known:
                        continue
                    if child.state == "registered":
                        used.add(child.artifact_id)
                    else:
                        new.add(child.artifact_id)
        known |= new
        level = sorted(new)
    pending = list(used)
    while pending:
        above = [parent for parent in parents.get(pending.pop(), ()) if parent not in used]
        used.update(above)
        pending += above
    return used
