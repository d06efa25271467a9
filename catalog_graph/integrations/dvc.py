"""Import of a DVC repository: what its stages read and wrote, by `dvc.lock`, `dvc.yaml` and `*.dvc` files.

An artifact is a path with a content, so that it is a new version when `dvc repro` changes the content. The files are
described at https://dvc.org/doc/user-guide/project-structure.
"""

from __future__ import annotations

import hashlib
import os
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import product
from pathlib import Path
from typing import Any

from catalog_graph.artifact import CatalogEntry
from catalog_graph.copies.records import LeftOut
from catalog_graph.errors import InvalidInput
from catalog_graph.integrations.reading import as_json, numbers_of, read_object, set_values
from catalog_graph.transfer.importing import Item, Lookup, Source

_CODE = frozenset({".py", ".ipynb", ".r", ".jl", ".sh", ".sql"})
"""Endings of files that are code, which stages name as dependencies."""
_CHECKSUMS = ("md5", "etag", "checksum")
_SKIPPED = frozenset({".git", ".dvc", ".venv", "node_modules", "__pycache__"})
_WHAT = "a DVC repository with a dvc.lock or *.dvc files"


@dataclass(frozen=True)
class _Read:
    """An artifact that a stage has read; whoever wrote it says more of it."""

    entry: CatalogEntry


