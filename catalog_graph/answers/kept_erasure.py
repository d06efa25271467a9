"""The worklist of an erasure, as a store keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

Kind = Literal["artifact", "alias", "approval", "seal"]
_KINDS: dict[str, Kind] = {kind: kind for kind in get_args(Kind)}
Relation = Literal["itself", "derivative", "copy"]


class StoredItem(NamedTuple):
    """An item of a worklist, as a store keeps it: ids alone, which a purge keeps too."""

    item: str
    """`artifact:ID`, `alias:NAME@ALIAS`, `approval:ID/TAG` or `seal:ID/DIGEST`."""
    artifact_id: str
    relation: Relation
    """The way in which the artifact belongs to the worklist."""
    via: str
    """The id of the artifact that it derives from, or of which it is a copy; empty for the artifact of the worklist."""
    depth: int
    """Number of steps to the artifact of the worklist when the item was found."""
    content_hash: str
    """Hash of the artifact, by which later copies are found."""
    added_at: int
    """Instant in microseconds since 1970."""
    done_at: int | None = None
    done_by: str = ""
    note: str = ""

    @property
    def kind(self) -> Kind:
        """The kind of the item, which its text begins with."""
        return _KINDS.get(self.item.partition(":")[0], "artifact")


class StoredErasure(NamedTuple):
    """A worklist, as a store keeps it."""

    artifact_id: str
    opened_at: int
    opened_by: str
    reason: str
    items: Sequence[StoredItem] = ()

    def parts(self, size: int) -> list[StoredErasure]:
        """Return the worklist in parts of at most so many items each."""
        starts = range(0, max(len(self.items), 1), size)
        return [self._replace(items=self.items[start : start + size]) for start in starts]

    def merged(self, other: StoredErasure) -> StoredErasure:
        """Return both as one: the opening that was first, all items, and the first mark of each."""
        first = min(self, other, key=lambda each: each.opened_at)
        items = {item.item: item for item in self.items}
        for item in other.items:
            mine = items.get(item.item, item)
            items[item.item] = min(mine, item, key=lambda each: (each.done_at is None, each.done_at or 0))
        return first._replace(items=list(items.values()))
