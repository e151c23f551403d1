"""Values that a library keeps in another type: taken where nothing is lost, refused with the row otherwise."""

from __future__ import annotations

import datetime
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import formualizer_udf as fu

NAN = float("nan")
FLOATS: list[tuple[str, Any]] = [
    ("pandas", pd.Series([1.0, NAN, -3.0])),
    ("pandas objects", pd.Series([1.0, NAN, -3.0], dtype=object)),
    ("pandas nullable", pd.Series([1.0, None, -3.0], dtype="Float64")),
    ("pandas arrow", pd.Series([1.0, None, -3.0], dtype="double[pyarrow]")),
    ("pandas floats of 32 bits", pd.Series([1.0, NAN, -3.0], dtype="float32")),
    ("categories", pd.Series([1.0, NAN, -3.0], dtype="category")),
    ("an index", pd.Index([1.0, NAN, -3.0])),
    ("polars", pl.Series([1.0, None, -3.0])),
    ("pyarrow", pa.array([1.0, None, -3.0])),
    ("pyarrow half", pa.array([1.0, None, -3.0], pa.float16())),
    ("chunks", pa.chunked_array([[1.0], [None, -3.0]])),
    ("a masked array", np.ma.masked_array([1.0, 2.0, -3.0], mask=[False, True, False])),
    ("a list", [1.0, None, -3.0]),
]


def values(result: Any) -> list[Any]:
    for method in ("to_pylist", "to_list", "tolist"):
        if hasattr(result, method):
            result = getattr(result, method)()
    return [None if value is None or pd.isna(value) else value for value in result]


@pytest.mark.parametrize("into", ["ID_I8", "ID_I16", "ID_I32", "ID_I64"])
@pytest.mark.parametrize(("name", "given"), FLOATS, ids=[case[0] for case in FLOATS])
def test_floats_that_are_whole_are_integers(checks: fu.Module, name: str, given: Any, into: str) -> None:
    result = checks[into](given)
    assert values(result) == [1, None, -3]


def test_an_integer_column_that_a_merge_made_floats_is_one_again(checks: fu.Module) -> None:
    right = pd.DataFrame({"key": [1, 3], "count": [7, 8]})
    merged = pd.DataFrame({"key": [1, 2, 3]}).merge(right, how="left")
    assert merged["count"].dtype == np.dtype("float64")
    result = checks.ID_I64(merged["count"])
    assert str(result.dtype) == "Int64" and values(result) == [7, None, 8]


REFUSED: list[tuple[str, float, str]] = [
    ("ID_I64", 1.5, "row 1 is 1.5, but i64 is wanted: round it first"),
    ("ID_I8", 128.0, "row 1 is 128, which i8 does not hold"),
    ("ID_U8", -1.0, "row 1 is -1, which u8 does not hold"),
    ("ID_I64", 2.0**53 + 2, r"row 1 is the float 9007199254740994, beyond 2\^53"),
    ("ID_U64", 1e300, r"row 1 is the float 1.*, beyond 2\^53"),
    ("ID_I64", float("inf"), "row 1 is inf, but i64 is wanted"),
]


@pytest.mark.parametrize(("into", "value", "words"), REFUSED, ids=[f"{case[0]} {case[1]}" for case in REFUSED])
def test_other_floats_are_refused_with_their_row(checks: fu.Module, into: str, value: float, words: str) -> None:
    for given in (
        [1.0, value],
        np.array([1.0, value]),
        pd.Series([1.0, value]),
        pl.Series([1.0, value]),
        pa.array([1.0, value]),
        pa.chunked_array([[1.0], [value]]),
    ):
        with pytest.raises(fu.ArgumentError, match=f"^{into}, argument 1 `x`: {words}"):
            checks[into](given)


def test_a_nan_is_no_integer_where_it_is_not_missing(checks: fu.Module) -> None:
    for given in ([1.0, NAN], np.array([1.0, NAN]), pa.array([1.0, NAN], from_pandas=False), pl.Series([1.0, NAN])):
        with pytest.raises(fu.ArgumentError, match="row 1 is NaN, but i64 is wanted: make it a missing value"):
            checks.ID_I64(given)


def test_one_float_that_is_whole_is_an_integer(checks: fu.Module) -> None:
    assert checks.GCD(12.0, np.float32(18)) == 6
    with pytest.raises(fu.ArgumentError, match="^GCD, argument 1 `a`: is 1.5, but i64 is wanted"):
        checks.GCD(1.5, 1)


