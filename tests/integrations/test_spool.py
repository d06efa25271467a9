"""The spool: the file of records that are not delivered yet."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from flowyml import context

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.hashing import content_hash
from catalog_graph.integrations.flowyml.record import Record
from catalog_graph.integrations.flowyml.replay import replay
from catalog_graph.integrations.flowyml.spool import EMPTIED_AT, MAX_CHUNK_RECORDS, Spool, adopt_orphan, spool_files
from tests.support.entries import artifact
from tests.support.pipelines import a_step, edges, run


def records(first: int, count: int, **fields: str) -> list[Record]:
    """Return the records of a chain of artifacts."""
    numbers = range(first, first + count)
    return [Record(artifact(f"a{n}", *([f"a{n - 1}"] if n else []), at=n, **fields)) for n in numbers]


def read_all(path: Path) -> list[Record]:
    """Return the records that the next process reads from a spool file."""
    with adopt_orphan(path) as orphan:
        assert orphan is not None
        return [record for chunk in orphan.chunks() for record in chunk]


def make_orphan(folder: Path, address: str, *appends: list[Record]) -> Path:
    """Write a spool file as a killed process leaves it, and return its path."""
    spool = Spool.create(folder, address)
    for batch in appends:
        spool.append(batch)
    spool.forget()
    return spool.path


def test_records_are_read_as_they_were_written(tmp_path: Path) -> None:
    entry = CatalogEntry(
        artifact_id="ä/1",
        name="n",
        artifact_type="T",
        parent_ids=["p"],
        tags={"f1": 0.5, "on": True},
        metadata={"a": [None]},
    )
    originals = [
        Record(entry, "cache", maybe_parents=["q"]),
        Record(entry, "content", resumed_run="run"),
        Record(entry),
    ]
    path = make_orphan(tmp_path, "there", originals)

    assert read_all(path) == originals


def test_long_files_are_read_in_chunks(tmp_path: Path) -> None:
    small = records(0, MAX_CHUNK_RECORDS + 10)
    big = Record(artifact("big", metadata={"text": "x" * 5_000_000}))
    path = make_orphan(tmp_path, "there", small, [big], records(5000, 1))

    with adopt_orphan(path) as orphan:
        assert orphan is not None
        chunks = list(orphan.chunks())
    assert [len(chunk) for chunk in chunks] == [MAX_CHUNK_RECORDS, 10, 2]
    assert [r for chunk in chunks for r in chunk] == [*small, big, *records(5000, 1)]


def test_an_incomplete_last_line_is_ignored(tmp_path: Path) -> None:
    path = make_orphan(tmp_path, "there", records(0, 3))
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 5)

    assert [record.entry.artifact_id for record in read_all(path)] == ["a0", "a1"]


def test_the_file_of_a_running_process_is_not_adopted(tmp_path: Path) -> None:
    spool = Spool.create(tmp_path, "there")
    spool.append(records(0, 1))
    with adopt_orphan(spool.path) as orphan:
        assert orphan is None
    assert replay(tmp_path, "ignored").held == 1
    spool.close()
    assert spool_files(tmp_path) == [spool.path]


def test_a_delivered_file_is_removed_and_a_long_one_is_truncated(tmp_path: Path) -> None:
    spool = Spool.create(tmp_path, "there")
    head = spool.path.stat().st_size
    spool.append(records(0, 1, uri="x" * EMPTIED_AT))
    chunk, end = spool.next_chunk()
    assert [record.entry.artifact_id for record in chunk] == ["a0"]
    spool.acknowledge(end)
    assert spool.path.stat().st_size == head
    spool.append(records(1, 2))
    chunk, end = spool.next_chunk()
    assert [record.entry.artifact_id for record in chunk] == ["a1", "a2"]
    spool.acknowledge(end)
    spool.close()
    assert spool_files(tmp_path) == []


def test_replaying_again_changes_nothing(tmp_path: Path) -> None:
    known = content_hash([7, 8])
    with LocalCatalogBackend(tmp_path / "catalog.db") as backend:
        backend.register(artifact("mine", content_hash=known))
        read = Record(CatalogEntry("minted", "rows", "list", content_hash=known), "content")
        asset = Record(CatalogEntry("asset", "raw", "Dataset"), "id")
        made = Record(CatalogEntry("made", "train_output", "Model", parent_ids=["minted", "asset"]))
        path = make_orphan(tmp_path / "lineage", str(tmp_path / "catalog.db"), [read, asset, made], records(0, 5))
        copy = shutil.copy(path, tmp_path / "copy")

        assert replay(tmp_path / "lineage").records == 8
        once = edges(backend)
        assert {"train_output:1 <- mine:1", "train_output:1 <- raw:1"} <= once
        shutil.copy(copy, path)
        assert replay(tmp_path / "lineage").records == 8
        assert edges(backend) == once


def test_what_a_catalog_refuses_is_reported_and_the_rest_registered(tmp_path: Path) -> None:
    bad = Record(artifact("bad", uri="x" * 10_000))
    make_orphan(tmp_path, str(tmp_path / "catalog.db"), records(0, 2), [bad], records(2, 2))
    done = replay(tmp_path)

    assert [(entry.artifact_id, "8,192" in reason) for entry, reason in done.refused] == [("bad", True)]
    with LocalCatalogBackend(tmp_path / "catalog.db") as backend:
        assert edges(backend) == {"a0:1", "a1:1 <- a0:1", "a2:1 <- a1:1", "a3:1 <- a2:1"}
    assert json.loads((tmp_path / "refused.ndjson").read_text())["entry"]["artifact_id"] == "bad"


@pytest.mark.parametrize("content", [b"", b"{", b'{"spool": 99, "address": "x"}\n', b"\xff\n"])
def test_a_file_without_a_head_that_can_be_read(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "0-1-aa.jsonl").write_bytes(content)
    assert replay(tmp_path).records == 0


def test_the_catalogs_own_ids_survive_the_truncation_of_the_file(recorded: CatalogBackend, folder: Path) -> None:
    table = {"rows": [1, 2]}
    recorded.register(artifact("known table", content_hash=content_hash(table)))
    head = a_step(lambda table: table["rows"][0], name="head", outputs=["head"], cache=False)
    fill = [a_step(lambda settings: 1, name=f"fill{n}", cache=False) for n in range(12)]
    run(
        "reading",
        head,
        *fill,
        inputs={"table": table},
        context=context(settings={str(n): "x" * 999 for n in range(100)}),
    )
    [spool] = spool_files(folder / ".flowyml" / "lineage")
    assert spool.stat().st_size < EMPTIED_AT < 12 * 100 * 999
    run("reading", head, inputs={"table": table})

    last = json.loads(spool.read_text().splitlines()[-1])["entry"]
    assert (last["name"], last["parent_ids"]) == ("head_output", ["known table"])
    assert {"head_output:1 <- known table:1", "head_output:2 <- known table:1"} <= edges(recorded)
