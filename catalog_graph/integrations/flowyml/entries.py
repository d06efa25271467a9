"""Records of artifacts, built from the values that steps read and write."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from catalog_graph import checks
from catalog_graph.artifact import CatalogEntry
from catalog_graph.errors import InvalidInput
from catalog_graph.instants import now
from catalog_graph.integrations.flowyml import assets
from catalog_graph.integrations.flowyml.record import DETAILS, Record
from catalog_graph.integrations.flowyml.runs import Output, StepExecution
from catalog_graph.integrations.flowyml.values import as_json, hash_of, metrics_of, text_of


def made_in(entry: CatalogEntry, execution: StepExecution) -> CatalogEntry:
    """Return `entry` with the step, run and pipeline that made it."""
    run, limits = execution.run, checks.TEXT_LIMITS
    return replace(
        entry,
        source_step=text_of(str(execution.step.name), limits["source_step"]),
        source_run_id=text_of(str(run.run_id), limits["source_run_id"]),
        source_pipeline=text_of(str(run.pipeline), limits["source_pipeline"]),
    )


def output_record(execution: StepExecution, output: Output, artifact_id: str, parents: list[str]) -> Record:
    """Build the record of an output, named `STEP_output` as FlowyML's executor does, or one of several by its name."""
    step, value = execution.step, output.value
    is_asset = assets.is_asset(value)
    tags: dict[str, Any] = as_json(dict(step.tags))
    details: dict[str, Any] = {}
    metadata: dict[str, Any] = {}
    if output.name:
        tags["output"] = details["output"] = text_of(output.name)
    if is_asset:
        tags |= assets.tags(value)
        details |= assets.details(value)
        metadata |= assets.metadata(value)
    if inputs := {text_of(name): input_id for name, input_id in execution.input_ids.items() if input_id in parents}:
        details["inputs"] = inputs
    if execution.cache_entry is not None:
        details["cache_key"] = execution.cache_entry.mark
    if execution.parameters:
        metadata["parameters"] = execution.parameters
    if metrics := metrics_of(value, output.name or step.name):
        metadata["metrics"] = metrics
    entry = CatalogEntry(
        artifact_id=artifact_id,
        name=text_of(f"{step.name}_output" if output.is_whole else output.name, checks.TEXT_LIMITS["name"]),
        artifact_type=text_of(type(value).__name__, checks.TEXT_LIMITS["artifact_type"]),
        content_hash=hash_of(value),
        parent_ids=[i for i in dict.fromkeys(parents) if i != artifact_id],
        tags=tags,
        metadata={**metadata, DETAILS: details},
        created_at=now(),
    )
    return Record(fitting(made_in(entry, execution)))


def outside_record(name: str, value: Any, artifact_id: str, content_hash: str, resumed_run: str) -> Record:
    """Build the record of a value from outside the run, named as the step's input and looked up by its content."""
    entry = CatalogEntry(
        artifact_id=artifact_id,
        name=text_of(name, checks.TEXT_LIMITS["name"]),
        artifact_type=text_of(type(value).__name__, checks.TEXT_LIMITS["artifact_type"]),
        content_hash=content_hash,
        metadata={DETAILS: {"output": text_of(name)}},
        created_at=now(),
    )
    return Record(entry, lookup="content", resumed_run=resumed_run)


def completion(record: Record, uri: str, retries: int) -> Record:
    """Build the record that adds an output's `uri` and its step's retries, known only when the step has ended."""
    details = {**record.details, **({"retries": retries} if retries else {})}
    entry = CatalogEntry(
        artifact_id=record.entry.artifact_id,
        name=record.entry.name,
        artifact_type=record.entry.artifact_type,
        uri=text_of(uri, checks.TEXT_LIMITS["uri"]),
        metadata={DETAILS: details},
    )
    return Record(entry)


def fitting(entry: CatalogEntry) -> CatalogEntry:
    """Return `entry` without what the catalog would refuse: its tags, and its metadata but for FlowyML's details."""
    if _is_refused(entry, "tags"):
        entry = replace(entry, tags={})
    if _is_refused(entry, "metadata"):
        entry = replace(entry, metadata={DETAILS: entry.metadata.get(DETAILS, {})})
    return entry


def _is_refused(entry: CatalogEntry, field: str) -> bool:
    try:
        checks.checked_entry(entry)
    except InvalidInput as error:
        return bool(error.details.get("field") == field)
    return False
