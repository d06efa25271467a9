"""The public names of `catalog_graph`, and the modules and the time that importing it takes."""

from __future__ import annotations

import ast
import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

import catalog_graph
from catalog_graph import backends, errors

PUBLIC = {
    *("ANYTHING", "Alias", "AliasConflict", "AliasHeld", "AliasMove", "InvalidPolicy", "PromotionReport"),
    *(
        "ArtifactCatalog",
        "CatalogEntry",
        "Entries",
        "Registration",
        "Page",
        "Neighbours",
        "Lineage",
        "Card",
        "content_hash",
    ),
    *("CatalogBackend", "LocalCatalogBackend", "RemoteCatalogBackend", "Neo4jCatalogBackend"),
    *("Change", "ChangePage", "ChangesDropped", "Event", "SealCard", "Verification", "verify_seal"),
    *("Direction", "Facet", "Facets", "OnDuplicate", "State", "Step"),
    *("CatalogError", "InvalidInput", "InvalidQuery", "LimitExceeded", "Unauthorized", "Forbidden", "NotFound"),
    *(
        "IdempotencyKeyReused",
        "Conflict",
        "CycleRefused",
        "DuplicateContent",
        "Overloaded",
        "RateLimited",
        "StoreDamaged",
        "StoreFull",
        "StoreLags",
        "StoreUnavailable",
        "TimeLimitReached",
        "ConfigurationError",
        "NotInstalled",
    ),
    *("CatalogWarning", "DuplicateContentWarning", "NotHashedWarning", "ReferenceWarning", "RegistrationWarning"),
}
HEAVY = [
    "fastapi",
    "neo4j",
    "pydantic",
    "pydantic_core",
    "urllib3",
    "lark",
    "uvicorn",
    "typer",
    "rich",
    "numpy",
    "asyncio",
]


def test_the_public_names() -> None:
    assert set(catalog_graph.__all__) == PUBLIC
    assert set(dir(catalog_graph)) >= PUBLIC
    for name in PUBLIC:
        assert getattr(catalog_graph, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'Catalogue'"):
        catalog_graph.Catalogue  # noqa: B018
    with pytest.raises(AttributeError, match="has no attribute 'Backend'"):
        backends.Backend  # noqa: B018


def test_every_error_is_public() -> None:
    kinds = {
        name for name, value in vars(errors).items() if isinstance(value, type) and value.__module__ == errors.__name__
    }
    assert kinds <= PUBLIC


def test_type_checkers_see_every_name() -> None:
    assert (Path(catalog_graph.__file__).parent / "py.typed").exists()
    for module in (catalog_graph, backends):
        tree = ast.parse(Path(module.__file__ or "").read_text(encoding="utf-8"))
        imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        seen = {alias.name: node.module for node in imports for alias in node.names}
        for name in module.__all__:
            assert seen.get(name, "").startswith("catalog_graph."), name


def loaded_by(program: str, tmp_path: Path) -> list[str]:
    program = f"import sys, json\n{program}\nprint(json.dumps([m for m in {HEAVY} if m in sys.modules]))"
    answer = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    return list(json.loads(answer.stdout))


@pytest.mark.parametrize(
    ("program", "allowed"),
    [
        ("import catalog_graph; catalog_graph.ArtifactCatalog", set()),
        ("from catalog_graph import ArtifactCatalog as A\nwith A() as c: c.register('a', 'b', data=[1])", set()),
        (
            "from catalog_graph import RemoteCatalogBackend as R\nR('http://localhost').close()",
            {"urllib3"},
        ),
        ("from catalog_graph import *", set(HEAVY) - {"fastapi", "uvicorn", "lark", "typer"}),
    ],
)
def test_what_is_loaded(program: str, allowed: set[str], tmp_path: Path) -> None:
    assert set(loaded_by(program, tmp_path)) <= allowed


def seconds_of(program: str) -> float:
    """Processor seconds that a new Python needs for `program`, the least of eight runs."""
    tries = []
    for _ in range(8):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", program], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        tries.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(tries)


@pytest.fixture
def compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep compiled modules, as they are where the package is installed."""
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(tmp_path))


@pytest.mark.usefixtures("compiled")
def test_the_client_is_imported_in_under_150_ms() -> None:
    # On a busy machine, everything takes more processor time: an empty program too.
    empty = seconds_of("pass")
    assert seconds_of("import catalog_graph; catalog_graph.ArtifactCatalog") - empty < max(0.15, 10 * empty)


FIRST_CALL = """
from catalog_graph import ArtifactCatalog
with ArtifactCatalog(db_path=":memory:") as catalog:
    catalog.upstream(catalog.register("model", "Model"))
"""


@pytest.mark.usefixtures("compiled")
def test_the_first_call_comes_in_under_200_ms() -> None:
    """Or in 20 times what the interpreter's own start takes, on a slow or busy machine, where it was 8 to 17."""
    assert seconds_of(FIRST_CALL) < max(0.2, 20 * seconds_of("pass"))
