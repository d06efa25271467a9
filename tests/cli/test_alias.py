"""Aliases from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.cli.conftest import Run

Ok = Callable[..., str]


def test_aliases(ok: Ok, run: Run) -> None:
    for artifact_id in ("m1", "m2"):
        ok("register", "model", "Model", "--id", artifact_id)
    assert run("alias", "set", "model", "champion", "m1", "--by", "ann").err == "model@champion is m1\n"
    assert run("alias", "set", "model", "champion", "model:v2").err == "model@champion is m2 (before: m1)\n"
    refused = run("alias", "set", "model", "champion", "m1", "--if-free")
    assert (refused.status, "'m2' holds it" in refused.err) == (1, True)
    assert run("alias", "set", "model", "champion", "m1", "--expected", "m1").status == 1
    assert run("alias", "set", "model", "champion", "m1", "--expected", "m2", "--if-free").status == 2
    assert json.loads(ok("get", "model@champion", "--format", "json"))["artifact_id"] == "m2"
    [held] = json.loads(ok("alias", "list", "model", "--format", "json"))["items"]
    assert (held["alias"], held["artifact_id"], held["by"]) == ("champion", "m2", "")
    assert ok("alias", "list").splitlines()[0].split() == ["NAME", "ALIAS", "ARTIFACT_ID", "BY", "AT"]
    refused = run("delete", "m2", "--yes")
    assert (refused.status, "--force" in refused.err) == (1, True)
    assert run("alias", "unset", "model", "champion", "--expected", "m2").err == (
        "model@champion is free (before: m2)\n"
    )
    assert run("alias", "unset", "model", "champion").err == "model@champion is free (it was free before)\n"
    lines = ok("alias", "history", "model", "champion", "--format", "csv").splitlines()
    assert [line.split(",")[:5] for line in lines] == [
        ["name", "alias", "before", "after", "by"],
        ["model", "champion", "m2", "", ""],
        ["model", "champion", "m1", "m2", ""],
        ["model", "champion", "", "m1", "ann"],
    ]
    assert ok("alias", "history", "model", "--limit", "1").count("champion") == 1
    ok("alias", "set", "model", "champion", "m2")
    assert run("delete", "m2", "--yes", "--force").err == "deleted: m2\n"


def test_lists_that_are_cut_short_say_so(ok: Ok, run: Run) -> None:
    for word in ("champion", "shadow"):
        ok("register", "model", "Model", "--id", word)
        ok("alias", "set", "model", word, word)
    for command, which in (("list", "first"), ("history", "last")):
        for form in ("table", "csv", "json"):
            cut = run("alias", command, "model", "--limit", "1", "--format", form)
            assert cut.err == f"… there are more: shown are the {which} 1; --limit N shows more\n"
            whole = run("alias", command, "model", "--limit", "2", "--format", form)
            assert whole.err == ""
        assert len(cut.out.splitlines()) < len(whole.out.splitlines())
        assert [json.loads(done.out)["complete"] for done in (cut, whole)] == [False, True]


def test_who_holds_it_may_be_a_reference(ok: Ok, run: Run) -> None:
    for artifact_id in ("m1", "m2"):
        ok("register", "model", "Model", "--id", artifact_id)
    ok("alias", "set", "model", "champion", "model:v1")
    assert run("alias", "set", "model", "champion", "model:v2", "--expected", "model:v2").status == 1
    assert run("alias", "set", "model", "champion", "model:v2", "--expected", "model:v1").err == (
        "model@champion is m2 (before: m1)\n"
    )


def test_an_id_and_nothing_else(ok: Ok, run: Run) -> None:
    ok("register", "raw", "Dataset", "--id", "i")
    run("register", "other", "Model", "--id", "o", "--parent-id", "raw")
    named = run("upstream", "raw", "--format", "json")
    assert json.loads(named.out)["root"]["artifact_id"] == "i"
    assert "note: 'raw' is read as the name of 'i'" in named.err
    assert "--id" in named.err
    exact = run("downstream", "raw", "--id", "--format", "csv")
    assert (exact.out.splitlines()[1].split(",")[0], exact.err) == ("o", "")
    for command in (
        ["get", "other:1", "--id"],
        ["tag", "other:1", "a=1", "--id"],
        ["delete", "other:1", "--yes", "--id"],
        ["paths", "raw", "other:1", "--id"],
        ["diff", "o", "other:1", "--id"],
        ["upstream", "o", "--without", "raw:1", "--id"],
        ["alias", "set", "other", "best", "other:1", "--id"],
        ["alias", "set", "other", "best", "o", "--expected", "other:1", "--id"],
    ):
        assert run(*command).status == 1, command
    ok("alias", "set", "other", "best", "o", "--id")
    ok("delete", "o", "--yes", "--force", "--id")
