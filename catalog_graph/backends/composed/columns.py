"""Rules of edges, and column lineage: both are in the metadata of what events of OpenLineage made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Protocol

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.references import unknown_artifact
from catalog_graph.cards import Card, Columns, card_of, text_pieces
from catalog_graph.checks import MAX_NODES
from catalog_graph.errors import InvalidInput
from catalog_graph.lineage import Lineage, StoppedBy, Traversal, positions_of
from catalog_graph.openlineage.documents import PREFIX
from catalog_graph.openlineage.entries import columns_in, rules_in

_READ = 1_000
"""Entries that are read at a time."""
_SHOWN = 20
"""Columns that a message names."""


class EntryReader(Protocol):
    """Reads entries by their ids."""

    def get_many(self, artifact_ids: Iterable[str]) -> list[CatalogEntry | None]:
        """Return the registered artifacts of these ids; `None` for each that is not registered."""


def rules_of(reader: EntryReader, lineage: Lineage) -> dict[str, dict[str, str]]:
    """Return the rules that made the edges of a lineage, by child and parent."""
    # A search through a long text takes a tenth of the time of one for each id.
    text = lineage.columns.unsplit
    texts = lineage.columns.artifact_id if text is None else text_pieces(text)
    if not any(PREFIX in each for each in chain([lineage.root.artifact_id], texts)):
        return {}
    parents: dict[str, list[str]] = {}
    for child, parent in lineage.edges:
        if child.startswith(PREFIX):
            parents.setdefault(child, []).append(parent)
    how: dict[str, dict[str, str]] = {}
    for entry in _entries(reader, parents):
        rules = rules_in(entry.metadata)
        if known := {parent: rules[parent] for parent in parents[entry.artifact_id] if parent in rules}:
            how[entry.artifact_id] = known
    return how


def column_lineage(reader: EntryReader, artifact_id: str, traversal: Traversal, limit: int | None) -> Lineage:
    """Return what a column was made from, a level at a time.

    Raises `NotFound` if the artifact is not registered, and `InvalidInput` if nothing is known of the column.
    """
    root = next(_entries(reader, [artifact_id]), None)
    if root is None:
        raise unknown_artifact(artifact_id)
    if traversal.column not in columns_in(root.metadata):
        raise _unknown_column(root, traversal.column)
    names: dict[str, set[str]] = {artifact_id: {traversal.column}}
    edges: dict[tuple[str, str], str] = {}
    cards: dict[str, Card] = {}
    depth, frontier, entries = 0, {artifact_id: {traversal.column}}, {artifact_id: root}
    while frontier and (traversal.depth is None or depth < traversal.depth):
        depth += 1
        reached: dict[str, set[str]] = {}
        for i, columns in sorted(frontier.items()):
            for parent, column in _sources(entries.get(i), columns):
                edges[i, parent] = rules_in(entries[i].metadata).get(parent, "")
                if column not in names.setdefault(parent, set()):
                    names[parent].add(column)
                    reached.setdefault(parent, set()).add(column)
        entries = {entry.artifact_id: entry for entry in _entries(reader, reached)}
        for i in reached:
            card = card_of(entries[i]) if i in entries else Card(i, "", "", None, "", 0, "unregistered")
            cards.setdefault(i, card._replace(depth=depth))
        frontier = reached
    nodes = sorted(cards.values(), key=lambda card: (card.depth, card.artifact_id))
    listed = nodes[: min(MAX_NODES if limit is None else limit, MAX_NODES)]
    shown = {artifact_id, *(card.artifact_id for card in listed)}
    kept = {edge: rule for edge, rule in edges.items() if shown.issuperset(edge)}
    deeper = any(_sources(entries.get(i), columns) for i, columns in frontier.items())
    stopped_by: StoppedBy | None = "limit" if len(listed) < len(nodes) else "depth" if deeper else None
    children, parents, _ = positions_of(artifact_id, [card.artifact_id for card in listed], sorted(kept))
    how: dict[str, dict[str, str]] = {}
    for (child, parent), rule in kept.items():
        if rule:
            how.setdefault(child, {})[parent] = rule
    return Lineage(
        root=card_of(root),
        direction="upstream",
        columns=Columns.of(listed),
        edge_children=children,
        edge_parents=parents,
        total=len(nodes),
        stopped_by=stopped_by,
        how=how,
        column_names={i: sorted(names[i]) for i in sorted(shown)},
    )


def _sources(entry: CatalogEntry | None, columns: Iterable[str]) -> list[tuple[str, str]]:
    """Return the artifacts and columns that columns of an artifact were made from; a deleted one has none."""
    known = {} if entry is None else columns_in(entry.metadata)
    return [source for column in sorted(columns) for source in known.get(column, ())]


def _unknown_column(root: CatalogEntry, column: str) -> InvalidInput:
    known = sorted(columns_in(root.metadata))
    names = f"; it has that of {', '.join(known[:_SHOWN])}{' …' if len(known) > _SHOWN else ''}" if known else ""
    return InvalidInput(
        f"column {column[:80]!r}: the catalog has no column lineage of it for {root.artifact_id!r}{names}",
        field="column",
    )


def _entries(reader: EntryReader, artifact_ids: Iterable[str]) -> Iterator[CatalogEntry]:
    """Yield the registered ones of these artifacts."""
    ids = iter(sorted(artifact_ids))
    while batch := list(islice(ids, _READ)):
        yield from (entry for entry in reader.get_many(batch) if entry is not None)
