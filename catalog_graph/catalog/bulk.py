"""Methods of `ArtifactCatalog` for many artifacts at once: their tags, and whole catalogs from and into a file."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, TypeVar

from catalog_graph.artifact import OnDuplicate
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import NotFound, RegistrationWarning

if TYPE_CHECKING:
    from catalog_graph.copies.result import BadRow, Progress, TransferResult
    from catalog_graph.transfer.backup import Contents
    from catalog_graph.transfer.importing import Source

V = TypeVar("V")
Tags = dict[str, dict[str, Any]]


class CatalogBulk:
    """Tags of many artifacts, all or none, and files, line by line."""

    _backend: CatalogBackend

    def tag_many(self, tags: Mapping[str, Mapping[str, Any]], *, exact: bool = False) -> dict[str, dict[str, Any]]:
        """Set tags of up to 10,000 artifacts, by id or reference, all or none; with `exact`, by id alone.

        Returns all resulting tags of each, by id. Raises `NotFound`, whose `details["artifact_ids"]` are the ids that
        are not registered.
        """
        return self._by_references(tags, self._backend.tag_many, exact)

    def untag_many(self, keys: Mapping[str, Iterable[str]], *, exact: bool = False) -> dict[str, dict[str, Any]]:
        """Remove tags of up to 10,000 artifacts: keys, by id or reference; otherwise as `tag_many`."""
        return self._by_references(keys, self._backend.untag_many, exact)

    def load(
        self,
        source: str | Path | BinaryIO,
        *,
        on_duplicate: OnDuplicate = "warn",
        bad_row: BadRow | None = None,
        progress: Progress | None = None,
    ) -> TransferResult:
        """Register every line of an NDJSON file, an artifact each, in any order, and return the counts.

        `source` is a path or an open binary file. A line has the fields of an entry. An invalid line is skipped;
        `bad_row` is called with its place (`"line 7"`) and the reason, and `reasons` of the result has the first 100.
        Loading a file again registers nothing twice, and an interrupted load continues where it stopped. Memory use
        does not depend on the size of the file. `progress` is called with the number of bytes that have been read.
        Sentences in `warnings` of the result, such as about parents that are not registered, are `RegistrationWarning`s
        too.
        """
        from catalog_graph.transfer.ndjson import load

        result = load(
            Path(source) if isinstance(source, str) else source,
            self._backend,
            bad_row=bad_row or _ignore,
            progress=progress or _ignore,
            mark=_catalog_mark(self._backend),
            on_duplicate=on_duplicate,
        )
        pass_on_warnings(result.warnings, stacklevel=3)
        return result

    def import_from(
        self, source: Source, *, bad_row: BadRow | None = None, progress: Progress | None = None
    ) -> TransferResult:
        """Register what another program has, and return the counts; a second time writes only what is new or changed.

        Sources are in `catalog_graph.integrations`: `mlflow.Tracking`, `dbt.Target`, `dvc.Repository`,
        `hugging_face.Cards` and `mlmd.Store`. `bad_row` is called with what is left out, and why; `progress` with the
        number of artifacts so far. A parent that is not registered at the end is a `RegistrationWarning`.
        """
        from catalog_graph.transfer.importing import import_from

        result = import_from(source, self._backend, bad_row=bad_row or _ignore, progress=progress or _ignore)
        pass_on_warnings(result.warnings, stacklevel=3)
        return result

    def dump(self, target: str | Path | IO[bytes], *, query: str = "", progress: Progress | None = None) -> int:
        """Write the whole catalog as NDJSON, for `load`, or the artifacts that `query` selects; return their number.

        `target` is a path, at which the file appears only when it is complete, or an open binary file. Memory use does
        not depend on the size of the catalog. `progress` is called with the number of artifacts that have been written.
        """
        from catalog_graph.transfer.ndjson import dump

        path = Path(target) if isinstance(target, str) else target
        return dump(self._backend, path, query=query, progress=progress or _ignore)

    def backup(self, target: str | Path, *, progress: Progress | None = None) -> Contents:
        """Write the whole catalog to a compressed file, as it is at one instant, with its history; return its contents.

        The file appears only when it is complete. `progress` is called with the number of artifacts written so far.
        """
        from catalog_graph.transfer.backup import backup

        return backup(self._backend, Path(target), progress=progress or _ignore)

    def restore(
        self, source: str | Path, *, bad_row: BadRow | None = None, progress: Progress | None = None
    ) -> TransferResult:
        """Merge a backup into this catalog, and return the counts; a second time changes nothing.

        Raises `InvalidInput`, before anything is written, if the file is incomplete, altered or damaged. `progress` is
        called with the number of lines so far. What the copy as a whole lacks is a `RegistrationWarning`.
        """
        from catalog_graph.transfer.backup import restore

        result = restore(Path(source), self._backend, bad_row=bad_row or _ignore, progress=progress or _ignore)
        pass_on_warnings(result.warnings, stacklevel=3)
        return result

    def _by_references(self, changes: Mapping[str, V], act: Callable[[Mapping[str, V]], Tags], exact: bool) -> Tags:
        try:
            return act(changes)
        except NotFound as error:
            unknown = [i for i in error.details.get("artifact_ids", ()) if i in changes]
            if not unknown or exact:
                raise
        ids = {reference: self._backend.resolve(reference) for reference in unknown}
        return act({ids.get(reference, reference): change for reference, change in changes.items()})


def pass_on_warnings(texts: Iterable[str], stacklevel: int) -> None:
    """Raise each text once as a `RegistrationWarning` of the caller `stacklevel` frames up."""
    for text in dict.fromkeys(texts):
        warnings.warn(text, RegistrationWarning, stacklevel=stacklevel)


def _catalog_mark(backend: CatalogBackend) -> str | None:
    """Return a text that identifies the catalog, so that only a load into the same one continues; else `None`."""
    path = getattr(backend, "db_path", None)
    if path is not None:
        return f"{path.absolute()}#{path.stat().st_ino}"
    return getattr(backend, "endpoint", None)


def _ignore(*_: object) -> None:
    """Do nothing: the callback of a caller that gave none."""