MIDNIGHTS = [datetime.datetime(2024, 2, 29), None, datetime.datetime(1969, 12, 31)]
DAYS = [datetime.date(2024, 2, 29), None, datetime.date(1969, 12, 31)]
MOMENTS: list[tuple[str, Any]] = [
    ("pandas", pd.Series(MIDNIGHTS)),
    ("pandas in seconds", pd.Series(MIDNIGHTS).dt.as_unit("s")),
    ("pandas in UTC", pd.Series(MIDNIGHTS).dt.tz_localize("UTC")),
    ("pandas objects", pd.Series(MIDNIGHTS, dtype=object)),
    ("an index", pd.DatetimeIndex(MIDNIGHTS)),
    ("numpy", np.array(MIDNIGHTS, dtype="M8[ns]")),
    ("polars", pl.Series(MIDNIGHTS)),
    ("pyarrow", pa.array(MIDNIGHTS, pa.timestamp("ms"))),
    ("a list", MIDNIGHTS),
    ("days and moments", [DAYS[0], None, MIDNIGHTS[2]]),
]


@pytest.mark.parametrize(("name", "given"), MOMENTS, ids=[case[0] for case in MOMENTS])
def test_midnights_are_dates(checks: fu.Module, name: str, given: Any) -> None:
    found = values(checks.ID_DATE32(given))
    assert [None if day is None else day if type(day) is datetime.date else day.date() for day in found] == DAYS


def test_other_moments_are_refused_with_their_row(checks: fu.Module) -> None:
    moments = [datetime.datetime(2024, 2, 29), datetime.datetime(2024, 2, 29, 0, 0, 1)]
    for given in (moments, np.array(moments, dtype="M8[us]"), pd.Series(moments), pl.Series(moments), pa.array(moments)):
        with pytest.raises(fu.ArgumentError, match="row 1 is 2024-02-29 00:00:01, which is no midnight, but date32"):
            checks.ID_DATE32(given)


TRUTHS: list[tuple[str, Any]] = [
    ("pandas", pd.Series([True, False])),
    ("pandas nullable", pd.Series([True, False], dtype="boolean")),
    ("pandas objects", pd.Series([True, False], dtype=object)),
    ("numpy", np.array([True, False])),
    ("polars", pl.Series([True, False])),
    ("pyarrow", pa.array([True, False])),
    ("a list", [True, False]),
    ("truths and numbers", [True, 0]),
]


@pytest.mark.parametrize(("name", "given"), TRUTHS, ids=[case[0] for case in TRUTHS])
def test_logical_values_are_the_numbers_that_cells_make_of_them(checks: fu.Module, name: str, given: Any) -> None:
    assert values(checks.MULADD(given, 1.0)) == [2.0, 1.0]
    assert values(checks.ID_I8(given)) == [1, 0]
    assert values(checks.ID_F32(given)) == [1.0, 0.0]


def test_numbers_are_no_logical_values(checks: fu.Module) -> None:
    for given in ([1, 0], np.array([1.0]), pd.Series([1]), True and 1):
        with pytest.raises(fu.ArgumentError, match="but bool is wanted"):
            checks.BNOT(given)
    assert checks.MULADD(True, False) == 1.0 and checks.MULADD(np.True_, 1.0) == 2.0


CODED: list[tuple[str, Any]] = [
    ("pandas Categorical", pd.Categorical(["b", None, "a"])),
    ("a Series of categories", pd.Series(["b", None, "a"], dtype="category")),
    ("categories of arrow", pd.Series(["b", None, "a"], dtype=pd.ArrowDtype(pa.string())).astype("category")),
    ("categories of objects", pd.Series(pd.Categorical(["b", None, "a"], categories=pd.Index(["a", "b"], dtype=object)))),
    ("an index of categories", pd.CategoricalIndex(["b", None, "a"])),
    ("polars Categorical", pl.Series(["b", None, "a"], dtype=pl.Categorical)),
    ("polars Enum", pl.Series(["b", None, "a"], dtype=pl.Enum(["a", "b"]))),
    ("an Arrow dictionary", pa.array(["b", None, "a"]).dictionary_encode()),
    ("a dictionary of views", pa.array(["b", None, "a"], pa.string_view()).dictionary_encode()),
]


@pytest.mark.parametrize(("name", "given"), CODED, ids=[case[0] for case in CODED])
def test_categories_are_their_values(checks: fu.Module, name: str, given: Any) -> None:
    assert values(checks.REVERSE(given)) == ["b", None, "a"]
    assert values(checks.ID_ANY(given)) == ["b", None, "a"]


