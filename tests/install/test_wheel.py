"""The wheel runs the client and the service when it is installed outside the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.neo4j import Neo4jSettings

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the sdist from the checkout and the wheel from the sdist; return the wheel."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(REPOSITORY)],
        check=True,
        capture_output=True,
    )
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of a fresh environment with the wheel and the dependencies of this environment."""
    folder = tmp_path_factory.mktemp("elsewhere") / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    interpreter = folder / "bin" / "python"
    subprocess.run(
        [str(interpreter), "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel)], check=True
    )
    here = next(Path(path) for path in sys.path if path.endswith("site-packages"))
    site_packages = next((folder / "lib").glob("python*/site-packages"))
    # Python follows no .pth file from another .pth file, so the checkout itself stays outside.
    site_packages.joinpath("dependencies.pth").write_text(f"{here}\n")
    return interpreter


def test_everything_is_in_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    queries = {f"catalog_graph/{path.relative_to(REPOSITORY)}" for path in (REPOSITORY / "cypher").rglob("*.cypher")}
    assert queries
    assert queries <= names
    assert {"catalog_graph/py.typed", "catalog_graph/query/grammar.lark", "catalog_graph/query/grammar_1.lark"} <= names
    assert any(name.startswith("catalog_graph/embedded/") and name.endswith(".lock") for name in names)
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/", "examples/"))]


def test_the_client_runs(python: Path, tmp_path: Path) -> None:
    program = """
import catalog_graph
from catalog_graph import ArtifactCatalog
with ArtifactCatalog() as catalog:
    parent = catalog.register("raw", "Dataset")
    child = catalog.register("model", "Model", parent_ids=[parent])
    print([card.name for card in catalog.upstream(child).nodes], [e.name for e in catalog.search("type:model")])
print(catalog_graph.__file__)
"""
    done = _run([str(python), "-c", program], tmp_path)
    answer, place = done.splitlines()
    assert answer == "['raw'] ['model']"
    assert not Path(place).is_relative_to(REPOSITORY)


@pytest.fixture
def service(python: Path, tmp_path: Path, neo4j_settings: Neo4jSettings, free_tcp_port: int) -> Iterator[str]:
    """Start the wheel's service on the test database; yield its address."""
    environment = {
        **os.environ,
        "NEO4J_URI": neo4j_settings.uri,
        "NEO4J_USERNAME": neo4j_settings.username,
        "NEO4J_PASSWORD": neo4j_settings.password,
        "NEO4J_DATABASE": neo4j_settings.database,
    }
    command = [str(python.with_name("catalog-graph")), "serve", "--port", str(free_tcp_port)]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "Ctrl-C" in line:
                break
        yield f"http://127.0.0.1:{free_tcp_port}"
        process.terminate()
        process.stdout.read()
        assert process.wait(timeout=60) == 0


def test_the_service_runs(service: str) -> None:
    with httpx.Client(base_url=f"{service}/api/v1/catalog") as client:
        entries = [
            {"artifact_id": "wheel-raw", "name": "raw", "artifact_type": "Dataset"},
            {"artifact_id": "wheel-model", "name": "model", "artifact_type": "Model", "parent_ids": ["wheel-raw"]},
        ]
        for entry in entries:
            assert client.post("/artifacts", json=entry).status_code == 201
        lineage = client.get("/artifacts/wheel-model/upstream").json()
    assert [node["name"] for node in lineage["nodes"]] == ["raw"]
    assert lineage["complete"] is True


def _run(command: list[str], cwd: Path) -> str:
    return subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True).stdout
