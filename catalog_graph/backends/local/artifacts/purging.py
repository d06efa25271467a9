"""Purging: an artifact's data leave the file for good; its node keeps the id and the edges."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from catalog_graph.backends.composed import event_purging
from catalog_graph.backends.deletion import has_children, receipt_texts
from catalog_graph.backends.local.artifacts import editing
from catalog_graph.backends.local.artifacts.events import LocalEvents
from catalog_graph.backends.local.lineage import graph
from catalog_graph.backends.local.lineage.lives import note_purge
from catalog_graph.backends.local.search import labels
from catalog_graph.backends.local.store import change_record
from catalog_graph.backends.local.store.clock import now
from catalog_graph.backends.references import unknown_artifact

_BY_ID = (
    "DELETE FROM cg_deleted WHERE artifact_id = :id",
    "DELETE FROM cg_life WHERE node = :node",
    "UPDATE cg_node SET name = '', artifact_type = '', version = NULL, created_at = '', recorded = :now, "
    "deleted = :now WHERE node = :node",
)
_OTHER_TRACES = (
    "DELETE FROM cg_log WHERE artifact_id = :id",
    "DELETE FROM cg_recent_tags WHERE artifact_id = :id",
    "DELETE FROM cg_alias_move WHERE (before = :id OR after = :id) AND at <= :until",
    "DELETE FROM cg_seal WHERE artifact_id = :id AND at <= :until",
)
_NAMES = "SELECT name FROM cg_node WHERE node = :node UNION SELECT name FROM cg_life WHERE node = :node"


def purge(connection: sqlite3.Connection, artifact_id: str, force: bool) -> None:
    """Delete an artifact, and then what is kept of it; raise `NotFound`, `Conflict`, `AliasHeld`."""
    node, state = graph.nodes_of(connection, [artifact_id]).get(artifact_id, (0, graph.UNREGISTERED))
    if state == graph.UNREGISTERED:
        raise unknown_artifact(artifact_id)
    children = connection.execute("SELECT count(*) FROM cg_edge WHERE parent = ?", (node,)).fetchone()[0]
    if children and not force:
        raise has_children(artifact_id, children)
    if state == graph.REGISTERED:
        editing.delete(connection, artifact_id, force, by="")
    purged_at = now()
    values = {"id": artifact_id, "node": node, "now": purged_at}
    names = [name for (name,) in connection.execute(_NAMES, values)]
    for statement in _BY_ID:
        connection.execute(statement, values)
    note_purge(connection)
    forget(connection, artifact_id, names, purged_at)
    change_record.purge(connection, artifact_id, node)


def forget(connection: sqlite3.Connection, artifact_id: str, names: Sequence[str], until: int) -> None:
    """Remove what is kept beside the record of an artifact that is purged: moves, seals, events, receipts, counters."""
    for statement in _OTHER_TRACES:
        connection.execute(statement, {"id": artifact_id, "until": until})
    event_purging.forget(LocalEvents(connection), artifact_id)
    connection.executemany(
        "DELETE FROM cg_version WHERE name = :name AND NOT EXISTS (SELECT 1 FROM cg_node WHERE name = :name)",
        [{"name": name} for name in names],
    )
    connection.execute(
        "DELETE FROM cg_receipt WHERE EXISTS (SELECT 1 FROM json_each(?) j WHERE instr(answers, j.value))",
        (json.dumps(receipt_texts(artifact_id, names)),),
    )
    labels.delete_unused(connection)
