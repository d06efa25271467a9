"""Digests of files and folders, read in chunks."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from catalog_graph.errors import InvalidInput
from catalog_graph.hashing.framed import Framed

Identity = tuple[int, int]
"""Device and inode number of a folder; two paths with the same identity are the same folder."""


def digest_of_path(path: Path) -> bytes:
    """Return the digest of a file's bytes, or of a folder: the relative names and the bytes of all its files.

    Links are followed, since only the content counts; folders without files do not count. Raises `InvalidInput` if the
    path does not exist, cannot be read, or is neither a file nor a folder.
    """
    try:
        if not path.is_dir():
            return _of_file(path)
        framed = Framed("folder")
        for name, file in sorted(_files(path, "", frozenset())):
            framed.part(name)
            framed.part(_of_file(file))
        return framed.digest()
    except OSError as cause:
        raise InvalidInput(
            f"{cause.filename or path} cannot be hashed: {cause.strerror or cause}", field="data"
        ) from cause


def _of_file(path: Path) -> bytes:
    if not stat.S_ISREG(path.stat().st_mode):
        # Reading a pipe might never end, and a device has no fixed content.
        raise InvalidInput(f"{path} cannot be hashed: it is neither a file nor a folder", field="data")
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _files(folder: Path, prefix: str, above: frozenset[Identity]) -> Iterator[tuple[bytes, Path]]:
    status = folder.stat()
    identity = (status.st_dev, status.st_ino)
    if identity in above:
        raise InvalidInput(f"{folder} cannot be hashed: it links to a folder that contains it", field="data")
    with os.scandir(folder) as entries:
        for entry in entries:
            name = prefix + entry.name
            if entry.is_dir():
                yield from _files(folder / entry.name, f"{name}/", above | {identity})
            else:
                yield name.encode("utf-8", "surrogateescape"), folder / entry.name
