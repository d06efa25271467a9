"""FlowyML's backend and ours write to one file at the same time, and nothing is lost."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flowyml.storage.catalog.local_backend import LocalCatalogBackend as FlowymlBackend

from catalog_graph.backends.local import LocalCatalogBackend
from tests.local.file import entry, present_edges, sql
from tests.support.entries import artifact, ids

ROOT = Path(__file__).parents[2]


@contextmanager
def writer(module: str, path: Path, prefix: str, count: int) -> Iterator[subprocess.Popen[str]]:
    """Start a process that writes to the file once `begin` is called."""
    command = [sys.executable, "-m", f"tests.local.{module}", str(path), prefix, str(count)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def begin(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def remaining_output(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.read()


def in_threads(*tasks: Callable[[], None]) -> None:
    """Run tasks at the same time; raise the first error."""
    errors: list[BaseException] = []

    def run(task: Callable[[], None]) -> None:
        try:
            task()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def chain_edges(prefix: str, count: int) -> set[tuple[str, str]]:
    return {(f"{prefix}-{n}", f"{prefix}-{n - 1}") for n in range(1, count)}


def test_threads_of_both(theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path) -> None:
    count = 25

    def theirs_writes() -> None:
        for n in range(count):
            theirs.register(entry(f"theirs-{n}", *([f"theirs-{n - 1}"] if n else [])))

    def ours_writes(prefix: str) -> None:
        for n in range(count):
            ours.register(artifact(f"{prefix}-{n}", *([f"{prefix}-{n - 1}"] if n else [])))

    def ours_reads() -> None:
        for n in range(count):
            kept = ours.get(f"theirs-{n}")
            assert kept is None or kept.parent_ids == ([f"theirs-{n - 1}"] if n else [])
            ours.search("theirs")

    in_threads(theirs_writes, lambda: ours_writes("a"), lambda: ours_writes("b"), ours_reads)
    assert len(ours.list_artifacts(limit=1000)) == 3 * count == len(theirs.list_artifacts(limit=1000))
    assert present_edges(path) == chain_edges("theirs", count) | chain_edges("a", count) | chain_edges("b", count)


def test_processes_of_both(theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path) -> None:
    count = 40
    with writer("flowyml_writer", path, "theirs", count) as one, writer("our_writer", path, "ours", count) as two:
        begin(one)
        begin(two)
        for number in range(count):
            ours.register(artifact(f"here-{number}", *([f"here-{number - 1}"] if number else [])))
        assert remaining_output(one) == "0\n"
        assert remaining_output(two).split() == [f"ours-{n}" for n in range(count)]
    assert len(ours.list_artifacts(limit=1000)) == 3 * count
    assert present_edges(path) == chain_edges("theirs", count) | chain_edges("ours", count) | chain_edges("here", count)
    assert sql(path, "PRAGMA integrity_check") == [("ok",)]


def test_flowyml_gets_the_lock_while_we_write_without_a_pause(
    theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path
) -> None:
    stop = threading.Event()

    def write(prefix: str) -> None:
        number = 0
        while not stop.is_set():
            ours.register_many([artifact(f"{prefix}-{number}-{n}") for n in range(200)])
            number += 1

    def theirs_writes() -> None:
        try:
            with writer("flowyml_writer", path, "theirs", 20) as process:
                begin(process)
                assert remaining_output(process) == "0\n"
        finally:
            stop.set()

    in_threads(lambda: write("a"), lambda: write("b"), theirs_writes)
    assert ours.upstream("theirs-19").total == 19


def test_tags_set_by_both_are_all_kept(theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path) -> None:
    ours.register(artifact("shared"))
    count = 30
    with writer("flowyml_writer", path, "tag", count) as process:
        begin(process)
        for number in range(count):
            ours.tag("shared", {f"ours{number}": number})
        assert remaining_output(process) == "0\n"
    kept = ours.get("shared")
    assert kept is not None
    assert {k: v for k, v in kept.tags.items() if k.startswith("ours")} == {f"ours{n}": n for n in range(count)}
    assert {k: v for k, v in kept.tags.items() if k.startswith("theirs")} == {
        f"theirs{n}": str(n) for n in range(count)
    }
    assert json.loads(sql(path, "SELECT tags FROM artifacts")[0][0]) == kept.tags


def test_a_killed_writer_leaves_complete_registrations(
    theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path
) -> None:
    stored: list[str] = []
    for round_number in range(3):
        with writer("our_writer", path, f"round{round_number}", 100_000) as process:
            begin(process)
            assert process.stdout is not None
            stored += [process.stdout.readline().strip() for _ in range(5)]
            process.kill()
            stored += remaining_output(process).split()
    assert sql(path, "PRAGMA integrity_check") == [("ok",)]
    kept = {e.artifact_id: e for e in ours.list_artifacts(limit=10_000, query="by:*")}
    assert {artifact_id for artifact_id in stored if artifact_id.count("-")} <= kept.keys()
    assert present_edges(path) == {(i, parent) for i, e in kept.items() for parent in e.parent_ids}
    theirs.register(entry("after", stored[0]))
    assert ids(ours.search("after")) == ["after"]


def test_threads_of_one_process_share_commits(ours: LocalCatalogBackend, path: Path) -> None:
    def register(thread: int) -> None:
        for n in range(20):
            ours.register(artifact(f"t{thread}-{n}", *([f"t{thread}-{n - 1}"] if n else []), name="model"))

    in_threads(*(lambda thread=thread: register(thread) for thread in range(16)))  # type: ignore[misc]
    versions = [e.version for e in ours.list_artifacts(limit=1000)]
    assert sorted(map(int, filter(None, versions))) == list(range(1, 321))
