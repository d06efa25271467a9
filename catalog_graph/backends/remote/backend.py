"""A catalog kept by a service: the HTTP API, as `docs/api.md` has it."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from catalog_graph import checks
from catalog_graph.artifact import CONTRACT_FIELDS, CatalogEntry, Neighbours, OnDuplicate, Registration
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.batches import TagEdit
from catalog_graph.backends.finding import PageExtras
from catalog_graph.backends.remote.aliases import RemoteAliases
from catalog_graph.backends.remote.answers import RemoteAnswers
from catalog_graph.backends.remote.http import HttpService
from catalog_graph.backends.remote.references import RemoteReferences
from catalog_graph.errors import CatalogError, InvalidInput, NotFound
from catalog_graph.facets import FacetKey, Facets, Tally, joined_names
from catalog_graph.idempotency import Receipt
from catalog_graph.instants import from_microseconds
from catalog_graph.lineage import PACKED, Lineage, Traversal
from catalog_graph.page import Page
from catalog_graph.query.selection import Selection

PREFIX = "/api/v1/catalog"
FILTERS = ("artifact_type", "source_pipeline", "source_step")
MAX_QUERY_STRING = 6000
"""Characters of parameters in one address, where they can be spread over several: proxies take 8,000."""


class RemoteCatalogBackend(RemoteAliases, RemoteReferences, RemoteAnswers, CatalogBackend):
    """The catalog of the service at `endpoint`, as in `http://127.0.0.1:8000/api/v1/catalog`.

    `timeout` is in seconds, for each answer. Certificates are checked against certifi's, or against those that
    `SSL_CERT_FILE` names. Ids are made here, so everything but a deletion is sent again where the connection breaks or
    the service asks to come back; after four tries `StoreUnavailable` is raised. Errors of the service are raised as
    the errors that they are there.
    """

    def __init__(self, endpoint: str, api_key: str | None = None, timeout: float = 30) -> None:
        self._service = HttpService(endpoint, api_key, timeout)
        self.endpoint = self._service.endpoint
        self.timeout = timeout

    def __repr__(self) -> str:
        return f"RemoteCatalogBackend({self.endpoint!r})"

    def close(self) -> None:
        """Close the pooled connections; a later call opens new ones."""
        self._service.close()

    def check(self) -> dict[str, Any]:
        """What the service says of itself at `/readyz`."""
        root = self.endpoint.removesuffix(PREFIX)
        response = self._service.send("GET", f"{root}/readyz")
        if response.status_code == 404:
            # Not our service: it answers for the contract's routes, if at all.
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
            answers = [self._service.ask("POST", "/artifacts", params, bodies[0], key=key)]
        else:
            answers = self._register_batch(bodies, on_duplicate, key or str(uuid.uuid4()))
        return [_registration(answer, entry) for answer, entry in zip(answers, entries, strict=True)]

    def _register_batch(
        self, bodies: list[dict[str, Any]], on_duplicate: OnDuplicate, key: str
    ) -> list[dict[str, Any]]:
        body = {"artifacts": bodies, "on_duplicate": on_duplicate}
        response = self._service.send("POST", "/artifacts/batch", [], body, key=key)
        if response.status_code in (404, 405):
            raise CatalogError(f"the catalog at {self.endpoint} takes no batches; register one artifact at a time")
        return list(self._service.answer(response)["items"])

    def _edit_tags(self, artifact_id: str, tags: Mapping[str, Any], remove: Sequence[str]) -> CatalogEntry:
        path = f"{_path(artifact_id)}/tags"
        answer = None
        for part in _parts("key", filter(_possible_key, remove)):
            answer = self._service.ask("DELETE", path, part)
        if tags or answer is None:
            answer = self._service.ask("PUT", path, [], dict(tags))
        return self._entry_after(artifact_id, answer)

    def _edit_many_tags(self, edits: Sequence[TagEdit]) -> list[dict[str, Any]]:
        body = {
            "tags": {edit.artifact_id: dict(edit.tags) for edit in edits},
            "remove": {e.artifact_id: list(filter(_possible_key, e.remove)) for e in edits if e.remove},
        }
        changed = self._service.ask("POST", "/artifacts/batch/tags", [], body)["tags"]
        return [changed[edit.artifact_id] for edit in edits]

    def _edit_parents(self, artifact_id: str, add: Sequence[str], remove: Sequence[str]) -> CatalogEntry:
        path = f"{_path(artifact_id)}/parents"
        answer = None
        for part in _parts("parent_id", filter(_possible, remove)):
            answer = self._service.ask("DELETE", path, part)
        if add or answer is None:
            answer = self._service.ask("POST", path, [], {"parent_ids": list(add)})
        return self._entry_after(artifact_id, answer)

    def _entry_after(self, artifact_id: str, answer: Any) -> CatalogEntry:
        """The entry of an answer to a change; a service of another make may answer anything."""
        if isinstance(answer, dict) and answer.get("artifact_id") == artifact_id and "name" in answer:
            return _entry(answer)
        return self._get([artifact_id])[0] or CatalogEntry(artifact_id=artifact_id)

    def _delete(self, artifact_id: str, force: bool, by: str) -> None:
        params = [("force", "true"), ("by", by)] if force else []
        # Sent again blindly, the second would meet the 404 that the first has made.
        self._service.ask("DELETE", _path(artifact_id), [pair for pair in params if pair[1]], once=True)

    # ---- looking up

    def _get(self, artifact_ids: Sequence[str]) -> list[CatalogEntry | None]:
        if len(artifact_ids) == 1:
            return [self._get_one(artifact_ids[0])]
        found: list[CatalogEntry | None] = []
        for start in range(0, len(artifact_ids), checks.MAX_BATCH):
            found += self._get_part(artifact_ids[start : start + checks.MAX_BATCH])
        return found

    def _get_one(self, artifact_id: str) -> CatalogEntry | None:
        if not _possible(artifact_id):
            return None
        try:
            entry = _entry(self._service.ask("GET", _path(artifact_id)))
        except NotFound:
            return None
        if entry.artifact_id != artifact_id:
            # An id that reads as the percent-encoding of this one; a body is never misread.
            return self._get_part([artifact_id])[0]
        return entry

    def _get_part(self, artifact_ids: Sequence[str]) -> list[CatalogEntry | None]:
        possible = [artifact_id for artifact_id in artifact_ids if _possible(artifact_id)]
        response = self._service.send("POST", "/artifacts/batch/get", [], {"artifact_ids": possible})
        if response.status_code in (404, 405):
            return [self._get_one(artifact_id) for artifact_id in artifact_ids]
        items = self._service.answer(response)["items"]
        by_id = {item["artifact_id"]: item for item in items if item}
        return [_entry(by_id[i]) if i in by_id else None for i in artifact_ids]

    def _page(self, selection: Selection, limit: int, cursor: str | None, extras: PageExtras) -> Page:
        filters = {name: getattr(selection, name) for name in FILTERS if getattr(selection, name)}
        if not _possible_fields(**filters, tags=selection.tags):
            return _empty_page(extras)
        if selection.tags:
            filters["tags"] = json.dumps(selection.tags, ensure_ascii=False)
        parameters = {
            "q": selection.text,
            **filters,
            "order": selection.order if selection.order != "best" else "",
            "limit": str(limit),
            "cursor": cursor,
            "total": "true" if extras.total else "",
            "facets": joined_names(key.name for key in extras.facets),
            "exact_facets": "true" if extras.exact_facets and extras.facets else "",
        }
        path = "/artifacts/search" if selection.text.strip() else "/artifacts"
        body = self._service.ask("GET", path, [(name, value) for name, value in parameters.items() if value])
        return self._page_of({"items": body} if isinstance(body, list) else body, extras)

    def _facets(self, selection: Selection, keys: tuple[FacetKey, ...], exact: bool) -> Facets:
        facets = self._page(selection, 1, None, PageExtras(facets=keys, exact_facets=exact)).facets
        return facets if facets is not None else Facets({}, 0, True)

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
        )

    def _find_by_content_hash(self, content_hash: str) -> CatalogEntry | None:
        if not _possible_fields(content_hash=content_hash):
            return None
        try:
            answer = self._service.ask("GET", "/artifacts/by-hash", [("hash", content_hash)])
        except NotFound:
            return None
        return _entry(answer) if answer else None

    # ---- lineage

    def _neighbours(self, artifact_id: str) -> Neighbours | None:
        if not _possible(artifact_id):
            return None
        try:
            answer = self._service.ask("GET", f"{_path(artifact_id)}/lineage")
        except NotFound:
            return None
        parents, children = (list(map(_entry, answer[side])) for side in ("parents", "children"))
        return Neighbours(_entry(answer["artifact"]), parents, children)

    def _traverse(self, artifact_id: str, asked: Traversal) -> Lineage:
        given = {
            "limit": str(asked.limit),
            "form": "columns",
            "depth": str(asked.depth or ""),
            "cursor": asked.cursor,
            "where": asked.where,
            "as_of": from_microseconds(asked.as_of) if asked.as_of is not None else "",
        }
        params = [(name, value) for name, value in given.items() if value]
        params += [("without", artifact_id) for artifact_id in asked.without]
        response = self._service.send("GET", f"{_path(artifact_id)}/{asked.direction}", params)
        if response.headers.get("content-type", "").partition(";")[0].strip() == PACKED:
            try:
                return Lineage.from_packed(response.content)
            except ValueError as cause:
                raise CatalogError(
                    f"the catalog at {self._service.endpoint} answered a lineage that is none"
                ) from cause
        return Lineage.from_dict(self._service.answer(response))

    def _post(self, artifact_id: str, action: str, body: dict[str, Any], *, once: bool) -> dict[str, Any]:
        path = f"{_path(checks.checked_id(artifact_id))}/{action}"
        return dict(self._service.ask("POST", path, [], body, once=once))

    def _answer(self, artifact_id: str, question: str, **asked: str | list[str]) -> dict[str, Any]:
        """The service's answer; empty parameters are not sent, but for those that mean something so."""
        given = {name: [value] if isinstance(value, str) else value for name, value in asked.items()}
        params = [(name, value) for name, values in given.items() for value in values if value or name in _MEANT]
        return dict(self._service.ask("GET", f"{_path(checks.checked_id(artifact_id))}/{question}", params))


