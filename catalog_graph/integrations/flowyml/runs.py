"""Runs and their steps' executions: the artifact behind each name and value that FlowyML passes between steps."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from catalog_graph.integrations.flowyml.cache import CacheEntry
from catalog_graph.integrations.flowyml.record import Record
from catalog_graph.integrations.flowyml.values import is_parameter

if TYPE_CHECKING:
    from catalog_graph.integrations.flowyml.outbox import Outbox


@dataclass(eq=False)
class Run:
    """One run of a pipeline; it keeps only values that FlowyML itself keeps as long as the run."""

    run_id: str
    pipeline: str
    thread: int
    resumed: bool = False
    """True if the run was resumed from a checkpoint: its values were loaded, so they are not the original objects."""
    by_name: dict[str, tuple[Any, str]] = field(default_factory=dict)
    """Outputs by their names in FlowyML, each a value and its artifact id."""
    external_values: list[tuple[Any, str]] = field(default_factory=list)
    """Values that no step of the run made, each with its artifact id."""
    from_cache: dict[str, CacheEntry] = field(default_factory=dict)
    """Entries of FlowyML's cache by the ids of the artifacts that they hold."""

    def origin(self, names: list[str], value: Any) -> str | None:
        """Return the id of the artifact that a step reads as `value` under one of `names`, the likeliest name first."""
        for name in names:
            output, artifact_id = self.by_name.get(name, (None, ""))
            if artifact_id and (output is value or self.resumed):
                return artifact_id
        return self.by_identity(value)

    def by_identity(self, value: Any) -> str | None:
        """Return the id of the artifact whose value is this very object; None for numbers and texts.

        Python may use one object for equal numbers or texts of different origin.
        """
        if is_parameter(value):
            return None
        known_values = [*self.by_name.values(), *self.external_values]
        return next((artifact_id for known, artifact_id in known_values if known is value), None)


@dataclass(frozen=True, slots=True, eq=False)
class Output:
    """One output of a step."""

    name: str
    """The output's name in FlowyML; empty if the step declares none."""
    value: Any
    is_whole: bool
    """True for the step's whole return value, False for one of several outputs in it."""


@dataclass(frozen=True, slots=True, eq=False)
class OutputArtifact:
    """An output and its artifact."""

    output: Output
    artifact_id: str
    record: Record | None = None
    """The artifact's record; None if this process recorded it earlier."""


@dataclass(eq=False)
class StepExecution:
    """One execution of a step, from its start to its end."""

    step: Any
    run: Run
    outbox: Outbox
    started: datetime
    """Start of the execution (naive and in the machine's zone, as the instants of FlowyML's assets)."""
    cache_entry: CacheEntry | None = None
    """Entry for the step's return value in FlowyML's cache; None if the step is not cached."""
    input_ids: dict[str, str] = field(default_factory=dict)
    """Ids of the artifacts that the step reads, by the parameters of the step's function."""
    parameters: dict[str, Any] = field(default_factory=dict)
    input_records: list[Record] = field(default_factory=list)
    """Records of artifacts that the step reads and that have none yet."""
    nested_artifacts: list[OutputArtifact] = field(default_factory=list)
    """Artifacts of pipelines that ran inside this step."""
    artifacts: list[OutputArtifact] = field(default_factory=list)
    """The step's outputs, the whole return value first."""


def parameters_of(step: Any) -> list[str]:
    """Return the names of the function's parameters, without `self` and `cls`, as FlowyML does."""
    return [name for name in inspect.signature(step.func).parameters if name not in ("self", "cls")]


def names_of(step: Any, parameter: str, parameters: list[str]) -> list[str]:
    """Return the names of outputs from which FlowyML may have taken a parameter's value, the likeliest first.

    FlowyML looks for an output with the parameter's name, then goes by position.
    """
    position = parameters.index(parameter) if parameter in parameters else len(step.inputs)
    by_position = list(step.inputs[position : position + 1])
    return list(dict.fromkeys([parameter, *by_position, *step.inputs]))


def named_outputs(step: Any, value: Any) -> dict[str, Any]:
    """Return the step's outputs by name, divided as FlowyML divides a return value."""
    names = list(step.outputs)
    if len(names) == 1:
        return {names[0]: value}
    if isinstance(value, list | tuple) and len(value) == len(names):
        return dict(zip(names, value, strict=True))
    if isinstance(value, dict):
        return {name: value[name] for name in names if name in value}
    return {names[0] if names else step.name: value}


def outputs_of(step: Any, value: Any) -> Iterator[Output]:
    """Yield the step's return value, then its named outputs if these are parts of it."""
    named = named_outputs(step, value)
    whole = next((name for name, part in named.items() if part is value), "")
    yield Output(whole if whole in step.outputs else "", value, True)
    if not whole:
        for name, part in named.items():
            yield Output(name, part, False)
