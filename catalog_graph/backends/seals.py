"""Seals, as every backend makes, keeps and verifies them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from catalog_graph import checks
from catalog_graph.aliases import checked_alias, checked_by
from catalog_graph.backends.references import exactly
from catalog_graph.errors import CatalogError, CycleRefused, InvalidInput, NotFound

if TYPE_CHECKING:
    from catalog_graph.policy import Policy
    from catalog_graph.seals.card import SealCard
    from catalog_graph.seals.envelope import Envelope, SealSource
    from catalog_graph.seals.keys import KeySource
    from catalog_graph.seals.statement import Statement, Writer
    from catalog_graph.seals.verification import Verification


@dataclass(frozen=True, slots=True)
class StatementRequest:
    """The request for a statement: its content beside the lineage, with checked values."""

    alias: str | None = None
    policy: Policy | None = None
    by: str = ""
    allow_unregistered: bool = False


class SealInterface(ABC):
    """Statements about the ancestry of artifacts, and the seals that catalogs keep."""

    # ---- implemented by each backend

    @abstractmethod
    def _write_statement(self, file: Writer, artifact_id: str, request: StatementRequest) -> Statement:
        """Write the statement about an artifact (an id or a reference), and return it without records.

        Raises as `statement` does.
        """

    @abstractmethod
    def _keep_seal(self, envelope: Envelope, card: SealCard) -> None:
        """Keep a seal, unless it is kept already. Raises `NotFound` if its artifact is not registered."""

    @abstractmethod
    def _seals(self, artifact_id: str, limit: int) -> list[SealCard]:
        """Return the newest seals of an artifact (an id or a reference). Raises `NotFound`."""

    @abstractmethod
    def _seal(self, artifact_id: str, digest: str) -> Envelope | None:
        """Return a seal of an artifact (an id or a reference) by its digest; `None` if there is none."""

    # ---- the interface

    def write_statement(
        self,
        file: Writer,
        artifact_id: str,
        *,
        alias: str | None = None,
        policy: Policy | Mapping[str, Any] | str | None = None,
        by: str = "",
        allow_unregistered: bool = False,
        exact: bool = False,
    ) -> Statement:
        """Write the text that a seal of an artifact and its whole ancestry signs; nothing is kept.

        `docs/reference/seals.md` describes it. With a `policy`, whose rules must all pass, it has that and the report;
        `by` says who seals. Raises `NotFound`; `Conflict` if the ancestry has a cycle, changes meanwhile, has artifacts
        that are not registered without `allow_unregistered`, or if a rule does not pass. What was written before an
        error is of no use.
        """
        from catalog_graph.policy import read_policy

        request = StatementRequest(
            None if alias is None else checked_alias(alias),
            None if policy is None else read_policy(policy),
            checked_by(by),
            allow_unregistered,
        )
        return self._write_statement(file, exactly(checks.checked_id(artifact_id), exact), request)

    def statement(self, artifact_id: str, **request: Any) -> bytes:
        """Return the text that `write_statement` writes."""
        text = BytesIO()
        self.write_statement(text, artifact_id, **request)
        return text.getvalue()

    def signed_statement(self, artifact_id: str, signer: Any, **request: Any) -> tuple[Envelope, SealCard]:
        """Sign what `write_statement` writes with a `CryptoSigner`; return the seal and its card. Nothing is kept."""
        from catalog_graph.seals.card import SealCard
        from catalog_graph.seals.envelope import signed
        from catalog_graph.seals.spool import Spool

        with Spool() as spool:
            statement = self.write_statement(spool, artifact_id, **request)
            envelope = signed(spool, signer)
        return envelope, SealCard.of(envelope, statement)

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
        """Sign what an artifact was made from, keep the seal beside it, write it to `file`, and return its card.

        Raises as `statement` does, and `InvalidInput` for a wrong key.
        """
        from catalog_graph.seals.keys import signer

        envelope, card = self.signed_statement(
            artifact_id, signer(key), by=by, allow_unregistered=allow_unregistered, exact=exact
        )
        self._keep_seal(envelope, card)
        if file is not None:
            for piece in envelope.pieces():
                file.write(piece)
        return card

    def keep_seal(self, seal: SealSource | Envelope, *, artifact_id: str | None = None) -> SealCard:
        """Keep a seal beside its artifact, once, and return its card. Its signature is not verified.

        Raises `InvalidInput` if it is no seal, contradicts itself, or is one of another artifact than `artifact_id`;
        `NotFound` if its artifact is not registered.
        """
        from catalog_graph.seals.card import SealCard
        from catalog_graph.seals.envelope import Envelope, read_envelope
        from catalog_graph.seals.statement import read_statement

        envelope = seal if isinstance(seal, Envelope) else read_envelope(seal)
        card = SealCard.of(envelope, read_statement(envelope.payload, keep=False))
        if artifact_id not in (None, card.artifact_id):
            raise InvalidInput(f"seal is one of {card.artifact_id!r}, not of {artifact_id!r}", field="seal")
        self._keep_seal(envelope, card)
        return card

    def seals(self, artifact_id: str, *, limit: int = 100, exact: bool = False) -> list[SealCard]:
        """Return the seals of an artifact, an id or a reference, the newest first. Raises `NotFound`."""
        reference = exactly(checks.checked_id(artifact_id), exact)
        return self._seals(reference, checks.checked_limit(limit))

    def seal_file(self, artifact_id: str, digest: str = "", *, exact: bool = False) -> bytes:
        """Return the content of the file of a seal: the newest, or the one with this digest. Raises `NotFound`."""
        return self.kept_seal(artifact_id, digest, exact=exact).text

    def kept_seal(self, artifact_id: str, digest: str = "", *, exact: bool = False) -> Envelope:
        """Return a seal of an artifact: the newest, or the one with this digest. Raises `NotFound`.

        Its `pieces` are those of the file that `seal_file` returns at once.
        """
        reference = exactly(checks.checked_id(artifact_id), exact)
        if not digest:
            newest = self._seals(reference, 1)
            if not newest:
                raise NotFound(f"artifact {artifact_id!r} has no seal: make one with `seal`", artifact_id=artifact_id)
            digest = newest[0].digest
        envelope = self._seal(reference, digest)
        if envelope is None:
            raise NotFound(f"artifact {artifact_id!r} has no seal {digest!r}", artifact_id=artifact_id)
        return envelope

    def verify(self, seal: SealSource, key: KeySource | Sequence[KeySource]) -> Verification:
        """Verify a seal with a public key, or any of several, and compare it with the present catalog.

        `verify_seal` does the same without a catalog. Raises `InvalidInput` if the file is no seal or a key is none.
        """
        from catalog_graph.seals.verification import verify_seal

        return verify_seal(seal, key, self._present)

    def _present(self, artifact_id: str) -> Statement | CatalogError:
        """Return the statement that a seal of an artifact would have now, or why there can be none."""
        from catalog_graph.seals.statement import read_statement

        try:
            return read_statement(self.statement(artifact_id, allow_unregistered=True, exact=True))
        except (NotFound, CycleRefused) as error:
            return error
