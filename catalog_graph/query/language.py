"""Reads a search text: `parse` turns it into the `Query` that every store understands.

    stage:production team:fraud f1_score>=0.9 -deprecated:true (churn OR fraud) "exact phrase" created>7d

Words and phrases match parts of names, types, pipelines, steps and tag values. `key:value` is a field
(`FIELDS`) or else a tag, `tag.KEY:value` always a tag, `key:*` asks whether it is there. `>=`, `<=`, `>`
and `<` compare numbers, and for `created` instants. The grammar is in `grammar.lark`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import NoReturn

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput, UnexpectedToken

from catalog_graph.checks import checked_query
from catalog_graph.errors import InvalidQuery
from catalog_graph.query.normal import ALL, And, Node, Not, Or, Part, Span, Term, conjunctions, required_words
from catalog_graph.query.periods import period
from catalog_graph.query.text import (
    TERM_FIELDS,
    compact_name,
    fold,
    number_token,
    read_number,
    token,
)
from catalog_graph.query.tree import MATCH_ALL, Field, Query, Range

PLAIN_FIELDS = {
    "id": "artifact_id",
    "run": "source_run_id",
    "hash": "content_hash",
    "uri": "uri",
    "state": "state",
}
"""Fields compared as they are, by their name in the query language."""
FIELDS = (*TERM_FIELDS, *PLAIN_FIELDS, "created", "alias")
"""Every name before a colon that is a field; any other is a tag."""

_PAIR = re.compile(r"((?:\\.|[^:<>\\])+?)(:|>=|<=|>|<)(.*)", re.DOTALL)
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"', re.DOTALL)
_EXPECTED = {
    "WORD": "a word, key:value or (",
    "RPAR": "a closing )",
    "$END": "the end, or an opening ( before it",
}


@dataclass(frozen=True, slots=True)
class Leaf:
    """A word or a phrase of a query."""

    start: int
    length: int
    quoted: bool
    folded: str
    """What it looks for."""
    required: bool
    """False where it is an alternative to something else."""


def parse(text: str, now: datetime | None = None) -> Query:
    """The meaning of `text`; relative instants count from `now`. An empty text matches everything.

    Raises `InvalidQuery`, with the column, where it cannot be read, and `LimitExceeded`.
    """
    return parse_all([text], now)


def parse_all(texts: Iterable[str], now: datetime | None = None) -> Query:
    """What matches all of `texts`; each is read by itself, so that none can change what another means."""
    moment = now or datetime.now(UTC)
    nodes = tuple(_Reader(text, moment).node(_tree(text)) for text in texts if checked_query(text).strip())
    if not nodes:
        return MATCH_ALL
    node = nodes[0] if len(nodes) == 1 else And(nodes)
    words = required_words(node)
    return Query(any_of=conjunctions(node), words=words, compact=compact_name(" ".join(words)) if words else "")


def leaves(text: str) -> list[Leaf]:
    """The words and phrases of a text that `parse` reads, but for those that are not to match, in order."""
    return list(_leaves(_tree(text), True)) if text.strip() else []


def _leaves(tree: Tree[Token], required: bool) -> Iterator[Leaf]:
    if tree.data in ("word", "phrase"):
        leaf = next(child for child in tree.children if isinstance(child, Token))
        quoted = tree.data == "phrase"
        yield Leaf(leaf.start_pos or 0, len(leaf), quoted, fold(_plain(leaf[1:-1] if quoted else leaf)), required)
    elif tree.data != "negated":
        for child in tree.children:
            if isinstance(child, Tree):
                yield from _leaves(child, required and tree.data != "either")


@cache
def _parser() -> Lark:
    grammar = files("catalog_graph.query").joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", maybe_placeholders=False)


def _tree(text: str) -> Tree[Token]:
    try:
        return _parser().parse(text)
    except UnexpectedInput as error:
        end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
        column = len(text) + 1 if end or error.pos_in_stream is None else error.pos_in_stream + 1
        names = set(error.accepts or error.expected) if isinstance(error, UnexpectedToken) else set()
        expected = next((words for name, words in _EXPECTED.items() if name in names), "a word")
        found = "the text ends" if end else f"{text[column - 1 : column + 19]!r} stands"
        raise InvalidQuery(
            f"the query cannot be read at column {column}: {found} where {expected} is expected", column=column
        ) from error


class _Reader:
    """Turns the parser's tree into and, or, not over atoms."""

    def __init__(self, text: str, now: datetime) -> None:
        self.text = text
        self.now = now

    def node(self, tree: Tree[Token]) -> Node:
        if tree.data == "either":
            return Or(tuple(self.node(child) for child in tree.children if isinstance(child, Tree)))
        if tree.data == "all":
            return And(tuple(self.node(child) for child in tree.children if isinstance(child, Tree)))
        if tree.data == "negated":
            return Not(next(self.node(child) for child in tree.children if isinstance(child, Tree)))
        leaf = next(child for child in tree.children if isinstance(child, Token))
        if tree.data == "word":
            return _words(_plain(leaf))
        if tree.data == "phrase":
            return _words(_plain(leaf[1:-1]))
        return self._compared(leaf) if tree.data == "comparison" else self._equal(leaf)

    def _equal(self, leaf: Token) -> Node:
        key, _, raw = _parts(leaf)
        if not raw:
            self._fail(leaf, len(leaf), f"a value is expected after {str(leaf)!r}")
        value = _value(raw)
        name = key.casefold()
        if name == "created":
            return ALL if raw == "*" else self._created(leaf, ":", value)
        if name in PLAIN_FIELDS:
            field = PLAIN_FIELDS[name]
            return Not(Field(field, "")) if raw == "*" else Field(field, value)
        kind, key = ("f", name) if name in FIELDS else ("t", _tag_key(key))
        return Term(token(kind, key) if raw == "*" else token(kind, key, value))

    def _compared(self, leaf: Token) -> Node:
        key, sign, raw = _parts(leaf)
        value, name = _value(raw), key.casefold()
        if name == "created":
            return self._created(leaf, sign, value)
        number = read_number(value)
        if number is None:
            self._fail(leaf, len(leaf) - len(raw), f"a number is expected after {key}{sign}, not {value[:40]!r}")
        if name in FIELDS and name != "version":
            self._fail(
                leaf, 0, f"the field {name} has no order; use {name}:value, or tag.{name}{sign}{value} for a tag"
            )
        kind, key = ("m", name) if name == "version" else ("n", _tag_key(key))
        at = number_token(key, number, kind)
        low, high = number_token(key, float("-inf"), kind), number_token(key, float("inf"), kind)
        if sign in (">=", "<="):
            return Range(at, high) if sign == ">=" else Range(low, at)
        following = number_token(key, number, kind, steps=1 if sign == ">" else -1)
        return Range(following, high) if sign == ">" else Range(low, following)

    def _created(self, leaf: Token, sign: str, value: str) -> Node:
        found = period(value, self.now)
        if found is None:
            at = len(leaf) - len(_parts(leaf)[2])
            self._fail(leaf, at, f"a date such as 2026-01-31 or an age such as 7d is expected, not {value[:40]!r}")
        start, end = found
        within = Span(start, end) if start < end else Span(start, None)
        return {
            ":": within,
            ">=": Span(start, None),
            ">": Span(end, None),
            "<": Span(None, start),
            "<=": Span(None, end),
        }[sign]

    def _fail(self, leaf: Token, offset: int, message: str) -> NoReturn:
        column = (leaf.start_pos or 0) + offset + 1
        raise InvalidQuery(f"the query cannot be read at column {column}: {message}", column=column)


def _parts(leaf: str) -> tuple[str, str, str]:
    found = _PAIR.fullmatch(leaf)
    assert found is not None, leaf
    return _plain(found[1]), found[2], found[3]


def _tag_key(key: str) -> str:
    return key[4:] if key[:4].casefold() == "tag." and len(key) > 4 else key


def _value(raw: str) -> str:
    return _plain(raw[1:-1] if _QUOTED.fullmatch(raw) else raw)


def _plain(text: str) -> str:
    return re.sub(r'\\([\\\s"():<>*-])', r"\1", text)


def _words(text: str) -> Node:
    folded = fold(text)
    return Part(folded) if folded else ALL
