"""Metadata without an index compares as a tag of that name does."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from catalog_graph.artifact import CatalogEntry
from catalog_graph.query.language import parse
from catalog_graph.query.match import matches
from tests.support.strategies import VALUES

AT = "2026-01-01T00:00:00+00:00"
CONDITIONS = [
    ":*", ":prod*", ":PRODUCTION", '="fraud ops"', ":0.90", ":.9", ':"0.9"', ":1.0", "=1e0", "!=1", ":true", ":null",
    ">=0.9", ">0.9", "<1", "<=-2.5", "<0", ":a:b", ':"{{}}"', ":9007199254740993", ":x", ">0 {key}<1",
]  # fmt: skip


@given(value=st.sampled_from(VALUES), condition=st.sampled_from(CONDITIONS))
def test_equality_order_and_prefixes_are_those_of_tags(value: Any, condition: str) -> None:
    tagged = CatalogEntry(artifact_id="a", tags={"k.x": value}, created_at=AT)
    for entry in (
        CatalogEntry(artifact_id="a", metadata={"k": {"x": value}}, created_at=AT),
        CatalogEntry(artifact_id="a", metadata={"K.X": value}, created_at=AT),
        CatalogEntry(artifact_id="a", tags={"metadata.k.x": value}, created_at=AT),
    ):
        examined = parse("metadata.k.x" + condition.format(key="metadata.k.x"))
        assert matches(examined, entry) == matches(parse("k.x" + condition.format(key="k.x")), tagged)


def test_long_paths() -> None:
    key = "x" * 300
    entry = CatalogEntry(artifact_id="a", metadata={"a": {key: {"b": 1}}}, created_at=AT)
    assert matches(parse(f"metadata.a.{key}.b:1.0"), entry)
    assert not matches(parse(f"metadata.a.{key}.b:2"), entry)
    assert matches(parse(f"-metadata.a.{key}y.b:*"), entry)
