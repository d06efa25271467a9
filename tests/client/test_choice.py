"""The backend of a catalog: an explicit one, the FlowyML stack's, the environment's, or the local file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import flowyml.stacks.registry
import pytest
from flowyml.stacks.local import LocalStack
from flowyml.storage.catalog.local_backend import LocalCatalogBackend as FlowyMLLocal
from flowyml.storage.catalog.remote_backend import RemoteCatalogBackend as FlowyMLRemote

from catalog_graph import ArtifactCatalog, CatalogWarning, InvalidInput, LocalCatalogBackend, RemoteCatalogBackend

STACK = "http://stack.example/api/v1/catalog"
ENVIRONMENT = "http://environment.example/api/v1/catalog"


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No stack, no environment, an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(flowyml.stacks.registry, "_global_registry", None)
    for name in ("FLOWYML_CATALOG_ENDPOINT", "FLOWYML_CATALOG_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def stack() -> Any:
    """Return the active FlowyML stack."""
    active = LocalStack(name="production")
    flowyml.stacks.registry.get_registry().register_stack(active, set_active=True)
    return active


def endpoint_of(catalog: ArtifactCatalog) -> str:
    assert isinstance(catalog.backend, RemoteCatalogBackend)
    return catalog.backend.endpoint


def test_the_local_file_is_the_last_resort(tmp_path: Path) -> None:
    with ArtifactCatalog() as catalog:
        assert isinstance(catalog.backend, LocalCatalogBackend)
        catalog.register("model", "Model")
    assert (tmp_path / ".flowyml" / "catalog.db").is_file()
    with ArtifactCatalog(db_path=tmp_path / "other.db") as other:
        assert other.list() == []
    assert (tmp_path / "other.db").is_file()


def test_the_environment_comes_before_the_local_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOWYML_CATALOG_ENDPOINT", ENVIRONMENT)
    assert endpoint_of(ArtifactCatalog()) == ENVIRONMENT
    monkeypatch.setenv("FLOWYML_CATALOG_ENDPOINT", "")
    with ArtifactCatalog() as catalog:
        assert isinstance(catalog.backend, LocalCatalogBackend)


def test_the_active_stack_comes_before_the_environment(monkeypatch: pytest.MonkeyPatch, stack: Any) -> None:
    monkeypatch.setenv("FLOWYML_CATALOG_ENDPOINT", ENVIRONMENT)
    assert endpoint_of(ArtifactCatalog()) == ENVIRONMENT
    stack.catalog_endpoint = STACK
    assert endpoint_of(ArtifactCatalog()) == STACK
    stack.catalog_endpoint = ""
    assert endpoint_of(ArtifactCatalog()) == ENVIRONMENT


def test_an_explicit_backend_comes_first(stack: Any, tmp_path: Path) -> None:
    stack.catalog_endpoint = STACK
    with LocalCatalogBackend(tmp_path / "catalog.db") as local:
        assert ArtifactCatalog(local).backend is local
        assert ArtifactCatalog(backend=local).backend is local


def test_a_stack_that_cannot_be_read_is_warned_of(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".flowyml").write_text("a file where FlowyML wants a folder")
    with pytest.warns(CatalogWarning, match="active FlowyML stack cannot be read") as caught:
        catalog = ArtifactCatalog(db_path=tmp_path / "catalog.db")
    catalog.close()
    assert Path(caught[0].filename) == Path(__file__)


def test_backends_of_flowyml_are_taken_over(tmp_path: Path) -> None:
    theirs = FlowyMLLocal(str(tmp_path / "catalog.db"))
    with ArtifactCatalog(theirs) as catalog:
        artifact_id = catalog.register("model", "Model", tags={"f1": 0.9})
        kept = theirs.get(artifact_id)
        assert kept is not None
        assert kept.tags == {"f1": 0.9}
    remote = ArtifactCatalog(FlowyMLRemote(ENVIRONMENT + "/", api_key="key", timeout=5)).backend
    assert isinstance(remote, RemoteCatalogBackend)
    assert (remote.endpoint, remote.timeout) == (ENVIRONMENT, 5)


def test_anything_else_is_refused(tmp_path: Path) -> None:
    class Odd(FlowyMLLocal):
        """Behaviour that we could not keep."""

    for other in (Odd(str(tmp_path / "catalog.db")), {}):
        with pytest.raises(InvalidInput, match=r"not a catalog_graph\.CatalogBackend"):
            ArtifactCatalog(other)


def test_flowyml_is_not_imported_to_look_for_a_stack(tmp_path: Path) -> None:
    program = "import sys, catalog_graph\nwith catalog_graph.ArtifactCatalog() as c:\n  print('flowyml' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"


def test_where_flowyml_is_imported_its_registry_is_too() -> None:
    program = "import sys, flowyml\nprint('flowyml.stacks.registry' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "True"


@pytest.mark.parametrize("endpoint", [ENVIRONMENT, ENVIRONMENT + "/"])
def test_the_key_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    monkeypatch.setenv("FLOWYML_CATALOG_ENDPOINT", endpoint)
    monkeypatch.setenv("FLOWYML_CATALOG_API_KEY", "not printable \n")
    with pytest.raises(InvalidInput, match="api_key must be printable ASCII without spaces") as refused:
        ArtifactCatalog()
    assert "not printable" not in str(refused.value)


@pytest.mark.parametrize(
    ("backend", "says"),
    [
        ("odd.db", "ArtifactCatalog(db_path='odd.db')"),
        (Path("odd.db"), "ArtifactCatalog(db_path='odd.db')"),
        (ENVIRONMENT, f"RemoteCatalogBackend({ENVIRONMENT!r})"),
        (ENVIRONMENT, "FLOWYML_CATALOG_ENDPOINT"),
    ],
)
def test_the_error_about_a_file_or_an_address_says_where_it_belongs(backend: Any, says: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        ArtifactCatalog(backend)
    assert says in refused.value.message
