"""Register batches: merging, duplicates, versions. A single registration is a batch of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from catalog_graph.artifact import CatalogEntry, Registration, version_number
from catalog_graph.backends.batches import refuse_copies
from catalog_graph.backends.neo4j.artifacts.duplicates import ContentIndex
from catalog_graph.backends.neo4j.artifacts.names import holders
from catalog_graph.backends.neo4j.store.bolt import BoltTransaction
from catalog_graph.backends.neo4j.store.transaction import Changes, Request
from catalog_graph.backends.parent_warnings import about_deleted, with_parent_warnings
from catalog_graph.checks import checked_merge, checked_parents, refuse_batch_cycles


def register(transaction: BoltTransaction, requests: Sequence[Request]) -> list[list[Registration]]:
    """Register all requests in one transaction, as one after the other would; no two name the same id."""
    changes = Changes(transaction)
    contents = ContentIndex(changes, requests)
    answers = [_Batch(changes, contents, request).run() for request in requests]
    number_versions(changes)
    if len(requests) > 1 or any(r.on_duplicate == "reuse" for r in requests):
        refuse_batch_cycles(changes.entries())
    changes.save()
    numbered = [[_with_version(changes, answer) for answer in request_answers] for request_answers in answers]
    return [_with_warnings(changes, *each) for each in zip(requests, numbered, strict=True)]


def _with_version(changes: Changes, answer: Registration) -> Registration:
    entry = changes.entry(answer.artifact_id)
    return answer if answer.version or entry is None else replace(answer, version=entry.version)


def _with_warnings(changes: Changes, request: Request, answers: list[Registration]) -> list[Registration]:
    own = {entry.artifact_id for entry in request.entries}
    parents = [[p for p in e.parent_ids if p not in own and changes.is_unregistered(p)] for e in request.entries]
    deleted = [
        about_deleted(
            changes.locked(e.artifact_id), [p for p in e.parent_ids if p not in own and changes.was_hidden(p)]
        )
        for e in request.entries
    ]
    return with_parent_warnings(answers, parents, partial(holders, changes.transaction), deleted)


class _Batch:
    """The registration of one request, without the numbers of new versions."""

    def __init__(self, changes: Changes, contents: ContentIndex, request: Request) -> None:
        self.changes = changes
        self.contents = contents
        self.request = request
        self.copies: dict[str, str] = {}
        """Refused entries: the id of each, and the id of the artifact with the same content."""

    def run(self) -> list[Registration]:
        entries = self.request.entries
        answers = [self._register(replace(entry, parent_ids=[])) for entry in entries]
        refuse_copies(self.copies)
        stored_as = {e.artifact_id: a.artifact_id for e, a in zip(entries, answers, strict=True)}
        for entry in entries:
            self._link(stored_as[entry.artifact_id], [stored_as.get(p, p) for p in entry.parent_ids])
        return answers

    def _register(self, new: CatalogEntry) -> Registration:
        other = self.contents.oldest_other(new) if new.content_hash else None
        if other is not None and self.request.on_duplicate == "error":
            self.copies[new.artifact_id] = other
            return Registration(other, False)
        if other is not None and self.request.on_duplicate == "reuse":
            return self._reuse(other, new)
        old = self.changes.entry(new.artifact_id)
        entry = checked_merge(old, new, self.changes.now)
        self.changes.put(entry, self.request.origin)
        self.contents.note(entry)
        created = old is None or old.state != "registered"
        return Registration(entry.artifact_id, created, entry.version, other)

    def _reuse(self, artifact_id: str, new: CatalogEntry) -> Registration:
        tags_only = CatalogEntry(artifact_id=artifact_id, tags=new.tags)
        entry = checked_merge(self.changes.entry(artifact_id), tags_only, self.changes.now)
        self.changes.put(entry, self.request.origin)
        return Registration(artifact_id, False, entry.version, artifact_id)

    def _link(self, child_id: str, parent_ids: list[str]) -> None:
        child = self.changes.entry(child_id)
        if parent_ids and child is not None:
            child.parent_ids = checked_parents(child_id, [*child.parent_ids, *parent_ids])


def number_versions(changes: Changes) -> None:
    """Set the versions that are not set, and keep the highest number of each name."""
    by_name: dict[str, list[CatalogEntry]] = defaultdict(list)
    for entry in changes.entries():
        old = changes.locked(entry.artifact_id)
        if old is None or (old.state, old.name, old.version) != ("registered", entry.name, entry.version):
            by_name[entry.name].append(entry)
    names = sorted(name for name in by_name if any(_counts(entry) for entry in by_name[name]))
    if not names:
        return
    counts = [_count(name, by_name[name]) for name in names]
    [row] = changes.transaction.run("store/count_versions", counts=counts)
    for name, last in zip(names, row["before"], strict=True):
        _number(by_name[name], last)


def _counts(entry: CatalogEntry) -> bool:
    return entry.version is None or version_number(entry.version) is not None


def _count(name: str, entries: list[CatalogEntry]) -> dict[str, object]:
    """Return the step of a counter: from `last` to the greater of `last + more` and `least`."""
    more = least = 0
    for entry in entries:
        if entry.version is None:
            more, least = more + 1, least + 1
        else:
            least = max(least, version_number(entry.version) or 0)
    return {"name": name, "more": more, "least": least}


def _number(entries: list[CatalogEntry], last: int) -> None:
    for entry in entries:
        if entry.version is None:
            last += 1
            entry.version = str(last)
        else:
            last = max(last, version_number(entry.version) or 0)
