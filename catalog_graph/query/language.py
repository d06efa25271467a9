"""The parser of the query language: `parse` turns a search text into the `Query` that every store understands.

    stage:production team:fraud f1_score>=0.9 -deprecated:true (churn OR fraud) "exact phrase" created>7d

Words and phrases match parts of names, types, pipelines, steps and tag values; `fraud*` matches words that start with
`fraud`. `key:value` or `key=value` compares a field (`FIELDS`) or else a tag, `tag.KEY:value` always a tag;
`key!=value` is its negation, `key:*` matches any value, `key:start*` values that start so. A value that writes a number
equals JSON numbers by value, texts by their letters. `>=`, `<=`, `>` and `<` compare numbers, and instants for
`created`. The grammar is in `grammar.lark`; `earlier.py` reads that of earlier policies.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import NoReturn

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput, UnexpectedToken

from catalog_graph.checks import checked_query
from catalog_graph.errors import InvalidQuery
from catalog_graph.query.index import OWN_KINDS, TERM_FIELDS, indexed_key, is_metadata_key
from catalog_graph.query.metadata import KINDS, is_unindexed
from catalog_graph.query.normal import ALL, And, Node, Not, Or, Part, Span, Start, Term, conjunctions, required_words
from catalog_graph.query.periods import period
from catalog_graph.query.text import (
    HIGHEST,
    MAX_PREFIX_BYTES,
    TEXT_NUMBER,
    compact_name,
    equal_number,
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
"""Fields that are compared exactly, by their name in the query language."""
FIELDS = (*TERM_FIELDS, *PLAIN_FIELDS, "created", "alias")
"""Names of all fields; any other name before a colon is a tag."""

_PAIR = re.compile(r'("(?:\\.|[^"\\])+"|(?:\\.|!(?!=)|[^:<>=!\\])+?)(!=|==?|:|>=|<=|>|<)(.*)', re.DOTALL)
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"', re.DOTALL)
_PREFIX = re.compile(r"((?:\\.|[^\\])*?)\*+", re.DOTALL)
"""A value or a word with an asterisk at its end."""
_EXPECTED = {
    "WORD": "a word, key:value or (",
    "RPAR": "a closing )",
    "$END": "the end, or an opening ( before it",
}
"""Descriptions of the parser's terminals for messages."""


def parse(text: str, now: datetime | None = None) -> Query:
    """Return the query of a search text; an empty text matches everything.

    Ages such as `7d` count back from `now`. Raises `InvalidQuery`, with the column, and `LimitExceeded`.
    """
    return parse_all([text], now)


def parse_all(texts: Iterable[str], now: datetime | None = None) -> Query:
    """Return the query for all of `texts`; each is parsed separately, so that none can change another's meaning."""
    moment = now or datetime.now(UTC)
    nodes = tuple(_Reader(moment).node(tree_of(text)) for text in texts if checked_query(text).strip())
    if not nodes:
        return MATCH_ALL
    node = nodes[0] if len(nodes) == 1 else And(nodes)
    words = required_words(node)
    return Query(any_of=conjunctions(node), words=words, compact=compact_name(" ".join(words)) if words else "")


@cache
def _parser() -> Lark:
    grammar = files("catalog_graph.query").joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", maybe_placeholders=False)


def tree_of(text: str, parser: Lark | None = None) -> Tree[Token]:
    """Return the tree of a text by the grammar of today, or by that of another parser. Raises `InvalidQuery`."""
    try:
        return (parser or _parser()).parse(text)
    except UnexpectedInput as error:
        end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
        column = len(text) + 1 if end or error.pos_in_stream is None else error.pos_in_stream + 1
        names = set(error.accepts or error.expected) if isinstance(error, UnexpectedToken) else set()
        expected = next((words for name, words in _EXPECTED.items() if name in names), "a word")
        place = "the end of the text" if end else repr(text[column - 1 : column + 19])
        raise _invalid(column, f"expected {expected}, not {place}") from error


def _invalid(column: int, message: str) -> InvalidQuery:
    return InvalidQuery(f"the query is not valid at column {column}: {message}", column=column)


