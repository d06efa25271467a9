"""The records of a copy, and their lines of NDJSON: a JSON object each, whose `kind` says what it is.

`docs/reference/copies.md` documents the lines. A line without `kind` is an artifact to register, see
`transfer.ndjson`.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast, get_args

from catalog_graph import checks
from catalog_graph.aliases import Alias, AliasMove, checked_alias, checked_by
from catalog_graph.answers.kept_erasure import Relation, StoredErasure, StoredItem
from catalog_graph.artifact import CONTRACT_FIELDS, CatalogEntry, State
from catalog_graph.copies.intervals import Interval, is_open
from catalog_graph.errors import InvalidInput
from catalog_graph.instants import from_microseconds, microseconds, normalised
from catalog_graph.seals.card import MAX_PARTS, SealCard, SealPart

FORMAT = 2
"""Number of the format; lines of format 1 have no `kind`."""
_EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclass(slots=True)
class ArtifactRecord:
    """An artifact with its whole history."""

    entry: CatalogEntry
    """The fields, and as `parent_ids` the present parents; of a deleted artifact, those that it had."""
    lives: list[Interval] = field(default_factory=list)
    """When it was registered; empty if it is only named as a parent."""
    edges: dict[str, list[Interval]] = field(default_factory=dict)
    """When each of its edges was present, by the id of the parent."""
    position: int = 0
    """Place in the transaction that registered it."""
    whole: bool = True
    """False if it is deleted, and the catalog keeps no record of it."""

    @property
    def artifact_id(self) -> str:
        """The id."""
        return self.entry.artifact_id

    @property
    def kept_parent_ids(self) -> list[str]:
        """The parents that a deleted artifact had last, even if its edges to them have ended with it."""
        return [p for p, all_ in self.edges.items() if is_open(all_) or (all_[-1:] and all_[-1].by == "deletion")]

    @property
    def state(self) -> State:
        """The present state."""
        if not self.lives:
            return "unregistered"
        return "registered" if is_open(self.lives) else "deleted"

    @property
    def purged(self) -> bool:
        """True if nothing is left of it but its id: its only life begins and ends with the purge."""
        return not self.whole and not self.entry.name and [i.start for i in self.lives] == [i.end for i in self.lives]

    @property
    def purged_at(self) -> str:
        """The instant of the last purge, empty if there was none: a life without a length and without a name."""
        names = [life.card[0] if life.card else self.entry.name for life in self.lives]
        purges = [life.end for life, name in zip(self.lives, names, strict=True) if not name and life.start == life.end]
        return max(purges, default="")

    @property
    def names(self) -> set[str]:
        """All names that it has or had."""
        return {self.entry.name, *(life.card[0] for life in self.lives if life.card)} - {""}

    def mark_deletion(self, parent_ids: Sequence[str]) -> None:
        """Mark the last ends of the edges to these parents as ended by the deletion of the artifact."""
        for parent in parent_ids:
            if (intervals := self.edges.get(parent)) and intervals[-1].end:
                intervals[-1] = intervals[-1]._replace(by="deletion")

    def ended_edges(self) -> list[EdgeRecord]:
        """Return the past edges."""
        return [
            EdgeRecord(self.artifact_id, parent, interval)
            for parent, intervals in self.edges.items()
            for interval in intervals
            if interval.end
        ]


@dataclass(frozen=True, slots=True)
class EdgeRecord:
    """An edge that was removed."""

    child: str
    parent: str
    interval: Interval


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """The highest whole number that a version of a name has had."""

    name: str
    last: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that the source has, but cannot express as a record."""

    label: str
    reason: str
    everything: bool = False
    """True if the source is a service that cannot give a whole catalog."""


Record = ArtifactRecord | EdgeRecord | VersionRecord | AliasMove | Alias | SealPart | StoredErasure | LeftOut


def kind_of(record: Record) -> str:
    """Return the `kind` of the line of a record."""
    return _KINDS[type(record)]


def counted_as(record: Record) -> str:
    """Return the kind under which a record is counted: `stub` for an artifact that is not registered, else its kind."""
    if isinstance(record, LeftOut):
        return "artifact"
    return "stub" if isinstance(record, ArtifactRecord) and not record.lives else kind_of(record)


def label_of(record: Record) -> str:
    """Return the text by which a record is named in reports."""
    if isinstance(record, ArtifactRecord | StoredErasure):
        return record.artifact_id
    if isinstance(record, EdgeRecord):
        return f"{record.child} -> {record.parent}"
    if isinstance(record, AliasMove | Alias):
        return f"{record.name}@{record.alias}"
    if isinstance(record, SealPart):
        return f"seal of {record.card.artifact_id}"
    return record.name if isinstance(record, VersionRecord) else record.label


