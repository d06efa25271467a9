"""Requests that a program makes while it ends."""

from __future__ import annotations

import subprocess
import sys

from catalog_graph.backends.remote.backend import RemoteCatalogBackend

PROGRAM = """
import atexit, sys
from catalog_graph import CatalogEntry, RemoteCatalogBackend
backend = RemoteCatalogBackend(sys.argv[1])
atexit.register(lambda: backend.register(CatalogEntry(artifact_id="last", name="n", artifact_type="T")))
assert backend.get("last") is None
"""


def test_requests_at_exit_arrive(server_url: str, remote_backend: RemoteCatalogBackend) -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM, server_url], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert remote_backend.get("last") is not None
