"""Results that may be of any type: plain columns where all are of one kind, objects or unions otherwise."""

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

DAY, NOON = datetime.date(2024, 2, 29), datetime.datetime(2024, 2, 29, 12)
ONE_KIND: list[tuple[list[Any], Any, Any]] = [
    ([1.5, None], pl.Float64, pa.float64()),
    (["a", None], pl.String, pa.string()),
    ([True, None], pl.Boolean, pa.bool_()),
    ([DAY, None], pl.Date, pa.date32()),
    ([NOON, None], pl.Datetime("us"), pa.timestamp("us")),
    ([datetime.time(12, 30), None], pl.Time, pa.time64("us")),
    ([datetime.timedelta(hours=36), None], pl.Duration("us"), pa.duration("us")),
    ([None, None], pl.Float64, pa.float64()),
]
MIXED = [1.0, "a", None, True, DAY, NOON]


@pytest.mark.parametrize(("values", "polars", "arrow"), ONE_KIND, ids=lambda case: str(case))
def test_cells_of_one_kind_are_plain_columns(checks: fu.Module, values: list[Any], polars: Any, arrow: Any) -> None:
    result = checks.ID_ANY(pl.Series("n", values))
    assert result.dtype == polars and result.name == "n" and result.to_list() == values
    result = checks.ID_ANY(pa.array(values))
    assert result.type == arrow and result.to_pylist() == values
    assert checks.ID_ANY(values) == values


def test_cells_of_several_kinds_are_objects_of_polars(checks: fu.Module) -> None:
    result = checks.ID_ANY(pl.Series("n", MIXED, dtype=pl.Object))
    assert result.dtype == pl.Object and result.name == "n" and result.to_list() == MIXED
    assert checks.ID_ANY(result).to_list() == MIXED
    with pytest.raises(fu.ArgumentError, match="polars has no struct of objects"):
        checks.ID_ANY(result, errors="struct")


def test_cells_of_several_kinds_are_a_union_of_arrow(checks: fu.Module, kitchen_sink: fu.Module) -> None:
    numbers, texts = pa.array([1, None, None]), pa.array(["x", "b", None])
    result = kitchen_sink.FIRST_PRESENT(numbers, texts)
    assert pa.types.is_union(result.type) and result.to_pylist() == [1.0, "b", None]
    assert [result.type.field(i).name for i in range(result.type.num_fields)] == ["number", "text"]
    result.validate(full=True)
    # It is a column of cells again.
    again = checks.ID_ANY(result)
    assert again.type == result.type and again.to_pylist() == [1.0, "b", None]
    assert checks.LABEL(result).type == pa.string()
    chunked = kitchen_sink.FIRST_PRESENT(pa.chunked_array([numbers, numbers]), pa.chunked_array([texts, texts]))
    assert isinstance(chunked, pa.ChunkedArray) and chunked.to_pylist() == [1.0, "b", None] * 2
    both = kitchen_sink.FIRST_PRESENT(numbers, texts, errors="struct")
    assert both.to_pylist()[1] == {"value": "b", "error": None}


def test_cells_of_several_kinds_are_objects_elsewhere(checks: fu.Module) -> None:
    mixed = pd.Series(MIXED, dtype=object)
    assert checks.ID_ANY(mixed).tolist() == MIXED
    assert checks.ID_ANY(np.array(MIXED, dtype=object)).tolist() == MIXED
    assert checks.ID_ANY(MIXED) == MIXED
    texts = pd.Series(["a", "b"], dtype=pd.ArrowDtype(pa.string()))
    result = fu.functions.IF(pd.Series([True, False], dtype="bool[pyarrow]"), texts, 1.0)
    assert result.dtype == object and result.tolist() == ["a", 1.0]


def test_cells_of_several_kinds_are_a_union_of_duckdb(kitchen_sink: fu.Module) -> None:
    table = duckdb.from_arrow(pa.table({"v": kitchen_sink.FIRST_PRESENT(pa.array([1, None]), pa.array(["a", "b"]))}))
    assert table.fetchall() == [(1.0,), ("b",)]


def test_a_date_that_python_does_not_have_is_its_serial(checks: fu.Module) -> None:
    far = pa.array([6_585_442, None], pa.date32())
    assert checks.ID_ANY(far).to_pylist() == [6_585_442 + 25_569.0, None]
    assert checks.ID_ANY(pl.Series(["a", datetime.date.max], dtype=pl.Object)).to_list() == ["a", datetime.date.max]
    first = [datetime.date.min, datetime.date(1900, 2, 28), datetime.date(1900, 3, 1), datetime.date.max]
    assert checks.ID_ANY(first) == checks.ID_ANY(pl.Series(first)).to_list() == first
    noons = [datetime.datetime(1900, 2, 28, 12), datetime.datetime(1969, 12, 31, 23, 59, 59)]
    assert checks.ID_ANY(pa.array(noons)).to_pylist() == noons


