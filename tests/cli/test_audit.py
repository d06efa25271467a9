"""The change record from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.cli.conftest import Run

Ok = Callable[..., str]


def test_audit(ok: Ok, run: Run) -> None:
    ok("register", "fraud", "Model", "--id", "m1", "--parent-id", "raw")
    ok("tag", "m1", "stage=production", "n=1")
    ok("untag", "m1", "n")
    ok("alias", "set", "fraud", "champion", "m1")
    ok("delete", "m1", "--yes", "--force")
    lines = ok("audit").splitlines()
    assert lines[0].split() == ["NUMBER", "AT", "BY", "ARTIFACT", "WHAT"]
    words = [" ".join(line.split()[2:]) for line in lines[1:]]
    assert sorted(words) == sorted(
        [
            "m1 edges removed: raw",
            "m1 deleted",
            "m1 alias moved fraud@champion: m1 -> none",
            "m1 alias moved fraud@champion: none -> m1",
            "m1 tagged -n",
            "m1 tagged stage=production n=1",
            "m1 edges added: raw",
            "m1 registered fraud:1 (Model)",
        ]
    )
    assert len(ok("audit", "m1", "--kind", "tagged", "--format", "csv").splitlines()) == 3
    items = [json.loads(line) for line in ok("audit", "--after", "0", "--format", "ndjson").splitlines()]
    assert [item["number"] for item in items] == sorted(item["number"] for item in items)
    assert json.loads(ok("audit", "--format", "json", "--after", "4"))["record"]["whole"] is True
    cut = run("audit", "--limit", "1")
    assert (len(cut.out.splitlines()), "there are more" in cut.err) == (2, True)
    assert run("audit", "--kind", "other").status == 2
    assert run("audit", "none").status == 1
    assert "No recorded change" in run("audit", "--by", "nobody").err


def test_purged(ok: Ok) -> None:
    ok("register", "secret", "Model", "--id", "m1")
    ok("purge", "m1", "--yes")
    assert "secret" not in ok("audit")
    assert "registered (purged)" in ok("audit", "m1")