class Repository(Source):
    """A DVC repository, or a folder in one, for `ArtifactCatalog.import_from`.

    `project` is in the ids, so it must be the same in every clone; by default it is the name of the Git repository at
    `origin`, else of the root folder.
    """

    by = "import dvc"

    def __init__(self, path: str | Path = ".", project: str = "") -> None:
        self._path = Path(path).absolute()
        folders = (self._path, *self._path.parents)
        self._root = next((folder for folder in folders if (folder / ".dvc").is_dir()), self._path)
        self._project = project or _origin(self._root) or self._root.name
        self._files = sorted(_files(self._path))
        if not self._files:
            raise InvalidInput(f"{str(path)!r} has no dvc.lock and no *.dvc file; name {_WHAT}", field="path")

    def items(self, lookup: Lookup) -> Iterator[Item]:
        """Yield what each stage has read and written; what one reads that another one writes comes from that one."""
        parts = [
            part
            for file in self._files
            for part in (self._pipeline(file) if file.name == "dvc.lock" else self._tracked(file))
        ]
        written = {part.artifact_id for part in parts if isinstance(part, CatalogEntry)}
        read = {part.entry.artifact_id: part.entry for part in parts if isinstance(part, _Read)}
        for artifact_id in written & read.keys():
            del read[artifact_id]
        known = dict(zip(read, lookup(list(read)), strict=True))
        for part in parts:
            if not isinstance(part, _Read):
                yield part
            elif part.entry.artifact_id in read:
                yield _with_known(part.entry, known[part.entry.artifact_id])

    def _pipeline(self, file: Path) -> Iterator[Item | _Read]:
        lock = as_json(read_object(file, _WHAT))
        described = file.with_name("dvc.yaml")
        pipeline = as_json(read_object(described, _WHAT)) if described.exists() else {}
        roles = _roles(pipeline)
        # Version 1 of the file has the stages at its top.
        for name, stage in lock.get("stages", lock).items():
            group, _, key = name.partition("@")
            wdir = _wdir((pipeline.get("stages") or {}).get(group) or {}, key)
            if "${" in wdir:
                yield LeftOut(f"stage {name} of {self._name(described)}", f"its wdir, {wdir}, cannot be resolved")
            else:
                yield from self._stage(file.parent / wdir, name, stage, roles, file)
        for name, definition in (pipeline.get("stages") or {}).items():
            if not any(each.partition("@")[0] == name for each in lock.get("stages", lock)):
                state = "is frozen or" if definition.get("frozen") else "is"
                yield LeftOut(
                    f"stage {name} of {self._name(described)}", f"it {state} not in dvc.lock; run `dvc repro`"
                )

    def _stage(
        self, folder: Path, name: str, stage: Mapping[str, Any], roles: Mapping[str, dict[str, Any]], file: Path
    ) -> Iterator[Item | _Read]:
        parents = []
        for each in stage.get("deps", ()):
            entry = self._entry(folder, each, _role(roles, each["path"]))
            if entry is None:
                yield LeftOut(f"{each['path']}, which stage {name} reads", "the lock has no checksum of it")
            else:
                yield _Read(entry)
                parents.append(entry.artifact_id)
        step = name if file.parent == self._root else f"{self._name(file.parent)}:{name}"
        values = [numbers for numbers in (stage.get("params") or {}).values() if numbers]
        params = {key: value for each in values for key, value in each.items()}
        outputs = []
        metrics: dict[str, Any] = {}
        for each in stage.get("outs", ()):
            role = _role(roles, each["path"])
            entry = self._entry(folder, each, role)
            if entry is None:
                yield LeftOut(f"{each['path']}, which stage {name} writes", "the lock has no checksum of it")
                continue
            outputs.append(entry)
            if role.get("type") == "Metrics":
                numbers = _metrics(folder / each["path"], each)
                metrics |= numbers or {}
                if numbers is None:
                    yield LeftOut(f"numbers in {entry.name}", "the file is not as dvc.lock has it; run `dvc checkout`")
        for entry in outputs:
            entry.parent_ids = [i for i in dict.fromkeys(parents) if i != entry.artifact_id]
            entry.source_step, entry.source_pipeline = step, self._project
            entry.metadata |= set_values(params=params, metrics=metrics)
            entry.metadata["dvc"] |= set_values(cmd=stage.get("cmd"))
            yield entry

    def _tracked(self, file: Path) -> Iterator[Item]:
        """Yield what a `*.dvc` file tracks; it may come from a URL or from another repository."""
        tracked = as_json(read_object(file, _WHAT))
        folder = file.parent / tracked.get("wdir", ".")
        parents = []
        for each in tracked.get("deps") or ():
            repository = each.get("repo") or {}
            place = f"{repository['url']}:{each['path']}" if repository else str(each["path"])
            mark = repository.get("rev_lock") or next((each[key] for key in _CHECKSUMS if key in each), "")
            parents.append(f"dvc:{place}@{mark}")
            yield CatalogEntry(
                artifact_id=parents[-1],
                name=place,
                artifact_type="Dataset",
                uri=repository.get("url") or place,
                metadata={"dvc": as_json(each)},
            )
        for each in tracked.get("outs") or ():
            details = set_values(type=tracked.get("type"), desc=each.get("desc") or tracked.get("desc"))
            entry = self._entry(folder, each, {**details, "meta": {**(tracked.get("meta") or {})}})
            if entry is None:
                yield LeftOut(f"{each['path']} of {self._name(file)}", "the file has no checksum of it")
            else:
                entry.parent_ids = parents
                yield entry

    def _entry(self, folder: Path, file: Mapping[str, Any], role: Mapping[str, Any]) -> CatalogEntry | None:
        """Return the entry of a file or folder of a lock; `None` if it has no checksum."""
        checksum = next((f"{key}:{file[key]}" for key in _CHECKSUMS if file.get(key)), "")
        if not checksum:
            return None
        name = self._name(folder / file["path"]) if "://" not in file["path"] else file["path"]
        kind = "Code" if Path(name).suffix.lower() in _CODE else "Dataset"
        labels = [str(label) for label in role.get("labels") or ()]
        return CatalogEntry(
            artifact_id=f"dvc:{self._project}:{name}@{checksum.partition(':')[2]}",
            name=name,
            artifact_type=_type(str(role.get("type") or kind)),
            content_hash=checksum,
            tags=dict.fromkeys(labels, True),
            metadata={
                "dvc": set_values(size=file.get("size"), files=file.get("nfiles"), meta=role.get("meta")),
                **set_values(description=role.get("desc")),
            },
        )

    def _name(self, path: Path) -> str:
        """Return a path as it is called from the root of the repository."""
        return posixpath.normpath(os.path.relpath(path, self._root).replace(os.sep, "/"))


