"""What a step reads: by FlowyML's own names and the objects themselves, by an asset's id, by content."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from catalog_graph.integrations.flowyml import assets, entries
from catalog_graph.integrations.flowyml.records import Record
from catalog_graph.integrations.flowyml.runs import Run, StepUnderWay, names_of, parameters_of
from catalog_graph.integrations.flowyml.values import MAX_ITEMS, as_json, hash_of, is_parameter, is_telling, text_of


def read_inputs(
    under_way: StepUnderWay, inputs: Mapping[str, Any], context: Mapping[str, Any], around: Sequence[Run]
) -> None:
    """Find the artifact behind each input that the step's function takes; the rest of its arguments are parameters.

    `around` are the runs within which this one runs.
    """
    parameters = parameters_of(under_way.step)
    for name in parameters:
        if name in context:  # FlowyML prefers it to an input of the same name.
            under_way.parameters[text_of(name)] = as_json(context[name])
        elif name in inputs:
            _read(under_way, name, inputs[name], names_of(under_way.step, name, parameters), around)


def ancestry(under_way: StepUnderWay, asset: Any) -> list[Record]:
    """Records of the asset's ancestors that nobody has recorded yet, such as those made on the way within a step."""
    memory = under_way.outbox.memory
    records = []
    for ancestor in assets.ancestors(asset, memory.knows_asset):
        memory.remember_asset(ancestor)
        record = assets.as_read(ancestor)
        if assets.is_made_since(ancestor, under_way.started):
            record.entry = entries.made_in(record.entry, under_way)
        records.append(record)
    return records


def read_asset(under_way: StepUnderWay, asset: Any) -> list[Record]:
    """Records of an asset that comes from outside the run, and of its ancestors, unless they are known."""
    if under_way.outbox.memory.knows_asset(asset):
        return []
    under_way.outbox.memory.remember_asset(asset)
    return [*ancestry(under_way, asset), assets.as_read(asset)]


def _read(under_way: StepUnderWay, parameter: str, value: Any, names: list[str], around: Sequence[Run]) -> None:
    known = under_way.run.origin(names, value) or _known_elsewhere(under_way, value, around)
    if known is None and is_parameter(value):
        under_way.parameters[text_of(parameter)] = as_json(value)
        return
    under_way.reads[parameter] = known or _from_outside(under_way, names, value)


def _known_elsewhere(under_way: StepUnderWay, value: Any, around: Sequence[Run]) -> str | None:
    """An artifact of a run around this one, or of any that this process has seen."""
    found = next(filter(None, (run.by_identity(value) for run in around)), None)
    if found is None and not is_parameter(value):
        return under_way.outbox.memory.artifact_of(value)
    return found


def _from_outside(under_way: StepUnderWay, names: list[str], value: Any) -> str:
    if assets.is_asset(value):
        under_way.before += read_asset(under_way, value)
        artifact_id = str(value.asset_id)
    else:
        artifact_id = _by_content(under_way, names, value)
    under_way.run.from_outside.append((value, artifact_id))
    return artifact_id


def _by_content(under_way: StepUnderWay, names: list[str], value: Any) -> str:
    """The artifact with the same content, which the catalog may know if this process does not."""
    memory = under_way.outbox.memory
    digest = hash_of(value) if is_telling(value) else ""
    if known := memory.artifact_with(digest):
        return known
    artifact_id = str(uuid.uuid4())
    name = next((n for n in names if n in under_way.step.inputs), names[0])
    resumed_run = under_way.run.run_id if under_way.run.resumed else ""
    record = entries.outside_record(name, value, artifact_id, digest, resumed_run)
    record.entry.parent_ids = _known_parts(under_way, value)
    under_way.before.append(record)
    memory.remember_content(digest, artifact_id)
    return artifact_id


def _known_parts(under_way: StepUnderWay, value: Any) -> list[str]:
    """Artifacts that a container from outside holds, as the outputs of another pipeline are one."""
    parts = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list | tuple) else []
    memory = under_way.outbox.memory
    found = [memory.artifact_of(part) for part in parts[:MAX_ITEMS] if not is_parameter(part)]
    return [artifact_id for artifact_id in dict.fromkeys(found) if artifact_id]
