"""References and names, as the service answers them: one call each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from catalog_graph.backends.references import Naming, checked_reference
from catalog_graph.backends.remote.http import HttpService
from catalog_graph.checks import checked_limit, checked_name
from catalog_graph.errors import CatalogError, NotFound

if TYPE_CHECKING:
    from catalog_graph.answers.versions import Versions

T = TypeVar("T")


class RemoteNaming(Naming):
    """The answers of `Naming`, asked of the service."""

    _service: HttpService

    def resolve(self, reference: str) -> str:
        """As in the base class, in one call; a service of another make knows ids alone."""
        text = checked_reference(reference)
        response = self._service.send("GET", "/resolve", [("reference", text)])
        if self._service.knows_no_such_route(response):
            raise NotFound(f"artifact {text!r} not found; this service takes ids, not names", artifact_id=text)
        return str(self._service.answer(response)["artifact_id"])

    def versions(self, name: str, *, limit: int = 100, cursor: str | None = None) -> Versions:
        """As in the base class, in one call."""
        from catalog_graph.answers.versions import Versions

        asked = [("name", checked_name(name)), ("limit", str(checked_limit(limit)))]
        response = self._service.send("GET", "/versions", asked + ([("cursor", cursor)] if cursor else []))
        if self._service.knows_no_such_route(response):
            raise CatalogError(f"the catalog at {self._service.endpoint} tells no versions; list its artifacts instead")
        return Versions.from_dict(self._service.answer(response))

    def _found(self, reference: str, act: Callable[[str], T]) -> T:
        return act(reference)

    def _resolved(self, reference: str) -> str:
        return reference

    def _standing_for(self, references: tuple[str, ...]) -> tuple[str, ...]:
        return references
