"""The transaction in which a file takes one batch of a copy, see `composed.copying.CopyTransaction`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from catalog_graph.aliases import Alias, AliasMove, alias_of, move_of
from catalog_graph.answers.kept_erasure import StoredErasure
from catalog_graph.artifact import version_number
from catalog_graph.backends.composed.copying import Change
from catalog_graph.backends.local.artifacts import purging, seals
from catalog_graph.backends.local.artifacts.aliases import reindex
from catalog_graph.backends.local.copies import reading
from catalog_graph.backends.local.lineage import graph, lives
from catalog_graph.backends.local.lineage.cycles import refuse_cycles
from catalog_graph.backends.local.search import index
from catalog_graph.backends.local.store import change_record, erasures, records
from catalog_graph.backends.local.store.clock import now
from catalog_graph.backends.local.store.records import Document
from catalog_graph.copies.intervals import is_open
from catalog_graph.copies.records import ArtifactRecord
from catalog_graph.instants import microseconds
from catalog_graph.seals.card import PartKey, SealPart


class LocalCopy:
    """Reads and writes of one batch."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.purged = False
        """True if something was purged, so that the file has to be rewritten."""
        self.changes = change_record.recorder_of(connection)

    # ---- artifacts and edges

    def artifacts(self, artifact_ids: Iterable[str]) -> dict[str, ArtifactRecord]:
        """Return the records of the known ones of these ids."""
        return reading.records_by_id(self._connection, artifact_ids)

    def save_artifacts(self, changes: Sequence[Change]) -> None:
        """Store records; unknown parents become stubs. Raises `CycleRefused`."""
        connection = self._connection
        before = {new.artifact_id: old for old, new in changes}
        news = [new for _, new in changes]
        known = set(graph.nodes_of(connection, before))
        nodes = graph.ensure(connection, [*before, *(p for new in news for p in new.edges)], now())
        self._save_rows(before, news)
        self._save_nodes(news, nodes)
        self._save_lives(news, nodes)
        new_edges = self._save_edges(before, news, nodes)
        present = [new for new in news if new.state == "registered"]
        index.put(connection, {nodes[new.artifact_id]: Document.of(new.entry) for new in present})
        index.remove(connection, [nodes[new.artifact_id] for new in news if new.state != "registered"])
        last = {new.entry.name: 0 for new in news if new.lives}
        for new in news:
            if new.lives:
                last[new.entry.name] = max(last[new.entry.name], version_number(new.entry.version) or 0)
        self.raise_versions({name: number for name, number in last.items() if number})
        # An artifact that was hidden where it was copied from, or here, may have a child now.
        parents = {nodes[parent] for _, parent in new_edges}
        restored = graph.restore(connection, [*{nodes[new.artifact_id] for new in news} | parents], now())
        refuse_cycles(connection, [(nodes[c], nodes[p]) for c, p in new_edges if c in known] + restored)

    def hide(self, artifact_ids: Iterable[str]) -> None:
        """End the edges of those of these artifacts that are deleted and have no child; then look at their parents."""
        nodes = graph.nodes_of(self._connection, artifact_ids)
        graph.hide(self._connection, [node for node, _ in nodes.values()], now())

    def forget_changes(self, artifact_id: str) -> None:
        """Remove the content of an artifact from the change record."""
        node, _ = graph.nodes_of(self._connection, [artifact_id])[artifact_id]
        change_record.forget(self._connection, artifact_id, node)

    def forget(self, artifact_id: str, names: Iterable[str], until: str) -> None:
        """Remove what was kept until a purge beside the record: moves of aliases, events, receipts, counters."""
        self.purged = True
        purging.forget(self._connection, artifact_id, sorted(names), microseconds(until))

    def _save_rows(self, before: Mapping[str, ArtifactRecord | None], news: Sequence[ArtifactRecord]) -> None:
        """Bring FlowyML's table up to date, which has registered artifacts alone."""
        present = {i for i, old in before.items() if old is not None and old.state == "registered"}
        registered = [new.entry for new in news if new.state == "registered"]
        records.insert(self._connection, [entry for entry in registered if entry.artifact_id not in present])
        records.update(self._connection, [entry for entry in registered if entry.artifact_id in present])
        gone = [(new.artifact_id,) for new in news if new.state != "registered" and new.artifact_id in present]
        self._connection.executemany("DELETE FROM artifacts WHERE artifact_id = ?", gone)

    def _save_nodes(self, news: Sequence[ArtifactRecord], nodes: Mapping[str, int]) -> None:
        rows = []
        for new in news:
            if new.lives:
                entry, life = new.entry, new.lives[-1]
                state = graph.STATES.index(new.state)
                deleted = microseconds(life.end) if life.end else None
                fields = (entry.name, entry.artifact_type, entry.version, entry.created_at)
                recorded = microseconds(entry.recorded_at or life.start)
                rows.append((state, *fields, recorded, deleted, new.position, nodes[new.artifact_id]))
        self._connection.executemany(
            "UPDATE cg_node SET state = ?, name = ?, artifact_type = ?, version = ?, created_at = ?, recorded = ?, "
            "deleted = ?, position = ? WHERE node = ?",
            rows,
        )

    def _save_lives(self, news: Sequence[ArtifactRecord], nodes: Mapping[str, int]) -> None:
        """Store earlier lives, and the rows of deleted artifacts."""
        rows = [
            (
                nodes[new.artifact_id],
                *map(microseconds, (life.start, life.end, after.start)),
                *(life.card or _card(new)),
            )
            for new in news
            for life, after in pairwise(new.lives)
        ]
        self._connection.executemany("DELETE FROM cg_life WHERE node = ?", [(nodes[new.artifact_id],) for new in news])
        self._connection.executemany("INSERT OR REPLACE INTO cg_life VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        self._connection.executemany(
            "DELETE FROM cg_deleted WHERE artifact_id = ?", [(new.artifact_id,) for new in news]
        )
        if any(new.purged for new in news):
            lives.note_purge(self._connection)
        for new in news:
            if new.state == "deleted" and new.whole:
                entry = replace(new.entry, parent_ids=new.kept_parent_ids)
                lives.keep_row(self._connection, records.row_of(entry))

    def _save_edges(
        self, before: Mapping[str, ArtifactRecord | None], news: Sequence[ArtifactRecord], nodes: Mapping[str, int]
    ) -> list[tuple[str, str]]:
        """Store present and past edges; return the present ones that were not there, as ids."""
        present, past, replaced, added = [], [], [], []
        for new in news:
            child, old = nodes[new.artifact_id], before[new.artifact_id]
            old_edges = old.edges if old is not None else {}
            if old_edges:
                replaced.append((child,))
            positions = {parent: position for position, parent in enumerate(new.entry.parent_ids)}
            for parent, intervals in new.edges.items():
                ended = intervals[:-1] if is_open(intervals) else intervals
                past += [(child, nodes[parent], microseconds(i.start), microseconds(i.end)) for i in ended]
                if is_open(intervals):
                    present.append((child, nodes[parent], positions[parent], microseconds(intervals[-1].start)))
                    if not is_open(old_edges.get(parent, [])):
                        added.append((new.artifact_id, parent))
        self._connection.executemany("DELETE FROM cg_edge WHERE child = ?", replaced)
        self._connection.executemany("DELETE FROM cg_was_edge WHERE child = ?", replaced)
        present.sort()
        self._connection.executemany("INSERT INTO cg_edge VALUES (?, ?, ?, ?)", present)
        self._connection.executemany("INSERT INTO cg_was_edge VALUES (?, ?, ?, ?)", past)
        return added

    # ---- versions and aliases

    def raise_versions(self, last: Mapping[str, int]) -> dict[str, int]:
        """Raise the last numbers of names that are lower, and return the numbers before, 0 for none."""
        rows = self._connection.execute(
            "SELECT v.name, v.last FROM json_each(?) j CROSS JOIN cg_version v ON v.name = j.value",
            (json.dumps(list(last)),),
        )
        before = dict.fromkeys(last, 0) | dict(rows.fetchall())
        graph.note_versions(self._connection, [(name, n) for name, n in last.items() if n > before[name]])
        return before

    def moves(self, names: Iterable[str]) -> dict[str, list[AliasMove]]:
        """Return the history of the aliases of names, oldest first."""
        histories: dict[str, list[AliasMove]] = {}
        rows = self._connection.execute(
            "SELECT m.name, m.alias, m.before, m.after, m.moved_by, m.at FROM json_each(?) j "
            "CROSS JOIN cg_alias_move m ON m.name = j.value ORDER BY m.number",
            (json.dumps(list(names)),),
        )
        for row in rows:
            histories.setdefault(row[0], []).append(move_of(row))
        return histories

    def save_moves(self, name: str, moves: Sequence[AliasMove], known: int) -> None:
        """Store the history of a name, of which the first `known` moves are stored already."""
        self._connection.execute(
            "DELETE FROM cg_alias_move WHERE name = :name AND number > "
            "(SELECT coalesce(max(number), 0) FROM (SELECT number FROM cg_alias_move WHERE name = :name "
            "ORDER BY number LIMIT :known))",
            {"name": name, "known": known},
        )
        self._connection.executemany(
            "INSERT INTO cg_alias_move (name, alias, before, after, moved_by, at) VALUES (?, ?, ?, ?, ?, ?)",
            [(m.name, m.alias, m.before, m.after, m.by, microseconds(m.at)) for m in moves[known:]],
        )

    def aliases(self, names: Iterable[str]) -> dict[tuple[str, str], Alias]:
        """Return the present aliases of names."""
        return {(alias.name, alias.alias): alias for alias in self._aliases("name", names)}

    def aliases_of(self, artifact_ids: Iterable[str]) -> list[Alias]:
        """Return the aliases that artifacts hold."""
        return self._aliases("artifact_id", artifact_ids)

    def put_alias(self, alias: Alias) -> None:
        """Set an alias, in place of its present holder."""
        before = self.aliases([alias.name]).get((alias.name, alias.alias))
        values = (alias.name, alias.alias, alias.artifact_id, alias.by, microseconds(alias.at))
        self._connection.execute("INSERT OR REPLACE INTO cg_alias VALUES (?, ?, ?, ?, ?)", values)
        for artifact_id in {alias.artifact_id, *([before.artifact_id] if before else [])}:
            reindex(self._connection, artifact_id)

    def drop_alias(self, alias: Alias) -> None:
        """Unset an alias that is set."""
        statement = "DELETE FROM cg_alias WHERE name = ? AND alias = ?"
        self._connection.execute(statement, (alias.name, alias.alias))
        reindex(self._connection, alias.artifact_id)

    def known_seals(self, keys: Iterable[PartKey]) -> set[PartKey]:
        """Return those of these keys of parts of seals that are stored."""
        return seals.known(self._connection, keys)

    def save_seals(self, parts: Sequence[SealPart]) -> None:
        """Store parts of seals."""
        seals.save(self._connection, parts)

    # ---- worklists

    def erasure(self, artifact_id: str) -> StoredErasure | None:
        """Return the worklist that is kept of what must go with an artifact."""
        return erasures.erasure(self._connection, artifact_id)

    def put_erasure(self, erasure: StoredErasure) -> None:
        """Keep a worklist, in place of the one that is kept."""
        erasures.put(self._connection, erasure)

    def _aliases(self, column: str, values: Iterable[str]) -> list[Alias]:
        rows = self._connection.execute(
            "SELECT h.name, h.alias, h.artifact_id, h.set_by, h.at FROM json_each(?) j "
            f"CROSS JOIN cg_alias h ON h.{column} = j.value ORDER BY h.name, h.alias",
            (json.dumps(list(values)),),
        )
        return list(map(alias_of, rows))


def _card(record: ArtifactRecord) -> tuple[str, str, str | None, str]:
    entry = record.entry
    return entry.name, entry.artifact_type, entry.version, entry.created_at
