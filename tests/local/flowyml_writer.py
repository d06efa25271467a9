"""A program of its own that writes with FlowyML's backend: `python -m tests.local.flowyml_writer FILE WHAT COUNT`.

It prints `ready`, waits for a line, writes, and prints how often FlowyML gave up.
"""

from __future__ import annotations

import sqlite3
import sys

from flowyml.storage.catalog.local_backend import LocalCatalogBackend

from tests.local.file import entry


def main(path: str, what: str, count: int) -> None:
    backend = LocalCatalogBackend(path)
    print("ready", flush=True)
    sys.stdin.readline()
    failures = 0
    for number in range(count):
        try:
            if what == "tag":
                backend.tag("shared", {f"theirs{number}": str(number)})
            else:
                parents = [f"{what}-{number - 1}"] if number else []
                backend.register(entry(f"{what}-{number}", *parents, tags={"by": what}))
        except sqlite3.OperationalError:
            failures += 1
    print(failures, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
