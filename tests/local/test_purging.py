"""A purged artifact leaves no byte of its data in the file."""

from __future__ import annotations

import os
import resource
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flowyml.storage.catalog.local_backend import LocalCatalogBackend as FlowymlBackend

from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.backends.local.store import locks
from catalog_graph.errors import StoreUnavailable
from tests.local.file import entry, sql
from tests.local.test_failures import HOLDER, program
from tests.support.entries import artifact, ids

SECRET = b"sesame"


def files(path: Path) -> bytes:
    """Return the bytes of the file and of what SQLite keeps beside it, in lower case."""
    return b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*")).lower()


def test_no_byte_is_left(path: Path) -> None:
    others = [artifact(f"a{n}", tags={"n": n}, metadata={"x": "y" * 300}) for n in range(300)]
    with LocalCatalogBackend(path) as ours:
        ours.register_many(others)
        fields = {"source_step": "sesame", "source_run_id": "sesame", "source_pipeline": "sesame", "version": "sesame"}
        secret = artifact("purged", "a1", name="Sesame", artifact_type="Sesame", content_hash="sesame", **fields)
        secret.tags, secret.metadata, secret.uri = {"sesame": "sesame" * 50}, {"m": ["sesame"]}, "s3://sesame"
        ours.register_many([secret, artifact("copy", content_hash="sesame")], idempotency_key="k")
        ours.unset("copy", fields=["content_hash"])
        for n in range(20):
            ours.tag("purged", {f"sesame {n}": f"sesame {n}" * 40})
        ours.untag("purged", "sesame 3")
        ours.register_many([artifact("child", "purged")], idempotency_key="warns")
        ours.set_alias("Sesame", "sesame", "purged", by="somebody")
        ours.delete("purged", force=True)
        ours.undelete("purged")
        assert SECRET in files(path)
        ours.purge("purged", force=True)
        assert SECRET not in files(path)
        assert ids(ours.upstream("child").nodes) == ["purged", "a1"]
        assert len(ours.list_artifacts(limit=1000)) == 302
        assert ids(ours.search("n:7")) == ["a7"]
    assert sql(path, "PRAGMA integrity_check") == [("ok",)]


def test_a_row_of_flowyml(theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path) -> None:
    theirs.register(entry("a", name="sesame", tags={"sesame": "1"}))
    theirs.tag("a", {"sesame": "2"})
    ours.get("a")
    theirs.tag("a", {"sesame": "3"})
    ours.purge("a")
    assert SECRET not in files(path)
    assert theirs.get("a") is None
    theirs.register(entry("a"))
    assert ids(ours.list_artifacts()) == ["a"]


def test_with_a_write_ahead_log(ours: LocalCatalogBackend, path: Path) -> None:
    sql(path, "PRAGMA journal_mode = WAL")
    ours.register_many([artifact("a", tags={"sesame": "sesame"}), artifact("b")])
    ours.purge("a")
    assert SECRET not in files(path)
    assert ids(ours.list_artifacts()) == ["b"]


def test_a_write_ahead_log_that_another_program_reads(
    path: Path, theirs: FlowymlBackend, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The purge waits until the log can be emptied, and writers do not wait for it."""
    monkeypatch.setattr(locks, "NOTE_AFTER", 0.2)
    sql(path, "PRAGMA journal_mode = WAL")
    with LocalCatalogBackend(path) as ours:
        ours.register_many([artifact("a", tags={"sesame": "sesame"}), artifact("b")])
        with program(HOLDER, str(path)) as holder:
            assert holder.stdin is not None
            threading.Timer(2, holder.stdin.close).start()
            with ThreadPoolExecutor() as pool:
                purge = pool.submit(ours.purge, "a")
                while ours.get("a") is not None:
                    time.sleep(0.01)
                for write in (lambda: ours.tag("b", {"x": 1}), lambda: theirs.register(entry("c"))):
                    began = time.monotonic()
                    write()
                    assert time.monotonic() - began < 1
                assert not purge.done()
                purge.result()
        assert SECRET not in files(path)
        assert f"locked by process {holder.pid}" in capsys.readouterr().err


def test_a_write_ahead_log_that_another_program_reads_for_too_long(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says so, and the next purge makes up for it."""
    monkeypatch.setattr(locks, "LOCK_WAIT", 0.3)
    sql(path, "PRAGMA journal_mode = WAL")
    with LocalCatalogBackend(path) as ours:
        ours.register_many([artifact("a", tags={"sesame": "sesame"}), artifact("b", "a")])
        with program(HOLDER, str(path)) as holder:
            message = rf"is purged, but its data are still in the file until .* locked by process {holder.pid} .*; try"
            for _ in range(2):
                with pytest.raises(StoreUnavailable, match=message):
                    ours.purge("a", force=True)
            assert ours.get("a") is None
            assert SECRET in files(path)
        ours.purge("a", force=True)
        assert SECRET not in files(path)


def test_a_disk_that_is_too_full_for_a_second_copy(ours: LocalCatalogBackend, path: Path) -> None:
    ours.register_many([artifact("a", tags={"sesame": "sesame"}), artifact("b", metadata={"x": "y" * 500_000})])
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, limits[1]))
    try:
        with pytest.raises(StoreUnavailable, match="is purged, but its data are still in the file until you purge it"):
            ours.purge("a")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    ours.purge("a")
    assert SECRET not in files(path)


def test_the_file_gets_smaller(ours: LocalCatalogBackend, path: Path) -> None:
    ours.register(artifact("a", metadata={"x": os.urandom(100_000).hex()}))
    before = path.stat().st_size
    ours.purge("a")
    assert path.stat().st_size < before - 150_000
