"""pandas: Series of every storage in, Series with their index and name out; frames."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import formualizer_udf as fu

INDEX = pd.Index(["x", "y"], name="key")


def series(values: Any, **options: Any) -> Any:
    return pd.Series(values, index=INDEX, name="column", **options)


def same_place(result: Any) -> bool:
    return bool(result.index.equals(INDEX)) and result.index.name == "key" and result.name == "column"


# What goes in, and the type that numbers come back in.
NUMBERS: list[tuple[Any, str]] = [
    (series([1.0, None]), "float64"),
    (series([1, 2]), "float64"),
    (series([1, 2], dtype="int8"), "float64"),
    (series([1, 2], dtype="uint64"), "float64"),
    (series([1.0, 2.0], dtype="float32"), "float64"),
    (series([1, None], dtype="Int64"), "Float64"),
    (series([1, None], dtype="UInt8"), "Float64"),
    (series([1, None], dtype="Float32"), "Float64"),
    (series([1.0, None], dtype="Float64"), "Float64"),
    (series([1, None], dtype="int8[pyarrow]"), "double[pyarrow]"),
    (series([1.0, None], dtype="double[pyarrow]"), "double[pyarrow]"),
    (series([1.0, None], dtype=object), "float64"),
    (series([1, pd.NA], dtype=object), "float64"),
    (series([1.0, None], dtype="category"), "float64"),
    (series(pd.arrays.SparseArray([1.0, 2.0])), "float64"),
    (series([None, None]), "float64"),
    (pd.Series(np.arange(4.0)[::2], index=INDEX, name="column"), "float64"),
]


@pytest.mark.parametrize(("given", "dtype"), NUMBERS, ids=lambda case: str(getattr(case, "dtype", case)))
def test_numbers_of_every_storage_keep_index_and_name(checks: fu.Module, given: Any, dtype: str) -> None:
    result = checks.MULADD(given, 1.0)
    assert same_place(result) and str(result.dtype) == dtype
    for found, value in zip(result, given):
        assert pd.isna(found) if pd.isna(value) else found == value + 1


TEXTS: list[tuple[Any, str, str]] = [
    (series(["ab", None]), "str", "Int64"),
    (series(["ab", None], dtype=object), "str", "Int64"),
    (series(["ab", None], dtype="category"), "str", "Int64"),
    (series(["ab", None], dtype="string"), "string", "Int64"),
    (series(["ab", None], dtype="string[pyarrow]"), "string", "Int64"),
    (series(["ab", None], dtype=pd.ArrowDtype(pa.string())), "string[pyarrow]", "int64[pyarrow]"),
    (series(["ab", None], dtype=pd.ArrowDtype(pa.large_string())), "string[pyarrow]", "int64[pyarrow]"),
    (series(["ab", None], dtype=pd.ArrowDtype(pa.dictionary(pa.int8(), pa.string()))), "string[pyarrow]", "int64[pyarrow]"),
]


@pytest.mark.parametrize(("given", "texts", "numbers"), TEXTS, ids=lambda case: str(getattr(case, "dtype", case)))
def test_texts_of_every_storage(checks: fu.Module, given: Any, texts: str, numbers: str) -> None:
    turned = checks.REVERSE(given)
    assert same_place(turned) and turned.iloc[0] == "ba" and pd.isna(turned.iloc[1])
    wanted = pd.ArrowDtype(pa.string()) if texts == "string[pyarrow]" else pd.array([], dtype=texts).dtype
    assert turned.dtype == wanted and repr(turned.dtype) == repr(wanted)
    lengths = checks.STRLEN(given)
    assert same_place(lengths) and str(lengths.dtype) == numbers
    assert lengths.iloc[0] == 2 and pd.isna(lengths.iloc[1])


def test_whole_numbers_stay_whole_where_none_is_missing(checks: fu.Module) -> None:
    assert checks.STRLEN(series(["a", "bc"])).dtype == np.dtype("int64")
    assert str(checks.STRLEN(series(["a", "bc"], dtype="string")).dtype) == "Int64"


def test_truths_of_every_storage(checks: fu.Module) -> None:
    assert checks.BNOT(series([True, False])).dtype == np.dtype(bool)
    for dtype, wanted in [("boolean", "boolean"), (object, "boolean"), ("bool[pyarrow]", "bool[pyarrow]")]:
        result = checks.BNOT(series([True, None], dtype=dtype))
        assert str(result.dtype) == wanted and same_place(result)
        assert result.iloc[0] is False or not result.iloc[0]
        assert pd.isna(result.iloc[1])


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_datetimes_without_a_zone_stay_without(checks: fu.Module, unit: str) -> None:
    given = series(pd.to_datetime(["2024-02-29 12:00", None])).dt.as_unit(unit)
    result = checks.ID_TIMESTAMP(given)
    assert same_place(result) and str(result.dtype) == "datetime64[us]"
    assert result.iloc[0] == given.iloc[0] and result.isna().tolist() == [False, True]


def test_datetimes_with_a_zone_are_instants(checks: fu.Module) -> None:
    given = series(pd.to_datetime(["2024-02-29 12:00", None])).dt.tz_localize("UTC")
    result = checks.ID_TIMESTAMP_UTC(given)
    assert same_place(result) and str(result.dtype) == "datetime64[us, UTC]"
    assert result.iloc[0] == given.iloc[0] and pd.isna(result.iloc[1])
    arrow = checks.ID_TIMESTAMP_UTC(given.astype(pd.ArrowDtype(pa.timestamp("us", "UTC"))))
    assert str(arrow.dtype) == "timestamp[us, tz=UTC][pyarrow]" and arrow.iloc[0] == given.iloc[0]


def test_durations_dates_times_and_bytes(checks: fu.Module) -> None:
    durations = checks.ID_DURATION(series(pd.to_timedelta(["36h", None])))
    assert durations.iloc[0] == pd.Timedelta("36h") and pd.isna(durations.iloc[1])
    dates = checks.ID_DATE32(series([datetime.date(2024, 2, 29), None]))
    assert dates.iloc[0] == pd.Timestamp("2024-02-29") and pd.isna(dates.iloc[1])
    times = checks.ID_TIME64(series([datetime.time(12, 30), None]))
    assert times.tolist() == [datetime.time(12, 30), None]
    assert checks.ID_BINARY(series([b"\0a", None])).tolist() == [b"\0a", None]
    for result in (durations, dates, times):
        assert same_place(result)


def test_a_nan_of_a_series_is_missing_and_one_of_an_array_is_a_number(checks: fu.Module) -> None:
    assert checks.IS_NULL(series([1.0, float("nan")])).tolist() == [False, True]
    assert checks.IS_NULL(np.array([1.0, float("nan")])).tolist() == [False, False]
    assert checks.IS_NULL(series([1.0, float("nan")], dtype="double[pyarrow]")).tolist() == [False, True]


def test_cells_of_any_kind_stay_objects(checks: fu.Module) -> None:
    mixed = pd.Series([1, "a", None, True, datetime.date(2024, 2, 29)])
    result = checks.ID_ANY(mixed)
    assert result.dtype == object
    assert result.tolist() == [1.0, "a", None, True, datetime.date(2024, 2, 29)]


def test_an_index_serves_as_a_column(checks: fu.Module) -> None:
    result = checks.MULADD(pd.Index([1.0, 2.0], name="key"), 1.0)
    assert result.tolist() == [2.0, 3.0] and result.name == "key"
    assert checks.ID_TIMESTAMP(pd.DatetimeIndex(["2024-02-29"])).iloc[0] == pd.Timestamp("2024-02-29")
    with pytest.raises(fu.ArgumentError, match="MultiIndex"):
        checks.MULADD(pd.MultiIndex.from_tuples([(1, 2)]), 1.0)


def test_no_rows_give_no_rows(checks: fu.Module) -> None:
    for dtype in ("float64", "Float64", "double[pyarrow]"):
        result = checks.MULADD(pd.Series([], dtype=dtype, name="n"), 1.0)
        assert len(result) == 0 and str(result.dtype) == dtype and result.name == "n"


def test_series_whose_indexes_differ_are_refused(checks: fu.Module) -> None:
    turned = pd.Series([1.0, 2.0], index=["y", "x"])
    with pytest.raises(fu.ArgumentError, match=r"align them first \(Series.align\)"):
        checks.MULADD(series([1.0, 2.0]), turned)
    assert checks.MULADD(series([1.0, 2.0]), turned.to_numpy()).tolist() == [2.0, 5.0]
    with pytest.raises(fu.ArgumentError, match="has 3 rows where 2 are wanted"):
        checks.MULADD(series([1.0, 2.0]), pd.Series([1.0, 2.0, 3.0]))


def test_equal_indexes_go_together_even_with_doubles(checks: fu.Module) -> None:
    twice = pd.Series([1.0, 2.0], index=["x", "x"])
    assert checks.MULADD(twice, twice.copy()).index.tolist() == ["x", "x"]


@pytest.mark.parametrize("other", [[1.0, 2.0], (1.0, 2.0), np.array([1.0, 2.0])], ids=["list", "tuple", "array"])
def test_a_series_beside_lists_and_arrays_decides(checks: fu.Module, other: Any) -> None:
    for result in (checks.MULADD(other, series([1.0, 2.0])), checks.MULADD(series([1.0, 2.0]), other)):
        assert same_place(result) and result.tolist() == [2.0, 5.0]


def test_a_frame_is_a_range(checks: fu.Module, kitchen_sink: fu.Module) -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [3, None]}, index=INDEX)
    assert checks.SUM_RANGE(frame) == 6.0
    assert checks.SUM_RANGE(frame.convert_dtypes()) == checks.SUM_RANGE(frame.convert_dtypes(dtype_backend="pyarrow")) == 6.0
    assert checks.SUM_RANGE(pd.concat([frame, frame], axis=1)) == 12.0
    assert checks.SUM_RANGE(frame[:0]) == checks.SUM_RANGE(pd.DataFrame()) == 0.0
    turned = kitchen_sink.TRANSPOSE(frame)
    assert isinstance(turned, pd.DataFrame) and turned.to_numpy()[0].tolist() == [1.0, 2.0]


def test_a_frame_where_a_value_is_wanted_is_refused(checks: fu.Module) -> None:
    with pytest.raises(fu.ArgumentError, match="`a`: takes one value, a range was given"):
        checks.MULADD(pd.DataFrame({"a": [1.0]}), 1.0)
    with pytest.raises(fu.ArgumentError, match="utf8, but f64 is wanted"):
        checks.SUM_RANGE(pd.DataFrame({"a": [1.0], "b": ["x"]}))


def test_named_columns_come_as_a_frame(kitchen_sink: fu.Module) -> None:
    result = kitchen_sink.DESCRIBE(series([1.0, 2.0]))
    assert list(result.columns) == ["what", "value", "row"]
    assert result["value"].tolist() == [2.0, 1.0, 2.0] and str(result["row"].dtype) == "UInt64"


def test_series_can_be_changed_in_place(checks: fu.Module, finance: fu.Module) -> None:
    for result in (checks.MULADD(series([1.0, 2.0]), 1.0), finance.EMA(series([1.0, 2.0]), 0.5)):
        result.iloc[0] = 99.0
        assert result.iloc[0] == 99.0


def test_the_verbs_of_pandas(checks: fu.Module, finance: fu.Module) -> None:
    frame = pd.DataFrame({"name": ["a", "b", "a"], "spot": [90.0, 100.0, 110.0]}, index=[3, 1, 2])
    frame = frame.assign(next=lambda f: checks.MULADD(f["spot"], 1.0))
    assert frame["next"].tolist() == [91.0, 101.0, 111.0]
    smooth = frame.groupby("name")["spot"].transform(lambda s: finance.EMA(s, 0.5))
    assert smooth.tolist() == [90.0, 100.0, 100.0] and smooth.index.tolist() == [3, 1, 2]
    assert frame.groupby("name")["spot"].agg(checks.SUM_RANGE).to_dict() == {"a": 200.0, "b": 100.0}
    assert frame[["spot"]].apply(lambda s: checks.MULADD(s, 1.0))["spot"].tolist() == [91.0, 101.0, 111.0]
    assert frame["spot"].apply(lambda value: checks.MULADD(value, 1.0)).tolist() == [91.0, 101.0, 111.0]
    assert frame["spot"].pipe(checks.MULADD, 1.0).tolist() == [91.0, 101.0, 111.0]
