"""Content hashes of files and folders: what is in them, read piece by piece."""

from __future__ import annotations

import hashlib
import os
import shutil
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_graph import InvalidInput, content_hash

names = st.text(alphabet="ab.é", min_size=1, max_size=3).filter(lambda name: name.strip("."))
trees = st.dictionaries(st.lists(names, min_size=1, max_size=3).map(tuple), st.binary(max_size=3), max_size=5)


def laid_out(root: Path, files: dict[str, bytes]) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


@pytest.mark.parametrize("content", [b"", b"model", b"x" * 1_000_000])
def test_a_file_has_the_digest_that_sha256sum_prints(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "model.bin"
    file.write_bytes(content)
    assert content_hash(file) == hashlib.sha256(content).hexdigest() == content_hash(content)


def test_a_folder_is_its_names_and_contents(tmp_path: Path) -> None:
    files = {"weights.bin": b"1", "config/model.json": b"{}", "config/a.b": b""}
    expected = content_hash(laid_out(tmp_path / "one", files))
    assert content_hash(laid_out(tmp_path / "two", dict(reversed(files.items())))) == expected
    (tmp_path / "two" / "empty" / "emptier").mkdir(parents=True)
    assert content_hash(tmp_path / "two") == expected
    others = [
        {**files, "weights.bin": b"2"},
        {**files, "more": b""},
        {"weights.bin": b"1", "config/model.json": b"{}"},
        {"weights2.bin": b"1", "config/model.json": b"{}", "config/a.b": b""},
        {"weights.bin": b"1", "model.json": b"{}", "config/a.b": b""},
        {"weights.bin": b"{}", "config/model.json": b"1", "config/a.b": b""},
        {},
    ]
    hashes = {content_hash(laid_out(tmp_path / f"other{n}", other)) for n, other in enumerate(others)}
    assert len({expected, *hashes}) == 1 + len(others)


@given(trees, trees)
def test_folders_are_alike_where_their_files_are(tmp_path: Path, left: dict, right: dict) -> None:  # type: ignore[type-arg]
    contents = []
    for side, tree in (("left", left), ("right", right)):
        root = tmp_path / side
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir()
        for parts, content in tree.items():
            if not any(root.joinpath(*parts[:n]).is_file() for n in range(1, len(parts))):
                file = root.joinpath(*parts)
                file.parent.mkdir(parents=True, exist_ok=True)
                if not file.is_dir():
                    file.write_bytes(content)
        contents.append({str(f.relative_to(root)): f.read_bytes() for f in root.rglob("*") if f.is_file()})
    same = content_hash(tmp_path / "left") == content_hash(tmp_path / "right")
    assert same == (contents[0] == contents[1])


def test_links_count_as_what_they_lead_to(tmp_path: Path) -> None:
    plain = laid_out(tmp_path / "plain", {"model": b"1", "parts/a": b"2"})
    laid_out(tmp_path / "blobs", {"x": b"1", "y/a": b"2"})
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / "model").symlink_to(tmp_path / "blobs" / "x")
    (linked / "parts").symlink_to(tmp_path / "blobs" / "y")
    assert content_hash(linked) == content_hash(plain)
    (tmp_path / "whole").symlink_to(plain)
    assert content_hash(tmp_path / "whole") == content_hash(plain)


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"missing\.csv cannot be hashed: No such file"):
        content_hash(tmp_path / "missing.csv")
    folder = laid_out(tmp_path / "folder", {"a": b""})
    (folder / "broken").symlink_to(tmp_path / "nowhere")
    with pytest.raises(InvalidInput, match="broken cannot be hashed"):
        content_hash(folder)
    (folder / "broken").unlink()
    (folder / "loop").symlink_to(folder)
    with pytest.raises(InvalidInput, match="cannot be hashed: it links to a folder that contains it"):
        content_hash(folder)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InvalidInput, match="neither a file nor a folder"):
        content_hash(tmp_path / "pipe")


def test_paths_in_containers_are_read_too(tmp_path: Path) -> None:
    laid_out(tmp_path, {"a": b"1", "b": b"1", "c": b"2"})
    assert content_hash([tmp_path / "a", {1}]) == content_hash([tmp_path / "b", {1}])
    assert content_hash([tmp_path / "a", {1}]) != content_hash([tmp_path / "c", {1}])


def test_memory_stays_flat(tmp_path: Path) -> None:
    size = 200 * 1024 * 1024
    with (tmp_path / "large").open("wb") as file:
        file.truncate(size)
    tracemalloc.start()
    try:
        expected = content_hash(tmp_path / "large")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * 1024 * 1024
    assert expected == hashlib.sha256(bytes(size)).hexdigest()
