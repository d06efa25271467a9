"""The state of the model catalog, and changes to it, all or none."""

from __future__ import annotations

import json
import time
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from threading import RLock
from typing import Any

from catalog_graph.aliases import Alias, AliasMove
from catalog_graph.answers.kept_erasure import StoredErasure
from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.composed import Sizes, StoreBackend
from catalog_graph.backends.keys import StoredKey
from catalog_graph.backends.observation import StoreObserver
from catalog_graph.backends.references import unknown_artifact
from catalog_graph.backends.webhooks import Progress, StoredWebhook, WebhookStore
from catalog_graph.changes.change import ChangeKind, RecordBounds
from catalog_graph.changes.reading import RecordRange, StoredChanges
from catalog_graph.changes.recording import (
    Recorder,
    edge_items,
    entry_items,
    item,
    move_item,
    subjects_of,
    unpacked,
    without_content,
)
from catalog_graph.errors import InvalidInput
from catalog_graph.instants import from_microseconds, microseconds, now
from catalog_graph.lineage import Traversal
from catalog_graph.seals.card import PartKey, SealPart


class ModelWebhooks(WebhookStore):
    """Webhooks and the lease in memory."""

    def __init__(self) -> None:
        self._webhooks: dict[str, StoredWebhook] = {}
        self._lease = "", 0.0

    def all(self) -> list[StoredWebhook]:
        return sorted(self._webhooks.values(), key=lambda webhook: (webhook.created_at, webhook.id))

    def keep(self, webhook: StoredWebhook) -> None:
        self._webhooks[webhook.id] = webhook

    def delete(self, webhook_id: str) -> None:
        self._webhooks.pop(webhook_id, None)

    def note(self, webhook_id: str, progress: Progress, holder: str | None) -> bool:
        if webhook_id not in self._webhooks or holder not in (None, self._lease[0]):
            return False
        self._webhooks[webhook_id] = replace(self._webhooks[webhook_id], progress=progress)
        return True

    def take_lease(self, holder: str, seconds: float) -> bool:
        if self._lease[0] not in ("", holder) and self._lease[1] > time.monotonic():
            return False
        self._lease = holder, time.monotonic() + seconds
        return True


