"""Rules of two texts: what one of them leaves open does not reach into the other, nor let what offends go unseen."""

from __future__ import annotations

from typing import Any

import pytest

from catalog_graph.backends.base import CatalogBackend
from tests.support.entries import artifact

OPEN = '"raw OR type:Dataset'
"""A quote that nobody closed is a plain sign: this chooses every dataset."""


@pytest.mark.parametrize(
    "rule",
    [
        {"rule": "approved", "tag": "approved_by", "of": "ancestors", "by": ["ann"], "where": OPEN},
        {"rule": "approved", "tag": "approved_by", "of": "sources", "by": ["ann"], "where": OPEN},
        {"rule": "every", "of": OPEN, "query": 'owner:"ann"'},
        {"rule": "every", "of": "type:Dataset OR x\\", "query": "owner:ann"},
        {"rule": "hashed", "where": OPEN},
        {"rule": "hashed", "where": "type:Dataset OR x\\"},
    ],
)
def test_each_text_is_read_by_itself(backend: CatalogBackend, rule: dict[str, Any]) -> None:
    backend.register_many([artifact("data"), artifact("model", "data", artifact_type="Model")])
    [result] = backend.check_promotion("model", {"rules": [rule]}).results
    assert (result.outcome, [each.card.artifact_id for each in result.offenders]) == ("fail", ["data"])


@pytest.mark.parametrize("where", ["type:Model", "license:open OR x\\", '"data'])
def test_what_is_not_chosen_does_not_offend(backend: CatalogBackend, where: str) -> None:
    backend.register_many([artifact("data"), artifact("model", "data", artifact_type="Model")])
    rules = [
        {"rule": "approved", "tag": "approved_by", "of": "ancestors", "by": ["ann"], "where": where},
        {"rule": "every", "of": where, "query": "owner:ann"},
        {"rule": "hashed", "where": where},
    ]
    assert backend.check_promotion("model", {"rules": rules}).passed
