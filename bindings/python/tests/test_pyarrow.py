"""pyarrow: arrays, chunked arrays, tables, batches and scalars."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import formualizer_udf as fu

NUMBERS = [
    pa.array([1, None, 3], kind)
    for kind in [
        pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64(),
        pa.float16(), pa.float32(), pa.float64(),
    ]
]  # fmt: skip


@pytest.mark.parametrize("given", NUMBERS, ids=lambda given: str(given.type))
def test_numbers_of_every_type(checks: fu.Module, given: Any) -> None:
    result = checks.MULADD(given, 1.0)
    assert isinstance(result, pa.DoubleArray) and result.to_pylist() == [2.0, None, 4.0]
    result.validate(full=True)


ECHOES: list[tuple[str, Any]] = [
    ("BOOL", pa.array([True, None, False])),
    ("UTF8", pa.array(["größe", None, ""])),
    ("BINARY", pa.array([b"\0\xff", None, b""])),
    ("DATE32", pa.array([datetime.date(1, 1, 1), None, datetime.date(9999, 12, 31)])),
    ("TIME64", pa.array([datetime.time(23, 59, 59, 999_999), None])),
    ("TIMESTAMP", pa.array([datetime.datetime(1, 1, 1), None, datetime.datetime(9999, 12, 31, 23, 59)], pa.timestamp("us"))),
    ("TIMESTAMP_UTC", pa.array([0, None], pa.timestamp("us", "UTC"))),
    ("DURATION", pa.array([-1, None, 2**62], pa.duration("us"))),
    ("I64", pa.array([-(2**63), None, 2**63 - 1])),
    ("U64", pa.array([2**64 - 1, None], pa.uint64())),
    ("F32", pa.array([1.5, None, float("-inf")], pa.float32())),
]


@pytest.mark.parametrize(("name", "given"), ECHOES, ids=lambda case: case if isinstance(case, str) else "")
def test_an_echo_is_the_same_array(checks: fu.Module, name: str, given: Any) -> None:
    result = checks[f"ID_{name}"](given)
    assert result.equals(given) and result.type == given.type
    turned = checks[f"ID_{name}"](given[::-1][1:])
    assert turned.equals(given[::-1][1:])


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())], ids=str
)
def test_texts_of_every_layout(checks: fu.Module, kind: Any) -> None:
    result = checks.REVERSE(pa.array(["ab", None, "größe"]).cast(kind))
    assert result.type == pa.string() and result.to_pylist() == ["ba", None, "eßörg"]


def test_other_layouts_of_numbers(checks: fu.Module) -> None:
    assert checks.MULADD(pa.array([1, 1, 2]).dictionary_encode(), 1.0).to_pylist() == [2.0, 2.0, 3.0]
    runs = pa.RunEndEncodedArray.from_arrays([2, 3], [1.0, 2.0])
    assert checks.MULADD(runs, 1.0).to_pylist() == [2.0, 2.0, 3.0]
    assert checks.ID_BINARY(pa.array([b"ab"], pa.binary(2))).to_pylist() == [b"ab"]
    assert checks.ID_BINARY(pa.array([b"ab"], pa.large_binary())).to_pylist() == [b"ab"]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_times_of_every_unit(checks: fu.Module, unit: str) -> None:
    moments = pa.array([datetime.datetime(2024, 2, 29), None], pa.timestamp(unit))
    assert checks.ID_TIMESTAMP(moments).equals(moments.cast(pa.timestamp("us")))
    spans = pa.array([datetime.timedelta(hours=1), None], pa.duration(unit))
    assert checks.ID_DURATION(spans).equals(spans.cast(pa.duration("us")))


def test_dates_and_times_of_other_widths(checks: fu.Module) -> None:
    days = pa.array([datetime.date(2024, 2, 29), None])
    assert checks.ID_DATE32(days.cast(pa.date64())).equals(days)
    clock = pa.array([datetime.time(12, 30), None], pa.time32("s"))
    assert checks.ID_TIME64(clock).to_pylist() == [datetime.time(12, 30), None]


def test_times_finer_than_microseconds_are_refused(checks: fu.Module) -> None:
    with pytest.raises(fu.ArgumentError, match="not exact .*round the column first"):
        checks.ID_TIMESTAMP(pa.array([1], pa.timestamp("ns")))


def test_nulls_of_no_type_are_of_every_type(checks: fu.Module) -> None:
    assert checks.MULADD(pa.nulls(2), 1.0).to_pylist() == [None, None]
    assert checks.MULADD(pa.nulls(2), 1.0).type == pa.float64()


def test_a_chunked_array_keeps_its_chunks_of_rows(checks: fu.Module) -> None:
    given = pa.chunked_array([[1.0], [], [2.0, None], [4.0]])
    result = checks.MULADD(given, 1.0)
    assert isinstance(result, pa.ChunkedArray)
    assert [chunk.to_pylist() for chunk in result.chunks] == [[2.0], [3.0, None], [5.0]]
    both = checks.MULADD(given, pa.chunked_array([[1.0, 1.0], [1.0, 1.0]]))
    assert both.to_pylist() == result.to_pylist() and both.num_chunks == 4
    assert checks.MULADD(given, pa.array([1.0] * 4)).to_pylist() == result.to_pylist()


def test_chunks_without_values_are_of_the_type_of_the_others(checks: fu.Module) -> None:
    instants = pa.timestamp("us", "UTC")
    for chunks in ([[None], [1]], [[1], [None]], [[1], [], [None, 2]]):
        given = pa.chunked_array([pa.array(chunk, instants) for chunk in chunks])
        result = checks.ID_TIMESTAMP_UTC(given)
        assert result.type == instants and result.to_pylist() == given.to_pylist()


def test_a_chunked_array_of_no_chunks_has_no_rows(checks: fu.Module) -> None:
    result = checks.MULADD(pa.chunked_array([], pa.float64()), 1.0)
    assert isinstance(result, pa.ChunkedArray) and len(result) == 0 and result.type == pa.float64()
    assert len(checks.MULADD(pa.array([], pa.float64()), 1.0)) == 0


def test_scalars_stand_for_every_row(checks: fu.Module) -> None:
    assert checks.MULADD(pa.scalar(1.5), pa.scalar(1)) == 2.5
    assert checks.MULADD(pa.scalar(None, pa.float64()), 1.0) is None
    assert checks.MULADD([1.0, 2.0], pa.scalar(1, pa.int8())) == [2.0, 3.0]
    moment = pa.scalar(datetime.datetime(2024, 2, 29), pa.timestamp("us"))
    assert checks.ID_TIMESTAMP(moment) == datetime.datetime(2024, 2, 29)


@pytest.fixture
def table() -> pa.Table:
    return pa.table({"a": pa.chunked_array([[1.0], [2.0]]), "b": [3, None]})


def test_tables_and_batches_are_ranges(checks: fu.Module, kitchen_sink: fu.Module, table: pa.Table) -> None:
    assert checks.SUM_RANGE(table) == 6.0
    assert checks.SUM_RANGE(table.combine_chunks().to_batches()[0]) == 6.0
    assert checks.SUM_RANGE(table.to_reader()) == 6.0
    assert checks.SUM_RANGE(table[:0]) == checks.SUM_RANGE(pa.table({})) == 0.0
    turned = kitchen_sink.TRANSPOSE(table)
    assert isinstance(turned, pa.Table) and turned.to_pylist() == [{"0": 1.0, "1": 2.0}, {"0": 3.0, "1": None}]


def test_columns_of_a_table_and_a_batch_are_columns(checks: fu.Module, table: pa.Table) -> None:
    assert checks.MULADD(table["a"], table["b"]).to_pylist() == [4.0, None]
    batch = table.combine_chunks().to_batches()[0]
    assert isinstance(checks.MULADD(batch["a"], batch["b"]), pa.Array)


def test_named_columns_come_as_a_table(kitchen_sink: fu.Module) -> None:
    result = kitchen_sink.DESCRIBE(pa.array([1.0, 2.0]))
    assert result.schema == pa.schema({"what": pa.string(), "value": pa.float64(), "row": pa.uint64()})


def test_a_column_of_an_array_function_is_chunked_where_it_was(finance: fu.Module) -> None:
    assert isinstance(finance.EMA(pa.array([1.0, 2.0]), 0.5), pa.Array)
    assert isinstance(finance.EMA(pa.chunked_array([[1.0], [2.0]]), 0.5), pa.ChunkedArray)


@pytest.mark.parametrize(
    "given",
    [
        pa.array([[1.0]]),
        pa.array([{"a": 1}]),
        pa.array(["1"]),
        pa.field("a", pa.int8()),
        pa.schema([]),
        pa.DoubleArray,
    ],
    ids=lambda given: str(getattr(given, "type", type(given).__name__)),
)
def test_what_has_no_counterpart_is_refused(checks: fu.Module, given: Any) -> None:
    with pytest.raises(fu.ArgumentError, match="MULADD, argument 1 `a`: "):
        checks.MULADD(given, 1.0)


def test_a_table_where_a_value_is_wanted_is_refused(checks: fu.Module, table: pa.Table) -> None:
    with pytest.raises(fu.ArgumentError, match="takes one value, a range was given"):
        checks.MULADD(table, 1.0)


def test_nan_is_a_number_in_arrow(checks: fu.Module) -> None:
    assert checks.IS_NULL(pa.array([np.nan, None], from_pandas=False)).to_pylist() == [False, True]


def test_results_outlive_what_they_came_from(checks: fu.Module) -> None:
    result = checks.MULADD(pa.array(np.arange(100_000.0)), 1.0)[10:20]
    for _ in range(5):
        checks.MULADD(pa.array(np.zeros(100_000)), 1.0)
    assert result.to_pylist() == [float(row + 1) for row in range(10, 20)]
