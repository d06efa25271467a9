"""Lineage in every format, and answers that say when they are cut short."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from catalog_graph import ArtifactCatalog
from tests.cli.conftest import Run
from tests.cli.test_artifacts import Ok
from tests.support.entries import artifact


@pytest.fixture(autouse=True)
def catalog(folder: Path) -> ArtifactCatalog:
    catalog = ArtifactCatalog()
    catalog.backend.register_many(
        [
            artifact("raw", name="raw", at=0),
            artifact("clean", "raw", "-stub", name="clean", at=1),
            artifact("model", "clean", name="model", artifact_type="Model", at=2),
            artifact("report", "model", name="report", artifact_type="Report", at=3),
        ]
    )
    return catalog


def test_lineage_is_the_direct_neighbours(ok: Ok, run: Run, catalog: ArtifactCatalog) -> None:
    assert [line.split() for line in ok("lineage", "clean").splitlines()] == [
        ["RELATION", "ID", "NAME", "TYPE", "VERSION", "STATE"],
        ["parent", "raw", "raw", "Dataset", "1", "registered"],
        ["parent", "-stub", "unregistered"],
        ["itself", "clean", "clean", "Dataset", "1", "registered"],
        ["child", "model", "model", "Model", "1", "registered"],
    ]
    assert json.loads(ok("lineage", "clean", "--format", "json")) == catalog.get_lineage("clean")
    assert "child   -stub" not in ok("lineage", "--", "-stub")
    rows = list(csv.DictReader(io.StringIO(ok("lineage", "model:v1", "--format", "csv"))))
    assert [(row["relation"], row["id"]) for row in rows] == [
        ("parent", "clean"),
        ("itself", "model"),
        ("child", "report"),
    ]
    assert run("lineage", "nobody").status == 1


def test_upstream_in_every_format(ok: Ok, catalog: ArtifactCatalog) -> None:
    found = catalog.upstream("report")
    assert ok("upstream", "report") == found.tree() + "\n"
    assert ok("upstream", "report", "--format", "tree") == ok("upstream", "report:latest")
    for form, text in (("mermaid", found.mermaid()), ("dot", found.dot()), ("graphml", found.graphml())):
        assert ok("upstream", "report", "--format", form).strip() == text.strip()
    assert json.loads(ok("upstream", "report", "--format", "json")) == found.to_dict()
    rows = list(csv.DictReader(io.StringIO(ok("upstream", "report", "--format", "csv"))))
    assert [(row["artifact_id"], row["depth"]) for row in rows] == [
        ("model", "1"), ("clean", "2"), ("'-stub", "3"), ("raw", "3")
    ]  # fmt: skip
    table = ok("upstream", "report", "--format", "table").splitlines()
    assert table[0].split() == ["DEPTH", "ID", "NAME", "TYPE", "VERSION", "STATE"]
    assert table[1].split() == ["1", "model", "model", "Model", "1", "registered"]


def test_downstream_takes_what_the_question_takes(ok: Ok, catalog: ArtifactCatalog) -> None:
    asked = ["--where", "type:Model", "--without", "report", "--depth", "5", "--limit", "all", "--format", "json"]
    assert [card["artifact_id"] for card in json.loads(ok("downstream", "raw", *asked))["nodes"]] == ["model"]
    before = catalog.get("raw")
    assert before is not None
    asked = ["--as-of", before.recorded_at, "--format", "json"]
    catalog.remove_parents("clean", "raw")
    assert json.loads(ok("downstream", "raw", "--format", "json"))["total"] == 0
    assert json.loads(ok("downstream", "raw", *asked))["total"] == 3


@pytest.mark.parametrize("form", ["tree", "table", "json", "csv", "mermaid", "dot"])
def test_an_answer_that_is_cut_short_says_so(form: str, run: Run) -> None:
    done = run("downstream", "raw", "--limit", "1", "--format", form)
    assert done.status == 0
    assert done.err == "… 3 in all, nearest 1 shown\n"
    assert run("downstream", "raw", "--format", form).err == ""
    assert "further than 1 away" in run("downstream", "raw", "--depth", "1", "--format", form).err


def test_bad_questions(run: Run) -> None:
    assert run("upstream", "nobody").status == 1
    assert run("upstream", "raw", "--as-of", "yesterday").status == 2
    assert run("upstream", "raw", "--depth", "0").status == 2
    assert run("upstream", "raw", "--limit", "many").status == 2
    assert run("upstream", "raw", "--where", "a:(").status == 2
