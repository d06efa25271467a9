"""Registers batches: merging, duplicates, versions. A single registration is a batch of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from catalog_graph.artifact import CatalogEntry, Registration, version_number
from catalog_graph.backends.batches import refuse_copies
from catalog_graph.backends.neo4j.artifacts.duplicates import Contents
from catalog_graph.backends.neo4j.artifacts.names import holders
from catalog_graph.backends.neo4j.store.bolt import BoltTransaction
from catalog_graph.backends.neo4j.store.transaction import Request, Writing
from catalog_graph.backends.parent_warnings import with_parent_warnings
from catalog_graph.checks import checked_merge, checked_parents, refuse_batch_cycles


def register(transaction: BoltTransaction, requests: Sequence[Request]) -> list[list[Registration]]:
    """Register all requests in one transaction, as one after the other would; no two name the same id."""
    writing = Writing(transaction)
    contents = Contents(writing, requests)
    answers = [_Registering(writing, contents, request).run() for request in requests]
    _number_versions(writing)
    if len(requests) > 1 or any(r.on_duplicate == "reuse" for r in requests):
        refuse_batch_cycles(writing.changed())
    writing.save()
    numbered = [[_with_version(writing, answer) for answer in request_answers] for request_answers in answers]
    return [_with_warnings(writing, *each) for each in zip(requests, numbered, strict=True)]


def _with_version(writing: Writing, answer: Registration) -> Registration:
    entry = writing.entry(answer.artifact_id)
    return answer if answer.version or entry is None else replace(answer, version=entry.version)


def _with_warnings(writing: Writing, request: Request, answers: list[Registration]) -> list[Registration]:
    own = {entry.artifact_id for entry in request.entries}
    parents = [[p for p in e.parent_ids if p not in own and writing.is_unregistered(p)] for e in request.entries]
    return with_parent_warnings(answers, parents, partial(holders, writing.transaction))


class _Registering:
    """One request, put into `writing`; versions that are to be numbered are left out."""

    def __init__(self, writing: Writing, contents: Contents, request: Request) -> None:
        self.writing = writing
        self.contents = contents
        self.request = request
        self.copies: dict[str, str] = {}
        """Refused: the id that was sent, and the id that has its content."""

    def run(self) -> list[Registration]:
        entries = self.request.entries
        answers = [self._register(replace(entry, parent_ids=[])) for entry in entries]
        refuse_copies(self.copies)
        stored_as = {e.artifact_id: a.artifact_id for e, a in zip(entries, answers, strict=True)}
        for entry in entries:
            self._link(stored_as[entry.artifact_id], [stored_as.get(p, p) for p in entry.parent_ids])
        return answers

    def _register(self, sent: CatalogEntry) -> Registration:
        other = self.contents.oldest_other(sent) if sent.content_hash else None
        if other is not None and self.request.on_duplicate == "error":
            self.copies[sent.artifact_id] = other
            return Registration(other, False)
        if other is not None and self.request.on_duplicate == "reuse":
            return self._reuse(other, sent)
        old = self.writing.entry(sent.artifact_id)
        entry = checked_merge(old, sent, self.writing.now)
        self.writing.put(entry)
        self.contents.note(entry)
        created = old is None or old.state != "registered"
        return Registration(entry.artifact_id, created, entry.version, other)

    def _reuse(self, artifact_id: str, sent: CatalogEntry) -> Registration:
        tags_alone = CatalogEntry(artifact_id=artifact_id, tags=sent.tags)
        entry = checked_merge(self.writing.entry(artifact_id), tags_alone, self.writing.now)
        self.writing.put(entry)
        return Registration(artifact_id, False, entry.version, artifact_id)

    def _link(self, child_id: str, parent_ids: list[str]) -> None:
        child = self.writing.entry(child_id)
        if parent_ids and child is not None:
            child.parent_ids = checked_parents(child_id, [*child.parent_ids, *parent_ids])


def _number_versions(writing: Writing) -> None:
    by_name: dict[str, list[CatalogEntry]] = defaultdict(list)
    for entry in writing.changed():
        old = writing.locked(entry.artifact_id)
        if old is None or (old.state, old.name, old.version) != ("registered", entry.name, entry.version):
            by_name[entry.name].append(entry)
    names = sorted(name for name in by_name if any(_counts(entry) for entry in by_name[name]))
    if not names:
        return
    counts = [_count(name, by_name[name]) for name in names]
    [row] = writing.transaction.run("store/count_versions", counts=counts)
    for name, last in zip(names, row["before"], strict=True):
        _number(by_name[name], last)


def _counts(entry: CatalogEntry) -> bool:
    return entry.version is None or version_number(entry.version) is not None


def _count(name: str, entries: list[CatalogEntry]) -> dict[str, object]:
    """How a counter moves: from `last` to the greater of `last + more` and `least`."""
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
