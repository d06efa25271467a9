"""Reading MLflow through its client: models are read once, and known by their id and by the run that made them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from catalog_graph.artifact import CatalogEntry
from catalog_graph.copies.records import LeftOut
from catalog_graph.errors import missing_extra
from catalog_graph.integrations.mlflow.entries import (
    MODEL,
    PROMPT,
    model_entry,
    model_id_of,
    run_id_of,
    version_entry,
    version_id_of,
)
from catalog_graph.integrations.mlflow.lineage import items_of_run
from catalog_graph.transfer.importing import Item

PAGE = 100


def client_class() -> Any:
    """Return MLflow's class `MlflowClient`. Raises `ConfigurationError` if MLflow is not installed."""
    try:
        from mlflow import MlflowClient
    except ModuleNotFoundError as error:
        raise missing_extra("reading MLflow", error.name or "mlflow", "mlflow") from error
    return MlflowClient


def pages(read: Callable[[str | None], Any]) -> Iterator[Any]:
    """Yield what all pages hold; `read` gets the token of a page, `None` for the first."""
    token: str | None = None
    while True:
        page = read(token)
        yield from page
        token = page.token
        if not token:
            return


class Reader:
    """The client of one tracking server, and the models that it has given."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self._models: dict[str, Any] = {}
        self._versions: dict[tuple[str, str], Any] = {}
        self._by_run: dict[str, list[Any]] = defaultdict(list)
        self._entries: dict[str, CatalogEntry] = {}

    def keep(self, model: Any) -> None:
        """Keep a logged model."""
        if model.model_id not in self._models:
            self._by_run[model.source_run_id or ""].append(model)
        self._models[model.model_id] = model

    def model(self, model_id: str) -> Any:
        """Return a logged model; `None` if MLflow no longer has it."""
        if model_id not in self._models:
            model = _existing(self.client.get_logged_model, model_id)
            if model is None:
                self._models[model_id] = None
            else:
                self.keep(model)
        return self._models[model_id]

    def registered_version(self, name: str, number: str) -> Any:
        """Return a registered version; `None` if MLflow no longer has it."""
        if (name, number) not in self._versions:
            self._versions[name, number] = _existing(self.client.get_model_version, name, number)
        return self._versions[name, number]

    def made_by(self, run_id: str) -> list[Any]:
        """Return the models that have been kept whose run this is; an empty id is that of models without a run."""
        return self._by_run[run_id]

    def run(self, run: Any, experiment: str) -> Iterator[Item]:
        """Yield the items of a run from `get_run`, or, if its lineage is known, from `search_runs`."""
        for item in items_of_run(run, experiment, self.made_by(run.info.run_id), self.model):
            self._note(item)
            yield item

    def run_with_inputs(self, run_id: str) -> Iterator[Item]:
        """Yield the items of a run, and those of the runs that made the models it read, which it may have measured."""
        first = self._run_with_models(run_id)
        read = [self.model(each.model_id) for each in first.inputs.model_inputs or ()]
        made_in = {model.source_run_id for model in read if model is not None and model.source_run_id} - {run_id}
        for run in [*map(self._run_with_models, sorted(made_in)), first]:
            yield from self.run(run, self.client.get_experiment(run.info.experiment_id).name)

    def _run_with_models(self, run_id: str) -> Any:
        """Return a run from `get_run`, and keep the models that it read or made."""
        run = self.client.get_run(run_id)
        for each in [*(run.inputs.model_inputs or ()), *(run.outputs.model_outputs or ())]:
            self.model(each.model_id)
        return run

    def model_without_run(self, model: Any, experiment: str) -> Item:
        """Return the entry of a model whose run is deleted, or that has none."""
        entry = model_entry(model, None, experiment, [], alone=False)
        self._note(entry)
        return entry

    def version(self, version: Any, registered: Any) -> Iterator[Item]:
        """Yield the entry of a registered version; `registered` is its registered model, or `None`."""
        if PROMPT in (version.tags or {}):
            yield LeftOut(f"version {version.version} of {version.name}", "it is a prompt")
            return
        copied = _copied(version)
        if copied and self._original(version) is None:
            edge = f"edge from version {copied[1]} of {copied[0]} to version {version.version} of {version.name}"
            yield LeftOut(edge, "MLflow no longer has the version that was copied")
        parent_id = self._source_of(version)
        yield version_entry(version, registered, self._model_of(version), [parent_id] if parent_id else [])

    def _model_of(self, version: Any) -> CatalogEntry | None:
        """Return the entry of the model that a version is, or is a copy of; `None` if it has not been read."""
        original = self._original(version)
        return self._model_of(original) if original else self._entries.get(self._source_of(version))

    def _original(self, version: Any) -> Any:
        """Return the version that a version is a copy of; `None` if it is no copy, or MLflow no longer has that one."""
        copied = _copied(version)
        return self.registered_version(*copied) if copied else None

    def _source_of(self, version: Any) -> str:
        """Return the id of what a version was registered from; empty if MLflow does not say."""
        source = version.source or ""
        if match := re.fullmatch(r"models:/(m-[^/]+)", source):
            return model_id_of(match[1])
        if original := self._original(version):
            return version_id_of(original)
        if not version.run_id:
            return ""
        models = self.made_by(version.run_id)
        own = [each for each in models if each.name == source.rpartition("/")[2]] or models
        return model_id_of(own[0].model_id) if len(own) == 1 else run_id_of(version.run_id)

    def _note(self, item: Item) -> None:
        if isinstance(item, CatalogEntry) and item.artifact_id.startswith(MODEL):
            self._entries[item.artifact_id] = item


def _copied(version: Any) -> tuple[str, str] | None:
    """Return the name and the number of the version that a version is a copy of, else `None`."""
    match = re.fullmatch(r"models:/(.+)/(\d+)", version.source or "")
    return (match[1], match[2]) if match else None


def _existing(read: Callable[..., Any], *arguments: str) -> Any:
    """Return what MLflow has; `None` if it no longer has it."""
    from mlflow.exceptions import MlflowException

    try:
        return read(*arguments)
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        return None
