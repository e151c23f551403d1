"""Excel's functions on columns: `functions`."""

from __future__ import annotations

import copy
import datetime as dt
import inspect
import pickle
import pydoc
import threading
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import formualizer_udf as fu
from formualizer_udf import functions

MANY = 200_000
DAYS = [dt.date(2026, 1, 1), dt.date(2027, 1, 1)]


def plain(result: Any) -> Any:
    """The values of a container as a list."""
    if isinstance(result, (pd.DataFrame, pl.DataFrame)):
        return [list(row) for row in zip(*(plain(result[name]) for name in result.columns))]
    if hasattr(result, "to_pylist"):
        return result.to_pylist()
    return [None if pd.isna(value) else value for value in result]


def loosely(name: str) -> Any:
    """A function of which nothing is known."""
    return functions[name]


# --- names ---


@pytest.mark.parametrize("name", ["NORM.S.DIST", "norm.s.dist", "NORM_S_DIST", "norm_s_dist", "Norm.S_Dist_"])
def test_a_function_is_found_in_any_case_and_without_dots(name: str) -> None:
    assert functions[name].__name__ == "NORM.S.DIST"
    assert name in functions


def test_functions_are_attributes() -> None:
    assert functions.XIRR == functions["xirr"]
    assert functions.and_.__name__ == "AND"
    assert fu.functions is functions


def test_all_names_are_listed() -> None:
    names = list(functions)
    assert names == sorted(names) and len(names) == len(functions) > 450
    assert {"XIRR", "NORM.S.DIST", "IF", "SUMIFS"} <= set(names)
    assert {"NORM_S_DIST", "XIRR"} <= set(dir(functions))
    assert not {"OFFSET", "CUBEVALUE", "LAMBDA"} & set(names)


@pytest.mark.parametrize(
    ("name", "kind", "why"),
    [
        ("XIR", fu.UnknownFunction, "did you mean XIRR"),
        ("nothing", fu.UnknownFunction, "Excel has no function `nothing`"),
        ("OFFSET", fu.Unsupported, "OFFSET needs the cells of a workbook"),
        ("LAMBDA", fu.Unsupported, "LAMBDA is a part of formulas"),
        ("WEBSERVICE", fu.Unsupported, "WEBSERVICE is answered by other programs"),
    ],
)
def test_a_name_that_cannot_be_called_says_why(name: str, kind: type[Exception], why: str) -> None:
    assert name not in functions
    for look in (lambda: getattr(functions, name), lambda: functions[name]):
        with pytest.raises(kind, match=why):
            look()


def test_a_name_of_python_s_own_is_no_function() -> None:
    assert not hasattr(functions, "__wrapped__")
    assert not hasattr(functions, "_repr_html_")


def test_python_s_tools_know_the_parameters() -> None:
    signature = inspect.signature(functions.ROUND)
    assert list(signature.parameters) == ["number", "num_digits"]
    assert str(inspect.signature(functions.SUM)).startswith("(number1: 'Frame[Any]', *number2")
    assert inspect.signature(functions.XIRR).parameters["guess"].default is None
    shown = inspect.getdoc(functions.SUMIFS) or ""
    assert "SUMIFS" in pydoc.render_doc(functions.SUMIFS)
    assert "SUMIFS(sum_range, criteria_range1, criteria1, *more)" in shown
    assert "The sum of the cells whose rows meet all of several criteria." in shown
    assert "criteria1 : a criterion" in shown and "The last 2 of them may be given again and again." in shown


@pytest.mark.parametrize("name", list(functions))
def test_every_function_has_help_and_a_signature(name: str) -> None:
    function = functions[name]
    assert (inspect.getdoc(function) or "").startswith(f"{name}(")
    assert inspect.signature(function) is not None and name in repr(function)


# --- containers ---


