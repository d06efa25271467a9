"""Lineage that a process keeps in memory: read once, and never older than the file."""

from __future__ import annotations

import random
import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from flowyml.storage.catalog.local_backend import LocalCatalogBackend as FlowymlBackend

from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.backends.local.lineage import closure, memory
from catalog_graph.errors import CatalogError
from catalog_graph.lineage import Direction
from tests.local.file import entry, sql
from tests.support.entries import artifact

CHAIN = [artifact("n0"), *(artifact(f"n{n}", f"n{n - 1}", f"n{max(0, n - 3)}") for n in range(1, 12))]


class Reads:
    """The nodes whose edges were read from the file."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.nodes: list[int] = []
        original = memory.next_edges

        def next_edges(*arguments: object) -> memory.Edges:
            self.nodes += arguments[1]  # type: ignore[arg-type]
            return original(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(memory, "next_edges", next_edges)
        monkeypatch.setattr(closure, "next_edges", next_edges)

    def during(self, question: Callable[[], object]) -> int:
        before = len(self.nodes)
        question()
        return len(self.nodes) - before


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    return Reads(monkeypatch)


def test_a_second_question_reads_only_what_the_first_has_not(ours: LocalCatalogBackend, reads: Reads) -> None:
    ours.register_many(CHAIN)
    assert reads.during(lambda: ours.upstream("n10")) == 11
    first = ours.upstream("n10").to_dict()
    assert reads.during(lambda: ours.upstream("n10")) == 0
    assert ours.upstream("n10").to_dict() == first
    assert reads.during(lambda: ours.upstream("n5", limit=2)) == 0
    assert reads.during(lambda: ours.upstream("n10", where="type:Dataset")) == 0
    assert reads.during(lambda: ours.upstream("n11")) == 1
    assert reads.during(lambda: ours.downstream("n11")) == 1


def test_the_past_is_read_from_the_file(ours: LocalCatalogBackend, reads: Reads) -> None:
    ours.register_many(CHAIN)
    ours.upstream("n3")
    ours.upstream("n3")
    before = ours.get("n3").recorded_at  # type: ignore[union-attr]
    ours.remove_parents("n3", "n2")
    assert ours.upstream("n3").total == 1
    assert reads.during(lambda: ours.upstream("n3", as_of=before)) == 4
    assert ours.upstream("n3", as_of=before).total == 3
    assert ours.upstream("n3").total == 1


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_every_answer_is_as_new_as_the_file(path: Path, theirs: FlowymlBackend, journal: str) -> None:
    sql(path, f"PRAGMA journal_mode = {journal}")
    draw = random.Random(7)
    with LocalCatalogBackend(path) as ours, LocalCatalogBackend(path) as other:
        ours.register_many(CHAIN)
        for step in range(40):
            child, parent = sorted(draw.sample(range(12), 2), reverse=True)
            writer = draw.choice([ours, other])
            writes: list[Callable[[], object]] = [
                lambda c=child, p=parent, w=writer: w.add_parents(f"n{c}", f"n{p}"),
                lambda c=child, p=parent, w=writer: w.remove_parents(f"n{c}", f"n{p}"),
                lambda c=child, p=parent, n=step: theirs.register(entry(f"n{c}", f"n{p}", name=f"name {n}")),
                lambda c=child, w=writer: w.delete(f"n{c}"),
                lambda c=child, w=writer: w.undelete(f"n{c}"),
                lambda c=child, w=writer: w.purge(f"n{c}", force=True),
                lambda c=child, w=writer: w.register(artifact(f"n{c}", "n0", tags={"step": c})),
                lambda: None,
            ]
            with suppress(CatalogError):
                draw.choice(writes)()
            with LocalCatalogBackend(path) as fresh:
                for artifact_id in draw.sample([f"n{n}" for n in range(12)], 4):
                    assert answers(ours, artifact_id) == answers(fresh, artifact_id)


def answers(backend: LocalCatalogBackend, artifact_id: str) -> list[object]:
    """Return answers about the lineage of an artifact, or the errors in their place."""
    directions: tuple[Direction, ...] = ("upstream", "downstream")
    questions: list[Callable[[], object]] = []
    for direction in directions:
        questions += [
            lambda d=direction: backend.lineage(artifact_id, d, limit=None).to_dict(),
            lambda d=direction: backend.lineage(artifact_id, d, limit=2, depth=3).to_dict(),
            lambda d=direction: backend.lineage(artifact_id, d, where="type:Dataset").to_dict(),
        ]
    questions.append(lambda: backend.impact(artifact_id).to_dict())
    found: list[object] = []
    for question in questions:
        try:
            found.append(question())
        except CatalogError as error:
            found.append(str(error))
    return found


def test_a_file_in_place_of_the_one_that_was_read(ours: LocalCatalogBackend, path: Path, tmp_path: Path) -> None:
    ours.register_many(CHAIN[:3])
    shutil.copy(path, tmp_path / "copy.db")
    ours.register_many(CHAIN[3:])
    ours.remove_parents("n2", "n1", "n0")
    assert ours.upstream("n2").total == 0
    shutil.copy(tmp_path / "copy.db", path)
    assert ours.upstream("n2").total == 2
    (tmp_path / "copy.db").rename(path)
    assert ours.upstream("n2").total == 2


def test_a_lineage_that_is_too_large_is_not_kept(
    ours: LocalCatalogBackend, reads: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "MAX_ARTIFACTS", 5)
    ours.register_many(CHAIN)
    assert reads.during(lambda: ours.upstream("n11")) == 12
    assert reads.during(lambda: ours.upstream("n11")) == 12
    assert reads.during(lambda: ours.upstream("n2")) == 3
    assert reads.during(lambda: ours.upstream("n2")) == 0


def test_questions_at_the_same_time(ours: LocalCatalogBackend) -> None:
    ours.register_many(CHAIN)
    totals: list[int] = []
    threads = [
        threading.Thread(target=lambda: totals.extend(ours.upstream(f"n{n % 12}").total - n % 12 for n in range(60)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert totals == [0] * 240
