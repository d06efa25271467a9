"""The tables in the file: FlowyML's `artifacts`, whose definition is never changed, and ours, named `cg_...`.

FlowyML knows nothing of our tables. Triggers on its table write to `cg_log` which rows changed and what they held
before, and `flowyml.log` brings our tables up to date from that. The triggers use only what every SQLite has and what
no row can make fail: an error in a trigger would make FlowyML's own write fail.
"""

from __future__ import annotations

import sqlite3

from catalog_graph.artifact import CONTRACT_FIELDS
from catalog_graph.errors import ConfigurationError
from catalog_graph.query.text import SEPARATOR, TEXT_NUMBER

NUMBER_TERM = f"term GLOB '[mn]{SEPARATOR}*'"
"""SQL condition on `cg_label_term`: the term is a sortable number. The partial index needs the same condition."""

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
    # Every known artifact, with the fields of a lineage card. Instants are in microseconds since 1970.
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
    # Removed edges.
    """CREATE TABLE cg_was_edge (
        child INTEGER NOT NULL,
        parent INTEGER NOT NULL,
        created INTEGER NOT NULL,
        removed INTEGER NOT NULL
    )""",
    "CREATE INDEX cg_was_edge_child ON cg_was_edge(child)",
    "CREATE INDEX cg_was_edge_parent ON cg_was_edge(parent)",
    # The highest whole-number version that each name has ever had.
    "CREATE TABLE cg_version (name TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID",
)

_SEARCH = (
    # A label is a field or a tag with its value, shared by all artifacts that have it: `team=fraud`.
    "CREATE TABLE cg_label (label INTEGER PRIMARY KEY, token TEXT NOT NULL UNIQUE, text TEXT NOT NULL)",
    "CREATE TABLE cg_label_term (term TEXT, label INTEGER, PRIMARY KEY (term, label)) WITHOUT ROWID",
    f"CREATE INDEX cg_label_number ON cg_label_term(label, term) WHERE {NUMBER_TERM}",
    # The search texts of all labels, concatenated in blocks: the fastest form to scan for parts of words.
    "CREATE TABLE cg_label_text (block INTEGER PRIMARY KEY, text BLOB NOT NULL)",
    # Registered artifacts with their labels (`labels.pack`); `text` only if the labels do not imply the search text.
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
    # The artifacts of each label, in the order of lists.
    """CREATE TABLE cg_labelled (
        label INTEGER NOT NULL,
        created INTEGER NOT NULL,
        node INTEGER NOT NULL,
        PRIMARY KEY (label, created, node)
    ) WITHOUT ROWID""",
)

_NOW = "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000"

_LOG = (
    # Changes of FlowyML's table that our tables do not have yet.
    """CREATE TABLE cg_log (
        seq INTEGER PRIMARY KEY,
        op TEXT NOT NULL,
        artifact_id TEXT,
        parent_ids TEXT,
        tags TEXT,
        at INTEGER NOT NULL
    )""",
    "CREATE INDEX cg_log_artifact ON cg_log(artifact_id, seq)",
    # Tags that were replaced a moment ago: a writer that had read them may undo later changes by accident.
    "CREATE TABLE cg_recent_tags (artifact_id TEXT NOT NULL, tags TEXT, until INTEGER NOT NULL)",
    "CREATE INDEX cg_recent_tags_artifact ON cg_recent_tags(artifact_id)",
)

_KEEP_ROW = (
    "INSERT OR REPLACE INTO cg_deleted SELECT "
    f"{', '.join(f'OLD.{name}' for name in CONTRACT_FIELDS)} WHERE OLD.artifact_id IS NOT NULL"
)

