"""Lineage of the model catalog."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from catalog_graph.answers.facts import Counts, Details, Newest, counted_tags
from catalog_graph.answers.picture import Surroundings
from catalog_graph.artifact import CatalogEntry, Neighbours, State, version_number
from catalog_graph.backends.references import Standing, unknown_artifact
from catalog_graph.lineage import Card, Columns, Direction, Lineage, Size, Traversal, positions_of
from catalog_graph.query.match import matches_in_lineage
from catalog_graph.seals.ancestry import Ancestor
from tests.support.model_state import ModelState, distances, read_cursor


class ModelLineage(ModelState):
    """Neighbours, closures and counts, by loops over all entries."""

    def _neighbours(self, artifact_id: str) -> Neighbours | None:
        with self._lock:
            if artifact_id not in self._known:
                return None
            artifact = self._known[artifact_id]
            parents = [self._known[p] for p in artifact.parent_ids]
            children = sorted((self._known[c] for c in self._children(artifact_id)), key=_by_age)
            return Neighbours(self._shown(artifact), *(list(map(self._shown, side)) for side in (parents, children)))

    def _children(self, artifact_id: str) -> list[str]:
        return [e.artifact_id for e in self._known.values() if artifact_id in e.parent_ids]

    def ancestors(self, artifact_id: str) -> Iterator[Ancestor]:
        lineage = self._traverse(artifact_id, Traversal("upstream", limit=2**31))
        numbers = {card.artifact_id: number for number, card in enumerate([lineage.root, *lineage.columns.cards()])}
        for own_id, number in numbers.items():
            entry = self._known[own_id]
            card = None if entry.state == "registered" else _card(entry, 0, ())
            yield Ancestor(number, own_id, card, [numbers[parent] for parent in entry.parent_ids])

    def _traverse(self, artifact_id: str, traversal: Traversal) -> Lineage:
        with self._lock:
            graph = self._at(traversal.as_of)
            if artifact_id not in graph:
                raise unknown_artifact(artifact_id, traversal.as_of)
            depths = distances(graph, artifact_id, traversal, self._ends(graph, traversal))
            depth, limit, cursor = traversal.depth, traversal.limit, traversal.position
            within = {i: d for i, d in depths.items() if depth is None or d <= depth}
            within = {i: d for i, d in within.items() if i == artifact_id or self._listed(graph[i], traversal)}
            ordered = sorted(within, key=lambda i: (within[i], i))
            present = traversal.as_of is None
            cards = [_card(graph[i], within[i], self._carried(i) if present else ()) for i in ordered]
            edges = [(c, p) for c in ordered for p in graph[c].parent_ids if p in within]
            deeper = depth is not None and any(d > depth for d in depths.values())
        mark = Size(len(cards) - 1, sum(within.values())).mark
        first, seen = 1, mark
        if cursor is not None:
            at_depth, at_id, seen = read_cursor(cursor, int, str, str)
            first = 1 + sum((c.depth, c.artifact_id) <= (at_depth, at_id) for c in cards[1:])
        page = cards[first : first + limit]
        rest = len(cards) > first + limit
        position = {artifact_id: n for n, artifact_id in enumerate(ordered)}
        on_page = [e for e in edges if first <= max(position[e[0]], position[e[1]]) < first + limit]
        columns = Columns.of(page)
        children, parents, earlier = positions_of(artifact_id, columns.artifact_id, on_page)
        return Lineage(
            root=cards[0],
            direction=traversal.direction,
            columns=columns,
            edge_children=children,
            edge_parents=parents,
            earlier=earlier,
            total=len(cards) - 1,
            stopped_by="limit" if rest else "depth" if deeper else None,
            cursor=traversal.cursor_at(json.dumps([page[-1].depth, page[-1].artifact_id, seen])) if rest else None,
            changed=seen != mark,
        )

    def _listed(self, entry_then: CatalogEntry, traversal: Traversal) -> bool:
        if traversal.lists_registered and entry_then.state != "registered":
            return False
        artifact_id = entry_then.artifact_id
        entry = self._now(artifact_id)
        return traversal.query is None or matches_in_lineage(traversal.query, entry, self._carried(artifact_id))

    def _ends(self, graph: Iterable[str], traversal: Traversal) -> set[str]:
        query = traversal.ends
        if query is None:
            return set()
        return {i for i in graph if matches_in_lineage(query, self._now(i), self._carried(i))}

    def _now(self, artifact_id: str) -> CatalogEntry:
        """Return what is known at present of an artifact that was there once."""
        state: State = "deleted" if artifact_id in self._kept.keys() | self._purged.keys() else "unregistered"
        return self._known.get(artifact_id) or CatalogEntry(artifact_id=artifact_id, state=state)

    def count(self, artifact_id: str, traversal: Traversal, tag_keys: Sequence[str]) -> Counts:
        lineage = self._traverse(artifact_id, replace(traversal, limit=2**31))
        registered = [card for card in lineage.nodes if card.state == "registered"]
        entries = [self._now(card.artifact_id) for card in registered]
        return Counts(
            types=Counter(card.artifact_type for card in registered),
            pipelines=Counter(entry.source_pipeline for entry in entries),
            depths=Counter(card.depth for card in registered),
            gone=Counter(card.state for card in lineage.nodes if card.state != "registered"),
            tags=counted_tags(tag_keys, [entry.tags for entry in entries]),
        )

    def surroundings(self, artifact_ids: Sequence[str], as_of: int | None) -> Surroundings:
        graph = self._at(as_of)
        edges = [(child, parent) for child, entry in graph.items() for parent in entry.parent_ids]
        ids = set(artifact_ids)
        return Surroundings(
            parents=Counter(child for child, _ in edges if child in ids),
            children=Counter(parent for _, parent in edges if parent in ids),
            edges=[edge for edge in edges if ids.issuperset(edge)],
        )

    def newest(self, names: Sequence[str]) -> dict[str, Newest]:
        latest = {name: entry for name in names if (entry := self._latest(name)) is not None}
        numbered = {name: self._named(name, (), 1, None)[0].entry.version for name in latest}
        return {
            n: Newest(self._card(e), version_number(numbered[n]) is not None, self._moved(n)) for n, e in latest.items()
        }

    def _moved(self, name: str) -> dict[str, dict[str, Card]]:
        held = {alias.alias: alias.artifact_id for alias in self._all_aliases() if alias.name == name}
        moved: dict[str, dict[str, Card]] = {}
        for move in self._moves:
            holder = held.get(move.alias)
            if move.name == name and move.before and holder is not None and holder != move.before:
                moved.setdefault(move.before, {})[move.alias] = self._card(self._known[holder])
        return moved

    def newer(self, artifacts: Sequence[Card], by_number: Collection[str]) -> dict[str, int]:
        def place(entry: CatalogEntry | Card) -> tuple[int, int]:
            number = version_number(entry.version) if entry.name in by_number else None
            return -1 if number is None else number, last[entry.artifact_id]

        last = {artifact_id: at for at, artifact_id in enumerate(self._order)}
        every = self._all_registered()
        return {a.artifact_id: sum(e.name == a.name and place(e) > place(a) for e in every) for a in artifacts}

    def adjacent(self, artifact_ids: Sequence[str], direction: Direction) -> dict[str, list[Card]]:
        known = {i: self._known[i].parent_ids for i in artifact_ids if i in self._known}
        others = known if direction == "upstream" else {i: self._children(i) for i in known}
        return {i: [self._card(self._known[other]) for other in ids] for i, ids in others.items() if ids}

    def _card(self, entry: CatalogEntry) -> Card:
        return _card(entry, 0, self._carried(entry.artifact_id))

    def _state_of(self, artifact_id: str) -> Standing | None:
        if artifact_id in self._known:
            return self._known[artifact_id].state
        return "hidden" if artifact_id in self._kept or artifact_id in self._purged else None

    def details(self, artifact_ids: Sequence[str]) -> dict[str, Details]:
        known = [self._known[i] for i in artifact_ids if i in self._known]
        return {e.artifact_id: Details(len(e.parent_ids), e.content_hash, e.state) for e in known}


def _card(e: CatalogEntry, depth: int, aliases: Iterable[str]) -> Card:
    held = tuple(sorted(set(aliases)))
    return Card(e.artifact_id, e.name, e.artifact_type, e.version, e.created_at, depth, e.state, held)


def _by_age(entry: CatalogEntry) -> tuple[str, str]:
    return entry.created_at, entry.artifact_id
