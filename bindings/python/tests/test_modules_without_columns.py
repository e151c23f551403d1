"""Plugins that were not written for columns: those that answer JSON, and bare modules of numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest

import formualizer_udf as fu
from guests import bare

NUMBERS = bare(
    '(func (export "add") (param f64 f64) (result f64) (f64.add (local.get 0) (local.get 1)))',
    '(func (export "double") (param i64) (result i64) (i64.mul (local.get 0) (i64.const 2)))',
    '(func (export "is_odd") (param i32) (result i32) (i32.and (local.get 0) (i32.const 1)))',
    '(func (export "half") (param f32) (result f32) (f32.mul (local.get 0) (f32.const 0.5)))',
    '(func (export "divide") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))',
    '(func (export "two") (result f64 f64) (f64.const 1) (f64.const 2))',
)


@pytest.fixture(params=fu.engines())
def numbers(request: pytest.FixtureRequest) -> fu.Module:
    return fu.Module.from_bytes(NUMBERS, runtime=fu.Runtime(request.param))


def test_a_bare_module_offers_its_exports_of_numbers(numbers: fu.Module) -> None:
    assert list(numbers) == ["add", "double", "is_odd", "half", "divide"]
    info = numbers.inspect()
    assert info["bare"] is True
    assert any("two" in warning for warning in info["warnings"])


def test_a_bare_function_takes_values_and_columns(numbers: fu.Module) -> None:
    assert numbers.add(1.5, 2.0) == 3.5
    assert numbers.add([1.0, None], 2.0) == [3.0, None]
    assert numbers.double(np.array([1, 1 << 40])).tolist() == [2, 1 << 41]
    assert numbers.is_odd(pd.Series([1, 2], dtype="int32")).tolist() == [1, 0]
    assert numbers.half(pl.Series([1.0, 3.0], dtype=pl.Float32)).to_list() == [0.5, 1.5]


def test_a_bare_function_traps_in_one_row(numbers: fu.Module) -> None:
    with pytest.raises(fu.RowsError, match="divide by zero") as raised:
        numbers.divide([6, 6, 6], [3, 0, 2])
    assert [row.row for row in raised.value.rows] == [1]
    assert numbers.divide([6, 6, 6], [3, 0, 2], errors="null") == [2, None, 3]


def test_a_function_of_json_takes_a_value(without_columns: fu.Module) -> None:
    assert without_columns.ANNUITY(0.05, 10, 100) == pytest.approx(772.17, abs=0.01)
    assert without_columns.TITLE("to be or not") == "To Be Or Not"
    assert without_columns.KIND(True) == "boolean"


def test_a_function_of_json_takes_columns(without_columns: fu.Module) -> None:
    rates = np.array([0.05, 0.06])
    single = [without_columns.ANNUITY(float(rate), 10, 100) for rate in rates]
    assert without_columns.ANNUITY(rates, 10, 100).tolist() == single
    titles = without_columns.TITLE(pd.Series(["ab cd", "x"], index=[7, 8], name="t"))
    assert titles.tolist() == ["Ab Cd", "X"] and list(titles.index) == [7, 8] and titles.name == "t"
    assert without_columns.KIND(pl.Series([1, 2])).to_list() == ["number", "number"]


def test_a_function_of_json_takes_ranges(without_columns: fu.Module) -> None:
    assert without_columns.FLIP([[1, 2], [3, 4]]) == [[1.0, 3.0], [2.0, 4.0]]
    flipped = without_columns.FLIP(pd.DataFrame({"a": [1, 2], "b": [3, 4]}))
    assert flipped.to_numpy().tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_a_function_of_json_refuses_a_row(without_columns: fu.Module) -> None:
    with pytest.raises(fu.RowsError, match="argument 1 is no number"):
        without_columns.STRICT([1.0, "x"])
    assert without_columns.STRICT([1.0, "x"], errors="null") == [1.0, None]


def test_columns_and_json_stand_side_by_side_in_a_module(without_columns: fu.Module) -> None:
    assert without_columns.HALF(3.0) == 1.5
    assert without_columns.HALF(np.array([1.0, 2.0])).tolist() == [0.5, 1.0]
