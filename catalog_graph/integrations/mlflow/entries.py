"""Entries of what MLflow holds: datasets, runs, logged models and registered versions."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

from catalog_graph.artifact import CatalogEntry
from catalog_graph.integrations.reading import as_json, instant_of, number_or_text, set_values

_ADDRESSES = ("uri", "url", "path", "delta_table_name", "table_name")
"""Keys under which the source of a dataset has its address."""
MODEL = "mlflow:model:"
"""Beginning of the ids of logged models."""
_INTERNAL = "mlflow."
"""Beginning of the tags that MLflow sets for itself."""
PROMPT = "mlflow.prompt.is_prompt"


def run_id_of(run_id: str) -> str:
    """Return the id of the artifact that stands for a run that made no model."""
    return f"mlflow:run:{run_id}"


def model_id_of(model_id: str) -> str:
    """Return the id of the artifact that stands for a logged model."""
    return f"{MODEL}{model_id}"


def version_id_of(version: Any) -> str:
    """Return the id of a registered version; the instant tells apart those of a name that was deleted and made anew."""
    return f"mlflow:version:{version.name}:{version.version}:{version.creation_timestamp}"


def dataset_entry(dataset: Any, created_at: str = "") -> CatalogEntry:
    """Return the entry of a dataset, which MLflow knows by its name and its digest."""
    source = _object(dataset.source)
    address = next((str(source[key]) for key in _ADDRESSES if source.get(key)), "")
    return CatalogEntry(
        artifact_id=f"mlflow:dataset:{dataset.name}:{dataset.digest}",
        name=dataset.name,
        artifact_type="Dataset",
        version=dataset.digest,
        uri=address,
        created_at=created_at,
        metadata={
            "mlflow": set_values(
                digest=dataset.digest,
                source_type=dataset.source_type,
                source=source,
                schema=_object(dataset.schema),
                profile=_object(dataset.profile),
            )
        },
    )


def run_entry(run: Any, experiment: str, parent_ids: list[str]) -> CatalogEntry:
    """Return the entry of a run that made no model, such as an evaluation."""
    return CatalogEntry(
        artifact_id=run_id_of(run.info.run_id),
        name=f"{experiment}/{run.info.run_name or run.info.run_id}",
        artifact_type="Run",
        created_at=instant_of(run.info.start_time),
        parent_ids=parent_ids,
        tags=_own_tags(run.data.tags),
        metadata=as_json(
            {
                "mlflow": run_details(run),
                **set_values(metrics=run.data.metrics, params=_numbers(run.data.params)),
            }
        ),
        **_origin(run, experiment),
    )


def model_entry(model: Any, run: Any, experiment: str, parent_ids: list[str], *, alone: bool) -> CatalogEntry:
    """Return the entry of a logged model; `run` is the one that made it, or `None`.

    Metrics of the run are the model's own if it is `alone`, the only model of the run.
    """
    metrics = latest_metrics(model)
    params = dict(model.params or {})
    if run is not None:
        metrics = {**(run.data.metrics if alone else {}), **metrics}
        # A database keeps NaN as 0, and says so of metrics of runs alone.
        undefined = {key: value for key, value in run.data.metrics.items() if math.isnan(value)}
        metrics |= {key: value for key, value in undefined.items() if key in metrics and not metrics[key]}
        params = {**run.data.params, **params}
    return CatalogEntry(
        artifact_id=model_id_of(model.model_id),
        name=f"{experiment}/{model.name}",
        artifact_type="Model",
        created_at=instant_of(model.creation_timestamp),
        parent_ids=parent_ids,
        uri=model.artifact_location or "",
        tags={**(_own_tags(run.data.tags) if run is not None else {}), **_own_tags(model.tags)},
        metadata=as_json(
            {
                "mlflow": {
                    **(run_details(run) if run is not None else {}),
                    **set_values(
                        model_id=model.model_id,
                        model_type=model.model_type,
                        model_status=str(model.status),
                        evaluations=_evaluations(model),
                    ),
                },
                **set_values(metrics=metrics, params=_numbers(params)),
            }
        ),
        **(_origin(run, experiment) if run is not None else {"source_pipeline": experiment}),
    )


def version_entry(version: Any, registered: Any, parent: CatalogEntry | None, parent_ids: list[str]) -> CatalogEntry:
    """Return the entry of a registered version, with the metrics and parameters of the model that it is."""
    stage = (version.current_stage or "").lower()
    known = parent.metadata if parent is not None else {}
    return CatalogEntry(
        artifact_id=version_id_of(version),
        name=version.name,
        artifact_type="Model",
        version=str(version.version),
        created_at=instant_of(version.creation_timestamp),
        parent_ids=parent_ids,
        uri=f"models:/{version.name}/{version.version}",
        source_run_id=version.run_id or "",
        tags={**_own_tags(version.tags), **({"stage": stage} if stage not in ("", "none") else {})},
        metadata=as_json(
            {
                "mlflow": set_values(
                    source=version.source,
                    status=str(version.status),
                    user=version.user_id,
                    description=version.description,
                    model_description=registered.description if registered is not None else None,
                    model_tags=_own_tags(registered.tags) if registered is not None else None,
                ),
                **set_values(metrics=known.get("metrics"), params=known.get("params")),
            }
        ),
    )


def run_details(run: Any) -> dict[str, Any]:
    """Return what MLflow says of a run beside its data; `end_time` tells whether it has been read already."""
    tags = run.data.tags
    return set_values(
        run_name=run.info.run_name,
        status=run.info.status,
        end_time=run.info.end_time,
        user=tags.get("mlflow.user"),
        commit=tags.get("mlflow.source.git.commit"),
        parent_run=tags.get("mlflow.parentRunId"),
        description=tags.get("mlflow.note.content"),
    )


def latest_metrics(model: Any) -> dict[str, float]:
    """Return the last value of each metric of a logged model."""
    return {each.key: each.value for each in _in_order(model)}


def _evaluations(model: Any) -> list[dict[str, Any]]:
    """Return the last value of each metric for each dataset and run that measured it."""
    last = {(each.key, each.dataset_name, each.dataset_digest, each.run_id): each for each in _in_order(model)}
    return [
        set_values(
            metric=each.key, value=each.value, dataset=each.dataset_name, digest=each.dataset_digest, run=each.run_id
        )
        for each in last.values()
        if each.dataset_name or each.run_id != model.source_run_id
    ]


def _in_order(model: Any) -> Iterable[Any]:
    return sorted(model.metrics or (), key=lambda metric: (metric.timestamp, metric.step))


def _origin(run: Any, experiment: str) -> dict[str, Any]:
    return {
        "source_step": run.data.tags.get("mlflow.source.name", ""),
        "source_run_id": run.info.run_id,
        "source_pipeline": experiment,
    }


def _own_tags(tags: Mapping[str, str] | None) -> dict[str, Any]:
    return {key: value for key, value in (tags or {}).items() if not key.startswith(_INTERNAL)}


def _numbers(params: Mapping[str, str]) -> dict[str, Any]:
    """Return parameters, which MLflow keeps as texts, with numbers where they write one."""
    return {key: number_or_text(str(value)) for key, value in params.items()}


def _object(text: str | None) -> dict[str, Any]:
    """Return the object that MLflow keeps as JSON; another text under `text`."""
    try:
        value = as_json(json.loads(text or "{}"))
    except ValueError:
        return {"text": text}
    return value if isinstance(value, dict) else {"value": value}
