"""Content hashes of Python values: FlowyML's digest for JSON, the real content for the rest."""

from __future__ import annotations

import hashlib
import json
import math
import subprocess
import sys
from collections import OrderedDict, deque
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from io import BytesIO
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd
import pytest
from flowyml.storage.catalog import ArtifactCatalog as FlowyMLCatalog
from hypothesis import given
from hypothesis import strategies as st

from catalog_graph import InvalidInput, content_hash

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
scalars = json_values | st.binary() | st.datetimes() | st.decimals(allow_nan=False) | st.uuids() | st.timedeltas()
mixed = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3))


def as_flowyml_hashes(data: Any) -> str:
    return FlowyMLCatalog._compute_hash(FlowyMLCatalog.__new__(FlowyMLCatalog), data)


@given(json_values)
def test_json_has_the_digest_that_flowyml_computes(data: Any) -> None:
    assert content_hash(data) == as_flowyml_hashes(data)


@pytest.mark.parametrize(
    "data",
    [
        {"b": 1, "a": [1, 2.5, None, True]},
        (1, 2),
        {1: "a", 2: "b"},
        [math.nan, math.inf],
        10**400,
        "",
        {},
        "\ud800",
        OrderedDict(z=1, a=2),
        np.float64(0.1),
    ],
)
def test_whatever_serialises_is_json(data: Any) -> None:
    expected = hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()
    assert content_hash(data) == expected == as_flowyml_hashes(data)


@pytest.mark.parametrize("data", [b"", b"model", bytearray(b"model"), memoryview(b"model")])
def test_bytes_have_the_digest_that_sha256sum_prints(data: Any) -> None:
    assert content_hash(data) == hashlib.sha256(data).hexdigest()


class Split(Enum):
    TRAIN = "train"
    TEST = "test"


class Phase(Enum):
    TRAIN = "train"


@dataclass
class Row:
    amount: Any
    card: Any = None


@dataclass(frozen=True, slots=True)
class Other:
    amount: Any
    card: Any = None


DIFFERENT = [
    Split.TRAIN,
    Split.TEST,
    Phase.TRAIN,
    range(0),
    range(1),
    range(1, 2),
    range(3),
    range(0, 5, 2),
    range(0, 3, 2),
    Row(1),
    Row(1, 2),
    Row(2, 1),
    Other(1),
    [Row(1)],
    {"a": Row(1)},
    Row(Row(1)),
    deque([b"1", b"2", b"3"]),
    None,
    0,
    "",
    b"\0",
    {},
    {"a": b"1"},
    {"a": b"2"},
    {"b": b"1"},
    {"a": b"1", "b": b"1"},
    {1: b"1"},
    {"1": b"1"},
    {"k": {1: b"", "1": b""}},
    [b"1"],
    [b"1", b"2"],
    [b"2", b"1"],
    [[b"1"], b"2"],
    [b"1", [b"2"]],
    [b"12"],
    {b"1"},
    {b"1", b"2"},
    set(),
    date(2026, 1, 1),
    datetime(2026, 1, 1),
    datetime(2026, 1, 1, tzinfo=UTC),
    time(0, 0),
    time(0, 0, 1),
    timedelta(1),
    timedelta(microseconds=1),
    Decimal("1.0"),
    Decimal("1.00"),
    1.0,
    1j,
    UUID(int=1),
]


def test_different_contents_have_different_hashes() -> None:
    hashes = [content_hash(data) for data in DIFFERENT]
    assert len(set(hashes)) == len(DIFFERENT)


def test_equal_contents_have_equal_hashes() -> None:
    assert content_hash(range(0, 5, 2)) == content_hash(range(0, 6, 2)) != content_hash(range(10**30))
    assert content_hash(range(5, 5)) == content_hash(range(0))
    assert content_hash(range(7, 8, 3)) == content_hash(range(7, 9, 2))
    assert content_hash(deque([1, b"2"], maxlen=5)) == content_hash([1, b"2"])
    stream = BytesIO(b"model")
    stream.read(2)
    assert content_hash(stream) == content_hash(b"model")
    assert content_hash(IntEnum("Level", ["LOW"]).LOW) == content_hash(1)  # type: ignore[attr-defined]
    assert content_hash(Row([1.5, {"a": date(2026, 1, 1)}], Split.TEST)) == content_hash(
        Row([1.5, {"a": date(2026, 1, 1)}], Split.TEST)
    )