@pytest.mark.parametrize(
    "values",
    [
        [1.25, -2.5],
        (1.25, -2.5),
        np.array([1.25, -2.5]),
        np.array([1.25, -2.5], dtype="float32"),
        pd.Series([1.25, -2.5], index=["x", "y"], name="n"),
        pd.Series([1.25, -2.5], dtype="Float64"),
        pd.Series([1.25, -2.5], dtype="double[pyarrow]"),
        pl.Series("n", [1.25, -2.5]),
        pa.array([1.25, -2.5]),
        pa.chunked_array([[1.25], [-2.5]]),
    ],
    ids=lambda values: f"{type(values).__module__}.{type(values).__name__}",
)
def test_a_result_has_the_type_of_the_first_column(values: Any) -> None:
    result: Any = functions.ROUND(values, 0)
    kind: Any = type(values)
    assert plain(result) == [1.0, -3.0]
    if kind is pd.Series:
        pd.testing.assert_index_equal(result.index, values.index)
        assert (result.name, result.dtype) == (values.name, values.dtype)
    assert type(result) is (list if kind is tuple else kind)


def test_values_alone_give_a_value() -> None:
    assert functions.ROUND(1.25, 1) == 1.3
    assert functions.UPPER("straße") == "STRAßE"
    assert functions.IF(True, "yes") == "yes"
    assert functions.DATE(2026, 2, 1) == dt.date(2026, 2, 1)
    assert functions.PI() == np.pi


def test_columns_of_arrays_are_taken_whole() -> None:
    frame = pd.DataFrame({"flow": [-100.0, 110.0], "day": pd.to_datetime(DAYS)})
    assert functions.XIRR(frame["flow"], frame["day"]) == pytest.approx(0.1)
    assert functions.XIRR([-100.0, 110.0], DAYS) == pytest.approx(0.1)
    assert functions.XIRR(pl.Series([-100.0, 110.0]), pl.Series(DAYS)) == pytest.approx(0.1)
    assert functions.SUM(frame["flow"], 5) == 15.0
    assert functions.SUMIFS([1, 2, 4], ["a", "b", "A"], "a", [1, 1, 0], ">0") == 1.0


def test_rows_are_looked_up_in_whole_columns() -> None:
    keys = pd.Series(["b", "z", "é"], index=[7, 8, 9])
    found = functions.XLOOKUP(keys, ["a", "é", "b"], [1, 2, 3], "none")
    assert found.index.tolist() == [7, 8, 9] and found.tolist() == [3.0, "none", 2.0]
    assert functions.COUNTIF(keys, keys).tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame])
def test_a_frame_for_a_value_gives_a_frame(make: Any) -> None:
    result = functions.ROUND(make({"a": [1.26, 2.26], "b": [3.26, 4.26]}), 1)
    assert type(result) is make and plain(result) == [[1.3, 3.3], [2.3, 4.3]]


def test_arrays_are_columns_or_frames() -> None:
    assert functions.SORT(pd.Series([2.0, 1.0], name="n")).tolist() == [1.0, 2.0]
    assert functions.FILTER([1.0, 2.0, 3.0], [True, False, False]) == [1.0]
    assert plain(functions.TEXTSPLIT(pl.Series(["a,b", "c"]), ",")) == [["a", "b"], ["c", None]]
    assert functions.TRANSPOSE(np.array([[1.0, 2.0], [3.0, 4.0]])).tolist() == [[1.0, 3.0], [2.0, 4.0]]
    assert functions.SEQUENCE(2, 2) == [[1.0, 2.0], [3.0, 4.0]]
    assert functions.BYROW(pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]}), "SUM").tolist() == [4.0, 6.0]


def test_conditions_are_elementwise() -> None:
    frame = pl.DataFrame({"n": [1, 5, None], "t": ["x", "y", "z"]})
    high = functions.AND(frame["n"] > 3, True)
    assert plain(high) == [False, True, True]
    assert plain(functions.IF(frame["n"] > 3, frame["t"], "low")) == ["low", "y", "low"]
    assert plain(functions.IFS(frame["n"] > 3, "high", True, "low")) == ["low", "high", "low"]
    assert plain(functions.SWITCH(frame["t"], "x", 1, "y", 2, 0)) == [1.0, 2.0, 0.0]
    assert plain(functions.CHOOSE([2, 1], "a", ["b", "c"])) == ["b", "a"]
    assert functions.OR(pd.DataFrame({"a": [False, False], "b": [False, True]})) is True


