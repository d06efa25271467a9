"""The catalog of a service, over the HTTP API of `docs/api.md`."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from catalog_graph import checks
from catalog_graph.artifact import CONTRACT_FIELDS, CatalogEntry, Neighbours, OnDuplicate, Registration
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.batches import TagEdit
from catalog_graph.backends.finding import PageExtras
from catalog_graph.backends.references import unknown_artifact
from catalog_graph.backends.remote.aliases import RemoteAliases
from catalog_graph.backends.remote.answers import RemoteAnswers
from catalog_graph.backends.remote.bom import RemoteBom
from catalog_graph.backends.remote.changes import RemoteChanges
from catalog_graph.backends.remote.copies import RemoteCopies
from catalog_graph.backends.remote.erasure import RemoteErasure
from catalog_graph.backends.remote.feed import RemoteFeed
from catalog_graph.backends.remote.http import HttpService
from catalog_graph.backends.remote.openlineage import RemoteEvents
from catalog_graph.backends.remote.paths import (
    are_possible_fields,
    artifact_path,
    exact_parameter,
    is_possible_id,
    is_possible_key,
    noted,
    parameters_in_parts,
    query_parameters,
)
from catalog_graph.backends.remote.references import RemoteReferences
from catalog_graph.backends.remote.seals import RemoteSeals
from catalog_graph.errors import CatalogError, NotFound
from catalog_graph.facets import FacetKey, Facets, Tally, joined_names
from catalog_graph.idempotency import Receipt
from catalog_graph.instants import from_microseconds
from catalog_graph.lineage import PACKED, Lineage, Traversal
from catalog_graph.page import Page
from catalog_graph.query.selection import Selection

PREFIX = "/api/v1/catalog"
FILTERS = ("artifact_type", "source_pipeline", "source_step")


class RemoteCatalogBackend(
    RemoteAliases,
    RemoteReferences,
    RemoteAnswers,
    RemoteBom,
    RemoteErasure,
    RemoteChanges,
    RemoteFeed,
    RemoteCopies,
    RemoteEvents,
    RemoteSeals,
    CatalogBackend,
):
    """The catalog of the service at `endpoint`, for example `http://127.0.0.1:8000/api/v1/catalog`.

    `timeout` is in seconds, for each response; by default that of `CATALOG_GRAPH_TIMEOUT`, else 30. Certificates are
    checked against those of certifi, or against the file that `SSL_CERT_FILE` names. Requests other than deletions are
    sent again if the connection breaks or the service is not ready, since ids are created here; after `tries` attempts
    (`CATALOG_GRAPH_TRIES`, else 4), `StoreUnavailable` is raised. An error of the service is raised as the same class
    here.
    """

    def __init__(
        self, endpoint: str, api_key: str | None = None, timeout: float | None = None, tries: int | None = None
    ) -> None:
        self._service = HttpService(endpoint, api_key, timeout, tries)
        self.endpoint = self._service.endpoint
        self.timeout = self._service.timeout

    def __repr__(self) -> str:
        return f"RemoteCatalogBackend({self.endpoint!r})"

    def close(self) -> None:
        """Close the pooled connections; a later call opens new ones."""
        self._service.close()

    def check(self) -> dict[str, Any]:
        """Return what the service reports at `/readyz`. Raises `StoreUnavailable`."""
        root = self.endpoint.removesuffix(PREFIX)
        response = self._service.send("GET", f"{root}/readyz")
        if response.status == 404:
            # Another implementation of the contract, which lacks this route.
            self._service.ask("GET", "/artifacts", [("limit", "1")])
            return {"status": "ready"}
        return dict(self._service.answer(response))

    # ---- writing

    def _register(
        self, entries: Sequence[CatalogEntry], on_duplicate: OnDuplicate, receipt: Receipt | None
    ) -> list[Registration]:
        key = receipt.key if receipt else None
        bodies = [{name: getattr(entry, name) for name in CONTRACT_FIELDS} for entry in entries]
        if len(bodies) == 1:
            params = [] if on_duplicate == "warn" else [("on_duplicate", on_duplicate)]
            items = [self._service.ask("POST", "/artifacts", params, bodies[0], key=key)]
        else:
            items = self._register_batch(bodies, on_duplicate, key or str(uuid.uuid4()))
        return [_registration(item, entry) for item, entry in zip(items, entries, strict=True)]

    def _register_batch(
        self, bodies: list[dict[str, Any]], on_duplicate: OnDuplicate, key: str
    ) -> list[dict[str, Any]]:
        body = {"artifacts": bodies, "on_duplicate": on_duplicate}
        response = self._service.send("POST", "/artifacts/batch", [], body, key=key)
        if response.status in (404, 405):
            raise CatalogError(f"the catalog at {self.endpoint} takes no batches; register one artifact at a time")
        return list(self._service.answer(response)["items"])

    def _edit_tags(self, artifact_id: str, tags: Mapping[str, Any], remove: Sequence[str]) -> CatalogEntry:
        path = f"{artifact_path(artifact_id)}/tags"
        body = None
        for part in parameters_in_parts("key", filter(is_possible_key, remove)):
            body = self._service.ask("DELETE", path, part)
        if tags or body is None:
            body = self._service.ask("PUT", path, [], dict(tags))
        return self._entry_after(artifact_id, body)

    def _unset(self, artifact_id: str, metadata: Sequence[str], fields: Sequence[str]) -> CatalogEntry:
        keys = list(filter(is_possible_key, metadata))
        if not keys and not fields:  # no artifact can have such keys
            [entry] = self._get([artifact_id])
            if entry is None:
                raise unknown_artifact(artifact_id)
            return entry
        body = self._service.ask(
            "POST", f"{artifact_path(artifact_id)}/unset", [], {"metadata": keys, "fields": list(fields)}
        )
        return self._entry_after(artifact_id, body)

    def _edit_many_tags(self, edits: Sequence[TagEdit]) -> list[dict[str, Any]]:
        body = {
            "tags": {edit.artifact_id: dict(edit.tags) for edit in edits},
            "remove": {e.artifact_id: list(filter(is_possible_key, e.remove)) for e in edits if e.remove},
        }
        changed = self._service.ask("POST", "/artifacts/batch/tags", [], body)["tags"]
        return [changed[edit.artifact_id] for edit in edits]

    def _edit_parents(self, artifact_id: str, add: Sequence[str], remove: Sequence[str]) -> CatalogEntry:
        path = f"{artifact_path(artifact_id)}/parents"
        body = None
        for part in parameters_in_parts("parent_id", filter(is_possible_id, remove)):
            body = self._service.ask("DELETE", path, part)
        if add or body is None:
            body = self._service.ask("POST", path, [], {"parent_ids": list(add)})
        return self._entry_after(artifact_id, body)

    def _entry_after(self, artifact_id: str, body: Any) -> CatalogEntry:
        """Return the changed entry; it is read again if the body of the response, as the contract allows, lacks it."""
        if isinstance(body, dict) and body.get("artifact_id") == artifact_id and "name" in body:
            return _entry(body)
        return self._get([artifact_id])[0] or CatalogEntry(artifact_id=artifact_id)

    def _delete(self, artifact_id: str, force: bool, by: str) -> None:
        parameters = query_parameters({"force": True, "by": by or None}) if force else []
        # A second attempt would get 404, if the first one deleted the artifact.
        self._service.ask("DELETE", artifact_path(artifact_id), parameters, once=True)

    def _undelete(self, artifact_id: str) -> CatalogEntry:
        # A second attempt would get 409, if the first one undeleted the artifact.
        body = self._service.ask("POST", f"{artifact_path(artifact_id)}/undelete", once=True)
        return self._entry_after(artifact_id, body)

    def _purge(self, artifact_id: str, force: bool) -> None:
        parameters = query_parameters({"force": True}) if force else []
        self._service.ask("POST", f"{artifact_path(artifact_id)}/purge", parameters)

    # ---- looking up

    def _get(self, artifact_ids: Sequence[str]) -> list[CatalogEntry | None]:
        if len(artifact_ids) == 1:
            return [self._get_one(artifact_ids[0])]
        starts = range(0, len(artifact_ids), checks.MAX_BATCH)
        batches = (artifact_ids[start : start + checks.MAX_BATCH] for start in starts)
        return [entry for batch in batches for entry in self._get_batch(batch)]

    def _last_known(self, artifact_ids: Sequence[str]) -> dict[str, CatalogEntry]:
        possible = [artifact_id for artifact_id in dict.fromkeys(artifact_ids) if is_possible_id(artifact_id)]
        known: dict[str, CatalogEntry] = {}
        for start in range(0, len(possible), checks.MAX_BATCH):
            body = {"artifact_ids": possible[start : start + checks.MAX_BATCH], "deleted": True}
            items = self._service.ask("POST", "/artifacts/batch/get", [], body)["items"]
            known |= {item["artifact_id"]: _entry(item) for item in items if item}
        return known

    def _get_one(self, artifact_id: str) -> CatalogEntry | None:
        if not is_possible_id(artifact_id):
            return None
        try:
            entry = _entry(self._service.ask("GET", artifact_path(artifact_id)))
        except NotFound:
            return None
        if entry.artifact_id != artifact_id:
            # The service decoded the id in the path, and another artifact has the result as its id.
            return self._get_batch([artifact_id])[0]
        return entry

    def _get_batch(self, artifact_ids: Sequence[str]) -> list[CatalogEntry | None]:
        possible = [artifact_id for artifact_id in artifact_ids if is_possible_id(artifact_id)]
        response = self._service.send("POST", "/artifacts/batch/get", [], {"artifact_ids": possible})
        if response.status in (404, 405):
            return [self._get_one(artifact_id) for artifact_id in artifact_ids]
        items = self._service.answer(response)["items"]
        by_id = {item["artifact_id"]: item for item in items if item}
        return [_entry(by_id[i]) if i in by_id else None for i in artifact_ids]

    def _page(self, selection: Selection, limit: int, cursor: str | None, extras: PageExtras) -> Page:
        filters = {name: getattr(selection, name) for name in FILTERS if getattr(selection, name)}
        if not are_possible_fields(**filters, tags=selection.tags):
            return _empty_page(extras)
        if selection.tags:
            filters["tags"] = json.dumps(selection.tags, ensure_ascii=False)
        parameters = {
            "q": selection.text or None,
            **filters,
            "order": selection.order if selection.order != "best" else None,
            "limit": limit,
            "cursor": cursor,
            "total": extras.total or None,
            "facets": joined_names(key.name for key in extras.facets) or None,
            "exact_facets": (extras.exact_facets and bool(extras.facets)) or None,
        }
        path = "/artifacts/search" if selection.text.strip() else "/artifacts"
        body = self._service.ask("GET", path, query_parameters(parameters))
        return self._page_of({"items": body} if isinstance(body, list) else body, extras)

    def _facets(self, selection: Selection, keys: tuple[FacetKey, ...], exact: bool) -> Facets:
        extras = PageExtras(facets=keys, exact_facets=exact, did_you_mean=True)
        page = self._page(selection, 1, None, extras)
        return replace(page.facets if page.facets is not None else Facets({}, 0, True), hints=page.hints)

    def _page_of(self, body: Mapping[str, Any], extras: PageExtras) -> Page:
        facets = body.get("facets")
        if extras.facets and facets is None:
            raise CatalogError(f"the catalog at {self.endpoint} counts no facets; ask without them")
        return Page(
            items=[_entry(item) for item in body["items"]],
            cursor=body.get("cursor"),
            total=body.get("total"),
            facets=Facets.from_dict(facets) if facets is not None else None,
            did_you_mean=body.get("did_you_mean") if extras.did_you_mean else None,
            hints=list(body.get("hints") or ()) if extras.did_you_mean else [],
        )

    def _find_by_content_hash(self, content_hash: str) -> CatalogEntry | None:
        if not are_possible_fields(content_hash=content_hash):
            return None
        try:
            body = self._service.ask("GET", "/artifacts/by-hash", [("hash", content_hash)])
        except NotFound:
            return None
        return _entry(body) if body else None

    # ---- lineage

    def _neighbours(self, artifact_id: str) -> Neighbours | None:
        if not is_possible_id(artifact_id):
            return None
        try:
            parameters = query_parameters(exact_parameter(artifact_id))
            body = noted(self._service.ask("GET", f"{artifact_path(artifact_id)}/lineage", parameters))
        except NotFound:
            return None
        parents, children = (list(map(_entry, body[side])) for side in ("parents", "children"))
        return Neighbours(_entry(body["artifact"]), parents, children)

    def _traverse(self, artifact_id: str, traversal: Traversal) -> Lineage:
        parameters = {
            "limit": traversal.limit,
            "form": "columns",
            "depth": traversal.depth,
            "cursor": traversal.cursor,
            "where": traversal.where or None,
            "as_of": None if traversal.as_of is None else from_microseconds(traversal.as_of),
            "without": list(traversal.without),
            "until": traversal.until or None,
            "column": traversal.column or None,
            **exact_parameter(artifact_id, *traversal.without),
        }
        path = f"{artifact_path(artifact_id)}/{traversal.direction}"
        response = self._service.send("GET", path, query_parameters(parameters))
        if response.headers.get("content-type", "").partition(";")[0].strip() != PACKED:
            return Lineage.from_dict(noted(self._service.answer(response)))
        try:
            return Lineage.from_packed(response.data)
        except ValueError as cause:
            raise CatalogError(f"the response of the catalog at {self.endpoint} is not a packed lineage") from cause


def _empty_page(extras: PageExtras) -> Page:
    """Return the page of a selection that no artifact can match."""
    facets = Tally(0, True, {}, Counter()).facets(extras.facets) if extras.facets else None
    return Page([], total=0 if extras.total else None, facets=facets)


def _entry(item: Mapping[str, Any]) -> CatalogEntry:
    """Return the entry of a response, in which another implementation of the contract may write null for empty."""
    return CatalogEntry.from_dict({name: value for name, value in item.items() if value is not None})


def _registration(item: Mapping[str, Any], entry: CatalogEntry) -> Registration:
    return Registration(
        artifact_id=item.get("artifact_id") or entry.artifact_id,
        created=item.get("created", True),
        version=item.get("version"),
        duplicate_of=item.get("duplicate_of"),
        warnings=[str(text) for text in item.get("warnings") or ()],
    )
