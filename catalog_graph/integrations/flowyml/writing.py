"""What a step writes: an artifact for what it returned, and one for each of several outputs, derived from that."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from catalog_graph.integrations.flowyml import assets, entries
from catalog_graph.integrations.flowyml.caching import is_found_by_inputs
from catalog_graph.integrations.flowyml.reading import ancestry, read_asset
from catalog_graph.integrations.flowyml.records import Lookup, Record
from catalog_graph.integrations.flowyml.runs import Output, StepUnderWay, Written, named_outputs, outputs_of
from catalog_graph.integrations.flowyml.values import hash_of, is_parameter, is_telling


def write_outputs(under_way: StepUnderWay, value: Any, lookup: Lookup) -> None:
    """Record everything that the step wrote; once this returns, it is kept whatever happens to the process."""
    records: list[Record] = []
    under_way.written = []
    for output in outputs_of(under_way.step, value):
        known = _in_memory(under_way, output) if lookup == "cache" else None
        if known is None:
            records += _recorded(under_way, output, lookup if output.is_whole or lookup == "cache" else "none")
        else:
            under_way.written.append(Written(output, known))
    if lookup == "cache" and under_way.cache_entry is not None:
        from_cache = {written.artifact_id: under_way.cache_entry for written in under_way.written}
        under_way.run.from_cache |= from_cache
    if records:
        under_way.outbox.put([*under_way.before, *records])
        under_way.before = []
    for written in under_way.written:
        _remember(under_way, written)


def complete(under_way: StepUnderWay, uri: str, retries: int) -> None:
    """Add what is known only when the step has ended."""
    record = under_way.written[0].record
    if record is not None and (uri or retries):
        under_way.outbox.put([entries.completion(record, uri, retries)])


def hand_over(under_way: StepUnderWay, value: Any) -> None:
    """Note the outputs by their names, as FlowyML hands them on to the steps that follow."""
    if value is None:
        return
    whole = under_way.written[0]
    ids = {written.output.name: written.artifact_id for written in under_way.written}
    for name, part in named_outputs(under_way.step, value).items():
        under_way.run.by_name[name] = (part, ids.get(name, whole.artifact_id))


def _recorded(under_way: StepUnderWay, output: Output, lookup: Lookup) -> Iterator[Record]:
    """The record of an output, after those of assets on which it depends and which nobody has recorded."""
    value = output.value
    is_asset = assets.is_asset(value)
    is_fresh = is_asset and lookup != "cache" and _is_made_here(under_way, value)
    artifact_id = str(value.asset_id) if is_fresh else str(uuid.uuid4())
    certain, maybe = _parents(under_way, output, lookup)
    if is_fresh:
        under_way.outbox.memory.remember_asset(value)
    elif is_asset and lookup != "cache":
        certain.append(str(value.asset_id))
        yield from read_asset(under_way, value)
    if is_asset:
        certain += assets.parent_ids(value)
        yield from ancestry(under_way, value)
    record = entries.output_record(under_way, output, artifact_id, certain)
    record.lookup, record.maybe_parents = lookup, maybe
    under_way.written.append(Written(output, artifact_id, record))
    yield record


def _is_made_here(under_way: StepUnderWay, asset: Any) -> bool:
    """Whether this step made the asset, so that the asset's id is the artifact's."""
    return assets.is_made_since(asset, under_way.started) and not under_way.outbox.memory.knows_asset(asset)


def _parents(under_way: StepUnderWay, output: Output, lookup: Lookup) -> tuple[list[str], list[str]]:
    """What the output surely derives from, and what it derives from if the run that made it read the same."""
    if not output.is_whole:
        return [under_way.written[0].artifact_id], []
    reads = list(under_way.reads.values())
    if lookup != "cache":
        return [*reads, *_made_within(under_way, output.value)], []
    if is_found_by_inputs(under_way.step):
        return reads, []
    certain = [artifact_id for artifact_id in reads if _was_read(under_way, artifact_id)]
    return certain, [artifact_id for artifact_id in reads if artifact_id not in certain]


def _was_read(under_way: StepUnderWay, artifact_id: str) -> bool:
    """Whether a step that FlowyML takes from its cache read that artifact when it was executed."""
    own, source = under_way.cache_entry, under_way.run.from_cache.get(artifact_id)
    return own is not None and source is not None and source.was_current_at(own.written_at)


def _made_within(under_way: StepUnderWay, value: Any) -> list[str]:
    """Artifacts that a pipeline within this step made, and that the step returns."""
    parts: list[tuple[Any, Any]] = [(under_way.step.name, value)]
    if isinstance(value, Mapping):
        parts += value.items()
    elif isinstance(value, list | tuple):
        parts += enumerate(value)
    return [
        made.artifact_id
        for made in under_way.made_within
        if any(
            made.output.value is part and (name == made.output.name or not is_parameter(part)) for name, part in parts
        )
    ]


def _in_memory(under_way: StepUnderWay, output: Output) -> str | None:
    """The artifact in FlowyML's cache, if this process has put it there."""
    entry = under_way.cache_entry
    if entry is None:
        return None
    return under_way.outbox.memory.cached(entry.mark, output.name, hash_of(output.value))


def _remember(under_way: StepUnderWay, written: Written) -> None:
    if written.record is None:
        return
    memory, value = under_way.outbox.memory, written.output.value
    digest = written.record.entry.content_hash
    if under_way.cache_entry is not None:
        memory.remember_cached(under_way.cache_entry.mark, written.output.name, digest, written.artifact_id)
    if not is_parameter(value) and not assets.is_asset(value):
        memory.remember(value, written.artifact_id)
        memory.remember_content(digest if is_telling(value) else "", written.artifact_id)
