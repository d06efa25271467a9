"""Terms and search texts of artifacts."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_graph.artifact import CatalogEntry, same_json
from catalog_graph.query.index import MAX_SEARCH_TEXT_BYTES, search_index
from catalog_graph.query.text import MAX_TERM_BYTES, canonical_json, number_token, read_number, split_words, tag_token

texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=400)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("SalesRegion", ["sales", "region"]),
        ("sales_region-2.1", ["sales", "region", "2", "1"]),
        ("HTTPServerV2", ["http", "server", "v2"]),
        ("straße", ["strasse"]),
        ("___", []),
        ("データ セット", ["データ", "セット"]),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert split_words(text) == words


@given(texts, st.dictionaries(texts, json_values, max_size=4))
def test_nothing_is_too_long_for_an_index(name: str, tags: dict[str, object]) -> None:
    index = search_index(CatalogEntry(name=name * 20, artifact_type=name, tags=tags))
    assert all(0 < len(term.encode()) <= 2 * MAX_TERM_BYTES + 8 for term in index.terms)
    assert len(set(index.terms)) == len(index.terms)
    assert len(index.search_text.encode()) <= MAX_SEARCH_TEXT_BYTES
    assert len(index.compact_name.encode()) <= 2048


@given(json_values, json_values)
def test_tag_tokens_are_equal_where_json_is(left: object, right: object) -> None:
    assert (tag_token("k", left) == tag_token("k", right)) is same_json(left, right)


@pytest.mark.parametrize(
    ("left", "right", "equal"), [(1, 1.0, True), (True, 1, False), ("1", 1, False), (None, "null", False)]
)
def test_json_equality(left: object, right: object, equal: bool) -> None:
    assert (canonical_json(left) == canonical_json(right)) is equal is same_json(left, right)


@given(st.lists(st.floats(allow_nan=False), min_size=2, max_size=20))
def test_number_tokens_sort_as_numbers(numbers: list[float]) -> None:
    assert [number_token("k", n) for n in sorted(numbers)] == sorted(number_token("k", n) for n in numbers)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1.0),
        (" -2.5e3 ", -2500.0),
        ("1\x1f", 1.0),
        (".5", 0.5),
        ("1e999", None),
        ("nan", None),
        ("0x1", None),
        ("", None),
    ],
)
def test_numbers_in_text(text: str, number: float | None) -> None:
    assert read_number(text) == number


def test_canonical_json_is_json() -> None:
    assert json.loads(canonical_json({"b": [1.0, None], "a": "ü"})) == {"a": "ü", "b": [1, None]}
