"""Check the English of code and documentation: standard words in texts, nouns for names.

`python -m tools.english [PATH ...]` prints each place with its line, and exits with 1 if there is any. The rules are
those of `docs/development/english.md`; ruff's D401 checks that a docstring begins with an imperative.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

PATHS = ("catalog_graph", "cypher", "tools", "benchmarks", "examples", "docs", "README.md")
SUFFIXES = (".py", ".cypher", ".lark", ".md", ".sql")
EXEMPT = tuple(map(Path, ("tools/english.py", "tests/repository/test_english.py", "docs/development/english.md")))
"""Files that quote the phrases."""
PARTICIPLES = frozenset(
    {"found", "asked", "told", "meant", "sent", "given", "wanted", "supposed", "gathered", "beside"}
)
"""Words that hide the type of what they name: `found` is an entry, a page, an id."""
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
    "Drop what is over",
    "it is for the next time",
    "as it is told",
    "what is told",
    "in one go",
    "of another make",
    "it is none",
    "what became of",
)
"""Private English: `docs/development/english.md` has the standard words for each."""
OPENINGS = re.compile(r"(What|Whether|Where|How|Who|Whose|Which|So many|As `)\b")
"""First words of docstrings that have to be read twice."""

_BLANK = r"\s+(?:(?:#|//|>) *)?"
"""A blank inside a phrase; it may be a line break in a comment or a quotation."""
_PHRASE = re.compile(
    "|".join(rf"\b(?i:{phrase[0]}){_BLANK.join(map(re.escape, phrase[1:].split()))}\b" for phrase in PHRASES)
)


def main(paths: list[str]) -> int:
    """Print each place that breaks a rule; return 1 if there is any."""
    files = sorted(file for path in paths or PATHS for file in _files(Path(path)))
    problems = [f"{file}:{line}: {text}" for file in files if file not in EXEMPT for line, text in check(file)]
    print("\n".join(problems) if problems else f"{len(files)} files: nothing to mend")
    return 1 if problems else 0


def _files(path: Path) -> Iterator[Path]:
    """Yield a file, or the files of a folder that have text to check."""
    if path.is_file():
        yield path
    else:
        yield from (file for suffix in SUFFIXES for file in path.rglob(f"*{suffix}"))


def check(file: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and a description of each place in a file."""
    source = file.read_text(encoding="utf-8")
    for phrase in _PHRASE.finditer(source):
        yield source.count("\n", 0, phrase.start()) + 1, f"says {' '.join(phrase[0].split())!r}"
    if file.suffix == ".py":
        tree = ast.parse(source)
        yield from (place for node in ast.walk(tree) for place in (*_participles(node), *_openings(node)))


def _participles(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the names that a node introduces and that hold a participle."""
    for line, name in _names(node):
        if PARTICIPLES & set(name.lower().split("_")):
            yield line, f"is named {name!r}: use a noun"


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


def _openings(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the docstrings in a node's body, those of attributes and constants too, that open with a question."""
    body = getattr(node, "body", None)
    for statement in body if isinstance(body, list) else []:
        value = getattr(statement, "value", None)
        if isinstance(statement, ast.Expr) and isinstance(value, ast.Constant) and isinstance(value.value, str):
            text = value.value.strip()
            if OPENINGS.match(text):
                yield statement.lineno, f"begins with {text.split()[0]!r}: {text[:60]!r}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