class ModelState(StoreBackend):
    """Entries, aliases and their history in memory."""

    def __init__(self) -> None:
        self._known: dict[str, CatalogEntry] = {}
        self._last_number: dict[str, int] = {}
        self._receipts: dict[str, tuple[str, str]] = {}
        self._kept: dict[str, CatalogEntry] = {}
        """The record of each deleted artifact, a tombstone or hidden."""
        self._purged: dict[str, str] = {}
        """The instant of each purge."""
        self._lives: dict[str, int] = {}
        """How often each artifact was registered, or registered again by `undelete`."""
        self._history: list[tuple[int, dict[str, CatalogEntry], dict[str, int]]] = []
        """All entries and lives after each change, with its instant."""
        self._last_of_life: dict[tuple[str, int], CatalogEntry] = {}
        self._order: list[str] = []
        """The ids in order of registration; an id that was registered again counts where it comes last."""
        self._aliases: dict[tuple[str, str], Alias] = {}
        self._moves: list[AliasMove] = []
        self._keys: dict[str, StoredKey] = {}
        self._seal_store: dict[PartKey, SealPart] = {}
        self._erasures: dict[str, StoredErasure] = {}
        self.webhooks = ModelWebhooks()
        self._lock = RLock()
        self._depth = 0
        self._stored_changes: list[StoredChanges] = []
        self._special: dict[str, ChangeKind] = {}
        """Artifacts and aliases that the present transaction changes in a way which their states do not tell."""

    def observe(self, observer: StoreObserver) -> None:
        """Report nothing: the model has no queries."""

    def sizes(self) -> Sizes:
        return Sizes(len(self._known), sum(len(entry.parent_ids) for entry in self._known.values()))

    def stored_keys(self) -> list[StoredKey]:
        return sorted(self._keys.values(), key=lambda key: (key.name, key.created_at, key.digest))

    def store_key(self, key: StoredKey) -> None:
        self._keys[key.digest] = key

    def end_keys(self, digests: Sequence[str], at: int) -> None:
        for key in [self._keys[digest] for digest in digests if digest in self._keys]:
            self.store_key(replace(key, expires_at=min(at, key.expires_at or at)))

    def store_key_uses(self, uses: Mapping[str, int]) -> None:
        for key in [key for key in self._keys.values() if key.digest in uses]:
            self.store_key(replace(key, used_at=max(uses[key.digest], key.used_at or 0)))

    def stored_erasure(self, artifact_id: str) -> StoredErasure | None:
        return self._erasures.get(artifact_id)

    def stored_erasures(self) -> list[StoredErasure]:
        return list(self._erasures.values())

    def _keep_erasure(self, erasure: StoredErasure) -> None:
        kept = self._erasures.get(erasure.artifact_id, erasure._replace(items=()))
        known = {item.item for item in kept.items}
        new = [item for item in erasure.items if item.item not in known]
        self._erasures[erasure.artifact_id] = kept._replace(items=[*kept.items, *new])

    def _mark_items(self, artifact_id: str, items: Sequence[str], by: str, note: str, at: int) -> None:
        kept = self._erasures[artifact_id]
        marked = [
            item._replace(done_at=at, done_by=by, note=note) if item.item in items and item.done_at is None else item
            for item in kept.items
        ]
        self._erasures[artifact_id] = kept._replace(items=marked)

    def with_content(self, hashes: Sequence[str]) -> dict[str, list[str]]:
        ids: dict[str, list[str]] = {}
        for entry in sorted(self._all_registered(), key=lambda entry: entry.artifact_id):
            if entry.content_hash in hashes:
                ids.setdefault(entry.content_hash, []).append(entry.artifact_id)
        return ids

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        with self._lock:
            before = dict(self._known), dict(self._aliases), {*self._kept, *self._purged}, {*self._seal_store}
            self._depth += 1
            try:
                with self._restored_on_error():
                    yield
                if self._depth == 1:
                    self._record(*before)
            finally:
                self._depth -= 1
                if not self._depth:
                    self._special = {}

    @contextmanager
    def _restored_on_error(self) -> Iterator[None]:
        with self._lock:
            # Entries that are known are replaced, never changed, so that copies of the containers suffice.
            before = dict(self._known), dict(self._last_number), dict(self._kept), dict(self._lives), [*self._order]
            aliases = dict(self._aliases), list(self._moves), dict(self._seal_store)
            try:
                yield
                self._hide()
                self._history.append((microseconds(now()), dict(self._known), dict(self._lives)))
                self._last_of_life |= {(e.artifact_id, self._lives[e.artifact_id]): e for e in self._all_registered()}
            except BaseException:
                self._known, self._last_number, self._kept, self._lives, self._order = before
                self._aliases, self._moves, self._seal_store = aliases
                raise

    def _record(
        self,
        known: dict[str, CatalogEntry],
        aliases: dict[tuple[str, str], Alias],
        deleted: set[str],
        seals: set[PartKey],
    ) -> None:
        """Record what differs from this earlier state."""
        recorder = Recorder()
        for name, alias in sorted({*aliases, *self._aliases}):
            before, after = (
                held[name, alias].artifact_id if (name, alias) in held else None for held in (aliases, self._aliases)
            )
            if before != after:
                by = self._moves[-1].by if self._moves else ""
                move = AliasMove(name, alias, before, after, by, "")
                recorder.add([move_item(move, self._special.get(f"{name}@{alias}") == "promoted")])
        for artifact_id in sorted({*known, *self._known, *self._kept}):
            old, new = known.get(artifact_id), self._known.get(artifact_id)
            if new is not None and new.state == "registered":
                recorder.add(entry_items(old, new, self._special.get(artifact_id) == "revived"))
            elif (artifact_id in self._kept and artifact_id not in deleted) or (old and old.state == "registered"):
                recorder.add([item("deleted", artifact_id)])
            edges, had = ([(artifact_id, p) for p in e.parent_ids] if e else [] for e in (new, old))
            recorder.add(edge_items("edges_removed", [edge for edge in had if edge not in edges]))
            recorder.add(edge_items("edges_added", [edge for edge in edges if edge not in had]))
        recorder.add(
            item("sealed", p.card.artifact_id, p.card.digest)
            for k, p in self._seal_store.items()
            if k not in seals and not p.part
        )
        for artifact_id in [i for i, kind in self._special.items() if kind == "purged"]:
            self._stored_changes = [
                each._replace(body=without_content(each.body, artifact_id)) for each in self._stored_changes
            ]
            recorder.purge(artifact_id)
        body = recorder.body()
        if body is not None:
            last = self._stored_changes[-1] if self._stored_changes else StoredChanges(0, 0, "")
            self._stored_changes.append(StoredChanges(last.number + 1, max(microseconds(now()), last.at), body))

    def _record_bounds(self) -> RecordBounds:
        numbers = [each.number for each in self._stored_changes]
        since = from_microseconds(self._stored_changes[0].at) if self._stored_changes else None
        return RecordBounds(min(numbers, default=1), max(numbers, default=0), since, numbers[:1] in ([], [1]))

    def _number_before(self, at: int) -> int:
        return max((each.number for each in self._stored_changes if each.at < at), default=0)

    def _recorded(self, span: RecordRange) -> list[StoredChanges]:
        chosen = [each for each in self._stored_changes if span.low <= each.number <= span.high]
        if span.artifact_id is not None:
            ids = {each.number: _subjects(each) for each in chosen}
            chosen = [each for each in chosen if span.artifact_id in ids[each.number]]
        return (chosen[::-1] if span.newest else chosen)[: span.limit]

    def drop_changes(self, before: int) -> int:
        kept = [each for each in self._stored_changes[:-1] if each.at >= before] + self._stored_changes[-1:]
        dropped = len(self._stored_changes) - len(kept)
        self._stored_changes = kept
        return dropped

    def _hide(self) -> None:
        """Forget what is not registered and has no child; this may take the last child of others."""
        while True:
            parents = {parent_id for entry in self._known.values() for parent_id in entry.parent_ids}
            hidden = [i for i, entry in self._known.items() if entry.state != "registered" and i not in parents]
            if not hidden:
                return
            for artifact_id in hidden:
                del self._known[artifact_id]

    def _at(self, as_of: int | None) -> dict[str, CatalogEntry]:
        """Return everything as it was at an instant, with the cards that each life had at last."""
        if as_of is None:
            return self._known
        then = [(known, lives) for instant, known, lives in self._history if instant <= as_of]
        known, lives = then[-1] if then else ({}, {})
        return {i: entry if i not in lives else self._with_card(entry, lives[i]) for i, entry in known.items()}

    def _with_card(self, entry: CatalogEntry, life: int) -> CatalogEntry:
        last = self._last_of_life[entry.artifact_id, life]
        card = {"name": last.name, "artifact_type": last.artifact_type, "version": last.version}
        return replace(entry, **card, created_at=last.created_at)

    def _registered(self, artifact_id: str) -> CatalogEntry:
        entry = self._known.get(artifact_id)
        if entry is None or entry.state != "registered":
            raise unknown_artifact(artifact_id)
        return entry

    def _all_registered(self) -> list[CatalogEntry]:
        return [e for e in self._known.values() if e.state == "registered"]

    def _all_aliases(self) -> list[Alias]:
        return [self._aliases[key] for key in sorted(self._aliases)]

    def _carried(self, artifact_id: str) -> list[str]:
        return [alias.alias for alias in self._all_aliases() if alias.artifact_id == artifact_id]

    def _shown(self, entry: CatalogEntry) -> CatalogEntry:
        """Return a copy of an entry with the aliases that it holds."""
        return replace(deepcopy(entry), aliases=list(dict.fromkeys(self._carried(entry.artifact_id))))


