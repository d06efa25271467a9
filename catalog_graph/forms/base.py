"""The forms of an answer, all made from its headline and its sections."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from catalog_graph.forms.words import columns, shortened, shown

ROWS = 100
"""Maximum number of rows of a section in a notebook, and of lines at a prompt."""
WIDEST = 80
"""Maximum width of a cell of text, in letters."""
_GAP = "  "


class Section(NamedTuple):
    """Rows of one kind in an answer."""

    title: str
    """Empty if the answer has no other section."""
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()
    """Sentences about what the rows leave out."""


class Forms(ABC):
    """An answer that shows itself as text, as a table, as an outline, and in notebooks."""

    __slots__ = ()

    @abstractmethod
    def _headline(self) -> str:
        """Return the answer in one line."""

    @abstractmethod
    def _sections(self) -> list[Section]:
        """Return the rows of the answer."""

    def text(self) -> str:
        """Return lines of text for people, as the command prints them."""
        return self.table()

    def table(self) -> str:
        """Return the answer as aligned columns of text, below its headline."""
        lines = [self._headline()]
        for section in self._sections():
            lines += ["", section.title] if section.title else [""]
            lines += [*_text_rows(section), *section.notes]
        return "\n".join(lines)

    def tree(self) -> str:
        """Return the answer as an outline of text: its headline, its sections, their rows."""
        groups = [
            (section.title, [*map(_line, section.rows), *section.notes])
            for section in self._sections()
            if section.rows or section.notes
        ]
        lines = [self._headline()]
        if len(groups) == 1 and not groups[0][0]:
            return "\n".join([*lines, *_branches(groups[0][1])])
        for (title, leaves), (start, rest) in zip(groups, _guides(len(groups)), strict=True):
            lines += [start + title, *(rest + leaf for leaf in _branches(leaves))]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """Return tables for a notebook."""
        parts = [f"<div><strong>{escape(self._headline())}</strong></div>"]
        for section in self._sections():
            parts += [f"<div>{escape(section.title)}</div>"] if section.title else []
            parts += [html_table(section.head, section.rows[:ROWS])] if section.rows else []
            more = [f"… {len(section.rows) - ROWS:,} more rows"] if len(section.rows) > ROWS else []
            parts += [f"<div><em>{escape(note)}</em></div>" for note in (*more, *section.notes)]
        return "\n".join(parts)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Return the forms that a notebook and a prompt of IPython show, by media type."""
        lines = self.text().splitlines()
        more = [f"… {len(lines) - ROWS:,} more lines"] if len(lines) > ROWS else []
        return {"text/plain": "\n".join([*lines[:ROWS], *more]), "text/html": self._repr_html_()}


def html_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return an HTML table; columns that are empty in every row are left out."""
    kept = _kept(head, rows)
    cells = "".join(f"<th>{escape(head[at])}</th>" for at in kept)
    body = "\n".join(f"<tr>{''.join(f'<td>{escape(shown(row[at]))}</td>' for at in kept)}</tr>" for row in rows)
    return f"<table><thead><tr>{cells}</tr></thead><tbody>\n{body}\n</tbody></table>"


def text_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a header and rows as lines of aligned columns; columns that are empty in every row are left out."""
    kept = _kept(head, rows)
    table = [[head[at].upper() for at in kept], *([shortened(shown(row[at]), WIDEST) for at in kept] for row in rows)]
    widths = [max(map(columns, column)) for column in zip(*table, strict=True)]
    return [
        _GAP.join(cell + " " * (width - columns(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    ]


def _text_rows(section: Section) -> list[str]:
    return text_table(section.head, section.rows) if section.rows else []


def _kept(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    return [at for at in range(len(head)) if any(row[at] for row in rows)]


def _line(row: Sequence[str]) -> str:
    return _GAP.join(shortened(shown(cell), WIDEST) for cell in row if cell)


def _branches(leaves: Sequence[str]) -> list[str]:
    return [start + leaf for leaf, (start, _) in zip(leaves, _guides(len(leaves)), strict=True)]


def _guides(count: int) -> list[tuple[str, str]]:
    """Return the beginnings of each branch and of what is below it."""
    return [("├─ ", "│  ")] * (count - 1) + [("└─ ", "   ")] * min(count, 1)
