"""Where tests keep their databases and files: in memory, if the machine has room there."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

_MEMORY = Path("/dev/shm")
_ROOM = 6 * 2**30


def keep_in_memory() -> None:
    """Make temporary folders in memory, unless `TMPDIR` says where, or memory has less than 6 GiB or runs no programs.

    Each commit of Neo4j and SQLite waits for the disk. Tests kill processes and never the machine, so memory keeps what
    a disk would.
    """
    if "TMPDIR" in os.environ or not _MEMORY.is_dir() or not os.access(_MEMORY, os.W_OK):
        return
    if shutil.disk_usage(_MEMORY).free < _ROOM or os.statvfs(_MEMORY).f_flag & os.ST_NOEXEC:
        return
    os.environ["TMPDIR"] = str(_MEMORY)
    tempfile.tempdir = None
