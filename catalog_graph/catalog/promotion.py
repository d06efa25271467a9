"""Methods of `ArtifactCatalog` for aliases and promotion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog_graph.aliases import ANYTHING, Alias, AliasMove, Expected
from catalog_graph.backends.base import CatalogBackend

if TYPE_CHECKING:
    from catalog_graph.policy import Policy
    from catalog_graph.promotion.report import PromotionReport
    from catalog_graph.seals.keys import KeySource


class CatalogPromotion:
    """Aliases such as `champion`, each of which points to one artifact of a name at a time, and the promotion gate."""

    _backend: CatalogBackend

    def set_alias(
        self,
        name: str,
        alias: str,
        artifact_id: str,
        *,
        expected: Expected = ANYTHING,
        by: str = "",
        exact: bool = False,
        idempotency_key: str = "",
    ) -> AliasMove:
        """Point `name@alias` to an artifact (an id or a reference), which must be registered under this name.

        With `expected`, the artifact that must hold it now (an id or a reference; `None`: the alias must be free), the
        alias moves only if that is so, else `AliasConflict` names the holder. `by` says who moves it. The same call
        with the same `idempotency_key` moves it once within 24 hours, and gets the same result. Raises `NotFound`,
        `InvalidInput`.
        """
        return self._backend.set_alias(
            name, alias, artifact_id, expected=expected, by=by, exact=exact, idempotency_key=idempotency_key
        )

    def unset_alias(
        self,
        name: str,
        alias: str,
        *,
        expected: str | Any = ANYTHING,
        by: str = "",
        exact: bool = False,
        idempotency_key: str = "",
    ) -> AliasMove:
        """Unset `name@alias`; `before` in the result is the artifact that held it, `None` if none did."""
        return self._backend.unset_alias(
            name, alias, expected=expected, by=by, exact=exact, idempotency_key=idempotency_key
        )

    def alias(self, name: str, alias: str) -> str | None:
        """Return the id of the artifact that `name@alias` points to, else `None`."""
        return self._backend.alias(name, alias)

    def aliases(
        self, name: str | None = None, *, artifact_id: str | None = None, limit: int = 1000, exact: bool = False
    ) -> list[Alias]:
        """Return the aliases that are set, by name and alias: all, those of a name, or those of an artifact.

        `artifact_id` may be a reference, unless `exact`.
        """
        return self._backend.aliases(name, artifact_id=artifact_id, limit=limit, exact=exact)

    def alias_history(self, name: str, alias: str | None = None, *, limit: int = 100) -> list[AliasMove]:
        """Return the moves of an alias (or any alias) of a name, the last first: from and to what, by whom, when."""
        return self._backend.alias_history(name, alias, limit=limit)

    def check_promotion(
        self,
        artifact_id: str,
        policy: Policy | Mapping[str, Any] | str | Path,
        *,
        alias: str | None = None,
        exact: bool = False,
    ) -> PromotionReport:
        """Check an artifact and its ancestry against a policy; nothing changes.

        `policy` is a `Path` to a YAML file, a text of YAML, or an object with the content of such a file;
        `docs/promotion.md` has every rule. The artifact is compared with the holder of `alias`, or else of the policy's
        own alias. Raises `NotFound`, and `InvalidPolicy` with the line and key of the mistake.
        """
        return self._backend.check_promotion(artifact_id, _read(policy), alias=alias, exact=exact)

    def promote(
        self,
        artifact_id: str,
        alias: str,
        policy: Policy | Mapping[str, Any] | str | Path,
        *,
        by: str = "",
        sign: KeySource | None = None,
        allow_unregistered: bool = False,
        exact: bool = False,
    ) -> PromotionReport:
        """Check an artifact, and point the alias to it if every rule passes: `promoted` in the report.

        The state that is checked is the state that is promoted: if anything about it changes meanwhile, or the alias
        moves, the alias stays, and a last result says so. With `sign`, a private key as `seal` takes it, the lineage,
        the policy and the report are sealed, the seal is kept with the move, and its card is `seal` in the report; the
        method `seal` documents its errors and `allow_unregistered`. Raises as `check_promotion` does.
        """
        rules = _read(policy)
        if sign is None:
            return self._backend.promote(artifact_id, alias, rules, by=by, exact=exact)
        from catalog_graph.seals.keys import signer

        own = signer(sign, "sign")
        own_id = self._backend.resolve(artifact_id, exact=exact)
        report = self._backend.check_promotion(own_id, rules, alias=alias, exact=True)
        if not report.passed:
            return report
        seal, card = self._backend.signed_statement(
            own_id, own, alias=alias, policy=rules, by=by, allow_unregistered=allow_unregistered, exact=True
        )
        report = self._backend.promote(own_id, alias, rules, by=by, seal=seal, exact=True)
        return replace(report, seal=card) if report.promoted else report


def _read(policy: Policy | Mapping[str, Any] | str | Path) -> Policy | Mapping[str, Any] | str:
    from catalog_graph.policy import load_policy

    return load_policy(policy) if isinstance(policy, Path) else policy
