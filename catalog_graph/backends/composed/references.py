"""References and the history of a name, over the queries of a store."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from catalog_graph import checks
from catalog_graph.aliases import Alias, AliasMove, AliasPage
from catalog_graph.answers.facts import Details
from catalog_graph.artifact import CatalogEntry, version_number
from catalog_graph.backends import cursors, notes
from catalog_graph.backends.aliases import AliasInterface
from catalog_graph.backends.references import (
    ExactId,
    NamedArtifact,
    Standing,
    VersionPosition,
    all_exactly,
    unknown_artifact,
)
from catalog_graph.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from catalog_graph.answers.versions import Versions

LATEST = "latest"
_MAX_SPLITS = 4
"""Positions that are tried as the separator, from the right: a name may contain `:` and `@`, a version `:`."""
_MAX_VERSIONS = 10
"""Maximum number of versions in an error message."""

T = TypeVar("T")
E = TypeVar("E", Alias, AliasMove)


class StoreReferences(AliasInterface, ABC):
    """Resolution of references."""

    # ---- primitives

    @abstractmethod
    def _named(
        self, name: str, versions: Sequence[str], limit: int, after: VersionPosition | None
    ) -> list[NamedArtifact]:
        """Return the registered artifacts of exactly this name, the one that was registered last first.

        With `versions`, only artifacts that have one of them; with `after`, only artifacts before this position.
        """

    @abstractmethod
    def _latest(self, name: str) -> CatalogEntry | None:
        """Return the registered artifact of exactly this name that was registered last.

        If its version is a whole number, return the artifact with the highest whole number instead; of several with
        that number, the one that was registered last.
        """

    @abstractmethod
    def _state_of(self, artifact_id: str) -> Standing | None:
        """Return the state of an id, `hidden` if it is deleted and nothing derives from it, or `None` if unknown."""

    @abstractmethod
    def details(self, artifact_ids: Sequence[str]) -> dict[str, Details]:
        """Return the details of those of these artifacts that are known, in any state, by id."""

    # ---- the interface

    def _resolve(self, reference: str) -> str:
        state = self._state_of(reference) if is_valid_id(reference) else None
        if state in ("registered", "deleted") or (state == "unregistered" and isinstance(reference, ExactId)):
            return reference
        if state == "hidden":
            raise self._deleted(reference)
        if isinstance(reference, ExactId):
            raise unknown_artifact(reference)
        candidates = (self._by_name(reference), self._by_version(reference), self._by_alias(reference))
        artifact_id = next((each for ids in candidates for each in ids), None)
        if artifact_id is None:
            if state is not None:
                return reference
            raise self._unresolved(reference)
        if state is not None:
            notes.note_stub(reference, artifact_id)
        return artifact_id

    def _for_reference(self, reference: str, act: Callable[[str], T]) -> T:
        result = self.by_reference(reference, act)
        # An id comes before a name, but for that of a parent that was never registered.
        if isinstance(reference, ExactId) or not _is_about_stub(result, reference):
            return result
        artifact_id = self._id_of(reference)
        return result if artifact_id == reference else act(ExactId(artifact_id))

    def _id_of(self, reference: str) -> str:
        if isinstance(reference, ExactId):
            return reference
        try:
            return self.resolve(reference)
        except NotFound:
            return reference

    def _ids_of(self, references: tuple[str, ...]) -> tuple[str, ...]:
        known = self.details(references) if references else {}
        certain = {each for each, details in known.items() if details.state != "unregistered"}
        return all_exactly(dict.fromkeys(each if each in certain else self.resolve(each) for each in references), True)

    def _versions(self, name: str, limit: int, cursor: str | None) -> Versions:
        from catalog_graph.answers.versions import versions

        binding, position = cursors.opened(cursor, "versions", name)
        after = None if position is None else VersionPosition(*cursors.decode(position, int, int, str))
        history = self._named(name, (), limit + 1, after)
        if not history and after is None:
            raise NotFound(f"no artifact is named {name!r}; a name is matched whole, and in its case", name=name)
        following = cursors.encode(*history[limit - 1].place) if len(history) > limit else None
        return versions(name, [entry for _, entry in history], limit, binding.bound(following))

    def _bound_page(
        self, read: Callable[[str | None], AliasPage[E]], cursor: str | None, *question: Any
    ) -> AliasPage[E]:
        binding, position = cursors.opened(cursor, *question)
        page = read(position)
        return AliasPage(page.items, binding.bound(page.cursor))

    # ---- the readings of a reference

    def _by_name(self, name: str) -> Iterator[str]:
        if len(name) <= checks.TEXT_LIMITS["name"] and (latest := self._latest(name)) is not None:
            yield latest.artifact_id

    def _by_version(self, text: str) -> Iterator[str]:
        for name, version in _split(text, ":"):
            if version == LATEST:
                yield from self._by_name(name)
            elif len(name) <= checks.TEXT_LIMITS["name"]:
                yield from (entry.artifact_id for _, entry in self._named(name, _spellings(version), 1, None))

    def _by_alias(self, text: str) -> Iterator[str]:
        for name, alias in _split(text, "@"):
            try:
                artifact_id = self.alias(name, alias)
            except InvalidInput:
                continue
            if artifact_id is not None:
                yield artifact_id

    def _deleted(self, artifact_id: str) -> NotFound:
        """Return the error for an id that is deleted, and that no name replaces."""
        latest = None if isinstance(artifact_id, ExactId) else next(self._by_name(artifact_id), None)
        name = "" if latest is None else f"; {artifact_id + ':latest'!r} is the artifact of that name, {latest!r}"
        return NotFound(
            f"artifact {artifact_id!r} not found: it was deleted, and nothing derives from it{name}",
            artifact_id=artifact_id,
        )

    def _unresolved(self, reference: str) -> NotFound:
        """Return the error for a reference that stands for nothing; it lists what was tried."""
        reason = "no artifact has that id or that name"
        for name, part, kind in names_in(reference):
            history = self._named(name, (), _MAX_VERSIONS + 1, None)
            if history:
                versions = [entry.version or "" for _, entry in history[:_MAX_VERSIONS]]
                more = ", …" if len(history) > _MAX_VERSIONS else ""
                return NotFound(
                    f"artifact {reference!r} not found: {name!r} has no {kind} {part!r}; its versions, newest first: "
                    f"{', '.join(versions)}{more}",
                    artifact_id=reference,
                    versions=versions,
                )
            reason = f"no artifact has that id or that name, and none is named {name!r}"
        return NotFound(f"artifact {reference!r} not found: {reason}", artifact_id=reference)


def _is_about_stub(result: Any, artifact_id: str) -> bool:
    """Return True if a lineage, an answer or neighbours are those of an unregistered artifact with this id."""
    lineage = getattr(result, "lineage", result)
    root = getattr(lineage, "artifact", None) or getattr(lineage, "root", None)
    return getattr(root, "state", "") == "unregistered" and getattr(root, "artifact_id", "") == artifact_id


def is_valid_id(text: str) -> bool:
    """Return True if a text may be the id of an artifact."""
    try:
        checks.checked_id(text)
    except InvalidInput:
        return False
    return True


def _split(text: str, separator: str) -> Iterator[tuple[str, str]]:
    """Yield the parts before and behind each `separator`, from the right."""
    end = len(text)
    for _ in range(_MAX_SPLITS):
        end = text.rfind(separator, 0, end)
        if end < 0:
            return
        if text[:end] and text[end + 1 :]:
            yield text[:end], text[end + 1 :]


def names_in(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield each reading of a reference: the name, the version or alias, and which of both that is."""
    for separator, kind in ((":", "version"), ("@", "alias")):
        for name, part in _split(text, separator):
            if len(name) <= checks.TEXT_LIMITS["name"]:
                yield name, part, kind


def _spellings(version: str) -> tuple[str, ...]:
    """Return the spellings of a version: `v3` and `3` are the same."""
    number = version.removeprefix("v")
    return (version,) if version_number(version) is None else tuple(dict.fromkeys((version, number, f"v{number}")))
