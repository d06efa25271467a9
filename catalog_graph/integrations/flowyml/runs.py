"""Runs and the steps under way in them: which artifact stands behind each name, as FlowyML hands values on."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from catalog_graph.integrations.flowyml.caching import CacheEntry
from catalog_graph.integrations.flowyml.records import Record
from catalog_graph.integrations.flowyml.values import is_parameter

if TYPE_CHECKING:
    from catalog_graph.integrations.flowyml.outbox import Outbox


@dataclass(eq=False)
class Run:
    """One run of a pipeline. It keeps the values that FlowyML itself keeps for the run."""

    run_id: str
    pipeline: str
    thread: int
    resumed: bool = False
    """It goes on from a checkpoint: its values were loaded, so they are not the objects that were handed on."""
    by_name: dict[str, tuple[Any, str]] = field(default_factory=dict)
    """Outputs by their names in FlowyML, each a value and its artifact's id."""
    from_outside: list[tuple[Any, str]] = field(default_factory=list)
    """Values that no step of the run made, with their artifacts' ids."""
    from_cache: dict[str, CacheEntry] = field(default_factory=dict)
    """Entries of FlowyML's cache by the ids of the artifacts that they are."""

    def origin(self, names: list[str], value: Any) -> str | None:
        """The artifact that a step reads as `value` under one of `names`, likeliest first."""
        for name in names:
            known, artifact_id = self.by_name.get(name, (None, ""))
            if artifact_id and (known is value or self.resumed):
                return artifact_id
        return self.by_identity(value)

    def by_identity(self, value: Any) -> str | None:
        """The artifact that is this very object; numbers and texts are one object wherever they come from."""
        if is_parameter(value):
            return None
        everything = [*self.by_name.values(), *self.from_outside]
        return next((artifact_id for known, artifact_id in everything if known is value), None)


@dataclass(frozen=True, slots=True, eq=False)
class Output:
    """One thing that a step wrote."""

    name: str
    """Its name in FlowyML; empty where the step names none."""
    value: Any
    is_whole: bool
    """Whether it is all that the step returned, rather than one of several outputs."""


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """An output and the artifact that it is."""

    output: Output
    artifact_id: str
    record: Record | None = None
    """What was recorded of it; nothing where this process has recorded it before."""


@dataclass(eq=False)
class StepUnderWay:
    """A step between its start and its end."""

    step: Any
    run: Run
    outbox: Outbox
    started: datetime
    """Naive, in the machine's zone, as the instants of FlowyML's assets are."""
    cache_entry: CacheEntry | None = None
    """Where FlowyML's cache keeps what the step returns, if it does."""
    reads: dict[str, str] = field(default_factory=dict)
    """Artifact ids by the parameters of the step's function."""
    parameters: dict[str, Any] = field(default_factory=dict)
    before: list[Record] = field(default_factory=list)
    """What the step reads and nobody has recorded yet."""
    made_within: list[Written] = field(default_factory=list)
    """What steps of a pipeline made that ran inside this step."""
    written: list[Written] = field(default_factory=list)


def parameters_of(step: Any) -> list[str]:
    """The names of the parameters of the step's function, as FlowyML sees them."""
    return [name for name in inspect.signature(step.func).parameters if name not in ("self", "cls")]


def names_of(step: Any, parameter: str, parameters: list[str]) -> list[str]:
    """The names under which FlowyML may have found the value of a parameter, likeliest first.

    FlowyML looks for an output named as the parameter, then goes by position.
    """
    position = parameters.index(parameter) if parameter in parameters else len(step.inputs)
    by_position = list(step.inputs[position : position + 1])
    return list(dict.fromkeys([parameter, *by_position, *step.inputs]))


def named_outputs(step: Any, value: Any) -> dict[str, Any]:
    """Outputs by their names, divided as FlowyML divides what a step returns."""
    names = list(step.outputs)
    if len(names) == 1:
        return {names[0]: value}
    if isinstance(value, list | tuple) and len(value) == len(names):
        return dict(zip(names, value, strict=True))
    if isinstance(value, dict):
        return {name: value[name] for name in names if name in value}
    return {names[0] if names else step.name: value}


def outputs_of(step: Any, value: Any) -> Iterator[Output]:
    """Everything that a step wrote: what it returned, then each of its named outputs where those are parts of it."""
    named = named_outputs(step, value)
    whole = next((name for name, part in named.items() if part is value), "")
    yield Output(whole if whole in step.outputs else "", value, True)
    if not whole:
        for name, part in named.items():
            yield Output(name, part, False)
