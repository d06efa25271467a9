"""Promotion, as every backend decides it: a policy is checked, and an alias moves only if every rule passes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from catalog_graph.aliases import checked_alias, checked_by
from catalog_graph.backends.references import exactly

if TYPE_CHECKING:
    from catalog_graph.policy import Policy
    from catalog_graph.promotion.report import PromotionReport
    from catalog_graph.seals.envelope import Envelope, SealSource


class PromotionInterface(ABC):
    """Checks of artifacts against policies, and the promotion of those that pass."""

    # ---- implemented by each backend

    @abstractmethod
    def _check_promotion(self, artifact_id: str, policy: Policy, alias: str | None) -> PromotionReport:
        """Return the report on an artifact (an id or a reference), compared with the holder of `alias` if any."""

    @abstractmethod
    def _promote(self, artifact_id: str, alias: str, policy: Policy, by: str, seal: Envelope | None) -> PromotionReport:
        """Check an artifact (an id or a reference), and move the alias to it if every rule passes; keep the seal."""

    # ---- the interface

    def check_promotion(
        self,
        artifact_id: str,
        policy: Policy | Mapping[str, Any] | str,
        *,
        alias: str | None = None,
        exact: bool = False,
    ) -> PromotionReport:
        """Check an artifact and its ancestry against a policy; nothing changes.

        `policy` is a `Policy`, an object with the content of a policy file, or a text of YAML (`policy.load_policy`
        reads a file). The artifact is compared with the holder of `alias`, or else of the policy's own alias, under the
        same name. Raises `NotFound`, `InvalidPolicy`.
        """
        from catalog_graph.policy import read_policy

        rules = read_policy(policy)
        reference = exactly(artifact_id, exact)
        return self._check_promotion(reference, rules, checked_alias(alias) if alias is not None else rules.alias)

    def promote(
        self,
        artifact_id: str,
        alias: str,
        policy: Policy | Mapping[str, Any] | str,
        *,
        by: str = "",
        seal: SealSource | Envelope | None = None,
        exact: bool = False,
    ) -> PromotionReport:
        """Check an artifact, and point the alias to it if every rule passes.

        The state that is checked is the state that is promoted: if the artifact, its ancestry, the artifact that it is
        compared with or the alias changes meanwhile, the alias stays, and a last result says so. `by` says who
        promotes. A `seal` of the artifact for this alias is kept with the move; if it does not hold any more, the alias
        stays too. Raises as `check_promotion` does.
        """
        from catalog_graph.policy import read_policy

        reference, rules = exactly(artifact_id, exact), read_policy(policy)
        return self._promote(reference, checked_alias(alias), rules, checked_by(by), _envelope(seal))


def _envelope(seal: SealSource | Envelope | None) -> Envelope | None:
    from catalog_graph.seals.envelope import Envelope, read_envelope

    return seal if seal is None or isinstance(seal, Envelope) else read_envelope(seal)
