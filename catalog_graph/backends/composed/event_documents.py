"""The documents that a transaction of events reads and leaves, and which names are of one dataset."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from catalog_graph.backends.composed.openlineage import EventTransaction
from catalog_graph.openlineage.documents import Document, names_of_key
from catalog_graph.openlineage.runs import Run

DATASET = "dataset,"
"""Beginning of the keys of documents of datasets; others are of runs."""


def withdrawal_key(artifact: str) -> str:
    """Return the key of the document that says whether events have ended an artifact, which others may make again."""
    return f"withdrawn,{artifact}"


class Documents:
    """Documents, each read once."""

    def __init__(self, transaction: EventTransaction) -> None:
        self._transaction = transaction
        self._documents: dict[str, Document] = {}
        """By key; an empty one is not stored."""
        self._runs: dict[str, Run] = {}

    def put(self, documents: Mapping[str, Document]) -> None:
        """Take documents as this transaction leaves them."""
        self._documents |= documents

    def of(self, dataset: str) -> Document:
        """Return the document of a dataset, or of a version that a facet names."""
        return self._documents[f"{DATASET}{dataset}"]

    def load(self, keys: Iterable[str]) -> None:
        """Read the documents of keys."""
        if missing := sorted(set(keys) - self._documents.keys()):
            self._documents |= {key: {} for key in missing} | self._transaction.documents(missing)

    def run(self, key: str) -> Run:
        """Return the run of a document that is loaded."""
        if key not in self._runs:
            self._runs[key] = Run(key, self._documents[key])
        return self._runs[key]

    def load_names(self, datasets: Iterable[str]) -> None:
        """Load the documents of datasets, and of all their other names."""
        todo, seen = set(datasets), set[str]()
        while todo:
            self.load(f"{DATASET}{each}" for each in todo)
            seen |= todo
            todo = {name for each in todo for name in self.of(each).get("same", ())} - seen

    def names(self, dataset: str) -> list[str]:
        """Return all names of a dataset, sorted: the first one stands for it."""
        names, todo = {dataset}, [dataset]
        while todo:
            more = self.of(todo.pop()).get("same", {}).keys() - names
            names |= more
            todo += more
        return sorted(names)

    def named(self, dataset: str) -> list[str]:
        """Return namespace and name of a dataset."""
        names: list[str] = self.of(dataset).get("names", (0, names_of_key(dataset)))[1]
        return names

    def is_dropped(self, dataset: str) -> bool:
        """Return True if a run says that it dropped the dataset."""
        return any("drops" in self.of(name) for name in self.names(dataset))
