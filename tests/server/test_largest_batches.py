"""The largest batches that are allowed, by four clients at once, on the default heap."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from tests.server.command import served
from tests.server.wire import Reply, Wire

pytestmark = pytest.mark.slow

CLIENTS = 4
ARTIFACTS, TEXT = 10_000, 5_600
MOST_MB = 700
"""Maximum growth of the service: six times one body, and three that wait."""


def batch(client: int) -> bytes:
    one = {"artifact_type": "T", "tags": {"stage": "test"}, "metadata": {"text": "x" * TEXT}}
    artifacts = [{"artifact_id": f"{client}-{n}", "name": f"n{n}", **one} for n in range(ARTIFACTS)]
    return json.dumps({"artifacts": artifacts}).encode()


def test_all_are_taken_and_nothing_ends(tmp_path: Path) -> None:
    """A client sends its batch again when the service says so, as ours does."""
    with served("--data-dir", str(tmp_path / "data")) as service:
        wire = Wire(service.url)
        neo4j = json.loads((tmp_path / "data" / "server.json").read_text(encoding="utf-8"))["pid"]
        process, before = psutil.Process(service.process.pid), psutil.Process(service.process.pid).memory_info().rss

        def send(client: int) -> Reply:
            body = batch(client)
            while (reply := wire("POST", "/artifacts/batch", body)).status == 503:
                assert reply.json["code"] == "overloaded"
                time.sleep(int(reply.headers["retry-after"]))
            return reply

        with ThreadPoolExecutor(CLIENTS) as clients:
            sent = [clients.submit(send, client) for client in range(CLIENTS)]
            peak = 0
            while not all(each.done() for each in sent):
                peak = max(peak, process.memory_info().rss)
                time.sleep(0.02)
        assert [each.result().status for each in sent] == [201] * CLIENTS
        assert (peak - before) / 1e6 < MOST_MB
        assert psutil.pid_exists(neo4j)
        assert wire("GET", "/artifacts?limit=1&total=true").ok()["total"] == CLIENTS * ARTIFACTS
        assert not any("died" in line for line in service.err)
