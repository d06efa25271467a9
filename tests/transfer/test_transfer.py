"""Transfer of whole catalogs between a file and a service."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.backends.remote.backend import RemoteCatalogBackend
from catalog_graph.catalog.catalog import ArtifactCatalog
from catalog_graph.errors import InvalidInput, StoreUnavailable
from catalog_graph.transfer import push_pull
from catalog_graph.transfer.push_pull import BATCH_ROWS, TransferResult, pull, push
from tests.client.faults import FaultyWay
from tests.server.command import environment
from tests.server.forks import run_forked
from tests.support.entries import artifact, without_clock
from tests.support.programs import free_port
from tests.transfer.files import add_rows, flowyml_file, row

MANY = 2 * BATCH_ROWS + 100


class Watcher:
    """Callbacks of a transfer that record their calls and can interrupt it after some batches."""

    def __init__(self, stop_after: int = 1_000_000) -> None:
        self.bad: dict[str, str] = {}
        self.seen: list[int] = []
        self._stop_after = stop_after

    def bad_row(self, label: str, reason: str) -> None:
        assert label not in self.bad
        self.bad[label] = reason

    def progress(self, seen: int) -> None:
        self.seen.append(seen)
        if len(self.seen) == self._stop_after:
            raise KeyboardInterrupt


def run_push(path: Path, target: CatalogBackend, watcher: Watcher | None = None) -> TransferResult:
    watcher = watcher or Watcher()
    return push(path, target, bad_row=watcher.bad_row, progress=watcher.progress, mark="there")


def run_pull(source: CatalogBackend, path: Path, watcher: Watcher | None = None) -> TransferResult:
    watcher = watcher or Watcher()
    with LocalCatalogBackend(path) as local:
        return pull(source, local, path, bad_row=watcher.bad_row, progress=watcher.progress, mark="there")


def artifacts_of(backend: CatalogBackend) -> dict[str, dict[str, object]]:
    """Return every artifact by its id, without the instants of the store's clock."""
    return {entry.artifact_id: without_clock(entry) for entry in backend.list_artifacts(limit=100_000)}


