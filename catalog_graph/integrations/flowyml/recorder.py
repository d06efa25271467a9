"""Follows pipelines as they run, and keeps what their steps read and write, without waiting for a catalog."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from catalog_graph.errors import CatalogWarning
from catalog_graph.integrations.flowyml.caching import cache_entry
from catalog_graph.integrations.flowyml.destination import Destination
from catalog_graph.integrations.flowyml.outbox import Outbox
from catalog_graph.integrations.flowyml.reading import read_inputs
from catalog_graph.integrations.flowyml.runs import Run, StepUnderWay
from catalog_graph.integrations.flowyml.writing import complete, hand_over, write_outputs

AFTER_RUN = 0.25
"""Seconds that the end of a run waits, at most, for a catalog that has been quick so far."""


class Recorder:
    """Follows runs of any number of pipelines, in any number of threads, one within another."""

    def __init__(self, destination: Callable[[], Destination]) -> None:
        self.destination = destination
        self._outboxes: dict[Destination, Outbox] = {}
        self._runs: dict[str, Run] = {}
        self._local = threading.local()
        self._lock = threading.RLock()
        self.has_warned = False

    def start(self) -> None:
        """Begin to send what earlier processes left behind."""
        self._outbox().start()

    # ---- runs

    def run_starts(self, pipeline: Any) -> None:
        """A run of `pipeline` starts in this thread; earlier ones of the thread are over, but for those around it."""
        checkpoint = getattr(pipeline, "_checkpoint", None)
        resumed = checkpoint.run_id if checkpoint and getattr(pipeline, "_resume_from_checkpoint", False) else None
        thread = threading.get_ident()
        kept = {resumed, *(step.run.run_id for step in self._stack)}
        with self._lock:
            self._runs = {i: run for i, run in self._runs.items() if run.thread != thread or i in kept}
            if resumed:
                self._runs.setdefault(resumed, Run(resumed, pipeline.name, thread)).resumed = True

    def run_ends(self, run_id: str) -> None:
        """The run succeeded; FlowyML says nothing where it fails."""
        with self._lock:
            self._runs.pop(run_id, None)
        self.flush(AFTER_RUN)
        if not self._stack:
            self.warn()

    # ---- steps

    def step_starts(
        self,
        step: Any,
        inputs: Mapping[str, Any],
        context: Mapping[str, Any],
        cache_store: Any,
        run_id: str | None,
        pipeline: str,
    ) -> StepUnderWay | None:
        """A step is about to be executed; `None` if it is under way already, in an executor around this one."""
        stack = self._stack
        run = self._run(run_id, pipeline)
        if stack and stack[-1].step is step and stack[-1].run.run_id == run.run_id:
            return None
        under_way = StepUnderWay(step, run, self._outbox(), datetime.now())
        read_inputs(under_way, inputs, context, [around.run for around in reversed(stack)])
        under_way.cache_entry = cache_entry(step, inputs, context, cache_store)
        stack.append(under_way)
        return under_way

    def executor_registers(self, step: str, run_id: str, pipeline: str, output: Any) -> str | None:
        """FlowyML's executor registers what a step returned: the id under which it is recorded, with its lineage.

        `None` where it is not the step that is under way in this thread: the registration is somebody else's.
        """
        under_way = self._stack[-1] if self._stack else None
        if under_way is None or not isinstance(step, str):
            return None
        if (under_way.step.name, under_way.run.run_id, under_way.run.pipeline) != (step, run_id, pipeline):
            return None
        try:
            write_outputs(under_way, output, "none")
        except BaseException:
            under_way.written = []
            raise
        return under_way.written[0].artifact_id

    def step_ends(self, under_way: StepUnderWay, result: Any) -> None:
        """The step was executed, taken from the cache, skipped, or it failed; the last two wrote nothing."""
        if not result.success or result.skipped:
            return
        if under_way.written:
            complete(under_way, str(result.artifact_uri or ""), result.retries)
        else:
            write_outputs(under_way, result.output, "cache" if result.cached else "registration")
        hand_over(under_way, result.output)
        around = self._stack[:-1]
        if around:
            around[-1].made_within += under_way.written

    def step_is_over(self, under_way: StepUnderWay) -> None:
        """However it ended."""
        stack = self._stack
        if under_way in stack:
            del stack[stack.index(under_way) :]
        if not stack:
            self.warn()

    # ---- the way to the catalogs

    def flush(self, timeout: float, *, urge: bool = False) -> bool:
        """Wait until the catalogs have everything; False if one does not answer, or not within `timeout` seconds."""
        done = [outbox.flush(timeout, urge=urge) for outbox in self._all_outboxes()]
        return all(done)

    def close(self, timeout: float) -> bool:
        """Send what can be sent within `timeout` seconds; whether that is everything."""
        done = [outbox.close(timeout) for outbox in self._all_outboxes()]
        return all(done)

    def forget(self) -> None:
        """Leave what is recorded to the process that this one was forked from."""
        for outbox in self._outboxes.values():
            outbox.forget()

    def warn(self) -> None:
        """Say once why records wait, in a thread whose output is not captured by a step."""
        trouble = self.trouble
        if trouble and not self.has_warned:
            self.has_warned = True
            warnings.warn(trouble, CatalogWarning, stacklevel=2)

    @property
    def trouble(self) -> str:
        """Why records wait or were refused; empty while all goes well."""
        return next((outbox.trouble for outbox in self._all_outboxes() if outbox.trouble), "")

    def _all_outboxes(self) -> list[Outbox]:
        with self._lock:
            return list(self._outboxes.values())

    def _outbox(self) -> Outbox:
        destination = self.destination()
        with self._lock:
            if destination not in self._outboxes:
                self._outboxes[destination] = Outbox(destination)
                self._outboxes[destination].start()
            return self._outboxes[destination]

    def _run(self, run_id: str | None, pipeline: str) -> Run:
        if run_id is None:  # an executor used by itself, as FlowyML names its run
            return Run("local", pipeline, threading.get_ident())
        with self._lock:
            return self._runs.setdefault(run_id, Run(run_id, pipeline, threading.get_ident()))

    @property
    def _stack(self) -> list[StepUnderWay]:
        """The steps under way in this thread, the innermost last."""
        if not hasattr(self._local, "steps"):
            self._local.steps = []
        steps: list[StepUnderWay] = self._local.steps
        return steps
