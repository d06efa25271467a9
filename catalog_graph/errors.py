"""All errors and warnings of catalog_graph, with their HTTP statuses and their details.

    CatalogError
    ├── InvalidInput             422  also a ValueError: a value is not valid
    │   ├── InvalidQuery         422  a search text cannot be parsed: `column`
    │   ├── InvalidPolicy        422  a promotion policy is not valid: `line`, `key`
    │   ├── IdempotencyKeyReused 422  an idempotency key was already used for a different request: `key`
    │   └── LimitExceeded        413  a value is larger than its limit
    ├── Unauthorized             401  the API key is missing or unknown
    ├── Forbidden                403  the API key lacks a scope: `scope`
    ├── NotFound                 404  also a ValueError: there is no such artifact: `artifact_id`
    ├── Conflict                 409  the request contradicts the state of the catalog
    │   ├── CycleRefused         409  an edge would close a cycle: `path`
    │   ├── DuplicateContent     409  the same content is registered already: `artifact_id`
    │   ├── AliasConflict        409  another artifact than expected holds the alias: `artifact_id`
    │   └── AliasHeld            409  the artifact to delete still holds aliases: `aliases`
    ├── ChangesDropped           410  the change record no longer holds what a reader asks for: `first`, `last`
    ├── StoreUnavailable         503  the database or the service cannot be reached
    │   ├── StoreDamaged         503  the local file is damaged
    │   ├── StoreFull            503  the disk of the store is full: it answers reads, and refuses changes
    │   ├── StoreLags            503  the server of a cluster is older than what its caller has seen: `retry_after`
    │   └── Overloaded           503  the service has too much to do: `retry_after`
    ├── RateLimited              429  the API key has sent too many requests: `retry_after`
    ├── TimeLimitReached         504  the store stopped a query at its time limit
    └── ConfigurationError       500  the configuration is not valid
        └── NotInstalled         501  the request needs a library that is not installed: `extra`

    CatalogWarning
    ├── DuplicateContentWarning       the same content is registered already under another id
    ├── NotHashedWarning              the data cannot be hashed, so that duplicates of it go unnoticed
    ├── RegistrationWarning           the answer to a registration has `warnings`, such as an unregistered parent
    └── ReferenceWarning              a reference is a name, and also the id of an unregistered parent

Over HTTP an error is an RFC 9457 problem document: its `code` names the class, and its other members are the error's
`details`. A remote client raises the same error from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar


class CatalogError(Exception):
    """Base class of all errors. `status` is the HTTP status, `title` the short name in a problem document."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "error"
    title: ClassVar[str] = "Internal error"

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details

    def problem(self) -> dict[str, Any]:
        """Return the RFC 9457 problem document of this error."""
        return {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.message,
            "code": self.code,
            **self.details,
        }


class InvalidInput(CatalogError, ValueError):
    """A value that is not valid; `field` names it."""

    status = 422
    code = "invalid-input"
    title = "Invalid input"


class InvalidQuery(InvalidInput):
    """A search text that cannot be parsed; `column`, from 1, is the place."""

    code = "invalid-query"
    title = "Invalid query"


class InvalidPolicy(InvalidInput):
    """A promotion policy that is not valid, at `key`; in a text also at `line`, from 1."""

    code = "invalid-policy"
    title = "Invalid policy"


class IdempotencyKeyReused(InvalidInput):
    """The idempotency key `key` was already used for a different request."""

    code = "idempotency-key-reused"
    title = "Idempotency key used for another request"


class LimitExceeded(InvalidInput):
    """A value that is larger than its limit."""

    status = 413
    code = "limit-exceeded"
    title = "Too large"


class Unauthorized(CatalogError):
    """The API key is missing, or the service does not know it."""

    status = 401
    code = "unauthorized"
    title = "API key required"


class Forbidden(CatalogError):
    """The API key lacks the `scope` that the request needs."""

    status = 403
    code = "forbidden"
    title = "API key lacks a scope"


class NotFound(CatalogError, ValueError):
    """There is no artifact with the id `artifact_id`."""

    status = 404
    code = "not-found"
    title = "Not found"


class Conflict(CatalogError):
    """The request contradicts the state of the catalog."""

    status = 409
    code = "conflict"
    title = "Conflict"


class CycleRefused(Conflict):
    """An edge that would close a cycle; `path` has its ids, each child before its parent, the first again last."""

    code = "cycle"
    title = "Lineage would have a cycle"


class DuplicateContent(Conflict):
    """The same content is registered already, as `artifact_id`."""

    code = "duplicate-content"
    title = "Content is registered already"