def test_the_order_in_which_a_dict_was_filled_does_not_count() -> None:
    assert content_hash({"a": b"1", "b": b"2"}) == content_hash({"b": b"2", "a": b"1"})
    assert content_hash({b"1", b"2", b"3"}) == content_hash(frozenset([b"3", b"2", b"1"]))


@given(mixed, mixed)
def test_equal_texts_of_pairs_never_run_together(left: Any, right: Any) -> None:
    assert content_hash([left, right, b""]) != content_hash([[left, right], b""])
    assert (content_hash([left, b""]) == content_hash([right, b""])) == (content_hash(left) == content_hash(right))


class Wider(Row):
    """A subclass whose attributes are no fields."""


class Model:
    """An object that FlowyML hashes by its address."""


@pytest.mark.parametrize(
    "data", [Model(), object(), lambda: 1, (n for n in [1]), [Model()], {"model": Model()}, {Model()}]
)
def test_what_cannot_be_hashed_is_named(data: Any) -> None:
    with pytest.raises(InvalidInput, match="cannot be hashed by content; pass bytes, or a Path"):
        content_hash(data)


def test_what_a_dataclass_holds_is_named() -> None:
    with pytest.raises(InvalidInput, match="Wider cannot be hashed by content; it is a subclass of a dataclass"):
        content_hash(Wider(1))
    with pytest.raises(InvalidInput, match=r"Model cannot be hashed by content"):
        content_hash(Row(Model()))
    with pytest.raises(InvalidInput, match="cannot be hashed by content"):
        content_hash(Row)
    closed = BytesIO(b"model")
    closed.close()
    for number in (10**5000, [10**5000]):  # Python writes no whole number of more than 4,300 digits
        with pytest.raises(InvalidInput, match="int cannot be hashed by content; pass it as text"):
            content_hash(number)
    with pytest.raises(InvalidInput, match="BytesIO cannot be hashed"):
        content_hash(closed)
    endless = Row(1)
    endless.card = endless
    with pytest.raises(InvalidInput, match="contains itself"):
        content_hash(endless)


def test_the_error_names_the_state_dict_of_an_object() -> None:
    class Network:
        def state_dict(self) -> dict[str, Any]:
            return {}

    with pytest.raises(InvalidInput, match=r"Network cannot be hashed by content; pass its state_dict\(\)"):
        content_hash(Network())


def test_what_holds_itself_or_is_too_deep_is_refused() -> None:
    ring: list[Any] = []
    ring.append(ring)
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    for data in (ring, deep, {"k": ring, "b": b""}):
        with pytest.raises(InvalidInput, match="nested too deeply"):
            content_hash(data)


def test_hashes_do_not_depend_on_the_process() -> None:
    program = (
        "import numpy as np, pandas as pd\n"
        "from catalog_graph import content_hash\n"
        "frame = pd.DataFrame({'n': np.arange(5), 's': ['a', None, 'c', 'd', 'é']}, index=list('vwxyz'))\n"
        "print(content_hash({'frame': frame, 'parts': {'x', 'y', b'z'}, 'array': np.eye(3)}))\n"
    )
    frame = pd.DataFrame({"n": np.arange(5), "s": ["a", None, "c", "d", "é"]}, index=list("vwxyz"))
    here = content_hash({"frame": frame, "parts": {"x", "y", b"z"}, "array": np.eye(3)})
    for seed in ("1", "2"):
        command = [sys.executable, "-c", program]
        answer = subprocess.run(command, env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True)
        assert answer.stdout.strip() == here


def test_no_library_is_imported_for_hashing() -> None:
    program = (
        "import sys\n"
        "from catalog_graph import content_hash\n"
        "content_hash({'a': [b'1', {2}]})\n"
        "print([name for name in ('numpy', 'pandas', 'polars', 'pyarrow', 'torch') if name in sys.modules])\n"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