_TRIGGERS = (
    # INSERT OR REPLACE fires no delete trigger; before the insert, the replaced row is still there.
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
        {_KEEP_ROW} AND NEW.artifact_id IS NOT OLD.artifact_id;
    END""",
    f"""CREATE TRIGGER cg_artifacts_delete AFTER DELETE ON artifacts BEGIN
        INSERT INTO cg_log (op, artifact_id, parent_ids, tags, at)
            VALUES ('delete', OLD.artifact_id, OLD.parent_ids, OLD.tags, {_NOW});
        {_KEEP_ROW};
    END""",
)

_ALIASES = (
    # Aliases refer to ids, not to nodes: an artifact that was deleted and registered again may get another node.
    """CREATE TABLE cg_alias (
        name TEXT NOT NULL,
        alias TEXT NOT NULL,
        artifact_id TEXT NOT NULL,
        set_by TEXT NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (name, alias)
    ) WITHOUT ROWID""",
    "CREATE INDEX cg_alias_artifact ON cg_alias(artifact_id)",
    # The moves of aliases, in order.
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
    # The answers to requests with an idempotency key.
    "CREATE TABLE cg_receipt (key TEXT PRIMARY KEY, digest TEXT NOT NULL, answers TEXT NOT NULL, at INTEGER NOT NULL)",
    "CREATE INDEX cg_receipt_at ON cg_receipt(at)",
)

_CUT_TEXTS = (
    # The few artifacts whose search text does not follow from their labels.
    "CREATE INDEX cg_search_cut ON cg_search(node) WHERE text IS NOT NULL",
)

_DELETED = (
    # The rows of deleted artifacts, as FlowyML's table had them.
    f"CREATE TABLE cg_deleted ({', '.join(('artifact_id TEXT PRIMARY KEY', *CONTRACT_FIELDS[1:]))})",
    # Earlier lives: registered from `since`, deleted at `until`, registered again or undeleted at `revived`.
    """CREATE TABLE cg_life (
        node INTEGER NOT NULL,
        since INTEGER NOT NULL,
        until INTEGER NOT NULL,
        revived INTEGER NOT NULL,
        name TEXT NOT NULL,
        artifact_type TEXT NOT NULL,
        version TEXT,
        created_at TEXT NOT NULL,
        PRIMARY KEY (node, revived)
    ) WITHOUT ROWID""",
    # Earlier versions kept the edges of deleted artifacts from which nothing derives.
    """CREATE TEMP TABLE cg_tombstone AS WITH RECURSIVE tombstone(node) AS (
        SELECT d.node FROM cg_node d WHERE d.state = 2 AND EXISTS (
            SELECT 1 FROM cg_edge e JOIN cg_node n ON n.node = e.child WHERE e.parent = d.node AND n.state <> 2)
        UNION SELECT d.node FROM tombstone t JOIN cg_edge e ON e.child = t.node
        JOIN cg_node d ON d.node = e.parent WHERE d.state = 2
    ) SELECT node FROM tombstone""",
    """INSERT INTO cg_was_edge SELECT e.child, e.parent, e.created,
        max(e.created, n.deleted, coalesce((SELECT max(removed) FROM cg_was_edge w WHERE w.parent = n.node), 0))
        FROM cg_node n JOIN cg_edge e ON e.child = n.node
        WHERE n.state = 2 AND n.node NOT IN (SELECT node FROM cg_tombstone)""",
    """DELETE FROM cg_edge WHERE child IN (
        SELECT node FROM cg_node WHERE state = 2 AND node NOT IN (SELECT node FROM cg_tombstone))""",
    "DROP TABLE cg_tombstone",
)

_POSITIONS = (
    # The place of an artifact in the transaction that registered it. Nodes were numbered in that order before.
    "ALTER TABLE cg_node ADD COLUMN position INTEGER NOT NULL DEFAULT 0",
    "UPDATE cg_node SET position = node WHERE state = 1",
    # The registered artifacts of each name, in order of registration.
    "CREATE INDEX cg_node_name ON cg_node(name, recorded, position) WHERE state = 1",
)

_CHANGES = (
    # What each transaction changed: one row each, the parts as JSON, compressed if that is long.
    """CREATE TABLE cg_change (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,
        kinds TEXT NOT NULL,
        callers TEXT NOT NULL,
        body BLOB NOT NULL
    )""",
    "CREATE INDEX cg_change_at ON cg_change(at, number)",
    # The transactions that changed each artifact.
    """CREATE TABLE cg_change_of (
        node INTEGER NOT NULL,
        number INTEGER NOT NULL,
        PRIMARY KEY (node, number)
    ) WITHOUT ROWID""",
    # From now on every change is recorded; these are all if the catalog is new.
    f"INSERT INTO cg_meta VALUES ('changes_since', {_NOW})",
    "INSERT INTO cg_meta SELECT 'changes_whole', NOT EXISTS(SELECT 1 FROM cg_node)",
)

_METADATA = (
    # Numbers that texts write are told from JSON numbers by the end of their terms.
    f"""UPDATE cg_label_term SET term = term || '{TEXT_NUMBER}' WHERE term GLOB 'n{SEPARATOR}*' AND label IN (
        SELECT label FROM cg_label WHERE token GLOB 't{SEPARATOR}*{SEPARATOR}"*')""",
    # Uris, metrics and parameters are indexed: `search.reindexing` indexes what is registered again.
    "INSERT OR REPLACE INTO cg_meta SELECT 'nodes_to_index', coalesce(max(node), 0) FROM cg_search",
    "INSERT OR REPLACE INTO cg_meta VALUES ('nodes_indexed', 0)",
)

_KEYS = (
    # API keys of a service over this file.
    """CREATE TABLE cg_key (
        digest TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        scope TEXT NOT NULL,
        created INTEGER NOT NULL,
        created_by TEXT NOT NULL,
        expires INTEGER,
        used INTEGER
    ) WITHOUT ROWID""",
)

_SEALS = (
    # The parts of seals, each with the card of its seal.
    """CREATE TABLE cg_seal (
        artifact_id TEXT NOT NULL,
        digest TEXT NOT NULL,
        part INTEGER NOT NULL,
        at INTEGER NOT NULL,
        parts INTEGER NOT NULL,
        card TEXT NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (artifact_id, digest, part)
    )""",
)

_EVENTS = (
    # What events of OpenLineage say of runs and datasets, as JSON (`openlineage.documents`).
    "CREATE TABLE cg_event_document (key TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID",
    # When runs read and made what: how a read finds the version that was there (`openlineage.runs.Use`).
    """CREATE TABLE cg_event_use (
        line TEXT NOT NULL,
        role TEXT NOT NULL,
        at INTEGER NOT NULL,
        run TEXT NOT NULL,
        artifact TEXT NOT NULL,
        PRIMARY KEY (line, role, at, artifact, run)
    ) WITHOUT ROWID""",
)

_ERASURES = (
    # Worklists of what must go with an artifact; ids alone, which outlive the artifacts.
    """CREATE TABLE cg_erasure (
        artifact_id TEXT PRIMARY KEY,
        opened INTEGER NOT NULL,
        opened_by TEXT NOT NULL,
        reason TEXT NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE cg_erasure_item (
        erasure TEXT NOT NULL,
        item TEXT NOT NULL,
        artifact_id TEXT NOT NULL,
        relation TEXT NOT NULL,
        via TEXT NOT NULL,
        depth INTEGER NOT NULL,
        content_hash TEXT NOT NULL,
        added INTEGER NOT NULL,
        done INTEGER,
        done_by TEXT NOT NULL,
        note TEXT NOT NULL,
        PRIMARY KEY (erasure, item)
    ) WITHOUT ROWID""",
)

_WEBHOOKS = (
    # Webhooks of a service over this file, and who delivers to them.
    "CREATE TABLE cg_webhook (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE cg_lease (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID",
)

_STEPS: tuple[tuple[str, ...], ...] = (
    (*_GRAPH, *_SEARCH, *_LOG),
    _ALIASES,
    _RECEIPTS,
    _CUT_TEXTS,
    _POSITIONS,
    _DELETED,
    _CHANGES,
    _METADATA,
    _KEYS,
    _SEALS,
    _EVENTS,
    _ERASURES,
    _WEBHOOKS,
)
"""The statements that each version of our tables added; an older file gets those that it lacks."""

VERSION = len(_STEPS)
"""Version of our tables; a file with a later one is refused."""


def prepare(connection: sqlite3.Connection) -> None:
    """Create what the file lacks; raise `ConfigurationError` if a later catalog_graph wrote it."""
    if not _is_current(connection):
        connection.execute("BEGIN IMMEDIATE")
        try:
            new, followed = _version(connection) == 0, _has_triggers(connection)
            _upgrade(connection)
            if new:
                _start_following(connection)
            elif followed:
                _renew_triggers(connection)
            else:
                _resume_following(connection)
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise


def meta(connection: sqlite3.Connection, name: str) -> int:
    """Return a number that is kept about the file, or 0."""
    row = connection.execute("SELECT value FROM cg_meta WHERE name = ?", (name,)).fetchone()
    return 0 if row is None else int(row[0])


def set_meta(connection: sqlite3.Connection, name: str, value: int) -> None:
    """Keep a number about the file."""
    connection.execute("INSERT OR REPLACE INTO cg_meta VALUES (?, ?)", (name, value))


def _is_current(connection: sqlite3.Connection) -> bool:
    return _version(connection) == VERSION and _has_triggers(connection)


def _has_triggers(connection: sqlite3.Connection) -> bool:
    triggers = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'cg_artifacts_%'"
    return bool(connection.execute(triggers).fetchone()[0] == len(_TRIGGERS))


def _version(connection: sqlite3.Connection) -> int:
    """Return the version of our tables in the file, 0 if it has none; raise `ConfigurationError` if it is later."""
    meta_table = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'cg_meta'"
    if connection.execute(meta_table).fetchone() is None:
        return 0
    return supported_version(connection)


def supported_version(connection: sqlite3.Connection) -> int:
    """Return the version of our tables in the file; raise `ConfigurationError` if it is later than this program's."""
    version = meta(connection, "schema")
    if version > VERSION:
        raise ConfigurationError(
            f"the catalog file has tables of version {version}, made by a later catalog_graph; "
            f"this one supports version {VERSION} at most: upgrade catalog_graph"
        )
    return version


def _upgrade(connection: sqlite3.Connection) -> None:
    for step in _STEPS[_version(connection) :]:
        for statement in step:
            connection.execute(statement)
    set_meta(connection, "schema", VERSION)


def _start_following(connection: sqlite3.Connection) -> None:
    """Log changes of FlowyML's table from now on, and mark its present rows for the backfill."""
    for statement in (*_FLOWYML, *_TRIGGERS):
        connection.execute(statement)
    last_row = connection.execute("SELECT max(rowid) FROM artifacts").fetchone()[0]
    set_meta(connection, "rows_to_read", last_row or 0)
    set_meta(connection, "rows_read", 0)
    set_meta(connection, "changes_whole", int(not last_row))


def _resume_following(connection: sqlite3.Connection) -> None:
    """Restore the triggers and log every row as changed.

    The triggers are lost when a program recreates FlowyML's table, as tools that alter columns do. What happened
    since then is unknown, so that the change record is complete from now on alone.
    """
    for statement in _FLOWYML:
        connection.execute(statement)
    _renew_triggers(connection)
    connection.execute(f"UPDATE cg_meta SET value = {_NOW} WHERE name = 'changes_since'")
    set_meta(connection, "changes_whole", 0)
    connection.execute(
        "INSERT INTO cg_log (op, artifact_id, at) "
        f"SELECT 'delete', artifact_id, {_NOW} FROM cg_node WHERE state = 1 "
        "AND artifact_id NOT IN (SELECT artifact_id FROM artifacts WHERE artifact_id IS NOT NULL) UNION ALL "
        f"SELECT 'insert', artifact_id, {_NOW} FROM artifacts"
    )


def _renew_triggers(connection: sqlite3.Connection) -> None:
    for name in ("insert", "update", "delete"):
        connection.execute(f"DROP TRIGGER IF EXISTS cg_artifacts_{name}")
    for statement in _TRIGGERS:
        connection.execute(statement)
