"""Lineage in every format, and notes about incomplete answers."""

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
    lineage = catalog.upstream("report")
    assert ok("upstream", "report") == lineage.tree() + "\n"
    assert ok("upstream", "report", "--format", "tree") == ok("upstream", "report:latest")
    for form in ("mermaid", "dot", "graphml", "prov-json", "prov-n", "openlineage"):
        text: str = getattr(lineage, form.replace("-", "_"))()
        assert ok("upstream", "report", "--format", form).strip() == text.strip()
    assert json.loads(ok("upstream", "report", "--format", "json")) == lineage.to_dict()
    rows = list(csv.DictReader(io.StringIO(ok("upstream", "report", "--format", "csv"))))
    assert [(row["artifact_id"], row["depth"]) for row in rows] == [
        ("model", "1"), ("clean", "2"), ("'-stub", "3"), ("raw", "3")
    ]  # fmt: skip
    table = ok("upstream", "report", "--format", "table").splitlines()
    assert table[0].split() == ["DEPTH", "ID", "NAME", "TYPE", "VERSION", "ALIASES", "STATE"]
    assert table[1].split() == ["1", "model", "model", "Model", "1", "registered"]


def test_downstream_takes_what_the_question_takes(ok: Ok, catalog: ArtifactCatalog) -> None:
    options = ["--where", "type:Model", "--without", "report", "--depth", "5", "--limit", "all", "--format", "json"]
    assert [card["artifact_id"] for card in json.loads(ok("downstream", "raw", *options))["nodes"]] == ["model"]
    before = catalog.get("raw")
    assert before is not None
    options = ["--as-of", before.recorded_at, "--format", "json"]
    catalog.remove_parents("clean", "raw")
    assert json.loads(ok("downstream", "raw", "--format", "json"))["total"] == 0
    assert json.loads(ok("downstream", "raw", *options))["total"] == 3


@pytest.mark.parametrize("form", ["tree", "table", "json", "csv", "mermaid", "dot"])
def test_an_answer_that_is_cut_short_says_so(form: str, run: Run) -> None:
    done = run("downstream", "raw", "--limit", "1", "--format", form)
    assert done.status == 0
    assert done.err == "… 3 in all, nearest 1 shown\n"
    assert run("downstream", "raw", "--format", form).err == ""
    assert "further than 1 away" in run("downstream", "raw", "--depth", "1", "--format", form).err


@pytest.mark.parametrize("form", ["json", "csv", "mermaid"])
def test_an_impact_for_programs_that_is_cut_short_says_so(form: str, run: Run) -> None:
    done = run("impact", "raw", "--limit", "1", "--format", form)
    assert (done.status, done.err) == (0, "… 3 in all, nearest 1 shown\n")
    assert run("impact", "raw", "--format", form).err == ""


def test_what_is_gone_is_not_left_out_silently(run: Run, catalog: ArtifactCatalog) -> None:
    catalog.backend.register_many([artifact("gone", "raw"), artifact("left", "gone")])
    catalog.delete("gone")
    for form in ("csv", "mermaid"):
        note = "… gone, not shown: 1 deleted; catalog-graph downstream lists them\n"
        assert run("impact", "raw", "--format", form).err == note
    for form in ("text", "json", "markdown"):
        done = run("impact", "raw", "--format", form)
        assert (done.err, "gone: 1 deleted" in done.out or '"deleted": 1' in done.out) == ("", True)


def test_copies_are_not_left_out_silently(run: Run, catalog: ArtifactCatalog) -> None:
    hashed = [artifact(i, content_hash="same", at=n) for n, i in enumerate(("one", "other"))]
    catalog.backend.register_many([*hashed, artifact("from-other", "other", at=5)])
    for form in ("csv", "mermaid"):
        assert run("impact", "one", "--copies", "--format", form).err == (
            "… the same content, not shown: 1 more, from which 1 more came; --format text or json lists them\n"
        )
        assert run("impact", "raw", "--copies", "--format", form).err == ""
    for form in ("text", "json", "markdown"):
        done = run("impact", "one", "--copies", "--format", form)
        assert (done.err, "same content" in done.out or '"other"' in done.out) == ("", True)


def test_bad_questions(run: Run) -> None:
    assert run("upstream", "nobody").status == 1
    assert run("upstream", "raw", "--as-of", "yesterday").status == 2
    for command in ("upstream", "downstream", "impact"):
        assert run(command, "raw", "--as-of", "").status == 2
        assert run(command, "raw", "--without", "nobody").status == 1
    early = run("upstream", "raw", "--as-of", "2020-01-01T00:00:00Z")
    assert (early.status, early.err) == (
        1,
        "artifact 'raw' not found at that instant, 2020-01-01T00:00:00.000000+00:00\n",
    )
    assert run("upstream", "raw", "--depth", "-1").status == 2
    assert run("upstream", "raw", "--limit", "many").status == 2
    assert run("upstream", "raw", "--where", "a:(").status == 2


def test_answers_are_pictures_and_pages(ok: Ok) -> None:
    for command in ("paths raw model", "diff model report", "what-if model --without clean", "impact raw"):
        assert ok(*command.split(), "--format", "svg").startswith("<svg ")
        page = ok(*command.split(), "--format", "html")
        assert page.startswith("<!doctype html>")
        assert "<svg " in page
