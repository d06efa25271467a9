"""Checks of CycloneDX documents by the validator of its own library."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cyclonedx.validation.json import JsonStrictValidator

SHA = "5e" * 32


@cache
def validator(spec_version: str) -> JsonStrictValidator:
    # The import takes three seconds, which collecting tests would take in each process.
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    return JsonStrictValidator(SchemaVersion.from_version(spec_version))


def valid(bom: dict[str, Any]) -> dict[str, Any]:
    """Return the components by id, after a check that the document is valid and its references end somewhere."""
    assert validator(bom["specVersion"]).validate_str(json.dumps(bom)) is None
    described = [bom["metadata"]["component"]] if "component" in bom["metadata"] else []
    components = {each["bom-ref"]: each for each in [*described, *bom["components"]]}
    assert len(components) == len(described) + len(bom["components"])
    dependencies = {each["ref"]: each["dependsOn"] for each in bom["dependencies"]}
    assert dependencies.keys() == components.keys() >= {i for ids in dependencies.values() for i in ids}
    assert sorted(i for each in bom["compositions"] for i in each["dependencies"]) == sorted(components)
    return components
