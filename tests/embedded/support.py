"""Helpers of the tests: small Neo4js, a program that owns one and can be killed, and a count of the data."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from neo4j import Driver, GraphDatabase

from catalog_graph.embedded import ConnectionSettings, EmbeddedNeo4j

SMALL = {"heap": "300m", "page_cache": "32m", "for_tests": True}


def small_neo4j(folder: Path, **options: Any) -> EmbeddedNeo4j:
    return EmbeddedNeo4j(folder, **(SMALL | options))


class Owner:
    """A program that owns the Neo4j of a folder."""

    def __init__(self, folder: Path) -> None:
        code = f"""
import json, sys, pathlib
from catalog_graph.embedded import EmbeddedNeo4j
neo4j = EmbeddedNeo4j(pathlib.Path({str(folder)!r}), **{SMALL!r})
print(json.dumps({{"uri": neo4j.start().uri, "pid": neo4j.pid}}), flush=True)
sys.stdin.read()
"""
        self._program = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ready(self) -> dict[str, Any]:
        """Wait until its Neo4j is ready, and return the `uri` and `pid` that the program prints."""
        assert self._program.stdout is not None
        return dict(json.loads(self._program.stdout.readline()))

    def kill(self) -> None:
        """Kill the program with SIGKILL, so that it cannot stop its Neo4j."""
        self._program.kill()
        self._program.communicate()


def open_driver(connection: ConnectionSettings) -> Driver:
    return GraphDatabase.driver(connection.uri, auth=(connection.username, connection.password))


def count(connection: ConnectionSettings) -> int:
    with open_driver(connection) as driver:
        return int(driver.execute_query("MATCH (n:Kept) RETURN count(n) AS n", database_="neo4j").records[0]["n"])
