"""One event as documents: a run event states something of its run, and of the datasets that it names.

See https://openlineage.io/spec/2-0-2/OpenLineage.json for events, and https://openlineage.io/spec/facets for facets.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from catalog_graph import checks, instants
from catalog_graph.errors import InvalidInput
from catalog_graph.openlineage.documents import Document, dataset_key, joined, names_of_key, version_key
from catalog_graph.openlineage.report import EventReport

TERMINAL = ("COMPLETE", "FAIL", "ABORT")
EVENT_TYPES = ("START", "RUNNING", *TERMINAL, "OTHER")
DATASET_FACETS = frozenset(
    {
        "columnLineage",
        "dataSource",
        "datasetType",
        "documentation",
        "lifecycleStateChange",
        "lineage",
        "ownership",
        "schema",
        "symlinks",
        "version",
    }
)
"""Facets of a dataset that are kept."""
OUTPUT_FACETS = frozenset({"outputStatistics"})
JOB_FACETS = frozenset({"jobType", "lineage"})
RUN_FACETS = frozenset({"parent"})
MAX_FACET_BYTES = 256 * 1024
"""Maximum size of a facet as JSON."""
MAX_KNOWN = 4096
"""Maximum number of characters, as JSON, of a facet that is known again."""
MAX_DATASETS = 10_000
"""Maximum number of inputs, and of outputs, of an event."""


KnownFacets = dict[tuple[str, str], Document]
"""The facets of a batch that were read, by name and JSON: most events name the same few over and over."""


def documents_of(event: Any, report: EventReport, known: KnownFacets | None = None) -> dict[str, Document]:
    """Return what an event says, by the keys of the documents. Raises `InvalidInput` if it is no event.

    A facet is not read again if it is among the known ones, to which others are added.
    """
    if not isinstance(event, dict):
        raise InvalidInput("an event must be a JSON object", field="event")
    reader = _Reader(_instant(event), report, {} if known is None else known)
    if "run" in event:
        return reader.run_event(event)
    if "dataset" in event:
        return reader.dataset_event(event)
    if "job" in event:
        return reader.job_event(event)
    raise InvalidInput("an event has a run, a job or a dataset, and this one has none", field="event")


class _Reader:
    def __init__(self, at: int, report: EventReport, known: KnownFacets) -> None:
        self._at = at
        self._report = report
        self._known = known
        self._documents: dict[str, Document] = {}

    def run_event(self, event: Document) -> dict[str, Document]:
        """Return the document of the run, and those of the datasets."""
        run = _text(_object(event, "run"), "runId", "run.runId")
        kind = event.get("eventType") or "OTHER"
        if kind not in EVENT_TYPES:
            raise InvalidInput(
                f"eventType {str(kind)[:40]!r} is not one of {', '.join(EVENT_TYPES)}", field="eventType"
            )
        document = self._work(event, f"run,{run}", run)
        if kind in TERMINAL:
            document["end"] = [self._at, kind]
        if (parent := self._facets(event["run"], RUN_FACETS, "run").get("parent")) is not None:
            document["parent"] = [self._at, parent]
        return self._documents

    def job_event(self, event: Document) -> dict[str, Document]:
        """Return documents of a job without runs: as if it had run once, at the instant of its last event."""
        job = _object(event, "job")
        name = f"job:{_text(job, 'namespace', 'job.namespace')}/{_text(job, 'name', 'job.name')}"
        document = self._work(event, f"job,{name}", name)
        document["end"] = [self._at, "COMPLETE"]
        return self._documents

    def dataset_event(self, event: Document) -> dict[str, Document]:
        """Return documents of a dataset without a run; one that says what it was made from counts as a run."""
        dataset = _object(event, "dataset")
        key, facets = self._dataset(dataset, "dataset", DATASET_FACETS)
        if "lineage" in facets or "columnLineage" in facets:
            self._documents[f"dataset-run,{key}"] = {
                "run": [0, f"dataset:{dataset['namespace']}/{dataset['name']}"],
                "job": [self._at, {"namespace": dataset["namespace"], "name": ""}],
                "first": [-self._at],
                "end": [self._at, "COMPLETE"],
                "outputs": {key: {name: [self._at, value] for name, value in facets.items()}},
            }
        else:
            self._describe(key, facets)["event"] = [-self._at]
        return self._documents

    def _work(self, event: Document, key: str, run: str) -> Document:
        """Add the document of a run or a job; return it."""
        job = _object(event, "job")
        names = {"namespace": _text(job, "namespace", "job.namespace"), "name": _text(job, "name", "job.name")}
        at = self._at
        document: Document = {"run": [0, run], "job": [at, names], "first": [-at]}
        self._documents[key] = document
        for name, value in self._facets(job, JOB_FACETS, "job").items():
            document[name] = [at, value]
        inputs: Document = document.setdefault("inputs", {})
        for dataset, facets in self._datasets(event, "inputs", DATASET_FACETS):
            kept = inputs.setdefault(dataset, {"named": [0]})
            if version := version_of(facets.get("version")):
                kept.setdefault("versions", {})[version] = [0]
            self._describe(dataset, facets)
        outputs: Document = document.setdefault("outputs", {})
        for dataset, facets in self._datasets(event, "outputs", DATASET_FACETS | OUTPUT_FACETS):
            stated = {"named": [0]} | {name: [at, value] for name, value in facets.items()}
            outputs[dataset] = joined(outputs.get(dataset, stated), stated)
            if (facets.get("lifecycleStateChange") or {}).get("lifecycleStateChange") == "DROP":
                self._document(dataset)["drops"] = [0]
        return document

    def _describe(self, dataset: str, facets: Document) -> Document:
        """Add what an event says of a dataset that it does not write; return its document."""
        version = version_of(facets.get("version"))
        document = self._document(version_key(dataset, version) if version else dataset)
        stated = {name: [self._at, value] for name, value in facets.items()}
        document["facets"] = joined(document.get("facets", stated), stated)
        return document

    def _document(self, dataset: str) -> Document:
        return self._documents.setdefault(f"dataset,{dataset}", {})

    def _datasets(self, event: Document, field: str, known: frozenset[str]) -> Iterator[tuple[str, Document]]:
        datasets = event.get(field) or []
        if not isinstance(datasets, list) or len(datasets) > MAX_DATASETS:
            raise InvalidInput(f"{field} must be a list of at most {MAX_DATASETS:,} datasets", field=field)
        for dataset in datasets:
            try:
                yield self._dataset(dataset, field, known)
            except InvalidInput as error:
                self._report.leave_out(f"a dataset of {field}", error.message)

    def _dataset(self, dataset: Any, field: str, known: frozenset[str]) -> tuple[str, Document]:
        """Return the key of a dataset, and its facets; note its other names."""
        if not isinstance(dataset, dict):
            raise InvalidInput(f"{field} has a dataset that is no object", field=field)
        names = [_text(dataset, name, f"{field}.{name}") for name in ("namespace", "name")]
        key = self._key(*names)
        facets = self._facets(dataset, known, field)
        if field == "outputs":
            facets |= self._facets(dataset, OUTPUT_FACETS, field, "outputFacets")
        for other in identifiers(facets.get("symlinks")):
            if (other_key := self._key(*other)) != key:
                self._document(key).setdefault("same", {})[other_key] = [0]
                self._document(other_key).setdefault("same", {})[key] = [0]
        return key, facets

    def _key(self, namespace: str, name: str) -> str:
        """Return the key of a dataset, and keep names that are too long for the key."""
        key = dataset_key(namespace, name)
        if names_of_key(key) != [namespace, name]:
            self._document(key)["names"] = [0, [namespace, name]]
        return key

    def _facets(self, owner: Any, known: frozenset[str], field: str, key: str = "facets") -> Document:
        """Return the facets that are kept, without their `_producer` and `_schemaURL`; None for a deleted one."""
        facets = owner.get(key) or {}
        if not isinstance(facets, dict):
            self._report.leave_out(f"{key} of {field}", "it is no object")
            return {}
        kept: Document = {}
        for name, facet in facets.items():
            if name not in known:
                self._report.leave_out(f"facet {name[:80]}", "the catalog has no place for it")
                continue
            try:
                value = self._facet(name, facet)
            except InvalidInput as error:
                self._report.leave_out(f"facet {name} of {field}", error.message)
                continue
            kept[name] = None if facet.get("_deleted") is True else value
        return kept

    def _facet(self, name: str, facet: Any) -> Document:
        """Return a facet without its `_producer` and `_schemaURL`. Raises `InvalidInput`."""
        try:
            key = name, checks.json_text(facet)
        except (TypeError, ValueError, RecursionError):  # the check says what is wrong with it
            key = name, ""
        value = self._known.get(key)
        if value is None:
            checked = checks.checked_object(facet, name, MAX_FACET_BYTES)
            value = {k: v for k, v in checked.items() if k[:1] != "_"}
            if 0 < len(key[1]) <= MAX_KNOWN:
                self._known[key] = value
        return value


def version_of(facet: Any) -> str:
    """Return the version in a version facet, empty without one."""
    version = facet.get("datasetVersion") if isinstance(facet, dict) else None
    return str(version) if isinstance(version, str | int) and not isinstance(version, bool) and version != "" else ""


def identifiers(symlinks: Any) -> Iterator[tuple[str, str]]:
    """Yield namespace and name of each other name of a dataset."""
    others = symlinks.get("identifiers") if isinstance(symlinks, dict) else None
    for other in others if isinstance(others, list) else ():
        if (names := names_of(other)) is not None:
            yield names


def names_of(value: Any) -> tuple[str, str] | None:
    """Return namespace and name of an object that has both, as texts."""
    if not isinstance(value, dict):
        return None
    namespace, name = value.get("namespace"), value.get("name")
    return (namespace, name) if isinstance(namespace, str) and isinstance(name, str) and name else None


def _instant(event: Document) -> int:
    text = event.get("eventTime")
    if not isinstance(text, str) or not text:
        raise InvalidInput("eventTime is missing; write an instant in ISO 8601", field="eventTime")
    return instants.read(text[:80], "utc", "eventTime")[1]


def _object(owner: Document, field: str) -> Document:
    value = owner.get(field)
    if not isinstance(value, dict):
        raise InvalidInput(f"{field} must be an object", field=field)
    return value


def _text(owner: Document, key: str, field: str) -> str:
    value = owner.get(key)
    if not isinstance(value, str) or not value:
        raise InvalidInput(f"{field} must be a text that is not empty", field=field)
    return checks.checked_text(value, field, 2_000)