def line_of(record: Record) -> dict[str, Any]:
    """Return the line of a record, as JSON types."""
    if isinstance(record, ArtifactRecord):
        return _artifact_line(record)
    if isinstance(record, EdgeRecord):
        line = {
            "kind": "edge",
            "child": record.child,
            "parent": record.parent,
            "created_at": record.interval.start,
            "removed_at": record.interval.end,
        }
        return {**line, "by": record.interval.by} if record.interval.by else line
    if isinstance(record, AliasMove | Alias):
        return {"kind": kind_of(record), **record.to_dict()}
    if isinstance(record, SealPart):
        body = base64.b64encode(record.body).decode()
        return {"kind": "seal", "card": record.card.to_dict(), "part": record.part, "parts": record.parts, "body": body}
    if isinstance(record, VersionRecord):
        return {"kind": "version", "name": record.name, "last": record.last}
    if isinstance(record, StoredErasure):
        return _erasure_line(record)
    return {"kind": "left_out", "label": record.label, "reason": record.reason}


def record_of(line: Mapping[str, Any]) -> Record | None:
    """Return the record of a line with a `kind`; `None` for a line about the copy itself. Raises `InvalidInput`."""
    kind = line.get("kind")
    if kind == "artifact":
        return _artifact_record(line)
    if kind == "edge":
        interval = Interval(_instant(line, "created_at"), _instant(line, "removed_at"), _text(line, "by"))
        return EdgeRecord(checks.checked_id(line.get("child"), "child"), _id(line, "parent"), interval)
    if kind == "alias_move":
        before, after = (None if line.get(key) is None else _id(line, key) for key in ("before", "after"))
        return AliasMove(*_alias(line), before, after, checked_by(line.get("by")), _instant(line, "at"))
    if kind == "alias":
        name, alias = _alias(line)
        return Alias(name, alias, _id(line, "artifact_id"), checked_by(line.get("by")), _instant(line, "at"))
    if kind == "version":
        last = line.get("last")
        if not isinstance(last, int) or isinstance(last, bool) or not 0 <= last < 10**15:
            raise InvalidInput(f"last: {last!r} is not a whole number of at most 15 digits", field="last")
        return VersionRecord(checks.checked_name(line.get("name")), last)
    if kind == "seal":
        return _seal_part(line)
    if kind == "erasure":
        return _erasure_record(line)
    if kind == "left_out":
        return LeftOut(_text(line, "label"), _text(line, "reason"))
    if kind in ("catalog", "end"):
        return None
    raise InvalidInput(f"kind: {kind!r} is not known; a later version of catalog-graph wrote it", field="kind")


def _seal_part(line: Mapping[str, Any]) -> SealPart:
    try:
        card = SealCard.from_dict(_mapping(line, "card"))
        body = base64.b64decode(str(line.get("body")), validate=True)
    except (TypeError, ValueError) as error:
        raise InvalidInput(f"the seal has no whole card, or its body is not base64: {error}", field="card") from error
    checks.checked_id(card.artifact_id)
    normalised(card.sealed_at, "sealed_at")
    part, parts = line.get("part"), line.get("parts")
    if not isinstance(part, int) or not isinstance(parts, int) or not 0 <= part < parts <= MAX_PARTS:
        raise InvalidInput(f"part: {part!r} of {parts!r} is not a part of a seal", field="part")
    return SealPart(card, part, parts, body)


def _erasure_line(record: StoredErasure) -> dict[str, Any]:
    times = {"opened_at": from_microseconds(record.opened_at), "opened_by": record.opened_by, "reason": record.reason}
    items = [{**item._asdict(), "added_at": from_microseconds(item.added_at)} for item in record.items]
    for item in items:
        item["done_at"] = None if item["done_at"] is None else from_microseconds(item["done_at"])
    return {"kind": "erasure", "artifact_id": record.artifact_id, **times, "items": items}


def _erasure_record(line: Mapping[str, Any]) -> StoredErasure:
    items = line.get("items")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise InvalidInput("items is not a list of objects", field="items")
    opened_at = microseconds(_instant(line, "opened_at"))
    opened = (_id(line, "artifact_id"), opened_at, checked_by(line.get("opened_by")), _text(line, "reason"))
    return StoredErasure(*opened, list(map(_erasure_item, items)))


def _erasure_item(item: Mapping[str, Any]) -> StoredItem:
    relation, depth = item.get("relation"), item.get("depth")
    if relation not in get_args(Relation) or type(depth) is not int:
        raise InvalidInput(f"relation: {relation!r} is not known, or depth is not a whole number", field="relation")
    done_at = None if item.get("done_at") is None else microseconds(_instant(item, "done_at"))
    return StoredItem(
        item=_text(item, "item"),
        artifact_id=_id(item, "artifact_id"),
        relation=cast("Relation", relation),
        via=_text(item, "via"),
        depth=depth,
        content_hash=_text(item, "content_hash"),
        added_at=microseconds(_instant(item, "added_at")),
        done_at=done_at,
        done_by=checked_by(item.get("done_by")),
        note=_text(item, "note"),
    )