def test_keywords_are_excel_s_names() -> None:
    assert functions.ROUND(num_digits=1, number=[1.25]) == [1.3]
    assert functions.PMT(0.1, nper=2, pv=-100, type=1) == pytest.approx(52.3809524)
    assert functions.PV(0.1, 2, -100, None, 1) == pytest.approx(190.9090909)
    assert functions.SUMIFS([1, 2], [1, 2], ">0", criteria_range2=["a", "b"], criteria2="b") == 2.0
    with pytest.raises(fu.ArgumentError, match="ROUND has no parameter `digits`: it takes number, num_digits"):
        functions.ROUND(1, digits=2)


def test_dates_stay_dates() -> None:
    days = pd.Series(pd.to_datetime(["2026-01-31", None]))
    ends = functions.EOMONTH(days, 1)
    assert ends.dtype.kind == "M" and ends[0] == pd.Timestamp("2026-02-28")
    assert functions.EDATE(pl.Series(DAYS), 1).dtype == pl.Date
    assert functions.MAX(DAYS) == dt.date(2027, 1, 1)
    assert functions.YEAR(np.array(["2026-01-01", "NaT"], dtype="datetime64[D]")).tolist() == [2026.0, 1900.0]
    assert functions.TEXT(pl.Series([dt.datetime(2026, 1, 2, 12)]), "d/m/yyyy h:mm").to_list() == ["2/1/2026 12:00"]


# --- blanks, errors, edges ---


@pytest.mark.parametrize(
    "values",
    [
        [1.0, None],
        np.array([1.0, np.nan]),
        pd.Series([1.0, None]),
        pd.Series([1, None], dtype="Int64"),
        pl.Series([1.0, None]),
        pl.Series([1.0, float("nan")]),
        pa.array([1, None]),
    ],
    ids=lambda values: type(values).__module__,
)
def test_missing_values_and_nan_are_blanks(values: Any) -> None:
    assert plain(functions.ISBLANK(values)) == [False, True]
    assert functions.COUNT(values) == 1.0
    assert plain(functions.ABS(values)) == [1.0, 0.0]


def test_errors_of_rows_are_those_of_modules() -> None:
    values = pd.Series([4.0, -1.0], index=["x", "y"])
    with pytest.raises(fu.RowsError, match="SQRT failed in 1 of 2 rows: row 1: #NUM!") as caught:
        functions.SQRT(values)
    assert (caught.value.function, caught.value.count, caught.value.rows[0].code) == ("SQRT", 1, "#NUM!")
    assert plain(functions.SQRT(values, errors="null")) == [2.0, None]
    both = functions.SQRT(values, errors="struct")
    assert list(both.columns) == ["value", "error"] and both["error"].tolist()[1] == "#NUM!"
    assert functions.SQRT(-1, errors="null") is None
    assert functions.SQRT(-1, errors="struct") == {"value": None, "error": "#NUM!"}
    assert functions.SQRT.with_options(errors="null")([-1]) == [None]
    with pytest.raises(fu.RowsError, match="AVERAGE failed in 1 of 1 rows"):
        functions.AVERAGE([])


@pytest.mark.parametrize("make", [list, np.array, pd.Series, pa.array])
def test_columns_without_rows_give_columns_without_rows(make: Any) -> None:
    empty = make([]) if make is not pa.array else pa.array([], pa.float64())
    assert len(functions.ROUND(empty, 0)) == 0
    assert functions.SUM(empty) == 0.0
    assert len(functions.SORT(empty)) == 0


