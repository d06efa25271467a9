"""Check the English of the code: standard words in docstrings and messages, nouns for names.

`python -m tools.english [PATH ...]` prints each place with its line, and exits with 1 if there is any. The rules are
those of `docs/development/english.md`; ruff's D401 checks that a docstring begins with an imperative.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

FOLDERS = ("catalog_graph", "tools", "benchmarks")
PARTICIPLES = frozenset(
    {"found", "asked", "told", "meant", "sent", "given", "wanted", "supposed", "gathered", "beside"}
)
"""Words that hide what a name stands for: `found` is an entry, a page, an id."""
PHRASES = (
    "Lucene tells",
    "works out beside",
    "work answers out",
    "wants to be told",
    "needs not",
    "that is meant",
    "that are meant",
    "one thing in the body and another",
    "that no header can carry",
    "it is for the next time",
    "as it is told",
    "what is told",
    "in one go",
    "of another make",
    "is none",
    "what became of",
)
"""Private English, each phrase once; the page on English says what to write instead."""
OPENINGS = re.compile(r"(What|Whether|Where|How|Who|Whose|Which|So many|As `)\b")
"""How no docstring of the package begins: a sentence that has to be turned round to be understood."""


def main(paths: list[str]) -> int:
    """Print what is to be mended; return 1 if there is anything."""
    roots = [Path(path) for path in paths or FOLDERS]
    files = sorted(file for root in roots for file in ([root] if root.is_file() else root.rglob("*.py")))
    problems = [f"{file}:{line}: {text}" for file in files if file.name != "english.py" for line, text in check(file)]
    print("\n".join(problems) if problems else f"{len(files)} files: nothing to mend")
    return 1 if problems else 0


def check(file: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and a description of each place in a file."""
    source = file.read_text(encoding="utf-8")
    for number, line in enumerate(source.splitlines(), 1):
        for phrase in PHRASES:
            if phrase in line or phrase.capitalize() in line:
                yield number, f"says {phrase!r}"
    for node in ast.walk(ast.parse(source)):
        for at, name in _names(node):
            if PARTICIPLES & set(name.lower().split("_")):
                yield at, f"is named {name!r}: use a noun"
    for at, text in _docstrings(source):
        if OPENINGS.match(text):
            yield at, f"begins with {text.split()[0]!r}: {text[:60]!r}"


def _names(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the names that a node introduces, each with its line."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.lineno, node.name
    elif isinstance(node, ast.arg):
        yield node.lineno, node.arg
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.lineno, node.id
    elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
        yield node.lineno, node.attr


def _docstrings(source: str) -> Iterator[tuple[int, str]]:
    """Yield every string that documents something: of modules, classes, functions and constants."""
    for node in ast.walk(ast.parse(source)):
        for statement in getattr(node, "body", []) if not isinstance(node, ast.Lambda | ast.IfExp) else []:
            value = getattr(statement, "value", None)
            if isinstance(statement, ast.Expr) and isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield statement.lineno, value.value.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
