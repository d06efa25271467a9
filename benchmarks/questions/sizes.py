"""What an artifact and an edge take on disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchmarks.bench import BATCH, HEAP, PAGE_CACHE, SIZES, Bench
from benchmarks.contenders.ours import our_entries
from benchmarks.history import History, in_batches
from benchmarks.tables import Rows, table
from catalog_graph.embedded import EmbeddedNeo4j


@dataclass(frozen=True)
class Share:
    """Bytes of the files of a database."""

    graph: int
    indexes: int

    @property
    def whole(self) -> int:
        """Both."""
        return self.graph + self.indexes


@table(
    "sizes",
    "Bytes on disk, an artifact and an edge",
    ["store", "artifacts", "edges", "in all, MB", "bytes an artifact", "of these indexes", "bytes an edge"],
    stages=frozenset({"bench", "million"}),
    note=(
        "Each artifact with five tags, some 60 bytes of metadata, a UUID, a SHA-256 and a URI. Neo4j: its store files "
        "after a stop, without transaction logs. What an edge takes is the difference between 100,000 artifacts with "
        "their edges and the same without."
    ),
    last=True,
)
def sizes(bench: Bench) -> Rows:
    """Neo4j's store, and the SQLite file before and after we indexed it."""
    world, hundred = bench.world(), bench.world(SIZES["bench"])
    bare = _without_edges(bench.folder / "without-edges", hundred.history)
    bare_number = hundred.history.size
    home, number, edges = hundred.stopped()
    an_edge = (_share(home).whole - bare.whole * number / bare_number) / edges
    home, number, edges = world.stopped()
    whole = _share(home).whole
    artifact, indexes = (whole - edges * an_edge) / number, bare.indexes / bare_number
    rows: Rows = [["Neo4j", number, edges, round(whole / 1e6), round(artifact), round(indexes), round(an_edge)]]
    if bench.has_local:
        number = world.history.size
        rows.append(_sqlite("FlowyML's table", number, world.flowyml_file.stat().st_size))
        number, ours = world.local_size()
        rows.append(_sqlite("with our tables", number, ours))
    return rows


def _sqlite(name: str, number: int, size: int) -> list[str | int | float | None]:
    return [f"SQLite, {name}", number, None, round(size / 1e6), round(size / number), None, None]


def _without_edges(folder: Path, history: History) -> Share:
    """The same artifacts without parents, in a Neo4j that goes again."""
    from catalog_graph.backends.neo4j import Neo4jCatalogBackend

    with EmbeddedNeo4j(folder, heap=HEAP, page_cache=PAGE_CACHE) as neo4j:
        settings = neo4j.connection
        with Neo4jCatalogBackend(settings.uri, settings.username, settings.password) as backend:
            backend.ensure_schema()
            entries = ({**entry, "parent_ids": []} for entry in history.entries())
            for batch in in_batches(entries, BATCH):
                backend.register_many(our_entries(batch))
    return _share(folder)


def _share(home: Path) -> Share:
    """The files of the database `neo4j` under a Neo4j home."""
    [store] = home.rglob("databases/neo4j")
    files = {path: path.stat().st_size for path in store.rglob("*") if path.is_file()}
    indexes = sum(size for path, size in files.items() if "schema" in path.parts)
    return Share(sum(files.values()) - indexes, indexes)
