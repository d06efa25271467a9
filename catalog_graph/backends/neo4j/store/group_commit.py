"""Group commit: callers that come while a transaction is under way share the next one.

A commit that touches a full-text index takes many times as long as the writing itself, and a hundred artifacts in it
hardly longer than one. Nobody waits for company who has none: where nothing is under way, a caller goes at once and
alone. After a group of several, the next one waits for those who were in it and come back: else they would be two
crowds that take turns, each half as large, or one caller and then all others.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Condition, Event
from typing import Generic, TypeVar

from catalog_graph.errors import Conflict, InvalidInput, NotFound, StoreUnavailable

Q = TypeVar("Q")
A = TypeVar("A")

PAUSE = 0.003
"""Seconds in which one of those who are waited for has to come: else the group goes without them."""


class GroupCommit(Generic[Q, A]):
    """Runs requests from many threads, several at a time, one group after the other.

    `run` answers each of a list of requests, or raises, with nothing done. `fits` tells whether a request
    may join a group.
    """

    def __init__(
        self, run: Callable[[list[Q]], list[A]], fits: Callable[[list[Q], Q], bool], pause: float = PAUSE
    ) -> None:
        self._run = run
        self._fits = fits
        self._pause = pause
        self._lock = Condition()
        self._waiting: list[_Turn[Q, A]] = []
        self._busy = False
        self._expected, self._until = 0, 0.0
        self._leaders = ThreadPoolExecutor(1, thread_name_prefix="group-commit")

    @property
    def waiting(self) -> int:
        """How many callers wait for the next group."""
        with self._lock:
            return len(self._waiting)

    def submit(self, request: Q) -> A:
        """The answer to `request`, or the error that is its own."""
        woken = Event()
        turn: _Turn[Q, A] = _Turn(request, lead=woken.set)
        turn.told.add_done_callback(lambda _: woken.set())
        self._enter(turn)
        woken.wait()
        if not turn.told.done():
            self._lead()
        return turn.told.result()

    def start(self, request: Q) -> Future[A]:
        """The same for a caller that does not wait; it cannot be cancelled."""
        turn: _Turn[Q, A] = _Turn(request, lead=lambda: self._leaders.submit(self._lead))
        self._enter(turn)
        return turn.told

    def _enter(self, turn: _Turn[Q, A]) -> None:
        with self._lock:
            self._waiting.append(turn)
            if len(self._waiting) >= self._expected:
                self._lock.notify()
            leads = not self._busy
            self._busy = True
        if leads:
            turn.lead()

    def _lead(self) -> None:
        group = self._next_group()
        started = time.monotonic()
        try:
            self._settle(group)
        finally:
            with self._lock:
                following = self._waiting[:1]
                self._busy = bool(following)
                self._expected = len(group) + len(self._waiting) if len(group) > 1 else 0
                ended = time.monotonic()
                self._until = ended + (ended - started)
            for turn in group:
                turn.tell()
            for turn in following:
                turn.lead()

    def _next_group(self) -> list[_Turn[Q, A]]:
        with self._lock:
            self._await_company()
            group: list[_Turn[Q, A]] = []
            rest: list[_Turn[Q, A]] = []
            for turn in self._waiting:
                joins = not group or self._fits([t.request for t in group], turn.request)
                (group if joins else rest).append(turn)
            self._waiting = rest
        return group

    def _await_company(self) -> None:
        """Wait while those who are expected come one after the other, at most as long as the group before took."""
        seen = 0
        while seen < len(self._waiting) < self._expected and (left := self._until - time.monotonic()) > 0:
            seen = len(self._waiting)
            self._lock.wait(min(self._pause, left))

    def _settle(self, group: list[_Turn[Q, A]]) -> None:
        try:
            answers = self._run([turn.request for turn in group])
        except (InvalidInput, Conflict, NotFound) as error:
            if len(group) == 1:
                group[0].error = error
            else:
                # One of them is at fault: alone, each gets what it deserves.
                for turn in group:
                    self._settle([turn])
        except Exception as error:
            for turn in group:
                turn.error = error
        except BaseException:
            for turn in group:
                turn.error = StoreUnavailable("the writer was interrupted: try again")
            raise
        else:
            for turn, answer in zip(group, answers, strict=True):
                turn.answer = [answer]


class _Turn(Generic[Q, A]):
    """One caller's request, what came of it, and how this caller is told to lead the next group."""

    def __init__(self, request: Q, lead: Callable[[], object]) -> None:
        self.request = request
        self.lead = lead
        self.answer: list[A] = []
        self.error: BaseException | None = None
        self.told: Future[A] = Future()
        self.told.set_running_or_notify_cancel()

    def tell(self) -> None:
        """Give the caller the answer or the error."""
        if self.error is not None:
            self.told.set_exception(self.error)
        else:
            self.told.set_result(self.answer[0])
