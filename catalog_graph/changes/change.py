"""Changes as they are read from the record, and the question that selects them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from catalog_graph.forms import Forms, Section, instant

ChangeKind = Literal[
    "registered",
    "merged",
    "tagged",
    "edges_added",
    "edges_removed",
    "deleted",
    "revived",
    "purged",
    "alias_moved",
    "promoted",
    "copied",
    "sealed",
]
KINDS: tuple[ChangeKind, ...] = get_args(ChangeKind)
"""All kinds. The record holds their positions, so that a new kind comes last."""

_CARD = ("name", "artifact_type", "version")
_MOVE = ("name", "alias", "before", "after", "signed_by")
DETAILS: Mapping[ChangeKind, tuple[str, ...]] = {
    "registered": _CARD,
    "merged": ("fields",),
    "tagged": ("tags", "removed"),
    "edges_added": ("parent_ids",),
    "edges_removed": ("parent_ids",),
    "deleted": (),
    "revived": _CARD,
    "purged": (),
    "alias_moved": _MOVE,
    "promoted": _MOVE,
    "copied": ("name",),
    "sealed": ("digest",),
}
"""The details of each kind, in the order in which the record holds them. What was purged is `None`."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one artifact or alias; changes of one transaction have the same number."""

    number: int
    """Number of the transaction: 1, 2, 3, … in the order of their commits, without holes."""
    at: str
    """Instant of the transaction, which is never before that of a lower number."""
    by: str
    """Name of the API key; `FlowyML` for what it wrote into the same file; empty without a key."""
    request_id: str
    kind: ChangeKind
    artifact_id: str | None
    """The artifact; of a move of an alias, the new holder, or the old one if there is none."""
    details: dict[str, Any]
    """By kind, see `DETAILS`; values are `None` if they were purged."""

    def to_dict(self) -> dict[str, Any]:
        """Return JSON types."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class RecordBounds:
    """The extent of the record: it has every change from `since` on."""

    first: int
    """Number of the first transaction that it still holds; one more than `last` if it holds none."""
    last: int
    """Number of the last transaction; 0 if there was none."""
    since: str | None
    """Instant from which it holds every change; `None` if nothing was ever changed."""
    whole: bool
    """True if it holds every change that the catalog ever saw."""


@dataclass(frozen=True, slots=True)
class ChangePage(Forms):
    """One page of changes, with the bounds of the record."""

    items: list[Change]
    record: RecordBounds
    cursor: str | None = None
    """Start of the next page; `None` on the last page."""

    @property
    def complete(self) -> bool:
        """True on the last page."""
        return self.cursor is None

    def _headline(self) -> str:
        return "1 change" if len(self.items) == 1 else f"{len(self.items):,} changes"

    def _sections(self) -> list[Section]:
        rows = [
            (str(c.number), instant(c.at), c.by, c.kind, c.artifact_id or "", _details_text(c.details))
            for c in self.items
        ]
        head = ("number", "at", "by", "change", "artifact", "details")
        return [Section("", head, rows, [] if self.complete else ["… more changes follow"])]

    def to_dict(self) -> dict[str, Any]:
        """Return JSON types."""
        return {
            "items": [item.to_dict() for item in self.items],
            "record": asdict(self.record),
            "complete": self.complete,
            "cursor": self.cursor,
        }


def _details_text(details: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}: {value}" for key, value in details.items() if value not in (None, "", [], {}))


def page_of(answer: Mapping[str, Any]) -> ChangePage:
    """Return the page that `ChangePage.to_dict` wrote."""
    return ChangePage([Change(**item) for item in answer["items"]], RecordBounds(**answer["record"]), answer["cursor"])


@dataclass(frozen=True, slots=True)
class ChangeQuestion:
    """The changes to read, with checked values; without `after`, the newest come first."""

    artifact_id: str | None = None
    kinds: tuple[ChangeKind, ...] = ()
    """Any kind if empty."""
    by: str | None = None
    since: str | None = None
    """Instant, inclusive."""
    until: str | None = None
    """Instant, exclusive."""
    after: int | None = None
    """Only changes of transactions with a higher number, in order."""
