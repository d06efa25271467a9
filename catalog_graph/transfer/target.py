"""The file that a dump or a backup is written to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def replaced(target: Path) -> Iterator[BinaryIO]:
    """Yield a file that takes the place of `target` when all of it is written and on the disk.

    A device or a pipe, such as `/dev/stdout`, is written to; what a symbolic link leads to is replaced. An `OSError`
    names `target`.
    """
    try:
        if target.exists() and not target.is_file():
            with target.open("wb") as file:
                yield file
        else:
            with _successor(target.resolve()) as file:
                yield file
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(target)) from error


@contextmanager
def _successor(target: Path) -> Iterator[BinaryIO]:
    new = target.with_name(f"{target.name}.{os.getpid()}.new")
    try:
        with new.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        new.replace(target)
    finally:
        new.unlink(missing_ok=True)
