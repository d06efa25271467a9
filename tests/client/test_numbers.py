"""Numbers of NumPy in tags and metadata: those that Python has too are taken as they are."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import numpy as np
import pytest

from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.catalog.catalog import ArtifactCatalog
from catalog_graph.errors import InvalidInput

SCALARS = [
    (np.float32(0.1), 0.10000000149011612),
    (np.float16(0.5), 0.5),
    (np.float64(0.1), 0.1),
    (np.int64(2**53 + 1), 2**53 + 1),
    (np.uint8(7), 7),
    (np.bool_(True), True),
    (np.str_("a"), "a"),
    (np.array(3), 3),
]


@pytest.mark.parametrize(("value", "kept"), SCALARS)
def test_a_single_value_is_what_it_is_in_python(local_backend: LocalCatalogBackend, value: Any, kept: Any) -> None:
    catalog = ArtifactCatalog(local_backend)
    nested = {"x": value, "deep": {"list": [1, (value, "text")]}}
    artifact_id = catalog.register("n", "Model", tags=nested, metadata=nested)
    entry = catalog.get(artifact_id)
    assert entry is not None
    assert entry.tags == entry.metadata == {"x": kept, "deep": {"list": [1, [kept, "text"]]}}
    assert json.dumps(entry.tags["x"]) == json.dumps(kept)
    assert catalog.tag(artifact_id, y=value).tags["y"] == kept
    assert nested["x"] is value


@pytest.mark.parametrize(
    ("value", "advice"),
    [
        (np.float32("nan"), "is nan, which JSON cannot express"),
        (np.array([1.0]), r"a ndarray.*\.tolist\(\)"),
        (np.longdouble(1) / 3, "longdouble"),
        (np.uint64(2**64 - 1), "of more than 64 bits"),
        (np.complex64(1j), "complex64"),
        (np.datetime64("2026-01-01"), "datetime64"),
        (date(2026, 1, 1), r"a date.*\.isoformat\(\)"),
        ({1, 2}, "a set.*write it as a list"),
        (object(), "an? object.*write it as text, a number"),
    ],
)
def test_what_python_has_no_value_for_is_refused_with_advice(
    local_backend: LocalCatalogBackend, value: Any, advice: str
) -> None:
    ring: dict[str, Any] = {"x": np.float32(1)}
    ring["again"] = ring
    with pytest.raises(InvalidInput, match="nested"):
        ArtifactCatalog(local_backend).register("n", "Model", tags=ring)
    with pytest.raises(InvalidInput, match=advice) as caught:
        ArtifactCatalog(local_backend).register("n", "Model", tags={"x": value})
    assert "tags" in caught.value.message