class AliasConflict(Conflict):
    """Another artifact than expected holds the alias `name`@`alias`: `artifact_id`, or `None` if it is free."""

    code = "alias-conflict"
    title = "Alias has moved"


class AliasHeld(Conflict):
    """The artifact `artifact_id` still holds `aliases`, each written `name@alias`."""

    code = "alias-held"
    title = "Artifact holds an alias"


class ChangesDropped(CatalogError):
    """The change record no longer holds all changes after a number; it holds those from `first` to `last`."""

    status = 410
    code = "changes-dropped"
    title = "Changes are no longer recorded"


class StoreUnavailable(CatalogError):
    """The database or the service cannot be reached."""

    status = 503
    code = "unavailable"
    title = "Store unavailable"


class StoreDamaged(StoreUnavailable):
    """The local file is damaged: SQLite cannot read it, or it has values that nobody wrote."""

    code = "damaged"
    title = "Store damaged"


class StoreFull(StoreUnavailable):
    """The disk of the store is full: it answers reads, and refuses changes until there is room."""

    code = "store-full"
    title = "Disk full"


class StoreLags(StoreUnavailable):
    """A server of the store has not yet what the caller has seen; `retry_after` is the number of seconds to wait."""

    code = "store-lags"
    title = "Store lags behind"

    def __init__(self, message: str, *, retry_after: int = 1, **details: Any) -> None:
        super().__init__(message, retry_after=retry_after, **details)


class Overloaded(StoreUnavailable):
    """The service has too much to do; `retry_after` is the number of seconds after which to try again."""

    code = "overloaded"
    title = "Overloaded"

    def __init__(self, message: str, *, retry_after: int = 1, **details: Any) -> None:
        super().__init__(message, retry_after=retry_after, **details)


class RateLimited(CatalogError):
    """The API key has sent too many requests; `retry_after` is the number of seconds after which to try again."""

    status = 429
    code = "rate-limited"
    title = "Too many requests"

    def __init__(self, message: str, *, retry_after: int = 1, **details: Any) -> None:
        super().__init__(message, retry_after=retry_after, **details)


class TimeLimitReached(CatalogError):
    """The store stopped a query at its time limit."""

    status = 504
    code = "time-limit"
    title = "Time limit reached"


class ConfigurationError(CatalogError):
    """The configuration is not valid; the message says what to change."""

    code = "configuration"
    title = "Invalid configuration"


class NotInstalled(ConfigurationError):
    """The request needs a library that is not installed; the message says what to install."""

    status = 501
    code = "not-installed"
    title = "Not installed"


SERVICE_LIBRARIES = frozenset(
    {
        "fastapi",
        "fastapi_offline",
        "httpcore",
        "neo4j",
        "numpy",
        "prometheus_client",
        "pydantic_settings",
        "starlette",
        "uvicorn",
    }
)
"""Libraries that only the extra `service` installs."""


def missing_extra(purpose: str, library: str, extra: str) -> NotInstalled:
    """Return the error for a library of an extra that is not installed."""
    return NotInstalled(
        f"{purpose} needs {library.partition('.')[0]}, which is not installed: install catalog_graph with its extra "
        f"{extra}, in a checkout by pip install '.[{extra}]'",
        extra=extra,
    )


class CatalogWarning(UserWarning):
    """Base class of all warnings: the request was carried out, with a result that the caller should know."""


class DuplicateContentWarning(CatalogWarning):
    """The same content is registered already, under another id."""


class NotHashedWarning(CatalogWarning):
    """The data cannot be hashed and was registered without a content hash."""


class RegistrationWarning(CatalogWarning):
    """A warning in the answer to a registration, such as a parent that is not registered."""


class ReferenceWarning(CatalogWarning):
    """A reference is the name of an artifact, and also the id of a parent that was never registered."""


def error_from_problem(problem: Mapping[str, Any], status: int) -> CatalogError:
    """Return the error of a problem document; `status` is the HTTP status of the response.

    Without a known `code`, as in the response of a proxy, the status alone decides the class.
    """
    known = list(_tree(CatalogError))
    kind = next((k for k in known if k.code == problem.get("code")), None)
    if kind is None:
        kind = next((k for k in known if k.status == status), CatalogError)
    members = {k: v for k, v in problem.items() if k not in _STANDARD_MEMBERS}
    return kind(str(problem.get("detail") or problem.get("title") or f"HTTP status {status}"), **members)


_STANDARD_MEMBERS = frozenset({"type", "title", "status", "detail", "code", "instance"})


def _tree(kind: type[CatalogError]) -> list[type[CatalogError]]:
    return [kind, *(k for child in kind.__subclasses__() for k in _tree(child))]
