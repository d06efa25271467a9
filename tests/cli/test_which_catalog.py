"""The choice of the catalog by options and by the environment."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from catalog_graph import ArtifactCatalog
from catalog_graph.cli.app import KEY, REFUSED, STATUSES, UNREACHABLE, USAGE
from catalog_graph.cli.output import BROKEN_PIPE
from tests.cli.conftest import Run
from tests.support.programs import free_port


@pytest.fixture
def other(folder: Path) -> str:
    """Make a catalog file with one artifact, other than the default file."""
    with ArtifactCatalog(db_path="other.db") as catalog:
        catalog.register("model", "Model", artifact_id="m")
    return "other.db"


def test_other_ways_to_name_a_file(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder / "home"))
    for name, path in (("~/a.db", "home/a.db"), ("sqlite:///b.db", "b.db"), (f"sqlite:///{folder}/c.db", "c.db")):
        assert run("--db", name, "register", "m", "Model").status == 0
        assert (folder / path).is_file()
        assert run("list", "--db", name, "--format", "csv").out.count("Model") == 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (":memory:", "--db ':memory:' is a catalog in memory, which would end with the command; name a file"),
        ("sqlite:///:memory:", "is a catalog in memory, which would end with the command; name a file"),
        ("file:a.db", "--db 'file:a.db' is a file: address, which is not supported"),
        ("sqlite://host/a.db", "--db 'sqlite://host/a.db' names no file; write sqlite:///FILE"),
        ("http://127.0.0.1:9", "--db takes a file: give the URL of a service to --endpoint"),
    ],
)
def test_what_names_no_file(run: Run, folder: Path, name: str, message: str) -> None:
    for arguments in (["--db", name, "register", "m", "Model"], ["list", "--db", name], ["doctor", "--db", name]):
        done = run(*arguments)
        assert (done.status, done.out) == (2, "")
        assert message in done.err
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("arguments", [["--db", "other.db", "impact", "m"], ["impact", "m", "--db", "other.db"]])
def test_options_stand_before_a_command_or_after_it(other: str, arguments: list[str], run: Run) -> None:
    assert run(*arguments).out == "0 artifacts derive from model (Model, v1) [m]; 0 in production\n"


def test_a_file_wins_over_the_environment(other: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOWYML_CATALOG_ENDPOINT", "http://127.0.0.1:9/api/v1/catalog")
    assert run("--db", other, "impact", "m").status == 0


def test_a_read_makes_no_file(run: Run, folder: Path) -> None:
    for arguments in (["impact", "m"], ["impact", "m", "--db", "none/none.db"]):
        done = run(*arguments)
        assert (done.status, done.out) == (1, "")
        assert "register an artifact to create it" in done.err
    assert "there is no catalog at none/none.db" in done.err
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["--db", "a.db", "impact", "m", "--endpoint", "http://127.0.0.1:9"],
        ["impact", "m", "--db", "a.db", "--api-key", "secret"],
        ["impact", "m", "--db", "http://127.0.0.1:9"],
        ["--db", "a.db", "serve"],
        ["--db", "a.db", "push"],
        ["push"],
    ],
)
def test_contradictions_are_usage_errors(arguments: list[str], run: Run) -> None:
    done = run(*arguments)
    assert (done.status, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1
    assert "secret" not in done.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["upstream", "m", "--as-of", "yesterday"], "--as-of 'yesterday' is not an instant"),
        (["register", "n", "T", "--id", "search"], "--id 'search' is reserved"),
        (["register", "n", "T" * 129], "TYPE has 129 characters"),
        (["list", "--facets", "name"], "--facets cannot count by the field 'name'"),
        (["list", "--endpoint", "nowhere"], "--endpoint 'nowhere' is"),
    ],
)
def test_messages_name_the_option_instead_of_the_field(
    other: str, arguments: list[str], message: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run(*arguments, *([] if "--endpoint" in arguments else ["--db", other]))
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(message)
    monkeypatch.setenv("FLOWYML_CATALOG_ENDPOINT", "nowhere")
    assert run("list").err.startswith("FLOWYML_CATALOG_ENDPOINT 'nowhere' is")


def test_a_service_that_is_not_there_has_a_status_of_its_own(run: Run) -> None:
    done = run("impact", "m", "--endpoint", f"http://127.0.0.1:{free_port()}/api/v1/catalog")
    assert (done.status, done.out) == (3, "")
    assert "is the service running there" in done.err


def test_every_status_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
    documented = {int(status) for status in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)}
    assert documented == {0, REFUSED, USAGE, UNREACHABLE, KEY, 130, BROKEN_PIPE}
    assert set(STATUSES.values()) <= documented


def test_time_and_tries_are_options(run: Run) -> None:
    endpoint = f"http://127.0.0.1:{free_port()}/api/v1/catalog"
    for arguments in (
        ["--tries", "1", "list", "--endpoint", endpoint],
        ["list", "--endpoint", endpoint, "--tries", "1"],
    ):
        assert run(*arguments).status == UNREACHABLE
    for option, value in (("--tries", "0"), ("--timeout", "-1")):
        done = run("list", "--endpoint", endpoint, option, value)
        assert done.status == USAGE
        assert f"{option} {value}" in done.err
