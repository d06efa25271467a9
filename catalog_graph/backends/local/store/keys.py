"""API keys in the file."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from catalog_graph.backends.keys import StoredKey


def all_keys(connection: sqlite3.Connection) -> list[StoredKey]:
    """Return all keys, by name and instant."""
    rows = connection.execute(
        "SELECT digest, name, scope, created, created_by, expires, used FROM cg_key ORDER BY name, created, digest"
    )
    return [StoredKey(*row) for row in rows]


def keep(connection: sqlite3.Connection, key: StoredKey) -> None:
    """Store a new key."""
    row = (key.digest, key.name, key.scope, key.created_at, key.created_by, key.expires_at, key.used_at)
    connection.execute("INSERT INTO cg_key VALUES (?, ?, ?, ?, ?, ?, ?)", row)


def end(connection: sqlite3.Connection, digests: Sequence[str], at: int) -> None:
    """Let keys end at an instant, unless they end before."""
    connection.executemany(
        "UPDATE cg_key SET expires = min(coalesce(expires, ?1), ?1) WHERE digest = ?2", [(at, each) for each in digests]
    )


def note_uses(connection: sqlite3.Connection, uses: Mapping[str, int]) -> None:
    """Store the instants of the last uses."""
    connection.executemany("UPDATE cg_key SET used = max(coalesce(used, 0), ?2) WHERE digest = ?1", list(uses.items()))
