"""The changes of a transaction, collected while it runs, and the compact text that the store keeps of them."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from catalog_graph.aliases import AliasMove
from catalog_graph.artifact import CONTRACT_FIELDS, CatalogEntry, same_json
from catalog_graph.changes.change import DETAILS, KINDS, Change, ChangeKind
from catalog_graph.changes.origin import Origin, origin
from catalog_graph.instants import from_microseconds

Item = list[Any]
"""A change as the record holds it: the position of its kind, the id of the artifact, and the details in order."""
Body = str | bytes
"""The parts of a transaction as JSON, compressed if that is long."""

_COMPRESSED_FROM = 1024
_OWN_FIELDS = tuple(name for name in CONTRACT_FIELDS if name not in ("artifact_id", "parent_ids", "tags"))
_NUMBERS = {kind: number for number, kind in enumerate(KINDS)}
_MOVES = (_NUMBERS["alias_moved"], _NUMBERS["promoted"])
_EDGES = (_NUMBERS["edges_added"], _NUMBERS["edges_removed"])


def item(kind: ChangeKind, artifact_id: Any, *details: Any) -> Item:
    """Return a change as the record holds it."""
    return [_NUMBERS[kind], artifact_id, *details]


def move_item(move: AliasMove, promoted: bool = False) -> Item:
    """Return the move of an alias as the record holds it."""
    kind: ChangeKind = "promoted" if promoted else "alias_moved"
    return item(kind, move.after or move.before, move.name, move.alias, move.before, move.after, move.by)


def registration(entry: CatalogEntry, revived: bool = False) -> Item:
    """Return the change that an artifact is registered, or registered again by `undelete`."""
    kind: ChangeKind = "revived" if revived else "registered"
    return item(kind, entry.artifact_id, entry.name, entry.artifact_type, entry.version)


def entry_items(old: CatalogEntry | None, new: CatalogEntry, revived: bool = False) -> Iterator[Item]:
    """Yield what changes about a registered artifact without its edges; `old` is what was known of it before."""
    if old is None or old.state != "registered":
        yield registration(new, revived)
        return
    names = [name for name in _OWN_FIELDS if old[name] is not new[name] and not same_json(old[name], new[name])]
    if names:
        yield item("merged", new.artifact_id, names)
    if old.tags is not new.tags:
        yield from tag_items(new.artifact_id, old.tags, new.tags)


def tag_items(artifact_id: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Item]:
    """Yield the change of the tags of an artifact, if there is one."""
    tags = {key: value for key, value in new.items() if key not in old or not same_json(old[key], value)}
    removed = [key for key in old if key not in new]
    if tags or removed:
        yield item("tagged", artifact_id, tags, removed)


def by_child(edges: Iterable[tuple[Any, Any]]) -> dict[Any, list[Any]]:
    """Return the parents of each child, of edges (child, parent)."""
    parents: dict[Any, list[Any]] = {}
    for child, parent in edges:
        parents.setdefault(child, []).append(parent)
    return parents


def edge_items(kind: ChangeKind, edges: Iterable[tuple[Any, Any]]) -> list[Item]:
    """Return the changes of edges (child, parent), one for each child."""
    return [item(kind, child, ids) for child, ids in by_child(edges).items()]


@dataclass(slots=True)
class Part:
    """The changes of one request in a transaction."""

    origin: Origin
    items: list[Item] = field(default_factory=list)


class Recorder:
    """Collects what a transaction changes, in parts: requests that share a transaction keep their own origins."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self._current: Part | None = None

    def begin(self, of: Origin | None = None) -> None:
        """Begin a part of this origin, or else of the context's."""
        self._current = Part(origin() if of is None else of)
        self.parts.append(self._current)

    def discard(self) -> None:
        """Drop the changes of the present part."""
        self._part().items.clear()

    def add(self, items: Iterable[Item]) -> None:
        """Add changes to the present part."""
        self._part().items.extend(items)

    def clear(self) -> None:
        """Drop everything."""
        self.parts, self._current = [], None

    def purge(self, artifact_id: str) -> None:
        """Keep of an artifact that is purged what `without_content` keeps, and add that it is."""
        for part in self.parts:
            part.items = [_without_content(each, artifact_id) for each in part.items]
        self.add([item("purged", artifact_id)])

    def items(self) -> Iterator[Item]:
        """Yield all changes in order."""
        return (each for part in self.parts for each in part.items)

    def subjects(self) -> list[str]:
        """Return the ids of the artifacts in whose history the transaction belongs, each once."""
        ids: dict[str, None] = {}
        for each in self.items():
            if each[0] in _MOVES:
                ids.update(dict.fromkeys(subjects_of(each)))
            elif each[1]:
                ids[each[1]] = None
        return list(ids)

    def kinds(self) -> list[int]:
        """Return the positions of the kinds that occur."""
        return sorted({each[0] for each in self.items()})

    def callers(self) -> list[str]:
        """Return the names that made the changes."""
        return sorted({part.origin.by for part in self.parts if part.items})

    def body(self) -> Body | None:
        """Return what the store keeps of the transaction; `None` if it changed nothing."""
        parts = [[part.origin.by, part.origin.request_id, part.items] for part in self.parts if part.items]
        return packed(parts) if parts else None

    def _part(self) -> Part:
        if self._current is None:
            self.begin()
        assert self._current is not None
        return self._current


def subjects_of(each: Item) -> list[str]:
    """Return the ids of the artifacts that a change is about."""
    ids = (each[1], each[4], each[5]) if each[0] in _MOVES else (each[1],)
    return [artifact_id for artifact_id in dict.fromkeys(ids) if artifact_id]


def packed(parts: Sequence[Any]) -> Body:
    """Return parts as the store keeps them."""
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return text if len(text) < _COMPRESSED_FROM else zlib.compress(text.encode(), 1)


def unpacked(body: Body) -> list[Any]:
    """Return the parts that `packed` wrote."""
    parts: list[Any] = json.loads(body if isinstance(body, str) else zlib.decompress(body))
    return parts


def changes_of(number: int, at: int, body: Body) -> list[Change]:
    """Return the changes of a transaction, in order; `at` is in microseconds."""
    instant = from_microseconds(at)
    return [
        Change(number, instant, by, request_id, kind, artifact_id, dict(zip(DETAILS[kind], details, strict=True)))
        for by, request_id, items in unpacked(body)
        for position, artifact_id, *details in items
        for kind in (KINDS[position],)
    ]


def without_content(body: Body, artifact_id: str) -> Body:
    """Return what a transaction keeps of an artifact that is purged: that it changed, its id and its edges."""
    parts = unpacked(body)
    for part in parts:
        part[2] = [_without_content(each, artifact_id) for each in part[2]]
    return packed(parts)


def _without_content(each: Item, artifact_id: str) -> Item:
    if each[0] in _EDGES or artifact_id not in subjects_of(each):
        return each
    if each[0] in _MOVES:
        # Another artifact that got or lost the alias keeps that; its name was the same.
        before, after = (None if each[n] == artifact_id else each[n] for n in (4, 5))
        if before or after:
            return [each[0], after or before, *each[2:4], before, after, each[6]]
    return [each[0], artifact_id, *(None for _ in each[2:])]
