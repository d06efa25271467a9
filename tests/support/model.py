"""A catalog of dicts and loops, the model for every backend: it is written for readers, not for speed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any, NoReturn

from catalog_graph.aliases import MoveRequest, refuse_held
from catalog_graph.artifact import CatalogEntry, OnDuplicate, Registration, same_json, version_number
from catalog_graph.backends.batches import TagEdit, missing_artifacts, refuse_copies, refuse_large_tags
from catalog_graph.backends.deletion import has_children, no_record, not_deleted, receipt_texts
from catalog_graph.backends.parent_warnings import about_deleted, with_parent_warnings
from catalog_graph.backends.references import NamedArtifact, VersionPosition, unknown_artifact
from catalog_graph.checks import MAX_TAG_BYTES, checked_merge, checked_object, checked_parents, refuse_batch_cycles
from catalog_graph.facets import FacetKey, Tally, tally
from catalog_graph.idempotency import Receipt, results_text
from catalog_graph.instants import now
from catalog_graph.openlineage.batch import EventBatch
from catalog_graph.page import Page
from catalog_graph.query.index import search_index
from catalog_graph.query.match import matches, order
from catalog_graph.query.selection import Selection
from catalog_graph.query.spelling import MAX_COUNT, nearest, similar
from catalog_graph.query.tree import MATCH_ALL, Query
from tests.support.model_aliases import ModelAliases
from tests.support.model_copies import ModelCopies
from tests.support.model_lineage import ModelLineage
from tests.support.model_state import read_cursor


class ModelBackend(ModelAliases, ModelLineage, ModelCopies):
    """A catalog in memory."""

    def _register(
        self, entries: Sequence[CatalogEntry], on_duplicate: OnDuplicate, receipt: Receipt | None
    ) -> list[Registration]:
        with self._all_or_nothing():
            if receipt is not None and receipt.key in self._receipts:
                return receipt.stored_results(*self._receipts[receipt.key], entries)
            deleted = self._about_deleted(entries)
            answers = [self._register_alone(replace(deepcopy(e), parent_ids=[]), on_duplicate) for e in entries]
            if on_duplicate == "error":
                refuse_copies(
                    {e.artifact_id: a.duplicate_of for e, a in zip(entries, answers, strict=True) if a.duplicate_of}
                )
            stored_as = {e.artifact_id: answer.artifact_id for e, answer in zip(entries, answers, strict=True)}
            for e in entries:
                self._link(stored_as[e.artifact_id], [stored_as.get(p, p) for p in e.parent_ids])
            self._refuse_cycles(stored_as.values())
            answers = with_parent_warnings(
                answers, [self._stubs(e, stored_as) for e in entries], self._holders, deleted
            )
            if receipt is not None:
                self._receipts[receipt.key] = receipt.digest, results_text(answers, entries)
            return answers

    def _stubs(self, entry: CatalogEntry, stored_as: Mapping[str, str]) -> list[str]:
        outside = [p for p in entry.parent_ids if p not in stored_as]
        return [p for p in outside if self._known[p].state == "unregistered"]

    def _about_deleted(self, entries: Sequence[CatalogEntry]) -> list[list[str]]:
        hidden = self._kept.keys() - self._known.keys() - {e.artifact_id for e in entries}
        return [
            about_deleted(self._known.get(e.artifact_id), [p for p in e.parent_ids if p in hidden]) for e in entries
        ]

    def _holders(self, names: Sequence[str]) -> dict[str, str]:
        newest = {name: self._named(name, (), 1, None) for name in names}
        return {name: artifacts[0].entry.artifact_id for name, artifacts in newest.items() if artifacts}

    def _register_alone(self, new: CatalogEntry, on_duplicate: OnDuplicate) -> Registration:
        other = self._other_with_same_content(new)
        if other is not None and on_duplicate == "error":
            return Registration(other.artifact_id, False, duplicate_of=other.artifact_id)
        if other is not None and on_duplicate == "reuse":
            tags_alone = CatalogEntry(artifact_id=other.artifact_id, tags=new.tags)
            self._known[other.artifact_id] = checked_merge(other, tags_alone, now())
            return Registration(other.artifact_id, False, other.version, other.artifact_id)
        old = self._known.get(new.artifact_id)
        entry = checked_merge(old, new, now())
        if entry.version is None:
            entry.version = str(self._last_number.get(entry.name, 0) + 1)
        number = version_number(entry.version) or 0
        self._last_number[entry.name] = max(number, self._last_number.get(entry.name, 0))
        self._known[entry.artifact_id] = entry
        created = old is None or old.state != "registered"
        if created:
            self._begin_life(entry.artifact_id)
            self._order.append(entry.artifact_id)
        return Registration(entry.artifact_id, created, entry.version, other.artifact_id if other else None)

    def _other_with_same_content(self, entry: CatalogEntry) -> CatalogEntry | None:
        others = [e for e in self._with_content_hash(entry.content_hash) if e.artifact_id != entry.artifact_id]
        return others[0] if others else None

    def _link(self, child_id: str, parent_ids: Sequence[str]) -> None:
        child = self._known[child_id]
        together = checked_parents(child_id, [*child.parent_ids, *parent_ids])
        self._known[child_id] = replace(child, parent_ids=together)
        for parent_id in together:
            if parent_id not in self._known:
                self._add_parent(parent_id)

    def _add_parent(self, artifact_id: str) -> None:
        """Show what was not there and has a child now: a tombstone with its own parents, or a stub."""
        kept = self._kept.get(artifact_id)
        if artifact_id in self._purged:
            self._known[artifact_id] = CatalogEntry(artifact_id=artifact_id, state="deleted")
        elif kept is None:
            self._known[artifact_id] = CatalogEntry(artifact_id=artifact_id, state="unregistered")
        else:
            self._known[artifact_id] = replace(tombstone(kept), parent_ids=[])
            self._link(artifact_id, kept.parent_ids)

    def _begin_life(self, artifact_id: str) -> None:
        self._kept.pop(artifact_id, None)
        self._purged.pop(artifact_id, None)
        self._lives[artifact_id] = self._lives.get(artifact_id, 0) + 1

    def _refuse_cycles(self, changed: Iterable[str]) -> None:
        """Look from the changed artifacts first, so that the path begins there."""
        refuse_batch_cycles([self._known[i] for i in [*changed, *self._known]])

    def _in_event_transaction(self, batches: Sequence[EventBatch], refused: Collection[tuple[str, str]]) -> NoReturn:
        raise AssertionError("events have a model of their own, tests/openlineage/plain.py")

    def _edit_tags(self, artifact_id: str, tags: Mapping[str, Any], remove: Sequence[str]) -> CatalogEntry:
        with self._all_or_nothing():
            entry = self._registered(artifact_id)
            both = {**entry.tags, **deepcopy(dict(tags))}
            left = checked_object({k: v for k, v in both.items() if k not in remove}, "tags", MAX_TAG_BYTES)
            self._known[artifact_id] = replace(entry, tags=left)
            return self._shown(self._known[artifact_id])

    def _edit_many_tags(self, edits: Sequence[TagEdit]) -> list[dict[str, Any]]:
        missing = [e.artifact_id for e in edits if self._get([e.artifact_id]) == [None]]
        if missing:
            raise missing_artifacts(missing, len(edits))
        with self._all_or_nothing():
            entries = [
                replace(self._known[e.artifact_id], tags=e.applied(self._known[e.artifact_id].tags)) for e in edits
            ]
            refuse_large_tags(entries)
            self._known |= {entry.artifact_id: deepcopy(entry) for entry in entries}
            return [deepcopy(entry.tags) for entry in entries]

    def _edit_parents(self, artifact_id: str, add: Sequence[str], remove: Sequence[str]) -> CatalogEntry:
        with self._all_or_nothing():
            self._registered(artifact_id)
            self._link(artifact_id, add)
            entry = self._known[artifact_id]
            self._known[artifact_id] = replace(entry, parent_ids=[p for p in entry.parent_ids if p not in remove])
            self._refuse_cycles([artifact_id])
            return self._shown(self._known[artifact_id])

    def _unset(self, artifact_id: str, metadata: Sequence[str], fields: Sequence[str]) -> CatalogEntry:
        with self._all_or_nothing():
            entry = self._registered(artifact_id)
            kept = {key: value for key, value in entry.metadata.items() if key not in metadata}
            self._known[artifact_id] = replace(entry, metadata=kept, **dict.fromkeys(fields, ""))
            return self._shown(self._known[artifact_id])

    def _delete(self, artifact_id: str, force: bool, by: str) -> None:
        with self._all_or_nothing():
            old = self._registered(artifact_id)
            held = [alias for alias in self._all_aliases() if alias.artifact_id == artifact_id]
            if not force:
                refuse_held(artifact_id, held)
            for alias in held:
                self._move_alias(MoveRequest(alias.name, alias.alias, None, by=by))
            self._kept[artifact_id] = old
            self._known[artifact_id] = tombstone(old)

    def _undelete(self, artifact_id: str) -> CatalogEntry:
        with self._all_or_nothing():
            if artifact_id not in self._kept:
                if artifact_id in self._purged:
                    raise no_record(artifact_id)
                self._registered(artifact_id)
                raise not_deleted(artifact_id)
            kept = self._kept[artifact_id]
            self._special[artifact_id] = "revived"
            self._begin_life(artifact_id)
            self._known[artifact_id] = replace(kept, parent_ids=[])
            self._link(artifact_id, kept.parent_ids)
            return deepcopy(self._known[artifact_id])

    def _purge(self, artifact_id: str, force: bool) -> None:
        with self._all_or_nothing():
            entry = self._kept.get(artifact_id) or self._known.get(artifact_id)
            if artifact_id not in self._purged and (entry is None or entry.state == "unregistered"):
                raise unknown_artifact(artifact_id)
            children = len(self._children(artifact_id))
            if children and not force:
                raise has_children(artifact_id, children)
            if entry is not None and entry is self._known.get(artifact_id) and entry.state == "registered":
                self._delete(artifact_id, force, by="")
            present = self._known.get(artifact_id)
            parents = present.parent_ids if present is not None and children else []
            self._known[artifact_id] = CatalogEntry(artifact_id=artifact_id, parent_ids=parents, state="deleted")
            self._kept.pop(artifact_id, None)
            self._purged[artifact_id] = now()
            self._special[artifact_id] = "purged"
            self._forget(artifact_id, [] if entry is None else [entry.name])

    def _forget(self, artifact_id: str, names: Sequence[str]) -> None:
        """Remove an artifact from the history, the moves of aliases, the receipts, and the counters of versions."""
        for _, known, lives in self._history:
            if artifact_id in known:
                parents = known[artifact_id].parent_ids
                known[artifact_id] = CatalogEntry(artifact_id=artifact_id, parent_ids=parents, state="unregistered")
            lives.pop(artifact_id, None)
        self._lives.pop(artifact_id, None)
        self._moves = [move for move in self._moves if artifact_id not in (move.before, move.after)]
        self._seal_store = {key: part for key, part in self._seal_store.items() if key[0] != artifact_id}
        texts = receipt_texts(artifact_id, names)
        self._receipts = {k: r for k, r in self._receipts.items() if not any(text in r[1] for text in texts)}
        others = {e.name for e in [*self._known.values(), *self._kept.values()]}
        self._last_number = {n: v for n, v in self._last_number.items() if n not in names or n in others}

    # ---- looking up

    def _get(self, artifact_ids: Sequence[str]) -> list[CatalogEntry | None]:
        with self._lock:
            entries = [self._known.get(artifact_id) for artifact_id in artifact_ids]
            return [self._shown(e) if e is not None and e.state == "registered" else None for e in entries]

    def _last_known(self, artifact_ids: Sequence[str]) -> dict[str, CatalogEntry]:
        with self._lock:
            registered = {e.artifact_id: self._shown(e) for e in self._all_registered()}
            deleted = {i: replace(deepcopy(entry), state="deleted") for i, entry in self._kept.items()}
            purged = {i: CatalogEntry(i, state="deleted") for i in self._purged}
            entries = {**purged, **deleted, **registered}
            return {i: entries[i] for i in artifact_ids if i in entries}

    def _find(self, selection: Selection, limit: int, cursor: str | None) -> Page:
        query = selection.query
        with self._lock:
            chosen = [e for e in self._all_registered() if _selected(selection, e)]
        hits = [([*order(query, e), e.artifact_id], e) for e in chosen if self._matches(query, e)]
        hits.sort(key=lambda pair: pair[0][2], reverse=True)
        hits.sort(key=lambda pair: pair[0][:2])
        if cursor is not None:
            after = read_cursor(cursor, int, int, str)
            hits = [pair for pair in hits if _behind(pair[0], after)]
        more = json.dumps(hits[limit - 1][0]) if len(hits) > limit else None
        return Page([self._shown(entry) for _, entry in hits[:limit]], more)

    def _matches(self, query: Query, entry: CatalogEntry) -> bool:
        return query == MATCH_ALL or matches(query, entry, self._carried(entry.artifact_id))

    def _total(self, selection: Selection) -> int:
        return len(self._find(selection, 2**31, None).items)

    def _tally(self, selection: Selection, keys: Sequence[FacetKey], most: int | None) -> Tally:
        entries = self._find(selection, 2**31, None).items
        return tally(entries[:most], keys, most is None or len(entries) <= most)

    def _near(self, words: Sequence[str]) -> dict[str, dict[str, int]]:
        with self._lock:
            indexes = [search_index(entry) for entry in self._all_registered()]
        having = Counter(term for index in indexes for term in index.terms)
        missing = [word for word in words if not any(word in index.search_text for index in indexes)]
        return {word: {n: min(having[n], MAX_COUNT) for n in nearest(word, having)} for word in missing}

    def _near_terms(self, terms: Sequence[str]) -> dict[str, list[str]]:
        with self._lock:
            indexes = [search_index(entry, self._carried(entry.artifact_id)) for entry in self._all_registered()]
        having = {term for index in indexes for term in index.terms}
        missing = {term: term.rpartition("\x1f")[0] + "\x1f" for term in terms if term not in having}
        lasts = {term: [each.removeprefix(s) for each in having if each.startswith(s)] for term, s in missing.items()}
        return {t: similar(t.removeprefix(s), [e for e in lasts[t] if "\x1f" not in e])[:8] for t, s in missing.items()}

    def _find_by_content_hash(self, content_hash: str) -> CatalogEntry | None:
        with self._lock:
            return next((self._shown(e) for e in self._with_content_hash(content_hash)), None)

    def _with_content_hash(self, content_hash: str) -> list[CatalogEntry]:
        entries = [e for e in self._all_registered() if e.content_hash == content_hash] if content_hash else []
        return sorted(entries, key=lambda e: (e.created_at, e.artifact_id))

    def _named(
        self, name: str, versions: Sequence[str], limit: int, after: VersionPosition | None
    ) -> list[NamedArtifact]:
        with self._lock:
            named = [e for e in self._all_registered() if e.name == name and (not versions or e.version in versions)]
            place_of = {artifact_id: VersionPosition(place, 0, "") for place, artifact_id in enumerate(self._order)}
        history = sorted((NamedArtifact(place_of[e.artifact_id], self._shown(e)) for e in named), reverse=True)
        return [each for each in history if after is None or each.place < after][:limit]

    def _latest(self, name: str) -> CatalogEntry | None:
        history = [entry for _, entry in self._named(name, (), 2**31, None)]
        numbers = [version_number(entry.version) for entry in history]
        if not history or numbers[0] is None:
            return history[0] if history else None
        return history[numbers.index(max(n for n in numbers if n is not None))]

    def check(self) -> dict[str, Any]:
        return {"store": "model"}

    def close(self) -> None:
        pass


def _selected(selection: Selection, entry: CatalogEntry) -> bool:
    return (
        selection.artifact_type in (None, entry.artifact_type)
        and selection.source_pipeline in (None, entry.source_pipeline)
        and selection.source_step in (None, entry.source_step)
        and all(k in entry.tags and same_json(entry.tags[k], v) for k, v in selection.tags.items())
    )


def _behind(key: list[Any], after: list[Any]) -> bool:
    return key[:2] > after[:2] or (key[:2] == after[:2] and key[2] < after[2])


def tombstone(entry: CatalogEntry) -> CatalogEntry:
    """Return what lineage shows of an artifact after its deletion: its card and its parents."""
    return CatalogEntry(
        artifact_id=entry.artifact_id,
        name=entry.name,
        artifact_type=entry.artifact_type,
        version=entry.version,
        created_at=entry.created_at,
        parent_ids=entry.parent_ids,
        recorded_at=entry.recorded_at,
        state="deleted",
    )
