"""The catalog as dicts and loops: what every backend has to answer, written to be read rather than to be quick."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from threading import RLock
from typing import Any

from catalog_graph.aliases import Alias, AliasMove, AliasPage, MoveRequest, refuse_held
from catalog_graph.answers.facts import Counts, Details, counted_tags
from catalog_graph.answers.picture import Surroundings
from catalog_graph.artifact import CatalogEntry, Neighbours, OnDuplicate, Registration, same_json, version_number
from catalog_graph.backends.batches import TagEdit, not_found_among, refuse_copies, too_many_tags
from catalog_graph.backends.composed import StoreBackend
from catalog_graph.backends.references import VersionPosition, not_found
from catalog_graph.checks import MAX_TAG_BYTES, checked_merge, checked_object, checked_parents, refuse_batch_cycles
from catalog_graph.errors import InvalidInput
from catalog_graph.facets import FacetKey, Tally, tally
from catalog_graph.idempotency import Receipt, results_text
from catalog_graph.instants import microseconds, now
from catalog_graph.lineage import Card, Columns, Lineage, Size, Traversal, positions_of
from catalog_graph.page import Page
from catalog_graph.query.match import matches, matches_in_lineage, order
from catalog_graph.query.selection import Selection
from catalog_graph.query.spelling import MAX_COUNT, nearest
from catalog_graph.query.text import search_index
from catalog_graph.query.tree import MATCH_ALL, Query


class ModelBackend(StoreBackend):
    """A catalog in memory."""

    def __init__(self) -> None:
        self._known: dict[str, CatalogEntry] = {}
        self._last_number: dict[str, int] = {}
        self._receipts: dict[str, tuple[str, str]] = {}
        self._ever_linked: set[str] = set()
        self._history: list[tuple[int, dict[str, CatalogEntry]]] = []
        """Microseconds and contents after each change."""
        self._aliases: dict[tuple[str, str], Alias] = {}
        self._moves: list[AliasMove] = []
        self._lock = RLock()

    # ---- writing

    def _register(
        self, entries: Sequence[CatalogEntry], on_duplicate: OnDuplicate, receipt: Receipt | None
    ) -> list[Registration]:
        with self._all_or_nothing():
            if receipt is not None and receipt.key in self._receipts:
                return receipt.stored_results(*self._receipts[receipt.key], entries)
            answers = [self._register_alone(replace(deepcopy(e), parent_ids=[]), on_duplicate) for e in entries]
            if on_duplicate == "error":
                refuse_copies(
                    {e.artifact_id: a.duplicate_of for e, a in zip(entries, answers, strict=True) if a.duplicate_of}
                )
            stored_as = {e.artifact_id: answer.artifact_id for e, answer in zip(entries, answers, strict=True)}
            for e in entries:
                self._link(stored_as[e.artifact_id], [stored_as.get(p, p) for p in e.parent_ids])
            self._refuse_cycles(stored_as.values())
            if receipt is not None:
                self._receipts[receipt.key] = receipt.digest, results_text(answers, entries)
            return answers

    def _register_alone(self, sent: CatalogEntry, on_duplicate: OnDuplicate) -> Registration:
        other = self._other_with_same_content(sent)
        if other is not None and on_duplicate == "error":
            return Registration(other.artifact_id, False, duplicate_of=other.artifact_id)
        if other is not None and on_duplicate == "reuse":
            tags_alone = CatalogEntry(artifact_id=other.artifact_id, tags=sent.tags)
            self._known[other.artifact_id] = checked_merge(other, tags_alone, now())
            return Registration(other.artifact_id, False, other.version, other.artifact_id)
        old = self._known.get(sent.artifact_id)
        entry = checked_merge(old, sent, now())
        if entry.version is None:
            entry.version = str(self._last_number.get(entry.name, 0) + 1)
        number = version_number(entry.version) or 0
        self._last_number[entry.name] = max(number, self._last_number.get(entry.name, 0))
        self._known[entry.artifact_id] = entry
        created = old is None or old.state != "registered"
        return Registration(entry.artifact_id, created, entry.version, other.artifact_id if other else None)

    def _other_with_same_content(self, sent: CatalogEntry) -> CatalogEntry | None:
        others = [e for e in self._with_content_hash(sent.content_hash) if e.artifact_id != sent.artifact_id]
        return others[0] if others else None

    def _link(self, child_id: str, parent_ids: Sequence[str]) -> None:
        child = self._known[child_id]
        together = checked_parents(child_id, [*child.parent_ids, *parent_ids])
        self._known[child_id] = replace(child, parent_ids=together)
        for parent_id in together:
            self._known.setdefault(parent_id, CatalogEntry(artifact_id=parent_id, state="unregistered"))
            self._ever_linked |= {child_id, parent_id}

    def _refuse_cycles(self, changed: Iterable[str]) -> None:
        """Look from the changed artifacts first, so that the path begins there."""
        refuse_batch_cycles([self._known[i] for i in [*changed, *self._known]])

    def _edit_tags(self, artifact_id: str, tags: Mapping[str, Any], remove: Sequence[str]) -> CatalogEntry:
        with self._all_or_nothing():
            entry = self._registered(artifact_id)
            both = {**entry.tags, **deepcopy(dict(tags))}
            left = checked_object({k: v for k, v in both.items() if k not in remove}, "tags", MAX_TAG_BYTES)
            self._known[artifact_id] = replace(entry, tags=left)
            return deepcopy(self._known[artifact_id])

    def _edit_many_tags(self, edits: Sequence[TagEdit]) -> list[dict[str, Any]]:
        missing = [e.artifact_id for e in edits if self._get([e.artifact_id]) == [None]]
        if missing:
            raise not_found_among(missing, len(edits))
        with self._all_or_nothing():
            entries = [
                replace(self._known[e.artifact_id], tags=e.applied(self._known[e.artifact_id].tags)) for e in edits
            ]
            too_many_tags(entries)
            self._known |= {entry.artifact_id: deepcopy(entry) for entry in entries}
            return [deepcopy(entry.tags) for entry in entries]

    def _edit_parents(self, artifact_id: str, add: Sequence[str], remove: Sequence[str]) -> CatalogEntry:
        with self._all_or_nothing():
            self._registered(artifact_id)
            self._link(artifact_id, add)
            entry = self._known[artifact_id]
            self._known[artifact_id] = replace(entry, parent_ids=[p for p in entry.parent_ids if p not in remove])
            self._refuse_cycles([artifact_id])
            return deepcopy(self._known[artifact_id])

    def _delete(self, artifact_id: str, force: bool, by: str) -> None:
        with self._all_or_nothing():
            old = self._registered(artifact_id)
            held = [alias for alias in self._all_aliases() if alias.artifact_id == artifact_id]
            if not force:
                refuse_held(artifact_id, held)
            for alias in held:
                self._move_alias(MoveRequest(alias.name, alias.alias, None, by=by))
            self._known[artifact_id] = CatalogEntry(
                artifact_id=artifact_id,
                name=old.name,
                artifact_type=old.artifact_type,
                version=old.version,
                created_at=old.created_at,
                parent_ids=old.parent_ids,
                state="deleted",
            )
            if artifact_id not in self._ever_linked:
                del self._known[artifact_id]

    # ---- aliases

    def _move_alias(self, asked: MoveRequest) -> AliasMove:
        with self._all_or_nothing():
            now_held = self._aliases.get((asked.name, asked.alias))
            holder = now_held.artifact_id if now_held else None
            asked.require(holder)
            if asked.artifact_id is not None:
                asked.require_name(self._registered(asked.artifact_id))
            asked.require_unchanged(self._mark)
            done = asked.move_from(holder, now())
            if done.before != done.after:
                self._moves.append(done)
                self._aliases.pop((asked.name, asked.alias), None)
            if done.before != done.after and done.after is not None:
                held = Alias(asked.name, asked.alias, done.after, done.by, done.at)
                self._aliases[asked.name, asked.alias] = held
            return done

    def _alias_page(
        self, name: str | None, alias: str | None, artifact_id: str | None, limit: int, cursor: str | None
    ) -> AliasPage[Alias]:
        after = _read_cursor(cursor, str, str) if cursor is not None else ["", ""]
        with self._lock:
            found = [a for a in self._all_aliases() if [a.name, a.alias] > after]
        given = {"name": name, "alias": alias, "artifact_id": artifact_id}
        found = [a for a in found if all(v is None or getattr(a, k) == v for k, v in given.items())]
        last = found[limit - 1] if len(found) > limit else None
        return AliasPage(found[:limit], json.dumps([last.name, last.alias]) if last else None)

    def _alias_history(self, name: str, alias: str | None, limit: int, cursor: str | None) -> AliasPage[AliasMove]:
        [before] = _read_cursor(cursor, int) if cursor is not None else [2**62]
        with self._lock:
            numbered = [(n, m) for n, m in enumerate(self._moves) if m.name == name and alias in (None, m.alias)]
        found = [(n, m) for n, m in reversed(numbered) if n < before]
        more = json.dumps([found[limit - 1][0]]) if len(found) > limit else None
        return AliasPage([m for _, m in found[:limit]], more)

    def _mark(self, artifact_ids: Sequence[str]) -> str:
        with self._lock:
            of_each = [[i, *_depths(self._known, i, Traversal("upstream"))] for i in artifact_ids if i in self._known]
            return repr([(self._known[i], self._carried(i)) for ids in of_each for i in sorted(ids)])

    def _all_aliases(self) -> list[Alias]:
        return [self._aliases[key] for key in sorted(self._aliases)]

    def _carried(self, artifact_id: str) -> list[str]:
        return [alias.alias for alias in self._all_aliases() if alias.artifact_id == artifact_id]

    def _registered(self, artifact_id: str) -> CatalogEntry:
        entry = self._known.get(artifact_id)
        if entry is None or entry.state != "registered":
            raise not_found(artifact_id)
        return entry

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        with self._lock:
            # Entries that are known are replaced, never changed, so that copies of the containers suffice.
            before = dict(self._known), dict(self._last_number), set(self._ever_linked)
            aliases = dict(self._aliases), list(self._moves)
            try:
                yield
                self._history.append((microseconds(now()), dict(self._known)))
            except BaseException:
                self._known, self._last_number, self._ever_linked = before
                self._aliases, self._moves = aliases
                raise

    # ---- looking up

    def _get(self, artifact_ids: Sequence[str]) -> list[CatalogEntry | None]:
        with self._lock:
            found = [self._known.get(artifact_id) for artifact_id in artifact_ids]
            return [deepcopy(e) if e is not None and e.state == "registered" else None for e in found]

    def _find(self, selection: Selection, limit: int, cursor: str | None) -> Page:
        query = selection.query
        with self._lock:
            chosen = [e for e in self._all_registered() if _selected(selection, e)]
        found = [([*order(query, e), e.artifact_id], e) for e in chosen if self._matches(query, e)]
        found.sort(key=lambda pair: pair[0][2], reverse=True)
        found.sort(key=lambda pair: pair[0][:2])
        if cursor is not None:
            after = _read_cursor(cursor, int, int, str)
            found = [pair for pair in found if _behind(pair[0], after)]
        more = json.dumps(found[limit - 1][0]) if len(found) > limit else None
        return Page([deepcopy(entry) for _, entry in found[:limit]], more)

    def _matches(self, query: Query, entry: CatalogEntry) -> bool:
        return query == MATCH_ALL or matches(query, entry, self._carried(entry.artifact_id))

    def _total(self, selection: Selection) -> int:
        return len(self._find(selection, 2**31, None).items)

    def _tally(self, selection: Selection, keys: Sequence[FacetKey], most: int | None) -> Tally:
        found = self._find(selection, 2**31, None).items
        return tally(found[:most], keys, most is None or len(found) <= most)

    def _near(self, words: Sequence[str]) -> dict[str, dict[str, int]]:
        with self._lock:
            indexes = [search_index(entry) for entry in self._all_registered()]
        having = Counter(term for index in indexes for term in index.terms)
        missing = [word for word in words if not any(word in index.search_text for index in indexes)]
        return {word: {n: min(having[n], MAX_COUNT) for n in nearest(word, having)} for word in missing}

    def _find_by_content_hash(self, content_hash: str) -> CatalogEntry | None:
        with self._lock:
            return next((deepcopy(e) for e in self._with_content_hash(content_hash)), None)

    def _with_content_hash(self, content_hash: str) -> list[CatalogEntry]:
        found = [e for e in self._all_registered() if e.content_hash == content_hash] if content_hash else []
        return sorted(found, key=lambda e: (e.created_at, e.artifact_id))

    def _named(
        self, name: str, versions: Sequence[str], limit: int, after: VersionPosition | None
    ) -> list[CatalogEntry]:
        with self._lock:
            found = [e for e in self._all_registered() if e.name == name and (not versions or e.version in versions)]
        placed = {VersionPosition(microseconds(e.created_at), e.artifact_id): e for e in found}
        behind = sorted((place for place in placed if after is None or place < after), reverse=True)
        return [deepcopy(placed[place]) for place in behind[:limit]]

    def _all_registered(self) -> list[CatalogEntry]:
        return [e for e in self._known.values() if e.state == "registered"]

    # ---- lineage

    def _neighbours(self, artifact_id: str) -> Neighbours | None:
        with self._lock:
            if artifact_id not in self._known:
                return None
            artifact = self._known[artifact_id]
            parents = [self._known[p] for p in artifact.parent_ids]
            children = sorted((self._known[c] for c in self._children(artifact_id)), key=_by_age)
            return deepcopy(Neighbours(artifact, parents, children))

    def _children(self, artifact_id: str) -> list[str]:
        return [e.artifact_id for e in self._known.values() if artifact_id in e.parent_ids]

    def _traverse(self, artifact_id: str, asked: Traversal) -> Lineage:
        with self._lock:
            graph = self._at(asked.as_of)
            if artifact_id not in graph:
                raise not_found(artifact_id, asked.as_of)
            depths = _depths(graph, artifact_id, asked)
            depth, limit, cursor = asked.depth, asked.limit, asked.cursor
            within = {i: d for i, d in depths.items() if depth is None or d <= depth}
            within = {i: d for i, d in within.items() if i == artifact_id or self._listed(i, asked)}
            ordered = sorted(within, key=lambda i: (within[i], i))
            cards = [_card(graph[i], within[i]) for i in ordered]
            edges = [(c, p) for c in ordered for p in graph[c].parent_ids if p in within]
            deeper = depth is not None and any(d > depth for d in depths.values())
        mark = Size(len(cards) - 1, sum(within.values())).mark
        first, seen = 1, mark
        if cursor is not None:
            at_depth, at_id, seen = _read_cursor(cursor, int, str, str)
            first = 1 + sum((c.depth, c.artifact_id) <= (at_depth, at_id) for c in cards[1:])
        page = cards[first : first + limit]
        rest = len(cards) > first + limit
        position = {artifact_id: n for n, artifact_id in enumerate(ordered)}
        on_page = [e for e in edges if first <= max(position[e[0]], position[e[1]]) < first + limit]
        columns = Columns(*(list(values) for values in zip(*page, strict=True))) if page else Columns()
        children, parents, earlier = positions_of(artifact_id, columns.artifact_id, on_page)
        return Lineage(
            root=cards[0],
            direction=asked.direction,
            columns=columns,
            edge_children=children,
            edge_parents=parents,
            earlier=earlier,
            total=len(cards) - 1,
            stopped_by="limit" if rest else "depth" if deeper else None,
            cursor=json.dumps([page[-1].depth, page[-1].artifact_id, seen]) if rest else None,
            changed=seen != mark,
        )

    def _listed(self, artifact_id: str, asked: Traversal) -> bool:
        entry = self._known[artifact_id]
        return asked.query is None or matches_in_lineage(asked.query, entry, self._carried(artifact_id))

    def _at(self, as_of: int | None) -> dict[str, CatalogEntry]:
        """Everything as it was at an instant."""
        if as_of is None:
            return self._known
        then = [known for instant, known in self._history if instant <= as_of]
        return then[-1] if then else {}

    def count(self, artifact_id: str, asked: Traversal, tag_keys: Sequence[str]) -> Counts:
        found = self._traverse(artifact_id, replace(asked, limit=2**31))
        entries = [self._known[card.artifact_id] for card in found.nodes]
        return Counts(
            types=Counter(card.artifact_type for card in found.nodes),
            pipelines=Counter(entry.source_pipeline for entry in entries),
            depths=Counter(card.depth for card in found.nodes),
            tags=counted_tags(tag_keys, [entry.tags for entry in entries]),
        )

    def surroundings(self, artifact_ids: Sequence[str], as_of: int | None) -> Surroundings:
        there = self._at(as_of)
        edges = [(child, parent) for child, entry in there.items() for parent in entry.parent_ids]
        drawn = set(artifact_ids)
        return Surroundings(
            parents=Counter(child for child, _ in edges if child in drawn),
            children=Counter(parent for _, parent in edges if parent in drawn),
            edges=[edge for edge in edges if drawn.issuperset(edge)],
        )

    def details(self, artifact_ids: Sequence[str]) -> dict[str, Details]:
        known = [self._known[i] for i in artifact_ids if i in self._known]
        return {e.artifact_id: Details(len(e.parent_ids), e.content_hash) for e in known}

    def check(self) -> dict[str, Any]:
        return {"store": "model"}

    def close(self) -> None:
        pass


def _depths(graph: dict[str, CatalogEntry], artifact_id: str, asked: Traversal) -> dict[str, int]:
    following: dict[str, list[str]] = {i: [] for i in graph}
    for child in graph.values():
        for parent_id in child.parent_ids:
            start, end = child.artifact_id, parent_id
            if asked.direction == "downstream":
                start, end = end, start
            following[start].append(end)
    depths = {artifact_id: 0}
    level = [] if artifact_id in asked.without else [artifact_id]
    while level:
        new = [n for i in level for n in following[i] if n not in depths and n not in asked.without]
        level = list(dict.fromkeys(new))
        depths |= dict.fromkeys(level, max(depths.values()) + 1)
    return depths


def _card(e: CatalogEntry, depth: int) -> Card:
    return Card(e.artifact_id, e.name, e.artifact_type, e.version, e.created_at, depth, e.state)


def _selected(selection: Selection, entry: CatalogEntry) -> bool:
    return (
        selection.artifact_type in (None, entry.artifact_type)
        and selection.source_pipeline in (None, entry.source_pipeline)
        and selection.source_step in (None, entry.source_step)
        and all(k in entry.tags and same_json(entry.tags[k], v) for k, v in selection.tags.items())
    )


def _by_age(entry: CatalogEntry) -> tuple[str, str]:
    return entry.created_at, entry.artifact_id


def _behind(key: list[Any], after: list[Any]) -> bool:
    return key[:2] > after[:2] or (key[:2] == after[:2] and key[2] < after[2])


def _read_cursor(cursor: str, *types: type) -> list[Any]:
    try:
        parts = json.loads(cursor)
        if isinstance(parts, list) and [type(part) for part in parts] == list(types):
            return parts
    except ValueError:
        pass
    raise InvalidInput(f"cursor {cursor!r} cannot be read; use one that an answer gave", field="cursor")
