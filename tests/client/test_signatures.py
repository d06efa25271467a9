"""The methods of `ArtifactCatalog` and of `CatalogBackend` have the same parameters, defaults and annotations."""

from __future__ import annotations

import inspect

import pytest

from catalog_graph import (
    ArtifactCatalog,
    CatalogBackend,
    LocalCatalogBackend,
    Neo4jCatalogBackend,
    RemoteCatalogBackend,
)

DIFFERENCES = {
    "register": "the catalog takes the fields of an entry and the data to hash; a backend takes an entry",
    "register_many": "the catalog also takes mappings, which may have data to hash",
    "tag": "the catalog takes tags as keyword arguments, as FlowyML's does",
    **dict.fromkeys(
        ("get", "untag", "unset", "add_parents", "remove_parents", "delete", "purge", "tag_many", "untag_many"),
        "the catalog takes references, unless `exact`; a backend takes ids",
    ),
    "find": "the catalog takes a query and filters; a backend takes a selection",
    **dict.fromkeys(("search", "list_artifacts"), "the catalog's list shows itself as a table"),
    "take_events": "the catalog takes any number of events, a thousand at a time",
    "facets": "the catalog takes a query and filters; a backend takes a selection",
    "check_promotion": "the catalog also reads a policy from a `Path`",
    "promote": "the catalog also reads a policy from a `Path`, and signs; a backend takes the seal",
    "list": "the catalog's is `list_artifacts` itself; a backend's takes any of its filters by keyword",
}
"""Methods of the same name whose signatures differ on purpose, each with the reason."""

CATALOG_ALONE = {
    "backend": "the backend itself",
    "find_by_hash": "FlowyML's name for `find_by_content_hash`",
    "seal": "holds the private key; backends make the statement and keep the seal",
    "track": "follows a program; backends keep what it reads and writes",
    "load": "reads a file; backends know no files",
    "import_from": "reads other programs; backends know none",
    "dump": "writes a file; backends know no files",
    "backup": "writes a file; backends know no files",
    "restore": "reads a file; backends know no files",
}
"""Public names of the catalog that no backend has, each with the reason."""


def public(kind: type) -> set[str]:
    return {name for name in dir(kind) if not name.startswith("_")}


SHARED = sorted(public(ArtifactCatalog) & public(CatalogBackend))


def signature(kind: type, name: str) -> str:
    """Parameters, defaults and annotations; classes with a method `list` have to write `builtins.list`."""
    member = inspect.getattr_static(kind, name)
    return str(inspect.signature(member)).replace("builtins.", "") if callable(member) else repr(type(member))


@pytest.mark.parametrize("name", [name for name in SHARED if name not in DIFFERENCES])
def test_the_signatures_are_the_same(name: str) -> None:
    assert signature(ArtifactCatalog, name) == signature(CatalogBackend, name)


@pytest.mark.parametrize("name", sorted(DIFFERENCES))
def test_the_differences_still_exist(name: str) -> None:
    assert signature(ArtifactCatalog, name) != signature(CatalogBackend, name)


def test_every_method_of_the_catalog_is_one_of_the_backend_or_listed() -> None:
    assert public(ArtifactCatalog) - public(CatalogBackend) == set(CATALOG_ALONE)


@pytest.mark.parametrize("kind", [LocalCatalogBackend, Neo4jCatalogBackend, RemoteCatalogBackend])
def test_no_backend_changes_a_signature(kind: type) -> None:
    assert {name: signature(kind, name) for name in public(CatalogBackend)} == {
        name: signature(CatalogBackend, name) for name in public(CatalogBackend)
    }
    assert not inspect.isabstract(kind)
