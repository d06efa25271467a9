"""A process that writes with FlowyML's backend: `python -m tests.local.flowyml_writer FILE PREFIX COUNT`.

It prints `ready`, waits for a line, writes, and prints how often FlowyML failed. With the prefix `tag` it tags
the artifact `shared`.
"""

from __future__ import annotations

import sqlite3
import sys

from flowyml.storage.catalog.local_backend import LocalCatalogBackend

from tests.local.file import entry


def main(path: str, prefix: str, count: int) -> None:
    backend = LocalCatalogBackend(path)
    print("ready", flush=True)
    sys.stdin.readline()
    failures = 0
    for number in range(count):
        try:
            if prefix == "tag":
                backend.tag("shared", {f"theirs{number}": str(number)})
            else:
                parents = [f"{prefix}-{number - 1}"] if number else []
                backend.register(entry(f"{prefix}-{number}", *parents, tags={"by": prefix}))
        except sqlite3.OperationalError:
            failures += 1
    print(failures, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
