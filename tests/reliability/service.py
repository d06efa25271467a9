"""The service as a process that is killed and started again, at an address that stays."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

import psutil

from catalog_graph.embedded.bolt import HOST, ConnectionSettings, wait_until_ready
from catalog_graph.embedded.credentials import USERNAME, ensure_password
from tests.server.command import Served
from tests.server.wire import Wire
from tests.support.programs import free_port

START_SECONDS = 600.0
SMALL = {
    "CATALOG_GRAPH_NEO4J_HEAP": "512m",
    "CATALOG_GRAPH_NEO4J_PAGE_CACHE": "64m",
    # The first queries of a Neo4j that has just come up are slow, and slower on a busy machine.
    "CATALOG_GRAPH_QUERY_TIMEOUT": "120",
    # Neo4j is started again and again: the optimising compiler costs more than it gains.
    "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1",
}


class Service:
    """`catalog-graph serve` on a data folder, or with other arguments."""

    def __init__(
        self,
        *arguments: str,
        data: Path | None = None,
        starter: Sequence[str] = (),
        variables: dict[str, str] | None = None,
    ) -> None:
        self.data = data
        self.port = free_port()
        self.wire = Wire(f"http://127.0.0.1:{self.port}/api/v1/catalog")
        where = ("--data-dir", str(data)) if data else ()
        self._arguments = ("--port", str(self.port), *where, *arguments)
        self._starter, self._variables = starter, {**SMALL, **(variables or {})}
        self.served: Served

    def __enter__(self) -> Service:
        self.start()
        try:
            self.wait_until_it_serves()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with ExitStack() as stack:
            stack.callback(self._kill_orphan)
            self.served.close()

    def start(self) -> None:
        """Start the process, and do not wait for it."""
        self.served = Served(*self._arguments, variables=self._variables, starter=self._starter)

    def kill(self) -> None:
        """Kill the service with SIGKILL; its Neo4j runs on."""
        self.served.signal(signal.SIGKILL)
        self.served.close()

    @property
    def neo4j_pid(self) -> int:
        """The process id of its Neo4j, also of one that has ended."""
        return int(self._record["pid"])

    @property
    def _bolt_uri(self) -> str:
        return f"bolt://{HOST}:{self._record['bolt_port']}"

    @property
    def _record(self) -> dict[str, Any]:
        assert self.data
        return dict(json.loads((self.data / "server.json").read_text(encoding="utf-8")))

    @property
    def neo4j(self) -> psutil.Process:
        """The process of its Neo4j."""
        return psutil.Process(self.neo4j_pid)

    def kill_neo4j(self) -> None:
        """Kill Neo4j with SIGKILL, and wait until it has ended."""
        process = self.neo4j
        process.kill()
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.005)

    def wait_until_it_serves(self) -> float:
        """Wait until a read that needs the store is answered; return that time, in seconds of the epoch."""
        deadline = time.monotonic() + START_SECONDS
        while not self._serves():
            assert self.served.process.poll() is None, self.served.err
            assert time.monotonic() < deadline, self.served.err[-20:]
            time.sleep(0.02)
        return time.time()

    def wait_until_neo4j_answers(self) -> float:
        """Wait until Neo4j itself answers a query over Bolt; return that time, in seconds of the epoch."""
        assert self.data
        deadline, password = time.monotonic() + START_SECONDS, ensure_password(self.data)
        while not wait_until_ready(ConnectionSettings(self._bolt_uri, USERNAME, password), 1.0, lambda: True):
            assert time.monotonic() < deadline
        return time.time()

    def _serves(self) -> bool:
        try:
            return self.wire("GET", "/artifacts?limit=1").status == 200
        except OSError:
            return False

    def _kill_orphan(self) -> None:
        """Kill the Neo4j that a killed service left, so that nothing outlives the scenario."""
        if self.data is not None and (self.data / "server.json").exists():
            try:
                if str(self.data) in " ".join(self.neo4j.cmdline()):
                    self.neo4j.kill()
            except psutil.Error:
                return