_MEANT = ("tag_key", "production")


def _empty_page(extras: PageExtras) -> Page:
    """Return the page of a selection that no artifact can match."""
    facets = Tally(0, True, {}, Counter()).facets(extras.facets) if extras.facets else None
    return Page([], total=0 if extras.total else None, facets=facets)


def _path(artifact_id: str) -> str:
    """The address of an artifact; `.` and `..` are encoded too, or they would be taken as steps in the path."""
    encoded = quote(artifact_id, safe="")
    return f"/artifacts/{encoded.replace('.', '%2E') if encoded in ('.', '..') else encoded}"


def _possible(artifact_id: str) -> bool:
    """Whether an artifact can have that id; `search`, say, would be answered with a list."""
    try:
        checks.checked_id(artifact_id)
    except InvalidInput:
        return False
    return True


def _possible_fields(**fields: Any) -> bool:
    """Whether an artifact can have these values; what cannot be kept is not asked for either."""
    try:
        checks.checked_entry(CatalogEntry(**{"name": "any", "artifact_type": "any", **fields}), "utc")
    except InvalidInput:
        return False
    return True


def _possible_key(key: str) -> bool:
    return _possible_fields(tags={key: 0})


def _parts(name: str, values: Iterable[str]) -> Iterator[list[tuple[str, str]]]:
    """Parameters of that name, in as many lists as addresses are needed."""
    part: list[tuple[str, str]] = []
    size = 0
    for value in values:
        length = len(name) + 2 + len(quote(value))
        if part and size + length > MAX_QUERY_STRING:
            yield part
            part, size = [], 0
        part.append((name, value))
        size += length
    if part:
        yield part


def _entry(item: Mapping[str, Any]) -> CatalogEntry:
    """An entry from an answer, in which a service of another make may write null for what is empty."""
    return CatalogEntry.from_dict({name: value for name, value in item.items() if value is not None})


def _registration(answer: Mapping[str, Any], entry: CatalogEntry) -> Registration:
    return Registration(
        artifact_id=answer.get("artifact_id") or entry.artifact_id,
        created=answer.get("created", True),
        version=answer.get("version"),
        duplicate_of=answer.get("duplicate_of"),
    )
