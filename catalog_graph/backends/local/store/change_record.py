"""The change record in the file: a row for each transaction that changed something, see `CatalogFile.write`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from catalog_graph.backends.local.store.clock import now
from catalog_graph.changes.change import KINDS, RecordBounds
from catalog_graph.changes.reading import RecordRange, StoredChanges
from catalog_graph.changes.recording import Recorder, without_content
from catalog_graph.instants import from_microseconds

_IDS = "SELECT n.node, n.artifact_id FROM json_each(?) j CROSS JOIN cg_node n ON n.node = j.value"
_NODES = "SELECT n.artifact_id, n.node FROM json_each(?) j CROSS JOIN cg_node n ON n.artifact_id = j.value"
_RECORDS = "SELECT number, at, body FROM cg_change c WHERE number BETWEEN :low AND :high"
_OF_KINDS = " AND EXISTS (SELECT 1 FROM json_each(c.kinds) WHERE value IN (SELECT value FROM json_each(:kinds)))"
_OF_CALLER = " AND EXISTS (SELECT 1 FROM json_each(c.callers) WHERE value = :caller)"
_HISTORY = (
    "SELECT c.number, c.at, c.body FROM cg_node n JOIN cg_change_of o ON o.node = n.node "
    "JOIN cg_change c ON c.number = o.number WHERE n.artifact_id = :id AND o.number BETWEEN :low AND :high"
)


class LocalRecorder(Recorder):
    """A recorder of changes in which nodes stand for the ids of artifacts, until they are stored."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: dict[int, str] = {}
        """The ids of nodes that are known already."""

    def note_nodes(self, nodes: Mapping[str, int]) -> None:
        """Note the nodes of ids."""
        self.ids.update(zip(nodes.values(), nodes.keys(), strict=True))

    def clear(self) -> None:
        """Drop everything."""
        super().clear()
        self.ids = {}

    def name_nodes(self, connection: sqlite3.Connection) -> None:
        """Put ids in place of the nodes."""
        items = [each for each in self.items() if type(each[1]) is int]
        edges = [each[2] for each in items if len(each) == 3]
        unknown = {*(each[1] for each in items), *chain.from_iterable(edges)} - self.ids.keys()
        if unknown:
            self.ids.update(connection.execute(_IDS, (json.dumps(list(unknown)),)).fetchall())
        for each in items:
            each[1] = self.ids[each[1]]
        for parents in edges:
            parents[:] = [self.ids[node] for node in parents]


class RecordingConnection(sqlite3.Connection):
    """A connection, and what its transaction changes."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.recorder = LocalRecorder()


def recorder_of(connection: sqlite3.Connection) -> LocalRecorder:
    """Return the recorder of the transaction on a connection of `CatalogFile`."""
    assert isinstance(connection, RecordingConnection)
    return connection.recorder


def keep(connection: sqlite3.Connection) -> None:
    """Store what the transaction has changed, under the next number, if it is anything."""
    recorder = recorder_of(connection)
    recorder.name_nodes(connection)
    body = recorder.body()
    if body is None:
        return
    row = connection.execute("SELECT at FROM cg_change ORDER BY number DESC LIMIT 1").fetchone()
    values = (max(now(), row[0] if row else 0), json.dumps(recorder.kinds()), json.dumps(recorder.callers()), body)
    number = connection.execute(
        "INSERT INTO cg_change (at, kinds, callers, body) VALUES (?, ?, ?, ?)", values
    ).lastrowid
    nodes = _nodes(connection, recorder.subjects(), {i: node for node, i in recorder.ids.items()})
    connection.executemany("INSERT OR IGNORE INTO cg_change_of VALUES (?, ?)", ((node, number) for node in nodes))


def bounds(connection: sqlite3.Connection) -> RecordBounds:
    """Return what the record holds."""
    meta = dict(connection.execute("SELECT name, value FROM cg_meta WHERE name LIKE 'changes_%'").fetchall())
    first, last = connection.execute("SELECT min(number), max(number) FROM cg_change").fetchone()
    return RecordBounds(first or 1, last or 0, from_microseconds(meta["changes_since"]), bool(meta["changes_whole"]))


def read(connection: sqlite3.Connection, span: RecordRange) -> list[StoredChanges]:
    """Return recorded transactions."""
    statement = _RECORDS if span.artifact_id is None else _HISTORY
    if span.artifact_id is None:
        statement += (_OF_KINDS if span.kinds else "") + (_OF_CALLER if span.by is not None else "")
    order = "c.number DESC" if span.newest else "c.number"
    values = {
        "low": span.low,
        "high": span.high,
        "id": span.artifact_id,
        "kinds": json.dumps([KINDS.index(kind) for kind in span.kinds]),
        "caller": span.by,
        "limit": span.limit,
    }
    return [StoredChanges(*row) for row in connection.execute(f"{statement} ORDER BY {order} LIMIT :limit", values)]


def number_before(connection: sqlite3.Connection, at: int) -> int:
    """Return the number of the last transaction before an instant, 0 if there was none."""
    statement = "SELECT number FROM cg_change WHERE at < ? ORDER BY at DESC, number DESC LIMIT 1"
    row = connection.execute(statement, (at,)).fetchone()
    return int(row[0]) if row else 0


def forget(connection: sqlite3.Connection, artifact_id: str, node: int) -> None:
    """Remove the content of an artifact from the record."""
    rows = connection.execute(
        "SELECT c.number, c.body FROM cg_change_of o JOIN cg_change c ON c.number = o.number WHERE o.node = ?", (node,)
    ).fetchall()
    connection.executemany(
        "UPDATE cg_change SET body = ? WHERE number = ?",
        [(without_content(body, artifact_id), number) for number, body in rows],
    )
    recorder_of(connection).name_nodes(connection)


def purge(connection: sqlite3.Connection, artifact_id: str, node: int) -> None:
    """Remove the content of an artifact from the record, and from what this transaction adds to it."""
    forget(connection, artifact_id, node)
    recorder_of(connection).purge(artifact_id)


def drop(connection: sqlite3.Connection, before: int) -> int:
    """Delete what was recorded before an instant, but never the last transaction; return their number."""
    last = connection.execute("SELECT max(number) FROM cg_change").fetchone()[0]
    statement = "DELETE FROM cg_change WHERE at < ? AND number < ?"
    dropped = connection.execute(statement, (before, last or 0)).rowcount
    if dropped:
        connection.execute("DELETE FROM cg_change_of WHERE number < (SELECT min(number) FROM cg_change)")
        since = "SELECT at FROM cg_change ORDER BY number LIMIT 1"
        connection.execute(f"UPDATE cg_meta SET value = ({since}) WHERE name = 'changes_since'")
        connection.execute("UPDATE cg_meta SET value = 0 WHERE name = 'changes_whole'")
    return dropped


def _nodes(connection: sqlite3.Connection, artifact_ids: list[str], known: Mapping[str, int]) -> Iterable[int]:
    unknown = [artifact_id for artifact_id in artifact_ids if artifact_id not in known]
    others = dict(connection.execute(_NODES, (json.dumps(unknown),)).fetchall()) if unknown else {}
    return sorted(node for i in artifact_ids if (node := known.get(i) or others.get(i)))
