"""Import and export of whole catalogs as NDJSON, on every backend."""

from __future__ import annotations

import gzip
import io
import json
import os
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.catalog.catalog import ArtifactCatalog
from catalog_graph.errors import InvalidInput, InvalidQuery, RegistrationWarning
from catalog_graph.transfer import ndjson
from catalog_graph.transfer.ndjson import MAX_LINE
from catalog_graph.transfer.push_pull import BATCH_ROWS
from tests.support.entries import artifact, contents, numbered


def lines(*objects: dict[str, Any] | str) -> bytes:
    """Return objects as NDJSON lines, and texts unchanged."""
    return b"".join((o if isinstance(o, str) else json.dumps(o)).encode() + b"\n" for o in objects)


def line(artifact_id: str, *parents: str, **fields: Any) -> dict[str, Any]:
    return {"artifact_id": artifact_id, "name": "n", "artifact_type": "T", "parent_ids": list(parents), **fields}


def test_a_dump_loads_into_an_equal_catalog(backend: CatalogBackend, tmp_path: Path) -> None:
    tags = {"é": [1, None, {"x": "\u2028"}], "f": 0.1, "b": True}
    backend.register_many([artifact("c", "b", "stub", at=3, tags=tags), artifact("b", at=2, metadata={"m": 1})])
    path = tmp_path / "all.ndjson"
    assert ArtifactCatalog(backend).dump(path) == 2
    written = [json.loads(text) for text in path.read_bytes().splitlines()]
    assert [each["kind"] for each in (written[0], written[-1])] == ["catalog", "end"]
    assert {each["artifact_id"] for each in written if each["kind"] == "artifact"} == {"b", "c", "stub"}
    with LocalCatalogBackend(tmp_path / "other.db") as other:
        assert ArtifactCatalog(other).load(path).registered == 2
        assert contents(other) == contents(backend)
        assert other.upstream("c").total == 2
        assert ArtifactCatalog(backend).load(str(path)).registered == 2
        assert contents(other) == contents(backend)
    assert {p.name for p in tmp_path.iterdir() if not p.name.startswith("other.db")} <= {"all.ndjson", "catalog-0.db"}


def test_a_dump_into_a_pipe_and_through_a_link(tmp_path: Path) -> None:
    """Devices such as `/dev/null` are written to as a pipe is, and never replaced by a file."""
    pipe, file, link = tmp_path / "pipe", tmp_path / "file", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(file)
    with LocalCatalogBackend(tmp_path / "c.db") as backend, ThreadPoolExecutor() as pool:
        backend.register(artifact("a"))
        content = pool.submit(pipe.read_bytes)
        assert ArtifactCatalog(backend).dump(pipe) == ArtifactCatalog(backend).dump(link) == 1
        assert content.result(10).count(b"\n") == file.read_bytes().count(b"\n") == 4
        pipe_content = pool.submit(pipe.read_bytes)
        ArtifactCatalog(backend).backup(pipe)
        assert gzip.decompress(pipe_content.result(10)).count(b"\n") == 4
    assert pipe.is_fifo()
    assert link.is_symlink()
    assert {each.name for each in tmp_path.iterdir()} == {"c.db", "pipe", "file", "link"}


def test_a_dump_of_a_query(backend: CatalogBackend) -> None:
    backend.register_many([artifact("a", at=1, tags={"x": 1}), artifact("b", at=2), artifact("c", at=3, tags={"x": 2})])
    out = io.BytesIO()
    assert ArtifactCatalog(backend).dump(out, query="x:*") == 2
    assert [json.loads(text)["artifact_id"] for text in out.getvalue().splitlines()] == ["c", "a"]
    with pytest.raises(InvalidQuery):
        ArtifactCatalog(backend).dump(io.BytesIO(), query="(")


def test_bad_lines_are_left_out_and_reported(backend: CatalogBackend) -> None:
    reports: list[tuple[str, str]] = []
    source = lines(
        line("a", "b"), "", "{", line("b", name=""), "[1]", line("c", tags={"x": 1}, wrong=1), '{"name": NaN}',
        line("d", "e"), line("e", "d"), line("search"), "  ", line("f", created_at="never"), "\u00e9" * 5, line("last"),
    )  # fmt: skip
    with pytest.warns(RegistrationWarning, match="not registered|not the id"):
        done = ArtifactCatalog(backend).load(io.BytesIO(source[:-1]), bad_row=lambda *report: reports.append(report))
    assert sorted(e.artifact_id for e in backend.list_artifacts()) == ["a", "d", "last"] or sorted(
        e.artifact_id for e in backend.list_artifacts()
    ) == ["a", "e", "last"]
    reasons = {int(label.removeprefix("line ")): reason for label, reason in reports}
    assert reasons.keys() - {8, 9} == {3, 4, 5, 6, 7, 10, 12, 13}
    assert len(reasons.keys() & {8, 9}) == 1
    assert (done.registered, done.left_out, len(done.reasons)) == (3, 9, 9)
    assert "not valid JSON" in reasons[3]
    assert reasons[4].startswith("name is required")
    assert "not an object" in reasons[5]
    assert "'wrong'" in reasons[6]
    assert "NaN" in reasons[7]
    assert "'search'" in reasons[10]


