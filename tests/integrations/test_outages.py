"""A slow or unavailable catalog and killed processes: pipelines go on, and nothing is lost or registered twice."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from catalog_graph.backends.local import LocalCatalogBackend
from tests.server.command import Served, run
from tests.support.pipelines import edges
from tests.support.programs import (
    Program,
    chain,
    free_port,
    run_plainly,
    run_program,
    seconds_of,
    silent_service,
    wait_until,
)

pytestmark = pytest.mark.slow
LENGTH = 8
WAIT = """
from catalog_graph.integrations import flowyml as lineage
assert lineage.flush(60)
"""
SLOW_LINK = """
import pathlib

def wait(o7):
    pathlib.Path("waiting").touch()
    time.sleep(60)
"""


def links(length: int = LENGTH, version: int = 1) -> set[str]:
    """Return the artifacts and edges of a chain."""
    names = ["first_output", *(f"s{number}_output" for number in range(1, length))]
    pairs = zip(names[1:], names, strict=False)
    return {f"first_output:{version}", *(f"{child}:{version} <- {parent}:{version}" for child, parent in pairs)}


@contextmanager
def service(folder: Path, port: int) -> Iterator[Served]:
    """Run a service on a file in `folder`."""
    running = Served("--port", str(port), "--store", f"sqlite:///{folder}/service.db")
    try:
        running.wait_for("Stop with Ctrl-C")
        yield running
    finally:
        running.close()


def endpoint(port: int) -> str:
    return f"http://127.0.0.1:{port}/api/v1/catalog"


def service_edges(folder: Path) -> set[str]:
    with LocalCatalogBackend(folder / "service.db") as backend:
        return edges(backend)


def spool_files(folder: Path) -> list[Path]:
    return list((folder / ".flowyml" / "lineage").glob("*.jsonl"))


def replay(folder: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    monkeypatch.chdir(folder)
    done = run("flowyml", "replay", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def kill_in_its_last_step(folder: Path, **variables: str) -> None:
    """Run a chain whose last step does not end, and kill the process there."""
    text = chain(LENGTH).replace("pipeline = ", f'{SLOW_LINK}steps.append(Step(wait, inputs=["o7"]))\npipeline = ')
    program = Program(folder, text, **variables)
    try:
        wait_until((folder / "waiting").exists)
    finally:
        program.kill()


def test_a_service_that_is_down_gets_it_all_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    _, err = run_program(tmp_path, chain(LENGTH), FLOWYML_CATALOG_ENDPOINT=endpoint(port))

    assert err.count("lineage waits in") == 1
    assert "catalog-graph flowyml replay" in err
    assert len(spool_files(tmp_path)) == 1
    with service(tmp_path, port):
        assert f"{LENGTH} records sent" in replay(tmp_path, monkeypatch)
        assert "0 records sent" in replay(tmp_path, monkeypatch)
    assert service_edges(tmp_path) == links()
    assert spool_files(tmp_path) == []


def test_replaying_into_a_service_that_is_down_says_so_and_keeps_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_program(tmp_path, chain(2), FLOWYML_CATALOG_ENDPOINT=endpoint(free_port()))
    monkeypatch.chdir(tmp_path)
    done = run("flowyml", "replay")

    assert done.returncode == 3
    assert "no answer from the catalog" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(spool_files(tmp_path)) == 1


def test_waiting_records_are_delivered_at_the_next_start(tmp_path: Path) -> None:
    port = free_port()
    run_program(tmp_path, chain(LENGTH), FLOWYML_CATALOG_ENDPOINT=endpoint(port))
    with service(tmp_path, port):
        run_program(tmp_path, chain(2, WAIT), FLOWYML_CATALOG_ENDPOINT=endpoint(port))

    assert service_edges(tmp_path) == links() | links(2, version=2)
    assert spool_files(tmp_path) == []


def test_a_service_that_never_answers_slows_nothing(tmp_path: Path) -> None:
    run_program(tmp_path, chain(1))  # FlowyML's first run in a folder makes its databases
    usual = seconds_of(run_plainly(tmp_path, chain(LENGTH))[0])
    with silent_service() as address:
        out, err = run_program(tmp_path, chain(LENGTH), FLOWYML_CATALOG_ENDPOINT=address)

    # FlowyML itself would wait 60 seconds for each step.
    assert seconds_of(out) < 2 * usual + 1
    assert err.count("lineage waits in") == 1
    [path] = spool_files(tmp_path)
    assert len(path.read_text().splitlines()) == 1 + LENGTH


@pytest.mark.parametrize("is_service_up", [True, False])
def test_a_pipeline_that_is_killed_loses_no_step_that_was_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_service_up: bool
) -> None:
    port = free_port()

    def run_and_kill() -> None:
        kill_in_its_last_step(tmp_path, FLOWYML_CATALOG_ENDPOINT=endpoint(port))

    if is_service_up:
        with service(tmp_path, port):
            run_and_kill()
            replay(tmp_path, monkeypatch)
    else:
        run_and_kill()
        with service(tmp_path, port):
            replay(tmp_path, monkeypatch)
    assert service_edges(tmp_path) == links()
    assert spool_files(tmp_path) == []


def test_a_pipeline_that_is_killed_on_a_local_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kill_in_its_last_step(tmp_path)
    replay(tmp_path, monkeypatch)
    with LocalCatalogBackend(tmp_path / ".flowyml" / "catalog.db") as backend:
        assert edges(backend) == links()
    assert spool_files(tmp_path) == []


def test_a_service_that_is_killed_while_a_pipeline_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    pause = '\ndef pause(*_):\n    open("s4 is done", "w").close()\n    time.sleep(0.5)\n'
    text = chain(40).replace(
        "pipeline = ", f"{pause}steps[4].func = lambda o3, f=steps[4].func: (pause(), f(o3))[1]\npipeline = "
    )
    running = Served("--port", str(port), "--store", f"sqlite:///{tmp_path}/service.db")
    running.wait_for("Stop with Ctrl-C")
    program = Program(tmp_path, text, FLOWYML_CATALOG_ENDPOINT=endpoint(port))
    wait_until((tmp_path / "s4 is done").exists)
    running.signal(signal.SIGKILL)
    running.close()
    with service(tmp_path, port):
        program.finish()
        replay(tmp_path, monkeypatch)

    assert service_edges(tmp_path) == links(40)
    assert spool_files(tmp_path) == []


def test_two_processes_at_once(tmp_path: Path) -> None:
    # FlowyML's databases are created first: two processes cannot create them at the same time.
    run_plainly(tmp_path, "from flowyml import Pipeline\nPipeline('none')")
    programs = [
        Program(tmp_path, chain(LENGTH, WAIT).replace('"chain"', f'"chain {name}"'), name=f"{name}.py")
        for name in ("a", "b")
    ]
    for program in programs:
        assert program.finish()[1] == ""

    with LocalCatalogBackend(tmp_path / ".flowyml" / "catalog.db") as backend:
        entries = backend.list_artifacts(limit=100)
        assert len(entries) == 2 * LENGTH
        for pipeline in ("chain a", "chain b"):
            last = next(e for e in entries if e.source_pipeline == pipeline and e.source_step == f"s{LENGTH - 1}")
            upstream = backend.upstream(last.artifact_id)
            assert [card.name for card in upstream.nodes] == [
                *(f"s{n}_output" for n in range(LENGTH - 2, 0, -1)),
                "first_output",
            ]
            assert {backend.get(card.artifact_id).source_pipeline for card in upstream.nodes} == {pipeline}  # type: ignore[union-attr]
    assert spool_files(tmp_path) == []


def test_a_forked_process_records_for_itself(tmp_path: Path) -> None:
    then = """
    import os
    child = os.fork()
    if child == 0:
        pipeline.run(auto_start_ui=False)
        from catalog_graph.integrations import flowyml as lineage
        os._exit(0 if lineage.flush() else 3)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    pipeline.run(auto_start_ui=False)
    """
    run_program(tmp_path, chain(3, then))

    with LocalCatalogBackend(tmp_path / ".flowyml" / "catalog.db") as backend:
        assert edges(backend) == links(3) | links(3, version=2) | links(3, version=3)


def test_a_spool_that_cannot_be_written_fails_no_pipeline(tmp_path: Path) -> None:
    (tmp_path / ".flowyml").mkdir()
    (tmp_path / ".flowyml" / "lineage").write_text("in the way")
    _, err = run_program(tmp_path, chain(3))

    assert "could not be recorded" in err
    with LocalCatalogBackend(tmp_path / ".flowyml" / "catalog.db") as backend:
        # FlowyML's own registrations went through, as without recording.
        assert edges(backend) == {"first_output:None", "s1_output:None", "s2_output:None"}


def test_python_itself_is_run_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "helper.py").write_text("value = 7")
    (tmp_path / "program.py").write_text(
        "import helper, sys\nprint(__name__, sys.argv, helper.value)\nraise SystemExit(5)\n"
    )
    done = run("flowyml", "run", "program.py", "--epochs", "3", "-v")
    assert (done.stdout, done.returncode) == ("__main__ ['program.py', '--epochs', '3', '-v'] 7\n", 5)

    as_module = run("flowyml", "run", "-m", "program", "x")
    assert as_module.stdout == f"__main__ ['{tmp_path / 'program.py'}', 'x'] 7\n"

    (tmp_path / "broken.py").write_text("def f():\n    raise LookupError('gone')\nf()\n")
    broken = run("flowyml", "run", "broken.py")
    assert broken.returncode == 1
    assert broken.stderr.splitlines()[-1] == "LookupError: gone"
    assert "catalog_graph" not in broken.stderr

    missing = run("flowyml", "run", "nowhere.py")
    assert missing.returncode == 2
    assert (
        missing.stderr
        == "there is no file 'nowhere.py': give the Python file that runs your pipelines, or -m and a module\n"
    )
