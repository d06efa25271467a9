"""The services that the page's browser tests run against: one open, one with keys, one empty."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from catalog_graph.backends.remote.backend import PREFIX, RemoteCatalogBackend
from catalog_graph.embedded.testing import temporary_data_dir, temporary_neo4j
from catalog_graph.server.keys import new_key
from tools.page_history import register_fraud, register_large

PIPELINE = Path(__file__).parents[1] / "examples" / "fraud_pipeline.py"
COMMAND = str(Path(sys.executable).with_name("catalog-graph"))
_START_SECONDS = 120


@contextmanager
def services(size: int) -> Iterator[dict[str, str]]:
    """Run the services over a Neo4j with the fraud history and one of `size` artifacts; yield what tests must know."""
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_data_dir())
        neo4j = stack.enter_context(temporary_neo4j())
        store = {"NEO4J_URI": neo4j.uri, "NEO4J_USERNAME": neo4j.username, "NEO4J_PASSWORD": neo4j.password}
        (reader, reading), (writer, writing) = new_key("reader", "read"), new_key("writer", "write")
        keys = folder / "keys.txt"
        keys.write_text(f"{reading.line()}\n{writing.line()}\n", encoding="utf-8")
        policies = folder / "policies"
        policies.mkdir()
        example = PIPELINE.parent / "promotion" / "policy.yaml"
        (policies / "fraud.yaml").write_text(example.read_text(encoding="utf-8"), encoding="utf-8")
        settings = {**store, "CATALOG_GRAPH_POLICIES": str(policies)}
        opened = stack.enter_context(service(settings))
        # The first has made the schema; the others start while it takes the histories.
        others = (
            {**settings, "CATALOG_GRAPH_API_KEYS_FILE": str(keys)},
            {"CATALOG_GRAPH_STORE": f"sqlite:///{folder / 'empty.db'}"},
        )
        keyed, empty = (stack.enter_context(service(each, wait=False)) for each in others)
        with RemoteCatalogBackend(f"{opened}{PREFIX}", timeout=_START_SECONDS) as backend:
            root = register_large(backend, size)
            run_pipeline(f"{opened}{PREFIX}", folder)
            register_fraud(backend)
        for address in (keyed, empty):
            _wait(address)
        yield {
            "open": opened,
            "keyed": keyed,
            "empty": empty,
            "reader": reader,
            "writer": writer,
            "root": root,
            "size": str(size),
            "command": json.dumps([COMMAND, "serve"]),
            "store": json.dumps(settings),
        }


@contextmanager
def service(settings: dict[str, str], *, wait: bool = True) -> Iterator[str]:
    """Run `catalog-graph serve` with these settings on a free port; yield its address, as a rule once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NEO4J_", "CATALOG_GRAPH_"))}
    process = subprocess.Popen(
        [COMMAND, "serve", "--port", str(port)], env={**kept, **settings}, stdout=subprocess.DEVNULL
    )
    try:
        if wait:
            _wait(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)


def run_pipeline(endpoint: str, folder: Path) -> None:
    """Run the FlowyML pipeline of the examples, which registers its artifacts with their lineage."""
    environment = {**os.environ, "FLOWYML_CATALOG_ENDPOINT": endpoint, "HOME": str(folder)}
    for command in (["run", str(PIPELINE)], ["replay"]):
        done = subprocess.run(
            [COMMAND, "flowyml", *command], env=environment, cwd=folder, capture_output=True, text=True
        )
        if done.returncode:
            sys.exit(f"{done.stdout}{done.stderr}\nThe pipeline of the examples failed; its output is above.")


def _wait(address: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{address}/readyz", timeout=5).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    sys.exit("A service of the page's tests did not start.")
