"""What people ask of an `ArtifactCatalog` before and when an artifact goes to production: aliases and the gate."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog_graph.aliases import ANYTHING, Alias, AliasMove, Expected
from catalog_graph.backends.base import CatalogBackend

if TYPE_CHECKING:
    from catalog_graph.policy import Policy
    from catalog_graph.promotion.report import PromotionReport


class Releases:
    """Aliases such as `champion`, each of which points to one artifact of a name at a time, and how they are given."""

    _backend: CatalogBackend

    def set_alias(
        self, name: str, alias: str, artifact_id: str, *, expected: Expected = ANYTHING, by: str = ""
    ) -> AliasMove:
        """Point `name@alias` to an artifact (an id or a reference), which has to be registered under that name.

        With `expected`, the artifact that has to hold it now (an id or a reference; `None`: it has to be free), it is
        moved only if that is so, else `AliasConflict` names who holds it. `by` says who moves it. Raises `NotFound`,
        `InvalidInput`.
        """
        return self._backend.set_alias(name, alias, artifact_id, expected=expected, by=by)

    def unset_alias(self, name: str, alias: str, *, expected: str | Any = ANYTHING, by: str = "") -> AliasMove:
        """Let `name@alias` point to nothing; `before` in the answer is what held it, `None` if nothing did."""
        return self._backend.unset_alias(name, alias, expected=expected, by=by)

    def alias(self, name: str, alias: str) -> str | None:
        """The id of the artifact that `name@alias` points to, else `None`."""
        return self._backend.alias(name, alias)

    def aliases(self, name: str | None = None, *, artifact_id: str | None = None, limit: int = 1000) -> list[Alias]:
        """The aliases that are set, by name and alias: all, those of a name, or those that an artifact carries.

        `artifact_id` may be a reference.
        """
        return self._backend.aliases(name, artifact_id=artifact_id, limit=limit)

    def alias_history(self, name: str, alias: str | None = None, *, limit: int = 100) -> list[AliasMove]:
        """Who moved an alias (or any alias) of a name from what to what, and when; the last move first."""
        return self._backend.alias_history(name, alias, limit=limit)

    def check_promotion(
        self, artifact_id: str, policy: Policy | Mapping[str, Any] | str | Path, *, alias: str | None = None
    ) -> PromotionReport:
        """What a policy says of an artifact and of everything that it came from; nothing is changed.

        `policy` is a `Path` to a YAML file, a text of YAML, or an object as such a file has it; `docs/promotion.md` has
        every rule. The artifact is compared with the one that holds `alias`, or else the policy's own alias. Raises
        `NotFound`, and `InvalidPolicy` with the line and key of what is wrong.
        """
        return self._backend.check_promotion(artifact_id, _read(policy), alias=alias)

    def promote(
        self, artifact_id: str, alias: str, policy: Policy | Mapping[str, Any] | str | Path, *, by: str = ""
    ) -> PromotionReport:
        """Check an artifact, and point the alias to it where every rule holds: `promoted` in the answer.

        What was checked is what is promoted: where anything about it has changed since it was looked at, or the alias
        has moved, the alias stays, and a last result says so. Raises as `check_promotion` does.
        """
        return self._backend.promote(artifact_id, alias, _read(policy), by=by)


def _read(policy: Policy | Mapping[str, Any] | str | Path) -> Policy | Mapping[str, Any] | str:
    from catalog_graph.policy import load_policy

    return load_policy(policy) if isinstance(policy, Path) else policy
