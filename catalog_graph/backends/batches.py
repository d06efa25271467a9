"""Batches: every error of one is told at once, by position; and tags of many artifacts are changed together."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

from catalog_graph import checks
from catalog_graph.artifact import CatalogEntry
from catalog_graph.errors import Conflict, CycleRefused, DuplicateContent, InvalidInput, LimitExceeded, NotFound

MAX_ERRORS = 100
"""Errors of a batch that are listed; `total` says how many there are."""
_IN_MESSAGE = 3

A = TypeVar("A")
B = TypeVar("B")


class TagEdit(NamedTuple):
    """What becomes of the tags of one artifact."""

    artifact_id: str
    tags: Mapping[str, Any]
    """Set, the others stay."""
    remove: Sequence[str]
    """Keys; one that is not there is no error."""

    def applied(self, old: Mapping[str, Any]) -> dict[str, Any]:
        """The tags after this."""
        gone = set(self.remove)
        return {key: value for key, value in {**old, **self.tags}.items() if key not in gone}


class BatchInterface(ABC):
    """Changes to many artifacts, all or none."""

    @abstractmethod
    def _edit_many_tags(self, edits: Sequence[TagEdit]) -> list[dict[str, Any]]:
        """Change the tags of artifacts, each named once, in one transaction, and answer them as they are then.

        Raises `not_found_among` those that are not registered, and `LimitExceeded`.
        """

    def tag_many(self, tags: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
        """Set tags of up to 10,000 artifacts by id, all or none; answers all tags that each has then.

        Raises `NotFound`, whose `details["artifact_ids"]` are those that are not registered.
        """
        return self.edit_many_tags(tags, {})

    def untag_many(self, keys: Mapping[str, Iterable[str]]) -> dict[str, dict[str, Any]]:
        """Remove tags of up to 10,000 artifacts, by id the keys; as `tag_many` otherwise."""
        return self.edit_many_tags({}, keys)

    def edit_many_tags(
        self, tags: Mapping[str, Mapping[str, Any]], remove: Mapping[str, Iterable[str]]
    ) -> dict[str, dict[str, Any]]:
        """Set tags and remove others, together, as `tag_many` and `untag_many` do."""
        ids = list(dict.fromkeys((*_mapping(tags, "tags"), *_mapping(remove, "remove"))))
        if len(ids) > checks.MAX_BATCH:
            raise LimitExceeded(f"{len(ids):,} artifacts in one batch; at most {checks.MAX_BATCH:,} are taken")
        edits = each_checked(ids, lambda artifact_id: _edit(artifact_id, tags, remove))
        return dict(zip(ids, self._edit_many_tags(edits), strict=True)) if edits else {}


def each_checked(items: Sequence[A], check: Callable[[A], B]) -> list[B]:
    """What `check` answers for each; raises one `InvalidInput` with the errors of all, by their positions."""
    checked: list[B] = []
    refused: list[tuple[int, InvalidInput]] = []
    for position, item in enumerate(items):
        try:
            checked.append(check(item))
        except InvalidInput as error:
            refused.append((position, error))
    if refused:
        raise _all_refused(refused, len(items))
    return checked


@contextmanager
def positions_in_errors(entries: Sequence[CatalogEntry]) -> Iterator[None]:
    """Errors that are about one of these entries say at which position it stands."""
    try:
        yield
    except (Conflict, LimitExceeded) as error:
        positions = {entry.artifact_id: position for position, entry in reversed(list(enumerate(entries)))}
        found = {positions[i]: reason for i, reason in _about(error, positions)}
        if found:
            first = next(iter(found))
            errors = [_listed(at, error, reason) for at, reason in found.items()]
            error.details |= {"index": first, "errors": errors, "total": error.details.get("total", len(errors))}
            error.message = f"artifact {first}: {error.message.removeprefix(f'artifact {first}: ')}"
            error.args = (error.message,)
        raise


def refuse_copies(copies: Mapping[str, str]) -> None:
    """Raises `DuplicateContent` where there are any: by the id that is refused, the id that has its content."""
    for refused, other in copies.items():
        raise DuplicateContent(
            f"the content of {refused!r} is registered already, as {other!r}; use that one, or register it all the "
            "same with on_duplicate='warn'",
            artifact_id=other,
            refused=refused,
            copies=dict(list(copies.items())[:MAX_ERRORS]),
            total=len(copies),
        )


def _about(error: Conflict | LimitExceeded, ids: Container[str]) -> list[tuple[str, str]]:
    """Those of these ids that an error is about, and what is wrong with each."""
    if isinstance(error, DuplicateContent):
        copies = error.details.get("copies", {})
        return [(i, f"the content is registered already, as {other!r}") for i, other in copies.items() if i in ids]
    about: list[str] = error.details["path"] if isinstance(error, CycleRefused) else [error.details.get("refused", "")]
    return [(i, error.message) for i in about if i in ids][:1]


def not_found_among(artifact_ids: Sequence[str], total: int) -> NotFound:
    """The error for those of `total` artifacts that are not registered."""
    shown = ", ".join(map(repr, artifact_ids[:_IN_MESSAGE]))
    more = ", …" if len(artifact_ids) > _IN_MESSAGE else ""
    return NotFound(
        f"{len(artifact_ids):,} of {total:,} artifacts not found: {shown}{more}",
        artifact_id=artifact_ids[0],
        artifact_ids=list(artifact_ids[:MAX_ERRORS]),
        total=len(artifact_ids),
    )


def too_many_tags(entries: Iterable[CatalogEntry]) -> None:
    """Raises `LimitExceeded` where the tags of one of these have become too large."""
    for entry in entries:
        try:
            checks.checked_object(entry.tags, "tags", checks.MAX_TAG_BYTES)
        except InvalidInput as error:
            error.message = f"artifact {entry.artifact_id!r}: {error.message}"
            error.args = (error.message,)
            error.details["refused"] = entry.artifact_id
            raise


def _all_refused(refused: Sequence[tuple[int, InvalidInput]], total: int) -> InvalidInput:
    (first, error), *more = refused
    named = "; ".join(f"artifact {at}: {e.message}" for at, e in refused[:_IN_MESSAGE])
    rest = f"; and {len(refused) - _IN_MESSAGE:,} more" if len(refused) > _IN_MESSAGE else ""
    message = f"{len(refused):,} of {total:,} artifacts cannot be taken: {named}{rest}" if more else named
    kind = LimitExceeded if all(isinstance(e, LimitExceeded) for _, e in refused) else InvalidInput
    details = {
        **error.details,
        "index": first,
        "errors": [_listed(at, e, e.message) for at, e in refused[:MAX_ERRORS]],
    }
    return kind(message, **details, total=len(refused))


def _listed(index: int, error: InvalidInput | Conflict, reason: str) -> dict[str, Any]:
    by_kind: dict[type[Exception], str] = {CycleRefused: "parent_ids", DuplicateContent: "content_hash"}
    return {"index": index, "field": error.details.get("field") or by_kind.get(type(error)), "reason": reason}


def _mapping(value: Any, field: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InvalidInput(f"{field} must be an object by artifact id", field=field)
    return value


def _edit(artifact_id: Any, tags: Mapping[str, Any], remove: Mapping[str, Any]) -> TagEdit:
    given, keys = tags.get(artifact_id, {}), remove.get(artifact_id, [])
    own = dict(given) if isinstance(given, Mapping) else given
    if isinstance(keys, str) or not isinstance(keys, Iterable):
        raise InvalidInput("remove must have a list of keys for each artifact", field="remove")
    return TagEdit(checks.checked_id(artifact_id), checks.checked_object(own, "tags", checks.MAX_TAG_BYTES), list(keys))
