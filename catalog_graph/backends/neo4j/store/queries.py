"""The queries in `cypher/`, one a file, loaded by name and held to what each declares.

A file begins with a sentence of purpose, then names its parameters:

    // Finds registered artifacts by id.
    // parameters: ids
    // literals: reach

Neo4j takes no parameter as the bound of a variable-length pattern. So that one thing is a literal: `$reach` in
`*1..$reach` is replaced by a whole number of at least 1, or by nothing, which leaves the pattern unbounded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).resolve().parents[3]
_COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)
_QUOTED = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|`[^`]*`")
_PARAMETER = re.compile(r"\$([A-Za-z_]\w*)")


class QueryError(Exception):
    """A query file that breaks the rules above, or a call that does not fit it: a fault of the program."""


@dataclass(frozen=True, slots=True)
class CypherQuery:
    """One query: its name (`lineage/upstream`), what it is for, its text and what it takes."""

    name: str
    purpose: str
    text: str
    parameters: frozenset[str]
    literals: frozenset[str]

    def bound(self, values: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """The text and the parameters to send; `QueryError` unless `values` are just what is declared."""
        if wrong := values.keys() ^ (self.parameters | self.literals):
            raise QueryError(f"{self.name}: {', '.join(sorted(wrong))} not declared, or declared and not passed")
        text = self.text
        for name in self.literals:
            text = re.sub(rf"\${name}\b", self._literal(name, values[name]), text)
        return text, {name: value for name, value in values.items() if name in self.parameters}

    def _literal(self, name: str, value: Any) -> str:
        if value is None:
            return ""
        if type(value) is not int or value < 1:
            raise QueryError(f"{self.name}: {name} is {value!r}, not a whole number of at least 1")
        return str(value)


@cache
def query(name: str) -> CypherQuery:
    """The query in `cypher/{name}.cypher`."""
    path = folder() / f"{name}.cypher"
    if not path.is_file():
        raise QueryError(f"there is no query {name!r} in {folder()}")
    return parsed(name, path.read_text(encoding="utf-8"))


def names(subject: str = "") -> list[str]:
    """The names of all queries, or of those about one subject (a folder), in order."""
    root = folder()
    return sorted(p.relative_to(root).with_suffix("").as_posix() for p in (root / subject).rglob("*.cypher"))


@cache
def folder() -> Path:
    """Where the queries are: inside an installed package, or at the top of a checkout."""
    for place in (_PACKAGE / "cypher", _PACKAGE.parent / "cypher"):
        if place.is_dir():
            return place
    raise QueryError(f"the queries are neither in {_PACKAGE} nor beside it; install the package again")


def parsed(name: str, source: str) -> CypherQuery:
    """The query that a file holds; `QueryError` where it declares anything but what it uses."""
    head, *lines = source.splitlines() or [""]
    if not head.startswith("// ") or not head.endswith("."):
        raise QueryError(f"{name}: the first line has to be a comment that is one sentence")
    parameters = _declared(name, "parameters", lines)
    if parameters is None:
        raise QueryError(f"{name}: it has no line `// parameters: …` (none, where it takes none)")
    literals = _declared(name, "literals", lines) or frozenset()
    text = _COMMENT.sub("", source).strip()
    code = _QUOTED.sub("''", text)
    if "//" in code or "/*" in code:
        raise QueryError(f"{name}: a comment has to have a line of its own, behind //")
    used = set(_PARAMETER.findall(code))
    if wrong := used ^ (parameters | literals):
        raise QueryError(f"{name}: {', '.join(sorted(wrong))} used and not declared, or declared and not used")
    bounds = set(re.findall(r"\.\.\$(\w+)(?=\]|\})", text))
    if literals - bounds or any(text.count(f"${literal}") != text.count(f"..${literal}") for literal in literals):
        raise QueryError(f"{name}: a literal can only be the upper bound of a variable-length pattern")
    return CypherQuery(name, head.removeprefix("// "), text, parameters, literals)


def _declared(name: str, kind: str, lines: list[str]) -> frozenset[str] | None:
    found = [line.removeprefix(f"// {kind}:") for line in lines if line.startswith(f"// {kind}:")]
    if len(found) > 1:
        raise QueryError(f"{name}: {kind} are declared more than once")
    if not found:
        return None
    declared = [word.strip() for word in found[0].split(",")]
    return frozenset() if declared == ["none"] else frozenset(declared)
