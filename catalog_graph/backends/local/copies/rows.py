"""Rows of FlowyML's table, read without repairs: what a copy cannot express is an error, and not replaced."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from catalog_graph import checks, instants
from catalog_graph.artifact import CONTRACT_FIELDS, CatalogEntry
from catalog_graph.errors import InvalidInput


def exact_entry(row: Sequence[Any]) -> CatalogEntry:
    """Return the entry of a row whose texts are bytes; raise `InvalidInput` if any of its columns is invalid."""
    columns = {name: _text(value, name) for name, value in zip(CONTRACT_FIELDS, row, strict=True)}
    fields: dict[str, Any] = {name: text or "" for name, text in columns.items()}
    fields["parent_ids"] = _json(columns["parent_ids"], "parent_ids", list)
    fields["tags"] = _json(columns["tags"], "tags", dict)
    fields["metadata"] = _json(columns["metadata"], "metadata", dict)
    checks.checked_id(fields["artifact_id"])
    if fields["created_at"]:
        fields["created_at"], _ = instants.read(fields["created_at"], "local")
    return checks.checked_entry(CatalogEntry(**{**fields, "version": fields["version"] or None}))


def shown(value: Any) -> str:
    """Return the text of a column, with replacements where it is not UTF-8."""
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value or "")


def _text(value: Any, name: str) -> str | None:
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError as cause:
            raise InvalidInput(f"{name} is not valid UTF-8", field=name) from cause
    if value is not None and name in ("parent_ids", "tags", "metadata"):
        raise InvalidInput(f"{name} is a number, not JSON", field=name)
    return None if value is None else str(value)


def _json(text: str | None, name: str, kind: type) -> Any:
    if not text:
        return kind()
    try:
        value = checks.strict_json(text)
    except ValueError as cause:
        raise InvalidInput(f"{name} is not valid JSON: {cause}", field=name) from cause
    if not isinstance(value, kind):
        raise InvalidInput(f"{name} is JSON, but not {'a list' if kind is list else 'an object'}", field=name)
    return value
