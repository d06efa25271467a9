"""Purging of what events said of an artifact: documents lose it, and take it no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from catalog_graph.backends.composed.event_documents import DATASET, Documents, withdrawal_key
from catalog_graph.backends.composed.openlineage import EventTransaction, Span
from catalog_graph.openlineage.documents import PREFIX, RUN, VERSION, Document, artifact_id, dataset_of, key_of
from catalog_graph.openlineage.purging import dataset_without, run_without
from catalog_graph.openlineage.runs import Run

ANY_PURGED = "purged"
"""Key of a document that is there once anything was purged."""


def forget(transaction: EventTransaction, purged: str) -> None:
    """Remove what events said of an artifact that is purged, and mark it, so that later events add nothing to that.

    What they said of its dataset goes too, unless another artifact of this dataset is registered.
    """
    if not purged.startswith(PREFIX):
        return
    key = key_of(purged)
    documents = Documents(transaction)
    documents.load_names([dataset_of(key)])
    datasets = [artifact_id(name) for name in documents.names(dataset_of(key))]
    if purged in datasets:
        # What events say of the dataset itself describes this artifact, and no version that a run made.
        is_described = transaction.are_registered([each for each in datasets if each != purged], [])
    else:
        is_described = transaction.are_registered(datasets, [f"{each}," for each in datasets])
    marked = {purged} if is_described else {purged, *datasets}
    marks: dict[str, Document] = {key: {} for key in (ANY_PURGED, *map(_mark, marked))}
    transaction.save_documents(marks | {withdrawal_key(purged): {"withdrawn": False}})
    stored = transaction.documents(f"{DATASET}{key_of(each)}" for each in marked) | _runs(transaction, purged)
    changed = {key: new for key, new in without_purged(transaction, stored).items() if new != stored[key]}
    if changed:
        transaction.save_documents(changed)


def without_purged(transaction: EventTransaction, documents: Mapping[str, Document]) -> dict[str, Document]:
    """Return documents without what they say of artifacts that are purged."""
    runs = {key: Run(key, document) for key, document in documents.items() if not key.startswith(DATASET)}
    ids = {output.artifact_id for run in runs.values() for output in run.written}
    ids |= {_described(key) for key, document in documents.items() if key not in runs and "facets" in document}
    marks = transaction.documents(map(_mark, ids))
    purged = {each for each in ids if _mark(each) in marks}
    without = {key: run_without(run, purged) for key, run in runs.items()}
    for key in documents.keys() - runs.keys():
        without[key] = dataset_without(documents[key]) if _described(key) in purged else documents[key]
    return without


def _runs(transaction: EventTransaction, purged: str) -> dict[str, Document]:
    """Return the documents of the runs that made an artifact."""
    key, dataset = key_of(purged), dataset_of(key_of(purged))
    if VERSION in key:
        return _used(transaction, key, purged)
    if RUN not in key:
        return {}
    run = unquote(key.removeprefix(f"{dataset}{RUN}"))
    named = transaction.documents([f"run,{run}", f"job,{run}", f"dataset-run,{dataset}"])
    made = {key: document for key, document in named.items() if purged in _written(key, document)}
    # The id has not the whole name of the run if that is long.
    return made or _used(transaction, dataset, purged)


def _used(transaction: EventTransaction, line: str, purged: str) -> dict[str, Document]:
    return transaction.documents({use.run for use in transaction.span([Span(line, "made")]) if use.artifact == purged})


def _written(key: str, document: Document) -> Iterable[str]:
    return [output.artifact_id for output in Run(key, document).written]


def _described(key: str) -> str:
    """Return the id of the artifact that the document of a dataset, or of a version, describes."""
    return artifact_id(key.removeprefix(DATASET))


def _mark(artifact: str) -> str:
    """Return the key of the document that says that an artifact was purged."""
    return f"{ANY_PURGED},{artifact}"
