"""References and the history of a name, by one request each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from catalog_graph.backends.references import ReferenceInterface
from catalog_graph.backends.remote.http import HttpService
from catalog_graph.backends.remote.paths import exact_parameter, noted, query_parameters
from catalog_graph.errors import CatalogError, NotFound

if TYPE_CHECKING:
    from catalog_graph.answers.versions import Versions

T = TypeVar("T")


class RemoteReferences(ReferenceInterface):
    """References that the service resolves."""

    _service: HttpService

    def _resolve(self, reference: str) -> str:
        parameters = query_parameters({"reference": reference, **exact_parameter(reference)})
        response = self._service.send("GET", "/resolve", parameters)
        if self._service.lacks_route(response):
            raise NotFound(
                f"artifact {reference!r} not found; this service takes ids, not names", artifact_id=reference
            )
        return str(noted(self._service.answer(response))["artifact_id"])

    def _versions(self, name: str, limit: int, cursor: str | None) -> Versions:
        from catalog_graph.answers.versions import Versions

        parameters = [("name", name), ("limit", str(limit))]
        response = self._service.send("GET", "/versions", parameters + ([("cursor", cursor)] if cursor else []))
        if self._service.lacks_route(response):
            raise CatalogError(
                f"the catalog at {self._service.endpoint} has no route for versions; list its artifacts instead"
            )
        return Versions.from_dict(self._service.answer(response))

    def _for_reference(self, reference: str, act: Callable[[str], T]) -> T:
        return act(reference)

    def _id_of(self, reference: str) -> str:
        return reference

    def _ids_of(self, references: tuple[str, ...]) -> tuple[str, ...]:
        return references
