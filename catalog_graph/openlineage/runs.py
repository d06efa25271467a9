"""A run by its document: when it ran, what it read and wrote, and which input made which output."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple

from catalog_graph.openlineage.documents import Document, artifact_id, dataset_key, run_version_key, version_key
from catalog_graph.openlineage.events import names_of, version_of

How = Literal["declared", "columns", "run"]
"""The rule that made an edge: a lineage facet, column lineage, or that the run read one and wrote the other."""
STRENGTH: tuple[How, ...] = ("run", "columns", "declared")
"""The rules, the one that is trusted most at the end."""


class Column(NamedTuple):
    """A column that another one was made from."""

    dataset: str
    name: str
    transformation: str


@dataclass
class Sources:
    """The sources of an output."""

    how: How
    datasets: dict[str, None] = field(default_factory=dict)
    """Keys of datasets."""
    names: dict[tuple[str, str], None] = field(default_factory=dict)
    """Namespace and name of those that a facet names."""
    columns: dict[str, list[Column]] = field(default_factory=dict)


Role = Literal["read", "made", "dropped"]


class Use(NamedTuple):
    """A run that read, made or dropped something: the index by which reads find the version that was there."""

    line: str
    """Key of a dataset, or of a version that a facet names."""
    role: Role
    at: int
    """Start of a run that read, end of a run that made or dropped, in microseconds since 1970."""
    run: str
    """Key of the run's document."""
    artifact: str
    """Id of what was made; empty for other roles."""


@dataclass
class Output:
    """A dataset that a run wrote."""

    dataset: str
    facets: Document
    artifact_id: str
    version: str
    """Version that a facet names; empty without one."""

    @property
    def lifecycle(self) -> str:
        """The change of the dataset itself, such as `DROP`; empty if nothing is said."""
        return str((self.facets.get("lifecycleStateChange") or {}).get("lifecycleStateChange") or "")


@dataclass
class Run:
    """A run, as all its events together state it."""

    key: str
    document: Document

    @cached_property
    def started(self) -> int:
        """Instant of its first event."""
        return -int(self.document["first"][0])

    @cached_property
    def completed(self) -> int | None:
        """Instant at which its outputs were there; None if it has not completed.

        What a streaming job writes is there from its start: it has no end.
        """
        at, kind = self.document.get("end", (0, ""))
        if kind == "COMPLETE":
            return int(at)
        return self.started if self._stated("jobType").get("processingType") == "STREAMING" else None

    @property
    def ending(self) -> str:
        """The type of its last event that ends it: `COMPLETE`, `FAIL`, `ABORT`, or empty."""
        return str(self.document.get("end", (0, ""))[1])

    @cached_property
    def run_id(self) -> str:
        """Id of the run."""
        return str(self.document["run"][1])

    @cached_property
    def job(self) -> dict[str, str]:
        """Namespace and name of the job."""
        names: dict[str, str] = self.document["job"][1]
        return names

    @cached_property
    def pipeline(self) -> str:
        """Name of the job that started this one: the topmost, if there are several; empty if there is none."""
        parent = self._stated("parent")
        for above in (parent.get("root"), parent):
            job = above.get("job") if isinstance(above, dict) else None
            if isinstance(job, dict) and isinstance(job.get("name"), str):
                return str(job["name"])
        return ""

    @cached_property
    def outputs(self) -> list[Output]:
        """The datasets that it wrote, but for those that it dropped."""
        return [output for output in self.written if output.lifecycle != "DROP"]

    @cached_property
    def dropped(self) -> list[str]:
        """Keys of the datasets that it dropped."""
        return [output.dataset for output in self.written if output.lifecycle == "DROP"]

    @cached_property
    def written(self) -> list[Output]:
        """All datasets that it wrote, also those that it dropped."""
        written = []
        for dataset, stated in sorted(self.document.get("outputs", {}).items()):
            facets = {name: value for name, (_, value) in _leaves(stated) if value is not None}
            version = version_of(facets.get("version"))
            key = version_key(dataset, version) if version else run_version_key(dataset, self.run_id)
            written.append(Output(dataset, facets, artifact_id(key), version))
        return written

    @cached_property
    def reads(self) -> dict[str, list[str]]:
        """The datasets that it read, each with the versions that facets name, or with none."""
        reads = {
            dataset: sorted(stated.get("versions", ())) for dataset, stated in self.document.get("inputs", {}).items()
        }
        for output in self.outputs:
            for dataset in self.sources(output).datasets:
                reads.setdefault(dataset, [])
        return reads

    def uses(self) -> Iterator[Use]:
        """Yield what it read, and if it has completed, what it made and dropped."""
        for dataset, versions in self.reads.items():
            for line in [version_key(dataset, version) for version in versions] or [dataset]:
                yield Use(line, "read", self.started, self.key, "")
        if self.completed is not None:
            for output in self.outputs:
                lines = [output.dataset, *([version_key(output.dataset, output.version)] if output.version else [])]
                for line in lines:
                    yield Use(line, "made", self.completed, self.key, output.artifact_id)
            for dataset in self.dropped:
                yield Use(dataset, "dropped", self.completed, self.key, "")

    def sources(self, output: Output) -> Sources:
        """Return what an output was made from, by the first rule that says something of it."""
        if output.dataset not in self._sources:
            self._sources[output.dataset] = self._sources_of(output)
        return self._sources[output.dataset]

    @cached_property
    def _sources(self) -> dict[str, Sources]:
        return {}

    def _sources_of(self, output: Output) -> Sources:
        of_columns = from_columns(output.facets.get("columnLineage"))
        for stated in (output.facets.get("lineage"), self._entry_of(output.dataset)):
            sources = declared(stated)
            if sources is not None:
                sources.columns = sources.columns or of_columns.columns
                return sources
        if output.lifecycle == "RENAME":
            previous = names_of(output.facets["lifecycleStateChange"].get("previousIdentifier"))
            if previous is not None:
                return Sources("declared", {dataset_key(*previous): None})
        if of_columns.datasets:
            return of_columns
        return Sources("run", dict.fromkeys(sorted(self.document.get("inputs", {}))))

    def _entry_of(self, dataset: str) -> Any:
        """Return what the lineage facet of the job says of a dataset."""
        entries = self._stated("lineage").get("entries")
        for entry in entries if isinstance(entries, list) else ():
            if dataset_named(entry) == dataset:
                return entry
        return None

    def _stated(self, name: str) -> Document:
        value = self.document.get(name, (0, None))[1]
        return value if isinstance(value, dict) else {}


