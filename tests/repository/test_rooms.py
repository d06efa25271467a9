"""The rooms of the package: few modules at its root, and the drawing in the documentation is that of the folders."""

from __future__ import annotations

import re
from pathlib import Path

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
