"""The answer stale: the inputs of an artifact that have a newer version, and the least to make again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from catalog_graph.answers.base import AnswerPart, DrawnAnswer
from catalog_graph.answers.question import LineageReader, Question
from catalog_graph.answers.renewal import Inputs, Renewal, Standings
from catalog_graph.cards import card_of
from catalog_graph.checks import MAX_PAGE
from catalog_graph.forms import Section
from catalog_graph.instants import microseconds
from catalog_graph.lineage import Card, Lineage

if TYPE_CHECKING:
    from catalog_graph.answers.drawing import Drawing

_DAY = 24 * 3600 * 1_000_000


@dataclass(frozen=True)
class Outdated(AnswerPart):
    """An input that has a newer version, or an alias that has moved on."""

    artifact: Card
    """Its depth is the number of edges of the path."""
    newest: Card | None
    """The newest version of its name; `None` if it is that itself."""
    newer: int
    """Number of newer versions."""
    days: float | None
    """Days from its creation to that of the newest version; `None` without a newer version, or without a date."""
    aliases: dict[str, str]
    """Each alias that it held and another artifact holds now, with the id of that artifact."""
    path: list[Card]
    """A shortest path to it, from the artifact that is stale (first) on."""


@dataclass(frozen=True)
class Remake(AnswerPart):
    """An artifact that is to be made again."""

    artifact: Card
    instead: dict[str, str]
    """The ids of its outdated parents, each with that of the artifact to use instead, or of the one to make again."""


@dataclass(frozen=True)
class Stale(DrawnAnswer):
    """The inputs of `root`, at any depth, that are outdated. Without any, it is up to date."""

    root: Card
    newer: int
    """Number of newer versions of `root` itself."""
    inputs: list[Outdated]
    """Nearest first."""
    total: int
    """Number of all outdated inputs, listed or not."""
    remake: list[Remake]
    """The least to make again so that `root` is up to date: each after what it is made from, `root` among them."""
    cyclic: bool
    """True if some of these are made from each other in turns, so that they come in the order of their creation."""

    @property
    def complete(self) -> bool:
        """True if all outdated inputs are listed; what is to be made again always is."""
        return len(self.inputs) == self.total

    def text(self) -> str:
        """Return the outdated inputs, nearest first, and what to make again, in order, as lines of text."""
        from catalog_graph.render.impact import arrows, described

        itself = f"; it has {_versions(self.newer)} itself" if self.newer else ""
        if not self.total:
            return f"{described(self.root)} is up to date{itself}"
        inputs = "1 input is outdated" if self.total == 1 else f"{self.total:,} inputs are outdated"
        lines = [f"{described(self.root)} is stale: {inputs}{itself}"]
        for each in self.inputs:
            lines.append(f"  {described(each.artifact)}: {standing(each)}")
            lines.append(f"    {arrows(each.path, ' <- ')}")
        lines += [] if self.complete else [f"  … nearest {len(self.inputs):,} shown"]
        turns = ", some of them from each other in turns" if self.cyclic else ""
        lines += [
            f"To be made again, in this order{turns}:",
            *(f"  {described(each.artifact)}" for each in self.remake),
        ]
        return "\n".join(lines)

    def _drawing(self) -> Drawing:
        from catalog_graph.answers.drawing import Drawing

        roles = [(each.artifact, standing(each)) for each in self.inputs]
        cards = [self.root, *(card for each in self.inputs for card in each.path)]
        drawn = {card.artifact_id for card in cards}
        roles += [(each.artifact, "make again") for each in self.remake if each.artifact.artifact_id in drawn]
        edges = [(a.artifact_id, b.artifact_id) for each in self.inputs for a, b in pairwise(each.path)]
        return Drawing(self._headline(), cards, list(dict.fromkeys(edges)), roles, [self._headline()])

    def _sections(self) -> list[Section]:
        from catalog_graph.render.notes import cards_section

        notes = [] if self.complete else [f"… nearest {len(self.inputs):,} shown"]
        rows = list(_rows(self.inputs))
        again = cards_section([each.artifact for each in self.remake], "to be made again, in this order")
        return [Section(f"outdated: {self.total:,}", _HEAD, rows, notes), *([again] if self.remake else [])]


@dataclass(frozen=True)
class StaleArtifacts(DrawnAnswer):
    """The artifacts that match a query and are stale, each with its nearest outdated input."""

    where: str
    artifacts: list[Outdated]
    """The nearest outdated input of each, in the order of a search; its path begins with the artifact that is stale."""
    total: int
    """Number of all stale artifacts, listed or not."""
    examined: int
    """Number of artifacts that match the query, of which at most 10,000 are looked at."""
    all_examined: bool

    @property
    def complete(self) -> bool:
        """True if every artifact that matches was looked at, and each that is stale is listed."""
        return self.all_examined and len(self.artifacts) == self.total

    def text(self) -> str:
        """Return a line for each artifact that is stale, and the path to its nearest outdated input."""
        from catalog_graph.render.impact import arrows, described

        lines = [f"{self.total:,} of {self.examined:,} artifacts are stale ({self.where})"]
        for each in self.artifacts:
            lines.append(f"  {described(each.path[0])}")
            lines.append(f"    {arrows(each.path, ' <- ')}: {standing(each)}")
        return "\n".join([*lines, *(f"  {note}" for note in self._notes())])

    def _notes(self) -> list[str]:
        notes = [] if len(self.artifacts) == self.total else [f"… the first {len(self.artifacts):,} shown"]
        return notes if self.all_examined else [*notes, f"… more match; the first {self.examined:,} were looked at"]

    def _drawing(self) -> Drawing:
        from catalog_graph.answers.drawing import Drawing

        paths = [each.path for each in self.artifacts]
        cards = [card for path in paths for card in path]
        edges = [(a.artifact_id, b.artifact_id) for path in paths for a, b in pairwise(path)]
        roles = [(each.artifact, standing(each)) for each in self.artifacts]
        roles += [(path[0], "stale") for path in paths]
        return Drawing(self._headline(), cards, list(dict.fromkeys(edges)), roles, [self._headline(), *self._notes()])

    def _sections(self) -> list[Section]:
        from catalog_graph.render.impact import described

        rows = [
            (described(each.path[0]), *row[1:]) for each, row in zip(self.artifacts, _rows(self.artifacts), strict=True)
        ]
        return [Section("", ("stale", *_HEAD[1:]), rows, self._notes())]


_HEAD = ("input", "standing", "path")


def standing(each: Outdated) -> str:
    """Return in words how far an input lies behind: `2 versions, 3.5 days behind v7; champion is abc now`."""
    from catalog_graph.render.notes import version

    parts = []
    if each.newest is not None:
        days = "" if each.days is None else f", {each.days:,.1f} days"
        count = "1 version" if each.newer == 1 else f"{each.newer:,} versions"
        parts.append(f"{count}{days} behind {version(each.newest) or each.newest.artifact_id}")
    parts += [f"@{alias} is {holder} now" for alias, holder in each.aliases.items()]
    return "; ".join(parts)


def _versions(number: int) -> str:
    return "1 newer version" if number == 1 else f"{number:,} newer versions"


def _rows(inputs: Iterable[Outdated]) -> Iterator[tuple[str, str, str]]:
    from catalog_graph.render.impact import arrows, described

    for each in inputs:
        yield described(each.artifact), standing(each), arrows(each.path, " <- ")


@dataclass(frozen=True)
class StaleQuestion(Question[Stale]):
    """The question whether an artifact is stale."""

    path = "stale"
    answer_type = Stale
    limit: int

    def answer(self, reader: LineageReader) -> Stale:
        """Read the whole ancestry, then the newest versions of the names in it."""
        return stale(reader, reader.upstream(self.artifact_id, limit=None), self.limit)

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of the request."""
        return {"limit": self.limit}


