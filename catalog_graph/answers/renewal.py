"""Renewal of artifacts: the newest versions that they would be made from today, and the order to make them in.

A use is an edge from a child to a parent. Edges between two versions of one name are none: a table that is extended
does not wait for itself, nor does a model that is trained further. A parent is outdated if its name has a newer
version, or if an alias that it held has moved on. Made again today, an artifact would be made from the newest version
of each outdated parent, and each of those might have to be made again first. So besides the artifacts of the question,
only the newest artifact of each name counts, however long the history is.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Protocol

from catalog_graph.answers.facts import Newest
from catalog_graph.answers.graph import LineageGraph
from catalog_graph.answers.question import LineageReader
from catalog_graph.lineage import Card, Lineage


class VersionReader(Protocol):
    """The queries of a store about the versions of names."""

    def newest(self, names: Sequence[str]) -> dict[str, Newest]:
        """Return the newest artifact of each name that has one."""

    def newer(self, artifacts: Sequence[Card], by_number: Collection[str]) -> dict[str, int]:
        """Count the newer versions of each artifact; those of the names `by_number` go by their whole numbers."""


class Standings:
    """The newest versions of names, read when they are first needed."""

    def __init__(self, reader: VersionReader) -> None:
        self._reader = reader
        self._newest: dict[str, Newest] = {}
        self._read: set[str] = set()
        self._newer: dict[str, int] = {}

    def newest_read(self) -> list[Card]:
        """Return the newest artifacts of all names that were read."""
        return [newest.card for newest in self._newest.values()]

    def read(self, artifacts: Iterable[Card]) -> None:
        """Read what decides whether these artifacts are outdated."""
        artifacts = list(artifacts)
        self.read_names({card.name for card in artifacts})
        self.count([card for card in artifacts if card.state == "deleted"])

    def read_names(self, names: set[str]) -> None:
        """Read the newest versions of these names; a deleted artifact is to be counted too, for it may be newer."""
        new = names - self._read - {""}
        if new:
            self._newest |= self._reader.newest(sorted(new))
            self._read |= new

    def count(self, artifacts: Iterable[Card]) -> None:
        """Count the newer versions of these artifacts, whose names were read."""
        new = [card for card in artifacts if card.name in self._newest and card.artifact_id not in self._newer]
        if new:
            by_number = {card.name for card in new if self._newest[card.name].by_number}
            self._newer |= self._reader.newer(new, by_number)

    def newer(self, card: Card) -> int:
        """Return the number of newer versions of an artifact that was counted."""
        return self._newer.get(card.artifact_id, 0)

    def newest(self, card: Card) -> Card | None:
        """Return the newest version of the name of an artifact, if it is newer than the artifact."""
        return self._newest[card.name].card if self._has_newer(card.artifact_id, card.name, card.state) else None

    def moved(self, card: Card) -> dict[str, Card]:
        """Return the aliases that an artifact has lost to another one, each with its present holder."""
        newest = self._newest.get(card.name)
        return {} if newest is None else dict(sorted(newest.moved.get(card.artifact_id, {}).items()))

    def is_outdated(self, artifact_id: str, name: str, state: str) -> bool:
        """Tell whether an artifact has a newer version, or an alias that has moved on."""
        newest = self._newest.get(name)
        return newest is not None and (self._has_newer(artifact_id, name, state) or artifact_id in newest.moved)

    def _has_newer(self, artifact_id: str, name: str, state: str) -> bool:
        newest = self._newest.get(name)
        if newest is None or newest.card.artifact_id == artifact_id:
            return False
        return state == "registered" or self._newer.get(artifact_id, 0) > 0

    def successor(self, card: Card) -> Card | None:
        """Return what is to be used instead of an artifact: its newest version, else the holder of its first alias."""
        return self.newest(card) or next(iter(self.moved(card).values()), None)


class Inputs:
    """The inputs of an artifact: what its uses lead to, at any depth, in a whole upstream lineage."""

    def __init__(self, upstream: Lineage) -> None:
        self._graph = LineageGraph(upstream)
        # Few nodes of a long history are inputs, so that a list of parents for each node would be wasted.
        self._last_edge = [-1] * self._graph.size
        self._edge_before = [-1] * len(upstream.edge_children)
        for edge, child in enumerate(upstream.edge_children):
            self._edge_before[edge], self._last_edge[child] = self._last_edge[child], edge
        self._names = names = [upstream.root.name, *upstream.columns.name]
        self._nearer = {0: 0}
        self._depth = {0: 0}
        level = [0]
        while level:
            new: dict[int, int] = {}
            for child in level:
                own = names[child]
                for parent in self._parents(child):
                    if parent not in self._nearer and parent not in new and (names[parent] != own or not own):
                        new[parent] = child
            depth = self._depth[level[0]] + 1
            # A walk that leaves out edges meets some nodes later than the lineage does.
            level = sorted(new, key=self._graph.ids.__getitem__)
            self._nearer |= {position: new[position] for position in level}
            self._depth |= dict.fromkeys(level, depth)
        self._position = {self._graph.ids[position]: position for position in self._nearer}

    def _parents(self, position: int) -> list[int]:
        """Return the positions of the direct parents of a position."""
        parents, edge = [], self._last_edge[position]
        while edge >= 0:
            parents.append(self._graph.lineage.edge_parents[edge])
            edge = self._edge_before[edge]
        return parents

    def outdated(self, standings: Standings) -> list[int]:
        """Return the positions of all outdated inputs, nearest first, and read what decides that."""
        standings.read_names({self._names[position] for position in self._nearer})
        ids, states = self._graph.ids, ["", *self._graph.lineage.columns.state]
        standings.count(self._graph.cards(position for position in self._nearer if states[position] == "deleted"))
        return [p for p in self._nearer if p and standings.is_outdated(ids[p], self._names[p], states[p])]

    def card(self, position: int) -> Card:
        """Return the card at a position; its depth is the number of uses on the way."""
        return self._graph.card(position)._replace(depth=self._depth[position])

    def path(self, position: int) -> list[Card]:
        """Return a shortest path from the root to a position."""
        path = [position]
        while path[-1]:
            path.append(self._nearer[path[-1]])
        return [self.card(each) for each in reversed(path)]

    def parents(self, artifact_id: str) -> list[Card] | None:
        """Return the direct parents of an artifact among these, `None` for any other."""
        position = self._position.get(artifact_id)
        return None if position is None else self._graph.cards(self._parents(position))


def uses(child: Card, parents: Iterable[Card]) -> list[Card]:
    """Return those of the parents that are not another version of the child, by id."""
    other = (parent for parent in parents if not parent.name or parent.name != child.name)
    return sorted(other, key=lambda card: card.artifact_id)


class Renewal:
    """Artifacts, and everything that making them again would need today, down to what needs nothing."""

    def __init__(
        self,
        reader: LineageReader,
        roots: Sequence[Card],
        standings: Standings,
        known_parents: Callable[[str], list[Card] | None] = lambda _: None,
        expected: Iterable[Card] = (),
    ) -> None:
        """Read what is needed; `known_parents` returns the parents of artifacts that were read before.

        The parents of those `expected` are read at once, and not level by level.
        """
        early = [card.artifact_id for card in expected if known_parents(card.artifact_id) is None]
        adjacent = reader.adjacent(early, "upstream") if early else {}
        early_parents = {artifact_id: adjacent.get(artifact_id, []) for artifact_id in early}
        standings.read(parent for parents in early_parents.values() for parent in parents)
        self.standings = standings
        self.roots = roots
        self.cards: dict[str, Card] = {}
        """Every artifact of the renewal by id, the roots first; depths count uses from the nearest root."""
        self.parents: dict[str, list[Card]] = {}
        """The parents of each by id, apart from versions of its own name."""
        level = [root._replace(depth=0) for root in roots]
        while level:
            self.cards |= {card.artifact_id: card for card in level}
            known = {i: early_parents.get(i, known_parents(i)) for i in (card.artifact_id for card in level)}
            unknown = [artifact_id for artifact_id, parents in known.items() if parents is None]
            read = reader.adjacent(unknown, "upstream") if unknown else {}
            for card in level:
                parents = known[card.artifact_id]
                self.parents[card.artifact_id] = uses(
                    card, read.get(card.artifact_id, []) if parents is None else parents
                )
            above = [parent for card in level for parent in self.parents[card.artifact_id]]
            standings.read(above)
            depth = level[0].depth + 1
            today = {each.artifact_id: each for each in map(self._today, above)}
            level = [card._replace(depth=depth) for i, card in sorted(today.items()) if i not in self.cards]

    def _today(self, parent: Card) -> Card:
        return self.standings.newest(parent) or parent

    def outdated(self, artifact_id: str) -> list[Card]:
        """Return the parents of an artifact that are outdated."""
        return list(filter(self._is_outdated, self.parents[artifact_id]))

    def _is_outdated(self, card: Card) -> bool:
        return self.standings.is_outdated(card.artifact_id, card.name, card.state)

    def needed(self) -> set[str]:
        """Return the ids of all that are to be made again: from an outdated parent, or from what is made again."""
        children: dict[str, list[str]] = {}
        for child, parents in self.parents.items():
            for parent in parents:
                children.setdefault(self._today(parent).artifact_id, []).append(child)
        needed = {artifact_id for artifact_id in self.cards if self.outdated(artifact_id)}
        pending = list(needed)
        while pending:
            new = [child for child in children.get(pending.pop(), ()) if child not in needed]
            needed.update(new)
            pending += new
        return needed

    def order(self, needed: set[str]) -> tuple[list[Card], bool]:
        """Return what is needed, each after what it is made from, and True if some are made from each other in turns.

        Artifacts whose order is free, or that are made from each other in turns, come as they were created.
        """
        import rustworkx

        ids = sorted(needed, key=lambda i: (self.cards[i].created_at, i))
        position = {artifact_id: at for at, artifact_id in enumerate(ids)}
        graph: rustworkx.PyDiGraph[None, None] = rustworkx.PyDiGraph(multigraph=False)
        graph.add_nodes_from([None] * len(ids))
        edges = [(self._today(parent).artifact_id, child) for child in ids for parent in self.parents[child]]
        graph.extend_from_edge_list([(position[p], position[c]) for p, c in edges if p in position])
        parts = [sorted(part) for part in rustworkx.strongly_connected_components(graph)]
        part_of = {node: at for at, part in enumerate(parts) for node in part}
        following: list[set[int]] = [set() for _ in parts]
        for parent, child in graph.edge_list():
            if part_of[parent] != part_of[child]:
                following[part_of[parent]].add(part_of[child])
        waiting = [0] * len(parts)
        for part in following:
            for after in part:
                waiting[after] += 1
        ready = [(parts[at][0], at) for at in range(len(parts)) if not waiting[at]]
        heapq.heapify(ready)
        ordered: list[int] = []
        while ready:
            _, at = heapq.heappop(ready)
            ordered += parts[at]
            for after in following[at]:
                waiting[after] -= 1
                if not waiting[after]:
                    heapq.heappush(ready, (parts[after][0], after))
        return [self.cards[ids[node]] for node in ordered], any(len(part) > 1 for part in parts)

    def nearest_outdated(self) -> dict[str, list[Card]]:
        """Return a shortest path of uses from each root that has one to an outdated artifact, both ends included."""
        children: dict[str, list[str]] = {}
        for child, parents in self.parents.items():
            for card in parents:
                children.setdefault(card.artifact_id, []).append(child)
        step = {i: outdated[0] for i in self.cards if (outdated := self.outdated(i))}
        level = sorted(step)
        while level:
            new: dict[str, str] = {}
            for parent in level:
                for child in children.get(parent, ()):
                    if child not in step and child not in new:
                        new[child] = parent
            step |= {child: self.cards[nearer] for child, nearer in new.items()}
            level = sorted(new)
        return {root.artifact_id: self._path(root, step) for root in self.roots if root.artifact_id in step}

    def _path(self, root: Card, step: dict[str, Card]) -> list[Card]:
        path = [root._replace(depth=0)]
        while not (len(path) > 1 and self._is_outdated(path[-1])):
            path.append(step[path[-1].artifact_id]._replace(depth=len(path)))
        return path