def test_polars_columns_without_rows_have_the_type_of_others() -> None:
    assert functions.UPPER(pl.Series([], dtype=pl.String)).dtype == pl.String
    assert functions.ROUND(pl.Series([], dtype=pl.Float64), 0).dtype == pl.Float64


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (lambda: functions.ROUND([1.0, 2.0], [1, 2, 3]), "`number` has 2 rows and `num_digits` has 3"),
        (lambda: functions.SUMIF([1, 2], ">1", [1]), "`range` has 2 rows and `sum_range` has 1"),
        (lambda: functions.ROUND(1), "ROUND takes 2 arguments, 1 was given"),
        (lambda: functions.SUMIFS([1], [1], 1, [1]), "takes arguments in pairs"),
        (lambda: functions.ABS(object()), "ABS, argument 1 `number`: cannot take a"),
        (lambda: functions.ABS([2**60]), "2\\^53"),
        (lambda: functions.BYROW([[1]], "SUMM"), "did you mean SUM"),
        (lambda: loosely("SQRT")([1], errors="loud"), "errors='loud'"),
        (lambda: functions.SQRT.with_options(threads=0), "threads=0"),
        (lambda: loosely("NOW").with_options(now=5), "now: give a datetime"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(call: Any, why: str) -> None:
    with pytest.raises((fu.ArgumentError, fu.UnknownFunction), match=why):
        call()


# --- many rows, threads, processes ---


def test_many_rows_are_calculated_alike_on_any_threads() -> None:
    numbers = np.arange(MANY, dtype=float)
    words = pl.Series(["é", "b", "c"] * (MANY // 3) + ["b"] * (MANY % 3))
    one, two = functions.TEXT.with_options(threads=1), functions.TEXT.with_options(threads=2)
    assert plain(one(pl.Series(numbers), "0.0")) == plain(two(pl.Series(numbers), "0.0"))
    assert functions.SUM(functions.SQRT(numbers)) == pytest.approx(np.sqrt(numbers).sum())
    assert functions.COUNTIF(words, words)[1] == float((words == "b").sum())
    draw = functions.RANDBETWEEN.with_options(seed=3)
    assert (draw(0, numbers) == draw.with_options(threads=1)(0, numbers)).all()


def test_many_threads_call_at_once() -> None:
    numbers = np.arange(50_000, dtype=float)
    wanted = functions.SQRT(numbers).tolist()
    wrong: list[int] = []

    def work(number: int) -> None:
        if functions.SQRT(numbers).tolist() != wanted:
            wrong.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_functions_are_pickled_by_name() -> None:
    moved = pickle.loads(pickle.dumps(functions.TODAY.with_options(now=dt.datetime(2026, 5, 6, 7), errors="null")))
    assert moved() == dt.date(2026, 5, 6) and moved.errors == "null"
    assert pickle.loads(pickle.dumps(functions)) is functions
    assert copy.copy(functions.SUM) == functions.SUM and hash(functions.SUM) == hash(functions["sum"])
    assert functions.SUM != functions.SUM.with_options(seed=1)


def test_the_clock_is_local() -> None:
    before = dt.datetime.now()
    now = functions.NOW()
    assert before - dt.timedelta(seconds=1) <= now <= dt.datetime.now() + dt.timedelta(seconds=1)


# --- polars expressions ---


def test_expressions_are_called_when_the_query_runs() -> None:
    frame = pl.DataFrame({"n": [4.0, 9.0, 16.0], "key": ["a", "b", "a"]})
    result = frame.with_columns(
        root=functions.SQRT(pl.col("n")),
        seen=functions.COUNTIF(pl.col("key"), pl.col("key")),
        label=functions.IF(pl.col("n") > 5, "big", "small"),
        all=functions.SUM(pl.col("n")),
    )
    assert result["root"].to_list() == [2.0, 3.0, 4.0]
    assert result["seen"].to_list() == [2.0, 1.0, 2.0]
    assert result["label"].to_list() == ["small", "big", "big"]
    assert result["all"].to_list() == [29.0] * 3


def test_lazy_queries_and_groups_take_them() -> None:
    frame = pl.DataFrame({"key": ["a", "b", "a"], "n": [1.0, 5.0, 3.0]})
    groups = frame.lazy().group_by("key").agg(total=functions.SUM(pl.col("n"))).sort("key").collect()
    assert groups["total"].to_list() == [4.0, 5.0]
    assert frame.lazy().select(functions.SQRT(pl.col("n"))).collect()["n"].to_list() == pytest.approx([1.0, 5**0.5, 3**0.5])


# --- the option of recalculations ---


def test_unknown_functions_keep_their_values_or_are_errors(tmp_path: Any) -> None:
    book = fu.Workbook()
    book.add_sheet("S")
    book.set_formula("S", "A1", "=NO_SUCH(1)")
    book.recalculate(unknown="error")
    assert book.value("S", "A1")["kind"] == "Name"
    with pytest.raises(fu.ArgumentError, match='unknown="loud": give "keep" or "error"'):
        book.recalculate(unknown="loud")  # type: ignore[arg-type]
    with book.edit(unknown="keep"):
        book.set_value("S", "B1", 1)
