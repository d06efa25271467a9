"""Artifacts that a step writes: one for its return value, and one derived from it for each of several outputs."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from catalog_graph.integrations.flowyml import assets, entries
from catalog_graph.integrations.flowyml.cache import is_keyed_by_inputs
from catalog_graph.integrations.flowyml.inputs import ancestry, read_asset
from catalog_graph.integrations.flowyml.record import Lookup, Record
from catalog_graph.integrations.flowyml.runs import Output, OutputArtifact, StepExecution, named_outputs, outputs_of
from catalog_graph.integrations.flowyml.values import hash_of, is_distinctive, is_parameter


def write_outputs(execution: StepExecution, value: Any, lookup: Lookup) -> None:
    """Record every output of the step; once this returns, the records survive the end of the process."""
    records: list[Record] = []
    execution.artifacts = []
    for output in outputs_of(execution.step, value):
        cached_id = _cached_id(execution, output) if lookup == "cache" else None
        if cached_id is None:
            records += _output_records(execution, output, lookup if output.is_whole or lookup == "cache" else "none")
        else:
            execution.artifacts.append(OutputArtifact(output, cached_id))
    if lookup == "cache" and execution.cache_entry is not None:
        from_cache = {artifact.artifact_id: execution.cache_entry for artifact in execution.artifacts}
        execution.run.from_cache |= from_cache
    if records:
        execution.outbox.put([*execution.input_records, *records])
        execution.input_records = []
    for artifact in execution.artifacts:
        _remember(execution, artifact)


def complete(execution: StepExecution, uri: str, retries: int) -> None:
    """Record where FlowyML stored the output and how often it retried the step, known only when the step has ended."""
    record = execution.artifacts[0].record
    if record is not None and (uri or retries):
        execution.outbox.put([entries.completion(record, uri, retries)])


def hand_over(execution: StepExecution, value: Any) -> None:
    """Keep the outputs by name in the run, as FlowyML passes them to later steps."""
    if value is None:
        return
    whole = execution.artifacts[0]
    ids = {artifact.output.name: artifact.artifact_id for artifact in execution.artifacts}
    for name, part in named_outputs(execution.step, value).items():
        execution.run.by_name[name] = (part, ids.get(name, whole.artifact_id))


def _output_records(execution: StepExecution, output: Output, lookup: Lookup) -> Iterator[Record]:
    """Yield records of the assets that the output depends on and that have none yet, then the output's own record."""
    value = output.value
    is_asset = assets.is_asset(value)
    is_fresh = is_asset and lookup != "cache" and _is_made_here(execution, value)
    artifact_id = str(value.asset_id) if is_fresh else str(uuid.uuid4())
    certain, maybe = _parents(execution, output, lookup)
    if is_fresh:
        execution.outbox.identities.remember_asset(value)
    elif is_asset and lookup != "cache":
        certain.append(str(value.asset_id))
        yield from read_asset(execution, value)
    if is_asset:
        certain += assets.parent_ids(value)
        yield from ancestry(execution, value)
    record = entries.output_record(execution, output, artifact_id, certain)
    record.lookup, record.maybe_parents = lookup, maybe
    execution.artifacts.append(OutputArtifact(output, artifact_id, record))
    yield record


def _is_made_here(execution: StepExecution, asset: Any) -> bool:
    """Return True if this step created the asset, so that the asset's id is the artifact's."""
    return assets.is_made_since(asset, execution.started) and not execution.outbox.identities.knows_asset(asset)


def _parents(execution: StepExecution, output: Output, lookup: Lookup) -> tuple[list[str], list[str]]:
    """Return the ids of the certain parents, and of the parents only if the run that made the output read the same."""
    if not output.is_whole:
        return [execution.artifacts[0].artifact_id], []
    reads = list(execution.input_ids.values())
    if lookup != "cache":
        return [*reads, *_nested_ids(execution, output.value)], []
    if is_keyed_by_inputs(execution.step):
        return reads, []
    certain = [artifact_id for artifact_id in reads if _was_read(execution, artifact_id)]
    return certain, [artifact_id for artifact_id in reads if artifact_id not in certain]


def _was_read(execution: StepExecution, artifact_id: str) -> bool:
    """Return True if the step read that artifact when its cached output was made."""
    own, source = execution.cache_entry, execution.run.from_cache.get(artifact_id)
    return own is not None and source is not None and source.was_current_at(own.written_at)


def _nested_ids(execution: StepExecution, value: Any) -> list[str]:
    """Return the ids of artifacts that a pipeline inside this step made and that the step returns."""
    parts: list[tuple[Any, Any]] = [(execution.step.name, value)]
    if isinstance(value, Mapping):
        parts += value.items()
    elif isinstance(value, list | tuple):
        parts += enumerate(value)
    return [
        artifact.artifact_id
        for artifact in execution.nested_artifacts
        if any(
            artifact.output.value is part and (name == artifact.output.name or not is_parameter(part))
            for name, part in parts
        )
    ]


def _cached_id(execution: StepExecution, output: Output) -> str | None:
    """Return the id of the artifact in FlowyML's cache; None unless this process put it there."""
    entry = execution.cache_entry
    if entry is None:
        return None
    return execution.outbox.identities.cached(entry.mark, output.name, hash_of(output.value))


def _remember(execution: StepExecution, artifact: OutputArtifact) -> None:
    """Keep the artifact's id by its object, its content hash and its cache key."""
    if artifact.record is None:
        return
    identities, value = execution.outbox.identities, artifact.output.value
    digest = artifact.record.entry.content_hash
    if execution.cache_entry is not None:
        identities.remember_cached(execution.cache_entry.mark, artifact.output.name, digest, artifact.artifact_id)
    if not is_parameter(value) and not assets.is_asset(value):
        identities.remember(value, artifact.artifact_id)
        identities.remember_content(digest if is_distinctive(value) else "", artifact.artifact_id)
