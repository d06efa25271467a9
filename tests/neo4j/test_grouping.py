"""Callers that come together share a transaction, and each gets an answer of its own."""

import time
from functools import partial
from threading import Event, Thread

import pytest

from catalog_graph.backends.neo4j.store.group_commit import GroupCommit
from catalog_graph.errors import InvalidInput, StoreUnavailable
from tests.neo4j.threads import at_once

SLOW = 1.0
"""Seconds."""


class Store:
    """Answers words in capitals, several at a time, but neither `bad` nor anything beside it."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.begun, self.go_on = Event(), Event()
        self.go_on.set()

    def run(self, words: list[str]) -> list[str]:
        self.begun.set()
        assert self.go_on.wait(10)
        self.groups.append(sorted(words))
        if "bad" in words:
            raise InvalidInput("bad is refused")
        if "lost" in words:
            raise StoreUnavailable("the store is gone")
        return [word.upper() for word in words]


class Slow(Store):
    """Takes a while for each group."""

    def run(self, words: list[str]) -> list[str]:
        answers = super().run(words)
        time.sleep(SLOW)
        return answers


@pytest.fixture
def store() -> Store:
    return Store()


def grouped(store: Store, most: int = 100) -> GroupCommit[str, str]:
    return GroupCommit(store.run, lambda group, word: len(group) < most and word not in group)


def behind_a_first(store: Store, commit: GroupCommit[str, str], words: list[str]) -> list[str | Exception]:
    """Return the results of words that arrive while `first` is being committed."""
    store.go_on.clear()
    first = Thread(target=commit.submit, args=("first",))
    first.start()
    assert store.begun.wait(10)
    waiting = Thread(target=let_go_when, args=(store, commit, len(words)))
    waiting.start()
    answers = at_once([partial(commit.submit, word) for word in words])
    waiting.join()
    first.join()
    return answers


def let_go_when(store: Store, commit: GroupCommit[str, str], count: int) -> None:
    while commit.waiting < count:
        Event().wait(0.001)
    store.go_on.set()


def test_alone_nobody_waits(store: Store) -> None:
    commit = grouped(store)
    assert [commit.submit(word) for word in ("a", "b")] == ["A", "B"]
    assert store.groups == [["a"], ["b"]]


def test_who_comes_meanwhile_goes_together(store: Store) -> None:
    words = [f"w{n:02}" for n in range(20)]
    assert behind_a_first(store, grouped(store), words) == [word.upper() for word in words]
    assert store.groups == [["first"], words]


def test_who_does_not_fit_goes_later(store: Store) -> None:
    answers = behind_a_first(store, grouped(store, most=3), ["a", "a", "b", "c", "d"])
    assert answers == ["A", "A", "B", "C", "D"]
    assert sorted(word for group in store.groups[1:] for word in group) == ["a", "a", "b", "c", "d"]
    assert all(len(group) <= 3 and len(set(group)) == len(group) for group in store.groups)


def test_the_fault_of_one_is_not_that_of_the_others(store: Store) -> None:
    answers = behind_a_first(store, grouped(store), ["a", "bad", "b"])
    assert answers[0] == "A"
    assert isinstance(answers[1], InvalidInput)
    assert answers[2] == "B"


def test_the_fault_of_the_store_is_everybodys(store: Store) -> None:
    answers = behind_a_first(store, grouped(store), ["a", "lost", "b"])
    assert [type(answer) for answer in answers] == [StoreUnavailable] * 3
    assert store.groups == [["first"], ["a", "b", "lost"]]


def test_after_an_error_it_goes_on(store: Store) -> None:
    commit = grouped(store)
    for word in ("bad", "lost"):
        with pytest.raises((InvalidInput, StoreUnavailable)):
            commit.submit(word)
    assert commit.submit("a") == "A"


def test_who_is_interrupted_leaves_nobody_waiting(store: Store) -> None:
    def interrupted(words: list[str]) -> list[str]:
        if "stop" in words:
            store.run(words)
            raise KeyboardInterrupt
        return store.run(words)

    commit = GroupCommit(interrupted, lambda group, word: True)
    with pytest.raises(KeyboardInterrupt):
        commit.submit("stop")
    assert commit.submit("a") == "A"


def test_who_does_not_wait_gets_a_future(store: Store) -> None:
    commit = grouped(store)
    store.go_on.clear()
    first = commit.start("first")
    assert store.begun.wait(10)
    others = [commit.start(word) for word in ("a", "lost", "b")]
    assert not first.done()
    assert not first.cancel()
    store.go_on.set()
    assert first.result(10) == "FIRST"
    assert [type(other.exception(10)) for other in others] == [StoreUnavailable] * 3
    assert store.groups == [["first"], ["a", "b", "lost"]]


def test_who_waits_and_who_does_not_go_together(store: Store) -> None:
    commit = grouped(store)
    store.go_on.clear()
    first = commit.start("first")
    assert store.begun.wait(10)
    later: list[str] = []
    waiting = Thread(target=lambda: later.append(commit.submit("a")))
    waiting.start()
    let_go = Thread(target=let_go_when, args=(store, commit, 2))
    let_go.start()
    other = commit.start("b")
    waiting.join(10)
    let_go.join(10)
    assert (first.result(10), later, other.result(10)) == ("FIRST", ["A"], "B")
    assert store.groups == [["first"], ["a", "b"]]


def test_those_of_the_last_group_are_waited_for_while_they_come() -> None:
    store = Slow()
    commit = GroupCommit(store.run, lambda group, word: True, pause=0.2)
    crowd = [f"w{n}" for n in range(8)]
    behind_a_first(store, commit, crowd)
    futures = []
    for word in crowd:
        futures.append(commit.start(word))
        time.sleep(0.04)
    assert [future.result(10) for future in futures] == [word.upper() for word in crowd]
    assert store.groups == [["first"], crowd, crowd]


def test_who_does_not_come_back_is_not_waited_for_long() -> None:
    store = Slow()
    commit = GroupCommit(store.run, lambda group, word: True, pause=0.01)
    behind_a_first(store, commit, ["a", "b", "c"])
    started = time.monotonic()
    assert commit.submit("a") == "A"
    assert time.monotonic() - started < 2 * SLOW
