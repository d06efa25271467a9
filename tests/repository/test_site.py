"""The documentation site lists every page and every public name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

import catalog_graph
from catalog_graph import errors
from catalog_graph.query.language import FIELDS

REPOSITORY = Path(__file__).parents[2]
GENERATED = {"changes.md", "reference/settings.md", "reference/commands.md", "reference/routes.md"}
"""Pages that tools/site.py writes while the site is built."""


def pages(nav: Any) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
    for entry in nav.values() if isinstance(nav, dict) else nav if isinstance(nav, list) else ():
        yield from pages(entry)


def test_every_page_is_in_the_navigation() -> None:
    nav = list(pages(yaml.safe_load((REPOSITORY / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]))
    written = {path.relative_to(REPOSITORY / "docs").as_posix() for path in (REPOSITORY / "docs").rglob("*.md")}
    assert sorted(nav) == sorted(written | GENERATED)


def test_every_public_name_is_in_the_python_reference() -> None:
    reference = REPOSITORY / "docs" / "reference" / "python.md"
    shown = set(re.findall(r"\w+", reference.read_text(encoding="utf-8")))
    public = {name for name in catalog_graph.__all__ if not hasattr(errors, name)}
    assert public <= shown


def test_every_field_of_the_query_language_is_in_its_page() -> None:
    page = REPOSITORY / "docs" / "query-language.md"
    shown = set(re.findall(r"`(\w+)(?:[:>][^`]*)?`", page.read_text(encoding="utf-8")))
    assert set(FIELDS) <= shown


def test_the_site_has_a_search() -> None:
    """`tools/site.py` holds that its index has every page, and that no page loads anything from another host."""
    assert "search" in yaml.safe_load((REPOSITORY / "mkdocs.yml").read_text(encoding="utf-8"))["plugins"]


def test_nothing_says_to_install_the_package_from_a_registry() -> None:
    """It is not published yet."""
    folders = [REPOSITORY / name for name in ("docs", "examples", "catalog_graph")]
    pages = [REPOSITORY / "README.md", *(path for folder in folders for path in folder.rglob("*"))]
    texts = {path: path.read_text(encoding="utf-8") for path in pages if path.suffix in (".md", ".py", ".yml", ".yaml")}
    assert [path for path, text in texts.items() if re.search("pip install [^.\\n]*catalog[-_]graph\\b", text)] == []