# Expressions of polars.

X, S = pl.col("x"), pl.col("s")


@pytest.fixture
def frame() -> pl.DataFrame:
    return pl.DataFrame({"x": [1.0, 2.0, 3.0], "s": ["north", "south", "west"]})


def test_an_expression_has_the_type_that_its_caller_states(frame: pl.DataFrame) -> None:
    found = fu.functions.XLOOKUP(S, ["north", "south"], ["N", "S"], "?", return_dtype=pl.String)
    query = frame.lazy().select(s=found)
    assert query.collect_schema() == {"s": pl.String}
    assert query.collect()["s"].to_list() == ["N", "S", "?"]
    assert query.collect(engine="streaming")["s"].to_list() == ["N", "S", "?"]
    assert frame.head(0).select(found).dtypes == [pl.String]


def test_a_stated_type_holds_where_all_rows_fail(frame: pl.DataFrame) -> None:
    nothing = fu.functions.XLOOKUP(S, ["a"], ["A"], errors="null", return_dtype=pl.String)
    result = frame.select(s=nothing)["s"]
    assert result.dtype == pl.String and result.to_list() == [None, None, None]
    rate = fu.functions.XLOOKUP(S, ["north", "south"], [0.1, 0.2], errors="null", return_dtype=pl.Float64)
    assert frame.select(r=rate)["r"].to_list() == [0.1, 0.2, None]
    dates = fu.functions.XLOOKUP(S, ["north"], [DAY], errors="null", return_dtype=pl.Date)
    assert frame.select(d=dates)["d"].to_list() == [DAY, None, None]


def test_values_of_several_kinds_are_objects_where_that_is_stated(frame: pl.DataFrame) -> None:
    mixed = fu.functions.IF(X > 1.5, S, X, return_dtype=pl.Object)
    assert frame.select(m=mixed)["m"].to_list() == [1.0, "south", "west"]
    with pytest.raises(Exception, match="return_dtype=String: the result holds"):
        frame.select(fu.functions.IF(X > 1.5, S, X, return_dtype=pl.String))


def test_numbers_are_of_the_stated_type_where_they_are_exact(frame: pl.DataFrame) -> None:
    whole = fu.functions.ROUND(X, 0, return_dtype=pl.Int64)
    assert frame.select(n=whole)["n"].to_list() == [1, 2, 3]
    with pytest.raises(Exception, match="not exact in it"):
        frame.select(fu.functions.ROUND(X + 0.5, 1, return_dtype=pl.Int64))


def test_a_stated_type_is_of_the_value_beside_errors(frame: pl.DataFrame) -> None:
    both = fu.functions.XLOOKUP(S, ["north"], ["N"], errors="struct", return_dtype=pl.String)
    query = frame.lazy().select(b=both)
    assert query.collect_schema()["b"] == pl.Struct({"value": pl.String, "error": pl.String})
    assert [row["value"] for row in query.collect()["b"].to_list()] == ["N", None, None]


def test_a_stated_type_is_one_of_polars_and_for_expressions(checks: fu.Module, frame: pl.DataFrame) -> None:
    with pytest.raises(fu.ArgumentError, match="give a type of polars, such as pl.String"):
        checks.ID_ANY(X, return_dtype="text")
    with pytest.raises(fu.ArgumentError, match="no expression is passed: cast the result"):
        checks.ID_ANY(frame["x"], return_dtype=pl.Float64)
    assert frame.select(checks.MULADD(X, 1.0, return_dtype=pl.Float32)).dtypes == [pl.Float32]


def test_types_that_are_not_stated_are_found_by_a_call(checks: fu.Module, frame: pl.DataFrame) -> None:
    assert frame.lazy().select(fu.functions.ROUND(X, 1)).collect_schema() == {"x": pl.Float64}
    assert frame.select(fu.functions.IF(X > 1.5, "many", "one")).to_series().to_list() == ["one", "many", "many"]
    assert frame.select(checks.ID_ANY(S)).schema == {"s": pl.String}
    assert frame.select(checks.ID_ANY(S.str.to_date(strict=False).fill_null(DAY))).schema == {"s": pl.Date}
