"""Size of an artifact and of an edge on disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchmarks.bench import BATCH, HEAP, PAGE_CACHE, SIZES, Bench
from benchmarks.contenders.ours import our_entries
from benchmarks.history import History, in_batches
from benchmarks.tables import Rows, table
from catalog_graph.embedded import EmbeddedNeo4j


@dataclass(frozen=True)
class StoreSize:
    """Sizes of the files of a database, in bytes."""

    graph: int
    indexes: int

    @property
    def total(self) -> int:
        """Size of graph and indexes."""
        return self.graph + self.indexes


@table(
    "sizes",
    "Bytes on disk per artifact and per edge",
    ["store", "artifacts", "edges", "total, MB", "bytes per artifact", "of these, indexes", "bytes per edge"],
    stages=frozenset({"bench", "million"}),
    note=(
        "Each artifact has five tags, about 60 bytes of metadata, a UUID, a SHA-256 and a URI. Neo4j: its store files "
        "after a stop, without transaction logs. The size of an edge follows from the difference between 100,000 "
        "artifacts with and without their edges."
    ),
    last=True,
)
def sizes(bench: Bench) -> Rows:
    """Return the sizes of Neo4j's store, and of the SQLite file before and after our backend indexed it."""
    world, hundred = bench.world(), bench.world(SIZES["bench"])
    bare = _without_edges(bench.folder / "without-edges", hundred.history)
    bare_number = hundred.history.size
    home, number, edges = hundred.stop_neo4j()
    per_edge = (_store_size(home).total - bare.total * number / bare_number) / edges
    home, number, edges = world.stop_neo4j()
    total = _store_size(home).total
    per_artifact, indexes = (total - edges * per_edge) / number, bare.indexes / bare_number
    rows: Rows = [["Neo4j", number, edges, round(total / 1e6), round(per_artifact), round(indexes), round(per_edge)]]
    if bench.has_local:
        number = world.history.size
        rows.append(_sqlite("FlowyML's table", number, world.flowyml_file.stat().st_size))
        number, size = world.local_size()
        rows.append(_sqlite("with our tables", number, size))
    return rows


def _sqlite(name: str, number: int, size: int) -> list[str | int | float | None]:
    return [f"SQLite, {name}", number, None, round(size / 1e6), round(size / number), None, None]


def _without_edges(folder: Path, history: History) -> StoreSize:
    """Return the size of the same artifacts without parents, in a temporary Neo4j."""
    from catalog_graph.backends.neo4j import Neo4jCatalogBackend

    with EmbeddedNeo4j(folder, heap=HEAP, page_cache=PAGE_CACHE) as neo4j:
        settings = neo4j.connection
        with Neo4jCatalogBackend(settings.uri, settings.username, settings.password) as backend:
            backend.ensure_schema()
            entries = ({**entry, "parent_ids": []} for entry in history.entries())
            for batch in in_batches(entries, BATCH):
                backend.register_many(our_entries(batch))
    return _store_size(folder)


def _store_size(home: Path) -> StoreSize:
    """Return the size of the database `neo4j` in a Neo4j home."""
    [store] = home.rglob("databases/neo4j")
    files = {path: path.stat().st_size for path in store.rglob("*") if path.is_file()}
    indexes = sum(size for path, size in files.items() if "schema" in path.parts)
    return StoreSize(sum(files.values()) - indexes, indexes)