def _artifact_line(record: ArtifactRecord) -> dict[str, Any]:
    state = record.state
    if state == "unregistered":
        return {"kind": "artifact", "artifact_id": record.artifact_id, "state": state}
    *earlier, last = record.lives
    entry = record.entry
    line: dict[str, Any] = {"kind": "artifact", **{name: getattr(entry, name) for name in CONTRACT_FIELDS}}
    line |= {"state": state, "recorded_at": last.start, "position": record.position}
    if entry.recorded_at and entry.recorded_at < last.start:
        line["first_recorded_at"] = entry.recorded_at
    if last.end:
        line["deleted_at"] = last.end
    if earlier:
        line["lives"] = [[life.start, life.end, *(life.card or ())] for life in earlier]
    if not record.whole:
        line["whole"] = False
    starts = {parent: record.edges[parent][-1].start for parent in entry.parent_ids if parent in record.edges}
    edges = {parent: start for parent, start in starts.items() if start != last.start}
    # A store keeps which edges a deletion ended with what it ended, and the lines of those edges may come long before.
    ended = {parent: [i[-1].start, i[-1].end] for parent, i in record.edges.items() if i and i[-1].by == "deletion"}
    return line | ({"edges": edges} if edges else {}) | ({"ended_edges": ended} if ended else {})


def _artifact_record(line: Mapping[str, Any]) -> ArtifactRecord:
    state = line.get("state", "registered")
    if state == "unregistered":
        return ArtifactRecord(CatalogEntry(artifact_id=_id(line, "artifact_id"), state="unregistered"))
    if state not in ("registered", "deleted"):
        raise InvalidInput(f"state: {state!r} is not registered, deleted or unregistered", field="state")
    recorded_at = _instant(line, "recorded_at")
    life = Interval(recorded_at, _instant(line, "deleted_at") if state == "deleted" else "")
    entry = _entry(line, state)
    first = _instant(line, "first_recorded_at") if "first_recorded_at" in line else recorded_at
    entry.recorded_at, entry.state = min(first, recorded_at), state
    starts = _mapping(line, "edges")
    edges = {p: [Interval(_instant(starts, p) if p in starts else recorded_at)] for p in entry.parent_ids}
    for parent, ends in _mapping(line, "ended_edges").items():
        if not isinstance(ends, list) or len(ends) != 2:
            raise InvalidInput("ended_edges has a value that is no list of two instants", field="ended_edges")
        start, end = (_checked(instant, "ended_edges") for instant in ends)
        edges.setdefault(checks.checked_id(parent, "ended_edges"), [Interval(start, end, "deletion")])
    position = line.get("position", 0)
    if not isinstance(position, int) or isinstance(position, bool) or not 0 <= position < 2**53:
        raise InvalidInput(f"position: {position!r} is not a whole number", field="position")
    return ArtifactRecord(entry, [*_lives(line), life], edges, position, line.get("whole") is not False)


def _entry(line: Mapping[str, Any], state: str) -> CatalogEntry:
    fields = {name: line[name] for name in CONTRACT_FIELDS if line.get(name) not in _EMPTY}
    entry = CatalogEntry(**fields)
    checks.checked_id(entry.artifact_id)
    if state == "registered":
        return checks.checked_entry(entry)
    # Of a deleted artifact, a store may have kept the id alone.
    checked = checks.checked_entry(replace(entry, name=entry.name or "-", artifact_type=entry.artifact_type or "-"))
    return replace(checked, name=entry.name, artifact_type=entry.artifact_type)


def _lives(line: Mapping[str, Any]) -> list[Interval]:
    lives = line.get("lives", [])
    if not isinstance(lives, list) or not all(isinstance(life, list) and len(life) in (2, 6) for life in lives):
        raise InvalidInput(
            "lives is not a list of lists, each two instants, name, type, version and created_at", field="lives"
        )
    return [_life(*life) for life in lives]


def _life(start: Any, end: Any, *card: Any) -> Interval:
    interval = Interval(_checked(start, "lives"), _checked(end, "lives"))
    if not card:
        return interval
    name, artifact_type, version, created_at = (None if text is None else _of_card(text) for text in card)
    return interval._replace(card=(name or "", artifact_type or "", version, created_at or ""))


def _of_card(text: Any) -> str:
    return checks.checked_text(text, "lives", 10_000)


def _alias(line: Mapping[str, Any]) -> tuple[str, str]:
    return checks.checked_name(line.get("name")), checked_alias(line.get("alias"))


def _id(line: Mapping[str, Any], field: str) -> str:
    return checks.checked_id(line.get(field), field)


def _instant(line: Mapping[str, Any], field: str) -> str:
    return _checked(line.get(field), field)


def _checked(instant: Any, field: str) -> str:
    if not isinstance(instant, str) or not instant:
        raise InvalidInput(f"{field}: {instant!r} is not an instant; write ISO 8601", field=field)
    return normalised(instant, field)


def _text(line: Mapping[str, Any], field: str) -> str:
    return checks.checked_text(line.get(field), field, 10_000)


def _mapping(line: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    value = line.get(field, {})
    if not isinstance(value, dict):
        raise InvalidInput(f"{field} is not an object", field=field)
    return value


_KINDS: dict[type, str] = {
    ArtifactRecord: "artifact",
    EdgeRecord: "edge",
    VersionRecord: "version",
    AliasMove: "alias_move",
    Alias: "alias",
    SealPart: "seal",
    StoredErasure: "erasure",
    LeftOut: "left_out",
}

KINDS: Sequence[str] = tuple(_KINDS.values())
"""The kinds of records."""
