"""Records of artifacts from the graph: for a copy of everything, and for a batch that is merged into it.

Neo4j reads what is committed at the moment of reading, not the state at one instant. So a copy reads what began up to
an instant, and takes back what ended after it: artifacts, edges and aliases have their instants. First it waits for the
transactions that were under way at that instant. Tags, metadata and other fields have no history: they are as they are
read.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple

from neo4j import Record as Row

from catalog_graph.aliases import Alias, AliasMove, alias_of, move_of
from catalog_graph.backends.neo4j.artifacts import seals
from catalog_graph.backends.neo4j.store import erasures
from catalog_graph.backends.neo4j.store.bolt import Bolt, BoltTransaction
from catalog_graph.backends.neo4j.store.records import entry_from, kept_entry
from catalog_graph.copies.intervals import Interval, is_open
from catalog_graph.copies.merging import record_at
from catalog_graph.copies.records import ArtifactRecord, Record, VersionRecord
from catalog_graph.instants import from_microseconds, microseconds, now
from catalog_graph.query.text import SEPARATOR

BATCH = 1000
_MARGIN = 0.05
"""Seconds between the instant at which a writer reads its clock and the one at which its transaction is seen."""
_PAUSE = 0.1
_SECONDS = 24 * 3600.0
"""Seconds for which everything may be read: whoever takes the copy may be slow."""


class Stored(NamedTuple):
    """A record, and the revision of the artifact when it was read."""

    record: ArtifactRecord
    revision: int


def export(bolt: Bolt) -> tuple[str, Iterator[Sequence[Record]]]:
    """Return an instant, and everything as it was then, see `CopyInterface._export`."""
    at = now()
    _await_writers(bolt)
    return at, _all_records(bolt, at)


def stored(transaction: BoltTransaction, artifact_ids: Iterable[str]) -> dict[str, Stored]:
    """Return the records of the known ones of these ids."""
    [row] = transaction.run("copies/artifacts", ids=sorted(set(artifact_ids)))
    return {record.artifact_id: Stored(record, revision) for record, revision in map(_stored, row["artifacts"])}


def _await_writers(bolt: Bolt) -> None:
    """Wait until the transactions that write now have ended, for as long as one may take."""
    time.sleep(_MARGIN)
    deadline = time.monotonic() + bolt.limits.write
    running: set[str] | None = None
    while running is None or running:
        [row] = bolt.read("copies/running", database=bolt.database)
        running = set(row["ids"]) if running is None else running & set(row["ids"])
        if not running or time.monotonic() > deadline:
            return
        time.sleep(_PAUSE)


def _all_records(bolt: Bolt, at: str) -> Iterator[Sequence[Record]]:
    for versions in _batches(bolt.stream("copies/all_versions", _SECONDS)):
        yield [VersionRecord(*row["version"]) for row in versions]
    last: dict[tuple[str, str], AliasMove] = {}
    for moves in _batches(bolt.stream("copies/all_moves", _SECONDS, at=microseconds(at))):
        batch = [move_of(row["move"]) for row in moves]
        last |= {(move.name, move.alias): move for move in batch}
        yield batch
    for rows in _batches(bolt.stream("copies/all_artifacts", _SECONDS)):
        records = [then for row in rows if (then := record_at(_stored(row["artifact"])[0], at)) is not None]
        yield [edge for record in records for edge in record.ended_edges()]
        yield records
    yield from seals.all_parts(bolt, _SECONDS)
    aliases = [alias_of(row["alias"]) for row in bolt.stream("copies/all_aliases", _SECONDS)]
    yield _aliases_at(aliases, last, at)
    yield from ([part] for kept in erasures.all_erasures(bolt) for part in kept.parts(BATCH))


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _aliases_at(aliases: Sequence[Alias], last: dict[tuple[str, str], AliasMove], at: str) -> list[Alias]:
    """Return the aliases at an instant: those that were set by then, and the ones before those that were set later."""
    then = {(alias.name, alias.alias): alias for alias in aliases if alias.at <= at}
    for key, move in last.items():
        if key not in then and move.after is not None:
            then[key] = Alias(move.name, move.alias, move.after, move.by, move.at)
    return [then[key] for key in sorted(then)]


def _stored(row: Sequence[Any]) -> tuple[ArtifactRecord, int]:
    fields, deleted_at, revision, position, present, past, kept, earlier = row
    entry = entry_from(fields)
    edges: dict[str, list[Interval]] = {parent: [] for parent in entry.parent_ids}
    for parent, created, removed in (*sorted(past, key=lambda edge: edge[1:]), *present):
        interval = Interval(from_microseconds(created), "" if removed is None else from_microseconds(removed))
        edges.setdefault(parent, []).append(interval)
    lives = []
    if entry.state != "unregistered":
        recorded_at = entry.recorded_at or from_microseconds(deleted_at or 0)
        end = from_microseconds(deleted_at or 0) if entry.state == "deleted" else ""
        lives = [*map(_life, sorted(earlier)), Interval(recorded_at, end)]
        if earlier:
            lives[-1] = Interval(from_microseconds(max(life[2] for life in earlier)), end)
    known = {parent: intervals for parent, intervals in edges.items() if intervals}
    record = ArtifactRecord(entry, lives, known, (position or 0) if lives else 0)
    return (_whole(record, kept) if entry.state == "deleted" else record), revision


def _life(row: Sequence[Any]) -> Interval:
    since, until, _, card = row
    _, name, artifact_type, version, created_at, _ = card.split(SEPARATOR)
    return Interval(
        from_microseconds(since), from_microseconds(until), card=(name, artifact_type, version or None, created_at)
    )


def _whole(record: ArtifactRecord, kept: str | None) -> ArtifactRecord:
    """Return the record of a deleted artifact with all that is kept of it; edges that end with it say so."""
    parents, record.whole = record.entry.parent_ids, kept is not None
    if kept is not None:
        record.entry = replace(kept_entry(kept, record.entry.recorded_at), state="deleted")
    record.mark_deletion(parents)
    record.entry.parent_ids = [parent for parent in parents if is_open(record.edges.get(parent, []))]
    return record
