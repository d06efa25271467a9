"""Documents without the content of purged artifacts: what decides ids and edges stays."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from typing import Any

from catalog_graph.openlineage.documents import Document
from catalog_graph.openlineage.events import names_of, version_of
from catalog_graph.openlineage.runs import Run, Sources, dataset_named, declared, from_columns


def run_without(run: Run, purged: Container[str]) -> Document:
    """Return the document of a run without what it says of outputs that are among these artifacts, by their ids.

    What it says of itself, such as the name of the job, goes with its last output.
    """
    gone = {output.dataset for output in run.written if output.artifact_id in purged}
    if not gone:
        return run.document
    document = dict(run.document)
    document["outputs"] = {
        dataset: _output(stated) if dataset in gone else stated for dataset, stated in document["outputs"].items()
    }
    if "lineage" in document:
        at, facet = document["lineage"]
        document["lineage"] = [
            at,
            facet and {"entries": [_entry(each, gone) for each in _listed(facet.get("entries"))]},
        ]
    if len(gone) == len(run.written):
        document["job"] = [document["job"][0], {"namespace": "", "name": ""}]
        document.pop("parent", None)
        if "jobType" in document:
            at, facet = document["jobType"]
            document["jobType"] = [at, facet and {k: facet[k] for k in ("processingType",) if k in facet}]
    return document


def dataset_without(document: Document) -> Document:
    """Return the document of a dataset, or of a version of it, without what it says of its content."""
    return {name: value for name, value in document.items() if name != "facets"}


def _output(stated: Document) -> Document:
    """Return what a run says of an output: that it wrote it, its version, and the datasets that it was made from."""
    left: Document = {name: leaf for name, leaf in stated.items() if name == "named"}
    for name, structure in _STRUCTURE.items():
        if name in stated:
            at, facet = stated[name]
            left[name] = [at, None if facet is None else structure(facet)]
    return left


def _entry(entry: Any, gone: Container[str]) -> Any:
    """Return an entry of the lineage facet of a job; of the datasets that are gone, their sources alone."""
    if dataset_named(entry) not in gone:
        return entry
    namespace, name = entry["namespace"], entry["name"]
    return {"namespace": namespace, "name": name} | _lineage(entry)


def _version(facet: Document) -> Document:
    version = version_of(facet)
    return {"datasetVersion": version} if version else {}


def _lifecycle(facet: Document) -> Document:
    change, previous = facet.get("lifecycleStateChange"), names_of(facet.get("previousIdentifier"))
    if change == "RENAME" and previous is not None:
        return {"lifecycleStateChange": change, "previousIdentifier": _dataset(*previous)}
    return {"lifecycleStateChange": change} if change == "DROP" else {}


def _lineage(facet: Document) -> Document:
    sources = declared(facet)
    return {} if sources is None else {"inputs": _datasets(sources)}


def _columns(facet: Document) -> Document:
    return {"dataset": _datasets(from_columns(facet))}


_STRUCTURE: Mapping[str, Callable[[Document], Document]] = {
    "version": _version,
    "lifecycleStateChange": _lifecycle,
    "lineage": _lineage,
    "columnLineage": _columns,
}
"""For each facet that says which artifact an output is, or what it was made from, what stays of it."""


def _datasets(sources: Sources) -> list[Document]:
    return [_dataset(*names) for names in sources.names]


def _dataset(namespace: str, name: str) -> Document:
    return {"namespace": namespace, "name": name}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
