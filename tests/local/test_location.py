"""Where a local catalog is kept: paths, the home folder, `sqlite:///` URLs, memory; everything else is refused."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from catalog_graph import ArtifactCatalog, LocalCatalogBackend
from catalog_graph.errors import InvalidInput


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path


def test_a_new_file_is_for_its_owner_alone(here: Path) -> None:
    with LocalCatalogBackend(here / "c.db") as backend:
        backend.register({"name": "n", "artifact_type": "T"})
        assert {path.stat().st_mode & 0o777 for path in here.iterdir()} == {0o600}
    (here / "c.db").chmod(0o664)
    with LocalCatalogBackend(here / "c.db") as backend:
        backend.register({"name": "n", "artifact_type": "T"})
    assert (here / "c.db").stat().st_mode & 0o777 == 0o664


@pytest.mark.parametrize(
    ("db_path", "file"),
    [
        ("~/x.db", "home/x.db"),
        (Path("~/x.db"), "home/x.db"),
        ("sqlite:///y.db", "y.db"),
        ("sqlite:///~/x.db", "home/x.db"),
        ("sqlite:///with%20space.db", "with space.db"),
        ("folder/a:b.db", "folder/a:b.db"),
        ("plain.db", "plain.db"),
    ],
)
def test_a_path_names_one_file(here: Path, db_path: str | Path, file: str) -> None:
    with ArtifactCatalog(db_path=db_path) as catalog:
        catalog.register("a", "Dataset")
    files = [str(path.relative_to(here)) for path in here.rglob("*.db")]
    assert files == [file]


def test_an_absolute_path_has_four_slashes(here: Path) -> None:
    with LocalCatalogBackend(f"sqlite:///{here}/z.db") as backend:
        assert backend.db_path == here / "z.db"


@pytest.mark.parametrize("db_path", [":memory:", "sqlite:///:memory:"])
def test_a_catalog_in_memory_keeps_what_it_acknowledged_and_is_private(here: Path, db_path: str) -> None:
    with ArtifactCatalog(db_path=db_path) as catalog, ArtifactCatalog(db_path=db_path) as other:
        raw = catalog.register("raw", "Dataset")
        model = catalog.register("model", "Model", parent_ids=[raw])
        assert catalog.upstream(model).total == 1
        assert [entry.name for entry in catalog.search("raw")] == ["raw"]
        assert other.list() == []
    assert not list(here.iterdir())


def test_a_catalog_in_memory_leaves_nothing_behind(here: Path) -> None:
    program = (
        "from catalog_graph import ArtifactCatalog\n"
        "catalog = ArtifactCatalog(db_path=':memory:')\n"
        "catalog.register('a', 'Dataset')\n"
        "print(catalog.backend.db_path)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not Path(done.stdout.strip()).parent.exists()


def test_a_child_that_was_forked_leaves_its_parents_catalog(here: Path) -> None:
    catalog = ArtifactCatalog(db_path=":memory:")
    artifact_id = catalog.register("a", "Dataset")
    child = os.fork()
    if child == 0:
        del catalog
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert catalog.get(artifact_id) is not None


@pytest.mark.parametrize(
    ("db_path", "remedy"),
    [
        ("file::memory:?cache=shared", "':memory:'"),
        ("file:x.db", "give the path alone"),
        ("http://127.0.0.1:8000/api/v1/catalog", "RemoteCatalogBackend"),
        ("sqlite://x.db", "sqlite:///FILE"),
        ("sqlite:///", "sqlite:///FILE"),
        ("sqlite:///x.db?mode=ro", "has options, which are not supported"),
        ("sqlite:x.db", "sqlite:///FILE"),
        ("neo4j://host:7687", "is a URL, not a file; name a file"),
        ("", "name a file"),
        ("a\0b", "name a file"),
    ],
)
def test_other_addresses_are_refused_and_nothing_is_made(here: Path, db_path: str, remedy: str) -> None:
    for opened in (lambda: ArtifactCatalog(db_path=db_path), lambda: LocalCatalogBackend(db_path)):
        with pytest.raises(InvalidInput, match="db_path") as caught:
            opened()
        assert remedy in caught.value.message
        assert caught.value.details["field"] == "db_path"
    assert not list(here.iterdir())
