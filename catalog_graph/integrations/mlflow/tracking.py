"""Import of an MLflow tracking server, database or folder, with its model registry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from catalog_graph.artifact import CatalogEntry
from catalog_graph.copies.records import LeftOut
from catalog_graph.errors import InvalidInput, StoreUnavailable
from catalog_graph.integrations.mlflow.entries import model_id_of, run_id_of, version_id_of
from catalog_graph.integrations.mlflow.reader import PAGE, Reader, client_class, pages
from catalog_graph.transfer.importing import Item, Lookup, NamedAliases, Source

_ENDED = ("FINISHED", "FAILED", "KILLED")


class Tracking(Source):
    """A tracking server with its model registry, for `ArtifactCatalog.import_from`.

    `tracking_uri` is what MLflow takes: `http://…`, `sqlite:///mlflow.db`, a folder; empty for that of
    `MLFLOW_TRACKING_URI`. `experiments` are the names of those to import; empty for all. A run that has ended and whose
    lineage the catalog has is not read again, unless `everything`.
    """

    by = "import mlflow"

    def __init__(self, tracking_uri: str = "", experiments: Sequence[str] = (), *, everything: bool = False) -> None:
        self._reader = Reader(client_class()(tracking_uri or None))
        self._client = self._reader.client
        self._named = list(experiments)
        self._everything = everything

    def items(self, lookup: Lookup) -> Iterator[Item]:
        """Yield datasets, models and runs by experiment, then registered versions and their aliases."""
        from mlflow.exceptions import MlflowException

        try:
            experiments = self._experiments()
            for experiment in experiments:
                for model in self._logged_models(experiment):
                    self._reader.keep(model)
            for experiment in experiments:
                yield from self._experiment(experiment, lookup)
            yield from self._registry()
        except MlflowException as error:
            raise StoreUnavailable(f"MLflow: {str(error)[:500]}; what was imported before stays") from error

    def _experiments(self) -> list[Any]:
        if not self._named:
            return list(pages(lambda token: self._client.search_experiments(max_results=PAGE, page_token=token)))
        experiments = [self._client.get_experiment_by_name(name) for name in self._named]
        for name, experiment in zip(self._named, experiments, strict=True):
            if experiment is None:
                raise InvalidInput(f"experiments: MLflow has no experiment {name!r}", field="experiments")
        return experiments

    def _logged_models(self, experiment: Any) -> Iterator[Any]:
        order = [{"field_name": "creation_timestamp", "ascending": True}]
        return pages(
            lambda token: self._client.search_logged_models(
                [experiment.experiment_id], max_results=PAGE, order_by=order, page_token=token
            )
        )

    def _experiment(self, experiment: Any, lookup: Lookup) -> Iterator[Item]:
        from mlflow.entities import ViewType

        token: str | None = None
        while True:
            page = self._client.search_runs(
                [experiment.experiment_id], "", ViewType.ALL, PAGE, ["attributes.start_time ASC"], token
            )
            for run, known in zip(page, lookup([self._stands_for(run) for run in page]), strict=True):
                yield from self._run(run, experiment.name, known)
            token = page.token
            if not token:
                break
        for model in self._reader.made_by(""):
            if model.experiment_id == experiment.experiment_id:
                yield self._reader.model_without_run(model, experiment.name)

    def _stands_for(self, run: Any) -> str:
        """Return the id of an artifact that tells whether the run has been read."""
        models = self._reader.made_by(run.info.run_id)
        return model_id_of(models[0].model_id) if models else run_id_of(run.info.run_id)

    def _run(self, run: Any, experiment: str, known: CatalogEntry | None) -> Iterator[Item]:
        if run.info.lifecycle_stage == "deleted":
            yield LeftOut(f"run {run.info.run_id} of {experiment}", "it is deleted")
            for model in self._reader.made_by(run.info.run_id):
                yield self._reader.model_without_run(model, experiment)
        elif self._everything or not _is_read(run, known):
            yield from self._reader.run(self._client.get_run(run.info.run_id), experiment)
        else:
            # Its lineage is in the catalog, and registering removes none.
            yield from self._reader.run(run, experiment)

    def _registry(self) -> Iterator[Item]:
        registered = {
            each.name: each
            for each in pages(lambda token: self._client.search_registered_models(max_results=PAGE, page_token=token))
        }
        ids: dict[str, dict[str, str]] = {name: {} for name in registered}
        for version in pages(lambda token: self._client.search_model_versions("", PAGE, page_token=token)):
            if version.name in registered:
                ids[version.name][str(version.version)] = version_id_of(version)
            yield from self._reader.version(version, registered.get(version.name))
        for name, model in registered.items():
            held = {alias: ids[name].get(str(number), "") for alias, number in model.aliases.items()}
            yield NamedAliases(name, {alias: artifact_id for alias, artifact_id in held.items() if artifact_id})


def _is_read(run: Any, known: CatalogEntry | None) -> bool:
    """Return True if the catalog has the lineage of a run that has ended."""
    if known is None or run.info.status not in _ENDED:
        return False
    details = known.metadata.get("mlflow")
    return isinstance(details, dict) and details.get("end_time") == run.info.end_time
