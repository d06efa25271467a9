"""Content hashes of pandas, Polars and Arrow: values, names, dtypes and order, all of it."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import pandas as frames

from catalog_graph import InvalidInput, content_hash

ROWS = 100_000
COLUMNS = [
    frames.column("i", dtype="int64"),
    frames.column("f", dtype="float64"),
    frames.column("s", elements=st.text()),
    frames.column("b", dtype=bool),
    frames.column("t", dtype="datetime64[ns]"),
]


@given(frames.data_frames(COLUMNS), frames.data_frames(COLUMNS))
def test_frames_are_alike_where_pandas_says_so(left: Any, right: Any) -> None:
    assert content_hash(left) == content_hash(left.copy())
    if not left.equals(right):
        assert content_hash(left) != content_hash(right)


@given(frames.data_frames(COLUMNS, index=frames.range_indexes(min_size=1)), st.data())
def test_one_other_cell_is_another_hash(frame: Any, data: Any) -> None:
    row = data.draw(st.integers(0, len(frame) - 1))
    column = data.draw(st.integers(0, 4))
    other = frame.copy()
    other.iloc[row, column] = data.draw(st.sampled_from([frame.iloc[row, column], *OTHER_CELLS[column]]))
    cell, changed = frame.iloc[row, column], other.iloc[row, column]
    same = repr(cell) == repr(changed)
    assert (content_hash(frame) == content_hash(other)) == same


OTHER_CELLS: list[list[Any]] = [[0, 7], [0.5], ["", "other"], [True, False], [pd.Timestamp("2026-01-01")]]


def large(column: str = "o") -> Any:
    """100,000 rows whose printed form hides all but ten of them."""
    values = pd.Series([f"user {n}" for n in range(ROWS)], dtype=object)
    return pd.DataFrame({"n": np.arange(ROWS), "x": np.sin(np.arange(ROWS)), column: values})


def test_two_large_frames_never_share_a_hash() -> None:
    frame = large()
    seen = {content_hash(frame)}
    for column, value in (("n", -1), ("x", 2.0), ("o", "someone else"), ("o", None), ("o", 5)):
        other = large()
        other.loc[ROWS // 2, column] = value
        assert str(other) == str(frame)
        seen.add(content_hash(other))
    for other in (
        large("renamed"),
        frame[["x", "n", "o"]],
        frame.iloc[::-1],
        frame.astype({"n": "int32"}),
        frame.rename_axis("row"),
        frame.rename_axis("column", axis=1),
        frame.set_index("o"),
        frame.set_index(["n", "o"]),
        frame.iloc[:-1],
        frame.assign(x2=frame["x"]),
    ):
        seen.add(content_hash(other))
    assert len(seen) == 16
    assert content_hash(large()) in seen
    assert content_hash(pl.from_pandas(frame)) not in seen


def every_dtype(missing: bool) -> dict[str, Any]:
    """Return two values, or one value and a missing one, in each dtype of pandas."""
    none = None if missing else 2
    return {
        "Int64": pd.array([1, none], dtype="Int64"),
        "UInt8": pd.array([1, none], dtype="UInt8"),
        "Float32": pd.array([1, none], dtype="Float32"),
        "boolean": pd.array([True, None if missing else False], dtype="boolean"),
        "string": pd.array(["a", None if missing else "b"], dtype="string"),
        "str": pd.array(["a", None if missing else "b"], dtype="str"),
        "category": pd.Categorical(["a", None if missing else "b"], categories=["a", "b"]),
        "ordered": pd.Categorical(["a", None if missing else "b"], categories=["a", "b"], ordered=True),
        "turned": pd.Categorical(["a", None if missing else "b"], categories=["b", "a"]),
        "tz": pd.to_datetime(["2026-01-01", None if missing else "2026-01-02"]).tz_localize("UTC").array,
        "other tz": pd.to_datetime(["2026-01-01", None if missing else "2026-01-02"]).tz_localize("Asia/Tokyo").array,
        "naive": pd.to_datetime(["2026-01-01", None if missing else "2026-01-02"]).array,
        "delta": pd.to_timedelta(["1s", None if missing else "2s"]).array,
        "period": pd.PeriodIndex(["2026-01", None if missing else "2026-02"], freq="M").array,
        "interval": pd.arrays.IntervalArray.from_tuples([(0, 1), None if missing else (1, 2)]),
        "sparse": pd.arrays.SparseArray([0.0, np.nan if missing else 1.0]),
        "arrow int": pd.array([1, none], dtype=pd.ArrowDtype(pa.int64())),
        "arrow list": pd.array([[1], None if missing else [2]], dtype=pd.ArrowDtype(pa.list_(pa.int64()))),
        "numpy": pd.array(np.array([1.0, np.nan if missing else 2.0]), dtype="float64"),
        "object": pd.array(np.array(["a", None if missing else b"b"], dtype=object), dtype=object),
    }


def test_every_dtype_of_pandas() -> None:
    whole, missing = every_dtype(missing=False), every_dtype(missing=True)
    hashes = [content_hash(pd.Series(values, dtype=values.dtype)) for values in (*whole.values(), *missing.values())]
    assert len(set(hashes)) == len(hashes)
    again = [content_hash(pd.Series(values, dtype=values.dtype)) for values in every_dtype(missing=False).values()]
    assert again == hashes[: len(whole)]
    for values in whole.values():
        assert content_hash(values) != content_hash(values[::-1])
        assert content_hash(values[1:]) == content_hash(values[1:].copy()) != content_hash(values[:1])


def test_what_lies_under_a_missing_value_does_not_count() -> None:
    mask = np.array([False, True])
    under = [pd.arrays.IntegerArray(np.array([1, value]), mask.copy()) for value in (5, 6)]
    assert content_hash(under[0]) == content_hash(under[1])
    assert content_hash(pd.array([1, 0], dtype="Int64")) != content_hash(under[0])


def test_names_and_indexes_of_a_series_count() -> None:
    series = pd.Series([1.0, 2.0])
    others = [series.rename("x"), series.rename(("x", 1)), pd.Series([1.0, 2.0], index=[1, 0]), series.to_frame()]
    assert len({content_hash(value) for value in (series, *others, series.index)}) == 6
    assert content_hash(pd.RangeIndex(3)) == content_hash(pd.Index([0, 1, 2]))
    repeated = pd.DataFrame([[1, 2]], columns=["a", "a"])
    assert content_hash(repeated) != content_hash(repeated.iloc[:, ::-1])


def test_scalars_and_odd_cells_of_pandas() -> None:
    cells = [
        pd.NaT,
        pd.NA,
        pd.Timestamp("2026-01-01 00:00:00.000000001"),
        pd.Timestamp("2026-01-01 00:00:00.000000002"),
        pd.Timedelta(1, "ns"),
        pd.Timedelta(2, "ns"),
        pd.Period("2026-01", freq="M"),
        pd.Period("2026-01-01", freq="D"),
        pd.Interval(0, 1),
        pd.Interval(0, 1, closed="both"),
        Decimal("1.5"),
        datetime.date(2026, 1, 1),
        float("nan"),
        None,
    ]
    assert len({content_hash(cell) for cell in cells}) == len(cells)
    assert len({content_hash(pd.Series([cell, "x"], dtype=object)) for cell in cells}) == len(cells)


def test_what_is_no_data_of_pandas_is_refused() -> None:
    with pytest.raises(InvalidInput, match="DataFrameGroupBy cannot be hashed"):
        content_hash(pd.DataFrame({"a": [1]}).groupby("a"))


POLARS: dict[str, tuple[list[Any], Any]] = {
    "Int64": ([1, None, 3], pl.Int64),
    "Int8": ([1, None, 3], pl.Int8),
    "Int128": ([1, None, 3], pl.Int128),
    "Float64": ([1, None, 3], pl.Float64),
    "Boolean": ([True, None, False], pl.Boolean),
    "String": (["a", None, "c"], pl.String),
    "Binary": ([b"a", None, b"c"], pl.Binary),
    "Categorical": (["a", None, "c"], pl.Categorical),
    "Enum": (["a", None, "c"], pl.Enum(["a", "b", "c"])),
    "other Enum": (["a", None, "c"], pl.Enum(["a", "c"])),
    "Decimal": ([Decimal("1.5"), None, Decimal("2.5")], pl.Decimal(10, 2)),
    "Date": ([datetime.date(2026, 1, 1), None, datetime.date(2026, 1, 3)], pl.Date),
    "Datetime": ([datetime.datetime(2026, 1, 1), None, datetime.datetime(2026, 1, 3)], pl.Datetime("us")),
    "Datetime tz": ([datetime.datetime(2026, 1, 1), None, datetime.datetime(2026, 1, 3)], pl.Datetime("us", "UTC")),
    "Datetime ms": ([datetime.datetime(2026, 1, 1), None, datetime.datetime(2026, 1, 3)], pl.Datetime("ms")),
    "Duration": ([datetime.timedelta(1), None, datetime.timedelta(3)], pl.Duration("us")),
    "Time": ([datetime.time(1), None, datetime.time(3)], pl.Time),
    "List": ([[1, 2], None, [3]], pl.List(pl.Int64)),
    "Array": ([[1, 2], None, [3, 4]], pl.Array(pl.Int64, 2)),
    "Struct": ([{"a": 1}, None, {"a": 3}], pl.Struct({"a": pl.Int64})),
    "Object": ([{"any"}, None, b"thing"], pl.Object),
    "Null": ([None, None, None], pl.Null),
}


def test_every_dtype_of_polars() -> None:
    columns = {name: pl.Series("x", values, dtype=dtype) for name, (values, dtype) in POLARS.items()}
    hashes = {content_hash(column) for column in columns.values()}
    assert len(hashes) == len(columns)
    for name, column in columns.items():
        assert content_hash(column.slice(0, 2)) == content_hash(column.head(2)) not in hashes, name
        assert content_hash(column.rename("y")) not in hashes, name
        if name != "Null":
            assert content_hash(column.reverse()) not in hashes, name


def test_frames_of_polars() -> None:
    frame = pl.DataFrame({"n": range(ROWS), "s": [f"user {n}" for n in range(ROWS)], "m": [None, 1.5] * (ROWS // 2)})
    in_chunks = pl.concat([frame[:777], frame[777:]], rechunk=False)
    assert in_chunks.n_chunks() > 1
    assert content_hash(in_chunks) == content_hash(frame) == content_hash(frame.clone())
    nan = frame.with_columns(m=pl.col("m").fill_null(float("nan")))
    zero = frame.with_columns(m=pl.col("m").fill_null(0.0))
    others = [frame[["s", "n", "m"]], frame.rename({"n": "k"}), frame.reverse(), frame.head(5), nan, zero]
    others += [frame.with_columns(s=pl.when(pl.col("n") == 50_000).then(pl.lit("x")).otherwise(pl.col("s")))]
    assert len({content_hash(f) for f in (frame, *others)}) == 8
    with pytest.raises(InvalidInput, match=r"LazyFrame cannot be hashed by content; collect\(\) it first"):
        content_hash(frame.lazy())


ARROW: dict[str, tuple[list[Any], Any]] = {
    "int64": ([1, None, 3], pa.int64()),
    "uint8": ([1, None, 3], pa.uint8()),
    "float16": ([1.0, None, 3.0], pa.float16()),
    "float64": ([1.0, None, 3.0], pa.float64()),
    "bool": ([True, None, False], pa.bool_()),
    "string": (["a", None, "c"], pa.string()),
    "large": (["a", None, "c"], pa.large_string()),
    "view": (["a", None, "c"], pa.string_view()),
    "binary": ([b"a", None, b"c"], pa.binary()),
    "decimal": ([Decimal("1.5"), None, Decimal("2.5")], pa.decimal128(10, 2)),
    "date32": ([datetime.date(2026, 1, 1), None, datetime.date(2026, 1, 3)], pa.date32()),
    "date64": ([datetime.date(2026, 1, 1), None, datetime.date(2026, 1, 3)], pa.date64()),
    "timestamp": ([1, None, 3], pa.timestamp("ns")),
    "timestamp tz": ([1, None, 3], pa.timestamp("ns", "UTC")),
    "duration": ([1, None, 3], pa.duration("s")),
    "time32": ([1, None, 3], pa.time32("s")),
    "time64": ([1, None, 3], pa.time64("ns")),
    "interval": ([(1, 2, 3), None, (4, 5, 6)], pa.month_day_nano_interval()),
    "list": ([[1], None, [2, 3]], pa.list_(pa.int64())),
    "struct": ([{"a": 1}, None, {"a": 2}], pa.struct({"a": pa.int64()})),
    "map": ([[("a", 1)], None, [("b", 2)]], pa.map_(pa.string(), pa.int64())),
    "dictionary": (["a", None, "c"], pa.dictionary(pa.int8(), pa.string())),
    "null": ([None, None, None], pa.null()),
}


def test_every_type_of_arrow() -> None:
    arrays = {name: pa.array(values, type=kind) for name, (values, kind) in ARROW.items()}
    hashes = {content_hash(array) for array in arrays.values()}
    assert len(hashes) == len(arrays)
    for name, array in arrays.items():
        in_chunks = pa.chunked_array([array.slice(0, 1), array.slice(1)])
        assert content_hash(in_chunks) == content_hash(array), name
        tail = pa.array(ARROW[name][0][1:], type=ARROW[name][1])
        assert content_hash(array.slice(1)) == content_hash(tail), name
        assert content_hash(array.slice(1)) not in hashes, name


def test_tables_of_arrow() -> None:
    table = pa.table({"n": range(ROWS), "s": [f"user {n}" for n in range(ROWS)]})
    in_chunks = pa.concat_tables([table[:777], table[777:]])
    expected = content_hash(table)
    assert content_hash(in_chunks) == content_hash(table.replace_schema_metadata({"k": "v"})) == expected
    assert content_hash(table.to_batches()[0]) == expected
    others = [table.select(["s", "n"]), table.rename_columns(["m", "s"]), table.slice(1), table[:0]]
    others += [table.set_column(0, "n", table["n"].cast(pa.int32()))]
    assert len({content_hash(t) for t in (table, *others)}) == 6
    assert content_hash(pa.scalar(1)) != content_hash(pa.scalar(1.0))


def test_what_lies_under_a_null_of_arrow_does_not_count() -> None:
    under = [pa.array(np.array([1, value]), mask=np.array([False, True])) for value in (5, 6)]
    assert content_hash(under[0]) == content_hash(under[1]) == content_hash(pa.array([1, None]))


def test_large_whole_numbers_with_missing_ones_are_exact() -> None:
    for make in (pl.Series, pa.array, lambda values: pd.Series(pd.array(values, dtype="Int64"))):
        assert content_hash(make([2**53, None])) != content_hash(make([2**53 + 1, None]))


def test_containers_of_frames() -> None:
    train, test = pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"a": [3]})
    assert content_hash({"train": train, "test": test}) == content_hash({"test": test, "train": train})
    assert content_hash({"train": train, "test": test}) != content_hash({"train": test, "test": train})
    assert content_hash([train, {"n": 1}]) != content_hash([train, {"n": 2}])
