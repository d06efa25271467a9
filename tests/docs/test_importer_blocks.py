"""Every block of the pages about MLflow, dbt, DVC and ML Metadata, each with the real tool of that name."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.docs.blocks import IMPORTERS, follow
from tests.support.environments import python_of

pytestmark = pytest.mark.slow

QUIET = {
    "DO_NOT_TRACK": "1",
    "DVC_NO_ANALYTICS": "1",
    "GIT_PYTHON_REFRESH": "quiet",
    "MLFLOW_DISABLE_TELEMETRY": "true",
}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("document", IMPORTERS, ids=lambda each: each.stem)
def test_blocks(document: Path, tmp_path: Path) -> None:
    python, tools = Path(sys.executable), tmp_path / "tools"
    tools.mkdir()
    folder = tmp_path / "project"
    folder.mkdir()
    if document.stem == "mlmd":
        if sys.version_info[:2] != (3, 11):
            pytest.skip("ML Metadata needs Python 3.11")
        # The environment that the page has its reader make.
        (folder / "mlmd").symlink_to(python_of("mlmd").parents[1])
    elif document.stem == "mlflow":
        # MLflow and our client in one environment, as a reader has them.
        python = python_of("importers")
        _command(tools / "catalog-graph", f'exec {python} -m catalog_graph "$@"')
    else:
        for name in ("dbt", "dvc"):
            _command(tools / name, f'exec {python_of("importers").with_name(name)} "$@"')
    path = os.pathsep.join([str(tools), str(Path(sys.executable).parent), os.environ["PATH"]])
    site = {"DVC_SITE_CACHE_DIR": str(tmp_path / "site")}
    follow(document, folder, {}, python=python, variables={**QUIET, **site, "PATH": path})
    assert [each for each in folder.glob("*.svg") if each.read_text().startswith("<svg")] != []


def _command(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)
