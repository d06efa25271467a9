"""Many artifacts of an `ArtifactCatalog` at once: their tags, and whole catalogs from and into a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, TypeVar

from catalog_graph.artifact import OnDuplicate
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import NotFound

if TYPE_CHECKING:
    from catalog_graph.transfer.push_pull import BadRow, Progress, TransferResult

V = TypeVar("V")
Tags = dict[str, dict[str, Any]]


class Bulk:
    """Many artifacts: tags all or none, files line by line."""

    _backend: CatalogBackend

    def tag_many(self, tags: Mapping[str, Mapping[str, Any]]) -> Tags:
        """Set tags of up to 10,000 artifacts, by id or reference, all or none.

        Answers all tags that each has then, by id. Raises `NotFound`, whose `details["artifact_ids"]` are those that
        are not registered.
        """
        return self._by_references(tags, self._backend.tag_many)

    def untag_many(self, keys: Mapping[str, Iterable[str]]) -> Tags:
        """Remove tags of up to 10,000 artifacts: by id or reference, the keys; as `tag_many` otherwise."""
        return self._by_references(keys, self._backend.untag_many)

    def load(
        self,
        source: str | Path | BinaryIO,
        *,
        on_duplicate: OnDuplicate = "warn",
        bad_row: BadRow | None = None,
        progress: Progress | None = None,
    ) -> TransferResult:
        """Register every line of an NDJSON file, an artifact each, in any order, and say what that came to.

        `source` is a path or an open binary file. A line has the fields of an entry; one that the catalog cannot keep
        is left out, told to `bad_row` (`"line 7"`, the reason) and, of the first 100, in the answer's `reasons`.
        Loading a file again registers nothing twice, and an unfinished load goes on where it stopped. Memory is flat.
        `progress` is told how many bytes have been read.
        """
        from catalog_graph.transfer.ndjson import load

        return load(
            Path(source) if isinstance(source, str) else source,
            self._backend,
            bad_row=bad_row or _unwatched,
            progress=progress or _unwatched,
            mark=_mark(self._backend),
            on_duplicate=on_duplicate,
        )

    def dump(self, target: str | Path | IO[bytes], *, query: str = "", progress: Progress | None = None) -> int:
        """Write every artifact that `query` selects as NDJSON, for `load`, and answer how many there were.

        `target` is a path, where the file is there whole or not at all, or an open binary file. The newest come first.
        Memory stays flat. `progress` is told how many artifacts have been written.
        """
        from catalog_graph.transfer.ndjson import dump

        path = Path(target) if isinstance(target, str) else target
        return dump(self._backend, path, query=query, progress=progress or _unwatched)

    def _by_references(self, changes: Mapping[str, V], act: Callable[[Mapping[str, V]], Tags]) -> Tags:
        try:
            return act(changes)
        except NotFound as error:
            unknown = [i for i in error.details.get("artifact_ids", ()) if i in changes]
            if not unknown:
                raise
        found = {reference: self._backend.resolve(reference) for reference in unknown}
        return act({found.get(artifact_id, artifact_id): change for artifact_id, change in changes.items()})


def _mark(backend: CatalogBackend) -> str | None:
    """What tells this catalog from others; `None` where nothing does, so that no load goes on where another stopped."""
    path = getattr(backend, "db_path", None)
    if path is not None:
        return f"{path.absolute()}#{path.stat().st_ino}"
    return getattr(backend, "endpoint", None)


def _unwatched(*_: object) -> None:
    """Nobody wants to be told."""
