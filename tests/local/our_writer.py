"""A process that writes with our backend: `python -m tests.local.our_writer FILE PREFIX COUNT`.

It prints `ready`, waits for a line, writes, and prints each id once it is stored.
"""

from __future__ import annotations

import sys

from catalog_graph.backends.local import LocalCatalogBackend
from tests.support.entries import artifact


def main(path: str, prefix: str, count: int) -> None:
    with LocalCatalogBackend(path) as backend:
        print("ready", flush=True)
        sys.stdin.readline()
        for number in range(count):
            parents = [f"{prefix}-{number - 1}"] if number else []
            print(backend.register(artifact(f"{prefix}-{number}", *parents, tags={"by": prefix})), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
