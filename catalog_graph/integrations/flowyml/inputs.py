"""Artifacts that a step reads, identified by FlowyML's names, by the object itself, by an asset's id or by content."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from catalog_graph.integrations.flowyml import assets, entries
from catalog_graph.integrations.flowyml.record import Record
from catalog_graph.integrations.flowyml.runs import Run, StepExecution, names_of, parameters_of
from catalog_graph.integrations.flowyml.values import MAX_ITEMS, as_json, hash_of, is_distinctive, is_parameter, text_of


def read_inputs(
    execution: StepExecution, inputs: Mapping[str, Any], context: Mapping[str, Any], around: Sequence[Run]
) -> None:
    """Find the artifact behind each input of the step's function; its other arguments are recorded as parameters.

    `around` holds the runs that contain this one, the innermost first.
    """
    parameters = parameters_of(execution.step)
    for name in parameters:
        if name in context:  # FlowyML prefers the context to an input of the same name.
            execution.parameters[text_of(name)] = as_json(context[name])
        elif name in inputs:
            _read(execution, name, inputs[name], names_of(execution.step, name, parameters), around)


def ancestry(execution: StepExecution, asset: Any) -> list[Record]:
    """Return records of the asset's ancestors that have none yet, such as assets made inside a step."""
    identities = execution.outbox.identities
    records = []
    for ancestor in assets.ancestors(asset, identities.knows_asset):
        identities.remember_asset(ancestor)
        record = assets.asset_record(ancestor)
        if assets.is_made_since(ancestor, execution.started):
            record.entry = entries.made_in(record.entry, execution)
        records.append(record)
    return records


def read_asset(execution: StepExecution, asset: Any) -> list[Record]:
    """Return records of an asset from outside the run and of its ancestors, as far as they have none yet."""
    if execution.outbox.identities.knows_asset(asset):
        return []
    execution.outbox.identities.remember_asset(asset)
    return [*ancestry(execution, asset), assets.asset_record(asset)]


def _read(execution: StepExecution, parameter: str, value: Any, names: list[str], around: Sequence[Run]) -> None:
    """Record an argument of the step as an artifact that it reads, or as a parameter."""
    artifact_id = execution.run.origin(names, value) or _other_run_id(execution, value, around)
    if artifact_id is None and is_parameter(value):
        execution.parameters[text_of(parameter)] = as_json(value)
        return
    execution.input_ids[parameter] = artifact_id or _external_id(execution, names, value)


def _other_run_id(execution: StepExecution, value: Any, around: Sequence[Run]) -> str | None:
    """Return the artifact id of an object made by a run around this one, or by any earlier run of this process."""
    artifact_id = next(filter(None, (run.by_identity(value) for run in around)), None)
    if artifact_id is None and not is_parameter(value):
        return execution.outbox.identities.artifact_of(value)
    return artifact_id


def _external_id(execution: StepExecution, names: list[str], value: Any) -> str:
    """Return the artifact id of a value from outside the run, and add the records that it needs."""
    if assets.is_asset(value):
        execution.input_records += read_asset(execution, value)
        artifact_id = str(value.asset_id)
    else:
        artifact_id = _by_content(execution, names, value)
    execution.run.external_values.append((value, artifact_id))
    return artifact_id


def _by_content(execution: StepExecution, names: list[str], value: Any) -> str:
    """Return the id of an artifact with the same content, else of a new one that delivery compares with the catalog."""
    identities = execution.outbox.identities
    digest = hash_of(value) if is_distinctive(value) else ""
    if known_id := identities.artifact_with(digest):
        return known_id
    artifact_id = str(uuid.uuid4())
    name = next((n for n in names if n in execution.step.inputs), names[0])
    resumed_run = execution.run.run_id if execution.run.resumed else ""
    record = entries.outside_record(name, value, artifact_id, digest, resumed_run)
    record.entry.parent_ids = _part_ids(execution, value)
    execution.input_records.append(record)
    identities.remember_content(digest, artifact_id)
    return artifact_id


def _part_ids(execution: StepExecution, value: Any) -> list[str]:
    """Return the ids of artifacts inside a container from outside the run, such as another pipeline's outputs."""
    parts = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list | tuple) else []
    identities = execution.outbox.identities
    ids = [identities.artifact_of(part) for part in parts[:MAX_ITEMS] if not is_parameter(part)]
    return [artifact_id for artifact_id in dict.fromkeys(ids) if artifact_id]
