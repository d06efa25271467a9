"""Recording of MLflow as it happens: what a program logs is in the catalog when a model is logged or a run ends.

Methods of `MlflowClient`, through which everything passes, are followed by a record in the background: a training is
never slowed, and never fails because of the catalog. What could not be recorded is a warning; MLflow has it, so
`Tracking` imports it later.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import wraps
from typing import TYPE_CHECKING, Any, ClassVar

from catalog_graph.copies.records import LeftOut
from catalog_graph.errors import RegistrationWarning
from catalog_graph.integrations.mlflow.entries import version_id_of
from catalog_graph.integrations.mlflow.reader import Reader, client_class
from catalog_graph.transfer.importing import Item, Lookup, NamedAliases, Source

if TYPE_CHECKING:
    from catalog_graph.catalog.catalog import ArtifactCatalog

Items = Iterator[Item]


def _of_run(reader: Reader, arguments: dict[str, Any]) -> Items:
    return reader.run_with_inputs(arguments["run_id"])


def _of_model(reader: Reader, arguments: dict[str, Any]) -> Items:
    model = reader.model(arguments["model_id"])
    if model is None:
        yield LeftOut(f"model {arguments['model_id']}", "MLflow no longer has it")
    elif model.source_run_id:
        yield from reader.run_with_inputs(model.source_run_id)
    else:
        yield reader.model_without_run(model, reader.client.get_experiment(model.experiment_id).name)


def _of_name(reader: Reader, arguments: dict[str, Any]) -> Items:
    """Yield the versions of a registered model that have aliases, or that a call names, and its aliases."""
    registered = reader.client.get_registered_model(arguments["name"])
    numbers = {str(number) for number in registered.aliases.values()} | set(arguments.get("versions", ()))
    ids: dict[str, str] = {}
    for number in sorted(numbers):
        version = reader.registered_version(registered.name, number)
        if version is None:
            yield LeftOut(f"version {number} of {registered.name}", "MLflow no longer has it")
            continue
        ids[number] = version_id_of(version)
        if version.run_id:
            yield from reader.run_with_inputs(version.run_id)
        yield from reader.version(version, registered)
    held = {alias: ids[str(number)] for alias, number in registered.aliases.items() if str(number) in ids}
    yield NamedAliases(registered.name, held)


_FOLLOWED: dict[str, Callable[[Reader, dict[str, Any]], Items]] = {
    "set_terminated": _of_run,
    "finalize_logged_model": _of_model,
    "_create_model_version": _of_name,
    "copy_model_version": _of_name,
    "set_model_version_tag": _of_name,
    "set_registered_model_alias": _of_name,
    "delete_registered_model_alias": _of_name,
}
"""Methods of `MlflowClient`, and what each call changes."""


class _Change(Source):
    by: ClassVar[str] = "import mlflow"

    def __init__(self, read: Callable[[], Items]) -> None:
        self._read = read

    def items(self, lookup: Lookup) -> Items:
        return self._read()


class _Recorder:
    """The methods of `MlflowClient` as they were, and the thread that records."""

    def __init__(self, catalog: ArtifactCatalog) -> None:
        self.catalog = catalog
        self._thread = ThreadPoolExecutor(1, "catalog-graph-mlflow")
        self._pending: list[Future[None]] = []
        self._methods: dict[str, Any] = {}

    def start(self) -> None:
        """Follow the methods."""
        client = client_class()
        for name, read in _FOLLOWED.items():
            self._methods[name] = getattr(client, name)
            setattr(client, name, self._followed(self._methods[name], read))

    def stop(self) -> None:
        """Put the methods back, and record what is pending."""
        client = client_class()
        for name, method in self._methods.items():
            setattr(client, name, method)
        self._thread.shutdown()

    def flush(self, timeout: float | None) -> bool:
        """Wait until what happened so far is recorded; return False if it is not within `timeout` seconds."""
        return not wait(self._pending, timeout).not_done

    def _followed(self, method: Callable[..., Any], read: Callable[[Reader, dict[str, Any]], Items]) -> Any:
        signature = inspect.signature(method)

        @wraps(method)
        def call(*positional: Any, **options: Any) -> Any:
            result = method(*positional, **options)
            arguments = signature.bind(*positional, **options).arguments
            if hasattr(result, "version"):
                arguments |= {"name": result.name, "versions": [str(result.version)]}
            elif arguments.get("version"):
                arguments["versions"] = [str(arguments["version"])]
            self._submit(positional[0], read, arguments)
            return result

        return call

    def _submit(self, client: Any, read: Callable[[Reader, dict[str, Any]], Items], arguments: dict[str, Any]) -> None:
        self._pending = [each for each in self._pending if not each.done()]
        try:
            self._pending.append(self._thread.submit(self._record, client, read, arguments))
        except RuntimeError:  # the interpreter ends: MLflow ends the run that was left open
            self._record(client, read, arguments)

    def _record(self, client: Any, read: Callable[[Reader, dict[str, Any]], Items], arguments: dict[str, Any]) -> None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RegistrationWarning)
                self.catalog.import_from(_Change(lambda: read(Reader(client), arguments)))
        except Exception as error:
            # A training goes on whatever the catalog, MLflow's server or this code meets.
            warnings.warn(
                f"MLflow is not recorded: {error}; run `catalog-graph import mlflow` later",
                RegistrationWarning,
                stacklevel=2,
            )


_recorders: list[_Recorder] = []


def enable(catalog: ArtifactCatalog | None = None) -> None:
    """Record what this process logs to MLflow from now on, in a catalog, by default that of `ArtifactCatalog()`.

    A second call changes the catalog. Raises `ConfigurationError` if MLflow is not installed.
    """
    from catalog_graph.catalog.catalog import ArtifactCatalog

    client_class()
    disable()
    recorder = _Recorder(catalog if catalog is not None else ArtifactCatalog())
    recorder.start()
    _recorders.append(recorder)


def disable() -> None:
    """Record no more; what happened before is recorded first."""
    while _recorders:
        _recorders.pop().stop()


def flush(timeout: float | None = None) -> bool:
    """Wait until what happened so far is recorded; return False if it is not within `timeout` seconds."""
    return all(recorder.flush(timeout) for recorder in _recorders)
