"""The tables in the file: FlowyML's own, which is never changed, and ours beside it.

FlowyML knows nothing of ours, so triggers on its table note in `cg_log` which rows changed and what they
held before; `catchup` brings our tables up to date from that. The triggers use nothing that any SQLite
could lack or that a row could make fail: an error in one would make FlowyML's own write fail.
"""

from __future__ import annotations

import sqlite3

from catalog_graph.backends.local.search.labels import NUMBER_TERM
from catalog_graph.errors import ConfigurationError

_FLOWYML = (
    """CREATE TABLE IF NOT EXISTS artifacts (
        artifact_id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        artifact_type TEXT NOT NULL,
        content_hash TEXT,
        source_step TEXT,
        source_run_id TEXT,
        source_pipeline TEXT,
        parent_ids TEXT DEFAULT '[]',
        tags TEXT DEFAULT '{}',
        metadata TEXT DEFAULT '{}',
        uri TEXT,
        created_at TEXT NOT NULL,
        version TEXT
    )""",
    "CREATE INDEX IF NOT EXISTS idx_content_hash ON artifacts(content_hash)",
    "CREATE INDEX IF NOT EXISTS idx_source_pipeline ON artifacts(source_pipeline)",
    "CREATE INDEX IF NOT EXISTS idx_artifact_type ON artifacts(artifact_type)",
)

_GRAPH = (
    "CREATE TABLE cg_meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
    # Every artifact that is known, with what a lineage answer says of it. Instants in microseconds.
    """CREATE TABLE cg_node (
        node INTEGER PRIMARY KEY,
        artifact_id TEXT NOT NULL UNIQUE,
        state INTEGER NOT NULL,
        name TEXT NOT NULL,
        artifact_type TEXT NOT NULL,
        version TEXT,
        created_at TEXT NOT NULL,
        recorded INTEGER NOT NULL,
        deleted INTEGER
    )""",
    """CREATE TABLE cg_edge (
        child INTEGER NOT NULL,
        parent INTEGER NOT NULL,
        position INTEGER NOT NULL,
        created INTEGER NOT NULL,
        PRIMARY KEY (child, parent)
    ) WITHOUT ROWID""",
    "CREATE INDEX cg_edge_parent ON cg_edge(parent, child)",
    # Edges that were removed.
    """CREATE TABLE cg_was_edge (
        child INTEGER NOT NULL,
        parent INTEGER NOT NULL,
        created INTEGER NOT NULL,
        removed INTEGER NOT NULL
    )""",
    "CREATE INDEX cg_was_edge_child ON cg_was_edge(child)",
    "CREATE INDEX cg_was_edge_parent ON cg_was_edge(parent)",
    # The highest whole-number version that each name ever had.
    "CREATE TABLE cg_version (name TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID",
)

_SEARCH = (
    # A label is a field or a tag with its value, as many artifacts have it: `team=fraud`.
    "CREATE TABLE cg_label (label INTEGER PRIMARY KEY, token TEXT NOT NULL UNIQUE, text TEXT NOT NULL)",
    "CREATE TABLE cg_label_term (term TEXT, label INTEGER, PRIMARY KEY (term, label)) WITHOUT ROWID",
    f"CREATE INDEX cg_label_number ON cg_label_term(label, term) WHERE {NUMBER_TERM.replace('t.', '')}",
    # The search texts of all labels run together, in blocks: the quickest to look through for parts of words.
    "CREATE TABLE cg_label_text (block INTEGER PRIMARY KEY, text BLOB NOT NULL)",
    # What is registered, with its labels (`labels.packed`); `text` only where it does not follow from them.
    """CREATE TABLE cg_search (
        node INTEGER PRIMARY KEY,
        created INTEGER NOT NULL,
        artifact_id TEXT NOT NULL,
        compact_name TEXT NOT NULL,
        labels BLOB NOT NULL,
        text TEXT
    )""",
    "CREATE INDEX cg_search_newest ON cg_search(created, artifact_id)",
    "CREATE INDEX cg_search_compact_name ON cg_search(compact_name, created)",
    # Who has a label, in the order in which lists show them.
    """CREATE TABLE cg_labelled (
        label INTEGER NOT NULL,
        created INTEGER NOT NULL,
        node INTEGER NOT NULL,
        PRIMARY KEY (label, created, node)
    ) WITHOUT ROWID""",
)

_NOW = "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000"

_LOG = (
    # What has happened to FlowyML's table and is not in ours yet.
    """CREATE TABLE cg_log (
        seq INTEGER PRIMARY KEY,
        op TEXT NOT NULL,
        artifact_id TEXT,
        parent_ids TEXT,
        tags TEXT,
        at INTEGER NOT NULL
    )""",
    "CREATE INDEX cg_log_artifact ON cg_log(artifact_id, seq)",
    # Tags as they were until a moment ago, to tell what a writer that had read them did not mean to undo.
    "CREATE TABLE cg_recent_tags (artifact_id TEXT NOT NULL, tags TEXT, until INTEGER NOT NULL)",
    "CREATE INDEX cg_recent_tags_artifact ON cg_recent_tags(artifact_id)",
)