def chain_of(count: int) -> list[CatalogEntry]:
    """Return artifacts each of which derives from the next."""
    entries = [artifact(f"a{n:05}", f"a{n + 1:05}", at=n, version=f"v{n}") for n in range(count)]
    entries[-1].parent_ids = []
    return entries


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return an empty FlowyML catalog."""
    return flowyml_file(tmp_path / "catalog.db")


def test_everything_arrives_as_it_was(local_backend: LocalCatalogBackend, remote_backend: RemoteCatalogBackend) -> None:
    tags = {"stage": "production", "f1": 0.5, "n": 1, "flags": [True, None], "ä": "ö"}
    local_backend.register_many(
        [
            artifact("raw/2026", at=1, uri="s3://lake/raw", metadata={"rows": 10, "deep": {"a": [1.0]}}),
            artifact("model", "raw/2026", "never registered", at=2, version="v7", tags=tags, content_hash="ab" * 32),
            artifact("naive", created_at="2026-01-01T00:00:03", version="4"),
        ]
    )
    done = run_push(local_backend.db_path, remote_backend)

    assert (done.registered, done.left_out, done.resumed_at) == (3, 0, 0)
    assert artifacts_of(remote_backend) == artifacts_of(local_backend)
    upstream = remote_backend.upstream("model")
    assert {card.artifact_id: card.state for card in upstream.nodes} == {
        "raw/2026": "registered",
        "never registered": "unregistered",
    }
    again = run_push(local_backend.db_path, remote_backend)
    assert (again.registered, again.new, again.changed) == (3, 0, 0)
    assert artifacts_of(remote_backend) == artifacts_of(local_backend)


def test_there_and_back(
    local_backend: LocalCatalogBackend, remote_backend: RemoteCatalogBackend, tmp_path: Path
) -> None:
    local_backend.register_many(chain_of(MANY))
    run_push(local_backend.db_path, remote_backend)
    done = run_pull(remote_backend, tmp_path / "back.db")

    assert done.registered == MANY
    with LocalCatalogBackend(tmp_path / "back.db") as back:
        assert artifacts_of(back) == artifacts_of(local_backend)
        assert back.upstream("a00000", limit=None).total == MANY - 1
    assert list(tmp_path.glob("*.json")) == []


def test_an_interrupted_push_resumes_where_it_stopped(
    local_backend: LocalCatalogBackend, remote_backend: RemoteCatalogBackend
) -> None:
    local_backend.register_many(chain_of(MANY))
    with pytest.raises(KeyboardInterrupt):
        run_push(local_backend.db_path, remote_backend, Watcher(stop_after=1))
    watcher = Watcher()
    done = run_push(local_backend.db_path, remote_backend, watcher)

    assert (done.resumed_at, done.registered) == (BATCH_ROWS, MANY - BATCH_ROWS)
    assert watcher.seen == [2 * BATCH_ROWS, MANY]
    assert artifacts_of(remote_backend) == artifacts_of(local_backend)


def test_an_interrupted_push_starts_over_with_another_file(file: Path, remote_backend: RemoteCatalogBackend) -> None:
    add_rows(file, (row(f"old-{n}") for n in range(MANY)))
    with pytest.raises(KeyboardInterrupt):
        run_push(file, remote_backend, Watcher(stop_after=1))
    file.unlink()
    flowyml_file(file)
    add_rows(file, (row(f"new-{n}") for n in range(MANY)))

    assert run_push(file, remote_backend).resumed_at == 0
    assert sum(artifact_id.startswith("new-") for artifact_id in artifacts_of(remote_backend)) == MANY


def test_an_interrupted_pull_resumes_where_it_stopped(remote_backend: RemoteCatalogBackend, tmp_path: Path) -> None:
    remote_backend.register_many(chain_of(MANY))
    with pytest.raises(KeyboardInterrupt):
        run_pull(remote_backend, tmp_path / "back.db", Watcher(stop_after=1))
    done = run_pull(remote_backend, tmp_path / "back.db")

    assert (done.resumed_at, done.registered) == (BATCH_ROWS, MANY - BATCH_ROWS)
    with LocalCatalogBackend(tmp_path / "back.db") as back:
        assert artifacts_of(back) == artifacts_of(remote_backend)


def test_a_push_starts_over_if_what_was_copied_has_changed(
    local_backend: LocalCatalogBackend, remote_backend: RemoteCatalogBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push_pull, "BATCH_ROWS", 2)
    catalog = ArtifactCatalog(local_backend)
    local_backend.register_many(artifact(f"a{n}", at=n) for n in range(6))
    for change in (
        lambda: catalog.tag("a0", license="restricted"),
        lambda: catalog.add_parents("a1", "a0"),
        lambda: catalog.set_alias(catalog.get("a0").name, "champion", "a0"),
        lambda: catalog.delete("a1", force=True),
        lambda: catalog.purge("a0", force=True),
    ):
        with pytest.raises(KeyboardInterrupt):
            run_push(local_backend.db_path, remote_backend, Watcher(stop_after=2))
        change()
        done = run_push(local_backend.db_path, remote_backend)
        assert (done.whole, done.resumed_at) == (True, 0)
        assert artifacts_of(remote_backend) == artifacts_of(local_backend)


def test_a_push_starts_over_if_the_source_has_shrunk(file: Path, tmp_path: Path) -> None:
    add_rows(file, (row(f"old-{n}") for n in range(MANY)))
    with LocalCatalogBackend(tmp_path / "target.db") as target:
        with pytest.raises(KeyboardInterrupt):
            run_push(file, target, Watcher(stop_after=1))
        file.unlink()
        add_rows(flowyml_file(file), [row("new")])
        assert (run_push(file, target).registered, "new" in artifacts_of(target)) == (1, True)


def test_a_transfer_starts_over_with_another_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service was reset, or a half-pulled file was deleted, or replaced by another one."""
    monkeypatch.setattr(push_pull, "BATCH_ROWS", 2)
    back = tmp_path / "back.db"
    with LocalCatalogBackend(tmp_path / "source.db") as source:
        source.register_many(artifact(f"a{n}", at=n) for n in range(6))
        for number in range(2):
            with LocalCatalogBackend(tmp_path / f"target-{number}.db") as target:
                if number == 0:
                    with pytest.raises(KeyboardInterrupt):
                        run_push(source.db_path, target, Watcher(stop_after=2))
                    continue
                assert run_push(source.db_path, target).resumed_at == 0
                assert artifacts_of(target) == artifacts_of(source)
        for replacement in (None, source.db_path):
            with pytest.raises(KeyboardInterrupt):
                run_pull(source, back, Watcher(stop_after=2))
            for name in tmp_path.glob("back.db*"):
                if name.suffix != ".json":
                    name.unlink()
            if replacement is not None:
                with LocalCatalogBackend(back) as other:
                    other.register(artifact("a3"))
                (tmp_path / "kept.db").hardlink_to(back)
            assert run_pull(source, back).resumed_at == 0
            with LocalCatalogBackend(back) as pulled:
                assert set(artifacts_of(pulled)) == set(artifacts_of(source))


