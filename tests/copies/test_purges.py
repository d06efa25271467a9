"""A copy carries a purge: what was purged where it was made leaves the store that takes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.instants import now
from tests.copies.conftest import NewCatalog
from tests.copies.support import Copy, answers, copied, copied_by_file
from tests.local.test_purging import files

COPIES = pytest.mark.parametrize("copy", [copied, copied_by_file])


def _secret(catalog: CatalogBackend) -> None:
    """Register `a` twice under secret names, with aliases, a child and a parent."""
    catalog.register(CatalogEntry("a", "sesame", "T", parent_ids=["p"], tags={"sesame": "sesame"}, content_hash="h"))
    catalog.set_alias("sesame", "champion", "a", by="sesame")
    catalog.delete("a", force=True)
    catalog.register(CatalogEntry("a", "sesame2", "T", parent_ids=["p"]))
    catalog.set_alias("sesame2", "champion", "a", by="sesame")
    catalog.register(CatalogEntry("child", "child", "T", parent_ids=["a"]))


def _text(catalog: CatalogBackend) -> str:
    """Return everything that can be read of a catalog, its change record too."""
    return str([*catalog.export_records(), *(change.to_dict() for change in catalog.changes())])


@COPIES
def test_a_purge_is_carried(new_store: NewCatalog, local: NewCatalog, copy: Copy) -> None:
    source, target = local(), new_store()
    _secret(source)
    copy(source, target)
    assert "sesame" in _text(target)
    source.purge("a", force=True)
    result = copy(source, target)
    assert result.left_out == 0
    assert "sesame" not in _text(target)
    assert target.get("a") is None
    assert target.aliases() == target.alias_history("sesame") == target.alias_history("sesame2") == []
    expected, actual = answers(source, []), answers(target, [])
    for question, answer in expected.items():
        assert actual[question] == answer, question
    again = copy(source, target)
    assert (again.new, again.changed, again.left_out) == (0, 0, 0)
    target.register(CatalogEntry("b", "sesame", "T"))
    assert target.get_many(["b"])[0].version == "1"  # type: ignore[union-attr]


@COPIES
def test_a_purge_is_carried_after_the_id_was_registered_again(
    new_store: NewCatalog, local: NewCatalog, copy: Copy
) -> None:
    source, target = local(), new_store()
    _secret(source)
    copy(source, target)
    source.purge("a", force=True)
    source.register(CatalogEntry("a", "open", "T"))
    source.set_alias("open", "champion", "a")
    result = copy(source, target)
    assert result.left_out == 0
    assert "sesame" not in _text(target)
    assert (target.get("a").name, target.alias("open", "champion")) == ("open", "a")  # type: ignore[union-attr]
    again = copy(source, target)
    assert (again.new, again.changed, again.left_out) == (0, 0, 0)


def test_what_was_registered_after_the_purge_stays(new_store: NewCatalog, local: NewCatalog) -> None:
    source, target = local(), new_store()
    _secret(source)
    copied(source, target)
    source.purge("a", force=True)
    target.delete("a", force=True)
    target.register(CatalogEntry("a", "open", "T"))
    target.set_alias("open", "champion", "a")
    assert copied(source, target).left_out == 0
    assert "sesame" not in _text(target)
    assert (target.get("a").name, target.alias("open", "champion")) == ("open", "a")  # type: ignore[union-attr]
    # And back: the source has the new one, and nothing of the old one.
    copied(target, source)
    assert source.get("a").name == "open"  # type: ignore[union-attr]
    assert "sesame" not in _text(source)


def test_a_purge_in_a_copy_is_whole(new_store: NewCatalog, local: NewCatalog) -> None:
    source, target = local(), new_store()
    _secret(source)
    copied(source, target)
    target.purge("a", force=True)
    assert "sesame" not in _text(target)
    result = copied(source, target)
    assert "purged here" in str(result.reasons)
    assert "sesame" not in _text(target).replace("'kind': 'version', 'name': 'sesame", "")


def test_no_byte_of_it_is_left_in_a_file(tmp_path: Path) -> None:
    with LocalCatalogBackend(tmp_path / "one.db") as source, LocalCatalogBackend(tmp_path / "two.db") as target:
        _secret(source)
        copied(source, target)
        source.purge("a", force=True)
        assert b"sesame" in files(target.db_path)
        copied(source, target)
        assert b"sesame" not in files(target.db_path)


def test_a_card_of_an_earlier_life_is_not_that_of_a_later_one(new_store: NewCatalog, local: NewCatalog) -> None:
    source, target = local(), new_store()
    source.register(CatalogEntry("a", "first", "T"))
    source.register(CatalogEntry("child", "child", "T", parent_ids=["a"]))
    instant = now()
    source.delete("a")
    copied(source, target)
    source.register(CatalogEntry("a", "second", "T"))
    copied(source, target)
    for catalog in (source, target):
        assert [card.name for card in catalog.upstream("child", as_of=instant).nodes] == ["first"]
        assert [card.name for card in catalog.upstream("child").nodes] == ["second"]
