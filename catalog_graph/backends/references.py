"""References, and the history of a name: what people write instead of an id, and what it stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from catalog_graph import checks
from catalog_graph.answers.facts import Details
from catalog_graph.artifact import CatalogEntry, version_number
from catalog_graph.backends import cursors
from catalog_graph.errors import InvalidInput, NotFound
from catalog_graph.instants import microseconds

if TYPE_CHECKING:
    from catalog_graph.answers.versions import Versions

MAX_REFERENCE = 1024
"""Characters of a reference: a name, a separator, and a version or an alias."""
LATEST = "latest"
_SPLITS = 4
"""A name may hold `:` and `@`, and a version `:`. So many places are tried as the separator, from the right."""
_SHOWN = 10

T = TypeVar("T")


class Place(NamedTuple):
    """A place in the history of a name, which goes down: when an artifact was created (microseconds), and its id."""

    created: int
    artifact_id: str


class Naming:
    """What a backend answers about names."""

    # ---- what a backend is made of

    def _named(self, name: str, versions: Sequence[str], limit: int, after: Place | None) -> list[CatalogEntry]:
        """The newest registered artifacts of exactly that name, by `created_at`, then id, highest first.

        Of those alone whose version is one of `versions`, if any are given, and that come `after` a place. This one and
        `_details` are for backends that work answers out; a client asks its service for whole ones.
        """
        raise NotImplementedError

    def _aliased(self, name: str, alias: str) -> str | None:
        """The id of the artifact that `name@alias` stands for; `None` if there is none."""
        return None

    def _details(self, artifact_ids: Sequence[str]) -> dict[str, Details]:
        """Details of those of these artifacts that are known, in any state, by id."""
        raise NotImplementedError

    # ---- references

    def resolve(self, reference: str) -> str:
        """The id of the artifact that a reference stands for.

        In this order: the exact id of an artifact, unregistered and deleted ones too; an exact name, which is its
        latest artifact; `name:v3`, `name:3` or `name:latest`; `name@alias`. The latest is the newest by `created_at`,
        then by id, as in lists, whatever its version says. Raises `NotFound`, which says what was tried.
        """
        text = checked_reference(reference)
        if _may_be_id(text) and self._details([text]):
            return text
        meanings = (self._latest(text), self._by_version(text), self._by_alias(text))
        found = next((i for meaning in meanings for i in meaning), None)
        if found is None:
            raise self._unresolved(text)
        return found

    def _latest(self, name: str, versions: Sequence[str] = ()) -> Iterator[str]:
        if len(name) <= checks.TEXT_LIMITS["name"]:
            yield from (entry.artifact_id for entry in self._named(name, versions, 1, None))

    def _by_version(self, text: str) -> Iterator[str]:
        for name, version in _split(text, ":"):
            yield from self._latest(name, () if version == LATEST else _spellings(version))

    def _by_alias(self, text: str) -> Iterator[str]:
        for name, alias in _split(text, "@"):
            if (found := self._aliased(name, alias)) is not None:
                yield found

    def _unresolved(self, reference: str) -> NotFound:
        tried = "no artifact has that id or that name"
        for name, part, kind in _names_in(reference):
            entries = self._named(name, (), _SHOWN + 1, None)
            if entries:
                there = [entry.version or "" for entry in entries[:_SHOWN]]
                more = ", …" if len(entries) > _SHOWN else ""
                what = f"no {kind} {part!r}"
                return NotFound(
                    f"artifact {reference!r} not found: {name!r} has {what}; its versions, newest first: "
                    f"{', '.join(there)}{more}",
                    artifact_id=reference,
                    versions=there,
                )
            tried = f"no artifact has that id or that name, and none is named {name!r}"
        return NotFound(f"artifact {reference!r} not found: {tried}", artifact_id=reference)

    def _resolved(self, reference: str) -> str:
        """The id that a reference stands for; what stands for nothing stays as it is, and then no artifact has it."""
        try:
            return self.resolve(reference)
        except NotFound:
            return reference

    def by_reference(self, reference: str, act: Callable[[str], T]) -> T:
        """What `act` answers for an id; where it raises `NotFound`, for the id that the reference stands for."""
        try:
            return act(reference)
        except NotFound as error:
            if error.details.get("artifact_id") != reference:
                raise
        return act(self.resolve(reference))

    def _found(self, reference: str, act: Callable[[str], T]) -> T:
        """The same for a question that a client's service may have looked up already."""
        return self.by_reference(reference, act)

    # ---- the history of a name

    def versions(self, name: str, *, limit: int = 100, cursor: str | None = None) -> Versions:
        """One page of the artifacts of exactly that name, newest first, each with what changed since the one before.

        Raises `NotFound` where nothing of that name is registered.
        """
        from catalog_graph.answers.versions import versions

        wanted = min(checks.checked_limit(limit), checks.MAX_PAGE)
        checks.checked_name(name)
        after = None if cursor is None else Place(*cursors.read(cursor, int, str))
        found = self._named(name, (), wanted + 1, after)
        if not found and after is None:
            raise NotFound(f"no artifact is named {name!r}; a name is matched whole, and in its case", name=name)
        last = _place(found[wanted - 1]) if len(found) > wanted else None
        return versions(name, found, wanted, cursors.written(*last) if last else None)


def _place(entry: CatalogEntry) -> Place:
    return Place(microseconds(entry.created_at), entry.artifact_id)


def checked_reference(reference: Any) -> str:
    """A text that may stand for an artifact, or `InvalidInput`."""
    text = checks.checked_text(reference, "reference", MAX_REFERENCE)
    if not text:
        raise InvalidInput(
            "reference must not be empty: write an id, a name, name:v3 or name:latest", field="reference"
        )
    return text


def _may_be_id(text: str) -> bool:
    try:
        checks.checked_id(text)
    except InvalidInput:
        return False
    return True


def _split(text: str, separator: str) -> Iterator[tuple[str, str]]:
    """The name and the rest, at each place where `separator` stands, from the right."""
    end = len(text)
    for _ in range(_SPLITS):
        end = text.rfind(separator, 0, end)
        if end < 0:
            return
        if text[:end] and text[end + 1 :]:
            yield text[:end], text[end + 1 :]


def _names_in(text: str) -> Iterator[tuple[str, str, str]]:
    for separator, kind in ((":", "version"), ("@", "alias")):
        for name, part in _split(text, separator):
            if len(name) <= checks.TEXT_LIMITS["name"]:
                yield name, part, kind


def _spellings(version: str) -> tuple[str, ...]:
    """A version as it may be written: `v3` and `3` are the same."""
    number = version.removeprefix("v")
    return (version,) if version_number(version) is None else tuple(dict.fromkeys((version, number, f"v{number}")))
