"""Hints beside an empty answer: how the query was read, and what may have been meant, from what the catalog has."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, get_args

from catalog_graph import checks
from catalog_graph.aliases import VERSION
from catalog_graph.artifact import State
from catalog_graph.backends.composed.named import StoreNamed
from catalog_graph.backends.composed.references import is_valid_id
from catalog_graph.errors import InvalidQuery
from catalog_graph.facets import FACET_FIELDS, SAMPLE_SIZE, FacetKey, Tally
from catalog_graph.page import Page
from catalog_graph.query.index import TERM_FIELDS
from catalog_graph.query.selection import Selection
from catalog_graph.query.text import fold, token
from catalog_graph.query.writing import escaped_key, escaped_value

if TYPE_CHECKING:
    from catalog_graph.query.leaves import Comparison

MAX_HINTS = 5
MAX_COMPARISONS = 10
"""Comparisons of a query that are looked up."""
_SHOWN = 5
"""Existing values that a hint lists."""
_OPERATORS = ("and", "or", "not")

Near = dict[str, list[str]]
"""For each term that no artifact has: the existing terms like it, by their last parts, the nearest first."""


class StoreHints(StoreNamed, ABC):
    """Hints, from the terms, names and aliases that exist."""

    # ---- primitives

    @abstractmethod
    def _near_terms(self, terms: Sequence[str]) -> Near:
        """Return those of these tokens that no artifact has, each with the existing ones that differ a little.

        Existing tokens have the same parts but for the last one, by which they are given (`spelling.similar`).
        """

    @abstractmethod
    def _find(self, selection: Selection, limit: int, cursor: str | None) -> Page:
        """Return one page of the registered artifacts that match, in the order that `query.Query` defines."""

    @abstractmethod
    def _tally(self, selection: Selection, keys: Sequence[FacetKey], most: int | None) -> Tally:
        """Count the registered artifacts that match, or the newest `most` of them, by these keys."""

    # ---- hints

    def _hints(self, selection: Selection) -> list[str]:
        """Return hints for a selection that nothing matches."""
        from catalog_graph.query.leaves import comparisons  # loads the parser

        hints = list(self._of_filters(selection))
        try:
            read = comparisons(selection.text)[:MAX_COMPARISONS]
        except InvalidQuery:
            read = []
        hints += self._of_text(selection.text.strip())
        hints += _of_operators(read)
        near = self._near_terms(list(dict.fromkeys(term for each in read for term in _terms(each))))
        for each in read:
            hints += self._of_comparison(each, near)
        return list(dict.fromkeys(hints))[:MAX_HINTS]

    def _of_filters(self, selection: Selection) -> Iterator[str]:
        for name, attribute in FACET_FIELDS.items():
            value = getattr(selection, attribute)
            if value and not self._find(Selection(order="newest", **{attribute: value}), 1, None).items:
                newest = self._newest_values(name)
                same = [each for each in newest if fold(each) == fold(value)]
                yield _missing(f"no artifact has the {name} {value!r}", same or newest[:_SHOWN], bool(same))

    def _newest_values(self, field: str) -> list[str]:
        """Return the values of a field among the newest artifacts, the most frequent first."""
        key = FacetKey(field, attribute=FACET_FIELDS[field])
        tally = self._tally(Selection(order="newest"), [key], SAMPLE_SIZE)
        return [value for value, _ in tally.fields[key.attribute].most_common()]

    def _of_text(self, text: str) -> Iterator[str]:
        """Yield a hint if the whole text is the id of an artifact that is not registered."""
        if text and is_valid_id(text):
            details = self.details([text]).get(text)
            if details is not None and details.state == "deleted":
                yield f"the artifact {text!r} was deleted; searches find registered artifacts alone"
            elif details is not None and details.state == "unregistered":
                yield f"{text!r} is a parent that was never registered; searches find registered artifacts alone"

    def _of_comparison(self, read: Comparison, near: Near) -> Iterator[str]:
        if not read.key:
            yield from self._of_word(read, near)
        elif read.sign == ":" and not read.prefix and read.value[:1] in ("<", ">"):
            yield f"{read.text!r} is read as a text; write {escaped_key(read.key)}{read.value} to compare"
        elif read.is_field:
            yield from self._of_field(read, near)
        elif not read.is_examined:
            yield from self._of_tag(read, near)

    def _of_word(self, read: Comparison, near: Near) -> Iterator[str]:
        if "*" in read.text.replace("\\*", "").rstrip("*"):
            yield f"the * in {read.text!r} is read as a letter; it stands for any ending at the end of a word alone"
        name, separator, alias = read.value.rpartition("@")
        if not (name and separator and alias) or len(name) > checks.TEXT_LIMITS["name"]:
            return
        aliases = sorted({each.alias for each in self._alias_page(name, None, None, 100, None).items})
        if self._named(name, (), 1, None):
            if VERSION.fullmatch(alias):
                yield f"{alias!r} is no alias; did you mean {name}:{alias}?"
            elif alias not in aliases:
                yield _missing(f"{name!r} has no alias {alias!r}", aliases[:_SHOWN], False, "its aliases are")
        else:
            similar = near.get(_name_term(name), [])
            yield _missing(f"no artifact is named {name!r}", [f"{each}@{alias}" for each in similar[:_SHOWN]], True)

    def _of_field(self, read: Comparison, near: Near) -> Iterator[str]:
        field = read.key.casefold()
        if field == "state":
            yield from _of_state(read)
        if field not in (*TERM_FIELDS, "alias") or read.prefix or read.sign not in (":", "=", "=="):
            return
        similar = near.get(token("f", field, read.value))
        if similar is None:
            return
        what = f"no artifact carries the alias {read.value!r}" if field == "alias" else _no_value(field, read.value)
        if similar or field not in FACET_FIELDS:
            yield _missing(what, [f"{read.key}:{escaped_value(each)}" for each in similar[:_SHOWN]], True)
            return
        yield _missing(what, self._newest_values(field)[:_SHOWN], False)

    def _of_tag(self, read: Comparison, near: Near) -> Iterator[str]:
        key_term, value_term = token("t", read.key), token("t", read.key, read.value)
        if key_term not in near:
            if value_term in near and read.sign in (":", "=", "==") and not read.prefix:
                similar = [f"{escaped_key(read.key)}:{escaped_value(each)}" for each in near[value_term][:_SHOWN]]
                yield _missing(_no_tag_value(read), similar, True)
            return
        if read.sign == ":" and not read.is_tag and self._named(read.key, (), 1, None):
            versions = [entry.version or "" for _, entry in self._named(read.key, (), _SHOWN, None)]
            yield _missing(f"{read.key!r} has no version {read.value!r}", versions, False, "its newest are")
            return
        rest = read.text[len(_written_key(read)) :]
        inner = _inner_key(read)
        own = [f"{escaped_key(inner)}{rest}"] if inner and token("t", inner) not in near else []
        similar = [*own, *(f"{escaped_key(each)}{rest}" for each in near[key_term][:_SHOWN])]
        names = near.get(_name_term(read.key), []) if read.sign == ":" and not read.is_tag else []
        similar += [f"{each}:{read.value}" for each in names[:_SHOWN]]
        yield _missing(_no_tag(read), similar, True)


def _terms(read: Comparison) -> Iterator[str]:
    """Yield the tokens that decide whether the parts of a comparison exist."""
    if not read.key:
        name, separator, _ = read.value.rpartition("@")
        if name and separator:
            yield _name_term(name)
    elif read.is_field:
        field = read.key.casefold()
        if field in (*TERM_FIELDS, "alias") and not read.prefix:
            yield token("f", field, read.value)
    elif not read.is_examined:
        yield token("t", read.key)
        yield _name_term(read.key)
        if inner := _inner_key(read):
            yield token("t", inner)
        if not read.prefix:
            yield token("t", read.key, read.value)


def _inner_key(read: Comparison) -> str:
    """Return `team` for the key `tags.team`, else an empty text."""
    return read.key[5:] if read.key[:5].casefold() == "tags." and not read.is_tag else ""


def _of_operators(read: Sequence[Comparison]) -> Iterator[str]:
    words = [each.text for each in read]
    for operator in _OPERATORS:
        if operator in words[: None if operator == "not" else -1] and (operator == "not" or operator in words[1:]):
            yield f"{operator!r} is read as a word that must occur; write {operator.upper()} in capitals"


def _of_state(read: Comparison) -> Iterator[str]:
    """Yield a hint if the answer is empty because of the state that a search asks for."""
    states = get_args(State)
    if read.value.casefold() not in states:
        similar = get_close_matches(read.value.casefold(), states, 1)
        others = [f"{read.key}:{each}" for each in similar] or states
        yield _missing(f"{read.value!r} is no state of an artifact", others, bool(similar))
    elif read.value.casefold() != "registered":
        yield f"searches find registered artifacts alone; {read.text} selects within a lineage"


def _no_tag(read: Comparison) -> str:
    """Return that the key of a comparison is not there; lists in the metadata are, but in no index."""
    what = _what_tags_are(read)
    if what == "tag":
        return f"no artifact has a tag {read.key!r}"
    return f"the index, which leaves out lists in the metadata, has no {what} {read.key!r}"


def _no_tag_value(read: Comparison) -> str:
    what = _what_tags_are(read)
    if what == "tag":
        return f"no artifact has the value {read.value!r} of the tag {read.key!r}"
    return f"the index, which leaves out lists in the metadata, has no value {read.value!r} of the {what} {read.key!r}"


def _what_tags_are(read: Comparison) -> str:
    """Return what the key of a comparison stands for."""
    field = "" if read.is_tag else read.key.partition(".")[0].casefold()
    return {"metrics": "metric or tag", "params": "parameter or tag"}.get(field, "tag")


def _name_term(name: str) -> str:
    return token("f", "name", name)


def _no_value(field: str, value: str) -> str:
    return f"no artifact is named {value!r}" if field == "name" else f"no artifact has the {field} {value!r}"


def _written_key(read: Comparison) -> str:
    """Return the key of a comparison as it stands in the text."""
    return read.text[: read.text.index(read.sign, len(read.key))]


def _missing(what: str, others: Sequence[str], suggest: bool, are: str = "there are") -> str:
    if not others:
        return what
    if suggest:
        return f"{what}; did you mean {' or '.join(others)}?"
    return f"{what}; {are} {', '.join(others)}"
