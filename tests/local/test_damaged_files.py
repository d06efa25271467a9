"""Files with flipped bits: whatever is read, the only errors are those of the catalog."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from operator import methodcaller
from pathlib import Path
from typing import Any

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.doctor.file import examine
from catalog_graph.errors import CatalogError, StoreDamaged
from catalog_graph.query.selection import Selection
from tests.local.file import sql
from tests.support.answers import questions_about_one
from tests.support.entries import artifact

FILES = 120
FLIPS = 12
READS: list[Callable[[CatalogBackend], Any]] = [
    lambda b: b.get("a5"),
    lambda b: b.get_many(f"a{n}" for n in range(60)),
    lambda b: b.list_artifacts(limit=1000),
    lambda b: b.list_artifacts(artifact_type="Model", tags={"n": 7}),
    lambda b: b.search("name:a1 OR n>3 -x:y stage:production"),
    lambda b: b.find(Selection(text="p1 OR x"), total=True, facets=["type", "stage"]),
    lambda b: b.neighbours("a30"),
    lambda b: b.get_lineage("a31"),
    lambda b: b.upstream("a59", limit=None).to_dict(),
    lambda b: b.downstream("a0", where="type:Model OR state:deleted").to_dict(),
    lambda b: b.impact("a0", tag_keys=["n"], copies=True).text(),
    lambda b: b.paths("a0", "a59").text(),
    lambda b: b.diff("a58", "a59").text(),
    lambda b: b.versions("a5"),
    lambda b: b.aliases(),
    lambda b: b.alias_history("a5"),
    lambda b: b.audit_page(limit=100),
    lambda b: b.find_by_content_hash("hash-3"),
    lambda b: b.resolve("a5:latest"),
    lambda b: b.check(),
    lambda b: b.picture("a30").to_dict(),
    lambda b: b.check_promotion("a59", {"rules": [{"rule": "forbid", "query": "stage:x"}, {"rule": "hashed"}]}),
    lambda b: b.what_if("a0", ["a30"]).text(),
    *(methodcaller(question, "a59") for question in questions_about_one()),
]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the bytes of a file with something in every table."""
    path = tmp_path_factory.mktemp("sound") / "catalog.db"
    with LocalCatalogBackend(path) as backend:
        for n in range(60):
            parents = [f"a{p}" for p in (n - 1, n - 7) if p >= 0]
            tags = {"n": n, "stage": "production" if n % 3 else "ä"}
            kind = "Model" if n % 2 else "Dataset"
            fields = {
                "content_hash": f"hash-{n % 20}",
                "source_pipeline": f"p{n % 4}",
                "metadata": {"n": [n, 0.5, "é"]},
            }
            backend.register(artifact(f"a{n}", *parents, artifact_type=kind, tags=tags, at=n, **fields))
        backend.set_alias("a5", "champion", "a5")
        backend.delete("a20")
        backend.remove_parents("a40", "a39")
    return path.read_bytes()


def damaged(sound: bytes, seed: int) -> bytes:
    """Return the file with some bits flipped, none of them in the text by which SQLite knows its files."""
    chance = random.Random(seed)
    data = bytearray(sound)
    for _ in range(chance.randint(1, FLIPS)):
        data[chance.randrange(16, len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def outcomes(path: Path) -> Iterator[type[Exception] | None]:
    """Yield what each way to read the file raises, which may only be an error of the catalog."""
    for read in READS:
        try:
            with LocalCatalogBackend(path, progress=lambda _done, _total: None) as backend:
                read(backend)
        except CatalogError as error:
            yield type(error)
        else:
            yield None


@pytest.mark.parametrize("tens", range(FILES // 10))
def test_flipped_bits(sound: bytes, path: Path, tens: int) -> None:
    for seed in range(10 * tens, 10 * tens + 10):
        path.write_bytes(damaged(sound, seed))
        assert len(list(outcomes(path))) == len(READS), seed
        assert list(examine(path))


def test_text_that_is_none(path: Path, sound: bytes) -> None:
    path.write_bytes(sound)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE cg_node SET artifact_id = CAST(x'ff61' AS TEXT) WHERE artifact_id = 'a30'")
    with LocalCatalogBackend(path) as backend, pytest.raises(StoreDamaged, match="is damaged: Could not decode"):
        backend.upstream("a59")


def test_a_record_of_changes_that_cannot_be_read(path: Path, sound: bytes) -> None:
    path.write_bytes(sound)
    sql(path, "UPDATE cg_change SET body = substr(body, 1, 20)")
    with LocalCatalogBackend(path) as backend, pytest.raises(StoreDamaged, match="has a value that cannot be read"):
        backend.audit_page()


def test_a_label_that_is_no_text(path: Path, sound: bytes) -> None:
    path.write_bytes(sound)
    sql(path, "UPDATE cg_label SET text = x'00' WHERE text <> ''")
    with LocalCatalogBackend(path) as backend, pytest.raises(StoreDamaged, match="has a value that cannot be read"):
        backend.purge("a59")


def test_a_column_that_is_gone(path: Path, sound: bytes) -> None:
    path.write_bytes(sound)
    with LocalCatalogBackend(path) as backend:
        sql(path, "ALTER TABLE cg_edge RENAME COLUMN parent TO parend")
        with pytest.raises(StoreDamaged, match="is damaged: no such column"):
            backend.upstream("a59")


def test_the_doctor_compares_our_tables_with_those_of_flowyml(path: Path, sound: bytes) -> None:
    path.write_bytes(sound)
    assert not [f for f in examine(path) if f.about == "content" and "differ" in f.message]
    sql(path, "UPDATE cg_node SET name = 'other' WHERE artifact_id = 'a7'")
    sql(path, "DELETE FROM cg_edge WHERE child = (SELECT node FROM cg_node WHERE artifact_id = 'a9')")
    [finding] = [f for f in examine(path) if f.about == "content"]
    assert finding.message == "2 artifacts differ between our tables and FlowyML's, such as 'a7' and 'a9'"


def test_the_doctor_finds_a_damaged_index(path: Path, sound: bytes) -> None:
    path.write_bytes(sound)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("DELETE FROM sqlite_master WHERE name = 'cg_edge_parent'")
    [finding] = [f for f in examine(path) if f.about == "content"]
    assert finding.message.startswith("the file is damaged")
