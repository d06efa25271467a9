"""Check the seals of artifacts that hold aliases: whether their lineage is as it was sealed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from catalog_graph.doctor.findings import Finding, good, noted
from catalog_graph.errors import CatalogError, CycleRefused

if TYPE_CHECKING:
    from catalog_graph.aliases import Alias
    from catalog_graph.backends.base import CatalogBackend
    from catalog_graph.backends.default import CatalogTarget
    from catalog_graph.seals.card import SealCard

MAX_ALIASES = 20
"""Aliases whose seals are looked at."""
MAX_ARTIFACTS = 5_000
"""Sealed artifacts that are read, of all seals together: about a second."""
SECONDS = 2.0
"""Time after which no further seal is checked."""


def examine(target: CatalogTarget) -> Iterator[Finding]:
    """Yield the finding about seals; none if no alias has any."""
    try:
        with target.open() as backend:
            yield from _findings(backend)
    except CatalogError as error:
        yield noted("seals", f"they cannot be checked: {error.message}")


def _findings(backend: CatalogBackend) -> Iterator[Finding]:
    aliases = backend.aliases(limit=MAX_ALIASES + 1)
    sealed = [(alias, card) for alias in aliases[:MAX_ALIASES] for card in _newest(backend, alias)]
    if not sealed:
        return
    end, room, checked, broken = time.monotonic() + SECONDS, MAX_ARTIFACTS, 0, list[str]()
    for alias, card in sealed:
        if card.artifacts <= room and time.monotonic() < end:
            checked, room = checked + 1, room - card.artifacts
            if not _holds(backend, card):
                broken.append(f"{alias.name}@{alias.alias}")
    looked_at = f"the first {MAX_ALIASES}" if len(aliases) > MAX_ALIASES else f"{len(aliases)}"
    count = f"{len(sealed)} of {looked_at} aliases have a seal; the lineage of {checked} was read"
    if broken:
        yield noted(
            "seals",
            f"{count}, and that of {', '.join(broken)} is not as it was sealed",
            f"name what changed: catalog-graph seals {broken[0]} --output seal.json; catalog-graph verify seal.json "
            "--key PUB --compare",
        )
    else:
        yield good("seals", f"{count}, and is as it was sealed")


def _newest(backend: CatalogBackend, alias: Alias) -> list[SealCard]:
    return backend.seals(alias.artifact_id, limit=1, exact=True)


def _holds(backend: CatalogBackend, card: SealCard) -> bool:
    """Return True if the present lineage of an artifact has the root of its seal; no signature is verified."""
    try:
        present = backend.write_statement(_Nowhere(), card.artifact_id, allow_unregistered=True, exact=True)
    except CycleRefused:
        return False
    return present.root == card.root


class _Nowhere:
    """A file that keeps nothing."""

    def write(self, data: bytes, /) -> int:
        return len(data)