def _with_known(entry: CatalogEntry, known: CatalogEntry | None) -> CatalogEntry:
    """Return the entry of what a stage has read, with what an earlier import has kept of the stage that wrote it."""
    if known is None:
        return entry
    kind = known.artifact_type if entry.artifact_type == "Dataset" else entry.artifact_type
    kept = known.metadata.get("dvc")
    details = {**(kept if isinstance(kept, dict) else {}), **entry.metadata["dvc"]}
    return replace(entry, artifact_type=kind, metadata={**entry.metadata, "dvc": details})


def _type(word: str) -> str:
    """Return the type of the catalog for one of DVC: `model` is `Model`, `dataset` is `Dataset`."""
    return word[:1].upper() + word[1:]


def _roles(pipeline: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return by path what dvc.yaml says of outputs: metrics, plots, and its `artifacts`. Templates become `*`."""
    roles: dict[str, dict[str, Any]] = {}
    stages = [stage.get("do") or stage for stage in (pipeline.get("stages") or {}).values()]
    for part in [*stages, pipeline]:
        for key, kind in (("plots", "Plot"), ("metrics", "Metrics")):
            listed = part.get(key) or ()
            for each in listed if isinstance(listed, list) else [listed]:
                paths = [each] if isinstance(each, str) else list(each)
                roles |= {re.sub(r"\$\{.*?\}", "*", path): {"type": kind} for path in paths}
    for artifact in (pipeline.get("artifacts") or {}).values():
        roles[artifact["path"]] = artifact
    return roles


def _role(roles: Mapping[str, dict[str, Any]], path: str) -> dict[str, Any]:
    return roles.get(path) or next((role for pattern, role in roles.items() if fnmatchcase(path, pattern)), {})


def _wdir(definition: Mapping[str, Any], key: str) -> str:
    """Return the folder of a stage, with the values of the `key` behind its `@`; other templates stay."""
    each, matrix = definition.get("foreach"), definition.get("matrix")
    values: dict[str, Any] = {}
    if isinstance(each, list):
        values = {"item": key}
    elif isinstance(each, dict):
        values = {"key": key, **_flat("item", each.get(key))}
    elif isinstance(matrix, dict) and all(isinstance(each, list) for each in matrix.values()):
        combinations = [dict(zip(matrix, each, strict=True)) for each in product(*matrix.values())]
        items = [each for each in combinations if "-".join(map(_as_text, each.values())) == key]
        values = {"key": key, **_flat("item", items[0] if len(items) == 1 else None)}
    wdir = str((definition.get("do") or definition).get("wdir") or ".")
    return re.sub(r"\$\{\s*([^}]*?)\s*\}", lambda match: _as_text(values.get(match[1], match[0])), wdir)


def _flat(name: str, value: Any) -> dict[str, Any]:
    """Return the values that templates name: `item`, or `item.name` of an object."""
    if isinstance(value, dict):
        return {path: each for key, inner in value.items() for path, each in _flat(f"{name}.{key}", inner).items()}
    return {} if value is None or isinstance(value, list) else {name: value}


def _as_text(value: Any) -> str:
    """Return a value as DVC puts it into a text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _metrics(path: Path, file: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the numbers in a file of metrics; `None` if it is not there, or not the one that the lock describes."""
    try:
        content = path.read_bytes()
        # DVC before 3.0 counted the ends of lines of text as Unix has them.
        texts = {content, content.replace(b"\r\n", b"\n")}
        if file.get("md5") not in {hashlib.md5(text, usedforsecurity=False).hexdigest() for text in texts}:
            return None
        return numbers_of(as_json(read_object(path, "a file of metrics")))
    except (OSError, InvalidInput):
        return None


def _files(folder: Path) -> Iterator[Path]:
    """Yield each `dvc.lock` and `*.dvc` below a folder."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED)
        for name in names:
            if name == "dvc.lock" or (name.endswith(".dvc") and name != ".dvc"):
                yield Path(place, name)


def _origin(root: Path) -> str:
    """Return the name of the Git repository at `origin`; empty if there is none."""
    try:
        configuration = (root / ".git" / "config").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
    url = re.search(r'\[remote "origin"\][^\[]*?url\s*=\s*(\S+)', configuration)
    return re.split(r"[/:]", url[1].rstrip("/").removesuffix(".git"))[-1] if url else ""
