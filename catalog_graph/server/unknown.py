"""Query parameters and fields that the service does not know: refused, or named in the `warnings` of the answer.

A newer client of the catalog contract may send more than this service knows. So the contract's routes refuse only what
is likely to be misspelt; all other routes refuse what they do not know.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from functools import lru_cache

from fastapi import Response
from pydantic_core import from_json

from catalog_graph.artifact import CONTRACT_FIELDS, FIELDS, Registration
from catalog_graph.errors import InvalidInput
from catalog_graph.server.responses import JsonResponse

MAX_NAMES = 20
"""Maximum number of unknown names in the warnings of an answer; one more counts the others."""
_SIMILAR, _LIKELY = 0.6, 0.8
"""Similarity, from 0 to 1, above which a name is suggested, and above which it is taken for a misspelling."""
_SYNONYMS = dict.fromkeys(("query", "search", "text", "filter"), ("q", "where"))
"""Parameters that are often meant by other words; the first one that the request takes is suggested."""
_MAX_TEXT = 80
"""Maximum characters of an unknown name in a message."""
_FIELDS = (*CONTRACT_FIELDS, "parents")
"""Fields of an entry in a request."""
_KNOWN = {
    *_FIELDS,
    *FIELDS,
    *Registration.__dataclass_fields__,
    *("id", "depth", "kind", "position", "lives", "edges", "deleted_at", "purged"),
}
"""Those, and the fields of this service's answers, which a client may send back."""


def unknown_parameters(parameters: Iterable[str], known: Collection[str], *, is_contract: bool) -> list[str]:
    """Return a warning for each query parameter that is not known.

    Raises `InvalidInput` if the route is not one of the contract's, or if the parameter resembles a known one.
    """
    unknown = [name for name in dict.fromkeys(parameters) if name not in known]
    for name in unknown:
        # The query language says `type`, `pipeline` and `step`, which are the ends of parameters.
        ends = [each for each in known if name and each.endswith(f"_{name}")]
        ends += [each for each in _SYNONYMS.get(name.casefold(), ()) if each in known]
        close = ends or get_close_matches(name, known, 1, _LIKELY if is_contract else _SIMILAR)
        problem = f"{name[:_MAX_TEXT]!r} is not a query parameter of this request"
        if close:
            raise InvalidInput(f"{problem}; did you mean {close[0]}?", field=name[:_MAX_TEXT])
        if not is_contract:
            advice = f"it takes {', '.join(sorted(known))}" if known else "it takes none"
            raise InvalidInput(f"{problem}; {advice}", field=name[:_MAX_TEXT])
    return _bounded(f"{name[:_MAX_TEXT]!r} is not a query parameter of this request; it is ignored" for name in unknown)


def unknown_fields(fields: Iterable[str]) -> list[str]:
    """Return a warning for each field of an entry that is not known."""
    unknown = [name for name in fields if name not in _KNOWN]
    # Those behind the first are only counted.
    return [*map(_field_warning, unknown[:MAX_NAMES]), *unknown[MAX_NAMES:]]


def with_warnings(response: Response, warnings: list[str]) -> Response:
    """Return the response with more `warnings`, if its body is a JSON object."""
    body = from_json(bytes(response.body)) if warnings and isinstance(response, JsonResponse) else None
    if not isinstance(body, dict):
        return response
    body["warnings"] = [*(body.get("warnings") or []), *warnings]
    headers = {name: value for name, value in response.headers.items() if not name.startswith("content-")}
    return JsonResponse(body, response.status_code, headers)


@lru_cache(maxsize=256)
def _field_warning(name: str) -> str:
    close = get_close_matches(name[:_MAX_TEXT], _FIELDS, 1, _SIMILAR)
    advice = f"; did you mean {close[0]}?" if close else ""
    return f"{name[:_MAX_TEXT]!r} is not a field of an entry and is ignored{advice}"


def _bounded(texts: Iterable[str]) -> list[str]:
    every = list(texts)
    more = [f"and {len(every) - MAX_NAMES:,} more names that are not known"] if len(every) > MAX_NAMES else []
    return [*every[:MAX_NAMES], *more]
