"""The interface of every backend: its public methods check their input once, for all backends."""

from __future__ import annotations

import builtins
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from catalog_graph import checks, idempotency
from catalog_graph.aliases import checked_by
from catalog_graph.artifact import CatalogEntry, OnDuplicate, Registration, checked_on_duplicate, merged
from catalog_graph.backends.aliases import AliasInterface
from catalog_graph.backends.answers import PRODUCTION, AnswerInterface
from catalog_graph.backends.batches import BatchInterface, each_checked, positions_in_errors
from catalog_graph.backends.bom import BomInterface
from catalog_graph.backends.changes import ChangeInterface
from catalog_graph.backends.copying import CopyInterface
from catalog_graph.backends.erasure import ErasureInterface
from catalog_graph.backends.feed import FeedInterface
from catalog_graph.backends.finding import FindingInterface
from catalog_graph.backends.openlineage import EventInterface
from catalog_graph.backends.parents import resolved_parents
from catalog_graph.backends.promotion import PromotionInterface
from catalog_graph.backends.seals import SealInterface
from catalog_graph.entries import entry_of
from catalog_graph.errors import AliasHeld, InvalidInput, LimitExceeded, NotFound


class CatalogBackend(
    BatchInterface,
    AliasInterface,
    FindingInterface,
    AnswerInterface,
    BomInterface,
    ErasureInterface,
    PromotionInterface,
    SealInterface,
    ChangeInterface,
    FeedInterface,
    CopyInterface,
    EventInterface,
    ABC,
):
    """A catalog of artifacts and their lineage.

    The public methods check their input, so that every backend refuses the same values, and call abstract methods,
    whose names begin with an underscore, with checked values. All methods may be called from any thread.
    """

    @property
    def starts_at_once(self) -> bool:
        """True if `start_registering` returns before the store has answered."""
        return False

    # ---- implemented by each backend

    @abstractmethod
    def _register(
        self, entries: Sequence[CatalogEntry], on_duplicate: OnDuplicate, receipt: idempotency.Receipt | None
    ) -> list[Registration]:
        """Register all entries or none, in one transaction, and return a result for each, in order.

        Each entry has its id, no id comes twice, and the edges among the entries close no cycle. An entry is merged
        into the artifact of the same id (`artifact.merged`); unknown parents become `unregistered`; edges that would
        close a cycle raise `CycleRefused`; versions that are not set are numbered. A `receipt` is stored with the
        results in the same transaction; if its key is stored already, the result is `Receipt.stored_results`, and
        nothing is registered.
        """

    def _start_registering(
        self, entries: Sequence[CatalogEntry], on_duplicate: OnDuplicate, receipt: idempotency.Receipt | None
    ) -> Future[builtins.list[Registration]]:
        """Start `_register`; this backend waits for the store all the same."""
        done: Future[builtins.list[Registration]] = Future()
        done.set_result(self._register(entries, on_duplicate, receipt))
        return done

    @abstractmethod
    def _edit_tags(self, artifact_id: str, tags: Mapping[str, Any], remove: Sequence[str]) -> CatalogEntry:
        """Set and remove tags by key, in one transaction. Raises `NotFound` if the artifact is not registered."""

    @abstractmethod
    def _edit_parents(self, artifact_id: str, add: Sequence[str], remove: Sequence[str]) -> CatalogEntry:
        """Add and remove edges to parents, in one transaction; removed edges are kept as history."""

    @abstractmethod
    def _unset(self, artifact_id: str, metadata: Sequence[str], fields: Sequence[str]) -> CatalogEntry:
        """Remove metadata keys and clear fields, in one transaction. Raises `NotFound` if it is not registered."""

    @abstractmethod
    def _delete(self, artifact_id: str, force: bool, by: str) -> None:
        """Delete an artifact; a tombstone stays as long as something derives from it, its record for good.

        Raises `NotFound` if it is not registered, and `AliasHeld` if it holds an alias, unless `force` unsets its
        aliases, with `by` in their history.
        """

    @abstractmethod
    def _undelete(self, artifact_id: str) -> CatalogEntry:
        """Register a deleted artifact again as it was, and return it; edges that its deletion ended begin again.

        Raises `NotFound` if the id is unknown, `Conflict` if it is not deleted or no record of it is kept.
        """

    @abstractmethod
    def _purge(self, artifact_id: str, force: bool) -> None:
        """Remove all data of an artifact, registered or deleted, except its id and its edges to what stays.

        Raises `NotFound`; without `force` also `Conflict` if it has a child, and `AliasHeld`.
        """

    @abstractmethod
    def check(self) -> dict[str, Any]:
        """Return name, version and schema of the store. Raises `StoreUnavailable` if it cannot be used."""

    @abstractmethod
    def close(self) -> None:
        """Close connections and files."""

    # ---- writing

    def register(self, entry: CatalogEntry) -> str:
        """Register one artifact and return its id; it is merged into an artifact of the same id.

        An entry of FlowyML's own class is taken too, here and below.
        """
        return self.register_one(entry).artifact_id

    def register_one(
        self, entry: CatalogEntry, *, on_duplicate: OnDuplicate = "warn", idempotency_key: str = ""
    ) -> Registration:
        """Register one artifact and return the result; otherwise as `register_many`."""
        return self._register(*self._single(entry, on_duplicate, idempotency_key))[0]

    def start_registering(
        self, entry: CatalogEntry, *, on_duplicate: OnDuplicate = "warn", idempotency_key: str = ""
    ) -> Future[builtins.list[Registration]]:
        """Start `register_one`, and return a future of a list with its result; the future cannot be cancelled.

        Errors of the entry itself are raised at once.
        """
        return self._start_registering(*self._single(entry, on_duplicate, idempotency_key))

    def register_many(
        self, entries: Iterable[CatalogEntry], *, on_duplicate: OnDuplicate = "warn", idempotency_key: str = ""
    ) -> builtins.list[Registration]:
        """Register up to 10,000 artifacts, all or none; parents may be anywhere in the same batch.

        `on_duplicate` decides about an entry whose content hash another artifact has: `warn` registers it and names the
        other in the result, `reuse` merges its parents and tags into the other and returns that id, `error` raises
        `DuplicateContent`. Raises also `InvalidInput`, `LimitExceeded`, `CycleRefused`; `details["errors"]` has the
        first 100 errors of a batch, each with `index`, `field` and `reason`, of `details["total"]`.

        The same entries under the same `idempotency_key` are registered once: within 24 hours, a second call gets the
        result of the first. Other entries under that key raise `IdempotencyKeyReused`.
        """
        checked_on_duplicate(on_duplicate)
        batch = builtins.list(entries)
        if len(batch) > checks.MAX_BATCH:
            raise LimitExceeded(f"{len(batch):,} artifacts in one batch; at most {checks.MAX_BATCH:,} are taken")
        checked = each_checked(batch, lambda entry: checks.checked_entry(entry_of(entry)))
        receipt = idempotency.receipt_of(idempotency_key, checked, on_duplicate)
        identified = idempotency.with_ids(checked, receipt)
        with positions_in_errors(identified):
            return self._register_checked(identified, on_duplicate, receipt)

    def _single(
        self, entry: CatalogEntry, on_duplicate: OnDuplicate, idempotency_key: str
    ) -> tuple[Sequence[CatalogEntry], OnDuplicate, idempotency.Receipt | None]:
        """Return the arguments of `_register` for one entry."""
        checked_on_duplicate(on_duplicate)
        checked = [checks.checked_entry(entry_of(entry))]
        receipt = idempotency.receipt_of(idempotency_key, checked, on_duplicate)
        identified = idempotency.with_ids(checked, receipt)
        checks.refuse_batch_cycles(identified)
        return identified, on_duplicate, receipt

    def _register_checked(
        self, entries: Sequence[CatalogEntry], on_duplicate: OnDuplicate, receipt: idempotency.Receipt | None
    ) -> builtins.list[Registration]:
        unique = _merged_by_id(entries)
        checks.refuse_batch_cycles(unique)
        if not unique:
            return []
        results = zip(unique, self._register(unique, on_duplicate, receipt), strict=True)
        by_id = {entry.artifact_id: result for entry, result in results}
        return [by_id[entry.artifact_id] for entry in entries]

    def tag(self, artifact_id: str, tags: Mapping[str, Any]) -> CatalogEntry:
        """Add tags or replace their values. Raises `NotFound`, which is a `ValueError`."""
        checks.checked_id(artifact_id)
        checked = checks.checked_object(dict(tags) if isinstance(tags, Mapping) else tags, "tags", checks.MAX_TAG_BYTES)
        return self._edit_tags(artifact_id, checked, [])

    def untag(self, artifact_id: str, *keys: str) -> CatalogEntry:
        """Remove tags by key; missing keys are ignored."""
        checks.checked_id(artifact_id)
        return self._edit_tags(artifact_id, {}, list(keys))

    def add_parents(
        self, artifact_id: str, *parent_ids: str, parents: Iterable[str | CatalogEntry] = ()
    ) -> CatalogEntry:
        """Add edges to parents of a registered artifact: ids, and `parents`, which are references or entries.

        Raises `NotFound`, also if one of `parents` is not found, and `CycleRefused`.
        """
        checks.checked_id(artifact_id)
        ids = [*parent_ids, *resolved_parents(self, parents)]
        return self._edit_parents(artifact_id, checks.checked_parents(artifact_id, ids), [])

    def remove_parents(self, artifact_id: str, *parent_ids: str) -> CatalogEntry:
        """Remove edges to parents from the present lineage; they are kept as history."""
        checks.checked_id(artifact_id)
        if not all(parent_ids):
            raise InvalidInput("parent_id must not be empty", field="parent_id")
        return self._edit_parents(artifact_id, [], list(dict.fromkeys(parent_ids)))

    def unset(self, artifact_id: str, *, metadata: Iterable[str] = (), fields: Iterable[str] = ()) -> CatalogEntry:
        """Remove metadata by key, and clear fields; missing keys are ignored.

        `fields` are of `content_hash`, `source_step`, `source_run_id`, `source_pipeline` and `uri`. Raises `NotFound`,
        and `InvalidInput` for another field, or if there is nothing to remove.
        """
        checks.checked_id(artifact_id)
        return self._unset(artifact_id, *checks.checked_unset(metadata, fields))

    def delete(self, artifact_id: str, *, force: bool = False, by: str = "") -> None:
        """Remove an artifact from all present answers; if something derives from it, lineage keeps it as a tombstone.

        Raises `NotFound`, and `AliasHeld` if it holds an alias, unless `force` unsets its aliases first, with `by` in
        their history.
        """
        self._delete(checks.checked_id(artifact_id), force, checked_by(by))

    def undelete(self, artifact_id: str) -> CatalogEntry:
        """Register a deleted artifact again as it was, with its tags and parents but without aliases, and return it.

        Raises `NotFound`, and `Conflict` if it is registered or no record of it is kept.
        """
        return self._undelete(checks.checked_id(artifact_id))

    def purge(self, artifact_id: str, *, force: bool = False) -> None:
        """Remove an artifact for good: record, tags, metadata, aliases with their moves, receipts. Its id alone stays.

        It may be registered or deleted. Raises `NotFound`; without `force` also `Conflict` if something derives from
        it, and `AliasHeld` if it holds an alias. Nothing brings it back.
        """
        self._purge(checks.checked_id(artifact_id), force)

    def delete_unreachable(
        self, artifact_ids: Iterable[str], from_: str = PRODUCTION, *, older_than: str = "90d"
    ) -> builtins.list[str]:
        """Delete those of these artifacts that are still unreachable, and return their ids.

        The ids come from `unreachable`, asked with the same parameters. Before anything is deleted, that is asked
        again: what is in use by now is kept, and so is what holds an alias. `undelete` takes each deletion back. Raises
        as `unreachable` does.
        """
        ids = dict.fromkeys(artifact_ids)
        deleted = []
        for card in self.unreachable(from_, older_than=older_than, limit=checks.MAX_PAGE).nodes:
            if card.artifact_id in ids:
                with suppress(NotFound, AliasHeld):
                    self.delete(card.artifact_id)
                    deleted.append(card.artifact_id)
        return deleted

    # ---- FlowyML's other name for list_artifacts, and the context manager

    def list(self, **filters: Any) -> builtins.list[CatalogEntry]:
        """Return the same as `list_artifacts`."""
        return self.list_artifacts(**filters)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _merged_by_id(entries: Sequence[CatalogEntry]) -> builtins.list[CatalogEntry]:
    """Merge entries of the same id, as registering one after the other would."""
    by_id: dict[str, CatalogEntry] = {}
    for entry in entries:
        earlier = by_id.get(entry.artifact_id)
        by_id[entry.artifact_id] = entry if earlier is None else replace(merged(earlier, entry, ""), recorded_at="")
    return builtins.list(by_id.values())
