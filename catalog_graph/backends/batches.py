"""Batches: all errors in one exception, by position, and changes to the tags of many artifacts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

from catalog_graph import checks
from catalog_graph.artifact import CatalogEntry
from catalog_graph.errors import Conflict, CycleRefused, DuplicateContent, InvalidInput, LimitExceeded, NotFound

_IN_MESSAGE = 3
"""Maximum number of errors or ids in a message."""

A = TypeVar("A")
B = TypeVar("B")


class TagEdit(NamedTuple):
    """A change to the tags of one artifact."""

    artifact_id: str
    tags: Mapping[str, Any]
    """Tags to set; others stay."""
    remove: Sequence[str]
    """Keys of tags to remove; missing keys are ignored."""

    def applied(self, old: Mapping[str, Any]) -> dict[str, Any]:
        """Return the tags after this change."""
        removed = set(self.remove)
        return {key: value for key, value in {**old, **self.tags}.items() if key not in removed}


class BatchInterface(ABC):
    """Changes to many artifacts, all or none."""

    @abstractmethod
    def _edit_many_tags(self, edits: Sequence[TagEdit]) -> list[dict[str, Any]]:
        """Change the tags of artifacts, each once, in one transaction, and return the resulting tags, in order.

        Raises the error of `missing_artifacts` if any are not registered, and `LimitExceeded`.
        """

    def tag_many(self, tags: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
        """Set tags of up to 10,000 artifacts by id, all or none, and return all resulting tags of each.

        Raises `NotFound`, whose `details["artifact_ids"]` are the ids that are not registered.
        """
        return self.edit_many_tags(tags, {})

    def untag_many(self, keys: Mapping[str, Iterable[str]]) -> dict[str, dict[str, Any]]:
        """Remove tags of up to 10,000 artifacts: keys, by id; otherwise as `tag_many`."""
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
    """Return the result of `check` for each item.

    Raises one `InvalidInput` with all errors, by position, or with the first 100 and a `total` of None.
    """
    checked: list[B] = []
    refused: list[tuple[int, InvalidInput]] = []
    for position, item in enumerate(items):
        try:
            checked.append(check(item))
        except InvalidInput as error:
            if len(refused) == checks.MAX_ERRORS:
                raise _all_refused(refused, len(items), more=True) from None
            refused.append((position, error))
    if refused:
        raise _all_refused(refused, len(items))
    return checked


@contextmanager
def positions_in_errors(entries: Sequence[CatalogEntry]) -> Iterator[None]:
    """Add the positions of the entries to errors that are about them."""
    try:
        yield
    except (Conflict, LimitExceeded) as error:
        positions = {entry.artifact_id: position for position, entry in reversed(list(enumerate(entries)))}
        reasons = {positions[i]: reason for i, reason in _reasons(error, positions)}
        if reasons:
            first = next(iter(reasons))
            errors = [_error_details(position, error, reason) for position, reason in reasons.items()]
            error.details |= {"index": first, "errors": errors, "total": error.details.get("total", len(errors))}
            error.message = f"artifact {first}: {error.message.removeprefix(f'artifact {first}: ')}"
            error.args = (error.message,)
        raise


def refuse_copies(copies: Mapping[str, str]) -> None:
    """Raise `DuplicateContent` if there are any copies: ids of existing artifacts, by the id that is refused."""
    for refused, other in copies.items():
        raise DuplicateContent(
            f"the content of {refused!r} is registered already, as {other!r}; use that one, or register it all the "
            "same with on_duplicate='warn'",
            artifact_id=other,
            refused=refused,
            copies=dict(list(copies.items())[: checks.MAX_ERRORS]),
            total=len(copies),
        )


def _reasons(error: Conflict | LimitExceeded, ids: Container[str]) -> list[tuple[str, str]]:
    """Return those of these ids that an error is about, each with the reason."""
    if isinstance(error, DuplicateContent):
        copies = error.details.get("copies", {})
        return [(i, f"the content is registered already, as {other!r}") for i, other in copies.items() if i in ids]
    subjects: list[str] = (
        error.details["path"] if isinstance(error, CycleRefused) else [error.details.get("refused", "")]
    )
    return [(i, error.message) for i in subjects if i in ids][:1]


def missing_artifacts(artifact_ids: Sequence[str], total: int) -> NotFound:
    """Return the error for these ids, of `total` in a batch, that are not registered."""
    shown = ", ".join(map(repr, artifact_ids[:_IN_MESSAGE]))
    more = ", …" if len(artifact_ids) > _IN_MESSAGE else ""
    return NotFound(
        f"{len(artifact_ids):,} of {total:,} artifacts not found: {shown}{more}",
        artifact_id=artifact_ids[0],
        artifact_ids=list(artifact_ids[: checks.MAX_ERRORS]),
        total=len(artifact_ids),
    )


def refuse_large_tags(entries: Iterable[CatalogEntry]) -> None:
    """Raise `LimitExceeded` if the tags of one of these have become too large."""
    for entry in entries:
        try:
            checks.checked_object(entry.tags, "tags", checks.MAX_TAG_BYTES)
        except InvalidInput as error:
            error.message = f"artifact {entry.artifact_id!r}: {error.message}"
            error.args = (error.message,)
            error.details["refused"] = entry.artifact_id
            raise


def _all_refused(refused: Sequence[tuple[int, InvalidInput]], total: int, *, more: bool = False) -> InvalidInput:
    """Return one error for these; with `more` there are others, which nobody counted."""
    (first, error), *others = refused
    message = "; ".join(f"artifact {position}: {e.message}" for position, e in refused[:_IN_MESSAGE])
    if others:
        rest = f"; and {len(refused) - _IN_MESSAGE:,} more" if len(refused) > _IN_MESSAGE else ""
        at_least = "more than " if more else ""
        message = f"{at_least}{len(refused):,} of {total:,} artifacts cannot be taken: {message}{rest}"
    kind = LimitExceeded if all(isinstance(e, LimitExceeded) for _, e in refused) else InvalidInput
    details = {
        **error.details,
        "index": first,
        "errors": [_error_details(position, e, e.message) for position, e in refused],
    }
    return kind(message, **details, total=None if more else len(refused))


def _error_details(index: int, error: InvalidInput | Conflict, reason: str) -> dict[str, Any]:
    by_kind: dict[type[Exception], str] = {CycleRefused: "parent_ids", DuplicateContent: "content_hash"}
    return {"index": index, "field": error.details.get("field") or by_kind.get(type(error)), "reason": reason}


def _mapping(value: Any, field: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InvalidInput(f"{field} must be an object by artifact id", field=field)
    return value


def _edit(artifact_id: Any, tags: Mapping[str, Any], remove: Mapping[str, Any]) -> TagEdit:
    values, keys = tags.get(artifact_id, {}), remove.get(artifact_id, [])
    values = dict(values) if isinstance(values, Mapping) else values
    if isinstance(keys, str) or not isinstance(keys, Iterable):
        raise InvalidInput("remove must have a list of keys for each artifact", field="remove")
    checked_tags = checks.checked_object(values, "tags", checks.MAX_TAG_BYTES)
    return TagEdit(checks.checked_id(artifact_id), checked_tags, list(keys))
