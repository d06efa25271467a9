"""References: the names that people write instead of an id, such as `churn:v3` or `churn@champion`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar

from catalog_graph import checks
from catalog_graph.artifact import State
from catalog_graph.errors import InvalidInput, NotFound
from catalog_graph.instants import from_microseconds

if TYPE_CHECKING:
    from catalog_graph.answers.versions import Versions
    from catalog_graph.artifact import CatalogEntry

MAX_REFERENCE = 1024
"""Maximum number of characters of a reference: a name, a separator, and a version or an alias."""

T = TypeVar("T")


Standing = State | Literal["hidden"]
"""The state of an id; `hidden` if it is deleted, and no present answer has it, because nothing derives from it."""


def standing(state: State, is_present: bool) -> Standing | None:
    """Return how an id of a state stands, `None` if it is unregistered and nothing derives from it any more."""
    return state if is_present else "hidden" if state == "deleted" else None


class ExactId(str):
    """The id of an artifact, which is never read as a name or another reference."""

    __slots__ = ()


def exactly(reference: str, exact: bool) -> str:
    """Return a reference, or with `exact` the same text as an id alone."""
    return ExactId(reference) if exact and isinstance(reference, str) else reference


def all_exactly(references: Iterable[str], exact: bool) -> tuple[str, ...]:
    """Return references, or with `exact` the same texts as ids alone."""
    return tuple(exactly(reference, exact) for reference in references)


class VersionPosition(NamedTuple):
    """A position in the history of a name. Ascending positions are the order of registration."""

    recorded: int
    """`recorded_at` of the artifact, in microseconds since 1970."""
    position: int
    """Place of the artifact in the transaction that registered it: in a batch, entries count in the order sent."""
    artifact_id: str


class NamedArtifact(NamedTuple):
    """An artifact in the history of its name."""

    place: VersionPosition
    entry: CatalogEntry


class ReferenceInterface(ABC):
    """References to artifacts, and the history of a name."""

    # ---- implemented by each backend

    @abstractmethod
    def _resolve(self, reference: str) -> str:
        """Return the id that a reference stands for. Raises `NotFound`."""

    @abstractmethod
    def _versions(self, name: str, limit: int, cursor: str | None) -> Versions:
        """Return one page of the artifacts of a name. Raises `NotFound` if there is none."""

    @abstractmethod
    def _for_reference(self, reference: str, act: Callable[[str], T]) -> T:
        """Return the result of `act` for the id that a reference stands for.

        A client calls `act` with the reference: its service resolves it in the same request.
        """

    @abstractmethod
    def _id_of(self, reference: str) -> str:
        """Return the id that a reference stands for, or the reference itself if it stands for nothing.

        A client returns the reference.
        """

    @abstractmethod
    def _ids_of(self, references: tuple[str, ...]) -> tuple[str, ...]:
        """Return the ids that these references stand for. Raises `NotFound` if one stands for nothing.

        A client returns the references.
        """

    # ---- the interface

    def resolve(self, reference: str, *, exact: bool = False) -> str:
        """Return the id of the artifact that a reference stands for.

        In this order: the exact id of an artifact that is or was registered; an exact name, which is its latest
        artifact; `name:v3`, `name:3` or `name:latest`; `name@alias`; the exact id of a parent that was never
        registered. If that parent comes last for a name's sake, a `ReferenceWarning` says so. The id of a deleted
        artifact from which nothing derives is not found, whatever has it as its name. With `exact`, the text is
        an id in any state and nothing else. The latest artifact is the one that was
        registered last, or the one with the highest whole number if the version of the last is a whole number. Raises
        `NotFound`, which lists what was tried.
        """
        return self._resolve(exactly(checked_reference(reference), exact))

    def by_reference(self, reference: str, act: Callable[[str], T]) -> T:
        """Return the result of `act` for an id; if that raises `NotFound`, for the id that the reference stands for."""
        if isinstance(reference, ExactId):
            return act(reference)
        try:
            return act(reference)
        except NotFound as error:
            if error.details.get("artifact_id") != reference:
                raise
        return act(ExactId(self.resolve(reference)))

    def versions(self, name: str, *, limit: int = 100, cursor: str | None = None) -> Versions:
        """Return one page of the artifacts of exactly this name, each with its changes to the one before.

        The artifact that was registered last comes first.
        Raises `NotFound` if no artifact of this name is registered.
        """
        size = min(checks.checked_limit(limit), checks.MAX_PAGE)
        return self._versions(checks.checked_name(name), size, cursor)


def unknown_artifact(artifact_id: str, as_of: int | None = None) -> NotFound:
    """Return the error for an id that is not registered, or was not there at an instant (in microseconds)."""
    then = "" if as_of is None else f" at that instant, {from_microseconds(as_of)}"
    return NotFound(f"artifact {artifact_id!r} not found{then}", artifact_id=artifact_id)


def checked_reference(reference: Any) -> str:
    """Return `reference`. Raises `InvalidInput` if no artifact can be referred to by it."""
    text = checks.checked_text(reference, "reference", MAX_REFERENCE)
    if not text:
        raise InvalidInput(
            "reference must not be empty: write an id, a name, name:v3 or name:latest", field="reference"
        )
    return text
