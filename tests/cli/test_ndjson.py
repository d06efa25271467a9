"""`catalog-graph load` and `dump`."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import Run
from tests.server.command import COMMAND, environment

ENTRY = {"name": "n", "artifact_type": "T"}


def written(path: Path, *objects: object) -> Path:
    path.write_text("".join(f"{json.dumps(each)}\n" for each in objects), encoding="utf-8")
    return path


def ids(text: str) -> list[str]:
    return [json.loads(line)["artifact_id"] for line in text.splitlines()]


def artifact_ids(text: str) -> list[str]:
    lines = map(json.loads, text.splitlines())
    return [line["artifact_id"] for line in lines if line["kind"] == "artifact"]


def test_out_of_one_catalog_into_another(folder: Path, run: Run, ok: Callable[..., str]) -> None:
    ok("register", "raw", "Dataset", "--id", "a", "--tag", "é=1")
    ok("register", "model", "Model", "--id", "b", "--parent", "a")
    done = run("dump", "all.ndjson")
    assert (done.status, done.out) == (0, "")
    assert "2 artifacts written." in done.err
    done = run("load", "all.ndjson", "--db", "other.db")
    counts = "new 2, known 0, left out 0; history and aliases: new 2, known 0, left out 0.\n"
    assert (done.status, done.out) == (0, counts)
    assert ok("dump", "--db", "other.db").splitlines()[0].startswith('{"kind":"catalog","format":2')
    assert ids(ok("dump", "-", "--query", "type:Dataset")) == ["a"]
    assert ok("load", "-", input=(folder / "all.ndjson").read_text("utf-8")).startswith("new 0, known 2")
    assert artifact_ids(ok("dump")) == ["a", "b"]


def test_bad_lines(folder: Path, run: Run) -> None:
    file = written(folder / "some.ndjson", {**ENTRY, "artifact_id": "a"}, {"name": "n"}, 5)
    done = run("load", str(file), "--bad-rows", "bad.ndjson", "--strict")
    assert (done.status, done.out) == (1, "new 1, known 0, left out 2.\n")
    assert "Left out: line 2: artifact_type is required" in done.err
    bad = [json.loads(line) for line in (folder / "bad.ndjson").read_text().splitlines()]
    assert sorted(each["artifact"] for each in bad) == ["line 2", "line 3"]
    assert run("load", str(file)).status == 0


def test_invalid_files_and_options(folder: Path, run: Run, ok: Callable[..., str]) -> None:
    done = run("load", "none.ndjson")
    assert done.status == 2
    assert "'none.ndjson' cannot be read" in done.err
    ok("register", "raw", "Dataset")
    assert run("load", str(written(folder / "x.ndjson")), "--on-duplicate", "maybe").status == 2
    assert run("dump", "--query", "(").status == 2


def test_a_reader_that_goes_away(folder: Path) -> None:
    """A reader such as `head` ends early, without an error message of the command."""
    objects = ({**ENTRY, "metadata": {"m": "x" * 2000}} for _ in range(2000))
    written(folder / "many.ndjson", *objects)
    variables = environment()
    subprocess.run([COMMAND, "load", "many.ndjson"], cwd=folder, env=variables, check=True, capture_output=True)
    dump = subprocess.Popen(
        [COMMAND, "dump"], cwd=folder, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert dump.stdout is not None
    assert dump.stderr is not None
    assert dump.stdout.readline().startswith(b"{")
    dump.stdout.close()
    errors = dump.stderr.read()
    assert dump.wait(60) == 141
    assert b"Traceback" not in errors
    assert b"Error" not in errors
    dump.stderr.close()
