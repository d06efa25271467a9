"""The interface of every backend: what is checked and composed once, over a few primitives."""

from __future__ import annotations

import builtins
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from types import TracebackType
from typing import Any, ClassVar, Self

from catalog_graph import checks, idempotency
from catalog_graph.aliases import checked_by
from catalog_graph.artifact import (
    CatalogEntry,
    Neighbours,
    OnDuplicate,
    Registration,
    checked_on_duplicate,
)
from catalog_graph.backends.batches import Batches, each_checked, placed
from catalog_graph.backends.finding import Finding
from catalog_graph.backends.promotion import PromotionGate
from catalog_graph.errors import InvalidInput, LimitExceeded, NotFound
from catalog_graph.instants import from_microseconds


class CatalogBackend(Batches, Finding, PromotionGate, ABC):
    """A store of artifacts and of what was made from what.

    The public methods check their input, so that every backend refuses the same; the primitives, whose
    names begin with an underscore, are given checked values. All may be called from any thread.
    """

    starts_at_once: ClassVar[bool] = False
    """Whether `start_registering` returns before the store has answered."""

    # ---- what a backend is made of

    @abstractmethod
    def _register(
        self, entries: Sequence[CatalogEntry], on_duplicate: OnDuplicate, receipt: idempotency.Receipt | None
    ) -> list[Registration]:
        """Register all or none, in one transaction, each id once; an answer for each, in order.

        Every entry has its id; their own edges close no cycle. What is there already is merged into
        (`artifact.merged`), parents that are not known become `unregistered`, edges that would close a
        cycle raise `CycleRefused`, versions that were not sent are numbered. With a `receipt`, that and the answer are
        kept in the same transaction; where its key is there already, nothing is done but `Receipt.answers` asked.
        """

    def _start_registering(
        self, entries: Sequence[CatalogEntry], on_duplicate: OnDuplicate, receipt: idempotency.Receipt | None
    ) -> Future[builtins.list[Registration]]:
        """`_register` for a caller that need not wait, where the backend can do so."""
        done: Future[builtins.list[Registration]] = Future()
        done.set_result(self._register(entries, on_duplicate, receipt))
        return done

    @abstractmethod
    def _get(self, artifact_ids: Sequence[str]) -> list[CatalogEntry | None]:
        """The registered artifacts of these ids; `None` for each that is not registered."""

    @abstractmethod
    def _find_by_content_hash(self, content_hash: str) -> CatalogEntry | None:
        """The oldest registered artifact with that hash (by `created_at`, then id)."""

    @abstractmethod
    def _neighbours(self, artifact_id: str) -> Neighbours | None:
        """Direct parents and children, whatever their state; `None` if there is no such artifact at all."""

    @abstractmethod
    def _edit_tags(self, artifact_id: str, tags: Mapping[str, Any], remove: Sequence[str]) -> CatalogEntry:
        """Set and remove tags by key, in one transaction; raises `NotFound` if it is not registered."""

    @abstractmethod
    def _edit_parents(self, artifact_id: str, add: Sequence[str], remove: Sequence[str]) -> CatalogEntry:
        """Add and remove edges, in one transaction; removed ones are kept as history."""

    @abstractmethod
    def _delete(self, artifact_id: str, force: bool, by: str) -> None:
        """Delete, leaving a tombstone while an edge needs it; raises `NotFound` if it is not registered.

        Raises `AliasHeld` if it carries an alias, unless `force` unsets them, which is written down as done `by`.
        """

    @abstractmethod
    def check(self) -> dict[str, Any]:
        """Whether the store can be used: its name, version and schema; raises `StoreUnavailable`."""

    @abstractmethod
    def close(self) -> None:
        """Give back what the backend holds open."""

    # ---- writing

    def register(self, entry: CatalogEntry) -> str:
        """Register one artifact and return its id; what is registered under that id is merged into."""
        return self.register_one(entry).artifact_id

    def register_one(
        self, entry: CatalogEntry, *, on_duplicate: OnDuplicate = "warn", idempotency_key: str = ""
    ) -> Registration:
        """Register one artifact and say what became of it; as `register_many` otherwise."""
        return self._register(*self._single(entry, on_duplicate, idempotency_key))[0]

    def start_registering(
        self, entry: CatalogEntry, *, on_duplicate: OnDuplicate = "warn", idempotency_key: str = ""
    ) -> Future[builtins.list[Registration]]:
        """As `register_one`, for a caller that need not wait: the future, which cannot be cancelled, has one answer.

        What is wrong with the entry itself is raised at once.
        """
        return self._start_registering(*self._single(entry, on_duplicate, idempotency_key))

    def register_many(
        self, entries: Iterable[CatalogEntry], *, on_duplicate: OnDuplicate = "warn", idempotency_key: str = ""
    ) -> builtins.list[Registration]:
        """Register up to 10,000 artifacts, all or none; parents may stand anywhere in the same batch.

        `on_duplicate` says what to do where another artifact has the same content hash: `warn` registers
        and names it in the answer, `reuse` merges parents and tags into it and answers its id, `error`
        raises `DuplicateContent`. Raises also `InvalidInput`, `LimitExceeded`, `CycleRefused`; `details["errors"]` has
        the first 100 errors of a batch, each with `index`, `field` and `reason`, of `details["total"]`.

        The same entries under the same `idempotency_key` are registered once: within 24 hours the second call gets the
        answer of the first. Other entries under that key raise `IdempotencyKeyReused`.
        """
        checked_on_duplicate(on_duplicate)
        given = builtins.list(entries)
        if len(given) > checks.MAX_BATCH:
            raise LimitExceeded(f"{len(given):,} artifacts in one batch; at most {checks.MAX_BATCH:,} are taken")
        checked = each_checked(given, lambda entry: checks.checked_entry(entry, self.naive_zone))
        receipt = idempotency.receipt_of(idempotency_key, checked, on_duplicate)
        named = idempotency.with_ids(checked, receipt)
        with placed(named):
            return self._register_checked(named, on_duplicate, receipt)

    def _single(
        self, entry: CatalogEntry, on_duplicate: OnDuplicate, idempotency_key: str
    ) -> tuple[Sequence[CatalogEntry], OnDuplicate, idempotency.Receipt | None]:
        """What `_register` takes, of one entry."""
        checked_on_duplicate(on_duplicate)
        checked = [checks.checked_entry(entry, self.naive_zone)]
        receipt = idempotency.receipt_of(idempotency_key, checked, on_duplicate)
        named = idempotency.with_ids(checked, receipt)
        checks.refuse_batch_cycles(named)
        return named, on_duplicate, receipt

    def _register_checked(
        self, entries: Sequence[CatalogEntry], on_duplicate: OnDuplicate, receipt: idempotency.Receipt | None
    ) -> builtins.list[Registration]:
        unique = _once_each(entries)
        checks.refuse_batch_cycles(unique)
        if not unique:
            return []
        answers = zip(unique, self._register(unique, on_duplicate, receipt), strict=True)
        by_id = {entry.artifact_id: answer for entry, answer in answers}
        return [by_id[entry.artifact_id] for entry in entries]

    def tag(self, artifact_id: str, tags: Mapping[str, Any]) -> CatalogEntry:
        """Add tags or replace their values; raises `NotFound`, which is a `ValueError`."""
        checks.checked_id(artifact_id)
        checked = checks.checked_object(dict(tags) if isinstance(tags, Mapping) else tags, "tags", checks.MAX_TAG_BYTES)
        return self._edit_tags(artifact_id, checked, [])

    def untag(self, artifact_id: str, *keys: str) -> CatalogEntry:
        """Remove tags by key; keys that are not there are no error."""
        checks.checked_id(artifact_id)
        return self._edit_tags(artifact_id, {}, list(keys))

    def add_parents(self, artifact_id: str, *parent_ids: str) -> CatalogEntry:
        """Add edges to parents after the fact; raises `NotFound`, `CycleRefused`."""
        checks.checked_id(artifact_id)
        return self._edit_parents(artifact_id, checks.checked_parents(artifact_id, parent_ids), [])

    def remove_parents(self, artifact_id: str, *parent_ids: str) -> CatalogEntry:
        """Take edges to parents out of the present lineage; they stay as history."""
        checks.checked_id(artifact_id)
        return self._edit_parents(artifact_id, [], list(dict.fromkeys(parent_ids)))

    def delete(self, artifact_id: str, *, force: bool = False, by: str = "") -> None:
        """Take an artifact out of lists, search and look-ups; lineage keeps a marked tombstone.

        One that carries an alias is refused with `AliasHeld`, unless `force` unsets its aliases first, on behalf of
        `by`. Raises `NotFound`.
        """
        self._delete(checks.checked_id(artifact_id), force, checked_by(by))

    # ---- looking up

    def get(self, artifact_id: str) -> CatalogEntry | None:
        """The registered artifact of that id, else `None`."""
        return self._get([artifact_id])[0] if artifact_id else None

    def get_many(self, artifact_ids: Iterable[str]) -> builtins.list[CatalogEntry | None]:
        """What `get` answers, for each of these ids."""
        return self._get(list(artifact_ids))

    def find_by_content_hash(self, content_hash: str) -> CatalogEntry | None:
        """The oldest registered artifact with that content hash; an empty hash finds nothing."""
        return self._find_by_content_hash(content_hash) if content_hash else None

    # ---- lineage

    def get_lineage(self, artifact_id: str) -> dict[str, Any]:
        """Direct neighbours, as the contract has them: `artifact`, `parents`, `children`, each a dict.

        An unknown id is answered with `{"artifact_id": id, "error": "not found"}`.
        """
        found = self.neighbours(artifact_id) if artifact_id else None
        if found is None:
            return {"artifact_id": artifact_id, "error": "not found"}
        return {
            "artifact": found.artifact.to_dict(),
            "parents": [e.to_dict() for e in found.parents],
            "children": [e.to_dict() for e in found.children],
        }

    def neighbours(self, artifact_id: str) -> Neighbours | None:
        """An artifact's direct parents and children, unregistered and deleted ones too; takes references."""

        def act(found_id: str) -> Neighbours:
            found = self._neighbours(found_id)
            if found is None:
                raise not_found(found_id)
            return found

        try:
            return self._found(artifact_id, act)
        except (NotFound, InvalidInput):
            return None

    # ---- FlowyML's other name for list_artifacts, and the resource itself

    def list(self, **filters: Any) -> builtins.list[CatalogEntry]:
        """The same as `list_artifacts`."""
        return self.list_artifacts(**filters)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def not_found(artifact_id: str, as_of: int | None = None) -> NotFound:
    """The error for an id that is not registered, or was not there at an instant (microseconds)."""
    then = "" if as_of is None else f" at that instant, {from_microseconds(as_of)}"
    return NotFound(f"artifact {artifact_id!r} not found{then}", artifact_id=artifact_id)


def _once_each(entries: Sequence[CatalogEntry]) -> builtins.list[CatalogEntry]:
    """Entries of the same id put together, as registering one after the other would."""
    by_id: dict[str, CatalogEntry] = {}
    for entry in entries:
        earlier = by_id.get(entry.artifact_id)
        by_id[entry.artifact_id] = entry if earlier is None else _over(earlier, entry)
    return builtins.list(by_id.values())


def _over(earlier: CatalogEntry, later: CatalogEntry) -> CatalogEntry:
    from catalog_graph.artifact import merged

    both = merged(earlier, later, "")
    return replace(both, recorded_at="")
