"""The rooms of the package: few modules at its root, and pages on development that name and draw what exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PACKAGE = REPOSITORY / "catalog_graph"
PAGE = REPOSITORY / "docs" / "development" / "index.md"
MOST_AT_THE_ROOT = 14


def folders(root: Path) -> set[str]:
    """Return the packages and folders of queries below `root`, as paths from there."""
    parents = {path.parent for pattern in ("**/__init__.py", "**/*.cypher") for path in root.glob(pattern)}
    return {path.relative_to(root).as_posix() for path in parents} - {"."}


def drawn(name: str) -> set[str]:
    """Return the folders in the drawing that begins with the line `name/`, as paths from there."""
    (drawing,) = re.findall(rf"^{name}/.*\n((?: +.*\n)+)", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    above: list[str] = []
    paths = set()
    for line in drawing.splitlines():
        entry = re.match(r"((?:  )+)([a-z0-9_]+)/", line)
        if entry:
            depth = len(entry[1]) // 2 - 1
            above = [*above[:depth], entry[2]]
            paths.add("/".join(above))
    return paths


def test_few_modules_at_the_root() -> None:
    modules = sorted(path.name for path in PACKAGE.glob("*.py"))
    assert len(modules) <= MOST_AT_THE_ROOT, modules


def test_the_package_is_drawn_as_it_is() -> None:
    assert drawn("catalog_graph") == folders(PACKAGE)


def test_the_queries_are_drawn_as_they_are() -> None:
    assert drawn("cypher") == folders(REPOSITORY / "cypher")


PAGES = pytest.mark.parametrize("page", sorted(PAGE.parent.glob("*.md")), ids=lambda page: page.name)


@PAGES
def test_the_files_that_a_page_names_exist(page: Path) -> None:
    names = re.findall(
        r"`((?:[a-z0-9_.-]+/)+[a-z0-9_.-]*|[a-z0-9_-]+\.(?:py|md|yml|toml|cypher))`", page.read_text("utf-8")
    )
    assert [name for name in names if not ((REPOSITORY / name).exists() or (PACKAGE / name).exists())] == []


@PAGES
def test_the_constants_that_a_page_names_exist(page: Path) -> None:
    files = [path for root in (PACKAGE, REPOSITORY / "tests") for path in root.rglob("*.py")]
    code = "".join(path.read_text("utf-8") for path in files)
    names = re.findall(r"`(_?[A-Z][A-Z_]{3,})`", page.read_text("utf-8"))
    assert [name for name in names if name not in code] == []
