"""API keys in Neo4j, nodes without edges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from catalog_graph.backends.keys import StoredKey
from catalog_graph.backends.neo4j.store.bolt import Bolt


def all_keys(bolt: Bolt) -> list[StoredKey]:
    """Return all keys, by name and instant."""
    return [StoredKey(**row.data()) for row in bolt.read("store/keys")]


def keep(bolt: Bolt, key: StoredKey) -> None:
    """Store a new key."""
    bolt.write(lambda transaction: transaction.run("store/keep_key", key=asdict(key)))


def end(bolt: Bolt, digests: Sequence[str], at: int) -> None:
    """Let keys end at an instant, unless they end before."""
    bolt.write(lambda transaction: transaction.run("store/end_keys", digests=list(digests), at=at))


def note_uses(bolt: Bolt, uses: Mapping[str, int]) -> None:
    """Store the instants of the last uses."""
    bolt.write(lambda transaction: transaction.run("store/key_uses", uses=[[*use] for use in uses.items()]))
