"""A client that openapi-python-client generates from the service's own OpenAPI document calls every route."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog_graph.backends.neo4j import Neo4jCatalogBackend
from catalog_graph.server.settings import ServerSettings
from tests.server.running import running
from tests.server.wire import Wire
from tests.support.environments import python_of

KEY = "root-key-0123456789"
CONFIGURATION = {
    "package_name_override": "generated_client",
    "content_type_overrides": {"application/x-ndjson": "application/octet-stream"},
}


@pytest.fixture(scope="module")
def python() -> Path:
    """Return the Python of the generator's environment."""
    return python_of("openapi")


@pytest.fixture
def guarded(neo4j_backend: Neo4jCatalogBackend) -> Iterator[Wire]:
    """Run a service with a key, which makes others."""
    with running(neo4j_backend, ServerSettings(api_keys=f"root={KEY}:admin")) as url:  # type: ignore[arg-type]
        yield Wire(url)


@pytest.mark.timeout(300)
def test_a_generated_client_calls_every_route(guarded: Wire, python: Path, tmp_path: Path) -> None:
    document = guarded("GET", "root:/openapi.json").ok()
    (tmp_path / "openapi.json").write_text(json.dumps(document))
    (tmp_path / "config.yaml").write_text(json.dumps(CONFIGURATION))
    options = ["--path", "openapi.json", "--config", "config.yaml", "--meta", "none", "--fail-on-warning"]
    environment = {**os.environ, "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"}
    generated = subprocess.run(
        [str(python.parent / "openapi-python-client"), "generate", *options, "--output-path", "generated_client"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert generated.returncode == 0, generated.stdout + generated.stderr
    endpoint = f"http://{guarded.address[0]}:{guarded.address[1]}"
    program = [str(python), str(Path(__file__).with_name("generated_calls.py")), str(tmp_path), endpoint, KEY]
    called = subprocess.run(program, capture_output=True, text=True, check=False)
    assert called.returncode == 0, called.stderr
    report = json.loads(called.stdout)
    operations = {o["operationId"] for methods in document["paths"].values() for o in methods.values()}
    assert report["statuses"].keys() == operations
    assert {status for status in report["statuses"].values() if status not in (200, 201)} == set(), report
    assert report["others"] == []