@dataclass(frozen=True)
class StaleArtifactsQuestion(Question[StaleArtifacts]):
    """The question which of the artifacts that match a query are stale."""

    path = "stale"
    answer_type = StaleArtifacts
    where: str
    limit: int

    def answer(self, reader: LineageReader) -> StaleArtifacts:
        """Read the artifacts, then, level by level, the newest version of each name that they are made from."""
        matches = reader.search(self.where, limit=MAX_PAGE + 1)
        entries = matches[:MAX_PAGE]
        standings = Standings(reader)
        paths = Renewal(reader, list(map(card_of, entries)), standings).nearest_outdated()
        listed = [paths[entry.artifact_id] for entry in entries if entry.artifact_id in paths]
        standings.count(path[-1] for path in listed[: self.limit])
        artifacts = [_outdated(standings, path) for path in listed[: self.limit]]
        return StaleArtifacts(self.where, artifacts, len(listed), len(entries), len(matches) <= MAX_PAGE)

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of the request."""
        return {"where": self.where, "limit": self.limit}


def stale(reader: LineageReader, upstream: Lineage, limit: int) -> Stale:
    """Return the answer from a whole upstream lineage and the newest versions of the names in it."""
    inputs = Inputs(upstream)
    standings = Standings(reader)
    outdated = inputs.outdated(standings)
    listed = [inputs.path(position) for position in outdated[:limit]]
    standings.count([upstream.root, *(path[-1] for path in listed)])
    roots, expected = ([upstream.root], standings.newest_read()) if outdated else ([], [])
    renewal = Renewal(reader, roots, standings, inputs.parents, expected)
    order, cyclic = renewal.order(renewal.needed())
    return Stale(
        root=upstream.root,
        newer=standings.newer(upstream.root),
        inputs=[_outdated(standings, path) for path in listed],
        total=len(outdated),
        remake=[_remake(renewal, card) for card in order],
        cyclic=cyclic,
    )


def _outdated(standings: Standings, path: Sequence[Card]) -> Outdated:
    artifact = path[-1]
    newest = standings.newest(artifact)
    return Outdated(
        artifact=artifact,
        newest=newest,
        newer=standings.newer(artifact),
        days=None if newest is None else _days(artifact.created_at, newest.created_at),
        aliases={alias: holder.artifact_id for alias, holder in standings.moved(artifact).items()},
        path=list(path),
    )


def _days(since: str, until: str) -> float | None:
    return round((microseconds(until) - microseconds(since)) / _DAY, 3) if since and until else None


def _remake(renewal: Renewal, card: Card) -> Remake:
    successors = {p.artifact_id: renewal.standings.successor(p) for p in renewal.outdated(card.artifact_id)}
    return Remake(card, {old: new.artifact_id for old, new in successors.items() if new is not None})
