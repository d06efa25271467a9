"""Group commit: callers that come while a transaction is under way share the next one.

A commit that touches a full-text index takes many times as long as the writing itself, and a hundred artifacts in it
hardly longer than one. Nobody waits for company who has none: where nothing is under way, a caller goes at once and
alone. After a group of several, the next one waits a moment for those who were in it and may come back: else they would
be two crowds that take turns, each half as large.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Condition, Event
from typing import Generic, TypeVar

from catalog_graph.errors import Conflict, InvalidInput, NotFound, StoreUnavailable

Q = TypeVar("Q")
A = TypeVar("A")

PAUSE = 0.003
"""Seconds after a group within which those who were in it are waited for."""


class GroupCommit(Generic[Q, A]):
    """Runs requests from many threads, several at a time, one group after the other.

    `run` answers each of a list of requests, or raises, with nothing done. `fits` tells whether a request
    may join a group.
    """

    def __init__(self, run: Callable[[list[Q]], list[A]], fits: Callable[[list[Q], Q], bool]) -> None:
        self._run = run
        self._fits = fits
        self._lock = Condition()
        self._waiting: list[_Turn[Q, A]] = []
        self._busy = False
        self._expected, self._until = 0, 0.0

    @property
    def waiting(self) -> int:
        """How many callers wait for the next group."""
        with self._lock:
            return len(self._waiting)

    def submit(self, request: Q) -> A:
        """The answer to `request`, or the error that is its own."""
        turn: _Turn[Q, A] = _Turn(request)
        with self._lock:
            self._waiting.append(turn)
            self._lock.notify_all()
            leads = not self._busy
            self._busy = True
        if not leads:
            turn.woken.wait()
        if not turn.settled:
            self._lead()
        return turn.outcome()

    def _lead(self) -> None:
        group = self._next_group()
        try:
            self._settle(group)
        finally:
            with self._lock:
                following = self._waiting[:1]
                self._busy = bool(following)
                self._expected = len(group) + len(self._waiting) if len(group) > 1 else 0
                self._until = time.monotonic() + PAUSE
            for turn in [*group, *following]:
                turn.woken.set()

    def _next_group(self) -> list[_Turn[Q, A]]:
        with self._lock:
            left = self._until - time.monotonic()
            if left > 0:
                self._lock.wait_for(lambda: len(self._waiting) >= self._expected, left)
            group: list[_Turn[Q, A]] = []
            rest: list[_Turn[Q, A]] = []
            for turn in self._waiting:
                joins = not group or self._fits([t.request for t in group], turn.request)
                (group if joins else rest).append(turn)
            self._waiting = rest
        return group

    def _settle(self, group: list[_Turn[Q, A]]) -> None:
        try:
            answers = self._run([turn.request for turn in group])
        except (InvalidInput, Conflict, NotFound) as error:
            if len(group) == 1:
                group[0].fail(error)
            else:
                # One of them is at fault: alone, each gets what it deserves.
                for turn in group:
                    self._settle([turn])
        except Exception as error:
            for turn in group:
                turn.fail(error)
        except BaseException:
            for turn in group:
                turn.fail(StoreUnavailable("the writer was interrupted: try again"))
            raise
        else:
            for turn, answer in zip(group, answers, strict=True):
                turn.answer = [answer]


class _Turn(Generic[Q, A]):
    """One caller's request, and what came of it."""

    def __init__(self, request: Q) -> None:
        self.request = request
        self.woken = Event()
        self.answer: list[A] = []
        self.error: BaseException | None = None

    @property
    def settled(self) -> bool:
        return bool(self.answer) or self.error is not None

    def fail(self, error: BaseException) -> None:
        self.error = error

    def outcome(self) -> A:
        if self.error is not None:
            raise self.error
        return self.answer[0]
