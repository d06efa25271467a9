"""Parents that are named by references or by entries, resolved to ids before anything is registered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.references import ExactId
from catalog_graph.checks import MAX_ERRORS
from catalog_graph.entries import entry_of
from catalog_graph.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from catalog_graph.backends.base import CatalogBackend


def references_of(parents: Any) -> list[str]:
    """Return the references of `parents`, of which each is a reference or an entry; raise `InvalidInput`."""
    if parents is None:
        return []
    if isinstance(parents, str | bytes | Mapping) or not isinstance(parents, Iterable):
        raise InvalidInput(
            f"parents must be a list of references or entries, not {type(parents).__name__}", field="parents"
        )
    return [_reference(parent) for parent in parents]


def entry_with_parents(artifact: Any) -> tuple[CatalogEntry, list[str]]:
    """Return the entry of an element of `register_many`, and its `parents`, references that a mapping may have."""
    if not isinstance(artifact, Mapping) or "parents" not in artifact:
        return entry_of(artifact, stacklevel=6), []
    fields = {key: value for key, value in artifact.items() if key != "parents"}
    return entry_of(fields, stacklevel=6), references_of(artifact["parents"])


def with_parents(
    backend: CatalogBackend, entries: Sequence[CatalogEntry], references: Sequence[Sequence[str]]
) -> list[CatalogEntry]:
    """Return the entries, each with the parents that its references stand for behind its `parent_ids`.

    The id of an entry of the same batch stands for that entry. Raises `NotFound` if a reference stands for nothing;
    `details["errors"]` has the first 100, each with the `index` of its entry.
    """
    if not any(references):
        return list(entries)
    own = {entry.artifact_id for entry in entries if entry.artifact_id}
    outside = [each for of_entry in references for each in of_entry if each not in own]
    ids, unresolved = _resolved(backend, outside)
    if unresolved:
        raise _refusal(references, unresolved)
    return [
        replace(
            entry, parent_ids=list(dict.fromkeys([*entry.parent_ids, *(ids.get(_key(r), str(r)) for r in of_entry)]))
        )
        for entry, of_entry in zip(entries, references, strict=True)
    ]


def resolved_parents(backend: CatalogBackend, parents: Any) -> list[str]:
    """Return the ids that `parents` stand for; raise `InvalidInput` and `NotFound`."""
    [entry] = with_parents(backend, [CatalogEntry()], [references_of(parents)])
    return entry.parent_ids


def _reference(parent: Any) -> str:
    """Return a reference, or the id of an entry, which is never read as a name."""
    is_text = isinstance(parent, str)
    artifact_id = parent.get("artifact_id") if isinstance(parent, Mapping) else getattr(parent, "artifact_id", parent)
    if not isinstance(artifact_id, str) or not artifact_id:
        problem = "an entry without an id" if artifact_id in ("", None) else f"of type {type(parent).__name__}"
        raise InvalidInput(f"parents: one is {problem}; send a reference or a registered entry", field="parents")
    return artifact_id if is_text else ExactId(artifact_id)


Key = tuple[str, bool]


def _key(reference: str) -> Key:
    """Return a key for a reference: the same text may be one as an id, and another as a reference."""
    return str(reference), isinstance(reference, ExactId)


def _resolved(backend: CatalogBackend, references: Iterable[str]) -> tuple[dict[Key, str], dict[Key, NotFound]]:
    """Return the ids of the references, and the errors of those that stand for nothing.

    One request looks for the ids of registered artifacts, which most references are.
    """
    by_key = {_key(reference): reference for reference in references}
    entries = backend.get_many(text for text, _ in by_key)
    ids = {key: key[0] for key, entry in zip(by_key, entries, strict=True) if entry is not None}
    unresolved: dict[Key, NotFound] = {}
    for key, reference in by_key.items():
        if key not in ids:
            try:
                ids[key] = str(backend.resolve(reference))
            except NotFound as error:
                unresolved[key] = error
    return ids, unresolved


def _refusal(references: Sequence[Sequence[str]], unresolved: Mapping[Key, NotFound]) -> NotFound:
    places = [(i, each) for i, of_entry in enumerate(references) for each in of_entry if _key(each) in unresolved]
    errors = [
        {"index": i, "field": "parents", "reason": unresolved[_key(each)].message} for i, each in places[:MAX_ERRORS]
    ]
    index, first = places[0]
    others = f"; and {len(places) - 1:,} more" if len(places) > 1 else ""
    place = f"artifact {index}: " if len(references) > 1 else ""
    return NotFound(
        f"{place}parents: {unresolved[_key(first)].message}{others}",
        artifact_id=first,
        field="parents",
        errors=errors,
        total=len(places),
    )
