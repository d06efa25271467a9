"""Normal form of queries: AND, OR and NOT over atoms become the OR of ANDs that stores read."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from catalog_graph.errors import InvalidQuery
from catalog_graph.query.metadata import is_unindexed_term
from catalog_graph.query.text import NUMBERS, SEPARATOR, bounded
from catalog_graph.query.tree import Conjunction, Field, Range, TermConditions

MAX_CONJUNCTIONS = 64
"""Maximum number of conjunctions of a query."""
MAX_ATOMS = 128
"""Maximum number of conditions in one conjunction."""


@dataclass(frozen=True, slots=True)
class Term:
    """The artifact has this term."""

    term: str


@dataclass(frozen=True, slots=True)
class Part:
    """The artifact's search text contains this folded text."""

    text: str


@dataclass(frozen=True, slots=True)
class Start:
    """The value of a field starts with a text."""

    field: Field


@dataclass(frozen=True, slots=True)
class Span:
    """The artifact was created at `start` or later and before `end`, in microseconds since 1970; `None` is no bound."""

    start: int | None
    end: int | None


Atom = Term | Part | Range | Field | Start | Span


@dataclass(frozen=True, slots=True)
class And:
    """All of these hold; without items, everything matches."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of these holds."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The item does not hold."""

    item: Node


Node = Atom | And | Or | Not
ALL = And(())

_Literal = tuple[Atom, bool]
"""An atom, and whether it must hold (True) or must not hold."""


def conjunctions(node: Node) -> tuple[Conjunction, ...]:
    """Return `node` as an OR of ANDs. Raises `InvalidQuery` if it has too many."""
    return tuple(_conjunction(literals) for literals in _alternatives(node, True))


def required_words(node: Node) -> tuple[str, ...]:
    """Return the words that every match must contain, in the order of the text."""
    if isinstance(node, And):
        return tuple(dict.fromkeys(word for item in node.items for word in required_words(item)))
    return tuple(map(bounded, node.text.split())) if isinstance(node, Part) else ()


def _alternatives(node: Node, positive: bool) -> list[tuple[_Literal, ...]]:
    if isinstance(node, Not):
        return _alternatives(node.item, not positive)
    if isinstance(node, Span) and not positive:
        before = [((Span(None, node.start), True),)] if node.start is not None else []
        return [*before, ((Span(node.end, None), True),)] if node.end is not None else list(before)
    if not isinstance(node, And | Or):
        return [((node, positive),)]
    parts = [_alternatives(item, positive) for item in node.items]
    if isinstance(node, And) == positive:
        return _within_limits(parts)
    return _limited([literals for part in parts for literals in part])


def _within_limits(parts: list[list[tuple[_Literal, ...]]]) -> list[tuple[_Literal, ...]]:
    alternatives: list[tuple[_Literal, ...]] = [()]
    for part in parts:
        alternatives = _limited([(*left, *right) for left, right in product(alternatives, part)])
    return alternatives


def _limited(alternatives: list[tuple[_Literal, ...]]) -> list[tuple[_Literal, ...]]:
    distinct = list(dict.fromkeys(tuple(dict.fromkeys(literals)) for literals in alternatives))
    if len(distinct) > MAX_CONJUNCTIONS or any(len(literals) > MAX_ATOMS for literals in distinct):
        raise InvalidQuery(
            f"the query has more than {MAX_CONJUNCTIONS} alternatives or {MAX_ATOMS} conditions; "
            "use fewer OR, or several queries",
            column=1,
        )
    return distinct


def _conjunction(literals: tuple[_Literal, ...]) -> Conjunction:
    def atoms(kind: type, sign: bool) -> list[Atom]:
        return [atom for atom, positive in literals if isinstance(atom, kind) and positive == sign]

    def terms(sign: bool, unindexed: bool) -> tuple[str, ...]:
        every = (a.term for a in atoms(Term, sign) if isinstance(a, Term))
        return tuple(term for term in every if is_unindexed_term(term) == unindexed)

    def ranges(sign: bool, unindexed: bool) -> tuple[Range, ...]:
        every = [a for a in atoms(Range, sign) if isinstance(a, Range) and is_unindexed_term(a.low) == unindexed]
        return _intersections(every) if sign else tuple(every)

    metadata = TermConditions(terms(True, True), terms(False, True), ranges(True, True), ranges(False, True))
    spans = [atom for atom in atoms(Span, True) if isinstance(atom, Span)]
    return Conjunction(
        has=terms(True, False),
        lacks=terms(False, False),
        parts=tuple(a.text for a in atoms(Part, True) if isinstance(a, Part)),
        lacks_parts=tuple(a.text for a in atoms(Part, False) if isinstance(a, Part)),
        ranges=ranges(True, False),
        lacks_ranges=ranges(False, False),
        equals=tuple(a for a in atoms(Field, True) if isinstance(a, Field)),
        differs=tuple(a for a in atoms(Field, False) if isinstance(a, Field)),
        starts=tuple(a.field for a in atoms(Start, True) if isinstance(a, Start)),
        lacks_starts=tuple(a.field for a in atoms(Start, False) if isinstance(a, Start)),
        created_from=max((s.start for s in spans if s.start is not None), default=None),
        created_before=min((s.end for s in spans if s.end is not None), default=None),
        metadata=None if metadata == TermConditions() else metadata,
    )


def _intersections(ranges: list[Range]) -> tuple[Range, ...]:
    """Return the intersection of all ranges for each number, since one number must lie in all of them.

    Ranges of texts that start alike stay apart: a list may have one for each.
    """
    by_kind: dict[str, Range] = {}
    for each in ranges:
        kind = each.low.rpartition(SEPARATOR)[0] if each.low.startswith(NUMBERS) else f"{each.low}{SEPARATOR}"
        other = by_kind.get(kind, each)
        by_kind[kind] = Range(max(other.low, each.low), min(other.high, each.high))
    return tuple(by_kind.values())
