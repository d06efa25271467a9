"""Answers about lineage as lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog_graph.render.impact import arrows, described

if TYPE_CHECKING:
    from catalog_graph.answers.choke_points import ChokePoints
    from catalog_graph.answers.difference import Difference, Pair
    from catalog_graph.answers.excerpt import Listed
    from catalog_graph.answers.paths import Paths
    from catalog_graph.answers.what_if import WhatIf


def paths_text(found: Paths) -> str:
    """How many paths there are, and those that are listed."""
    ends = f"from {described(found.source)} to {described(found.target)}"
    if not found.counted:
        return "\n".join([f"One of the shortest paths {ends}:", *_paths(found)] if found.paths else [f"No path {ends}"])
    number = found.digits
    if number is None:
        return "\n".join(
            [f"A cycle lies between, so that paths {ends} have no end; one of the shortest:", *_paths(found)]
        )
    shown = f"{int(number):,}" if len(number) < 20 else f"{number[0]}.{number[1:4]}e{len(number) - 1}"
    lines = [f"{shown} {'path' if number == '1' else 'paths'} {ends}", *_paths(found)]
    return "\n".join(lines if found.complete else [*lines, f"  … the shortest {len(found.paths):,} are shown"])


def difference_text(found: Difference) -> str:
    """What is shared, what stands for the same, what is on one side alone, and where they part."""
    lines = [f"left:  {described(found.left)}", f"right: {described(found.right)}"]
    lines += [f"common: {found.common.total:,}", f"the same thing twice: {found.pairs_total:,}"]
    lines += [line for pair in found.pairs for line in _pair(pair)]
    lines += [f"  … {found.pairs_total:,} in all"] if len(found.pairs) < found.pairs_total else []
    named = {
        "only left": found.only_left,
        "only right": found.only_right,
        "they part at, left": found.parts_left,
        "they part at, right": found.parts_right,
    }
    return "\n".join([*lines, *(line for name, listed in named.items() for line in _listed(name, listed))])


def choke_points_text(found: ChokePoints) -> str:
    """The points, nearest first."""
    count = "1 source" if found.sources == 1 else f"{found.sources:,} sources"
    if not found.points:
        return f"No artifact stands between {described(found.root)} and all of its {count}"
    head = f"All that {described(found.root)} came from ({count}) runs through"
    return "\n".join([head, *(f"  {card.depth}  {described(card)}" for card in found.points)])


def what_if_text(found: WhatIf) -> str:
    """What would be lost."""
    lines = [f"If {', '.join(map(described, found.without))} went away:"]
    lines += [f"{found.sources_left:,} of {found.sources:,} sources of {described(found.root)} would be left"]
    named = {
        "lost upstream": found.lost,
        "cut off downstream": found.cut_off,
        "left without any source": found.sourceless,
    }
    return "\n".join([*lines, *(line for name, listed in named.items() for line in _listed(name, listed))])


def _paths(found: Paths) -> list[str]:
    return [f"  {arrows(path)}" for path in found.paths]


def _pair(pair: Pair) -> list[str]:
    same = "same content" if pair.same_content else "same name" if pair.left.name == pair.right.name else "compared"
    changes = {**(pair.tags or {}), **(pair.metadata or {})}
    lines = [f"  {described(pair.left)} / {described(pair.right)}: {same}"]
    return [*lines, *(f"    {key!r}: {left!r} / {right!r}" for key, (left, right) in changes.items())]


def _listed(name: str, listed: Listed) -> list[str]:
    lines = [f"{name}: {listed.total:,}", *(f"  {described(card)}" for card in listed.cards)]
    return lines if listed.complete else [*lines, f"  … nearest {len(listed.cards):,} shown"]
