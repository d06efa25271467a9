"""Recording the steps of any program: `with catalog.track("train") as step`, or the same as a decorator."""

from __future__ import annotations

import inspect
import uuid
from collections.abc import Callable
from contextvars import ContextVar, Token
from functools import wraps
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar, cast

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import InvalidInput

if TYPE_CHECKING:
    from catalog_graph.catalog.step import Step

R = TypeVar("R")
_innermost: ContextVar[Step | None] = ContextVar("catalog_graph_step", default=None)


class CatalogTracking:
    """Steps of programs that no orchestrator runs."""

    _backend: CatalogBackend

    def track(self, step: str = "", *, pipeline: str = "", run_id: str = "") -> Tracking:
        """Record a step: what it reads and writes, the commit of its code, its environment, duration and end.

        As a context manager it gives a `Step`; what the step writes derives from what it has read before. As a
        decorator it gives one, for each call, to the parameter `step` of the function, whose name is the default name.
        A step within another one of the same thread or task has its pipeline and run, unless it names its own; the
        outermost one gets a new `run_id`. If an exception ends the step, that is recorded, and the exception goes on.
        """
        return Tracking(self._backend, step, pipeline, run_id)


class Tracking:
    """Context manager and decorator of `ArtifactCatalog.track`."""

    def __init__(self, backend: CatalogBackend, name: str, pipeline: str, run_id: str) -> None:
        self._backend = backend
        self._name, self._pipeline, self._run_id = name, pipeline, run_id
        self._open: tuple[Step, Token[Step | None]] | None = None

    def __enter__(self) -> Step:
        from catalog_graph.catalog.step import Step

        if not self._name:
            raise InvalidInput("step must name the step, such as catalog.track('train')", field="step")
        if self._open is not None:
            raise InvalidInput(f"the step {self._name!r} is open; call catalog.track once for each step")
        outer = _innermost.get()
        step = Step(
            self._backend,
            self._name,
            self._pipeline or (outer.pipeline if outer else ""),
            self._run_id or (outer.run_id if outer else uuid.uuid4().hex),
            outer.name if outer else "",
        )
        self._open = step, _innermost.set(step)
        return step

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._open is not None
        step, token = self._open
        self._open = None
        _innermost.reset(token)
        step.end(None if isinstance(error, SystemExit) and not error.code else error)

    def __call__(self, function: Callable[..., R]) -> Callable[..., R]:
        """Return the function with a step of its own for each call."""
        if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
            raise InvalidInput(f"{function.__name__} is a generator; use `with catalog.track(…)` within it")
        if "step" not in inspect.signature(function).parameters:
            raise InvalidInput(
                f"{function.__name__} has no parameter `step`, which would get the step that reads and writes"
            )
        name = self._name or function.__name__

        @wraps(function)
        def call(*arguments: Any, **options: Any) -> Any:
            with Tracking(self._backend, name, self._pipeline, self._run_id) as step:
                return function(*arguments, **options, step=step)

        @wraps(function)
        async def call_async(*arguments: Any, **options: Any) -> Any:
            with Tracking(self._backend, name, self._pipeline, self._run_id) as step:
                return await cast("Any", function)(*arguments, **options, step=step)

        return cast("Callable[..., R]", call_async if inspect.iscoroutinefunction(function) else call)
