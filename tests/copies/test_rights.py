"""Copies over HTTP: history needs the scope `admin`; a service of an earlier version does less, which is said."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.backends.remote.backend import RemoteCatalogBackend
from catalog_graph.catalog.catalog import ArtifactCatalog
from catalog_graph.server.settings import ServerSettings
from tests.copies.conftest import NewCatalog
from tests.copies.support import copied
from tests.server.command import environment
from tests.server.forks import run_forked
from tests.server.running import running

ADMIN, WRITER = "admin-key-0123456789", "writer-key-0123456789"
KEYS = f"root={ADMIN}:admin,ci={WRITER}:write"


@pytest.fixture
def source(local: NewCatalog) -> CatalogBackend:
    """Return a catalog with a tombstone, a removed edge and an alias."""
    catalog = local()
    catalog.register_many(
        [
            CatalogEntry("raw", "raw", "Dataset"),
            CatalogEntry("features", "features", "FeatureSet", parent_ids=["raw", "stub"]),
            CatalogEntry("model", "model", "Model", parent_ids=["features", "raw"]),
        ]
    )
    catalog.remove_parents("model", "raw")
    catalog.delete("features")
    catalog.set_alias("model", "champion", "model", by="ana")
    return catalog


@pytest.fixture
def service(local: NewCatalog) -> Iterator[tuple[CatalogBackend, str]]:
    """Serve an empty catalog with two keys; yield it and its endpoint."""
    backend = local()
    with running(backend, ServerSettings(api_keys=KEYS)) as endpoint:  # type: ignore[arg-type]
        yield backend, endpoint


def test_history_with_the_scope_admin(source: CatalogBackend, service: tuple[CatalogBackend, str]) -> None:
    backend, endpoint = service
    with RemoteCatalogBackend(endpoint, ADMIN) as remote:
        result = copied(source, remote)
    assert (result.left_out, result.warnings) == (0, [])
    assert backend.alias_history("model") == source.alias_history("model")
    originals = source.get_many(["raw", "model"])
    copies = backend.get_many(["raw", "model"])
    assert [e and e.recorded_at for e in copies] == [e and e.recorded_at for e in originals]


def test_as_of_now_with_the_scope_write(source: CatalogBackend, service: tuple[CatalogBackend, str]) -> None:
    backend, endpoint = service
    with RemoteCatalogBackend(endpoint, WRITER) as remote:
        result = copied(source, remote)
        assert "needs an API key with the scope admin" in result.warnings[0]
        assert {kind for kind, counts in result.kinds.items() if counts["left_out"]} == {
            "edge",
            "alias_move",
            "version",
        }
        again = copied(source, remote)
        assert (again.new, again.changed) == (0, 0)
    # No ancestry is lost, and nobody is taken for the one who moved an alias.
    assert {(node.artifact_id, node.state) for node in backend.upstream("model").nodes} == {
        ("features", "deleted"),
        ("raw", "registered"),
        ("stub", "unregistered"),
    }
    [move] = backend.alias_history("model")
    assert (move.after, move.by) == ("model", "key ci")
    [mine], [theirs] = source.get_many(["model"]), backend.get_many(["model"])
    assert mine is not None
    assert theirs is not None
    assert theirs.recorded_at > mine.recorded_at


class EarlierService:
    """The application as it was before copies had kinds: no `/import`, and `/export` of registered artifacts alone."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"].endswith("/import"):
            scope = {**scope, "path": "/none", "raw_path": b"/none"}
        elif scope["type"] == "http" and scope["path"].endswith("/export"):
            scope = {**scope, "query_string": b""}
        await self.app(scope, receive, send)


@pytest.fixture
def earlier(local: NewCatalog) -> Iterator[tuple[CatalogBackend, str]]:
    """Serve an empty catalog by an earlier service."""
    backend = local()
    with running(backend, around=EarlierService) as endpoint:
        yield backend, endpoint


def _run(endpoint: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    variables = environment(FLOWYML_CATALOG_ENDPOINT=endpoint, COLUMNS="200")
    return run_forked(arguments, variables, folder)


def test_an_earlier_service_names_what_it_cannot_take(
    source: LocalCatalogBackend, earlier: tuple[CatalogBackend, str], tmp_path: Path
) -> None:
    backend, endpoint = earlier
    done = _run(endpoint, tmp_path, "push", str(source.db_path))
    assert done.returncode == 1
    assert "is of an earlier version: it cannot take deleted artifacts, removed edges, and aliases" in done.stderr
    assert "model -> raw: the service is of an earlier version and cannot take it; upgrade it" in done.stderr
    assert {node.artifact_id: node.state for node in backend.upstream("model").nodes}["features"] == "deleted"


def test_an_earlier_service_names_what_it_does_not_give(
    source: CatalogBackend, earlier: tuple[CatalogBackend, str], tmp_path: Path
) -> None:
    backend, endpoint = earlier
    copied(source, backend)
    done = _run(endpoint, tmp_path, "pull", "back.db")
    assert done.returncode == 1
    assert "is of an earlier version: deleted artifacts, removed edges" in done.stderr
    with LocalCatalogBackend(tmp_path / "back.db") as back:
        assert {entry.artifact_id for entry in back.list_artifacts()} == {"raw", "model"}


def _history(source: LocalCatalogBackend, folder: Path) -> None:
    ArtifactCatalog(source).backup(folder / "all.gz")
    ArtifactCatalog(source).dump(folder / "all.ndjson")


@pytest.mark.parametrize("command", [["restore", "all.gz"], ["load", "all.ndjson"], ["push"]])
def test_a_copy_as_of_now_fails(
    command: list[str], source: LocalCatalogBackend, service: tuple[CatalogBackend, str], tmp_path: Path
) -> None:
    _history(source, tmp_path)
    if command == ["push"]:
        command = ["push", str(source.db_path)]
    for key, status in ((WRITER, 1), (ADMIN, 0)):
        done = _run(service[1], tmp_path, *command, "--api-key", key)
        assert done.returncode == status, done.stderr
        assert ("Records were taken as of now" in done.stderr) == (status == 1)
        assert ("not restored as a whole" in done.stderr) == (status == 1 and command[0] == "restore")


def test_a_restore_through_an_earlier_service_fails(
    source: LocalCatalogBackend, earlier: tuple[CatalogBackend, str], tmp_path: Path
) -> None:
    _history(source, tmp_path)
    done = _run(earlier[1], tmp_path, "restore", "all.gz")
    assert done.returncode == 1
    assert "is of an earlier version: it cannot take deleted artifacts, removed edges, and aliases" in done.stderr
    assert "not restored as a whole" in done.stderr
    backup = _run(earlier[1], tmp_path, "backup", "back.gz")
    assert (backup.returncode, "Left out: 1" in backup.stderr) == (1, True)


def test_the_result_says_that_a_copy_is_as_of_now(source: CatalogBackend, service: tuple[CatalogBackend, str]) -> None:
    for key, whole in ((WRITER, False), (ADMIN, True)):
        with RemoteCatalogBackend(service[1], key) as remote:
            result = copied(source, remote)
        assert (result.incomplete, result.whole) == (not whole, whole)
