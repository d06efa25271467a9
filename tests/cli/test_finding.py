"""Lists, searches and versions in every format."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
from pathlib import Path

import pytest

from catalog_graph import ArtifactCatalog
from tests.cli.conftest import Run
from tests.cli.terminal import on_terminal
from tests.cli.test_artifacts import Ok
from tests.server.command import COMMAND, environment
from tests.support.entries import artifact

LONG = "a name that is long enough to be cut short on any terminal of eighty columns, and then some more of it"


@pytest.fixture(autouse=True)
def catalog(folder: Path) -> None:
    with ArtifactCatalog() as catalog:
        catalog.backend.register_many(
            [
                artifact("raw", name=LONG, at=0, source_pipeline="ingest", source_step="load"),
                artifact("m1", "raw", name="model", artifact_type="Model", tags={"stage": "dev", "f1": 0.9}, at=1),
                artifact("m2", "raw", name="model", artifact_type="Model", tags={"stage": "production"}, at=2),
                artifact("odd", name="=odd\u202e\x9b", artifact_type="Report", metadata={"a": [1]}, at=3),
            ]
        )


def ids(text: str) -> list[str]:
    return [item["artifact_id"] for item in json.loads(text)["items"]]


def test_list_filters(ok: Ok) -> None:
    for arguments, expected in (
        ([], ["odd", "m2", "m1", "raw"]),
        (["--type", "Model"], ["m2", "m1"]),
        (["--pipeline", "ingest", "--step", "load"], ["raw"]),
        (["--tag", "f1=0.90", "--tag", "stage=dev"], ["m1"]),
        (["--query", "stage:production"], ["m2"]),
        (["--limit", "1"], ["odd"]),
        (["--limit", "all"], ["odd", "m2", "m1", "raw"]),
    ):
        assert ids(ok("list", *arguments, "--format", "json")) == expected


def test_search_takes_words_and_negations(ok: Ok, run: Run) -> None:
    assert ids(ok("search", "type:Model", "f1>0.5", "--format", "json")) == ["m1"]
    assert ids(ok("search", "--format", "json", "--", "model", "-stage:dev")) == ["m2"]
    wrong = run("search", "a:(")
    assert (wrong.status, wrong.out) == (2, "")
    assert "column" in wrong.err


def test_a_list_that_is_cut_short_says_so(run: Run) -> None:
    cut = run("list", "--limit", "2", "--format", "json")
    assert json.loads(cut.out)["complete"] is False
    assert "there are more: shown are the newest 2" in cut.err
    whole = run("list", "--limit", "4", "--format", "json")
    assert (json.loads(whole.out)["complete"], whole.err) == (True, "")
    assert run("list", "--limit", "0").status == 2


def test_a_piped_table_is_whole_and_plain(ok: Ok) -> None:
    lines = ok("list").splitlines()
    assert lines[0].split() == ["ID", "NAME", "TYPE", "VERSION", "CREATED", "TAGS"]
    assert lines[1].startswith("odd  =odd\\u202e\\x9b ")
    assert lines[2].endswith("stage=production")
    assert LONG in lines[4]
    assert "\x1b" not in "".join(lines)


def test_csv_has_every_field(ok: Ok) -> None:
    rows = list(csv.DictReader(io.StringIO(ok("list", "--format", "csv"))))
    assert [row["artifact_id"] for row in rows] == ["odd", "m2", "m1", "raw"]
    assert json.loads(rows[2]["tags"]) == {"stage": "dev", "f1": 0.9}
    assert rows[0]["name"].startswith("'=odd")


def test_json_hides_nothing_from_a_terminal(ok: Ok) -> None:
    text = ok("get", "odd", "--format", "json")
    assert json.loads(text)["name"] == "=odd\u202e\x9b"
    assert "\u202e" not in text
    assert "\x9b" not in text


def test_a_table_on_a_terminal_fits_it(folder: Path) -> None:
    status, screen = on_terminal("list", folder=folder, columns=60)
    assert status == 0
    lines = re.sub(r"\x1b\[[0-9;]*m", "", screen).splitlines()
    assert max(map(len, lines)) <= 60
    assert lines[0].split() == ["ID", "NAME", "TYPE", "VERSION", "CREATED"]
    assert "…" in lines[4]
    assert lines[5] == "… the terminal is too narrow for: tags"
    assert "\x1b[1m" in screen
    assert "\x1b" not in on_terminal("list", folder=folder, NO_COLOR="1")[1]


def test_an_id_is_never_cut_short(ok: Ok, folder: Path) -> None:
    ok("register", LONG, "T", "--id", "i" * 120)
    assert "i" * 120 in on_terminal("list", folder=folder, columns=60)[1].replace("\n", "")


def test_a_reader_that_goes_away_is_no_complaint(folder: Path) -> None:
    process = subprocess.Popen(
        [COMMAND, "list"], cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout
    process.stdout.close()
    assert process.stderr
    with process.stderr as stream:
        assert stream.read() == b""
    assert process.wait(60) == 141


def test_facets_and_totals(ok: Ok, run: Run) -> None:
    done = run("list", "--facets", "type,stage", "--total", "--limit", "1")
    assert done.out.splitlines()[2:] == [
        "",
        "TYPE     ARTIFACTS",
        "Model    2",
        "Dataset  1",
        "Report   1",
        "",
        "STAGE       ARTIFACTS",
        "dev         1",
        "production  1",
        "4 in all",
    ]
    page = json.loads(ok("search", "type:Model", "--facets", "stage", "--total", "--format", "json"))
    assert (page["total"], page["facets"]["by"]["stage"]["values"]) == (2, {"dev": 1, "production": 1})
    assert page["facets"]["complete"] is True
    assert run("list", "--facets", "type", "--format", "csv").status == 2
    assert run("list", "--facets", "created").status == 2


def test_facets_of_many_are_of_the_newest(ok: Ok, run: Run) -> None:
    with ArtifactCatalog() as catalog:
        catalog.backend.register_many([artifact(f"n{n}", artifact_type="T", at=10 + n) for n in range(2_001)])
    assert "only the newest 2,000 were counted" in run("list", "--facets", "type", "--limit", "1").err
    exact = ok("list", "--facets", "type", "--exact-facets", "--limit", "1", "--format", "json")
    assert json.loads(exact)["facets"]["by"]["type"]["values"]["T"] == 2_001


def test_a_suggestion_for_a_misspelt_word(run: Run) -> None:
    done = run("search", "modle")
    assert done.status == 0
    assert done.err == "did you mean: model\n"
    assert run("search", "model").err == ""


def test_versions_show_the_changes(ok: Ok, run: Run) -> None:
    ok("alias", "set", "model", "champion", "m1")
    lines = ok("versions", "model").splitlines()
    assert lines[0].split() == ["VERSION", "ID", "CREATED", "CHANGED"]
    assert lines[1].split()[:2] == ["2", "m2"]
    assert lines[1].endswith("content unknown; stage: 'dev' -> 'production'; -f1")
    assert lines[2].split()[:3] == ["1", "@champion", "m1"]
    page = json.loads(ok("versions", "model", "--format", "json"))
    assert [item["artifact"]["artifact_id"] for item in page["items"]] == ["m2", "m1"]
    chart = ok("versions", "model", "--format", "mermaid").splitlines()
    assert (chart[0], sum("-->" in line for line in chart)) == ("graph LR", 1)
    cut = run("versions", "model", "--limit", "1", "--format", "csv")
    assert cut.out.splitlines()[0] == "version,id,created,changed,aliases"
    assert len(cut.out.splitlines()) == 2
    assert "there are more" in cut.err
    assert run("versions", "nobody").status == 1
