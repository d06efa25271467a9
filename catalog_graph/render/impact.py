"""An impact as text, markdown and CSV; its picture is that of its lineage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from catalog_graph.cards import Card
from catalog_graph.forms import Section
from catalog_graph.render.csv import csv_text
from catalog_graph.render.notes import cards_section, facts, label, left_out, shown, version

if TYPE_CHECKING:
    from catalog_graph.answers.excerpt import Listed
    from catalog_graph.answers.impact import Copies, Impact

CSV_FIELDS = Card._fields


def as_text(impact: Impact) -> str:
    """Return a summary, the artifacts in production with a path to each, then the listed artifacts, nearest first."""
    lines = [headline(impact), *(f"{title}: {', '.join(counts)}" for title, counts in _counts(impact) if counts)]
    if impact.production.total:
        lines += ["", f"In production ({impact.production.query}): {impact.production.total:,}"]
        lines += [f"  {arrows(path)}" for path in impact.production.paths]
        lines += _rest(len(impact.production.paths), impact.production.total, "  ")
    if impact.copies is not None and impact.copies.copies.total:
        lines += ["", f"The same content: {impact.copies.copies.total:,}", *_listed(impact.copies.copies)]
        if impact.copies.reached.total:
            lines += [f"Reached from there alone: {impact.copies.reached.total:,}", *_listed(impact.copies.reached)]
    if impact.nodes:
        lines += ["", "Nearest first:"]
        lines += [f"  {card.depth}  {described(card)}" for card in impact.nodes]
        lines += [f"  {note}" for note in left_out(impact.lineage)]
    return "\n".join(lines)


def as_markdown(impact: Impact) -> str:
    """Return the impact as markdown, for a pull request."""
    lines = [f"### {escaped_markdown(headline(impact))}", ""]
    for title, counts in _counts(impact):
        lines += [f"- **{title}**: {escaped_markdown(', '.join(counts))}"] if counts else []
    if impact.production.total:
        lines += ["", f"**In production** (`{impact.production.query}`): {impact.production.total:,}", ""]
        lines += [f"- {escaped_markdown(arrows(path))}" for path in impact.production.paths]
        lines += _rest(len(impact.production.paths), impact.production.total, "- ")
    if impact.copies is not None and impact.copies.copies.total:
        lines += ["", f"**The same content**: {same_content(impact.copies)}"]
    if impact.nodes:
        lines += ["", "| depth | artifact | type | version | aliases | state |", "|---|---|---|---|---|---|"]
        for card in impact.nodes:
            aliases = " ".join(card.aliases)
            cells = (str(card.depth), label(card), card.artifact_type, card.version or "", aliases, card.state)
            lines.append(f"| {' | '.join(map(escaped_markdown, cells))} |")
        lines += ["", *map(escaped_markdown, left_out(impact.lineage))] if left_out(impact.lineage) else []
    return "\n".join(lines)


def sections(impact: Impact) -> list[Section]:
    """Return the counts, the paths to what is in production, and the listed artifacts."""
    listed = [Section("counts", ("by", "artifacts"), [(title[3:], ", ".join(c)) for title, c in _counts(impact) if c])]
    if impact.production.total:
        paths = impact.production.paths
        title = f"in production ({impact.production.query}): {impact.production.total:,}"
        listed.append(paths_section(paths, title, _rest(len(paths), impact.production.total, "")))
    if impact.copies is not None and impact.copies.copies.total:
        listed += [impact.copies.copies.section("the same content"), impact.copies.reached.section("from there alone")]
    return [*listed, cards_section(impact.nodes, "nearest first", left_out(impact.lineage))]


def paths_section(paths: Iterable[Sequence[Card]], title: str, notes: Sequence[str]) -> Section:
    """Return a row for each path."""
    return Section(title, ("edges", "path"), [(str(len(path) - 1), arrows(path)) for path in paths], notes)


def as_csv(impact: Impact) -> str:
    """Return the listed artifacts as CSV: a header and a row for each, without the totals."""
    return csv_text(CSV_FIELDS, (card.row() for card in impact.nodes))


def headline(impact: Impact) -> str:
    """Return the number of artifacts reached, and of those that are gone, as one sentence."""
    total, production = impact.total, impact.production
    artifacts = "1 artifact derives" if total == 1 else f"{total:,} artifacts derive"
    used = f"; {production.total:,} in production" if production.query else ""
    gone = f"; gone: {gone_counts(impact)}" if gone_counts(impact) else ""
    return f"{artifacts} from {described(impact.root)}{used}{gone}"


def gone_counts(impact: Impact) -> str:
    """Return the numbers of artifacts that are not registered, by state; empty if there are none."""
    counts = {"deleted": impact.gone.deleted, "unregistered": impact.gone.unregistered}
    return ", ".join(f"{count:,} {state}" for state, count in counts.items() if count)


def same_content(copies: Copies) -> str:
    """Return the number of other artifacts with the same content, and of those that derive from them alone."""
    return f"{copies.copies.total:,} more, from which {copies.reached.total:,} more came"


def described(card: Card) -> str:
    """Return an artifact as one line: its name, type, version and state, and its id if that is not its name."""
    name, description = label(card), facts(card)
    own_id = "" if name == card.artifact_id else f" [{card.artifact_id}]"
    return shown(f"{name}{f' ({description})' if description else ''}{own_id}")


def arrows(path: Iterable[Card], sign: str = " -> ") -> str:
    """Return a path as one line of names and versions."""
    return shown(sign.join(" ".join(filter(None, (label(card), version(card)))) for card in path))


def _counts(impact: Impact) -> Iterator[tuple[str, list[str]]]:
    yield "By type", [f"{kind} {count:,}" for kind, count in impact.by_type.items()]
    yield "By depth", [f"{depth}: {count:,}" for depth, count in impact.by_depth.items()]
    yield "By pipeline", [f"{name or 'none'} {count:,}" for name, count in impact.by_pipeline.items()]
    for key, values in impact.by_tag.items():
        yield f"By {key}", [f"{value} {count:,}" for value, count in values.items()]


def _listed(listed: Listed) -> list[str]:
    return [*(f"  {described(card)}" for card in listed.cards), *_rest(len(listed.cards), listed.total, "  ")]


def _rest(listed: int, total: int, before: str) -> list[str]:
    return [f"{before}… {total:,} in all, nearest {listed:,} shown"] if listed < total else []


def escaped_markdown(text: str) -> str:
    """Return markdown that shows exactly `text`."""
    return "".join(f"\\{c}" if c in "\\`*_[]<>|#" else c for c in shown(text))