def test_a_single_bad_line_has_the_same_reason_as_among_others(local_backend: LocalCatalogBackend) -> None:
    done = ArtifactCatalog(local_backend).load(io.BytesIO(lines(line("a", name=""))))
    assert done.reasons == ["line 1: name is required and must not be empty"]


def test_a_line_without_an_id_is_one_artifact_however_often_it_is_loaded(backend: CatalogBackend) -> None:
    same = {"name": "n", "artifact_type": "T"}
    source = lines(same, same, {**same, "data": [1]})
    for _ in range(2):
        assert ArtifactCatalog(backend).load(io.BytesIO(source)).registered == 3
    entries = backend.list_artifacts()
    assert len(entries) == 3
    assert sum(bool(e.content_hash) for e in entries) == 1


def test_on_duplicate(backend: CatalogBackend) -> None:
    backend.register(artifact("first", at=1, content_hash="h"))
    source = lines(line("a"), line("b", content_hash="h", tags={"x": 1}), line("c"))
    done = ArtifactCatalog(backend).load(io.BytesIO(source), on_duplicate="error")
    assert (done.registered, done.left_out) == (2, 1)
    assert done.reasons[0].startswith("line 2: ")
    ArtifactCatalog(backend).load(io.BytesIO(source), on_duplicate="reuse")
    assert sorted(e.artifact_id for e in backend.list_artifacts()) == ["a", "c", "first"]


def test_a_line_past_the_limit_is_left_out(local_backend: LocalCatalogBackend) -> None:
    source = lines(line("a"), "x" * (MAX_LINE + 1), "x" * (2 * MAX_LINE + 5), line("b"), "y" * (MAX_LINE + 9))
    done = ArtifactCatalog(local_backend).load(io.BytesIO(source[:-1]))
    assert (done.registered, done.left_out) == (2, 3)
    assert [reason.partition(":")[0] for reason in done.reasons] == ["line 2", "line 3", "line 5"]
    assert "limit of a line" in done.reasons[0]


class Stopped(Exception):
    """Raised by a callback to interrupt a transfer."""


def stop_after(batches: int) -> Callable[[int], None]:
    """Return a callback that interrupts a transfer after some batches."""
    seen: list[int] = []

    def progress(position: int) -> None:
        seen.append(position)
        if len(seen) == batches:
            raise Stopped

    return progress


def test_an_interrupted_load_resumes(local_backend: LocalCatalogBackend, tmp_path: Path) -> None:
    path = tmp_path / "many.ndjson"
    path.write_bytes(lines(*(e.to_dict() for e in numbered(2 * BATCH_ROWS + 10))))
    catalog = ArtifactCatalog(local_backend)
    seen: list[int] = []

    def stop(position: int) -> None:
        seen.append(position)
        raise Stopped

    with pytest.raises(Stopped):
        catalog.load(path, progress=stop)
    assert len(local_backend.list_artifacts(limit=10_000)) == BATCH_ROWS
    done = catalog.load(path, progress=seen.append)
    assert (done.registered, done.resumed_at) == (BATCH_ROWS + 10, BATCH_ROWS)
    assert seen[-1] == path.stat().st_size
    assert len(local_backend.list_artifacts(limit=10_000)) == 2 * BATCH_ROWS + 10
    assert catalog.load(path).resumed_at == 0
    with pytest.raises(Stopped):
        catalog.load(path, progress=stop)
    with LocalCatalogBackend(tmp_path / "another.db") as another:
        assert ArtifactCatalog(another).load(path).resumed_at == 0
    with pytest.raises(Stopped):
        catalog.load(path, progress=stop)
    path.write_bytes(lines(*(e.to_dict() for e in numbered(2 * BATCH_ROWS, first=5))))
    assert catalog.load(path).resumed_at == 0
    assert [p.name for p in tmp_path.iterdir() if "json" in p.suffix] == ["many.ndjson"]


def test_a_resumed_load_of_a_copy_checks_all_of_it(
    local_backend: LocalCatalogBackend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ndjson, "BATCH_ROWS", 2)
    local_backend.register_many(numbered(6))
    path = tmp_path / "all.ndjson"
    ArtifactCatalog(local_backend).dump(path)
    whole = path.read_bytes()
    *rest, artifact_line, end = whole.splitlines(keepends=True)
    cut = b"".join([*rest, artifact_line])
    altered = b"".join([*rest, artifact_line.replace(b"a000", b"b000"), end])
    for number, (text, incomplete) in enumerate(((whole, False), (cut, True), (altered, True))):
        path.write_bytes(whole)
        with LocalCatalogBackend(tmp_path / f"target-{number}.db") as target:
            with pytest.raises(Stopped):
                ArtifactCatalog(target).load(path, progress=stop_after(4))
            path.write_bytes(text)
            done = ArtifactCatalog(target).load(path)
            assert (done.resumed_at > 0, done.incomplete, done.whole) == (True, incomplete, not incomplete)


