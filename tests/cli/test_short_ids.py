"""Short ids and named columns on a terminal; the beginning of an id stands for it where nothing else does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from catalog_graph import ArtifactCatalog
from tests.cli.conftest import Run
from tests.cli.terminal import on_terminal
from tests.cli.test_artifacts import Ok
from tests.server.command import forked
from tests.support.entries import artifact

ONE = "0f8fad5b-d9cb-469f-a165-70867728950e"
TWO = "0f8fad5b-d9cb-469f-a165-70867728950f"
MODEL = "7c9e6679-7425-40de-944b-e07fc1f90ae7"


@pytest.fixture(autouse=True)
def catalog(folder: Path) -> None:
    with ArtifactCatalog() as catalog:
        catalog.backend.register_many(
            [
                artifact(ONE, name="orders", at=0),
                artifact(TWO, name="orders", at=1),
                artifact(MODEL, ONE, name="model", artifact_type="Model", at=2, tags={"f1_score": 0.95, "team": "risk"},
                         metadata={"metrics": {"auc": 0.9}}),
                artifact("exactly-8-letters", name="7c9e6679", at=3),
            ]
        )  # fmt: skip


def test_short_ids_come_after_all_other_readings(ok: Ok, run: Run) -> None:
    assert MODEL in ok("get", "7c9e6679-7")
    assert "exactly-8-letters" in ok("get", "7c9e6679")
    assert ONE in ok("upstream", MODEL[:12], "--format", "csv")
    assert "f1_score=0.9" in ok("tag", MODEL[:12], "f1_score=0.9")
    assert "model" in ok("impact", ONE, "--without", TWO)
    ok("register", "child", "Report", "--parent", MODEL[:10], "--id", "child")
    assert MODEL in ok("get", "child")
    assert run("get", "7c9e66").status == run("get", "7c9e6679-x").status == 1
    ambiguous = run("get", "0f8fad5b")
    assert ambiguous.status == 1
    assert f"'0f8fad5b' is the beginning of several ids, such as {TWO}, {ONE}" in ambiguous.err


def test_some_commands_take_whole_ids_alone(ok: Ok, run: Run) -> None:
    assert run("delete", MODEL[:12], "--yes").status == 1
    assert run("purge", MODEL[:12], "--yes").status == 1
    assert run("get", "--id", MODEL[:12]).status == 1
    ok("register", "child", "Report", "--parent-id", MODEL[:12], "--id", "child")
    assert "unregistered" in ok("upstream", "child", "--format", "table")
    assert MODEL in ok("get", MODEL)


def test_a_short_id_is_not_the_unregistered_parent_of_that_id(ok: Ok) -> None:
    ok("register", "child", "Report", "--parent-id", MODEL[:12], "--id", "child")
    assert MODEL in ok("impact", MODEL[:12])
    ok("register", "other", "Report", "--parent", MODEL[:12], "--id", "other")
    assert MODEL in ok("get", "other")


def screen(folder: Path, *arguments: str) -> list[list[str]]:
    status, text = on_terminal(*arguments, folder=folder)
    assert status == 0
    lines = re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines()
    assert max(map(len, lines)) <= 80
    return [re.split(r"  +", line) for line in lines]


def test_a_terminal_of_eighty_columns(folder: Path) -> None:
    found = screen(folder, "search", "f1_score>=0.9", "metrics.auc:*", "pipeline!=x")
    assert found[0] == ["ID", "NAME", "TYPE", "VERSION", "F1_SCORE", "METRICS.AUC", "CREATED"]
    assert found[1] == ["7c9e6679", "model", "Model", "1", "0.95", "0.9", "2026-01-01 00:00"]
    listed = screen(folder, "list")
    assert [line[0] for line in listed[:5]] == ["ID", "exactly-8-letters", "7c9e6679", TWO, ONE]
    assert screen(folder, "versions", "orders")[1][:3] == ["2", TWO, "2026-01-01 00:00"]


def test_a_pipe_has_whole_ids_and_the_usual_columns(ok: Ok) -> None:
    lines = ok("search", "f1_score>=0.9").splitlines()
    assert lines[0].split() == ["ID", "NAME", "TYPE", "VERSION", "CREATED", "TAGS"]
    assert MODEL in lines[1]


def test_hints_are_notes(run: Run) -> None:
    done = run("search", "f1_scor>=0.9")
    assert (done.status, done.err) == (0, "note: no artifact has a tag 'f1_scor'; did you mean f1_score>=0.9?\n")


def test_tags_that_are_json(ok: Ok, run: Run) -> None:
    ok("register", "j", "Model", "--id", "j", "--tag", "python=3.10", "--tag-json", "lr=1e-5", "--tag-json", 'x=["a"]')
    ok("tag", "j", "--tag-json", "rows=1e3")
    with ArtifactCatalog() as catalog:
        assert catalog.get("j").tags == {"python": "3.10", "lr": 1e-5, "x": ["a"], "rows": 1000.0}  # type: ignore[union-attr]
    for option in (["--tag", "python=3.10"], ["--tag-json", "lr=0.00001"], ["--tag", "rows=1e3"]):
        assert "j " in ok("list", *option)
    refused = run("tag", "j", "--tag-json", "x=a")
    assert refused.status == 2
    assert "--tag-json 'x=a' is not KEY=JSON" in refused.err
    assert run("tag", "j").status == 2


def test_names_and_aliases_complete(ok: Ok, folder: Path) -> None:
    ok("alias", "set", "model", "champion", MODEL)
    for words, expected in (
        ("get mo", {"model"}),
        ("upstream ", {"model", "orders", "7c9e6679"}),
        ("versions or", {"orders"}),
        ("get model@", {"model@champion"}),
        ("alias get model ch", {"champion"}),
        ("--db .flowyml/catalog.db get mo", {"model"}),
        ("get zzz", set()),
    ):
        position = str(len(words.split(" ")))
        variables = {"COMP_WORDS": f"catalog-graph {words}", "COMP_CWORD": position}
        done = forked(_CATALOG_GRAPH_COMPLETE="complete_bash", **variables)
        assert set(done.stdout.split()) == expected, done.stderr


def test_ages_and_pictures(ok: Ok, run: Run) -> None:
    assert run("upstream", MODEL, "--as-of", "7d").status == 1
    assert run("upstream", MODEL, "--as-of", "7x").status == 2
    assert ok("upstream", MODEL, "--format", "svg").startswith("<svg ")
    page = ok("upstream", MODEL, "--format", "html")
    assert page.startswith("<!doctype html>")
    assert "<svg " in page
    assert ok("impact", ONE, "--format", "html").startswith("<!doctype html>")


def test_an_empty_table_says_so(folder: Path) -> None:
    assert "no artifact matches" in on_terminal("search", "nothing", folder=folder)[1]
    assert "no artifact matches" not in on_terminal("search", "oders", folder=folder)[1]


def test_messages_name_options(ok: Ok, run: Run) -> None:
    assert run("keys", "new", "--scope", "foo").status == 2


def test_tables_fit_a_terminal(ok: Ok, folder: Path) -> None:
    made = ok("register", "raw", "Dataset", "--metadata", '{"rows": 2000}').strip()
    _, screen = on_terminal("search", "type:Dataset", "metadata.rows>1000", folder=folder)
    assert screen.splitlines()[1].split()[:5] == [made[:8], "raw", "Dataset", "1", "2000"]
    ok("alias", "set", "raw", "golden", made)
    for command in (["audit"], ["alias", "list"], ["alias", "history", "raw"], ["impact", "raw"], ["diff", "raw", ONE]):
        _, screen = on_terminal(*command, folder=folder)
        assert made[:8] in screen
        assert made not in screen
