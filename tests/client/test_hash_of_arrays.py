"""Content hashes of NumPy arrays: dtype, shape and values, however they lie in memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from catalog_graph import InvalidInput, content_hash

DTYPES = arrays.scalar_dtypes() | arrays.unicode_string_dtypes() | arrays.byte_string_dtypes()
SHAPES = arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)


@given(arrays.arrays(dtype=DTYPES, shape=SHAPES))
def test_a_copy_has_the_same_hash(array: Any) -> None:
    expected = content_hash(array)
    assert content_hash(array.copy()) == expected
    assert content_hash(np.array(array, order="F")) == expected
    assert content_hash(array.astype(array.dtype.newbyteorder())) == expected
    wide = np.empty((*array.shape, 2), dtype=array.dtype)
    wide[..., 1] = array
    assert content_hash(wide[..., 1]) == expected


@given(st.data())
def test_another_value_has_another_hash(data: Any) -> None:
    kinds = st.sampled_from(["i1", "u8", "f4", "f8", "c16", "M8[s]", "U3", "S3", "?"])
    array = data.draw(arrays.arrays(dtype=kinds, shape=arrays.array_shapes(min_side=1, max_side=5)))
    place = tuple(data.draw(st.integers(0, side - 1)) for side in array.shape)
    other = array.copy()
    other[place] = data.draw(arrays.from_dtype(array.dtype))
    same = np.array_equal(array, other, equal_nan=array.dtype.kind in "fcM")
    zeros = array.dtype.kind in "fc" and np.any(array == 0)
    assert zeros or (content_hash(array) == content_hash(other)) == same


def test_shape_and_dtype_count() -> None:
    zeros = [
        np.zeros(4),
        np.zeros((2, 2)),
        np.zeros((4, 1)),
        np.zeros(4, dtype="f4"),
        np.zeros(8, dtype="f4"),
        np.zeros(4, dtype="i8"),
        np.zeros(4, dtype="M8[s]"),
        np.zeros(4, dtype="M8[ms]"),
        np.zeros(0),
        np.zeros((0, 2)),
        np.zeros((2, 0)),
        np.zeros(()),
        np.zeros(4, dtype=object),
        np.zeros(4, dtype=[("a", "f8")]),
        np.zeros(4, dtype=[("b", "f8")]),
        np.zeros(4, dtype=[("a", "f4"), ("b", "f4")]),
        np.zeros(4, dtype="g"),
        np.ma.zeros(4),
        np.ma.array(np.zeros(4), mask=[1, 0, 0, 0]),
    ]
    assert len({content_hash(array) for array in zeros}) == len(zeros)


def test_what_lies_in_the_middle_of_a_large_array_counts() -> None:
    array = np.arange(3_000_000, dtype="f8").reshape(3, -1)
    other = array.copy()
    other[1, 500_000] += 1e-9
    assert content_hash(array) != content_hash(other)
    assert content_hash(array) == content_hash(np.asfortranarray(array))


def test_every_nan_is_the_same() -> None:
    negative = np.array([0x7FF8000000000000, 0xFFF8000000000001], dtype="u8").view("f8")
    assert content_hash(negative) == content_hash(np.array([np.nan, np.nan]))
    assert content_hash(negative.view("c16")) == content_hash(np.array([complex(np.nan, np.nan)]))
    assert content_hash(np.array([np.nan, 0.0])) != content_hash(np.array([0.0, np.nan]))


def test_what_no_value_owns_does_not_count() -> None:
    padded = np.dtype({"names": ["a", "b"], "formats": ["i1", "f8"], "offsets": [0, 8], "itemsize": 24})
    first, second = (np.frombuffer(bytearray([filler]) * 48, dtype=padded) for filler in (1, 2))
    for records in (first, second):
        records["a"], records["b"] = [1, 2], [0.5, np.nan]
    assert first.tobytes() != second.tobytes()
    assert content_hash(first) == content_hash(second)
    under = [np.ma.array([1, 9], mask=[0, 1]), np.ma.array([1, 7], mask=[0, 1])]
    assert content_hash(under[0]) == content_hash(under[1])
    halves = [np.ma.array(r, mask=[(0, 1), (0, 0)]) for r in (first, second)]
    assert content_hash(halves[0]) == content_hash(halves[1])
    assert content_hash(np.longdouble("0.1")) == content_hash(np.longdouble("0.1") * 1)


def test_objects_are_hashed_by_content() -> None:
    def cells(last: Any) -> Any:
        array = np.empty(70_000, dtype=object)
        array[:] = "x"
        array[-1] = last
        return array

    lasts = ["x", "y", None, 1, 1.0, True, b"x", ["x"], np.arange(3), {"k": np.arange(3)}, {"k": np.arange(4)}]
    assert len({content_hash(cells(last)) for last in lasts}) == len(lasts)
    assert content_hash(cells({"k": np.arange(3)})) == content_hash(cells({"k": np.arange(3)}))
    with pytest.raises(InvalidInput, match="object cannot be hashed"):
        content_hash(cells(object()))


def test_strings_of_any_length() -> None:
    kinds: list[Any] = ["U5", np.dtypes.StringDType(), object]
    words = [np.array(["ab", "c"], dtype=kind) for kind in kinds]
    others = [np.array(["a", "bc"], dtype=kind) for kind in kinds]
    assert len({content_hash(array) for array in (*words, *others)}) == 6


def test_scalars() -> None:
    values = [np.float32(1), np.int64(1), np.int32(1), np.bool_(True), np.datetime64(1, "s"), np.complex64(1)]
    assert len({content_hash(value) for value in values}) == len(values)
    assert content_hash(np.int64(1)) == content_hash(np.array(1))


def test_containers_of_arrays() -> None:
    weights = {"layer1": np.ones((2, 3)), "layer2": np.zeros(3), "epochs": 3}
    assert content_hash(weights) == content_hash(dict(reversed(weights.items())))
    assert content_hash(weights) != content_hash({**weights, "layer2": np.ones(3)})
    assert content_hash([np.ones(2), np.zeros(2)]) != content_hash([np.zeros(2), np.ones(2)])


def test_a_subclass_of_another_library_is_refused() -> None:
    class Quantity(np.ndarray):
        """An array whose unit no hash of ours would see."""

    with pytest.raises(InvalidInput, match="Quantity cannot be hashed"):
        content_hash(np.ones(3).view(Quantity))
