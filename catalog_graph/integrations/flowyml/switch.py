"""Turns recording on and off: FlowyML's hooks, its executors, and the catalog that its executor asks for.

FlowyML's step hooks carry no run, and fire neither for conditional steps nor at the start of grouped ones, so steps
are followed where all of them pass: `Executor.execute_step`. The executor registers each output while the step is
under way; that one registration is taken over, so that it costs the step no request.
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
"""Seconds that a program waits at its end, at most, for a catalog that answers."""

_lock = threading.RLock()
_undo: list[Callable[[], None]] = []
_recorder: Any = None


def enable(backend: CatalogBackend | Any | None = None) -> None:
    """Record the lineage of all FlowyML pipelines that run in this process from now on.

    It goes to `backend`, or where FlowyML's own `ArtifactCatalog` registers: the service of the active stack or of
    `FLOWYML_CATALOG_ENDPOINT`, else `.flowyml/catalog.db`. Records are kept in `.flowyml/lineage` until the catalog
    has them. Raises `ConfigurationError` where FlowyML is not installed.
    """
    global _recorder
    with _lock:
        disable()
        try:
            from flowyml.core.executor import LocalExecutor  # type: ignore[import-untyped]
            from flowyml.core.hooks import get_global_hooks  # type: ignore[import-untyped]
            from flowyml.storage.catalog import manager  # type: ignore[import-untyped]
        except ImportError as cause:
            raise ConfigurationError(f"FlowyML cannot be imported ({cause}); pip install flowyml") from cause
        from catalog_graph.integrations.flowyml.recorder import Recorder

        given = None if backend is None else destination.of_backend(backend)
        _recorder = Recorder(destination.current if given is None else lambda: given)
        _hook(get_global_hooks())
        _follow(LocalExecutor)
        _replace(manager, "ArtifactCatalog", _step_catalog(manager.ArtifactCatalog))
        with _unharmed():
            _recorder.start()


def disable() -> None:
    """Stop recording, send what is recorded, and leave FlowyML as it was."""
    global _recorder
    with _lock:
        while _undo:
            _undo.pop()()
        if _recorder is not None:
            _recorder.close(AT_EXIT)
            _recorder.warn()
            _recorder = None


def flush(timeout: float = 30.0) -> bool:
    """Wait until the catalog has all that is recorded; False if it does not answer, or not within `timeout` seconds."""
    return _recorder is None or bool(_recorder.flush(timeout, urge=True))


# ---- FlowyML's hooks


def _hook(hooks: Any) -> None:
    hooks.register_pipeline_start_hook(_pipeline_starts)
    hooks.register_pipeline_end_hook(_pipeline_ends)
    _undo.append(lambda: hooks.on_pipeline_start.remove(_pipeline_starts))
    _undo.append(lambda: hooks.on_pipeline_end.remove(_pipeline_ends))


def _pipeline_starts(pipeline: Any) -> None:
    with _unharmed():
        if pipeline.executor is not None:
            _follow(type(pipeline.executor))
        _recorder.run_starts(pipeline)


def _pipeline_ends(pipeline: Any, result: Any) -> None:
    with _unharmed():
        _recorder.run_ends(result.run_id)


# ---- its executors


def _follow(executor: type) -> None:
    """Follow the steps that executors of this class execute."""
    with _lock:
        execute_step = executor.execute_step  # type: ignore[attr-defined]
        if not hasattr(execute_step, "followed"):
            _replace(executor, "execute_step", _followed(execute_step, _signature()))


def _signature() -> inspect.Signature:
    """The arguments that orchestrators pass, whatever an executor calls them."""
    from flowyml.core.executor import Executor

    return inspect.signature(Executor.execute_step)


def _followed(execute_step: Callable[..., Any], signature: inspect.Signature) -> Callable[..., Any]:
    @functools.wraps(execute_step)
    def followed(*args: Any, **kwargs: Any) -> Any:
        under_way = None
        with _unharmed():
            given = signature.bind(*args, **kwargs).arguments
            under_way = _recorder.step_starts(
                given["step"],
                given["inputs"],
                given["context_params"],
                given.get("cache_store"),
                given.get("run_id"),
                given.get("project_name", "default"),
            )
        try:
            result = execute_step(*args, **kwargs)
            if under_way is not None:
                with _unharmed():
                    _recorder.step_ends(under_way, result)
            return result
        finally:
            if under_way is not None:
                with _unharmed():
                    _recorder.step_is_over(under_way)

    followed.followed = True  # type: ignore[attr-defined]
    return followed


# ---- the catalog that its executor registers with


def _step_catalog(catalog: Any) -> type:
    """FlowyML's `ArtifactCatalog`, but that it hands over the registration of a step that is under way."""

    class StepCatalog(catalog):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            self._made_from = args, kwargs

        @functools.cached_property
        def _backend(self) -> Any:
            # Choosing one may open a file or a connection, which a registration that is handed over does not need.
            args, kwargs = self._made_from
            return catalog(*args, **kwargs)._backend

        def register(self, name: str, artifact_type: str, data: Any = None, **given: Any) -> Any:
            artifact_id = None
            if self._made_from == ((), {}) and set(given) == {"source_step", "source_pipeline", "source_run_id"}:
                with _unharmed():
                    artifact_id = _recorder.executor_registers(
                        given["source_step"], given["source_run_id"], given["source_pipeline"], data
                    )
            if artifact_id is not None:
                return artifact_id
            return super().register(name, artifact_type, data, **given)

    return StepCatalog


# ---- the process around it


@contextmanager
def _unharmed() -> Iterator[None]:
    """Nothing that goes wrong here may reach the pipeline."""
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
    """A forked process records into a file of its own."""
    global _recorder
    if _recorder is not None:
        from catalog_graph.integrations.flowyml.recorder import Recorder

        _recorder.forget()
        _recorder = Recorder(_recorder.destination)


atexit.register(_at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
