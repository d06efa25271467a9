"""Warnings of a registration about unregistered parents, with what their ids resemble."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from catalog_graph.artifact import CatalogEntry, Registration
from catalog_graph.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from catalog_graph.backends.base import CatalogBackend

MAX_WARNINGS = 20
"""Maximum number of warnings of a batch; one more counts the others."""
MAX_PARENTS_NOTED = 10_000
"""Parents of a stream that are looked up at its end, about, if they were unregistered before."""

Holders = Callable[[Sequence[str]], Mapping[str, str]]
"""Return the id of the last registered artifact of each of these names that has one, by name."""


def with_parent_warnings(
    registrations: Sequence[Registration],
    unregistered: Sequence[Sequence[str]],
    holders: Holders,
    others: Sequence[Sequence[str]],
) -> list[Registration]:
    """Return the registrations with a warning for each unregistered parent, behind other warnings.

    `unregistered` has those parents for each registration. `holders` is called only if there are any.
    """
    if not any(unregistered):
        return add_warnings(registrations, others)
    shown = list(dict.fromkeys(parent_id for ids in unregistered for parent_id in ids))[:MAX_WARNINGS]
    by_name = holders(list(dict.fromkeys(name for parent_id in shown for name in _names_in(parent_id))))
    texts = [[_warning(i, by_name) for i in ids] for ids in unregistered]
    return add_warnings(registrations, [[*first, *last] for first, last in zip(others, texts, strict=True)])


def about_deleted(old: CatalogEntry | None, hidden: Iterable[str]) -> list[str]:
    """Return the warnings of a registration about deleted artifacts.

    `old` is what had the id before; `hidden` are those of its parents that were hidden.
    """
    texts = [
        f"parent_ids: {i!r} was deleted; lineage shows it, marked as deleted, with the parents that it had"
        for i in hidden
    ]
    if old is not None and old.state == "deleted" and old.parent_ids:
        names = ", ".join(map(repr, old.parent_ids[:MAX_WARNINGS]))
        more = f" and {len(old.parent_ids) - MAX_WARNINGS:,} more" if len(old.parent_ids) > MAX_WARNINGS else ""
        subject = f"artifact_id: {old.artifact_id!r} was deleted, and others derive from it"
        texts.append(f"{subject}: its old parents stay: {names}{more}")
    return texts


def edit_warnings(backend: CatalogBackend, entry: CatalogEntry, parent_ids: Sequence[str]) -> list[str]:
    """Return a warning for each of these parents, just added to an artifact, that is unregistered."""
    near = backend.neighbours(entry.artifact_id, exact=True) if parent_ids else None
    states = {parent.artifact_id: parent.state for parent in near.parents} if near is not None else {}
    stubs = [parent_id for parent_id in dict.fromkeys(parent_ids) if states.get(parent_id) == "unregistered"]
    result = Registration(entry.artifact_id, False)
    [result] = with_parent_warnings([result], [stubs], lambda names: _resolved(backend, names), [[]])
    return result.warnings


class StreamParents:
    """Parents that are unregistered where a stream of batches names them: a later batch may register them."""

    def __init__(self) -> None:
        self._ids: dict[str, None] = {}

    def note(self, entries: Iterable[CatalogEntry], registrations: Iterable[Registration]) -> None:
        """Keep the parents of a batch, if its registration has warnings."""
        if any(registration.warnings for registration in registrations):
            for entry in entries:
                if len(self._ids) < MAX_PARENTS_NOTED:
                    self._ids |= dict.fromkeys(entry.parent_ids)

    def warnings(self, backend: CatalogBackend) -> list[str]:
        """Return a warning for each parent that is unregistered at the end of the stream.

        At most 20, and one more that counts the others, which may be deleted ones too.
        """
        parent_ids = list(self._ids)
        entries = backend.get_many(parent_ids) if parent_ids else []
        absent = [parent_id for parent_id, entry in zip(parent_ids, entries, strict=True) if entry is None]
        stubs: list[str] = []
        while absent and len(stubs) < MAX_WARNINGS:
            near = backend.neighbours(absent[0], exact=True)
            stubs += [absent[0]] if near is not None and near.artifact.state == "unregistered" else []
            del absent[0]
        by_name = _resolved(backend, list(dict.fromkeys(name for parent_id in stubs for name in _names_in(parent_id))))
        warnings = [_warning(parent_id, by_name, "send that id") for parent_id in stubs]
        return [*warnings, f"and up to {len(absent):,} more parents that are not registered"] if absent else warnings


def _resolved(backend: CatalogBackend, names: Sequence[str]) -> dict[str, str]:
    ids: dict[str, str] = {}
    for name in names:
        try:
            ids[name] = backend.resolve(f"{name}:latest")
        except (NotFound, InvalidInput):
            continue
    return ids


def add_warnings(registrations: Sequence[Registration], warnings: Sequence[Sequence[str]]) -> list[Registration]:
    """Return the registrations with more warnings, each once.

    Of a batch, the first 20 are kept; the registration of the next one counts the others.
    """
    total = len({text for texts in warnings for text in texts})
    seen: set[str] = set()
    return [
        replace(registration, warnings=[*registration.warnings, *_bounded(texts, seen, total)])
        if texts
        else registration
        for registration, texts in zip(registrations, warnings, strict=True)
    ]


def _bounded(texts: Iterable[str], seen: set[str], total: int) -> Iterator[str]:
    for text in texts:
        if text in seen:
            continue
        seen.add(text)
        if len(seen) <= MAX_WARNINGS:
            yield text
        elif len(seen) == MAX_WARNINGS + 1:
            yield f"and {total - MAX_WARNINGS:,} more warnings about this request"


def _warning(
    parent_id: str, holders: Mapping[str, str], advice: str = "send it in parents, which takes references"
) -> str:
    problem = f"parent_ids: {parent_id!r} is not the id of an artifact"
    for name in _names_in(parent_id):
        if name in holders:
            relation = "it is" if name == parent_id else f"it begins with {name!r},"
            return f"{problem}; {relation} the name of {holders[name]!r}: {advice}"
    return f"{problem}; lineage shows it as unregistered until it is registered"


def _names_in(text: str) -> list[str]:
    """Return the names that a text may be, or begin with: `churn:v3` and `churn@champion` begin with `churn`."""
    parts = (text.rpartition(separator)[0] for separator in ":@")
    return [text, *(part for part in parts if part)]
