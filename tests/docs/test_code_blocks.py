"""Every Python and shell block of the documentation does what the document says."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.docs.blocks import DOCUMENTS, REPOSITORY, Step, steps
from tests.support.neo4j import Neo4jSettings


@pytest.mark.parametrize("document", [d for d in DOCUMENTS if steps(d)], ids=lambda d: str(d.relative_to(REPOSITORY)))
def test_blocks(document: Path, tmp_path: Path, neo4j_settings: Neo4jSettings, server_url: str) -> None:
    """Addresses and passwords that a document makes up are replaced by those of the test's own servers."""
    real = {
        "http://127.0.0.1:8000/api/v1/catalog": server_url,
        "neo4j://graph.example.com:7687": neo4j_settings.uri,
        "NEO4J_PASSWORD=...": f"NEO4J_PASSWORD={neo4j_settings.password}",
    }
    todo = [_with_real_values(step, real) for step in steps(document)]
    follow = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("follow.py"))],
        input=json.dumps([{**asdict(step), "document": document.name} for step in todo]),
        cwd=tmp_path,
        env={**os.environ, **_environment(tmp_path)},
        text=True,
        capture_output=True,
        timeout=240,
        check=False,
    )
    assert follow.returncode == 0, follow.stderr
    for step, printed in zip(todo, json.loads(follow.stdout), strict=True):
        if step.output is not None:
            assert printed == step.output, f"{document.name}, line {step.line}"


def _with_real_values(step: Step, real: dict[str, str]) -> Step:
    code = step.code
    for shown, value in real.items():
        code = code.replace(shown, value)
    return Step(step.language, code, step.line, step.output)


def _environment(home: Path) -> dict[str, str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return {
        "CATALOG_GRAPH_PORT": str(port),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(REPOSITORY),
        "XDG_DATA_HOME": str(home / "data"),
        "NO_COLOR": "1",
    }