def _subjects(record: StoredChanges) -> set[str]:
    return {i for _, _, items in unpacked(record.body) for each in items for i in subjects_of(each)}


def distances(
    graph: dict[str, CatalogEntry], artifact_id: str, traversal: Traversal, ends: Container[str] = ()
) -> dict[str, int]:
    """Return the depth of each artifact in a closure, by id; the walk stops at the ends."""
    neighbours: dict[str, list[str]] = {i: [] for i in graph}
    for child in graph.values():
        for parent_id in child.parent_ids:
            start, end = child.artifact_id, parent_id
            if traversal.direction == "downstream":
                start, end = end, start
            neighbours[start].append(end)
    depths = {artifact_id: 0}
    level = [] if artifact_id in traversal.without else [artifact_id]
    while level:
        passed = [i for i in level if i == artifact_id or i not in ends]
        new = [n for i in passed for n in neighbours[i] if n not in depths and n not in traversal.without]
        level = list(dict.fromkeys(new))
        depths |= dict.fromkeys(level, max(depths.values()) + 1)
    return depths


def read_cursor(cursor: str, *types: type) -> list[Any]:
    try:
        parts = json.loads(cursor)
        if isinstance(parts, list) and [type(part) for part in parts] == list(types):
            return parts
    except ValueError:
        pass
    raise InvalidInput(f"cursor {cursor!r} cannot be read; use one that an answer gave", field="cursor")
