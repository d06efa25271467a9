"""Group commit: requests that arrive during a transaction share the next one.

A commit that touches a full-text index takes many times as long as the writes, and hardly longer for a hundred
artifacts than for one. If no transaction is running, a request starts at once, alone. After a group of several, the
next group waits for the callers of the one before: otherwise they would form two groups that alternate, each half as
large.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from threading import Condition, Event
from typing import Generic, TypeVar

from catalog_graph.errors import Conflict, InvalidInput, NotFound, StoreUnavailable

Q = TypeVar("Q")
A = TypeVar("A")

PAUSE = 0.003
"""Seconds to wait for the next expected caller; after that, the group starts without the others."""


class GroupCommit(Generic[Q, A]):
    """Runs requests from many threads in groups, one group after the other.

    `run` returns the answer to each of a list of requests, or raises and changes nothing. `fits` tells whether a
    request may join a group.
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
        """Number of callers that wait for the next group."""
        with self._lock:
            return len(self._waiting)

    def submit(self, request: Q) -> A:
        """Run a request in a group; return its answer or raise its own error."""
        woken = Event()
        turn: _Turn[Q, A] = _Turn(request, lead=woken.set)
        turn.result.add_done_callback(lambda _: woken.set())
        self._enter(turn)
        woken.wait()
        if not turn.result.done():
            self._lead()
        return turn.result.result()

    def start(self, request: Q) -> Future[A]:
        """Run a request in a group and return a future at once; it cannot be cancelled."""
        context = copy_context()
        turn: _Turn[Q, A] = _Turn(request, lead=lambda: self._leaders.submit(context.run, self._lead))
        self._enter(turn)
        return turn.result

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
                turn.deliver()
            for turn in following:
                turn.lead()

    def _next_group(self) -> list[_Turn[Q, A]]:
        with self._lock:
            self._await_expected()
            group: list[_Turn[Q, A]] = []
            rest: list[_Turn[Q, A]] = []
            for turn in self._waiting:
                joins = not group or self._fits([t.request for t in group], turn.request)
                (group if joins else rest).append(turn)
            self._waiting = rest
        return group

    def _await_expected(self) -> None:
        """Wait while expected callers arrive, at most as long as the group before took."""
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
                # One request is at fault: run each alone, so that it gets its own answer or error.
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
    """One caller's request, its result, and the function that makes this caller lead the next group."""

    def __init__(self, request: Q, lead: Callable[[], object]) -> None:
        self.request = request
        self.lead = lead
        self.answer: list[A] = []
        self.error: BaseException | None = None
        self.result: Future[A] = Future()
        self.result.set_running_or_notify_cancel()

    def deliver(self) -> None:
        """Give the caller the answer or the error."""
        if self.error is not None:
            self.result.set_exception(self.error)
        else:
            self.result.set_result(self.answer[0])
