"""Input that no catalog can keep: the same error on every backend, and nothing is stored."""

from collections.abc import Callable
from typing import Any

import pytest

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import InvalidInput, LimitExceeded, NotFound
from tests.support.entries import artifact, contents

SURROGATE = "half \ud83d"
TEXTS = (
    "artifact_id", "name", "artifact_type", "content_hash", "source_step", "source_run_id", "source_pipeline", "uri",
    "version",
)  # fmt: skip


def nested(levels: int, inner: Any = 1) -> Any:
    for level in range(levels):
        inner = [inner] if level % 2 else {"x": inner}
    return inner


def itself() -> dict[str, Any]:
    ring: dict[str, Any] = {}
    ring["again"] = ring
    return ring


MISSING: list[dict[str, Any]] = [{"name": ""}, {"artifact_type": ""}, {"name": None}, {"artifact_type": None}]
WRONG_TYPES: list[dict[str, Any]] = [
    *({field: 5} for field in TEXTS),
    *({field: ["x"]} for field in TEXTS),
    *({field: True} for field in TEXTS),
    {"name": b"bytes"},
    {"created_at": 1767225600},
    {"parent_ids": "raw"},
    {"parent_ids": {"raw": 1}},
    {"parent_ids": ["raw", 5]},
    {"parent_ids": [None]},
    {"parent_ids": [""]},
    {"parent_ids": 7},
    {"tags": ["x"]},
    {"tags": "x"},
    {"tags": 1},
    {"metadata": [["x", 1]]},
    {"metadata": "{}"},
    {"tags": {5: "x"}},
    {"tags": {None: "x"}},
    {"metadata": {"x": {True: 1}}},
    {"metadata": {"x": {1, 2}}},
    {"metadata": {"x": b"bytes"}},
    {"tags": {"x": object()}},
    {"tags": {"x": 1j}},
]
NO_INSTANTS: list[dict[str, Any]] = [
    {"created_at": text}
    for text in ("yesterday", "2026-13-01", "2026-02-30T00:00:00", "1767225600", "2026-01-01T25:00:00", "١٢٣", "\0",
                 "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00", "2026-01-01T00:00:00+99:00", SURROGATE)
]  # fmt: skip
NO_TEXT: list[dict[str, Any]] = [
    *({field: f"a{bad}b"} for field in TEXTS for bad in ("\0", "\n", "\x1f", "\x7f")),
    *({field: SURROGATE} for field in TEXTS),
    {"parent_ids": ["a\0b"]},
    {"parent_ids": [SURROGATE]},
    {"tags": {"x": "a\0b"}},
    {"tags": {"a\0b": 1}},
    {"tags": {"x": SURROGATE}},
    {"tags": {SURROGATE: 1}},
    {"metadata": {"x": [{"y": SURROGATE}]}},
    {"metadata": {"x": [{"y": "\0"}]}},
    {"metadata": {"x": [{"\0": 1}]}},
]
NO_JSON: list[dict[str, Any]] = [
    {field: {"x": value}}
    for field in ("tags", "metadata")
    for value in (
        float("nan"), float("inf"), float("-inf"), [1, {"y": float("nan")}],
        2**63, -(2**63) - 1, 10**400, [2**64],
        nested(100), nested(1000), itself(),
    )
]  # fmt: skip
TOO_LARGE: list[dict[str, Any]] = [
    *({field: "x" * 513} for field in ("artifact_id", "name", "content_hash")),
    *({field: "x" * 513} for field in ("source_step", "source_run_id", "source_pipeline")),
    {"artifact_type": "x" * 129},
    {"version": "x" * 129},
    {"uri": "x" * 8193},
    {"parent_ids": ["x" * 513]},
    {"parent_ids": [f"p{n}" for n in range(10_001)]},
    {"tags": {"x": "y" * 16_384}},
    {"tags": {"x" * 16_384: 1}},
    {"tags": {f"k{n}": "\U0001f600" for n in range(1200)}},
    {"metadata": {"x": "y" * 1_048_576}},
]
IDS: list[dict[str, Any]] = [
    *({"artifact_id": word} for word in ("search", "by-hash", "batch")),
    *({"parent_ids": [word]} for word in ("search", "by-hash", "batch", "thing")),
]


GROUPS = {
    "missing": (MISSING, InvalidInput),
    "wrong types": (WRONG_TYPES, InvalidInput),
    "no instants": (NO_INSTANTS, InvalidInput),
    "no text": (NO_TEXT, InvalidInput),
    "no json": (NO_JSON, InvalidInput),
    "ids": (IDS, InvalidInput),
    "too large": (TOO_LARGE, LimitExceeded),
}
TAGS = [case["tags"] for cases, _ in GROUPS.values() for case in cases if "tags" in case]