@pytest.mark.parametrize(
    ("categories", "into"),
    [
        ([2**60 + 1, 7], "ID_I64"),
        ([1.5, 2.5], "ID_F64"),
        ([True, False], "BNOT"),
        (list(pd.to_datetime(["2024-02-29", "2024-03-01"])), "ID_TIMESTAMP"),
        ([1, "a"], "ID_ANY"),
    ],
    ids=lambda case: str(case),
)
def test_categories_of_every_type_are_their_values(checks: fu.Module, categories: list[Any], into: str) -> None:
    given = pd.Categorical([categories[1], None, categories[0]], categories=categories)
    plain = pd.Series([categories[1], None, categories[0]], dtype=object)
    assert values(checks[into](given)) == values(checks[into](plain))


def test_categories_without_a_value_are_missing_values(checks: fu.Module) -> None:
    assert values(checks.REVERSE(pd.Categorical([None, None]))) == [None, None]
    assert values(checks.MULADD(pd.Categorical([None, None]), 1.0)) == [None, None]


def test_an_index_goes_with_the_series_beside_it(checks: fu.Module) -> None:
    frame = pd.DataFrame({"x": [10.0, 20.0]}, index=pd.Index([1.0, 2.0], name="key"))
    for result in (checks.MULADD(frame.index, frame["x"]), checks.MULADD(frame["x"], frame.index)):
        assert result.index.equals(frame.index) and result.name == "x"
    assert checks.MULADD(frame.index, frame["x"]).tolist() == [11.0, 41.0]
    alone = checks.MULADD(frame.index, 1.0)
    assert alone.index.equals(pd.RangeIndex(2)) and alone.name == "key" and alone.tolist() == [2.0, 3.0]
    assert checks.REVERSE(pd.Index(["ab", None])).iloc[0] == "ba"
    assert checks.ID_I64(pd.RangeIndex(3)).tolist() == [0, 1, 2]


def test_arrays_of_pandas_are_columns(checks: fu.Module) -> None:
    for given in (pd.array([1, None], dtype="Int64"), pd.array([1.0, None]), pd.arrays.SparseArray([1.0, NAN])):
        assert values(checks.MULADD(given, 1.0)) == [2.0, None]


def test_extension_types_of_arrow_are_their_storage(checks: fu.Module) -> None:
    identities = pa.array([b"0123456789abcdef", None], pa.uuid())
    assert checks.ID_BINARY(identities).to_pylist() == [b"0123456789abcdef", None]
    assert checks.REVERSE(pa.array(["ab", None], pa.json_())).to_pylist() == ["ba", None]

    class Celsius(pa.ExtensionType):
        def __init__(self) -> None:
            super().__init__(pa.float64(), "test.celsius")

        def __arrow_ext_serialize__(self) -> bytes:
            return b""

        @classmethod
        def __arrow_ext_deserialize__(cls, storage: Any, serialized: bytes) -> Celsius:
            return cls()

    given = pa.ExtensionArray.from_storage(Celsius(), pa.array([1.0, None]))
    assert checks.MULADD(given, 1.0).to_pylist() == [2.0, None]
    assert checks.MULADD(pa.chunked_array([given]), 1.0).to_pylist() == [2.0, None]


@pytest.mark.parametrize("dtype", [pl.Int128, pl.UInt128], ids=str)
def test_wide_integers_of_polars_are_taken_where_they_fit(checks: fu.Module, dtype: Any) -> None:
    assert checks.ID_I64(pl.Series([7, None], dtype=dtype)).to_list() == [7, None]
    assert checks.ID_U64(pl.Series([2**64 - 1, None], dtype=dtype)).to_list() == [2**64 - 1, None]
    assert checks.MULADD(pl.Series([7, None], dtype=dtype), 1.0).to_list() == [8.0, None]
    with pytest.raises(fu.ArgumentError, match="row 1: 36893488147419103232 does not fit in 64 bits"):
        checks.ID_I64(pl.Series([7, 2**65], dtype=dtype))


def test_intervals_of_duckdb_are_refused_in_words(checks: fu.Module) -> None:
    with duckdb.connect() as connection:
        relation = connection.sql("select interval 1 month as span")
        with pytest.raises(fu.ArgumentError, match="intervals have no counterpart: use a Duration"):
            checks.ID_DURATION(relation)
