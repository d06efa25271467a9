"""The service with an embedded Neo4j: both start and stop together, and the data is kept."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

import psutil
import pytest

from tests.server.command import Served, served
from tests.server.wire import Wire
from tests.support.programs import wait_until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for data that the tests of this file share: only the first start makes a database."""
    return tmp_path_factory.mktemp("served") / "data"


def neo4j_pid(data: Path) -> int:
    return int(json.loads((data / "server.json").read_text(encoding="utf-8"))["pid"])


def wait_for_neo4j(service: Served, data: Path) -> int:
    deadline = time.monotonic() + 120
    while not (data / "server.json").exists():
        assert service.process.poll() is None, service.err
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return neo4j_pid(data)


def downstream(wire: Wire, artifact_id: str) -> list[str]:
    lineage = wire("GET", f"/artifacts/{artifact_id}/downstream").ok()
    return [node["artifact_id"] for node in lineage["nodes"]]


def is_gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_both_stop_at_a_signal_and_the_data_is_kept(data: Path) -> None:
    with served("--data-dir", str(data)) as service:
        wire = Wire(service.url)
        pid = neo4j_pid(data)
        assert not is_gone(pid)
        wire.register(artifact_id="model", parent_ids=["data"])
        ready = wire("GET", "root:/readyz").ok()
        assert (ready["status"], ready["store"]["store"]) == ("ready", "neo4j")
        service.signal(signal.SIGTERM)
        assert service.end() == 0
        assert service.out[-1] == "Stopped."
        assert service.err == []
        assert service.out[0].startswith("Starting Neo4j ")
        assert str(data) in service.out[0]
        assert is_gone(pid)
    with served("--data-dir", str(data)) as service:
        assert Wire(service.url)("GET", "/artifacts/model/upstream").ok()["total"] == 1
        pid = neo4j_pid(data)
        for _ in range(3):
            service.signal(signal.SIGINT)
            time.sleep(0.05)
        assert service.end(30) in (0, 1), "the third signal waits for nothing"
        wait_until(lambda: is_gone(pid), 10)


def test_a_signal_while_neo4j_starts_leaves_nothing_running(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with served("--data-dir", str(data)) as service:
        pid = wait_for_neo4j(service, data)
        service.signal(signal.SIGINT)
        assert service.end() == 0
        assert not any("Traceback" in line for line in service.err)
        assert is_gone(pid)


def test_a_neo4j_that_dies_is_a_503_until_it_is_back(data: Path) -> None:
    with served("--data-dir", str(data)) as service:
        wire = Wire(service.url)
        wire.register(artifact_id="kept")
        wire.register(artifact_id="child", parent_ids=["kept"])
        assert downstream(wire, "kept") == ["child"]
        killed = neo4j_pid(data)
        psutil.Process(killed).kill()
        reply = wire("GET", "root:/readyz")
        reply.problem(503, "unavailable")
        assert int(reply.headers["retry-after"]) > 0
        wire("GET", "/artifacts").problem(503, "unavailable")
        wire("POST", "/artifacts", {"name": "n", "artifact_type": "T"}).problem(503, "unavailable")
        wire("GET", "root:/healthz").ok()
        seconds = []
        while not any("Neo4j runs again" in line for line in service.err):
            start = time.monotonic()
            assert wire("GET", "/artifacts").status in (200, 503)
            seconds.append(time.monotonic() - start)
            time.sleep(0.05)
        # One request may be under way when Neo4j listens again but does not answer yet: it waits for its connection.
        assert sorted(seconds)[-2] < 1, sorted(seconds)[-5:]
        wait_until(lambda: wire("GET", "root:/readyz").status == 200, 10)
        wire("GET", "root:/readyz").ok()
        wire("GET", "/artifacts/kept").ok()
        wire.register(artifact_id="later", parent_ids=["child"])
        assert downstream(wire, "kept") == ["child", "later"], "the graph in memory goes on where Neo4j does"
        assert 'query="graph_memory"' in wire("GET", "root:/metrics").body.decode()
        died, runs = (line for line in service.err if "catalog_graph.server.watchdog" in line)
        assert "Neo4j died and is restarted: it was killed by signal 9. The last lines of its log" in died
        assert "+0000 " in died, "the instants of Neo4j's own log"
        assert "Neo4j runs again" in runs
        assert neo4j_pid(data) != killed
        # A Neo4j that dies while the service stops is not restarted.
        psutil.Process(neo4j_pid(data)).kill()
        service.signal(signal.SIGINT)
        assert service.end() == 0
        assert is_gone(neo4j_pid(data))


def test_a_database_that_stopped_for_want_of_disk_is_started_again(data: Path) -> None:
    with served("--data-dir", str(data)) as service:
        wire = Wire(service.url)
        wire.register(artifact_id="before the disk was full")
        stopped = neo4j_pid(data)
        # No file of this process can grow any more; the next one has room again.
        psutil.Process(stopped).rlimit(psutil.RLIMIT_FSIZE, (1, -1))
        details = []

        def is_started_again() -> bool:
            reply = wire("POST", "/artifacts", {"name": "n", "artifact_type": "T"})
            if reply.status == 503:
                details.append(reply.json["detail"])
            return any("Neo4j runs again" in line for line in service.err)

        wait_until(is_started_again, 120)
        assert any("its disk is full or broken" in detail for detail in details), details
        watchdog = [line for line in service.err if "catalog_graph.server.watchdog" in line]
        assert any("The database of Neo4j has stopped, so that Neo4j is restarted" in line for line in watchdog), (
            watchdog
        )
        assert neo4j_pid(data) != stopped
        wait_until(lambda: wire("GET", "root:/readyz").status == 200, 10)
        wire("GET", "/artifacts/before%20the%20disk%20was%20full").ok()
        wire.register(artifact_id="after")
