"""The catalog in Neo4j: each primitive of the interface as a query or a transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from catalog_graph.aliases import Alias, AliasMove, AliasPage, MoveRequest
from catalog_graph.answers.facts import Ancestries, Counts, Details, Newest
from catalog_graph.answers.kept_erasure import StoredErasure
from catalog_graph.answers.picture import Surroundings
from catalog_graph.artifact import CatalogEntry, Neighbours, OnDuplicate, Registration
from catalog_graph.backends import bookmarks
from catalog_graph.backends.batches import TagEdit
from catalog_graph.backends.composed import Sizes, StoreBackend
from catalog_graph.backends.composed.copying import take
from catalog_graph.backends.composed.events import take as take_events
from catalog_graph.backends.composed.openlineage import Edge
from catalog_graph.backends.keys import StoredKey
from catalog_graph.backends.neo4j.artifacts import aliases, editing, events, names, purging, seals, tagging
from catalog_graph.backends.neo4j.artifacts.events import Neo4jEvents
from catalog_graph.backends.neo4j.artifacts.newest import newer, newest
from catalog_graph.backends.neo4j.artifacts.registration import register
from catalog_graph.backends.neo4j.copies.reading import export
from catalog_graph.backends.neo4j.copies.transaction import Neo4jCopy
from catalog_graph.backends.neo4j.lineage import stamps
from catalog_graph.backends.neo4j.lineage.adjacent import adjacent
from catalog_graph.backends.neo4j.lineage.ancestors import ancestors
from catalog_graph.backends.neo4j.lineage.closures import Closures
from catalog_graph.backends.neo4j.lineage.surroundings import surroundings
from catalog_graph.backends.neo4j.search import counting, examined, finding, spelling
from catalog_graph.backends.neo4j.search.recent import Recent
from catalog_graph.backends.neo4j.store import change_record, erasures, keys, schema
from catalog_graph.backends.neo4j.store.bolt import PARALLEL_QUERIES, Bolt, TimeLimits
from catalog_graph.backends.neo4j.store.group_commit import GroupCommit
from catalog_graph.backends.neo4j.store.idempotency import Receipts
from catalog_graph.backends.neo4j.store.memory import PER_ARTIFACT, TransactionMemory
from catalog_graph.backends.neo4j.store.records import entry_from, kept_entry, storable
from catalog_graph.backends.neo4j.store.transaction import Request
from catalog_graph.backends.neo4j.store.webhooks import Neo4jWebhooks
from catalog_graph.backends.observation import StoreObserver
from catalog_graph.backends.references import NamedArtifact, Standing, VersionPosition, standing
from catalog_graph.changes.change import RecordBounds
from catalog_graph.changes.reading import RecordRange, StoredChanges
from catalog_graph.copies.records import Record
from catalog_graph.copies.result import Outcome
from catalog_graph.errors import CatalogError
from catalog_graph.facets import FacetKey, Tally
from catalog_graph.idempotency import Receipt
from catalog_graph.lineage import Card, Direction, Lineage, Traversal
from catalog_graph.openlineage.batch import EventBatch
from catalog_graph.openlineage.report import EventReport
from catalog_graph.page import Page
from catalog_graph.query.selection import Selection
from catalog_graph.query.text import compact_name
from catalog_graph.seals.ancestry import Ancestor
from catalog_graph.seals.card import SealCard, SealPart

T = TypeVar("T")

GROUPED, GROUP = 32, 128
"""Maximum entries of a request that shares its transaction with others, and of all requests that share one."""


class Neo4jCatalogBackend(StoreBackend):
    """A catalog in a Neo4j of version 5.26 or later.

    `uri` is `neo4j://host:7687` or `bolt://host:7687`, with `+s` after the scheme for TLS; `ca_file` (PEM) names
    authorities that this machine does not trust already. Time limits, in seconds: `query_timeout` for a query,
    `write_timeout` for a batch or another change, `connect_timeout` for opening a connection, `lag_wait` for a
    server of a cluster to reach what the caller has seen. With `leader_reads`, callers without bookmarks read from the
    leader of a cluster. Creating the backend connects to nothing: call `ensure_schema` once before anything else. Any
    number of processes may share a database. `heap` is that of Neo4j, in bytes: batches that would not fit are then
    refused before they start. `require_space` raises `StoreFull` while Neo4j's disk has too little room for changes.
    """

    def __init__(
        self,
        uri: str,
        username: str,
        password: str,
        database: str = "neo4j",
        *,
        query_timeout: float = 30.0,
        write_timeout: float = 300.0,
        connect_timeout: float = 3.0,
        lag_wait: float = 3.0,
        leader_reads: bool = False,
        ca_file: Path | None = None,
        heap: int | None = None,
        require_space: Callable[[], None] = lambda: None,
    ) -> None:
        limits = TimeLimits(query_timeout, write_timeout, connect_timeout, lag_wait)
        self._bolt = Bolt(
            uri,
            username,
            password,
            database,
            limits,
            leader_reads=leader_reads,
            ca_file=ca_file,
            require_space=require_space,
        )
        self._bolt.first_question = self.ask_first
        self.webhooks = Neo4jWebhooks(self._bolt)
        self._pool = ThreadPoolExecutor(PARALLEL_QUERIES, "query")
        self._receipts = Receipts()
        self._memory = TransactionMemory(heap)
        self._closures = Closures(self._bolt)
        self._recent = Recent(self._bolt, self._pool)
        self._events: GroupCommit[EventBatch, EventReport] = GroupCommit(self._take_together, events.fits)
        self._registrations: GroupCommit[Request, list[Registration]] = GroupCommit(self._register_all, _fits)

    def ensure_schema(self) -> int:
        """Create or upgrade the schema and return its number.

        Raise `ConfigurationError` if this database cannot be used, `StoreUnavailable` if it does not answer.
        """
        return schema.ensure_schema(self._bolt)

    def ask_first(self) -> None:
        """List an artifact: a Neo4j that has just started plans this query alone, and not beside those of a crowd."""
        with suppress(CatalogError):  # whoever asks next is told
            self.list_artifacts(limit=1)

    def check(self) -> dict[str, Any]:
        """Return the store's name, version and schema; raise `StoreUnavailable` if it cannot be used now."""
        version = schema.server_version(self._bolt)
        number = schema.schema_number(self._bolt)
        schema.require_current(number)
        return {"store": "neo4j", "version": version, "database": self._bolt.database, "schema": number}

    def keep_graph(self, limit: int) -> None:
        """Keep the present edges in memory, in `limit` bytes at most; they are read in the background."""
        self._closures.keep(limit)

    def observe(self, observer: StoreObserver) -> None:
        """Report queries, sessions, retries and groups to `observer`."""
        self._bolt.observer = observer

    @property
    def is_away(self) -> bool:
        """True from a request that Neo4j did not answer until it answers again."""
        return self._bolt.is_away

    def sizes(self) -> Sizes:
        """Return the numbers that Neo4j keeps."""
        [row] = self._bolt.read("store/sizes")
        return Sizes(row["artifacts"], row["edges"])

    def close(self) -> None:
        """Close all connections."""
        self._closures.close()
        self._pool.shutdown()
        self._bolt.close()

    # ---- writing

    @property
    def starts_at_once(self) -> bool:
        """True unless the caller has bookmarks to wait for."""
        return self._bolt.has_reached_bookmarks

    def _register(
        self, entries: Sequence[CatalogEntry], on_duplicate: OnDuplicate, receipt: Receipt | None
    ) -> list[Registration]:
        self._bolt.reach_bookmarks()
        request = Request(entries, on_duplicate, receipt)
        # A large batch would make the others wait.
        return self._registrations.submit(request) if len(entries) <= GROUPED else self._register_all([request])[0]

    def _start_registering(
        self, entries: Sequence[CatalogEntry], on_duplicate: OnDuplicate, receipt: Receipt | None
    ) -> Future[list[Registration]]:
        self._bolt.reach_bookmarks()
        return self._registrations.start(Request(entries, on_duplicate, receipt))

    def _register_all(self, requests: list[Request]) -> list[list[Registration]]:
        entries = [entry for request in requests for entry in request.entries]
        with self._memory.held(entries), bookmarks.shared(request.bookmarks for request in requests):
            answers = self._bolt.write(lambda transaction: self._receipts.register(transaction, requests, register))
        self._bolt.observer.grouped(len(requests))
        if any(request.receipt for request in requests):
            self._receipts.drop_old(self._bolt)
        return answers

    def _edit_many_tags(self, edits: Sequence[TagEdit]) -> list[dict[str, Any]]:
        with self._memory.reserved(len(edits), PER_ARTIFACT * len(edits)):
            return self._bolt.write(lambda transaction: tagging.edit_many(transaction, edits))

    def _edit_tags(self, artifact_id: str, tags: Mapping[str, Any], remove: Sequence[str]) -> CatalogEntry:
        return self._bolt.write(lambda transaction: editing.edit_tags(transaction, artifact_id, tags, remove))

    def _edit_parents(self, artifact_id: str, add: Sequence[str], remove: Sequence[str]) -> CatalogEntry:
        return self._bolt.write(lambda transaction: editing.edit_parents(transaction, artifact_id, add, remove))

    def _unset(self, artifact_id: str, metadata: Sequence[str], fields: Sequence[str]) -> CatalogEntry:
        return self._bolt.write(lambda transaction: editing.unset(transaction, artifact_id, metadata, fields))

    def _delete(self, artifact_id: str, force: bool, by: str) -> None:
        self._bolt.write(lambda transaction: editing.delete(transaction, artifact_id, force, by))

    def _undelete(self, artifact_id: str) -> CatalogEntry:
        return self._bolt.write(lambda transaction: editing.undelete(transaction, artifact_id))

    def _purge(self, artifact_id: str, force: bool) -> None:
        self._bolt.write(lambda transaction: purging.purge(transaction, artifact_id, force))

    # ---- API keys

    def stored_keys(self) -> list[StoredKey]:
        """Return all API keys."""
        return keys.all_keys(self._bolt)

    def store_key(self, key: StoredKey) -> None:
        """Store a new API key."""
        keys.keep(self._bolt, key)

    def end_keys(self, digests: Sequence[str], at: int) -> None:
        """Let API keys end."""
        keys.end(self._bolt, digests, at)

    def store_key_uses(self, uses: Mapping[str, int]) -> None:
        """Store when API keys were used last."""
        keys.note_uses(self._bolt, uses)

    # ---- aliases

    def _move_alias(self, request: MoveRequest) -> AliasMove:
        move = self._bolt.write(lambda transaction: aliases.move(transaction, request))
        if request.receipt:
            self._receipts.drop_old(self._bolt)
        return move

    def _alias_page(
        self, name: str | None, alias: str | None, artifact_id: str | None, limit: int, cursor: str | None
    ) -> AliasPage[Alias]:
        return aliases.page(self._bolt, name, alias, artifact_id, limit, cursor)

    def _alias_history(self, name: str, alias: str | None, limit: int, cursor: str | None) -> AliasPage[AliasMove]:
        return aliases.history(self._bolt, name, alias, limit, cursor)

    def _mark(self, artifact_ids: Sequence[str]) -> str:
        return stamps.mark(self._bolt.read, artifact_ids)

    # ---- seals

    def _save_seal(self, parts: Sequence[SealPart]) -> None:
        self._bolt.write(lambda transaction: seals.keep(transaction, parts))

    def _seal_cards(self, artifact_id: str, limit: int) -> list[SealCard]:
        return seals.cards(self._bolt, artifact_id, limit)

    def ancestors(self, artifact_id: str) -> Iterator[Ancestor]:
        """Yield an artifact and everything upstream of it; raise `NotFound`."""
        return ancestors(self._bolt, artifact_id)

    def _seal_parts(self, artifact_id: str, digest: str) -> list[SealPart]:
        return seals.parts(self._bolt, artifact_id, digest)

    # ---- looking up

    def _get(self, artifact_ids: Sequence[str]) -> list[CatalogEntry | None]:
        known = self._read(artifact_ids)
        entries = [known.get(artifact_id) for artifact_id in artifact_ids]
        return [entry if entry is not None and entry.state == "registered" else None for entry in entries]

    def _last_known(self, artifact_ids: Sequence[str]) -> dict[str, CatalogEntry]:
        known = self._read(artifact_ids)
        deleted = [entry.artifact_id for entry in known.values() if entry.state == "deleted"]
        rows = self._bolt.read("artifacts/kept", ids=deleted) if deleted else []
        kept = {row["id"]: kept_entry(row["kept"], known[row["id"]].recorded_at) for row in rows if row["kept"]}
        entries = {i: entry for i, entry in known.items() if entry.state != "unregistered"}
        return entries | {i: replace(entry, state="deleted") for i, entry in kept.items()}

    def _find(self, selection: Selection, limit: int, cursor: str | None) -> Page:
        find = examined.find if selection.query.examines_metadata else finding.find
        hits = find(self._bolt, self._recent, selection, limit + 1, cursor)
        following = hits[limit - 1].position.cursor() if len(hits) > limit else None
        return Page([hit.entry for hit in hits[:limit]], following)

    def _total(self, selection: Selection) -> int:
        if selection.query.examines_metadata:
            return examined.tally(self._bolt, self._recent, selection, (), None).counted
        return counting.total(self._bolt, selection)

    def _tally(self, selection: Selection, keys: Sequence[FacetKey], most: int | None) -> Tally:
        tally = examined.tally if selection.query.examines_metadata else counting.tally
        return tally(self._bolt, self._recent, selection, keys, most)

    def _near(self, words: Sequence[str]) -> dict[str, dict[str, int]]:
        return spelling.near(self._bolt, words)

    def _near_terms(self, terms: Sequence[str]) -> dict[str, list[str]]:
        return spelling.near_terms(self._bolt, terms)

    def _find_by_content_hash(self, content_hash: str) -> CatalogEntry | None:
        if not storable(content_hash):
            return None
        [row] = self._bolt.read("artifacts/oldest_by_hash", hash=content_hash)
        entries = self._get(row["ids"])
        return entries[0] if entries else None

    def _read(self, artifact_ids: Sequence[str]) -> dict[str, CatalogEntry]:
        """Return the artifacts with these ids, in any state."""
        ids = [artifact_id for artifact_id in dict.fromkeys(artifact_ids) if storable(artifact_id)]
        if not ids:
            return {}
        [row] = self._bolt.read("artifacts/read", ids=ids)
        return {entry.artifact_id: entry for entry in map(entry_from, row["artifacts"])}

    def _named(
        self, name: str, versions: Sequence[str], limit: int, after: VersionPosition | None
    ) -> list[NamedArtifact]:
        return names.named(self._bolt, name, versions, limit, after)

    def _latest(self, name: str) -> CatalogEntry | None:
        return names.latest(self._bolt, name)

    def _existing(self, artifact_id: str, names: Sequence[str]) -> tuple[bool, set[str]]:
        pairs = [[compact_name(name), name] for name in names]
        [row] = self._bolt.read("search/named", id=artifact_id, names=pairs)
        return row["by_id"], set(row["existing"])

    # ---- copies

    def _export(self) -> tuple[str, Iterator[Sequence[Record]]]:
        return export(self._bolt)

    def _take(self, records: Sequence[Record]) -> list[Outcome | str]:
        return self._bolt.write(lambda transaction: take(Neo4jCopy(transaction), records))

    # ---- events of OpenLineage

    def _take_batch(self, batch: EventBatch) -> EventReport:
        return self._events.submit(batch) if batch.is_small else self._take_together([batch])[0]

    def _in_event_transaction(self, batches: Sequence[EventBatch], refused: Collection[Edge]) -> list[EventReport]:
        reports = self._bolt.write(lambda transaction: take_events(Neo4jEvents(transaction), batches, refused))
        self._bolt.observer.grouped(len(batches))
        return reports

    # ---- the change record

    def _record_bounds(self) -> RecordBounds:
        return change_record.bounds(self._bolt)

    def _number_before(self, at: int) -> int:
        return change_record.number_before(self._bolt, at)

    def _recorded(self, span: RecordRange) -> list[StoredChanges]:
        return change_record.read(self._bolt, span)

    def drop_changes(self, before: int) -> int:
        """Drop what was recorded before an instant."""
        return change_record.drop(self._bolt.write, before)

    # ---- at once

    def begin(self, query: Callable[[], T]) -> Callable[[], T]:
        """Run a query in a thread of its own."""
        try:
            return self._pool.submit(copy_context().run, query).result
        except RuntimeError:  # closed: the driver has the better message
            return super().begin(query)

    # ---- lineage

    def _neighbours(self, artifact_id: str) -> Neighbours | None:
        if not storable(artifact_id):
            return None
        rows = self._bolt.read("lineage/neighbours", id=artifact_id)
        if not rows:
            return None
        [row] = rows
        artifact = entry_from(row["artifact"])
        children = list(map(entry_from, row["children"]))
        if artifact.state != "registered" and not children:
            return None
        parents = {entry.artifact_id: entry for entry in map(entry_from, row["parents"])}
        return Neighbours(artifact, [parents[i] for i in artifact.parent_ids if i in parents], children)

    def _traverse(self, artifact_id: str, traversal: Traversal) -> Lineage:
        return self._closures.traverse(artifact_id, traversal)

    def surroundings(self, artifact_ids: Sequence[str], as_of: int | None) -> Surroundings:
        """Return the degrees of artifacts, and the edges among them."""
        return surroundings(self._bolt, artifact_ids, as_of)

    def count(self, artifact_id: str, traversal: Traversal, tag_keys: Sequence[str]) -> Counts:
        """Count what a traversal reaches."""
        return self._closures.count(artifact_id, traversal, tag_keys)

    def ancestries(self, left: str, right: str, limit: int) -> Ancestries:
        """Return two upstream lineages, with the nearest of what is common."""
        return self._closures.ancestries(left, right, limit)

    def newest(self, names: Sequence[str]) -> dict[str, Newest]:
        """Return the newest artifact of each name that has one."""
        return newest(self._bolt, names)

    def newer(self, artifacts: Sequence[Card], by_number: Collection[str]) -> dict[str, int]:
        """Count the newer versions of each artifact."""
        return newer(self._bolt, artifacts, by_number)

    def adjacent(self, artifact_ids: Sequence[str], direction: Direction) -> dict[str, list[Card]]:
        """Return the direct parents or children of each artifact that has any."""
        return adjacent(self._bolt, artifact_ids, direction)

    def with_content(self, hashes: Sequence[str]) -> dict[str, list[str]]:
        """Return the ids of the registered artifacts with each of these content hashes."""
        [row] = self._bolt.read("artifacts/with_content", hashes=list(filter(storable, hashes)))
        ids: dict[str, list[str]] = {}
        for content_hash, artifact_id in sorted(row["pairs"]):
            ids.setdefault(content_hash, []).append(artifact_id)
        return ids

    # ---- erasures

    def seal_digests(self, artifact_ids: Sequence[str]) -> dict[str, list[str]]:
        """Return the digests of the seals of each artifact that has any."""
        return seals.digests(self._bolt, artifact_ids)

    def stored_erasure(self, artifact_id: str) -> StoredErasure | None:
        """Return the worklist that is kept for an artifact."""
        return erasures.erasure(self._bolt, artifact_id) if storable(artifact_id) else None

    def stored_erasures(self) -> list[StoredErasure]:
        """Return the worklists that are kept."""
        return erasures.all_erasures(self._bolt)

    def _keep_erasure(self, erasure: StoredErasure) -> None:
        erasures.keep(self._bolt, erasure)

    def _mark_items(self, artifact_id: str, items: Sequence[str], by: str, note: str, at: int) -> None:
        erasures.mark(self._bolt, artifact_id, items, by, note, at)

    def shortest_path(self, source: str, target: str) -> list[Card]:
        """Return one of the shortest paths, by a search from both ends."""
        return self._closures.shortest(source, target)

    def _state_of(self, artifact_id: str) -> Standing | None:
        for row in self._bolt.read("artifacts/state", id=artifact_id):
            return standing(row["state"], row["present"])
        return None

    def details(self, artifact_ids: Sequence[str]) -> dict[str, Details]:
        """Return the details of the artifacts that are known, by id."""
        [row] = self._bolt.read("artifacts/details", ids=list(artifact_ids))
        return {artifact_id: Details(*details) for artifact_id, *details in row["details"]}


def _fits(group: list[Request], request: Request) -> bool:
    """Tell whether a request may join a group: small enough, with other ids and another idempotency key."""
    entries = [entry for grouped in group for entry in grouped.entries]
    if request.receipt and any(grouped.receipt and grouped.receipt.key == request.receipt.key for grouped in group):
        return False
    return len(entries) + len(request.entries) <= GROUP and {e.artifact_id for e in entries}.isdisjoint(
        e.artifact_id for e in request.entries
    )
