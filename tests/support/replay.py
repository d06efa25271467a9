"""A plain model that is built from the change record alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.changes.change import Change


class Replay:
    """States, edges and aliases, after these changes in order."""

    def __init__(self, changes: Iterable[Change]) -> None:
        self.states: dict[str, str] = {}
        self.edges: set[tuple[str, str]] = set()
        self.aliases: dict[tuple[str, str], str] = {}
        for change in changes:
            self._apply(change)

    def _apply(self, change: Change) -> None:
        artifact_id, details = change.artifact_id or "", change.details
        if change.kind in ("registered", "revived"):
            self.states[artifact_id] = "registered"
        elif change.kind in ("deleted", "purged"):
            self.states[artifact_id] = "deleted"
        elif change.kind == "edges_added":
            new = {(artifact_id, parent) for parent in details["parent_ids"]}
            assert self.edges.isdisjoint(new), change
            self.edges |= new
        elif change.kind == "edges_removed":
            gone = {(artifact_id, parent) for parent in details["parent_ids"]}
            assert gone <= self.edges, change
            self.edges -= gone
        elif change.kind in ("alias_moved", "promoted") and details["name"] is not None:
            self.aliases.pop((details["name"], details["alias"]), None)
            if details["after"] is not None:
                self.aliases[details["name"], details["alias"]] = details["after"]

    def require_equal(self, backend: CatalogBackend) -> None:
        """Assert that the catalog shows the same present state."""
        parents = {parent for _, parent in self.edges}
        states = dict.fromkeys(parents, "unregistered") | self.states
        shown = {i: state for i, state in states.items() if state == "registered" or i in parents}
        found = {i: backend.neighbours(i).artifact for i in shown}
        assert {i: entry.state for i, entry in found.items()} == shown
        assert {(i, parent) for i, entry in found.items() for parent in entry.parent_ids} == self.edges
        assert {entry.artifact_id for entry in backend.iterate()} == {i for i, s in shown.items() if s == "registered"}
        held = {(alias.name, alias.alias): alias.artifact_id for alias in backend.aliases(limit=10_000)}
        assert held == self.aliases


def comparable_changes(changes: Iterable[Change]) -> list[Any]:
    """Return what two catalogs have to agree on: the order of the changes of one transaction is free."""
    rows = [
        (each.number, each.by, each.kind, each.artifact_id, {**each.details, "parent_ids": _sorted(each)})
        for each in changes
    ]
    return sorted(rows, key=repr)


def _sorted(change: Change) -> list[str]:
    return sorted(change.details.get("parent_ids") or ())
