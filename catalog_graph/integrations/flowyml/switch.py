"""Recording switched on and off: FlowyML's hooks, its executors, and the catalog in which its executor registers.

FlowyML's step hooks carry no run, and do not fire for conditional steps or at the start of grouped ones. Steps are
therefore followed where all of them pass: `Executor.execute_step`. The executor registers each output during the step;
the recorder handles that one registration itself, so that it costs the step no request.
"""

from __future__ import annotations

import atexit
import functools
import inspect
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import CatalogWarning, ConfigurationError
from catalog_graph.integrations.flowyml import destination

AT_EXIT = 5.0
"""Maximum seconds that a program waits for the catalog at exit."""

_lock = threading.RLock()
_undo: list[Callable[[], None]] = []
_recorder: Any = None


def enable(backend: CatalogBackend | Any | None = None) -> None:
    """Record the lineage of all FlowyML pipelines that run in this process from now on.

    It goes to `backend`, or where FlowyML's own `ArtifactCatalog` registers: the service of the active stack or of
    `FLOWYML_CATALOG_ENDPOINT`, else `.flowyml/catalog.db`. Records are kept in `.flowyml/lineage` until the catalog
    has them. Raises `ConfigurationError` if FlowyML cannot be imported.
    """
    global _recorder
    with _lock:
        disable()
        try:
            from flowyml.core.executor import LocalExecutor  # type: ignore[import-untyped]
            from flowyml.core.hooks import get_global_hooks  # type: ignore[import-untyped]
            from flowyml.storage.catalog import manager  # type: ignore[import-untyped]
        except ImportError as cause:
            raise ConfigurationError(f"FlowyML cannot be imported ({cause}); run: pip install flowyml") from cause
        from catalog_graph.integrations.flowyml.recorder import Recorder

        fixed = None if backend is None else destination.of_backend(backend)
        _recorder = Recorder(destination.current if fixed is None else lambda: fixed)
        _hook(get_global_hooks())
        _follow(LocalExecutor)
        _replace(manager, "ArtifactCatalog", _step_catalog(manager.ArtifactCatalog))
        with _errors_as_warnings():
            _recorder.start()


def disable() -> None:
    """Stop recording, send the remaining records, and restore FlowyML's own classes and hooks."""
    global _recorder
    with _lock:
        while _undo:
            _undo.pop()()
        if _recorder is not None:
            _recorder.close(AT_EXIT)
            _recorder.warn()
            _recorder = None


def flush(timeout: float = 30.0) -> bool:
    """Wait until the catalog has every record; return False if it fails or takes longer than `timeout` seconds."""
    return _recorder is None or bool(_recorder.flush(timeout, urge=True))


# ---- FlowyML's hooks


def _hook(hooks: Any) -> None:
    hooks.register_pipeline_start_hook(_pipeline_starts)
    hooks.register_pipeline_end_hook(_pipeline_ends)
    _undo.append(lambda: hooks.on_pipeline_start.remove(_pipeline_starts))
    _undo.append(lambda: hooks.on_pipeline_end.remove(_pipeline_ends))


def _pipeline_starts(pipeline: Any) -> None:
    with _errors_as_warnings():
        if pipeline.executor is not None:
            _follow(type(pipeline.executor))
        _recorder.run_starts(pipeline)


def _pipeline_ends(pipeline: Any, result: Any) -> None:
    with _errors_as_warnings():
        _recorder.run_ends(result.run_id)


# ---- FlowyML's executors


def _follow(executor: type) -> None:
    """Follow the steps that executors of this class execute."""
    with _lock:
        execute_step = executor.execute_step  # type: ignore[attr-defined]
        if not hasattr(execute_step, "followed"):
            _replace(executor, "execute_step", _followed(execute_step, _signature()))


def _signature() -> inspect.Signature:
    """Return the signature by which orchestrators call `execute_step`, whatever names an executor class uses."""
    from flowyml.core.executor import Executor

    return inspect.signature(Executor.execute_step)


def _followed(execute_step: Callable[..., Any], signature: inspect.Signature) -> Callable[..., Any]:
    @functools.wraps(execute_step)
    def followed(*args: Any, **kwargs: Any) -> Any:
        execution = None
        with _errors_as_warnings():
            arguments = signature.bind(*args, **kwargs).arguments
            execution = _recorder.step_starts(
                arguments["step"],
                arguments["inputs"],
                arguments["context_params"],
                arguments.get("cache_store"),
                arguments.get("run_id"),
                arguments.get("project_name", "default"),
            )
        try:
            result = execute_step(*args, **kwargs)
            if execution is not None:
                with _errors_as_warnings():
                    _recorder.step_ends(execution, result)
            return result
        finally:
            if execution is not None:
                with _errors_as_warnings():
                    _recorder.step_is_over(execution)

    followed.followed = True  # type: ignore[attr-defined]
    return followed


# ---- the catalog in which FlowyML's executor registers


def _step_catalog(catalog: Any) -> type:
    """Return a subclass of FlowyML's `ArtifactCatalog` that leaves the running step's registration to the recorder."""

    class StepCatalog(catalog):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            self._arguments = args, kwargs

        @functools.cached_property
        def _backend(self) -> Any:
            # Opened late: it may be a file or a connection, which a registration left to the recorder does not need.
            args, kwargs = self._arguments
            return catalog(*args, **kwargs).backend

        def register(self, name: str, artifact_type: str, data: Any = None, **fields: Any) -> Any:
            artifact_id = None
            if self._arguments == ((), {}) and set(fields) == {"source_step", "source_pipeline", "source_run_id"}:
                with _errors_as_warnings():
                    artifact_id = _recorder.executor_registers(
                        fields["source_step"], fields["source_run_id"], fields["source_pipeline"], data
                    )
            if artifact_id is not None:
                return artifact_id
            return super().register(name, artifact_type, data, **fields)

    return StepCatalog


# ---- the process


@contextmanager
def _errors_as_warnings() -> Iterator[None]:
    """Turn any error of the recorder into a warning, so that it never reaches the pipeline."""
    try:
        yield
    except Exception as error:
        message = f"a step's lineage could not be recorded: {type(error).__name__}: {error}"
        try:
            warnings.warn(message, CatalogWarning, stacklevel=3)
        except CatalogWarning:
            return


def _replace(holder: Any, name: str, value: Any) -> None:
    """Set an attribute until `disable`."""
    was_own, before = name in vars(holder), getattr(holder, name)
    setattr(holder, name, value)
    _undo.append(lambda: setattr(holder, name, before) if was_own else delattr(holder, name))


def _at_exit() -> None:
    if _recorder is None:
        return
    _recorder.close(AT_EXIT)
    if _recorder.trouble and not _recorder.has_warned:
        sys.stderr.write(f"catalog_graph: {_recorder.trouble}\n")


def _after_fork() -> None:
    """Give a forked process a recorder, and so a spool file, of its own."""
    global _recorder
    if _recorder is not None:
        from catalog_graph.integrations.flowyml.recorder import Recorder

        _recorder.forget()
        _recorder = Recorder(_recorder.destination)


atexit.register(_at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
