"""The queries in `cypher/`, one a file, loaded by name and checked against their own declarations.

A file begins with a sentence of purpose, then names its parameters:

    // Find registered artifacts by id.
    // parameters: ids
    // literals: reach

Neo4j takes no parameter as the bound of a variable-length pattern. So that one thing is a literal: `$reach` in
`*1..$reach` is replaced by a whole number of at least 1, or by nothing, which leaves the pattern unbounded.

All parameters are sent as one map: `$ids` in a file is `$values.ids` for the server. Neo4j keeps a plan for each
combination of types and sizes of parameters, and null and the empty list are types of their own. Searches have hundreds
of combinations, and a plan takes about a second; with one map, a query is planned once.

Text that several queries share is a fragment. A line `// include: matches` stands for the text of
`cypher/fragments/matches.cypher`, a file with the same header. A query declares the parameters of its fragments too.
Fragments are constant: what a user sends is a parameter, in a fragment as elsewhere.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).resolve().parents[3]
_FRAGMENTS = "fragments"
_COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)
_INCLUDE = re.compile(r"^( *)// include: (\w+)$", re.MULTILINE)
_LIKE_INCLUDE = re.compile(r"^\s*//\s*include\b.*$", re.MULTILINE | re.IGNORECASE)
_QUOTED = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|`[^`]*`")
_PARAMETER = re.compile(r"\$([A-Za-z_]\w*)")
_PARAMETER_OR_QUOTED = re.compile(rf"{_QUOTED.pattern}|\$(?P<name>[A-Za-z_]\w*)")
_MAP = "values"


class QueryError(Exception):
    """A query file that breaks the rules above, or a call that does not match it: a bug in the program."""


@dataclass(frozen=True, slots=True)
class CypherQuery:
    """One query: its name (`lineage/upstream`), its purpose, its text, and the parameters and literals it takes."""

    name: str
    purpose: str
    text: str
    parameters: frozenset[str]
    literals: frozenset[str]

    def bound(self, values: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """Return the text and the parameters to send; raise `QueryError` unless `values` are what is declared."""
        if wrong := values.keys() ^ (self.parameters | self.literals):
            raise QueryError(f"{self.name}: {', '.join(sorted(wrong))} not declared, or declared and not passed")
        text = _with_one_map(self.text)
        for name in self.literals:
            text = re.sub(rf"\${_MAP}\.{name}\b", self._literal(name, values[name]), text)
        parameters = _Values((name, value) for name, value in values.items() if name in self.parameters)
        return text, {_MAP: parameters} if parameters else {}

    def _literal(self, name: str, value: Any) -> str:
        if value is None:
            return ""
        if type(value) is not int or value < 1:
            raise QueryError(f"{self.name}: {name} is {value!r}, not a whole number of at least 1")
        return str(value)


class _Values(dict[str, Any]):
    """Parameters that are written without their values.

    The driver writes the parameters of each query for its log, even if nothing is logged: for a batch, that takes as
    long as to send them.
    """

    def __repr__(self) -> str:
        return f"<{', '.join(self)}>"


@cache
def _with_one_map(text: str) -> str:
    """Return the text with each parameter read from the map `$values`; quoted text stays as it is."""
    return _PARAMETER_OR_QUOTED.sub(lambda part: f"${_MAP}.{part['name']}" if part["name"] else part[0], text)


@cache
def query(name: str) -> CypherQuery:
    """Return the query in `cypher/{name}.cypher`."""
    return parsed(name, source(name))


@cache
def fragment(name: str, includers: tuple[str, ...] = ()) -> CypherQuery:
    """Return the text in `cypher/fragments/{name}.cypher`; `includers` are the fragments that it is to stand in."""
    path = f"{_FRAGMENTS}/{name}"
    if name in includers:
        raise QueryError(f"{path}: it includes itself")
    part = parsed(path, source(path), lambda inner: fragment(inner, (*includers, name)))
    if part.literals:
        raise QueryError(f"{path}: a fragment has no literals")
    return part


def names(subject: str = "") -> list[str]:
    """Return the names of all queries, or of those about one subject (a folder), in order."""
    return [name for name in _files(subject) if not name.startswith(f"{_FRAGMENTS}/")]


def fragments() -> list[str]:
    """Return the names of all fragments, in order."""
    return [name.removeprefix(f"{_FRAGMENTS}/") for name in _files(_FRAGMENTS)]


def source(name: str) -> str:
    """Return the file `cypher/{name}.cypher` as it is written, comments and all."""
    path = folder() / f"{name}.cypher"
    if not path.is_file():
        raise QueryError(f"there is no query {name!r} in {folder()}")
    return path.read_text(encoding="utf-8")


@cache
def folder() -> Path:
    """Return the folder of the queries: inside an installed package, or at the top of a checkout."""
    for path in (_PACKAGE / "cypher", _PACKAGE.parent / "cypher"):
        if path.is_dir():
            return path
    raise QueryError(f"the queries are neither in {_PACKAGE} nor beside it; install the package again")


def parsed(name: str, source: str, include: Callable[[str], CypherQuery] = fragment) -> CypherQuery:
    """Return the query that a file holds; raise `QueryError` if what it declares is not exactly what it uses."""
    head, *lines = source.splitlines() or [""]
    if not head.startswith("// ") or not head.endswith("."):
        raise QueryError(f"{name}: the first line has to be a comment that is one sentence")
    parameters = _declared(name, "parameters", lines)
    if parameters is None:
        raise QueryError(f"{name}: it has no line `// parameters: …` (none, where it takes none)")
    literals = _declared(name, "literals", lines) or frozenset()
    text = _COMMENT.sub("", _with_fragments(name, source, include)).strip()
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


def _with_fragments(name: str, source: str, include: Callable[[str], CypherQuery]) -> str:
    for line in _LIKE_INCLUDE.findall(source):
        if not _INCLUDE.fullmatch(line):
            raise QueryError(f"{name}: write `// include: NAME` on a line of its own, not {line.strip()!r}")
    return _INCLUDE.sub(lambda line: textwrap.indent(include(line[2]).text, line[1]), source)


def _declared(name: str, kind: str, lines: list[str]) -> frozenset[str] | None:
    declarations = [line.removeprefix(f"// {kind}:") for line in lines if line.startswith(f"// {kind}:")]
    if len(declarations) > 1:
        raise QueryError(f"{name}: {kind} are declared more than once")
    if not declarations:
        return None
    declared = [word.strip() for word in declarations[0].split(",")]
    return frozenset() if declared == ["none"] else frozenset(declared)


def _files(subject: str) -> list[str]:
    root = folder()
    return sorted(p.relative_to(root).with_suffix("").as_posix() for p in (root / subject).rglob("*.cypher"))
