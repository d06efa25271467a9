"""Answers as the commands write them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catalog_graph import ArtifactCatalog
from catalog_graph.cli.app import app
from tests.support.entries import artifact


@pytest.fixture
def catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ArtifactCatalog:
    monkeypatch.chdir(tmp_path)
    for variable in ("FLOWYML_CATALOG_ENDPOINT", "FLOWYML_CATALOG_API_KEY"):
        monkeypatch.delenv(variable, raising=False)
    catalog = ArtifactCatalog()
    catalog.backend.register_many(
        [
            artifact("raw", name="=raw|*data*", content_hash="h", at=0),
            artifact("copy", name="copy", content_hash="h", at=1),
            artifact("model", "raw", "stub", name="model", artifact_type="Model", tags={"stage": "production"}, at=2),
            artifact("report", "model", "copy", name="re\u202eport", artifact_type="Report", at=3),
            artifact("other", "copy", name="model", artifact_type="Model", tags={"stage": "dev"}, at=4),
        ]
    )
    return catalog


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_impact(catalog: ArtifactCatalog) -> None:
    assert run("impact", "raw", "--tag-key", "stage", "--limit", "1", "--copies").splitlines() == [
        "2 artifacts derive from =raw|*data* (Dataset, v1) [raw]; 1 in production",
        "By type: Model 1, Report 1",
        "By depth: 1: 1, 2: 1",
        "By pipeline: none 2",
        "By stage: production 1",
        "",
        "In production (stage:production OR alias:*): 1",
        "  =raw|*data* v1 -> model v1",
        "",
        "The same content: 1",
        "  copy (Dataset, v1)",
        "Reached from there alone: 1",
        "  model (Model, v2) [other]",
        "",
        "Nearest first:",
        "  1  model (Model, v1)",
        "  … 2 in all, nearest 1 shown",
    ]
    assert run("impact", "other") == "0 artifacts derive from model (Model, v2) [other]; 0 in production\n"


def test_impact_for_programs(catalog: ArtifactCatalog) -> None:
    rows = list(csv.DictReader(io.StringIO(run("impact", "stub", "--format", "csv"))))
    assert [(row["artifact_id"], row["depth"], row["state"]) for row in rows] == [
        ("model", "1", "registered"),
        ("report", "2", "registered"),
    ]
    assert json.loads(run("impact", "raw", "--format", "json")) == catalog.impact("raw").to_dict()
    assert run("impact", "raw", "--format", "mermaid") == catalog.downstream("raw").mermaid()


def test_a_cell_is_no_formula(catalog: ArtifactCatalog) -> None:
    catalog.add_parents("raw", "stub")
    rows = list(csv.DictReader(io.StringIO(run("impact", "stub", "--where", "id:raw", "--format", "csv"))))
    assert [row["name"] for row in rows] == ["'=raw|*data*"]


def test_impact_for_a_pull_request(catalog: ArtifactCatalog) -> None:
    lines = run("impact", "raw", "--format", "markdown", "--limit", "1").splitlines()
    assert lines[0] == "### 2 artifacts derive from =raw\\|\\*data\\* (Dataset, v1) \\[raw\\]; 1 in production"
    assert "- =raw\\|\\*data\\* v1 -\\> model v1" in lines
    assert "| 1 | model | Model | 1 | registered |" in lines
    assert lines[-1] == "… 2 in all, nearest 1 shown"


def test_paths(catalog: ArtifactCatalog) -> None:
    assert run("paths", "raw", "report").splitlines() == [
        "1 path from =raw|*data* (Dataset, v1) [raw] to re\\u202eport (Report, v1) [report]",
        "  =raw|*data* v1 -> model v1 -> re\\u202eport v1",
    ]
    assert run("paths", "report", "raw").startswith("0 paths from")
    assert json.loads(run("paths", "raw", "report", "--format", "json"))["count"] == "1"


def test_diff(catalog: ArtifactCatalog) -> None:
    assert run("diff", "model", "other").splitlines() == [
        "left:  model (Model, v1)",
        "right: model (Model, v2) [other]",
        "common: 0",
        "the same thing twice: 2",
        "  model (Model, v1) / model (Model, v2) [other]: same name",
        "    'stage': 'production' / 'dev'",
        "  =raw|*data* (Dataset, v1) [raw] / copy (Dataset, v1): same content",
        "only left: 1",
        "  stub (unregistered)",
        "only right: 0",
        "they part at, left: 1",
        "  stub (unregistered)",
        "they part at, right: 1",
        "  model (Model, v2) [other]",
    ]


def test_choke_points_and_what_if(catalog: ArtifactCatalog) -> None:
    assert run("choke-points", "other").splitlines() == [
        "All that model (Model, v2) [other] came from (1 source) runs through",
        "  1  copy (Dataset, v1)",
    ]
    assert run("choke-points", "model") == "No artifact stands between model (Model, v1) and all of its 2 sources\n"
    assert run("what-if", "model", "--without", "stub", "--without", "raw").splitlines() == [
        "If stub (unregistered), =raw|*data* (Dataset, v1) [raw] went away:",
        "0 of 2 sources of model (Model, v1) would be left",
        "lost upstream: 0",
        "cut off downstream: 0",
        "left without any source: 1",
        "  model (Model, v1)",
    ]
