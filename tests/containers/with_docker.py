"""`make test-docker`: build the image, start compose, and keep registered artifacts while containers are replaced.

Needs a Docker engine and Docker's command line with compose; not part of `make test`.
"""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.wire import Wire
from tests.support.programs import free_port

REPOSITORY = Path(__file__).parents[2]
KEY = secrets.token_hex(16)


class Compose:
    """A compose project with a name, a port and secrets of its own."""

    def __init__(self, *files: str) -> None:
        self.port = free_port()
        self.project = f"catalog-graph-test-{secrets.token_hex(4)}"
        self.files = [word for name in files for word in ("--file", str(REPOSITORY / name))]
        self.settings = {
            "NEO4J_PASSWORD": secrets.token_urlsafe(16),
            "CATALOG_GRAPH_API_KEYS": f"test={KEY}:write",
            "CATALOG_GRAPH_PORT": str(self.port),
            "CATALOG_GRAPH_NEO4J_HEAP": "512m",
            "CATALOG_GRAPH_NEO4J_PAGE_CACHE": "64m",
        }

    def __call__(self, *words: str, check: bool = True) -> str:
        """Run a compose command; return its standard output and standard error."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("NEO4J_", "CATALOG_GRAPH_", "COMPOSE_FILE"))}
        done = subprocess.run(
            ["docker", "compose", "--env-file", "/dev/null", "--project-name", self.project, *self.files, *words],
            env={**kept, **self.settings},
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert not check or done.returncode == 0, done.stdout
        return done.stdout

    def up(self) -> Wire:
        """Start both containers; return the service when they are healthy."""
        self("up", "--detach", "--wait", "--no-build")
        return Wire(f"http://127.0.0.1:{self.port}/api/v1/catalog", {"Authorization": f"Bearer {KEY}"})

    def python(self, code: str) -> str:
        """Run Python code inside the service's container; return its output."""
        return self("exec", "--no-TTY", "catalog", "python", "-c", code, check=False).strip()


@pytest.fixture(scope="module", autouse=True)
def image() -> None:
    Compose("docker-compose.yml")("build")


@pytest.fixture(params=[("docker-compose.yml",), ("docker-compose.yml", "docker-compose.lts.yml")], ids=["new", "lts"])
def project(request: pytest.FixtureRequest) -> Iterator[Compose]:
    compose = Compose(*request.param)
    try:
        yield compose
    finally:
        compose("down", "--volumes")


@pytest.mark.timeout(900)
def test_data_outlives_the_containers(project: Compose) -> None:
    wire = project.up()
    wire("GET", "/artifacts", headers={"Authorization": None}).problem(401, "unauthorized")
    wire.register(artifact_id="model", artifact_type="Model", parent_ids=["data"], tags={"stage": "production"})
    assert_registered(wire)

    project("restart")
    assert_registered(project.up())

    project("down")
    assert_registered(project.up())

    assert_unprivileged(project)
    assert_clean_log(project("logs", "--no-log-prefix", "catalog"))


@pytest.mark.parametrize("name", ["NEO4J_PASSWORD", "CATALOG_GRAPH_API_KEYS"])
def test_compose_requires_each_secret(name: str) -> None:
    project = Compose("docker-compose.yml")
    del project.settings[name]
    assert f"set {name} to a" in project("config", check=False)


def assert_registered(wire: Wire) -> None:
    """Assert that the registered artifacts can be read by id, by tag and by lineage."""
    assert wire("GET", "/artifacts/model").ok()["tags"] == {"stage": "production"}
    assert [e["artifact_id"] for e in wire("GET", "/artifacts/search?q=stage:production").ok()["items"]] == ["model"]
    assert [n["artifact_id"] for n in wire("GET", "/artifacts/model/upstream").ok()["nodes"]] == ["data"]


def assert_unprivileged(project: Compose) -> None:
    """Assert that the service is an unprivileged user on a read-only file system without Java."""
    assert project.python("import os; print(os.getuid())") == "10001"
    for folder in ("/app", "/home", "/etc", "/usr/local"):
        assert "OSError" in (output := project.python(f"open('{folder}/written', 'w')")) or "PermissionError" in output
    assert (
        project.python("import shutil, pathlib; print(shutil.which('java'), *pathlib.Path('/app').rglob('*.jar'))")
        == "None"
    )


def assert_clean_log(log: str) -> None:
    assert "Store: Neo4j at neo4j://neo4j:7687" in log
    assert "Traceback" not in log
    assert KEY not in log
