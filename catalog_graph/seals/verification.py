"""The verification of a seal: its signature, its own consistency, and the present catalog."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from catalog_graph.answers.base import AnswerPart
from catalog_graph.errors import CatalogError, CycleRefused, InvalidInput
from catalog_graph.forms import Forms, Section, instant
from catalog_graph.seals.card import SealCard
from catalog_graph.seals.deviation import Deviation, deviations, vanished
from catalog_graph.seals.envelope import SealSource, read_envelope
from catalog_graph.seals.keys import KeySource, public_keys
from catalog_graph.seals.statement import Statement, read_statement

Outcome = Literal["pass", "fail", "undecided"]
MAX_DEVIATIONS = 100


@dataclass(frozen=True, slots=True)
class SealCheck(AnswerPart):
    """One check of a seal."""

    name: str
    """`signature`, `statement`, or `catalog`."""
    outcome: Outcome
    reason: str


@dataclass(frozen=True)
class Verification(AnswerPart, Forms):
    """The checks of a seal, and what has changed in the catalog since it was made."""

    derived: ClassVar[tuple[str, ...]] = ("outcome",)

    seal: SealCard | None
    """`None` if its statement cannot be read or its signature does not verify: then nothing in it is to be trusted."""
    keyid: str | None
    """Id of the public key that made the signature."""
    checks: list[SealCheck]
    deviations: list[Deviation]
    """The first artifacts that changed, appeared or vanished since, sources first."""
    total: int
    """Number of all these artifacts."""
    claims_changed: list[str]
    """Ids of the first sealed artifacts whose tags or metadata changed since; this breaks no seal."""

    @property
    def outcome(self) -> Outcome:
        """`fail` if any check fails, else `undecided` if any is undecided, else `pass`."""
        outcomes = {check.outcome for check in self.checks}
        return "fail" if "fail" in outcomes else "undecided" if "undecided" in outcomes else "pass"

    @property
    def holds(self) -> bool:
        """True if every check passes."""
        return self.outcome == "pass"

    @property
    def first(self) -> Deviation | None:
        """The first artifact that changed, appeared or vanished; `None` if none did, or nothing was compared."""
        return self.deviations[0] if self.deviations else None

    def _headline(self) -> str:
        if self.seal is None:
            return "The seal does not hold."
        verdict = {"pass": "holds", "fail": "does not hold", "undecided": "could not be verified"}[self.outcome]
        return f"The seal of {self.seal.artifact_id} {verdict}."

    def _sections(self) -> list[Section]:
        sections = [Section("", ("check", "outcome", "reason"), [(c.name, c.outcome, c.reason) for c in self.checks])]
        if seal := self.seal:
            facts = [
                ("sealed at", instant(seal.sealed_at)),
                ("sealed by", seal.sealed_by),
                ("alias", seal.alias or ""),
                ("artifacts", f"{seal.artifacts:,}"),
                ("root", seal.root),
                ("key", self.keyid or ""),
            ]
            sections.append(Section("The seal", ("", ""), [fact for fact in facts if fact[1]]))
        return sections

    def text(self) -> str:
        """Return a line for each check, and the first deviations."""
        lines = [self._headline(), *(f"  {check.outcome:9}  {check.name}: {check.reason}" for check in self.checks)]
        if len(self.deviations) > 1:
            lines += ["Changed since, sources first:", *(f"  {each.sentence}" for each in self.deviations[:10])]
            if (more := self.total - 10) > 0:
                lines.append(f"  … {more:,} more")
        if self.claims_changed:
            shown = ", ".join(self.claims_changed[:5])
            lines.append(f"Tags or metadata changed since, which breaks no seal: {shown}")
        return "\n".join(lines)


def verify_seal(
    seal: SealSource,
    key: KeySource | Sequence[KeySource],
    present: Callable[[str], Statement | CatalogError] | None = None,
) -> Verification:
    """Verify a seal, the content or the path of its file, with a public key or any of several.

    Without `present` this needs no catalog. `present` returns the statement that a catalog would make now of the
    artifact with this id, or the error why it can make none: `NotFound`, or `CycleRefused`; all records are then in
    memory, without it none. Raises `InvalidInput` if the file is no seal or a key is none.
    """
    keys, envelope = public_keys(key), read_envelope(seal)
    keyid = envelope.verified_by(keys)
    if keyid is None:
        known = ", ".join(signature.keyid[:12] or "without an id" for signature in envelope.signatures)
        reason = f"its signature (key {known}) was not made with the given key, or it was altered since"
        return Verification(None, None, [SealCheck("signature", "fail", reason)], [], 0, [])
    checks = [SealCheck("signature", "pass", f"made with the key {keyid[:12]}")]
    try:
        sealed = read_statement(envelope.payload, keep=present is not None)
    except InvalidInput as error:
        return Verification(None, keyid, [*checks, SealCheck("statement", "fail", error.message)], [], 0, [])
    checks.append(
        SealCheck("statement", "pass", f"{sealed.artifacts:,} artifacts give the sealed root {sealed.root[:12]}")
    )
    result = Verification(SealCard.of(envelope, sealed), keyid, checks, [], 0, [])
    return result if present is None else _against(result, sealed, present(sealed.artifact_id))


def _against(offline: Verification, sealed: Statement, present: Statement | CatalogError) -> Verification:
    """Return a verification that compares with the present statement too."""
    if isinstance(present, CycleRefused):
        return replace(offline, checks=[*offline.checks, SealCheck("catalog", "fail", present.message)])
    records = {} if isinstance(present, CatalogError) else present.records
    changed = deviations(sealed.records, records) if records else [vanished(sealed.records[sealed.artifact_id])]
    now = {} if isinstance(present, CatalogError) else present.claims
    claims = [i for i, digest in sealed.claims.items() if now.get(i, digest) != digest]
    return replace(
        offline,
        checks=[*offline.checks, _compared(changed)],
        deviations=changed[:MAX_DEVIATIONS],
        total=len(changed),
        claims_changed=claims[:MAX_DEVIATIONS],
    )


def _compared(changed: Sequence[Deviation]) -> SealCheck:
    if not changed:
        return SealCheck("catalog", "pass", "the catalog has the same lineage")
    count = "1 artifact is" if len(changed) == 1 else f"{len(changed):,} artifacts are"
    return SealCheck("catalog", "fail", f"{count} not as sealed; the first: {changed[0].sentence}")
