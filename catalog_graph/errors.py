"""Every error that catalog_graph raises, in one tree.

    CatalogError
    ├── InvalidInput          422  also a ValueError: a value that cannot be taken
    │   ├── InvalidQuery      422  a search text that cannot be read, with its column
    │   ├── InvalidPolicy     422  a promotion policy that cannot be read, with its line and key
    │   ├── IdempotencyKeyReused 422  an idempotency key that was used for another request
    │   └── LimitExceeded     413  a size past its limit
    ├── Unauthorized          401  no key, or one that is not known
    ├── Forbidden             403  a key without the scope that is needed
    ├── NotFound              404  also a ValueError: no such artifact
    ├── Conflict              409
    │   ├── CycleRefused      409  an edge that would close a cycle, with the path
    │   ├── DuplicateContent  409  the content is registered already, with its id
    │   ├── AliasConflict     409  an alias is not held as expected, with the id that holds it
    │   └── AliasHeld         409  an artifact that is to be deleted carries aliases
    ├── StoreUnavailable      503  the database or the service does not answer
    ├── TimeLimitReached      504  the store gave up on a question
    └── ConfigurationError         the program cannot start as it is set up

    CatalogWarning
    ├── DuplicateContentWarning    what was registered is a copy of another artifact
    └── NotHashedWarning           the data has no content hash, so copies of it are not found

`code` names a class over HTTP (the `code` member of an RFC 9457 problem document) and `details` are the
members beside it, so that a remote client raises the very error that the service met.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar


class CatalogError(Exception):
    """Base of all errors here. `status` is the HTTP status, `title` the problem's short name."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "error"
    title: ClassVar[str] = "The catalog met an error"

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details

    def problem(self) -> dict[str, Any]:
        """The RFC 9457 problem document of this error."""
        return {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.message,
            "code": self.code,
            **self.details,
        }


class InvalidInput(CatalogError, ValueError):
    """A value that cannot be taken: `field` names it."""

    status = 422
    code = "invalid-input"
    title = "The input cannot be taken"


class InvalidQuery(InvalidInput):
    """A search text that cannot be read; `column` (from 1) is where."""

    code = "invalid-query"
    title = "The query cannot be read"


class InvalidPolicy(InvalidInput):
    """A promotion policy that cannot be read: at `line` (from 1, where it is a file), about `key`."""

    code = "invalid-policy"
    title = "The policy cannot be read"


class IdempotencyKeyReused(InvalidInput):
    """The idempotency key `key` was used for another request."""

    code = "idempotency-key-reused"
    title = "The idempotency key was used for another request"


class LimitExceeded(InvalidInput):
    """A size past its limit."""

    status = 413
    code = "limit-exceeded"
    title = "Too large"


class Unauthorized(CatalogError):
    """No API key, or one that the service does not know."""

    status = 401
    code = "unauthorized"
    title = "An API key is needed"


class Forbidden(CatalogError):
    """The API key lacks the `scope` that is needed."""

    status = 403
    code = "forbidden"
    title = "The API key lacks a scope"


class NotFound(CatalogError, ValueError):
    """No such artifact: `artifact_id` says which."""

    status = 404
    code = "not-found"
    title = "Not found"


class Conflict(CatalogError):
    """What was asked contradicts what the catalog holds."""

    status = 409
    code = "conflict"
    title = "Conflict"


class CycleRefused(Conflict):
    """An edge that would close a cycle; `path` lists the ids around it, child first, first and last alike."""

    code = "cycle"
    title = "The lineage would have a cycle"


class DuplicateContent(Conflict):
    """The same content is registered already, as `artifact_id`."""

    code = "duplicate-content"
    title = "The content is registered already"


class AliasConflict(Conflict):
    """The alias `name`@`alias` is not held as expected; `artifact_id` holds it, `None` where nobody does."""

    code = "alias-conflict"
    title = "The alias has moved"


class AliasHeld(Conflict):
    """The artifact `artifact_id` carries `aliases`, as `name@alias` each."""

    code = "alias-held"
    title = "The artifact carries an alias"


class StoreUnavailable(CatalogError):
    """The database or the service does not answer."""

    status = 503
    code = "unavailable"
    title = "The store does not answer"


class TimeLimitReached(CatalogError):
    """The store gave up on a question at its time limit."""

    status = 504
    code = "time-limit"
    title = "Time limit reached"


class ConfigurationError(CatalogError):
    """The program cannot start as it is set up; the message says what to change."""

    code = "configuration"
    title = "The set-up cannot work"


class CatalogWarning(UserWarning):
    """Base of the warnings here: what was asked was done, but something about it should be known."""


class DuplicateContentWarning(CatalogWarning):
    """The same content is registered already, under another id."""


class NotHashedWarning(CatalogWarning):
    """The data was registered without a content hash."""


def error_from_problem(problem: Mapping[str, Any], status: int) -> CatalogError:
    """The error that a problem document tells of; `status` is the answer's HTTP status.

    A document without a known `code` (from a proxy, say) is read by its status alone.
    """
    known = list(_tree(CatalogError))
    kind = next((k for k in known if k.code == problem.get("code")), None)
    if kind is None:
        kind = next((k for k in known if k.status == status), CatalogError)
    members = {k: v for k, v in problem.items() if k not in _MEMBERS}
    return kind(str(problem.get("detail") or problem.get("title") or f"HTTP status {status}"), **members)


_MEMBERS = frozenset({"type", "title", "status", "detail", "code", "instance"})


def _tree(kind: type[CatalogError]) -> list[type[CatalogError]]:
    return [kind, *(k for child in kind.__subclasses__() for k in _tree(child))]
