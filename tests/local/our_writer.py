"""A program of its own that writes with our backend: `python -m tests.local.our_writer FILE WHAT COUNT`.

It prints `ready`, waits for a line, writes, and prints each id that is safely stored.
"""

from __future__ import annotations

import sys

from catalog_graph.backends.local import LocalCatalogBackend
from tests.support.entries import artifact


def main(path: str, what: str, count: int) -> None:
    with LocalCatalogBackend(path) as backend:
        print("ready", flush=True)
        sys.stdin.readline()
        for number in range(count):
            parents = [f"{what}-{number - 1}"] if number else []
            print(backend.register(artifact(f"{what}-{number}", *parents, tags={"by": what})), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
