"""Merging the records of two catalogs about one artifact, and records as they were at an instant. Pure functions."""

from __future__ import annotations

from dataclasses import replace

from catalog_graph.artifact import CatalogEntry, merged
from catalog_graph.checks import checked_merge
from catalog_graph.copies.intervals import Interval, at, is_open, union
from catalog_graph.copies.records import ArtifactRecord


def merged_record(old: ArtifactRecord | None, new: ArtifactRecord) -> ArtifactRecord:
    """Return what a catalog holds after it has taken `new`, where it held `old`.

    What begins or ends later wins: registrations, deletions, edges. Of an artifact that both have registered, fields
    merge as if `new` was registered again, which removes none. Of a time before a purge, nothing stays but edges.
    Raises `LimitExceeded`.
    """
    if old is not None and (purged_at := max(old.purged_at, new.purged_at)):
        old, new = _since(old, purged_at), _since(new, purged_at)
    if old is None or (not old.lives and not old.edges):
        return new
    lives = union(_with_cards(old), _with_cards(new))
    lives[-1:] = [life._replace(card=None) for life in lives[-1:]]
    edges = {
        parent: _last_marked(union(old.edges.get(parent, []), new.edges.get(parent, [])))
        for parent in {**old.edges, **new.edges}
    }
    entry, position = _fields(old, new, lives)
    whole = any(record.whole for record in (old, new) if not lives or record.lives[-1:] == lives[-1:])
    order = dict.fromkeys([*old.entry.parent_ids, *new.entry.parent_ids, *edges])
    parents = [parent for parent in order if is_open(edges.get(parent, []))]
    return ArtifactRecord(
        _with_state(replace(entry, parent_ids=parents), lives, old, new), lives, edges, position, whole
    )


def _since(record: ArtifactRecord, instant: str) -> ArtifactRecord:
    """Return a record without the lives that began before an instant, and the fields of the last if that is one."""
    lives = [life for life in record.lives if life.start >= instant]
    if lives or not record.lives:
        return replace(record, lives=lives)
    entry = CatalogEntry(record.artifact_id, parent_ids=record.entry.parent_ids, state="unregistered")
    return replace(record, entry=entry, lives=[])


def _with_cards(record: ArtifactRecord) -> list[Interval]:
    """Return the lives, the last one with its card if it has ended: the other catalog may know a later one."""
    entry = record.entry
    if not record.lives or not record.lives[-1].end or not (entry.name or record.purged):
        return record.lives
    card = (entry.name, entry.artifact_type, entry.version, entry.created_at)
    return [*record.lives[:-1], record.lives[-1]._replace(card=card)]


def record_at(record: ArtifactRecord, instant: str) -> ArtifactRecord | None:
    """Return the record as it was at an instant, `None` if there was nothing of it.

    Tags, metadata and other fields have no history: they are those of the record.
    """
    lives = at(record.lives, instant)
    edges = {parent: then for parent, all_ in record.edges.items() if (then := at(all_, instant))}
    if lives == record.lives and edges == record.edges:
        return record
    if not lives and not edges:
        return None
    order = dict.fromkeys([*record.entry.parent_ids, *edges])
    parents = [parent for parent in order if is_open(edges.get(parent, []))]
    entry = _with_state(replace(record.entry, parent_ids=parents), lives, record)
    return ArtifactRecord(entry, lives, edges, record.position, record.whole)


def _last_marked(intervals: list[Interval]) -> list[Interval]:
    """Return intervals of an edge of which only the last one may say that a deletion ended it: no store keeps more."""
    return [*(interval._replace(by="") for interval in intervals[:-1]), *intervals[-1:]]


def _fields(old: ArtifactRecord, new: ArtifactRecord, lives: list[Interval]) -> tuple[CatalogEntry, int]:
    """Return the fields that remain, and the position."""
    olds, news = _in_last(old, lives), _in_last(new, lives)
    if not (olds and news):
        return (new.entry, new.position) if news else (old.entry, old.position)
    first = min(old, new, key=lambda record: record.lives[-1].start)
    if is_open(lives):
        bare = replace(new.entry, parent_ids=[], recorded_at="", state="registered")
        kept = replace(old.entry, parent_ids=[], state="registered")
        checked_merge(kept, bare, "")
        return merged(kept, bare, ""), first.position
    # The record of a deletion is the last word on what was deleted; a store may have kept the id alone.
    last = max(old, new, key=lambda record: (record.lives[-1].end, bool(record.entry.name)))
    return last.entry, first.position


def _in_last(record: ArtifactRecord, lives: list[Interval]) -> bool:
    """Return True if the last life of a record is part of the last one of `lives`."""
    return bool(lives and record.lives) and record.lives[-1].start >= lives[-1].start


def _with_state(entry: CatalogEntry, lives: list[Interval], *records: ArtifactRecord) -> CatalogEntry:
    """Return the fields with the state and the `recorded_at` that follow from the lives.

    `undelete` keeps an earlier `recorded_at`, which one of the `records` of that life has.
    """
    if not lives:
        return CatalogEntry(artifact_id=entry.artifact_id, parent_ids=entry.parent_ids, state="unregistered")
    state = "registered" if is_open(lives) else "deleted"
    start = lives[-1].start
    same_life = [record.entry.recorded_at for record in records if [i.start for i in record.lives[-1:]] == [start]]
    recorded_at = min([start, *filter(None, same_life)])
    return replace(entry, recorded_at=recorded_at, state=state)  # type: ignore[arg-type]
