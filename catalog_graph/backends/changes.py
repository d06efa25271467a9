"""Reading the change record, as every backend does it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any

from catalog_graph import checks
from catalog_graph.aliases import MAX_BY
from catalog_graph.backends.references import exactly
from catalog_graph.changes.change import KINDS, Change, ChangeKind, ChangePage, ChangeQuestion
from catalog_graph.errors import InvalidInput
from catalog_graph.instants import Instant, checked_instant
from catalog_graph.page import pages

MAX_NUMBER = 2**62 - 1
"""Maximum number of a transaction."""


class ChangeInterface(ABC):
    """The record of every change: what, when, by which key and request."""

    # ---- implemented by each backend

    @abstractmethod
    def _change_page(self, question: ChangeQuestion, limit: int, cursor: str | None) -> ChangePage:
        """Return one page of changes; `artifact_id` may be a reference. Raises `ChangesDropped`, `NotFound`."""

    # ---- the interface

    def audit(
        self,
        artifact_id: str | None = None,
        *,
        kinds: Iterable[str] = (),
        by: str | None = None,
        since: Instant | None = None,
        until: Instant | None = None,
        after: int | None = None,
        limit: int = 100,
        exact: bool = False,
    ) -> list[Change]:
        """Return recorded changes: the newest first or, with `after`, those behind that number in order.

        `artifact_id` (an id or a reference) selects the history of one artifact, `kinds` some of `KINDS`, `by` the
        name of an API key; `since` is inclusive, `until` is not. Raises `ChangesDropped` if changes after that number
        are no longer recorded, `NotFound`, `InvalidInput`. `audit_page` tells what the record holds.
        """

        def read(size: int, cursor: str | None) -> ChangePage:
            return self._change_page(question, size, cursor)

        question = _question(artifact_id, kinds, by, since, until, after, exact)
        return [each for page in pages(read, checks.checked_limit(limit), checks.MAX_PAGE) for each in page.items]

    def audit_page(
        self,
        artifact_id: str | None = None,
        *,
        kinds: Iterable[str] = (),
        by: str | None = None,
        since: Instant | None = None,
        until: Instant | None = None,
        after: int | None = None,
        limit: int = 100,
        cursor: str | None = None,
        exact: bool = False,
    ) -> ChangePage:
        """Return one page of at most 10,000 changes, and since when the record has every change; see `audit`."""
        question = _question(artifact_id, kinds, by, since, until, after, exact)
        return self._change_page(question, min(checks.checked_limit(limit), checks.MAX_PAGE), cursor)

    def changes(self, after: int = 0) -> Iterator[Change]:
        """Yield every change behind a number, each once, in order, until there are no more.

        To follow a catalog, call this again with the number of the last change. Raises `ChangesDropped`.
        """
        question = _question(None, (), None, None, None, after, False)
        for page in pages(lambda size, cursor: self._change_page(question, size, cursor), None, 1000):
            yield from page.items


def _question(
    artifact_id: str | None,
    kinds: Iterable[str],
    by: str | None,
    since: Instant | None,
    until: Instant | None,
    after: int | None,
    exact: bool,
) -> ChangeQuestion:
    reference = None if artifact_id is None else exactly(checks.checked_id(artifact_id), exact)
    first, end = (
        None if instant is None else checked_instant(instant, name)
        for instant, name in ((since, "since"), (until, "until"))
    )
    if by is not None:
        checks.checked_text(by, "by", MAX_BY)
    return ChangeQuestion(
        reference, checked_kinds(kinds), by, first, end, None if after is None else checked_after(after)
    )


def checked_kinds(kinds: Iterable[str]) -> tuple[ChangeKind, ...]:
    """Return some of `KINDS`, in their order. Raises `InvalidInput` for any other text."""
    texts = [kinds] if isinstance(kinds, str) else list(kinds)
    for kind in texts:
        if kind not in KINDS:
            raise InvalidInput(f"kind {kind!r:.80} is not known; use {', '.join(KINDS)}", field="kind")
    return tuple(kind for kind in KINDS if kind in texts)


def checked_after(after: Any) -> int:
    """Return the number of a transaction, 0 for the time before the first. Raises `InvalidInput` for anything else."""
    number = int(after) if isinstance(after, str) and after.isascii() and after.isdigit() else after
    if type(number) is not int or not 0 <= number <= MAX_NUMBER:
        raise InvalidInput(f"after {str(after)[:40]!r} must be a whole number of at least 0", field="after")
    return number