def dataset_named(each: Any) -> str | None:
    """Return the key of the dataset that an object in a facet names; None if it names none, but a job for example."""
    names = names_of(each)
    return dataset_key(*names) if names is not None and each.get("type", "DATASET") == "DATASET" else None


def _leaves(stated: Document) -> Iterator[tuple[str, Any]]:
    yield from ((name, leaf) for name, leaf in stated.items() if name != "named")


def declared(facet: Any) -> Sources | None:
    """Return what a lineage facet says; None if it says nothing. An empty list of inputs says: from nothing."""
    if not isinstance(facet, dict):
        return None
    inputs, columns = facet.get("inputs"), facet.get("fields")
    if not isinstance(inputs, list) and not (isinstance(columns, dict) and columns):
        return None
    sources = Sources("declared")
    for each in inputs if isinstance(inputs, list) else ():
        _add(sources, each)
    for name, entry in columns.items() if isinstance(columns, dict) else ():
        _add_column(sources, name, entry, "inputs")
    return sources


def from_columns(facet: Any) -> Sources:
    """Return what a columnLineage facet says, whose `dataset` names what filtered or sorted every row."""
    sources = Sources("columns")
    if isinstance(facet, dict):
        for name, entry in facet["fields"].items() if isinstance(facet.get("fields"), dict) else ():
            _add_column(sources, name, entry, "inputFields")
        for each in facet["dataset"] if isinstance(facet.get("dataset"), list) else ():
            _add(sources, each)
    return sources


def _add(sources: Sources, each: Any) -> str | None:
    """Add a dataset, and return its key; a job is the source of no edge, since it is no artifact."""
    key = dataset_named(each)
    if key is None:
        return None
    sources.datasets[key] = None
    sources.names[each["namespace"], each["name"]] = None
    return key


def _add_column(sources: Sources, name: str, entry: Any, field: str) -> None:
    columns = sources.columns.setdefault(name, [])
    inputs = entry.get(field) if isinstance(entry, dict) else None
    for each in inputs if isinstance(inputs, list) else ():
        key = _add(sources, each)
        if key is not None and isinstance(each.get("field"), str):
            columns.append(Column(key, each["field"], _transformation(each.get("transformations"))))


def _transformation(transformations: Any) -> str:
    """Return the first transformation, such as `DIRECT IDENTITY`; empty if none is given."""
    first = transformations[0] if isinstance(transformations, list) and transformations else None
    return " ".join(str(first[k]) for k in ("type", "subtype") if first.get(k)) if isinstance(first, dict) else ""
