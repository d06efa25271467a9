"""A purged artifact leaves no byte of its data in the file."""

from __future__ import annotations

import os
from pathlib import Path

from flowyml.storage.catalog.local_backend import LocalCatalogBackend as FlowymlBackend

from catalog_graph.backends.local import LocalCatalogBackend
from tests.local.file import entry, sql
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


def test_the_file_gets_smaller(ours: LocalCatalogBackend, path: Path) -> None:
    ours.register(artifact("a", metadata={"x": os.urandom(100_000).hex()}))
    before = path.stat().st_size
    ours.purge("a")
    assert path.stat().st_size < before - 150_000
