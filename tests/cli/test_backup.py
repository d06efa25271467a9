"""`catalog-graph backup` and `restore`."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.cli.conftest import Run


def test_the_commands(run: Run) -> None:
    assert run("register", "raw", "Dataset", "--id", "raw").status == 0
    done = run("backup", "all.gz")
    assert done.status == 0
    assert done.out.startswith("1 artifact, 0 removed edges, 0 aliases, 0 moves of aliases, as of 20")
    checked = run("restore", "all.gz", "--check", "--db", "other.db")
    assert (checked.status, checked.out[:38]) == (0, "The backup is whole: 1 artifact, 0 rem")
    assert run("list", "--db", "other.db").status != 0
    assert run("restore", "all.gz", "--db", "other.db").out.startswith("new 1, known 0, left out 0")
    assert run("restore", "all.gz", "--db", "other.db").out.startswith("new 0, known 1, left out 0")
    assert run("restore", "other.db", "--check").status == 2


def test_a_backup_and_its_restore_fail_where_something_is_left_out(run: Run, folder: Path) -> None:
    assert run("register", "raw", "Dataset", "--id", "raw").status == 0
    with closing(sqlite3.connect(folder / ".flowyml" / "catalog.db")) as file, file:
        file.execute("UPDATE artifacts SET name = ''")
    done = run("backup", "all.gz")
    assert done.status == 1
    assert "Left out: 1; the lines of kind left_out in the file give the reasons." in done.err
    done = run("restore", "all.gz", "--db", "other.db")
    assert done.status == 1
    assert "Left out: raw: " in done.err
    assert "The backup was not restored as a whole." in done.err


def test_a_load_of_a_copy_that_was_altered_fails(run: Run, folder: Path) -> None:
    assert run("register", "raw", "Dataset", "--id", "raw").status == 0
    assert run("dump", "all.ndjson").status == 0
    lines = (folder / "all.ndjson").read_text("utf-8").splitlines(keepends=True)
    (folder / "cut.ndjson").write_text("".join(lines[:-1]), encoding="utf-8")
    (folder / "altered.ndjson").write_text("".join(lines).replace('"raw"', '"row"'), encoding="utf-8")
    for name in ("cut.ndjson", "altered.ndjson"):
        done = run("load", name, "--db", f"{name}.db")
        assert (done.status, "Left out: " in done.err) == (1, True)
