"""Calls: arguments by position and by name, single values, what is left out, the three kinds of functions, options."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pytest

import formualizer_udf as fu

OPTION = {"spot": 100.0, "strike": 100.0, "rate": 0.02, "vol": 0.2, "years": 1.0}


def test_arguments_go_by_position_by_name_and_mixed(finance: fu.Module) -> None:
    wanted = finance.BS_CALL(100.0, 100.0, 0.02, 0.2, 1.0)
    assert wanted == pytest.approx(8.916, abs=1e-3)
    assert finance.BS_CALL(**OPTION) == wanted
    assert finance.BS_CALL(100.0, 100.0, years=1.0, vol=0.2, rate=0.02) == wanted
    assert finance.BS_CALL(SPOT=100.0, Strike=100.0, rate=0.02, vol=0.2, years=1.0) == wanted


@pytest.mark.parametrize("column", list(OPTION))
def test_any_argument_may_be_the_column(finance: fu.Module, column: str) -> None:
    values = np.array([0.5, 1.0, 1.5]) * OPTION[column]
    together = finance.BS_CALL(**{**OPTION, column: values})
    single = [finance.BS_CALL(**{**OPTION, column: float(value)}) for value in values]
    assert together.tolist() == single and len(set(single)) == 3


def test_single_values_stand_for_every_row(checks: fu.Module) -> None:
    assert checks.MULADD([1.0, 2.0, 3.0], 10.0) == [11.0, 21.0, 31.0]
    assert checks.JOIN("a", ["b", None, "c"]) == ["ab", None, "ac"]


def test_a_single_null_makes_every_row_null(checks: fu.Module) -> None:
    assert checks.MULADD([1.0, 2.0], None) == [None, None]
    assert checks.MULADD(1.0, None) is None


def test_a_list_of_one_row_gives_a_list_and_a_value_a_value(checks: fu.Module) -> None:
    assert checks.MULADD([1.0], 1.0) == [2.0]
    assert checks.MULADD(1.0, 1.0) == 2.0
    assert checks.MULADD([], 1.0) == []


def test_optional_parameters_may_be_left_out_anywhere(checks: fu.Module, kitchen_sink: fu.Module) -> None:
    assert checks.OR_ELSE(None, 5.0) == checks.OR_ELSE(otherwise=5.0) == 5.0
    assert checks.OR_ELSE([1.0, None], 5.0) == [1.0, 5.0]
    assert kitchen_sink.IS_BETWEEN(1.0, 1.0, 2.0) is True
    assert kitchen_sink.IS_BETWEEN(1.0, 1.0, 2.0, exclusive=True) is False
    assert kitchen_sink.ADD_DAYS(datetime.date(2024, 2, 28)) == datetime.date(2024, 2, 29)
    assert kitchen_sink.DISCOUNT([100.0], rate=None) == kitchen_sink.DISCOUNT([100.0])


def test_any_number_of_arguments_go_by_position(kitchen_sink: fu.Module) -> None:
    assert kitchen_sink.LARGEST(1.0) == 1.0
    assert kitchen_sink.LARGEST(1.0, 3.0, 2.0) == 3.0
    assert kitchen_sink.LARGEST([1.0, 9.0], 4.0, [2.0, 3.0]) == [4.0, 9.0]
    assert kitchen_sink.JOIN_ALL("-", "a", "b", "c") == "a-b-c"
    assert kitchen_sink.JOIN_ALL(", ") == ""


def test_a_reduce_function_gives_one_value_whatever_it_gets(checks: fu.Module) -> None:
    frame = [[1.0, 2.0], [3.0, None]]
    assert checks.SUM_RANGE(frame) == checks.SUM_RANGE(np.array([1.0, 2.0, 3.0])) == 6.0
    assert checks.SUM_RANGE([]) == 0.0 and checks.SUM_RANGE(2.5) == 2.5
    assert checks.COUNT_NULLS([None, 1.0, None]) == 2
    assert checks.FIRST_TEXT([None, "a"]) == "a" and checks.FIRST_TEXT([None]) is None


def test_an_array_function_of_one_column_gives_one(finance: fu.Module, checks: fu.Module) -> None:
    assert finance.EMA([1.0, 2.0], 0.5) == [1.0, 1.5]
    assert checks.SEQ(3) == [1.0, 2.0, 3.0]
    assert checks.WORDS("a b") == ["a", "b"]


def test_an_array_function_of_several_columns_gives_rows(checks: fu.Module, kitchen_sink: fu.Module) -> None:
    assert checks.TABLE(2, 3) == [[11.0, 12.0, 13.0], [21.0, 22.0, 23.0]]
    rows = kitchen_sink.DESCRIBE([1.0, 2.0])
    assert rows[1] == {"what": "least", "value": 1.0, "row": 1}


def test_an_array_function_gives_numpy_arrays_for_arrays(checks: fu.Module, kitchen_sink: fu.Module) -> None:
    columns = kitchen_sink.DESCRIBE(np.array([1.0, 2.0]))
    assert list(columns) == ["what", "value", "row"]
    assert columns["value"].tolist() == [2.0, 1.0, 2.0] and columns["what"].tolist() == ["count", "least", "largest"]
    turned = kitchen_sink.TRANSPOSE(np.array([[1.0, 2.0, 3.0]]))
    assert turned.tolist() == [1.0, 2.0, 3.0]
    turned = kitchen_sink.TRANSPOSE(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
    assert turned.tolist() == [[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]


def test_the_first_column_decides_what_comes_back(checks: fu.Module) -> None:
    array, items = np.array([1.0, 2.0]), [1.0, 2.0]
    assert isinstance(checks.MULADD(array, items), np.ndarray)
    assert isinstance(checks.MULADD(items, array), np.ndarray)
    assert isinstance(checks.MULADD(items, items), list)
    assert isinstance(checks.MULADD(1.0, tuple(items)), list)


def test_options_make_another_function(finance: fu.Module) -> None:
    lenient = finance.IMPLIED_VOL.with_options(errors="null")
    assert (lenient.errors, finance.IMPLIED_VOL.errors) == ("null", "raise")
    assert lenient != finance.IMPLIED_VOL and lenient == finance.IMPLIED_VOL.with_options(errors="null")
    assert lenient(-1.0, 100.0, 100.0, 0.02, 1.0) is None
    assert lenient.with_options(batch_rows=7).errors == "null"
    with pytest.raises(fu.RowsError):
        lenient(-1.0, 100.0, 100.0, 0.02, 1.0, errors="raise")


@pytest.mark.parametrize("options", [{"batch_rows": 1}, {"batch_rows": 7}, {"threads": 1}, {"threads": 4, "batch_rows": 64}])
def test_results_depend_on_no_option_of_speed(finance: fu.Module, options: dict[str, Any]) -> None:
    spots = np.linspace(50, 150, 1000)
    wanted = finance.BS_CALL(spots, 100.0, 0.02, 0.2, 1.0)
    found = finance.BS_CALL.with_options(**options)(spots, 100.0, 0.02, 0.2, 1.0)
    assert found.tobytes() == wanted.tobytes()


def test_a_volatile_function_sees_the_time_and_draws_anew(kitchen_sink: fu.Module, checks: fu.Module) -> None:
    before = datetime.datetime.now(datetime.timezone.utc)
    now = kitchen_sink.CLOCK_NOW()
    assert datetime.timedelta(0) <= now - before < datetime.timedelta(minutes=1)
    draws = [checks.RAND(np.ones(8)).tobytes() for _ in range(4)]
    assert len(set(draws)) == 4


def test_a_seed_and_a_time_repeat_a_volatile_function(kitchen_sink: fu.Module, checks: fu.Module) -> None:
    seeded = checks.RAND.with_options(seed=7)
    wanted = seeded(np.ones(1000))
    assert wanted.tobytes() == seeded(np.ones(1000)).tobytes()
    assert wanted.tobytes() == seeded.with_options(batch_rows=9)(np.ones(1000)).tobytes()
    assert wanted.tobytes() != checks.RAND.with_options(seed=8)(np.ones(1000)).tobytes()
    stopped = kitchen_sink.CLOCK_NOW.with_options(now_us=1_000_000)
    assert stopped() == datetime.datetime(1970, 1, 1, 0, 0, 1, tzinfo=datetime.timezone.utc)
