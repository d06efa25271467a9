"""The words, phrases and comparisons of a search text, with their places in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lark import Token, Tree

from catalog_graph.query.index import indexed_key
from catalog_graph.query.language import FIELDS, parts_of, plain, prefix_of, tag_key, token_of, tree_of, value_of
from catalog_graph.query.metadata import is_unindexed
from catalog_graph.query.text import fold


@dataclass(frozen=True, slots=True)
class Leaf:
    """A word or a phrase in a search text."""

    start: int
    length: int
    quoted: bool
    folded: str
    """The folded text that artifacts must contain."""
    required: bool
    """False inside an alternative (`OR`)."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A key with a sign and a value, or a word (`key` is empty), in a search text."""

    text: str
    key: str
    """The key of a field or a tag, without `tag.`."""
    sign: str
    value: str
    """The plain value, without the asterisk of a prefix."""
    prefix: bool
    is_tag: bool
    """True if the key is written as `tag.KEY`."""

    @property
    def is_field(self) -> bool:
        """True if the key names a field."""
        return not self.is_tag and self.key.casefold() in FIELDS

    @property
    def is_examined(self) -> bool:
        """True if the key names metadata that no index has."""
        return not self.is_tag and is_unindexed(self.key)


def leaves(text: str) -> list[Leaf]:
    """Return the words and phrases of a valid search text in order, without those that are negated."""
    return list(_leaves(tree_of(text), True)) if text.strip() else []


def _leaves(tree: Tree[Token], required: bool) -> Iterator[Leaf]:
    if tree.data in ("word", "phrase"):
        leaf = token_of(tree)
        quoted = tree.data == "phrase"
        yield Leaf(leaf.start_pos or 0, len(leaf), quoted, fold(plain(leaf[1:-1] if quoted else leaf)), required)
    elif tree.data != "negated":
        for child in tree.children:
            if isinstance(child, Tree):
                yield from _leaves(child, required and tree.data != "either")


def comparisons(text: str) -> list[Comparison]:
    """Return the comparisons and words of a valid search text in order, without those that are negated."""
    return list(_comparisons(tree_of(text))) if text.strip() else []


def _comparisons(tree: Tree[Token]) -> Iterator[Comparison]:
    if tree.data == "word":
        leaf = token_of(tree)
        prefix = prefix_of(leaf)
        yield Comparison(str(leaf), "", "", plain(leaf) if prefix is None else prefix, prefix is not None, False)
    elif tree.data in ("pair", "comparison"):
        yield _comparison(token_of(tree))
    elif tree.data not in ("negated", "phrase"):
        for child in tree.children:
            if isinstance(child, Tree):
                yield from _comparisons(child)


def _comparison(leaf: Token) -> Comparison:
    key, sign, raw = parts_of(leaf)
    prefix = prefix_of(raw)
    own_key = tag_key(indexed_key(key) or key)
    value = value_of(raw) if prefix is None else prefix
    is_tag = tag_key(key) != key
    return Comparison(str(leaf), own_key, sign, value, prefix is not None, is_tag)
