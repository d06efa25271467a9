"""`catalog-graph backup` and `restore`."""

from __future__ import annotations

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
