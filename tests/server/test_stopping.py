"""The service in the foreground: what it prints, and how it stops."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.server.command import environment, served
from tests.server.wire import Wire

KEY = "a-key-of-this-test-0123"


def hold_a_request_open(wire: Wire) -> socket.socket:
    """Return a connection whose request never ends."""
    connection = socket.create_connection(wire.address)
    head = f"POST {wire.prefix}/artifacts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    connection.sendall(f"{head}Content-Length: 1000\r\n\r\n{{".encode())
    time.sleep(0.3)
    return connection


def test_the_last_lines_say_what_to_do(tmp_path: Path) -> None:
    with served("--store", f"sqlite:///{tmp_path}/catalog.db") as service:
        url = service.url
        assert service.out[-1] == "Stop with Ctrl-C."
        assert f"  export FLOWYML_CATALOG_ENDPOINT={url}" in service.out
        assert any("/docs" in line for line in service.out)
        assert not any("API_KEY" in line for line in service.out)
        assert service.err == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_cleanly(number: signal.Signals, tmp_path: Path) -> None:
    with served("--store", f"sqlite:///{tmp_path}/catalog.db") as service:
        Wire(service.url).register(artifact_id="a")
        service.signal(number)
        assert service.end(30) == 0
        assert service.out[-1] == "Stopped."
        assert service.err == []


@pytest.mark.parametrize("step", ["socket.getaddrinfo", "catalog_graph.server.run.open_store"])
def test_a_signal_before_the_store_is_open_ends_it_cleanly(step: str) -> None:
    program = (
        "import signal, socket\n"
        "import catalog_graph.server.run\n"
        "from catalog_graph.server.settings import ServerSettings\n"
        f"{step} = lambda *_, **__: signal.raise_signal(signal.SIGTERM)\n"
        "catalog_graph.server.run.serve(ServerSettings(port=0, store='sqlite:///unused.db'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("Stopped.\n")


def test_connections_kept_alive_do_not_hold_it_up(tmp_path: Path) -> None:
    with served("--store", f"sqlite:///{tmp_path}/catalog.db") as service:
        wire = Wire(service.url)
        with socket.create_connection(wire.address) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert connection.recv(1000).startswith(b"HTTP/1.1 200")
            started = time.monotonic()
            service.signal(signal.SIGINT)
            assert service.end(30) == 0
        assert time.monotonic() - started < 10


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_does_not_wait_for_requests(number: signal.Signals, tmp_path: Path) -> None:
    with served("--store", f"sqlite:///{tmp_path}/catalog.db") as service:
        with hold_a_request_open(Wire(service.url)):
            service.signal(number)
            time.sleep(1)
            assert service.process.poll() is None
            started = time.monotonic()
            service.signal(number)
            assert service.end(30) == 0
        assert time.monotonic() - started < 10
        assert not any("Traceback" in line for line in service.err)


def test_neither_log_nor_output_shows_a_key(tmp_path: Path) -> None:
    options = ("--store", f"sqlite:///{tmp_path}/catalog.db", "--log-level", "debug", "--access-log")
    with served(*options, CATALOG_GRAPH_API_KEYS=f"ci={KEY}") as service:
        wire = Wire(service.url, {"Authorization": f"Bearer {KEY}"})
        wire.register(artifact_id="a")
        wire("GET", "/artifacts/none").problem(404, "not-found")
        wire("GET", "/artifacts", headers={"Authorization": f"Bearer {KEY}x"}).problem(401, "unauthorized")
        service.signal(signal.SIGINT)
        assert service.end(30) == 0
        text = "\n".join([*service.out, *service.err])
        assert "method=POST path=/api/v1/catalog/artifacts " in text
        assert "FLOWYML_CATALOG_API_KEY" in text
        assert KEY not in text


def test_what_was_registered_is_there_at_the_next_start(tmp_path: Path) -> None:
    for round_ in range(2):
        with served("--store", f"sqlite:///{tmp_path}/catalog.db") as service:
            wire = Wire(service.url)
            if round_ == 0:
                wire.register(artifact_id="a")
            wire("GET", "/artifacts/a").ok()