def entry(case: dict[str, Any]) -> CatalogEntry:
    return CatalogEntry(**{"artifact_id": "thing", "name": "n", "artifact_type": "T", **case})


def refused(error: type[Exception], case: object, call: Callable[[], object]) -> None:
    with pytest.raises(InvalidInput) as caught:
        call()
    assert type(caught.value) is error, case
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("group", GROUPS)
def test_what_cannot_be_taken(backend: CatalogBackend, group: str) -> None:
    cases, error = GROUPS[group]
    for case in cases:
        refused(error, case, lambda case=case: backend.register(entry(case)))
        batch = [artifact("first"), entry(case), artifact("last", "stub")]
        refused(error, case, lambda batch=batch: backend.register_many(batch))
    assert contents(backend) == []
    assert backend.neighbours("stub") is None


@pytest.mark.parametrize("group", GROUPS)
def test_what_cannot_be_merged(backend: CatalogBackend, group: str) -> None:
    backend.register(artifact("thing", at=1, tags={"kept": 1}))
    before = contents(backend)
    cases, error = GROUPS[group]
    for case in cases:
        refused(error, case, lambda case=case: backend.register(entry(case)))
    assert contents(backend) == before


def test_tags_that_cannot_be_taken(backend: CatalogBackend) -> None:
    backend.register(artifact("a", at=1, tags={"kept": 1}))
    before = contents(backend)
    for tags in TAGS:
        with pytest.raises(InvalidInput):
            backend.tag("a", tags)
    assert contents(backend) == before


def test_the_largest_that_is_taken(backend: CatalogBackend) -> None:
    """Of every field the last character that fits, so that no index of a store is too small for it."""
    full = CatalogEntry(
        artifact_id="\U0001f600" * 512,
        name="\U0001f601" * 512,
        artifact_type="\U0001f602" * 128,
        content_hash="\U0001f603" * 512,
        source_step="\U0001f604" * 512,
        source_run_id="\U0001f605" * 512,
        source_pipeline="\U0001f606" * 512,
        uri="\U0001f607" * 8192,
        version="\U0001f608" * 128,
        parent_ids=[f"{n:x}".rjust(512, "\U0001f609") for n in range(20)],
        tags={"k" * 8000: "v" * 8000},
        metadata={"x": "y" * (1_048_576 - 9)},
        created_at="2026-01-01T00:00:00.000000+00:00",
    )
    backend.register(full)
    kept = backend.get(full.artifact_id)
    assert kept is not None
    assert {k: v for k, v in kept.to_dict().items() if k != "recorded_at"} == {
        k: v for k, v in full.to_dict().items() if k != "recorded_at"
    }
    assert backend.upstream(full.artifact_id).total == 20
    assert [e.artifact_id for e in backend.list_artifacts(artifact_type=full.artifact_type)] == [full.artifact_id]
    assert [e.artifact_id for e in backend.list_artifacts(source_step=full.source_step)] == [full.artifact_id]
    assert backend.find_by_content_hash(full.content_hash) == kept


def test_one_word_as_long_as_all_tags(backend: CatalogBackend) -> None:
    backend.register(artifact("a", tags={"x": "w" * 16_000, "y": "短" * 100}))
    assert backend.register(artifact("b", at=1)) == "b"
    assert [e.artifact_id for e in backend.search("w" * 1000)] == ["a"]


def test_the_deepest_that_is_taken(backend: CatalogBackend) -> None:
    deepest = nested(99)
    backend.register(artifact("a", metadata={"x": deepest}, tags={"x": deepest}))
    kept = backend.get("a")
    assert kept is not None
    assert kept.metadata == kept.tags == {"x": deepest}


@pytest.mark.parametrize("artifact_id", ["", "search", "by-hash", "batch", "a\0b", "x" * 513, SURROGATE, 5, None])
def test_ids_that_cannot_be(backend: CatalogBackend, artifact_id: Any) -> None:
    for call in (
        lambda: backend.tag(artifact_id, {"x": 1}),
        lambda: backend.untag(artifact_id, "x"),
        lambda: backend.unset(artifact_id, metadata=["x"]),
        lambda: backend.delete(artifact_id),
        lambda: backend.add_parents(artifact_id, "p"),
        lambda: backend.remove_parents(artifact_id, "p"),
        lambda: backend.upstream(artifact_id),
        lambda: backend.downstream(artifact_id),
    ):
        with pytest.raises(InvalidInput) as caught:
            call()
        assert not isinstance(caught.value, NotFound)
    assert contents(backend) == []
