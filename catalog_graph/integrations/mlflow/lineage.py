"""Lineage of models, by what is true in MLflow.

The edges of runs alone are not: `log_metric(model_id=…)` makes a model an input of the run that measures it, also of
the run that trains it. So the run of a model is its `source_run_id`; an input of a run is what its models were made
from if it is older than the model, and the run has measured no metric of it. Edges then lead from older to newer
models, and close no cycle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from catalog_graph.artifact import CatalogEntry
from catalog_graph.copies.records import LeftOut
from catalog_graph.integrations.mlflow.entries import dataset_entry, model_entry, model_id_of, run_entry
from catalog_graph.integrations.reading import instant_of
from catalog_graph.transfer.importing import Item

_CONTEXT = "mlflow.data.context"
_OF_EVALUATION = ("eval", "test")
"""Beginnings of contexts in which a dataset measures a model, and does not make it."""
Models = Callable[[str], Any]
"""Return the logged model of an id; `None` if MLflow no longer has it."""


def items_of_run(run: Any, experiment: str, outputs: list[Any], models: Models) -> Iterator[Item]:
    """Yield the datasets of a run, and the models that it made, or the run itself if it made none.

    `run` comes from `get_run`: `search_runs` leaves the models of runs empty.
    """
    datasets: list[tuple[str, bool]] = []
    for each in run.inputs.dataset_inputs if run.inputs else ():
        entry = dataset_entry(each.dataset, instant_of(run.info.start_time))
        context = next((tag.value for tag in each.tags if tag.key == _CONTEXT), "")
        datasets.append((entry.artifact_id, context.startswith(_OF_EVALUATION)))
        yield entry
    inputs = []
    for each in (run.inputs.model_inputs if run.inputs else None) or ():
        model = models(each.model_id)
        if model is None:
            yield LeftOut(f"model {each.model_id}, an input of run {run.info.run_id}", "MLflow no longer has it")
        elif model.source_run_id != run.info.run_id:
            inputs.append(model)
    if not outputs:
        parents = [artifact_id for artifact_id, _ in datasets] + [model_id_of(each.model_id) for each in inputs]
        yield run_entry(run, experiment, parents)
        return
    trained_on = [artifact_id for artifact_id, measures in datasets if not measures]
    yield from (
        LeftOut(f"dataset {artifact_id} as a source of the models of run {run.info.run_id}", "it measured them")
        for artifact_id, measures in datasets
        if measures
    )
    for model in outputs:
        yield from _model(model, run, experiment, trained_on, inputs, alone=len(outputs) == 1)


def _model(
    model: Any, run: Any, experiment: str, trained_on: list[str], inputs: Iterable[Any], *, alone: bool
) -> Iterator[LeftOut | CatalogEntry]:
    parents = list(trained_on)
    for each in inputs:
        edge = f"edge from model {each.model_id} to {model.model_id}"
        if any(metric.run_id == run.info.run_id for metric in each.metrics or ()):
            yield LeftOut(edge, f"run {run.info.run_id} measured it, which does not say that it trained from it")
        elif each.creation_timestamp >= model.creation_timestamp:
            yield LeftOut(edge, "the model that would be made from it is older")
        else:
            parents.append(model_id_of(each.model_id))
    yield model_entry(model, run, experiment, parents, alone=alone)
