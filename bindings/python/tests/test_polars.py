"""polars: Series and frames in, Series and frames out."""

from __future__ import annotations

import datetime
from typing import Any

import polars as pl
import pytest

import formualizer_udf as fu


@pytest.mark.parametrize(
    "dtype",
    [pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64, pl.Float32, pl.Float64],
    ids=str,
)
def test_numbers_of_every_type(checks: fu.Module, dtype: Any) -> None:
    result = checks.MULADD(pl.Series("n", [1, None, 3], dtype=dtype), 1.0)
    assert result.dtype == pl.Float64 and result.name == "n"
    assert result.to_list() == [2.0, None, 4.0]


def test_echoes_keep_their_types(checks: fu.Module) -> None:
    for name, dtype in [("I8", pl.Int8), ("U16", pl.UInt16), ("F32", pl.Float32), ("BOOL", pl.Boolean)]:
        given = pl.Series("n", [1, None, 0]).cast(dtype)
        result = checks[f"ID_{name}"](given)
        assert result.equals(given, check_dtypes=True, check_names=True)


@pytest.mark.parametrize("dtype", [pl.String, pl.Categorical, pl.Enum(["ab"])], ids=str)
def test_texts(checks: fu.Module, dtype: Any) -> None:
    result = checks.REVERSE(pl.Series("t", ["ab", None], dtype=dtype))
    assert result.dtype == pl.String and result.to_list() == ["ba", None]


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_times_of_every_unit(checks: fu.Module, unit: Any) -> None:
    moment, span = datetime.datetime(2024, 2, 29, 12), datetime.timedelta(hours=36)
    result = checks.ID_TIMESTAMP(pl.Series([moment, None], dtype=pl.Datetime(unit)))
    assert result.dtype == pl.Datetime("us") and result.to_list() == [moment, None]
    result = checks.ID_DURATION(pl.Series([span, None], dtype=pl.Duration(unit)))
    assert result.dtype == pl.Duration("us") and result.to_list() == [span, None]


def test_instants_come_back_in_utc(checks: fu.Module) -> None:
    given = pl.Series([datetime.datetime(2024, 2, 29, 12)]).dt.replace_time_zone("UTC")
    result = checks.ID_TIMESTAMP_UTC(given)
    assert result.dtype == pl.Datetime("us", "UTC") and result[0] == given[0]


def test_dates_times_and_bytes(checks: fu.Module) -> None:
    for name, values in [
        ("DATE32", [datetime.date(2024, 2, 29), None]),
        ("TIME64", [datetime.time(12, 30, 0, 5), None]),
        ("BINARY", [b"\0a", None]),
    ]:
        given = pl.Series("v", values)
        assert checks[f"ID_{name}"](given).equals(given, check_dtypes=True)


def test_a_series_in_chunks_and_slices(checks: fu.Module) -> None:
    one = pl.Series("n", [1.0, None, 3.0])
    chunks = pl.concat([one, one, one[:0], one], rechunk=False)
    assert chunks.n_chunks() > 1
    assert checks.MULADD(chunks, 1.0).to_list() == [2.0, None, 4.0] * 3
    assert checks.MULADD(one[1:], one[:2]).to_list() == [None, None]
    assert checks.MULADD(chunks, pl.concat([chunks[1:], chunks[:1]], rechunk=False)).len() == 9


def test_no_rows_give_no_rows(checks: fu.Module) -> None:
    assert checks.MULADD(pl.Series("n", [], dtype=pl.Int8), 1.0).dtype == pl.Float64
    assert checks.REVERSE(pl.Series("n", [], dtype=pl.String)).dtype == pl.String


def test_a_series_of_nulls_is_of_every_type(checks: fu.Module) -> None:
    nulls = pl.Series("n", [None, None])
    assert nulls.dtype == pl.Null
    assert checks.MULADD(nulls, 1.0).equals(pl.Series("n", [None, None], dtype=pl.Float64), check_dtypes=True)
    assert checks.REVERSE(nulls).dtype == pl.String


def test_objects_are_taken_by_their_values(checks: fu.Module) -> None:
    assert checks.MULADD(pl.Series([1.0, 2.0], dtype=pl.Object), 1.0).to_list() == [2.0, 3.0]
    with pytest.raises(fu.ArgumentError, match="row 0: a object is no value"):
        checks.ID_BINARY(pl.Series([object()], dtype=pl.Object))


@pytest.mark.parametrize(
    "given",
    [
        pl.Series([[1.0]]),
        pl.Series([{"a": 1}]),
        pl.Series([b"1"]),
        pl.Series(["1"]),
    ],
    ids=lambda given: str(given.dtype),
)
def test_what_has_no_counterpart_is_refused(checks: fu.Module, given: Any) -> None:
    with pytest.raises(fu.ArgumentError, match="MULADD, argument 1 `a`: "):
        checks.MULADD(given, 1.0)


def test_rows_are_matched_by_position(checks: fu.Module) -> None:
    result = checks.MULADD(pl.Series("a", [1.0, 2.0]), pl.Series("b", [1.0, 2.0]))
    assert result.name == "a" and result.to_list() == [2.0, 5.0]
    with pytest.raises(fu.ArgumentError, match="equal length"):
        checks.MULADD(pl.Series([1.0, 2.0]), pl.Series([1.0]))


def test_a_frame_is_a_range(checks: fu.Module, kitchen_sink: fu.Module) -> None:
    frame = pl.DataFrame({"a": [1, 2], "b": [3.5, None]})
    assert checks.SUM_RANGE(frame) == 6.5
    assert checks.SUM_RANGE(frame.head(0)) == checks.SUM_RANGE(pl.DataFrame()) == 0.0
    turned = kitchen_sink.TRANSPOSE(frame)
    assert isinstance(turned, pl.DataFrame) and turned.rows() == [(1.0, 2.0), (3.5, None)]


def test_named_columns_come_as_a_frame(kitchen_sink: fu.Module) -> None:
    result = kitchen_sink.DESCRIBE(pl.Series([1.0, 2.0]))
    assert result.columns == ["what", "value", "row"]
    assert result.row(1, named=True) == {"what": "least", "value": 1.0, "row": 1}


def test_a_lazy_frame_is_told_how_to_call(checks: fu.Module) -> None:
    with pytest.raises(fu.ArgumentError, match=r"collect\(\) it, or pass expressions"):
        checks.SUM_RANGE(pl.LazyFrame({"a": [1]}))