class _Reader:
    """Converts the parser's tree to the operators and atoms of `normal`."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def node(self, tree: Tree[Token]) -> Node:
        items = tuple(self.node(child) for child in tree.children if isinstance(child, Tree))
        if tree.data == "either":
            return Or(items)
        if tree.data == "all":
            return And(items)
        if tree.data == "negated":
            return Not(items[0])
        leaf = token_of(tree)
        if tree.data == "word":
            return self._word(leaf)
        if tree.data == "phrase":
            return _words(plain(leaf[1:-1]))
        return self._compared(leaf) if tree.data == "comparison" else self._equal(leaf)

    def _word(self, leaf: Token) -> Node:
        start = fold(prefix_of(leaf) or "")
        if not start:  # an asterisk alone is a sign like others
            return _words(plain(leaf))
        return _words(start) if " " in start else self._starts(leaf, start, start)

    def _equal(self, leaf: Token) -> Node:
        key, sign, raw = parts_of(leaf)
        if not raw:
            self._fail(leaf, len(leaf), f"expected a value after {str(leaf)!r}")
        if sign != ":" and raw[0] in "<>":
            self._fail(
                leaf, len(leaf) - len(raw), f"expected a value after {key}{sign}; write {key}{raw[0]}= to compare"
            )
        node = self._value(leaf, key, raw)
        return Not(node) if sign == "!=" else node

    def _value(self, leaf: Token, key: str, raw: str) -> Node:
        """Return the node of a field or a tag with a value, with a value that starts so, or with any value."""
        written, key = key, indexed_key(key) or key
        name, prefix = key.casefold(), prefix_of(raw)
        if name == "created":
            return ALL if prefix == "" else self._created(leaf, ":", value_of(raw))
        if name in PLAIN_FIELDS:
            field = PLAIN_FIELDS[name]
            if prefix:
                return Start(Field(field, prefix))
            return Field(field, value_of(raw)) if prefix is None else Not(Field(field, ""))
        kind, key = ("f", name) if name in FIELDS else (_kind("t", written), tag_key(key))
        if prefix:
            start = token(kind, key, "")
            return self._starts(leaf, start + fold(prefix), start + fold(prefix))
        if prefix == "":
            return Term(token(kind, key))
        value = value_of(raw)
        term = Term(token(kind, key, value))
        number = equal_number(key, value) if kind != "f" and not _QUOTED.fullmatch(raw) else None
        if number is not None and kind != "t":
            number = _kind(number[0], written) + number[1:]
        return term if number is None else Or((term, Term(number)))

    def _starts(self, leaf: Token, low: str, text: str) -> Node:
        """Return the node of the terms that start with a text."""
        if len(text.encode("utf-8", "replace")) > MAX_PREFIX_BYTES:
            self._fail(leaf, 0, f"a value before * is longer than {MAX_PREFIX_BYTES} bytes; shorten it")
        # A letter alone begins the tokens too, which no word is.
        words = Range(f"{low} ", low + HIGHEST)
        return Or((Term(low), words)) if len(low) == 1 else Range(low, low + HIGHEST)

    def _compared(self, leaf: Token) -> Node:
        key, sign, raw = parts_of(leaf)
        written, key = key, indexed_key(key) or key
        value, name = value_of(raw), key.casefold()
        if name == "created":
            return self._created(leaf, sign, value)
        number = read_number(value)
        if number is None:
            self._fail(leaf, len(leaf) - len(raw), f"expected a number after {key}{sign}, not {value[:40]!r}")
        if name in FIELDS and name != "version":
            message = f"the field {name} has no order; use {name}:value, or tag.{name}{sign}{value} for a tag"
            self._fail(leaf, 0, message)
        kind, key = ("m", name) if name == "version" else (_kind("n", written), tag_key(key))
        low, high = number_token(key, float("-inf"), kind), number_token(key, float("inf"), kind)
        at = number_token(key, number, kind, steps={">": 1, "<": -1}.get(sign, 0))
        return Range(at, high + TEXT_NUMBER) if sign[0] == ">" else Range(low, at + TEXT_NUMBER)

    def _created(self, leaf: Token, sign: str, value: str) -> Node:
        span = period(value, self.now)
        if span is None:
            at = len(leaf) - len(parts_of(leaf)[2])
            self._fail(leaf, at, f"expected a date such as 2026-01-31 or an age such as 7d, not {value[:40]!r}")
        start, end = span
        # An age has no length: `created:7d` is everything since then.
        return {
            ":": Span(start, end) if start < end else Span(start, None),
            ">=": Span(start, None),
            ">": Span(end, None),
            "<": Span(None, start),
            "<=": Span(None, end),
        }[sign]

    def _fail(self, leaf: Token, offset: int, message: str) -> NoReturn:
        raise _invalid((leaf.start_pos or 0) + offset + 1, message)


def token_of(tree: Tree[Token]) -> Token:
    """Return the token of a leaf of the tree."""
    return next(child for child in tree.children if isinstance(child, Token))


def parts_of(leaf: str) -> tuple[str, str, str]:
    """Return the key, the sign and the written value of a comparison."""
    match = _PAIR.fullmatch(leaf)
    assert match is not None, leaf
    key = match[1]
    return plain(key[1:-1] if _QUOTED.fullmatch(key) else key), match[2], match[3]


def tag_key(key: str) -> str:
    """Return the key of a tag without `tag.`."""
    return key[4:] if key[:4].casefold() == "tag." and len(key) > 4 else key


def _kind(kind: str, key: str) -> str:
    """Return the kind of token of a tag; it differs for `tag.metrics.NAME`, and for metadata without an index."""
    if is_unindexed(key):
        return KINDS[kind]
    own_key = tag_key(key)
    return OWN_KINDS[kind] if own_key != key and is_metadata_key(own_key) else kind


def value_of(raw: str) -> str:
    """Return the plain text of a written value."""
    return plain(raw[1:-1] if _QUOTED.fullmatch(raw) else raw)


def plain(text: str) -> str:
    """Return a text without the backslashes that make its signs literal."""
    return re.sub(r'\\([\\\s"():<>*=!-])', r"\1", text)


def prefix_of(raw: str) -> str | None:
    """Return the plain text before the asterisk at the end of an unquoted value; `None` if it has none."""
    match = _PREFIX.fullmatch(raw)
    return None if match is None else plain(match[1])


def _words(text: str) -> Node:
    folded = fold(text)
    return Part(folded) if folded else ALL
