"""What an artifact and an edge take on disk."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bench import BATCH, HEAP, PAGE_CACHE, SIZES, Bench, World
from benchmarks.contenders.ours import our_entries
from benchmarks.history import History, in_batches
from benchmarks.tables import Rows, table
from catalog_graph.embedded import EmbeddedNeo4j


@dataclass(frozen=True)
class Share:
    """Bytes of a kind of file."""

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
        "after a checkpoint, without transaction logs. What an edge takes is the difference between the same 100,000 "
        "artifacts loaded with their edges and without."
    ),
)
def sizes(bench: Bench) -> Rows:
    """Neo4j's store, and the SQLite file before and after we indexed it."""
    world, hundred = bench.world(), bench.world(SIZES["bench"])
    bare = _without_edges(bench.folder / "without-edges", hundred.history)
    edges = sum(1 for _ in world.history.edges())
    hundreds = sum(1 for _ in hundred.history.edges())
    an_edge = (_neo4j(hundred).whole - bare.whole) / hundreds
    share = _neo4j(world)
    number = world.history.size
    rows: Rows = [
        [
            "Neo4j",
            number,
            edges,
            round(share.whole / 1e6),
            round((share.whole - edges * an_edge) / number),
            round(bare.indexes / hundred.history.size),
            round(an_edge),
        ]
    ]
    if bench.stage == "bench":
        assert world.local
        theirs = world.flowyml_file.stat().st_size
        ours = sum(path.stat().st_size for path in world.folder.glob("local.db*"))
        rows.append(["SQLite, FlowyML's table", number, edges, round(theirs / 1e6), round(theirs / number), None, None])
        rows.append(["SQLite, with our tables", number, edges, round(ours / 1e6), round(ours / number), None, None])
    return rows


def _neo4j(world: World) -> Share:
    assert world.service
    world.bolt.query("CALL db.checkpoint()")
    return _share(world.folder / "neo4j")


def _without_edges(folder: Path, history: History) -> Share:
    """The same artifacts without parents, in a Neo4j that goes again."""
    from catalog_graph.backends.neo4j import Neo4jCatalogBackend

    with ExitStack() as stack:
        neo4j = stack.enter_context(EmbeddedNeo4j(folder, heap=HEAP, page_cache=PAGE_CACHE))
        settings = neo4j.connection
        backend = stack.enter_context(Neo4jCatalogBackend(settings.uri, settings.username, settings.password))
        backend.ensure_schema()
        entries = ({**entry, "parent_ids": []} for entry in history.entries())
        for batch in in_batches(entries, BATCH):
            backend.register_many(our_entries(batch))
        from benchmarks.contenders.bolt import Bolt

        bolt = Bolt(settings, backend)
        bolt.query("CALL db.checkpoint()")
        share = _share(folder)
        bolt.close()
    return share


def _share(home: Path) -> Share:
    """The files of the database `neo4j` under a Neo4j home."""
    [store] = home.rglob("databases/neo4j")
    files = {path: path.stat().st_size for path in store.rglob("*") if path.is_file()}
    indexes = sum(size for path, size in files.items() if "schema" in path.parts)
    return Share(sum(files.values()) - indexes, indexes)