def test_a_load_starts_over_if_the_file_or_the_target_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ndjson, "BATCH_ROWS", 2)
    path, database = tmp_path / "many.ndjson", tmp_path / "target.db"
    path.write_bytes(lines(*(line(f"a{n}", metadata={"text": "x" * 2000}) for n in range(6))))
    for change in (
        lambda: path.write_bytes(path.read_bytes().replace(b"xxx", b"yyy", 1)),
        lambda: path.write_bytes(path.read_bytes()[:100]),
        lambda: [each.unlink() for each in tmp_path.glob("target.db*")],
    ):
        with LocalCatalogBackend(database) as target, pytest.raises(Stopped):
            ArtifactCatalog(target).load(path, progress=stop_after(2))
        change()
        with LocalCatalogBackend(database) as target:
            assert ArtifactCatalog(target).load(path).resumed_at == 0
        path.write_bytes(lines(*(line(f"a{n}", metadata={"text": "x" * 2000}) for n in range(6))))


def test_lines_that_the_first_part_left_out_are_in_the_result(
    local_backend: LocalCatalogBackend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ndjson, "BATCH_ROWS", 2)
    path = tmp_path / "many.ndjson"
    path.write_bytes(lines("{", *(line(f"a{n}") for n in range(5)), "["))
    with pytest.raises(Stopped):
        ArtifactCatalog(local_backend).load(path, progress=stop_after(1))
    labels: list[str] = []
    done = ArtifactCatalog(local_backend).load(path, bad_row=lambda label, _: labels.append(label))
    assert (done.resumed_at, done.registered, labels) == (3, 3, ["line 1", "line 7"])
    assert [reason.partition(":")[0] for reason in done.reasons] == labels


def test_a_file_that_is_not_there(local_backend: LocalCatalogBackend, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"none\.ndjson.*cannot be read"):
        ArtifactCatalog(local_backend).load(tmp_path / "none.ndjson")


def test_a_dump_that_fails_leaves_no_file(local_backend: LocalCatalogBackend, tmp_path: Path) -> None:
    local_backend.register(artifact("a"))
    path = tmp_path / "all.ndjson"
    path.write_text("before")

    def stop(_: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        ArtifactCatalog(local_backend).dump(path, progress=stop)
    assert path.read_text() == "before"
    assert not list(tmp_path.glob("*.new"))


@pytest.mark.long
def test_memory_is_flat(local_backend: LocalCatalogBackend, tmp_path: Path) -> None:
    """Assert that eight times the rows take less than twice the memory."""
    few, many = tmp_path / "few.ndjson", tmp_path / "many.ndjson"
    for path, count in ((few, BATCH_ROWS), (many, 8 * BATCH_ROWS)):
        with path.open("wb") as file:
            for n in range(count):
                entry = CatalogEntry(artifact_id=f"a{n}", name="n", artifact_type="T", metadata={"m": "x" * 500})
                file.write(lines(entry.to_dict()))
    catalog = ArtifactCatalog(local_backend)
    peaks = []
    for path in (few, many):
        tracemalloc.start()
        catalog.load(path)
        catalog.dump(tmp_path / "out.ndjson")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 2 * peaks[0]


def test_parents_that_no_line_registers_are_named_at_the_end(backend: CatalogBackend) -> None:
    backend.register_many([artifact("id-1", name="raw"), artifact("gone"), artifact("child", "gone")])
    backend.delete("gone")
    rows = [line(f"a{n}", f"a{n + 1}", "raw" if n == 7 else "gone") for n in range(BATCH_ROWS + 5)]
    with pytest.warns(RegistrationWarning) as warned:
        result = ArtifactCatalog(backend).load(io.BytesIO(lines(*rows)))
    assert [str(each.message) for each in warned] == result.warnings
    assert warned[0].filename == __file__
    last = BATCH_ROWS + 5
    assert result.warnings == [
        "parent_ids: 'raw' is not the id of an artifact; it is the name of 'id-1': send that id",
        f"parent_ids: 'a{last}' is not the id of an artifact; lineage shows it as unregistered until it is registered",
    ]
    assert ArtifactCatalog(backend).load(io.BytesIO(lines(line("b", "a1")))).warnings == []
    with pytest.warns(RegistrationWarning):
        many = ArtifactCatalog(backend).load(io.BytesIO(lines(line("c", *(f"p{n}" for n in range(30))))))
    assert (len(many.warnings), many.warnings[-1]) == (21, "and up to 10 more parents that are not registered")
