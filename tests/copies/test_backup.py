"""Backups: whole, compressed, of one instant; restored only if they are right."""

from __future__ import annotations

import gzip
import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.catalog.catalog import ArtifactCatalog
from catalog_graph.errors import InvalidInput
from tests.copies.conftest import NewCatalog
from tests.copies.support import answers, live

WRITERS = 4


def test_a_backup_outlives_its_store(new_store: NewCatalog, tmp_path: Path) -> None:
    source = new_store()
    instants = live(source, 7)
    before = answers(source, instants)
    contents = ArtifactCatalog(source).backup(tmp_path / "all.gz")
    assert contents.counts["artifact"] >= len(source.list_artifacts())

    target = new_store()
    assert target.list_artifacts() == []
    first = ArtifactCatalog(target).restore(tmp_path / "all.gz")
    assert (first.known, first.changed, first.left_out) == (0, 0, 0)
    after = answers(target, instants)
    for question, answer in before.items():
        assert after[question] == answer, question
    again = ArtifactCatalog(target).restore(str(tmp_path / "all.gz"))
    assert (again.new, again.changed, again.left_out) == (0, 0, 0)
    assert [path.name for path in tmp_path.glob("all*")] == ["all.gz"]


def _write(catalog: CatalogBackend, writer: int, stop: threading.Event) -> None:
    """Register pairs, a child with its parent, and delete and change some, until told to stop."""
    number = 0
    while not stop.is_set():
        own = f"{writer}-{number}"
        catalog.register_many(
            [
                CatalogEntry(f"child-{own}", "child", "T", parent_ids=[f"parent-{own}"]),
                CatalogEntry(f"parent-{own}", "parent", "T"),
            ]
        )
        catalog.set_alias("child", f"latest-{writer}", f"child-{own}")
        if number % 3 == 1:
            catalog.delete(f"parent-{own}")
        if number % 3 == 2:
            catalog.remove_parents(f"child-{own}", f"parent-{own}")
        number += 1


def test_a_backup_beside_four_writers_is_of_one_instant(
    new_store: NewCatalog, local: NewCatalog, tmp_path: Path
) -> None:
    source, stop = new_store(), threading.Event()
    writers = [threading.Thread(target=_write, args=(source, writer, stop)) for writer in range(WRITERS)]
    for writer in writers:
        writer.start()
    try:
        time.sleep(1)
        contents = ArtifactCatalog(source).backup(tmp_path / "all.gz")
        time.sleep(0.3)
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    target = local()
    ArtifactCatalog(target).restore(tmp_path / "all.gz")

    with gzip.open(tmp_path / "all.gz") as file:
        lines = [json.loads(line) for line in file]
    ids = [line["artifact_id"] for line in lines if line["kind"] == "artifact"]
    assert len(ids) > WRITERS
    last = {f"child-{writer}-{number}" for writer in range(WRITERS) for number in range(len(ids))}
    everything = [entry.artifact_id for entry in source.iterate() if entry.artifact_id in last]
    assert len(everything) > len([own for own in ids if own.startswith("child")])
    for own in everything:
        assert _then(target, own, None) == _then(source, own, contents.at), own
    # Aliases are those of the instant too.
    for alias in target.aliases():
        assert alias.at <= contents.at
        moves = [move for move in source.alias_history("child", alias.alias) if move.at <= contents.at]
        assert moves[0].after == alias.artifact_id


def _then(catalog: CatalogBackend, artifact_id: str, as_of: str | None) -> Any:
    try:
        upstream = catalog.upstream(artifact_id, as_of=as_of)
    except ValueError:
        return None
    # The card of an instant has no aliases.
    return [card._replace(aliases=()) for card in (upstream.root, *upstream.nodes)], sorted(upstream.edges)


def _backup(catalog: CatalogBackend, path: Path) -> bytes:
    live(catalog, 3)
    ArtifactCatalog(catalog).backup(path)
    return path.read_bytes()


def test_what_is_damaged_is_refused_before_anything_is_written(local: NewCatalog, tmp_path: Path) -> None:
    path = tmp_path / "all.gz"
    whole = _backup(local(), path)
    text = gzip.decompress(whole)
    lines = text.splitlines(keepends=True)
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 1
    damaged = {
        "cut short": whole[: len(whole) // 2],
        "or not compressed": text,
        "its last line is missing": gzip.compress(b"".join(lines[:-1])),
        "should have": gzip.compress(b"".join([*lines[:3], *lines[4:]])),
        "checksum": gzip.compress(text.replace(b'"by":"ana"', b'"by":"eve"')),
        "something follows": gzip.compress(text + lines[1]),
        "is not valid JSON": gzip.compress(text.replace(b"{", b"[", 2)),
        "line 2 is not valid JSON": gzip.compress(lines[0] + b"[" * 100_000 + b"\n"),
        "first line": gzip.compress(b"".join(lines[1:])),
        "it has the format 3": gzip.compress(text.replace(b'"format":2', b'"format":3')),
        "not a backup": bytes(flipped),
    }
    target = local()
    for reason, content in damaged.items():
        path.write_bytes(content)
        with pytest.raises(InvalidInput, match=reason):
            ArtifactCatalog(target).restore(path)
    with pytest.raises(InvalidInput, match="cannot be read"):
        ArtifactCatalog(target).restore(tmp_path / "none.gz")
    assert list(target.export_records())[1:] == []
