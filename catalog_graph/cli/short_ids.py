"""Short ids: the beginning of an id stands for it where nothing else does, as in git."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from catalog_graph.errors import NotFound

if TYPE_CHECKING:
    from catalog_graph.catalog.catalog import ArtifactCatalog

SHORT_ID = 8
"""Minimum number of characters of a short id."""
MAX_IDS = 5
"""Ids that the error about an ambiguous one lists."""
WITHOUT_SHORT_IDS = frozenset({"delete", "purge", "undelete"})
"""Commands that take no short ids."""
_MADE_ID = re.compile(r"[0-9a-f]{8}[0-9a-f-]{0,27}")
"""The beginning of an id that a program made, and not all of it."""
_PARAMETERS = frozenset(
    {"artifact_id", "artifact_ids", "artifact", "source", "target", "left", "right", "without", "expected", "parents"}
)
"""Parameters of commands that take them; `--parent-id` does not."""


def run_with_short_ids(
    command: Callable[..., None],
    arguments: dict[str, Any],
    open_catalog: Callable[[], AbstractContextManager[ArtifactCatalog]],
) -> None:
    """Run a command; if a reference stands for nothing, run it again with the only id that begins so.

    An unregistered parent is nothing: a short id that was given to `--parent-id` does not take over the short id.
    """
    for reference in dict.fromkeys(_possible_stubs(arguments)):
        with open_catalog() as catalog:
            known = catalog.backend.neighbours(reference)
        is_stub = known is not None and known.artifact.state == "unregistered"
        if is_stub and (full_id := _full_id(open_catalog, reference)):
            arguments = {
                name: _replaced(value, reference, full_id) if name in _PARAMETERS else value
                for name, value in arguments.items()
            }
    try:
        command(**arguments)
    except NotFound as error:
        missing = error.details.get("artifact_id")
        if not isinstance(missing, str) or len(missing) < SHORT_ID:
            raise
        full_id = _full_id(open_catalog, missing)
        replaced = {name: _replaced(arguments[name], missing, full_id) for name in _PARAMETERS & arguments.keys()}
        if full_id is None or all(arguments[name] == value for name, value in replaced.items()):
            raise
        run_with_short_ids(command, {**arguments, **replaced}, open_catalog)


def _possible_stubs(arguments: dict[str, Any]) -> Iterator[str]:
    """Yield the references that look like the beginning of an id that a program made."""
    for name in _PARAMETERS & arguments.keys():
        value = arguments[name]
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, str) and _MADE_ID.fullmatch(each):
                yield each


def _full_id(open_catalog: Callable[[], AbstractContextManager[ArtifactCatalog]], short: str) -> str | None:
    from catalog_graph.backends.references import ExactId
    from catalog_graph.query.selection import Selection
    from catalog_graph.query.writing import escaped_key

    with open_catalog() as catalog:
        page = catalog.backend.find(Selection(f"id:{escaped_key(short)}*", order="newest"), limit=MAX_IDS)
    if len(page.items) > 1:
        ids = ", ".join(entry.artifact_id for entry in page.items)
        raise NotFound(f"{short!r} is the beginning of several ids, such as {ids}: give more of it", artifact_id=short)
    return ExactId(page.items[0].artifact_id) if page.items else None


def _replaced(value: Any, reference: str, full_id: str | None) -> Any:
    if isinstance(value, list):
        return [full_id if each == reference else each for each in value]
    return full_id if value == reference else value
