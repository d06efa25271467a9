"""Registering, showing, tagging and deleting from the command line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from catalog_graph import ArtifactCatalog
from tests.cli.conftest import Run
from tests.cli.terminal import on_terminal

Ok = Callable[..., str]


def test_register_takes_all_of_an_artifact(ok: Ok, folder: Path) -> None:
    (folder / "model.bin").write_bytes(b"weights")
    ok("register", "raw", "Dataset", "--id", "raw")
    options = [
        *(
            "--parent",
            "raw:v1",
            "--tag",
            "stage=production",
            "--tag",
            "f1=0.95",
            "--tag",
            'build="1.10"',
            "--tag",
            "a=b=c",
        ),
        *("--metadata", '{"rows": 10}', "--metadata", "note=two words", "--uri", "s3://models/1", "--version", "7"),
        *("--pipeline", "train", "--step", "fit", "--run", "r1", "--created-at", "2026-01-02T03:04:05+00:00"),
    ]
    new_id = ok("register", "model", "Model", "model.bin", *options).rstrip("\n")
    with ArtifactCatalog() as catalog:
        entry = catalog.get(new_id)
    assert entry is not None
    assert entry.content_hash == hashlib.sha256(b"weights").hexdigest()
    assert entry.parent_ids == ["raw"]
    assert entry.tags == {"stage": "production", "f1": 0.95, "build": "1.10", "a": "b=c"}
    assert entry.metadata == {"rows": 10, "note": "two words"}
    assert (entry.uri, entry.version, entry.source_pipeline, entry.source_step) == (
        "s3://models/1",
        "7",
        "train",
        "fit",
    )
    assert (entry.source_run_id, entry.created_at) == ("r1", "2026-01-02T03:04:05.000000+00:00")


def test_register_reads_json_from_standard_input(ok: Ok) -> None:
    one = {"name": "a", "artifact_type": "Dataset", "artifact_id": "a", "tags": {"f1": 1}}
    assert ok("register", "--json", "-", input=json.dumps(one)) == "a\n"
    two = [{"name": "b", "artifact_type": "Model", "artifact_id": i, "parent_ids": ["a"]} for i in ("b", "c")]
    assert ok("register", "--json", "-", input=json.dumps(two)) == "b\nc\n"
    assert json.loads(ok("get", "c", "--format", "json"))["parent_ids"] == ["a"]


@pytest.mark.parametrize(
    ("arguments", "input", "says"),
    [
        (["--json", "-"], "{bad", "--json standard input is not valid JSON"),
        (["--json", "-"], '{"name": "a", "artifact_type": "T", "tags": {"f1": NaN}}', "NaN is not a number in JSON"),
        (["--json", "-"], "[1]", "pass a CatalogEntry or a mapping"),
        (["--json", "none.json"], None, "'none.json' cannot be read"),
        (
            ["--json", "-", "--tag", "a=b"],
            "{}",
            "--json replaces NAME, TYPE and the options that describe the artifact",
        ),
        (["raw"], None, "missing NAME and TYPE"),
        (["raw", "Dataset", "none.csv"], None, "none.csv"),
        (["raw", "Dataset", "--tag", "stage"], None, "--tag 'stage' is not KEY=VALUE"),
        (["raw", "Dataset", "--metadata", "rows"], None, "--metadata 'rows' is not KEY=VALUE"),
        (["raw", "Dataset", "--created-at", "yesterday"], None, "'yesterday' is not an instant"),
    ],
)
def test_what_cannot_be_registered(arguments: list[str], input: str | None, says: str, run: Run) -> None:
    done = run("register", *arguments, input=input)
    assert (done.status, done.out) == (2, "")
    assert says in done.err
    assert len(done.err.splitlines()) == 1


def test_the_same_content_again(ok: Ok, run: Run, folder: Path) -> None:
    (folder / "data.csv").write_text("1,2\n")
    first = ok("register", "raw", "Dataset", "data.csv")
    assert ok("register", "raw", "Dataset", "data.csv", "--on-duplicate", "reuse") == first
    assert run("register", "raw", "Dataset", "data.csv", "--on-duplicate", "error").status == 1
    repeated = run("register", "raw", "Dataset", "data.csv")
    assert repeated.status == 0
    assert repeated.err.startswith("note: 'raw' (registered as")
    assert "--on-duplicate reuse" in repeated.err


def test_an_unknown_parent_is_noted(run: Run) -> None:
    refused = run("register", "model", "Model", "--parent", "nope", "--id", "m")
    assert (refused.status, refused.out) == (1, "")
    assert "artifact 'nope' not found" in refused.err
    done = run("register", "model", "Model", "--parent-id", "nope", "--id", "m")
    assert (done.status, done.out) == (0, "m\n")
    assert done.err.startswith("note: 'nope' is not the id of an artifact; lineage shows it as unregistered")
    unknown = run("get", "nope")
    assert (unknown.status, unknown.out) == (1, "")
    assert "is not registered" in unknown.err


def test_get_takes_references_and_odd_ids(ok: Ok, run: Run) -> None:
    ok("register", "model", "Model", "--id", "-m/1")
    ok("register", "model", "Model", "--id", "two")
    assert "artifact_id    -m/1\n" in ok("get", "--", "-m/1")
    for reference in ("model", "model:latest", "model:v2"):
        assert json.loads(ok("get", reference, "--format", "json"))["artifact_id"] == "two"
    assert ok("get", "two", "--format", "csv").splitlines()[1].startswith("two,model,Model,")
    missing = run("get", "model:v9")
    assert (missing.status, missing.out) == (1, "")
    assert "has no version 'v9'" in missing.err


def test_tags_that_are_valid_json_are_stored_as_json(ok: Ok, run: Run) -> None:
    ok("register", "model", "Model", "--id", "m", "--tag", "stage=dev")
    printed = ok("tag", "model", "stage=production", "f1=0.5", "ok=true", 'build="1.10"', "words=a b")
    assert printed.splitlines() == ["stage=production", "f1=0.5", "ok=true", 'build="1.10"', "words=a b"]
    with ArtifactCatalog() as catalog:
        entry = catalog.get("m")
        assert entry is not None
        assert entry.tags == {"stage": "production", "f1": 0.5, "ok": True, "build": "1.10", "words": "a b"}
    assert ok("untag", "model", "f1", "ok", "build").splitlines() == ["stage=production", "words=a b"]
    absent = run("untag", "m", "stage", "nope")
    assert absent.out == "words=a b\n"
    assert absent.err == "note: the artifact has no tag 'nope'\n"
    assert run("tag", "m", "stage").status == 2
    assert run("tag", "nobody", "a=b").status == 1


def test_unset(ok: Ok, run: Run) -> None:
    ok("register", "model", "Model", "--id", "m", "--uri", "s3://lake/m", "--metadata", '{"rows": 10, "kept": "a b"}')
    done = run("unset", "model", "--metadata", "rows", "--metadata", "nope", "--field", "uri")
    assert (done.out, done.err) == ("kept=a b\n", "note: the artifact has no metadata 'nope'\n")
    entry = json.loads(ok("get", "m", "--format", "json"))
    assert (entry["uri"], entry["metadata"]) == ("", {"kept": "a b"})
    assert run("unset", "m").status == 2
    assert run("unset", "nobody", "--field", "uri").status == 1
    refused = run("unset", "m", "--field", "name")
    assert refused.status == 2
    assert "'name' cannot be cleared; choose from content_hash" in refused.err


def test_delete_asks_on_a_terminal_alone(ok: Ok, run: Run, folder: Path) -> None:
    ok("register", "raw", "Dataset", "--id", "raw")
    ok("register", "model", "Model", "--id", "m", "--parent", "raw")
    unasked = run("delete", "raw", input="y\n")
    assert (unasked.status, unasked.out) == (2, "")
    assert "give --yes" in unasked.err

    status, screen = on_terminal("delete", "raw", folder=folder, typed="n\n")
    assert status == 0
    assert "Delete raw (Dataset, 1) [raw], which has 1 child? [y/N]" in screen
    ok("get", "raw")
    status, screen = on_terminal("delete", "raw", folder=folder, typed="y\n")
    assert (status, run("get", "raw").status) == (0, 1)
    assert "deleted: raw" in screen

    assert run("delete", "m", "--yes").err == "deleted: m\n"
    assert run("delete", "m", "--yes").status == 1


def test_a_new_file_has_the_named_path_only(ok: Ok, folder: Path) -> None:
    assert ok("register", "a", "Dataset", "--id", "a", "--db", "new/catalog.db") == "a\n"
    assert (folder / "new" / "catalog.db").is_file()
    assert not (folder / ".flowyml").exists()


def test_an_unregistered_parent_is_a_line_on_standard_error(ok: Ok, run: Run) -> None:
    ok("register", "raw", "Dataset", "--id", "id-1")
    answer = run(
        "register", "--json", "-", input=json.dumps({"name": "m", "artifact_type": "T", "parent_ids": ["raw"]})
    )
    assert answer.status == 0
    assert answer.err.startswith("note: 'raw' is not the id of an artifact; it is the name of 'id-1'")
    assert answer.err.count("\n") == 1


def test_undelete(ok: Ok, run: Run) -> None:
    ok("register", "m", "Model", "--id", "m", "--tag", "a=1")
    before = ok("get", "m", "--format", "json")
    ok("delete", "m", "--yes")
    assert run("undelete", "m").err == "registered again: m\n"
    assert ok("get", "m", "--format", "json") == before
    again = run("undelete", "m")
    assert again.status == 1
    assert "is registered, not deleted" in again.err


def test_purge(ok: Ok, run: Run, folder: Path) -> None:
    ok("register", "raw", "Dataset", "--id", "raw")
    ok("register", "model", "Model", "--id", "m", "--parent", "raw")
    unasked = run("purge", "raw")
    assert unasked.status == 2
    assert "purge asks for confirmation, but there is no terminal to ask on: give --yes" in unasked.err
    refused = run("purge", "raw", "--yes")
    assert refused.status == 1
    assert "cannot be purged while 1 artifact derives from it" in refused.err
    status, screen = on_terminal("purge", "model", folder=folder, typed="y\n")
    assert status == 0
    assert "Purge model (Model, 1) [m]? This cannot be undone. [y/N]" in screen
    assert run("undelete", "m").status == 1
    ok("delete", "raw", "--yes")
    assert run("purge", "raw", "--yes").err == "purged: raw\n"
    assert run("purge", "nobody", "--yes").status == 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12345e7", "12345e7"),
        ("12e4567", "12e4567"),
        ("1E5", "1E5"),
        ("1234567", 1234567),
        ("0123456", "0123456"),
        ("12345678901234567890", "12345678901234567890"),
        ("1e-5", "1e-5"),
        ("1e-05", 1e-5),
        ("1e+5", "1e+5"),
        ("1.0e5", "1.0e5"),
        ("3.10", "3.10"),
        ("3.1", 3.1),
        ("1.0", 1.0),
        ("-0", "-0"),
        ("-1.5e400", "-1.5e400"),
        ('"12345e7"', "12345e7"),
        ("[1e5]", [1e5]),
    ],
)
def test_the_id_of_a_commit_stays_text(ok: Ok, text: str, value: object) -> None:
    ok("register", "m", "Model", "--id", "m", "--tag", f"commit={text}")
    with ArtifactCatalog() as catalog:
        assert catalog.get("m").tags == {"commit": value}  # type: ignore[union-attr]
    assert ok("tag", "m", ok("tag", "m", "a=1").splitlines()[0], "a=1").splitlines()[-1] == "a=1"
    with ArtifactCatalog() as catalog:
        assert catalog.get("m").tags["commit"] == value  # type: ignore[union-attr]
