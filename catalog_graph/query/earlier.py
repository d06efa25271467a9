"""The query language of policies without `language: 2`, rewritten as that of today.

In it, `=` and an asterisk behind other letters are plain text, a key has no quotes, a value equals another by its
letters alone, and every key that names no field is that of a tag.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from lark import Lark, Token, Tree

from catalog_graph.query.index import METADATA_PREFIXES
from catalog_graph.query.language import tree_of
from catalog_graph.query.text import read_number
from catalog_graph.query.writing import escaped_key, phrase

_PAIR = re.compile(r"((?:\\.|[^:<>\\])+?)(:|>=|<=|>|<)(.*)", re.DOTALL)
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"', re.DOTALL)
_ESCAPE = re.compile(r'\\([\\\s"():<>*-])')
_SIMPLE = re.compile(r"[\w.@/-]+")
"""Texts that need no quotes in either language."""


def rewritten(text: str) -> str:
    """Return a text of the earlier language as one of today's with the same meaning. Raises `InvalidQuery`."""
    if not text.strip():
        return text
    for leaf, kind in reversed(list(_leaves(tree_of(text, _parser())))):
        start = leaf.start_pos or 0
        text = text[:start] + _rewritten(str(leaf), kind) + text[start + len(leaf) :]
    return text


@cache
def _parser() -> Lark:
    grammar = files("catalog_graph.query").joinpath("grammar_1.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", maybe_placeholders=False)


def _leaves(tree: Tree[Token]) -> list[tuple[Token, str]]:
    if tree.data in ("word", "pair", "comparison"):
        return [(child, tree.data) for child in tree.children if isinstance(child, Token)]
    return [leaf for child in tree.children if isinstance(child, Tree) for leaf in _leaves(child)]


def _rewritten(leaf: str, kind: str) -> str:
    if kind == "word":
        return leaf if _SIMPLE.fullmatch(leaf) or not _plain(leaf) else phrase(_plain(leaf))
    match = _PAIR.fullmatch(leaf)
    assert match is not None, leaf
    key, sign, value = _plain(match[1]), match[2], match[3]
    if key.casefold().startswith((*METADATA_PREFIXES, "metadata.")):
        key = f"tag.{key}"
    if kind == "pair" and value not in ("", "*") and not _QUOTED.fullmatch(value) and not _is_simple(value):
        value = phrase(_plain(value))
    return f"{escaped_key(key)}{sign}{value}"


def _is_simple(value: str) -> bool:
    return _SIMPLE.fullmatch(value) is not None and read_number(value) is None


def _plain(text: str) -> str:
    return _ESCAPE.sub(r"\1", text)
