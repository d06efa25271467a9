"""Methods of `ArtifactCatalog` for seals."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from catalog_graph.backends.base import CatalogBackend

if TYPE_CHECKING:
    from catalog_graph.seals.card import SealCard
    from catalog_graph.seals.envelope import SealSource
    from catalog_graph.seals.keys import KeySource
    from catalog_graph.seals.statement import Writer
    from catalog_graph.seals.verification import Verification


class CatalogSeals:
    """Signed statements of what artifacts were made from. All but `seals` and `seal_file` need the extra `sign`."""

    _backend: CatalogBackend

    def seal(
        self,
        artifact_id: str,
        key: KeySource,
        *,
        by: str = "",
        allow_unregistered: bool = False,
        exact: bool = False,
    ) -> bytes:
        """Sign what an artifact (an id or a reference) was made from, keep the seal beside it, and return its file.

        `key` is a private Ed25519 key: the path of a PEM file, `env:NAME`, or the PEM text. It stays here, also if the
        catalog is a service. `by` says who seals. Raises `NotFound`, `InvalidInput` for a wrong key, and `Conflict` if
        the ancestry has a cycle, changes meanwhile, or has artifacts that are not registered; with
        `allow_unregistered`, the seal names these.
        """
        file = BytesIO()
        self._backend.write_seal(artifact_id, key, file, by=by, allow_unregistered=allow_unregistered, exact=exact)
        return file.getvalue()

    def write_seal(
        self,
        artifact_id: str,
        key: KeySource,
        file: Writer | None,
        *,
        by: str = "",
        allow_unregistered: bool = False,
        exact: bool = False,
    ) -> SealCard:
        """Seal an artifact as `seal` does, write the seal to a file as it is made, and return its card.

        This keeps the text of a large ancestry out of memory. `None` writes no file: the catalog keeps the seal.
        """
        return self._backend.write_seal(
            artifact_id, key, file, by=by, allow_unregistered=allow_unregistered, exact=exact
        )

    def seals(self, artifact_id: str, *, limit: int = 100, exact: bool = False) -> list[SealCard]:
        """Return the seals of an artifact, an id or a reference, the newest first. Raises `NotFound`."""
        return self._backend.seals(artifact_id, limit=limit, exact=exact)

    def seal_file(self, artifact_id: str, digest: str = "", *, exact: bool = False) -> bytes:
        """Return the content of the file of a seal: the newest, or the one with this digest. Raises `NotFound`."""
        return self._backend.seal_file(artifact_id, digest, exact=exact)

    def verify(self, seal: SealSource, key: KeySource | Sequence[KeySource]) -> Verification:
        """Verify a seal with a public key, or any of several, and compare it with the present catalog.

        `seal` is the content of the file, or its path. `verify_seal` does the same without a catalog. Raises
        `InvalidInput` if the file is no seal or a key is none.
        """
        return self._backend.verify(seal, key)
