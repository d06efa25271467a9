"""Following the change record, as every backend does it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog_graph.backends.event_questions import EventQuestion
    from catalog_graph.changes.event import Event


class FeedInterface(ABC):
    """The changes of a catalog as they happen."""

    # ---- implemented by each backend

    @abstractmethod
    def _follow(self, question: EventQuestion, *, for_ever: bool) -> Iterator[Event]:
        """Yield the events of a question in order: until there are no more, or for ever."""

    # ---- the interface

    def events(self, after: int | str = 0, *, query: str = "", kinds: Iterable[str] = ()) -> Iterator[Event]:
        """Yield every event behind a place, in order, until there are no more.

        `after` is the number of a transaction or the id of an event. `query` selects events of artifacts that match it
        when the event is read (a deleted one as it was before), `kinds` some of `KINDS`. Changes that are no longer
        recorded are an event of the kind `missing`. Raises `InvalidInput`, `InvalidQuery`.
        """
        from catalog_graph.backends.event_questions import checked_question

        return self._follow(checked_question(after, query, kinds), for_ever=False)

    def watch(self, query: str = "", *, kinds: Iterable[str] = (), after: int | str | None = None) -> Iterator[Event]:
        """Yield events as they happen, for ever; without `after`, those of changes that are still to come.

        The parameters are those of `events`. Raises also `StoreUnavailable` if the store stays away.
        """
        from catalog_graph.backends.event_questions import checked_question

        return self._follow(checked_question(after, query, kinds), for_ever=True)
