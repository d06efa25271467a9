"""The same random operations on a backend and on the plain model: they answer the same, step after step."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from catalog_graph.aliases import ANYTHING, Alias, AliasMove
from catalog_graph.answers.base import Answer
from catalog_graph.answers.erasure import Erasure
from catalog_graph.answers.impact import Impact
from catalog_graph.artifact import CatalogEntry, Neighbours, Registration
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.changes.change import Change
from catalog_graph.checks import CLEARABLE_FIELDS
from catalog_graph.errors import CatalogError, CycleRefused
from catalog_graph.lineage import Direction, Lineage
from catalog_graph.page import Page
from catalog_graph.query.selection import Selection
from tests.conformance.test_as_of import moment
from tests.support import answers
from tests.support import strategies as draw
from tests.support.backends import stores
from tests.support.entries import without_clock
from tests.support.model import ModelBackend
from tests.support.replay import Replay, comparable_changes

STEPS = int(os.environ.get("RANDOM_STEPS", "25"))
DIRECTIONS: tuple[Direction, Direction] = ("upstream", "downstream")


def comparable(answer: Any) -> Any:
    """Return an answer without the parts in which catalogs may differ: clocks, text of cursors, order of edges."""
    if isinstance(answer, CatalogEntry):
        return without_clock(answer)
    if isinstance(answer, Page):
        return comparable(answer.items), answer.cursor is not None
    if isinstance(answer, Neighbours):
        return comparable([answer.artifact]), comparable(answer.parents), comparable(answer.children)
    if isinstance(answer, Lineage):
        parts = (answer.root, answer.nodes, sorted(answer.edges), answer.total, answer.stopped_by, answer.changed)
        return parts, answer.cursor is not None, sorted(answer.earlier)
    if isinstance(answer, Impact):
        return comparable(answer.lineage), {**answer.to_dict(), "lineage": None}
    if isinstance(answer, Answer):
        assert type(answer).from_dict(answer.to_dict()) == answer
        return answer.to_dict() if not isinstance(answer, Erasure) else comparable_erasure(answer)
    if isinstance(answer, Alias | AliasMove):
        return {key: value for key, value in answer.to_dict().items() if key != "at"}
    if isinstance(answer, list) and answer and isinstance(answer[0], Change):
        return comparable_changes(answer)
    if isinstance(answer, list):
        return [comparable(item) for item in answer]
    assert answer is None or isinstance(answer, Registration), answer
    return answer


def comparable_erasure(erasure: Erasure) -> Any:
    """Return a worklist without its clocks; items that are kept come in the order in which they were found."""
    clocks = ("added_at", "done_at")
    items = [item.to_dict() | {name: bool(getattr(item, name)) for name in clocks} for item in erasure.items]
    return erasure.root, erasure.progress, erasure.opened_by, items, erasure.total, erasure.open, erasure.left


class RandomOperations(RuleBasedStateMachine):
    """Every rule does the same to both catalogs and compares what they answer."""

    def __init__(self, backend: CatalogBackend) -> None:
        super().__init__()
        self.backend = backend
        self.model = ModelBackend()
        self.agreed = True
        self.instants: list[str] = []
        self.recorded = 0
        self.cursors: list[tuple[Callable[[CatalogBackend, str], Any], str, str]] = []

    def both(self, call: Callable[[CatalogBackend], Any]) -> tuple[Any, Any]:
        """Call the model and the backend, assert that they agree, and return both answers."""
        self.agreed = False
        expected, actual = outcome(call, self.model), outcome(call, self.backend)
        if isinstance(expected, CatalogError) or isinstance(actual, CatalogError):
            assert type(actual) is type(expected), (expected, actual)
        else:
            assert comparable(actual) == comparable(expected)
        self.agreed = True
        return expected, actual

    def written(self, call: Callable[[CatalogBackend], Any], touched: Sequence[str]) -> None:
        """Do it to both, and compare what they hold afterwards."""
        self.both(call)
        self.both(lambda b: b.list_artifacts())
        self.both(lambda b: b.audit(after=self.recorded))
        self.recorded = self.model.audit_page(limit=1).record.last
        for artifact_id in dict.fromkeys(touched):
            self.both(lambda b, i=artifact_id: b.neighbours(i))

    # ---- writing

    @rule(entry=draw.entries())
    def register(self, entry: CatalogEntry) -> None:
        self.written(lambda b: b.register_many([entry]), [entry.artifact_id, *entry.parent_ids])

    @rule(entries=st.lists(draw.entries(), min_size=2, max_size=5), way=draw.ways)
    def register_many(self, entries: list[CatalogEntry], way: Any) -> None:
        self.written(lambda b: b.register_many(entries, on_duplicate=way), [e.artifact_id for e in entries])

    @rule(artifact_id=draw.ids, tags=draw.tags)
    def tag(self, artifact_id: str, tags: dict[str, Any]) -> None:
        self.written(lambda b: b.tag(artifact_id, tags), [])

    @rule(artifact_id=draw.ids, keys=st.lists(st.sampled_from(draw.KEYS), max_size=2))
    def untag(self, artifact_id: str, keys: list[str]) -> None:
        self.written(lambda b: b.untag(artifact_id, *keys), [])

    @rule(artifact_id=draw.ids, fields=st.sets(st.sampled_from(CLEARABLE_FIELDS), max_size=2))
    def unset(self, artifact_id: str, fields: set[str]) -> None:
        self.written(lambda b: b.unset(artifact_id, metadata=["m", "k"], fields=fields), [])

    @rule(artifact_id=draw.ids, parent_ids=st.lists(draw.ids, max_size=2))
    def add_parents(self, artifact_id: str, parent_ids: list[str]) -> None:
        self.written(lambda b: b.add_parents(artifact_id, *parent_ids), [artifact_id, *parent_ids])

    @rule(artifact_id=draw.ids, parent_ids=st.lists(draw.ids, max_size=2))
    def remove_parents(self, artifact_id: str, parent_ids: list[str]) -> None:
        self.written(lambda b: b.remove_parents(artifact_id, *parent_ids), [artifact_id, *parent_ids])

    @rule(artifact_id=draw.ids, force=st.booleans())
    def delete(self, artifact_id: str, force: bool) -> None:
        self.written(lambda b: b.delete(artifact_id, force=force), [artifact_id])

    @rule(artifact_id=draw.ids)
    def undelete(self, artifact_id: str) -> None:
        self.written(lambda b: b.undelete(artifact_id), [artifact_id])

    @rule(artifact_id=draw.ids, force=st.booleans())
    def purge(self, artifact_id: str, force: bool) -> None:
        self.written(lambda b: b.purge(artifact_id, force=force), [artifact_id])
        self.both(lambda b: b.aliases())
        for name in draw.NAMES:
            self.both(lambda b, n=name: b.alias_history(n))

    @rule(artifact_id=draw.ids, alias=draw.aliases, expected=st.one_of(st.just(ANYTHING), st.none(), draw.ids))
    def set_alias(self, artifact_id: str, alias: str, expected: Any) -> None:
        entry = self.model.get(artifact_id)
        name = entry.name if entry is not None else "none"
        self.written(lambda b: b.set_alias(name, alias, artifact_id, expected=expected), [])
        self.both(lambda b: b.aliases())

    @rule(name=st.sampled_from(draw.NAMES), alias=draw.aliases)
    def unset_alias(self, name: str, alias: str) -> None:
        self.written(lambda b: b.unset_alias(name, alias), [])
        self.both(lambda b: b.alias_history(name))

    # ---- asking

    @rule(filters=draw.filters, limit=draw.limits)
    def list_artifacts(self, filters: dict[str, Any], limit: int) -> None:
        self.both(lambda b: b.list_artifacts(**filters, limit=limit))

    @rule(query=draw.queries, limit=draw.limits)
    def search(self, query: str, limit: int) -> None:
        self.both(lambda b: b.search(query, limit))
        self.begin_paging(lambda b, c: b.find(Selection(text=query), limit=1, cursor=c or None))

    @rule(artifact_id=draw.ids, depth=st.sampled_from([None, 1, 2, 3]), limit=draw.limits)
    def lineage(self, artifact_id: str, depth: int | None, limit: int) -> None:
        for direction in DIRECTIONS:
            self.both(lambda b, d=direction: b.lineage(artifact_id, d, depth=depth, limit=limit))

    @rule(artifact_id=draw.ids, direction=st.sampled_from(DIRECTIONS), depth=st.sampled_from([None, 2]))
    def lineage_by_pages(self, artifact_id: str, direction: Direction, depth: int | None) -> None:
        self.begin_paging(lambda b, c: b.lineage(artifact_id, direction, depth=depth, limit=1, cursor=c or None))

    @rule()
    def remember(self) -> None:
        """Keep an instant between two writes, to ask for the lineage as of it later."""
        self.instants.append(moment())

    @precondition(lambda self: bool(self.instants))
    @rule(data=st.data(), where=st.one_of(st.just(""), draw.queries))
    def lineage_at_an_instant(self, data: st.DataObject, where: str) -> None:
        as_of = data.draw(st.sampled_from(self.instants))
        self.as_of(data.draw(draw.ids), as_of, where)

    def as_of(self, artifact_id: str, as_of: str, where: str = "") -> None:
        for direction in DIRECTIONS:
            self.both(lambda b, d=direction: b.lineage(artifact_id, d, as_of=as_of, where=where))
            self.both(lambda b, d=direction: b.lineage(artifact_id, d, as_of=as_of, depth=1, limit=1))
        self.both(lambda b: b.impact(artifact_id, as_of=as_of))

    @rule(artifact_id=draw.ids, where=draw.queries, without=st.lists(draw.ids, max_size=2), until=draw.queries)
    def lineage_of_some(self, artifact_id: str, where: str, without: list[str], until: str) -> None:
        for direction in DIRECTIONS:
            self.both(lambda b, d=direction: b.lineage(artifact_id, d, where=where, without=without))
            self.both(lambda b, d=direction: b.lineage(artifact_id, d, until=until, without=without))

    @rule(artifact_id=draw.ids, by=st.sampled_from(["", "ada"]))
    def erase(self, artifact_id: str, by: str) -> None:
        self.both(lambda b: b.open_erasure(artifact_id, by=by, exact=True))
        self.both(lambda b: b.mark_erased(artifact_id, by=by, exact=True))

    @rule(select=draw.queries, exclude=draw.ids)
    def walks(self, select: str, exclude: str) -> None:
        quoted = select.replace("\\", "\\\\").replace("'", "\\'")
        self.both(lambda b: b.walk(f"1+'{quoted}'+2", exclude=exclude, exact=True))
        self.both(lambda b: b.stale(where=select))
        self.both(lambda b: b.unreachable(select, older_than="2998"))

    @rule(
        artifact_id=draw.ids,
        where=st.one_of(st.just(""), draw.queries),
        production=draw.queries,
        copies=st.booleans(),
        until=st.one_of(st.just(""), draw.queries),
    )
    def impact(self, artifact_id: str, where: str, production: str, copies: bool, until: str) -> None:
        asked = {"where": where, "production": production, "copies": copies, "until": until, "tag_keys": draw.KEYS}
        self.both(lambda b: b.impact(artifact_id, **asked))

    @rule(artifact_id=draw.ids, other=draw.ids)
    def answers(self, artifact_id: str, other: str) -> None:
        for question in answers.questions():
            values = answers.arguments(question, artifact_id, other)
            self.both(lambda b, question=question, values=values: getattr(b, question)(*values))

    @rule(content_hash=st.sampled_from(draw.HASHES))
    def by_hash(self, content_hash: str) -> None:
        self.both(lambda b: b.find_by_content_hash(content_hash))

    @rule(artifact_ids=st.lists(draw.ids, max_size=3))
    def get_many(self, artifact_ids: list[str]) -> None:
        self.both(lambda b: b.get_many(artifact_ids))

    def begin_paging(self, ask: Callable[[CatalogBackend, str], Any]) -> None:
        """Ask for the first page now, and keep its cursor for a later step, after other writes."""
        expected, actual = self.both(lambda b: ask(b, ""))
        if not isinstance(expected, CatalogError) and expected.cursor:
            self.cursors.append((ask, expected.cursor, actual.cursor))

    @precondition(lambda self: bool(self.cursors))
    @rule()
    def next_page(self) -> None:
        ask, expected_at, actual_at = self.cursors.pop()
        expected, actual = self.both(lambda b: ask(b, expected_at if b is self.model else actual_at))
        if not isinstance(expected, CatalogError) and expected.cursor:
            self.cursors.append((ask, expected.cursor, actual.cursor))

    def teardown(self) -> None:
        """At the end everything that can be asked about each artifact."""
        for artifact_id in draw.IDS if self.agreed else []:
            self.both(lambda b, i=artifact_id: b.neighbours(i))
            for direction in DIRECTIONS:
                self.both(lambda b, i=artifact_id, d=direction: b.lineage(i, d))
            for instant in self.instants[-2:]:
                self.as_of(artifact_id, instant)
            self.both(lambda b, i=artifact_id: b.audit(i))
        for content_hash in draw.HASHES if self.agreed else []:
            self.both(lambda b, h=content_hash: b.find_by_content_hash(h))
        if self.agreed:
            Replay(self.backend.changes()).require_equal(self.backend)


def outcome(call: Callable[[CatalogBackend], Any], backend: CatalogBackend) -> Any:
    """Return the answer or the `CatalogError`; any other error fails the test."""
    try:
        return call(backend)
    except CycleRefused as error:
        path = error.details["path"]
        assert len(path) >= 3
        assert path[0] == path[-1]
        return error
    except CatalogError as error:
        return error


def run(new_catalog: Callable[[], CatalogBackend], examples: int) -> None:
    """Run so many random sequences of operations, each on an empty catalog."""
    machine = type(
        "Machine", (RandomOperations,), {"__init__": lambda self: RandomOperations.__init__(self, new_catalog())}
    )
    run_state_machine_as_test(machine, settings=settings(max_examples=examples, stateful_step_count=STEPS))


@stores
def test_random_operations(new_catalog: Callable[[], CatalogBackend]) -> None:
    run(new_catalog, settings().max_examples // 10)


@stores
@pytest.mark.long
def test_many_random_operations(new_catalog: Callable[[], CatalogBackend]) -> None:
    run(new_catalog, settings().max_examples // 2)
