"""Help and errors of usage: words for people, not the types of Python."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from catalog_graph import ArtifactCatalog
from catalog_graph.cli.app import COMMANDS, app
from tests.cli.conftest import Run


def helps(command: Any, context: Any) -> Iterator[str]:
    """Yield the help of a command and of all below it."""
    yield command.get_help(context)
    for name in getattr(command, "commands", ()):
        below = command.get_command(context, name)
        yield from helps(below, type(context)(below, info_name=name, parent=context))


def test_no_help_shows_a_type_of_python() -> None:
    program = typer.main.get_command(app)
    text = "\n".join(
        helps(program, program.make_context("catalog-graph", ["list", "--help"][:1], resilient_parsing=True))
    )
    assert "--depth N" in text
    for shown in re.findall(r"<[^>]*>", text):
        assert "|" in shown, shown  # the words of a choice
    assert "[[" not in text


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("upstream x --depth -1", "--depth '-1' must be at least 0"),
        ("upstream x --depth z", "--depth 'z' must be a whole number"),
        ("impact x --limit 1.5", "--limit '1.5' must be a whole number"),
        ("list --timeout soon", "--timeout 'soon' must be a number"),
        ("diff x y --format pdf", "--format 'pdf' is not one of 'text', "),
        ("upstream", "missing ID; see catalog-graph upstream --help"),
        ("alias set a", "missing ALIAS; see catalog-graph alias set --help"),
        ("list --nosuch", "no such option: --nosuch"),
        ("nosuch", "no such command 'nosuch'"),
        ("get a b", "got unexpected extra argument"),
        ("keys new --scope foo", "--scope 'foo' must be one of read, write, admin"),
        (
            "serve --log-level foo",
            "--log-level or CATALOG_GRAPH_LOG_LEVEL is 'foo', which is invalid: it must be 'debug'",
        ),
        ("serve --port 70000", "--port or CATALOG_GRAPH_PORT is 70000, which is invalid: it must be less than"),
        ("load nothing --on-duplicate no", "--on-duplicate 'no' is not known"),
        ("tag-many nothing", "FILE 'nothing' cannot be read"),
        ("find-by-hash", "give either HASH or --file PATH"),
        ("parents add x", "no parents: give PARENT or --parent-id ID"),
        ("list --total --format csv", "--total has no place in --format csv"),
    ],
)
def test_an_error_of_usage_is_one_sentence(run: Run, line: str, sentence: str) -> None:
    done = run(*line.split())
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(sentence)
    assert done.err.count("\n") == 1
    assert "Value error" not in done.err
    assert "Input should" not in done.err


def test_messages_name_options(run: Run, guarded: str) -> None:
    with ArtifactCatalog() as catalog:
        catalog.register("model", "Model", artifact_id="m", content_hash="h")
        catalog.register("report", "Report", artifact_id="r", parent_ids=["m"])
        catalog.set_alias("model", "champion", "m")
    assert "or delete with --force" in run("delete", "m", "--yes").err
    assert "or use --force, which" in run("purge", "m", "--yes").err
    assert (
        "with --on-duplicate warn"
        in run("register", "copy", "Model", "--content-hash", "h", "--on-duplicate", "error").err
    )
    assert run("list", "--db", ".flowyml").err.startswith("--db '.flowyml' is a folder; name a file")
    assert "ask within a lineage (--where)" in run("search", "metadata.rows>1").err
    assert run("upstream", "m", "--as-of", "soon").err.startswith("--as-of 'soon' is not an instant")
    assert run("--timeout", "0", "list", "--endpoint", guarded).err.startswith(
        "--timeout 0.0 is not a number of seconds"
    )
    for key in ((), ("--api-key", "unknown-key-0123456789")):
        done = run("list", "--endpoint", guarded, *key)
        assert done.status == 4
        assert "--api-key or set FLOWYML_CATALOG_API_KEY" in done.err
    with pytest.raises(Exception, match="as api_key or set FLOWYML_CATALOG_API_KEY"):
        ArtifactCatalog(_remote(guarded)).search("model")


def _remote(endpoint: str) -> Any:
    from catalog_graph.backends import RemoteCatalogBackend

    return RemoteCatalogBackend(endpoint)


# ---- every call of Python has its command


DOCS = Path(__file__).parents[2] / "docs"


def calls() -> dict[str, list[str]]:
    """Return the commands of each method, from the tables of the documentation."""
    table = (DOCS / "cli.md").read_text(encoding="utf-8").split("## Python and the command line")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (.*?) \| (.*?) \|$", table, re.MULTILINE)
    questions = (DOCS / "lineage-questions.md").read_text(encoding="utf-8")
    pairs = re.findall(r"\| `catalog\.(\w+)\([^|]*\| `catalog-graph ([\w-]+)` \|", questions)
    return {question: [command] for question, command in pairs} | {
        method: re.findall(r"`catalog-graph (.*?)`", commands)
        for methods, commands in rows
        for method in re.findall(r"`(\w+)\(", methods)
    }


def test_every_call_of_python_has_its_command() -> None:
    own = {name for name in dir(ArtifactCatalog) if not name.startswith("_")} - {"backend", "close", "list", "track"}
    assert set(calls()) == own
    program: Any = typer.main.get_command(app)
    for commands in calls().values():
        assert commands
        for words in (text.split() for text in commands):
            command = program.commands[words[0]]
            rest = words[1:]
            if words[0] in COMMANDS and hasattr(command, "commands"):
                command, rest = command.commands[words[1]], words[2:]
            options = {option for parameter in command.params for option in parameter.opts}
            assert {word for word in rest if word.startswith("--")} <= options


def test_parents_are_added_and_removed(ok: Any, run: Run) -> None:
    for name in ("raw", "more", "model"):
        ok("register", name, "Dataset", "--id", name)
    assert ok("parents", "add", "model", "raw:v1", "more", "--parent-id", "stub") == "stub\nraw\nmore\n"
    assert ok("parents", "remove", "model", "raw:v1", "stub") == "more\n"
    done = run("parents", "remove", "model", "raw")
    assert (done.out, done.err) == ("more\n", "note: 'raw' is no parent of the artifact\n")
    assert run("parents", "add", "model", "nothing").status == 1
    assert run("parents", "add", "raw", "model").status == 0
    assert run("parents", "add", "more", "raw").status == 1  # a cycle


def test_tags_of_many(ok: Any, run: Run) -> None:
    for name in ("a", "b"):
        ok("register", name, "Dataset", "--id", name)
    assert '"f1": 0.5' in ok("tag-many", "-", input='{"a": {"f1": 0.5}, "b:v1": {"team": "risk"}}')
    assert (
        ok("untag-many", "-", input='{"a": ["f1"], "b": []}') == '{\n  "a": {},\n  "b": {\n    "team": "risk"\n  }\n}\n'
    )
    assert run("tag-many", "-", input='{"a": {"f1": 1}, "c": {}}').status == 1
    assert run("untag-many", "-", input='{"a": {"f1": 1}}').err == 'FILE must be a JSON object {"ID": ["KEY"]}\n'


def test_ids_are_looked_up(ok: Any, run: Run, folder: Path) -> None:
    (folder / "raw.csv").write_text("1,2")
    ok("register", "raw", "Dataset", "raw.csv", "--id", "r1")
    ok("alias", "set", "raw", "golden", "r1")
    assert ok("resolve", "raw@golden") == ok("alias", "get", "raw", "golden") == "r1\n"
    assert ok("find-by-hash", "--file", "raw.csv").splitlines()[1].split() == ["artifact_id", "r1"]
    assert run("find-by-hash", "nothing").status == run("alias", "get", "raw", "other").status == 1
    assert "golden" in ok("alias", "list", "--artifact", "raw")
    assert ok("alias", "list", "raw", "--artifact", "r1", "--format", "csv").count("\n") == 2