def test_a_checkpoint_of_an_earlier_version_is_not_used(local_backend: LocalCatalogBackend, tmp_path: Path) -> None:
    local_backend.register_many(chain_of(MANY))
    path = local_backend.db_path.with_name(f"{local_backend.db_path.name}.push.json")
    with LocalCatalogBackend(tmp_path / "target.db") as target:
        with pytest.raises(KeyboardInterrupt):
            run_push(local_backend.db_path, target, Watcher(stop_after=1))
        place = json.loads(path.read_text())
        path.write_text(json.dumps({"with": "there", "records": place["records"], "label": place["artifact"]}))
        assert run_push(local_backend.db_path, target).resumed_at == 0
        assert artifacts_of(target) == artifacts_of(local_backend)
    assert not path.exists()


def test_what_the_first_part_left_out_is_in_the_result(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_rows(file, [row("bad", name=""), *(row(f"a{n}") for n in range(MANY)), row("worse", name="")])
    with LocalCatalogBackend(tmp_path / "target.db") as target:
        for limit, resumes in ((1, True), (0, False)):
            monkeypatch.setattr(push_pull, "MAX_ROWS", limit)
            with pytest.raises(KeyboardInterrupt):
                run_push(file, target, Watcher(stop_after=2))
            watcher = Watcher()
            done = run_push(file, target, watcher)
            assert (bool(done.resumed_at), done.left_out, set(watcher.bad)) == (resumes, 2, {"bad", "worse"})
            assert len(done.reasons) == done.kinds["artifact"]["left_out"] == 2


BAD_ROWS = {
    "broken tags": row("broken tags", tags='{"stage": '),
    "nan": row("nan", tags='{"loss": NaN}'),
    "tags are a list": row("tags are a list", tags="[1]"),
    "parents are an object": row("parents are an object", parent_ids="{}"),
    "a parent is a number": row("a parent is a number", parent_ids="[7]"),
    "own parent": row("own parent", "own parent"),
    "no name": row("no name", name=""),
    "no utf-8": row("no utf-8", name=b"caf\xe9"),
    "no instant": row("no instant", created_at="yesterday"),
    "too long": row("too long", name="x" * 600),
    "control": row("control", source_step="a\x07b"),
    "deep": row("deep", metadata='{"a":' * 200 + "1" + "}" * 200),
    "batch": row("batch"),
}


def test_bad_rows_are_reported_and_left_out_whole(file: Path, remote_backend: RemoteCatalogBackend) -> None:
    add_rows(file, [row("good"), *BAD_ROWS.values(), row("child", "good", "no name"), row(None)])
    watcher = Watcher()
    done = run_push(file, remote_backend, watcher)

    assert set(artifacts_of(remote_backend)) == {"good", "child"}
    assert set(watcher.bad) == {*BAD_ROWS, f"row {len(BAD_ROWS) + 3}"}
    assert (done.registered, done.left_out) == (2, len(BAD_ROWS) + 1)
    assert "tags is not valid JSON" in watcher.bad["broken tags"]
    assert "own parent" in watcher.bad["own parent"]


def test_a_cycle_loses_one_row_and_no_other(file: Path, remote_backend: RemoteCatalogBackend) -> None:
    add_rows(
        file, [row("a", "b"), row("b", "c"), row("c", "a"), row("d", "c"), *(row(f"n{n}") for n in range(BATCH_ROWS))]
    )
    add_rows(file, [row("x", "y"), *(row(f"m{n}") for n in range(BATCH_ROWS)), row("y", "x")])
    watcher = Watcher()
    run_push(file, remote_backend, watcher)

    assert len(watcher.bad) == 2
    assert all("would derive from itself" in reason for reason in watcher.bad.values())
    [of_one_batch] = set(watcher.bad) & {"a", "b", "c"}
    assert set(watcher.bad) - {of_one_batch} <= {"x", "y"}
    assert set(artifacts_of(remote_backend)) >= {"a", "b", "c", "d", "x", "y"} - set(watcher.bad)
    assert len(artifacts_of(remote_backend)) == 6 + 2 * BATCH_ROWS - 2


def test_deleted_artifacts_are_transferred_as_deleted(
    local_backend: LocalCatalogBackend, remote_backend: RemoteCatalogBackend
) -> None:
    local_backend.register_many([artifact("raw"), artifact("model", "raw"), artifact("gone")])
    local_backend.delete("raw")
    local_backend.delete("gone")
    run_push(local_backend.db_path, remote_backend)

    assert set(artifacts_of(remote_backend)) == {"model"}
    assert [(card.artifact_id, card.state) for card in remote_backend.upstream("model").nodes] == [("raw", "deleted")]


def test_a_file_that_is_not_a_catalog_is_refused(tmp_path: Path, remote_backend: RemoteCatalogBackend) -> None:
    (tmp_path / "text.db").write_text("hello " * 1000)
    for path, reason in (
        (tmp_path / "none.db", "there is no file"),
        (tmp_path / "text.db", "cannot be read as a catalog"),
    ):
        with pytest.raises(InvalidInput, match=reason):
            run_push(path, remote_backend)
    assert not (tmp_path / "none.db").exists()


def test_a_service_that_does_not_answer_is_an_error(file: Path) -> None:
    add_rows(file, [row("a")])
    with (
        RemoteCatalogBackend(f"http://127.0.0.1:{free_port()}/api/v1/catalog") as nobody,
        pytest.raises(StoreUnavailable),
    ):
        run_push(file, nobody)


# ---- the commands


@pytest.fixture
def command(server_url: str, tmp_path: Path) -> Command:
    return Command(server_url, tmp_path)


class Command:
    """The command `catalog-graph`, run in a temporary folder against a service."""

    def __init__(self, endpoint: str, folder: Path) -> None:
        self.folder = folder
        self._variables = environment(FLOWYML_CATALOG_ENDPOINT=endpoint, COLUMNS="200")

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return run_forked(arguments, self._variables, self.folder)


def test_push_and_pull(command: Command, remote_backend: RemoteCatalogBackend) -> None:
    (command.folder / ".flowyml").mkdir()
    file = flowyml_file(command.folder / ".flowyml" / "catalog.db")
    add_rows(file, [row("good"), row("child", "good"), *(row(f"bad {n}", name="") for n in range(25))])

    done = command("push", ".flowyml/catalog.db", "--bad-rows", "bad.jsonl")
    assert done.returncode == 0
    assert done.stdout == "new 2, known 0, left out 25.\n"
    assert "Left out: bad 0: name is required and must not be empty" in done.stderr
    assert "… and 5 more; --bad-rows FILE writes them all to a file" in done.stderr
    assert "27/27" not in done.stderr, "progress is for terminals"
    lines = [json.loads(line) for line in (command.folder / "bad.jsonl").read_text().splitlines()]
    assert [line["artifact"] for line in lines] == [f"bad {n}" for n in range(25)]
    assert command("push", "--strict").returncode == 1

    back = command("pull", "new/catalog.db")
    assert back.returncode == 0
    assert back.stdout == "new 2, known 0, left out 0.\n"
    with LocalCatalogBackend(command.folder / "new" / "catalog.db") as local:
        assert artifacts_of(local) == artifacts_of(remote_backend)


def test_a_resumed_push_counts_and_writes_what_was_left_out_before(
    command: Command, remote_backend: RemoteCatalogBackend
) -> None:
    file = flowyml_file(command.folder / "catalog.db")
    add_rows(file, [row("bad", name=""), *(row(f"a{n}") for n in range(MANY))])
    watcher = Watcher(stop_after=2)
    with pytest.raises(KeyboardInterrupt):
        push(file, remote_backend, bad_row=watcher.bad_row, progress=watcher.progress, mark=remote_backend.endpoint)
    done = command("push", "catalog.db", "--strict", "--bad-rows", "bad.jsonl")
    assert (done.returncode, "were done before" in done.stdout, "left out 1" in done.stdout) == (1, True, True)
    assert [json.loads(line)["artifact"] for line in (command.folder / "bad.jsonl").read_text().splitlines()] == ["bad"]


def test_the_commands_take_time_and_tries(command: Command, server_url: str) -> None:
    file = flowyml_file(command.folder / "catalog.db")
    add_rows(file, [row("a")])
    with FaultyWay(server_url) as faulty:
        for arguments, plan, message in (
            (("push", "catalog.db", "--tries", "1"), [503], "answered 503"),
            # The second request of a pull that may be sent again: a service without /export is asked for a list.
            (("pull", "back.db", "--tries", "1"), [404, 503], "answered 503"),
            (("pull", "back.db", "--timeout", "0.1"), [404, "slow"], "has not answered within 0.1 s"),
        ):
            faulty.plan, faulty.seen = list(plan), []
            done = command(*arguments, "--endpoint", faulty.url)
            assert (done.returncode, len(faulty.seen)) == (3, len(plan))
            assert message in done.stderr


def test_the_commands_report_errors_in_one_sentence(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    none = command("push", "none.db")
    assert (none.returncode, none.stderr) == (
        2,
        "there is no file 'none.db'; name a catalog file such as .flowyml/catalog.db\n",
    )
    flowyml_file(command.folder / "catalog.db")
    add_rows(command.folder / "catalog.db", [row("a")])
    nobody = command("push", "catalog.db", "--endpoint", f"http://127.0.0.1:{free_port()}/api/v1/catalog")
    assert nobody.returncode == 3
    assert "repeat the same command to resume" in nobody.stderr.splitlines()[-1]
