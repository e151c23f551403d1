"""Rows that fail: an exception, nulls, or the errors beside the values, in every kind of container."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import formualizer_udf as fu
from places import PLUGINS

VALUES = [4.0, -1.0, 9.0]
TEXT = "#NUM!: negative: -1"
CONTAINERS: dict[str, Any] = {
    "list": VALUES,
    "tuple": tuple(VALUES),
    "numpy": np.array(VALUES),
    "pandas": pd.Series(VALUES, index=["x", "y", "z"], name="n"),
    "pandas nullable": pd.Series(VALUES, index=["x", "y", "z"], name="n", dtype="Float64"),
    "pandas Arrow": pd.Series(VALUES, index=["x", "y", "z"], name="n", dtype="double[pyarrow]"),
    "polars": pl.Series("n", VALUES),
    "pyarrow": pa.array(VALUES),
    "pyarrow chunked": pa.chunked_array([VALUES[:1], VALUES[1:]]),
}


def items(result: Any) -> list[Any]:
    values = result.to_pylist() if hasattr(result, "to_pylist") else list(result)
    return [None if pd.isna(value) else value for value in values]


@pytest.fixture(params=CONTAINERS)
def container(request: pytest.FixtureRequest) -> Any:
    return CONTAINERS[request.param]


def test_a_failing_row_is_an_exception(checks: fu.Module, container: Any) -> None:
    for call in (checks.SQRT_CHECKED, checks.SQRT_CHECKED.with_options(errors="raise")):
        with pytest.raises(fu.RowsError) as raised:
            call(container)
        error = raised.value
        assert (error.function, error.count, error.total) == ("SQRT_CHECKED", 1, 3)
        assert error.rows == (fu.RowError(1, "#NUM!", "negative: -1"),)
        assert "SQRT_CHECKED failed in 1 of 3 rows: row 1: #NUM! (negative: -1)" in str(error)


def test_a_failing_row_is_null(checks: fu.Module, container: Any) -> None:
    for result in (
        checks.SQRT_CHECKED(container, errors="null"),
        checks.SQRT_CHECKED.with_options(errors="null")(container),
    ):
        assert type(result) is (list if isinstance(container, tuple) else type(container))
        assert items(result) == [2.0, None, 3.0]


def test_errors_stand_beside_the_values(checks: fu.Module, container: Any) -> None:
    result = checks.SQRT_CHECKED(container, errors="struct")
    if isinstance(container, pd.Series):
        assert list(result.columns) == ["value", "error"] and result.index.equals(container.index)
        values, errors = result["value"], result["error"]
    elif isinstance(container, pl.Series):
        assert result.name == "n" and result.dtype == pl.Struct({"value": pl.Float64, "error": pl.String})
        values, errors = result.struct["value"], result.struct["error"]
    elif isinstance(container, (pa.Array, pa.ChunkedArray)):
        assert isinstance(result, pa.ChunkedArray) == isinstance(container, pa.ChunkedArray)
        rows = result.to_pylist()
        values, errors = [row["value"] for row in rows], [row["error"] for row in rows]
    else:
        assert isinstance(result, fu.WithErrors) and type(result.values) is type(result.errors)
        values, errors = result
    assert items(values) == [2.0, None, 3.0]
    assert items(errors) == [None, TEXT, None]


def test_columns_without_errors_have_none_beside_them(checks: fu.Module) -> None:
    result = checks.SQRT_CHECKED(pd.Series([4.0]), errors="struct")
    assert result["value"].tolist() == [2.0] and result["error"].isna().tolist() == [True]
    assert checks.SQRT_CHECKED([4.0], errors="struct") == fu.WithErrors([2.0], [None])
    assert checks.SQRT_CHECKED([], errors="struct") == fu.WithErrors([], [])
    assert checks.SQRT_CHECKED(pl.Series([], dtype=pl.Float64), errors="struct").len() == 0


def test_one_value_fails_like_one_row(checks: fu.Module) -> None:
    assert checks.SQRT_CHECKED(-1.0, errors="null") is None
    assert checks.SQRT_CHECKED(-1.0, errors="struct") == {"value": None, "error": TEXT}
    assert checks.SQRT_CHECKED(4.0, errors="struct") == {"value": 2.0, "error": None}
    with pytest.raises(fu.RowsError, match="failed in 1 of 1 rows"):
        checks.SQRT_CHECKED(-1.0)


def test_a_null_is_no_failure(checks: fu.Module) -> None:
    assert checks.SQRT_CHECKED([4.0, None]) == [2.0, None]
    assert checks.SQRT_CHECKED([4.0, None], errors="struct") == fu.WithErrors([2.0, None], [None, None])


def test_a_row_that_panics_fails_alone(checks: fu.Module) -> None:
    result = checks.DIVIDE_I64([6, 6, 6], [3, 0, 2], errors="struct")
    assert result.values == [2, None, 3]
    assert result.errors[1].startswith("#VALUE!: attempt to divide by zero")


def test_a_hundred_failing_rows_are_listed_and_all_are_counted(checks: fu.Module) -> None:
    with pytest.raises(fu.RowsError) as raised:
        checks.SQRT_CHECKED(np.full(100_000, -1.0))
    error = raised.value
    assert (error.count, error.total, len(error.rows)) == (100_000, 100_000, 100)
    assert [row.row for row in error.rows] == list(range(100))
    assert str(error).count("row ") == 3 and ", …" in str(error)


def test_rows_are_counted_from_the_start_of_the_column_whatever_the_chunks(checks: fu.Module) -> None:
    chunks = pa.chunked_array([[1.0, 1.0], [], [1.0, -1.0], [-1.0]])
    with pytest.raises(fu.RowsError) as raised:
        checks.SQRT_CHECKED(chunks)
    assert [row.row for row in raised.value.rows] == [3, 4]


def test_a_rows_error_travels_with_its_fields(checks: fu.Module) -> None:
    with pytest.raises(fu.RowsError) as raised:
        checks.SQRT_CHECKED([4.0, -1.0])
    again = pickle.loads(pickle.dumps(raised.value))
    assert isinstance(again, fu.RowsError) and again.rows == raised.value.rows
    assert (again.count, again.total, again.function) == (1, 2, "SQRT_CHECKED")
    assert str(again) == str(raised.value)


def test_a_function_that_fails_as_a_whole_is_an_exception_whatever_errors_says(checks: fu.Module) -> None:
    for errors in ("raise", "null", "struct"):
        with pytest.raises(fu.FunctionError, match="refused 1") as raised:
            checks.FAIL_REDUCE(1.0, errors=errors)
        assert (raised.value.code, raised.value.function) == ("#N/A", "FAIL_REDUCE")


def test_errors_in_cells_of_any_kind_are_failures(kitchen_sink: fu.Module) -> None:
    assert kitchen_sink.AS_ERROR(["#N/A", "#NUM!"]) == ["#N/A", "#NUM!"]


def test_named_columns_have_errors_of_their_own(kitchen_sink: fu.Module) -> None:
    frame = kitchen_sink.DESCRIBE(pd.Series([1.0, 2.0]), errors="struct")
    assert list(frame.columns) == ["what", "value", "row", "what_error", "value_error", "row_error"]
    table = kitchen_sink.DESCRIBE(pa.array([1.0, 2.0]), errors="struct")
    assert table["value"].to_pylist()[0] == {"value": 2.0, "error": None}
    rows = kitchen_sink.DESCRIBE([1.0, 2.0], errors="struct")
    assert rows.values[0]["value"] == 2.0 and rows.errors[0]["value"] is None
    arrays = kitchen_sink.DESCRIBE(np.array([1.0, 2.0]), errors="struct")
    assert arrays.values["value"][0] == 2.0 and arrays.errors["value"][0] is None


@pytest.mark.parametrize("wrong", ["ignore", "", "RAISE", 1, ["raise"]], ids=repr)
def test_another_word_for_errors_is_refused(checks: fu.Module, wrong: Any) -> None:
    with pytest.raises(fu.ArgumentError, match="give 'raise', 'null' or 'struct'"):
        checks.SQRT_CHECKED(4.0, errors=wrong)
    with pytest.raises(fu.ArgumentError, match="give 'raise', 'null' or 'struct'"):
        checks.SQRT_CHECKED.with_options(errors=wrong)


def test_rows_with_the_same_error_share_its_text(checks: fu.Module) -> None:
    errors = checks.SQRT_CHECKED([-1.0] * 3 + [4.0], errors="struct").errors
    assert errors[0] is errors[1] is errors[2] and errors[3] is None


@pytest.mark.parametrize("engine", ["wasmtime", "wasmi"])
def test_messages_past_their_limit_are_left_out(engine: str) -> None:
    runtime = fu.Runtime(engine, limits=fu.Limits(messages_bytes=200))
    module = fu.Module.from_file(PLUGINS / "conformance.wasm", runtime=runtime)
    values = [-float(n) for n in range(1, 1001)]
    for made in (values, np.array(values), pd.Series(values), pl.Series(values), pa.array(values)):
        result = module.SQRT_CHECKED(made, errors="struct")
        texts = _errors(result)
        assert len(texts) == 1000 and all(text.startswith("#NUM!: ") for text in texts)
        assert "left out" not in texts[0] and all("left out" in text for text in texts[200:])


def _errors(result: Any) -> list[str]:
    if isinstance(result, fu.WithErrors):
        return list(result.errors)
    if isinstance(result, pd.DataFrame):
        return list(result["error"])
    if isinstance(result, pl.Series):
        return result.struct["error"].to_list()
    return [row["error"] for row in result.to_pylist()]
