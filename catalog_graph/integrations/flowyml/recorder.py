"""The recorder: it follows running pipelines and records their steps' lineage, without waiting for a catalog."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from catalog_graph.errors import CatalogWarning
from catalog_graph.integrations.flowyml.cache import cache_entry
from catalog_graph.integrations.flowyml.destination import Destination
from catalog_graph.integrations.flowyml.inputs import read_inputs
from catalog_graph.integrations.flowyml.outbox import Outbox
from catalog_graph.integrations.flowyml.outputs import complete, hand_over, write_outputs
from catalog_graph.integrations.flowyml.runs import Run, StepExecution

AFTER_RUN = 0.25
"""Maximum seconds that the end of a run waits for the catalog; no wait for a catalog that is slow or failed before."""


class Recorder:
    """Recorder of any number of pipeline runs, in any number of threads, nested ones included."""

    def __init__(self, destination: Callable[[], Destination]) -> None:
        self.destination = destination
        self._outboxes: dict[Destination, Outbox] = {}
        self._runs: dict[str, Run] = {}
        self._local = threading.local()
        self._lock = threading.RLock()
        self.has_warned = False

    def start(self) -> None:
        """Start to send the records that earlier processes left unsent."""
        self._outbox().start()

    # ---- runs

    def run_starts(self, pipeline: Any) -> None:
        """Register the start of a run in this thread, and forget the thread's runs that do not contain it.

        FlowyML has no hook for a run that fails, so such a run is forgotten only here.
        """
        checkpoint = getattr(pipeline, "_checkpoint", None)
        resumed = checkpoint.run_id if checkpoint and getattr(pipeline, "_resume_from_checkpoint", False) else None
        thread = threading.get_ident()
        kept = {resumed, *(step.run.run_id for step in self._stack)}
        with self._lock:
            self._runs = {i: run for i, run in self._runs.items() if run.thread != thread or i in kept}
            if resumed:
                self._runs.setdefault(resumed, Run(resumed, pipeline.name, thread)).resumed = True

    def run_ends(self, run_id: str) -> None:
        """Forget a run that succeeded, and wait for the catalog at most `AFTER_RUN` seconds."""
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
    ) -> StepExecution | None:
        """Return the execution of a step that starts; None if an executor around this one executes it already."""
        stack = self._stack
        run = self._run(run_id, pipeline)
        if stack and stack[-1].step is step and stack[-1].run.run_id == run.run_id:
            return None
        execution = StepExecution(step, run, self._outbox(), datetime.now())
        read_inputs(execution, inputs, context, [around.run for around in reversed(stack)])
        execution.cache_entry = cache_entry(step, inputs, context, cache_store)
        stack.append(execution)
        return execution

    def executor_registers(self, step: str, run_id: str, pipeline: str, output: Any) -> str | None:
        """Record the output that FlowyML's executor is about to register, and return its artifact id.

        None if the call does not come from the step that this thread executes: then FlowyML's registration goes on.
        """
        execution = self._stack[-1] if self._stack else None
        if execution is None or not isinstance(step, str):
            return None
        if (execution.step.name, execution.run.run_id, execution.run.pipeline) != (step, run_id, pipeline):
            return None
        try:
            write_outputs(execution, output, "none")
        except BaseException:
            execution.artifacts = []
            raise
        return execution.artifacts[0].artifact_id

    def step_ends(self, execution: StepExecution, result: Any) -> None:
        """Record the step's outputs, whether executed or taken from the cache; a failed or skipped step has none."""
        if not result.success or result.skipped:
            return
        if execution.artifacts:
            complete(execution, str(result.artifact_uri or ""), result.retries)
        else:
            write_outputs(execution, result.output, "cache" if result.cached else "registration")
        hand_over(execution, result.output)
        around = self._stack[:-1]
        if around:
            around[-1].nested_artifacts += execution.artifacts

    def step_is_over(self, execution: StepExecution) -> None:
        """Remove the execution from this thread's stack, whether or not the step succeeded."""
        stack = self._stack
        if execution in stack:
            del stack[stack.index(execution) :]
        if not stack:
            self.warn()

    # ---- outboxes, one for each catalog

    def flush(self, timeout: float, *, urge: bool = False) -> bool:
        """Wait until the catalogs have every record; return False if one fails or takes longer than `timeout` seconds.

        `urge` makes a catalog that failed the last time be tried again at once.
        """
        done = [outbox.flush(timeout, urge=urge) for outbox in self._all_outboxes()]
        return all(done)

    def close(self, timeout: float) -> bool:
        """Send records for at most `timeout` seconds; return True if all are delivered."""
        done = [outbox.close(timeout) for outbox in self._all_outboxes()]
        return all(done)

    def forget(self) -> None:
        """Leave the recorded lineage to the parent process, in a process just forked."""
        for outbox in self._outboxes.values():
            outbox.forget()

    def warn(self) -> None:
        """Warn once if records wait; called outside steps, since FlowyML captures a step's output."""
        trouble = self.trouble
        if trouble and not self.has_warned:
            self.has_warned = True
            warnings.warn(trouble, CatalogWarning, stacklevel=2)

    @property
    def trouble(self) -> str:
        """The reason why records wait or were refused; empty if all is well."""
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
    def _stack(self) -> list[StepExecution]:
        """The step executions of this thread, the innermost last."""
        if not hasattr(self._local, "steps"):
            self._local.steps = []
        steps: list[StepExecution] = self._local.steps
        return steps