_TRIGGERS = (
    # INSERT OR REPLACE fires no delete trigger; before the insert, the row that it replaces is still there.
    f"""CREATE TRIGGER cg_artifacts_insert BEFORE INSERT ON artifacts BEGIN
        INSERT INTO cg_log (op, artifact_id, parent_ids, tags, at) VALUES (
            'insert', NEW.artifact_id,
            (SELECT parent_ids FROM artifacts WHERE artifact_id = NEW.artifact_id),
            (SELECT tags FROM artifacts WHERE artifact_id = NEW.artifact_id),
            {_NOW});
    END""",
    f"""CREATE TRIGGER cg_artifacts_update AFTER UPDATE ON artifacts BEGIN
        INSERT INTO cg_log (op, artifact_id, parent_ids, tags, at)
            VALUES ('update', OLD.artifact_id, OLD.parent_ids, OLD.tags, {_NOW});
        INSERT INTO cg_log (op, artifact_id, parent_ids, tags, at)
            SELECT 'insert', NEW.artifact_id, NULL, NULL, {_NOW} WHERE NEW.artifact_id IS NOT OLD.artifact_id;
    END""",
    f"""CREATE TRIGGER cg_artifacts_delete AFTER DELETE ON artifacts BEGIN
        INSERT INTO cg_log (op, artifact_id, parent_ids, tags, at)
            VALUES ('delete', OLD.artifact_id, OLD.parent_ids, OLD.tags, {_NOW});
    END""",
)

_ALIASES = (
    # Aliases point to ids: nodes are numbered anew where they were forgotten.
    """CREATE TABLE cg_alias (
        name TEXT NOT NULL,
        alias TEXT NOT NULL,
        artifact_id TEXT NOT NULL,
        set_by TEXT NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (name, alias)
    ) WITHOUT ROWID""",
    "CREATE INDEX cg_alias_artifact ON cg_alias(artifact_id)",
    # What became of them, in order.
    """CREATE TABLE cg_alias_move (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        alias TEXT NOT NULL,
        before TEXT,
        after TEXT,
        moved_by TEXT NOT NULL,
        at INTEGER NOT NULL
    )""",
    "CREATE INDEX cg_alias_move_name ON cg_alias_move(name, number)",
)

_RECEIPTS = (
    # What was answered to requests with an idempotency key.
    "CREATE TABLE cg_receipt (key TEXT PRIMARY KEY, digest TEXT NOT NULL, answers TEXT NOT NULL, at INTEGER NOT NULL)",
    "CREATE INDEX cg_receipt_at ON cg_receipt(at)",
)

_CUT_TEXTS = (
    # The few artifacts whose labels do not tell what their search text holds.
    "CREATE INDEX cg_search_cut ON cg_search(node) WHERE text IS NOT NULL",
)

_STEPS: tuple[tuple[str, ...], ...] = ((*_GRAPH, *_SEARCH, *_LOG), _ALIASES, _RECEIPTS, _CUT_TEXTS)
"""What each version of our tables added, in order: a file of an earlier one is given what came since."""

VERSION = len(_STEPS)
"""Of our tables; a file with a later one is refused."""


def prepare(connection: sqlite3.Connection) -> None:
    """Make what is missing in the file; raises `ConfigurationError` where a later catalog_graph made it."""
    if not _is_whole(connection):
        connection.execute("BEGIN IMMEDIATE")
        try:
            new = _version(connection) == 0
            _upgrade(connection)
            if new:
                _begin(connection)
            elif not _has_triggers(connection):
                _follow_again(connection)
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise


def meta(connection: sqlite3.Connection, name: str) -> int:
    """A number that is kept about the file; 0 where there is none."""
    row = connection.execute("SELECT value FROM cg_meta WHERE name = ?", (name,)).fetchone()
    return 0 if row is None else int(row[0])


def set_meta(connection: sqlite3.Connection, name: str, value: int) -> None:
    """Keep a number about the file."""
    connection.execute("INSERT OR REPLACE INTO cg_meta VALUES (?, ?)", (name, value))


def _is_whole(connection: sqlite3.Connection) -> bool:
    return _version(connection) == VERSION and _has_triggers(connection)


def _has_triggers(connection: sqlite3.Connection) -> bool:
    triggers = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'cg_artifacts_%'"
    return bool(connection.execute(triggers).fetchone()[0] == len(_TRIGGERS))


def _version(connection: sqlite3.Connection) -> int:
    """The version of our tables in the file; 0 where there are none."""
    ours = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'cg_meta'"
    if connection.execute(ours).fetchone() is None:
        return 0
    found = meta(connection, "schema")
    if found > VERSION:
        raise ConfigurationError(
            f"the catalog file has tables of version {found}, made by a later catalog_graph; "
            f"this one knows version {VERSION}: upgrade it"
        )
    return found


def _upgrade(connection: sqlite3.Connection) -> None:
    for step in _STEPS[_version(connection) :]:
        for statement in step:
            connection.execute(statement)
    set_meta(connection, "schema", VERSION)


def _begin(connection: sqlite3.Connection) -> None:
    """Follow FlowyML's table from now on, and read what is in it already."""
    for statement in (*_FLOWYML, *_TRIGGERS):
        connection.execute(statement)
    last_row = connection.execute("SELECT max(rowid) FROM artifacts").fetchone()[0]
    set_meta(connection, "rows_to_read", last_row or 0)
    set_meta(connection, "rows_read", 0)


def _follow_again(connection: sqlite3.Connection) -> None:
    """A program has made FlowyML's table anew, as tools that change columns do, and lost our triggers by it.

    Nobody knows what happened since, so the log is told that every row may have changed.
    """
    for statement in _FLOWYML:
        connection.execute(statement)
    for name in ("insert", "update", "delete"):
        connection.execute(f"DROP TRIGGER IF EXISTS cg_artifacts_{name}")
    for statement in _TRIGGERS:
        connection.execute(statement)
    connection.execute(
        "INSERT INTO cg_log (op, artifact_id, at) "
        f"SELECT 'delete', artifact_id, {_NOW} FROM cg_node WHERE state = 1 UNION "
        f"SELECT 'insert', artifact_id, {_NOW} FROM artifacts"
    )
