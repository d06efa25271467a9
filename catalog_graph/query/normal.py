"""From and, or, not over atoms to the flat form that stores read: an OR of ANDs."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from catalog_graph.errors import InvalidQuery
from catalog_graph.query.text import SEPARATOR, bounded
from catalog_graph.query.tree import Conjunction, Field, Range

MAX_CONJUNCTIONS = 64
MAX_ATOMS = 128
"""Conditions in one conjunction."""


@dataclass(frozen=True, slots=True)
class Term:
    """The artifact has this term."""

    term: str


@dataclass(frozen=True, slots=True)
class Part:
    """This folded text stands somewhere in the artifact's search text."""

    text: str


@dataclass(frozen=True, slots=True)
class Span:
    """Created from `start` on and before `end`, in microseconds since 1970; `None` is open."""

    start: int | None
    end: int | None


Atom = Term | Part | Range | Field | Span


@dataclass(frozen=True, slots=True)
class And:
    """All of these; of none, everything."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of these."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Not this."""

    item: Node


Node = Atom | And | Or | Not
ALL = And(())

_Literal = tuple[Atom, bool]


def conjunctions(node: Node) -> tuple[Conjunction, ...]:
    """`node` as an OR of ANDs; raises `InvalidQuery` where that would be too many."""
    return tuple(_conjunction(literals) for literals in _alternatives(node, True))


def required_words(node: Node) -> tuple[str, ...]:
    """The words that whatever matches has to contain, in the order they were written."""
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
            "use fewer OR, or ask in several queries",
            column=1,
        )
    return distinct


def _conjunction(literals: tuple[_Literal, ...]) -> Conjunction:
    def chosen(kind: type, wanted: bool) -> list[Atom]:
        return [atom for atom, positive in literals if isinstance(atom, kind) and positive == wanted]

    ranges = [a for a in chosen(Range, True) if isinstance(a, Range)]
    spans = [atom for atom in chosen(Span, True) if isinstance(atom, Span)]
    return Conjunction(
        has=tuple(a.term for a in chosen(Term, True) if isinstance(a, Term)),
        lacks=tuple(a.term for a in chosen(Term, False) if isinstance(a, Term)),
        parts=tuple(a.text for a in chosen(Part, True) if isinstance(a, Part)),
        lacks_parts=tuple(a.text for a in chosen(Part, False) if isinstance(a, Part)),
        ranges=_met(ranges),
        lacks_ranges=tuple(a for a in chosen(Range, False) if isinstance(a, Range)),
        equals=tuple(a for a in chosen(Field, True) if isinstance(a, Field)),
        differs=tuple(a for a in chosen(Field, False) if isinstance(a, Field)),
        created_from=max((s.start for s in spans if s.start is not None), default=None),
        created_before=min((s.end for s in spans if s.end is not None), default=None),
    )


def _met(ranges: list[Range]) -> tuple[Range, ...]:
    """One range for each kind of term, in which all of its ranges meet: it is one value that lies in them."""
    met: dict[str, Range] = {}
    for each in ranges:
        kind = each.low.rpartition(SEPARATOR)[0]
        other = met.get(kind, each)
        met[kind] = Range(max(other.low, each.low), min(other.high, each.high))
    return tuple(met.values())
