"""Python functions in formulas."""

from __future__ import annotations

import datetime as dt
import threading

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import formualizer_udf as fu
from formualizer_udf import WorkbookError


def result_of(wb, returned, cell="A1"):
    """The cell of a formula whose function returns this."""
    wb.register_function("GIVES", lambda: returned)
    wb.set_formula("S", cell, "=GIVES()")
    wb.recalculate()
    wb.unregister_function("GIVES")
    return wb.value("S", cell)


def test_arguments_come_as_pythons_own_values(wb):
    seen = []
    wb.register_function("SEE", lambda *given: seen.append(given) or 0)
    wb.set_values("S", "A1", [[1, "ä"], [True, dt.date(2024, 1, 2)]])
    wb.set_formula("S", "A3", "=1/0")
    wb.set_formula("S", "C1", '=SEE(A1,B1,A2,B2,A3,Z9,A1:B2,,{1,2;3,4},"t",2)')
    wb.recalculate()
    div = {"type": "Error", "kind": "Div"}
    grid = [[1.0, "ä"], [True, 45293.0]]
    assert seen == [(1.0, "ä", True, 45293.0, div, None, grid, None, [[1.0, 2.0], [3.0, 4.0]], "t", 2.0)]


def test_a_function_that_changes_its_lists_changes_nothing_else(wb):
    seen = []

    def greedy(_, rows):
        seen.append([list(row) for row in rows])
        rows[0][0] = 99
        rows.append("more")
        return len(rows)

    wb.register_function("GREEDY", greedy)
    wb.set_values("S", "A1", [[1], [2]])
    wb.set_formulas("S", "B1:B3", "=GREEDY(ROW(),$A$1:$A$2)")
    wb.recalculate()
    assert seen == [[[1.0], [2.0]]] * 3
    assert wb.values("S", "A1:A2") == [[1.0], [2.0]]


@pytest.mark.parametrize(
    "returned, value",
    [
        (None, None),
        (True, True),
        (5, 5.0),
        ("grün", "grün"),
        (dt.date(2024, 1, 2), dt.date(2024, 1, 2)),
        (dt.datetime(2024, 1, 2, 3, 4), dt.datetime(2024, 1, 2, 3, 4)),
        (dt.time(3, 4), dt.time(3, 4)),
        (dt.timedelta(days=2), dt.timedelta(days=2)),
        (np.float64(2.5), 2.5),
        (np.int8(3), 3.0),
        (pa.scalar(7), 7.0),
        ([[1]], 1.0),
        (float("inf"), {"type": "Error", "kind": "Num"}),
        ({"type": "Error", "kind": "Div0", "message": "mm"}, {"type": "Error", "kind": "Div", "message": "mm"}),
        ({"type": "Error", "kind": "#N/A"}, {"type": "Error", "kind": "Na"}),
        ({"type": "Error"}, {"type": "Error", "kind": "Value"}),
    ],
    ids=repr,
)
def test_what_a_function_returns_is_the_value(wb, returned, value):
    assert result_of(wb, returned) == value


@pytest.mark.parametrize(
    "returned, why",
    [
        ([1, 2], "flat list"),
        ([[1], [2, 3]], "row 1 has 2 values"),
        ([[object()]], "row 0"),
        (object(), "object"),
        (b"x", "bytes"),
        (2**70, "64 bits"),
        (2**60, "2^53"),
        ({"a": 1}, "dict"),
        ({"type": "Error", "kind": "wrong"}, "wrong"),
        (dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc), "zone"),
        (pl.col("a"), "Expr is no value"),
    ],
    ids=lambda v: str(v)[:30],
)
def test_what_is_no_value_is_an_error_that_says_so(wb, returned, why):
    value = result_of(wb, returned)
    assert value["kind"] == "Value" and why in value["message"]
    assert wb.cell_error_detail("S", "A1") == value["message"]


@pytest.mark.parametrize(
    "rows",
    [
        [[1, "a"], [None, True]],
        ((1, "a"), (None, True)),
    ],
)
def test_rows_that_are_returned_spill(wb, rows):
    result_of(wb, rows)
    assert wb.values("S", "A1:B2") == [[1.0, "a"], [None, True]]
    assert wb.spill_range("S", "A1") == "A1:B2"


@pytest.mark.parametrize(
    "table",
    [
        np.array([[1.0, 2.0], [3.0, 4.0]]),
        pl.DataFrame({"a": [1, 3], "b": [2, 4]}),
        pa.table({"a": [1, 3], "b": [2, 4]}),
    ],
    ids=["numpy", "polars", "pyarrow"],
)
def test_arrays_and_frames_that_are_returned_spill(wb, table):
    result_of(wb, table)
    assert wb.values("S", "A1:B2") == [[1.0, 2.0], [3.0, 4.0]]


def test_an_array_in_the_way_of_others_is_a_spill_error(wb):
    wb.set_value("S", "A2", "here")
    assert result_of(wb, [[1], [2]])["kind"] == "Spill"


def test_an_empty_array_is_an_error(wb):
    assert result_of(wb, [])["kind"] == "Calc"


def test_an_exception_is_an_error_of_the_cell_with_type_and_message(wb):
    class Odd(Exception):
        def __str__(self):
            raise RuntimeError("no")

    raised = {1: ValueError("naïve"), 2: ZeroDivisionError(), 3: Odd(), 4: KeyError("k")}

    def fails(n):
        raise raised[n]

    wb.register_function("FAILS", fails, min_args=1, max_args=1)
    wb.set_values("S", "A1", [[1], [2], [3], [4], [9]])
    wb.set_formulas("S", "B1:B5", "=FAILS(A1)")
    report = wb.recalculate()
    assert [wb.cell_error_detail("S", f"B{n}") for n in range(1, 6)] == [
        "ValueError: naïve",
        "ZeroDivisionError",
        "Odd",
        "KeyError: 'k'",
        "KeyError: 9.0",
    ]
    assert report.errors.kinds[0].cells == 5


@pytest.mark.parametrize("text", ["ü" * 5000, "🌍" * 5000, "x" + "语" * 5000], ids=["ü", "emoji", "cjk"])
def test_a_long_message_is_cut_between_characters(wb, text):
    def fails():
        raise ValueError(text)

    wb.register_function("FAILS", fails)
    wb.set_formula("S", "A1", "=FAILS()")
    wb.recalculate()
    message = wb.cell_error_detail("S", "A1")
    assert message.startswith("ValueError: " + text[:50]) and message.endswith("…")
    assert 400 < len(message.encode()) <= 503
    assert set(message) <= set("ValueError: …" + text)


def test_messages_with_lone_surrogates_do_no_harm(wb):
    def fails():
        raise ValueError("a\udc80b")

    wb.register_function("FAILS", fails)
    wb.set_formula("S", "A1", "=FAILS()")
    wb.recalculate()
    assert wb.cell_error_detail("S", "A1").startswith("ValueError: a")


@pytest.mark.parametrize("options", [{}, {"thread_safe": True}, {"vectorized": True}], ids=repr)
@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit()], ids=repr)
def test_what_ends_programs_ends_the_recalculation(wb, options, error):
    def stops(*given):
        raise error

    wb.register_function("STOPS", stops, **options)
    wb.set_formulas("S", "A1:A500", "=ROW()")
    wb.set_formulas("S", "B1:B500", "=STOPS(A1)")
    with pytest.raises(type(error)):
        wb.recalculate()
    wb.unregister_function("STOPS")
    wb.recalculate()
    assert wb.value("S", "B500")["kind"] == "Name"


def test_functions_are_called_in_the_thread_that_recalculates(wb):
    threads = set()
    wb.register_function("WHO", lambda n: threads.add(threading.get_ident()) or n)
    wb.set_formulas("S", "A1:A3000", "=ROW()")
    for column in "BCDEF":
        wb.set_formulas("S", f"{column}1:{column}3000", "=WHO(A1)")
    wb.recalculate(threads=4)
    assert threads == {threading.get_ident()}
    assert wb.value("S", "F3000") == 3000.0


def test_thread_safe_functions_are_called_side_by_side(wb):
    together = threading.Barrier(2, timeout=20)
    wb.register_function("MEET", lambda n: together.wait() and n or n, thread_safe=True, volatile=True)
    wb.set_formula("S", "A1", "=MEET(1)")
    wb.set_formula("S", "C3", "=MEET(2)")
    wb.recalculate(threads=2)
    assert (wb.value("S", "A1"), wb.value("S", "C3")) == (1.0, 2.0)


def test_a_volatile_function_is_called_again_and_others_are_not(wb):
    counts = {"VOL": 0, "CALM": 0}

    def count(name):
        counts[name] += 1
        return counts[name]

    wb.register_function("VOL", lambda: count("VOL"), volatile=True)
    wb.register_function("CALM", lambda: count("CALM"))
    wb.set_formula("S", "A1", "=VOL()")
    wb.set_formulas("S", "B1:B9", "=CALM()")
    for _ in range(3):
        wb.recalculate()
    # A deterministic function without arguments is called once for all its cells.
    assert counts == {"VOL": 3, "CALM": 1}
    assert wb.value("S", "B9") == 1.0


def test_a_function_that_is_not_deterministic_is_called_for_every_cell(wb):
    calls = iter(range(100))
    wb.register_function("NEXT", lambda: next(calls), deterministic=False)
    wb.set_formulas("S", "A1:A9", "=NEXT()")
    wb.recalculate()
    assert sorted(v for [v] in wb.values("S", "A1:A9")) == list(range(9))


def test_the_number_of_arguments_is_checked(wb):
    wb.register_function("TWO", lambda a, b=0: a + b, min_args=1, max_args=2)
    for cell, formula in [("A1", "=TWO()"), ("A2", "=TWO(1,2,3)"), ("A3", "=TWO(1,2)")]:
        wb.set_formula("S", cell, formula)
    wb.recalculate()
    assert "at least 1" in wb.cell_error_detail("S", "A1")
    assert "at most 2" in wb.cell_error_detail("S", "A2")
    assert wb.value("S", "A3") == 3.0


def test_names_are_bound_once_and_freed(wb):
    wb.register_function(" Double ", lambda x: x * 2)
    for name in ("DOUBLE", "SUM"):
        with pytest.raises(WorkbookError) as caught:
            wb.register_function(name, lambda x: x)
        assert caught.value.kind == "function"
    wb.register_function("SUM", lambda *x: 42, allow_override_builtin=True)
    wb.set_formula("S", "A1", "=SUM(1,2)")
    wb.recalculate()
    assert wb.value("S", "A1") == 42.0
    assert [f["name"] for f in wb.list_functions()] == ["DOUBLE", "SUM"]
    assert wb.list_functions()[1] == {
        "name": "SUM",
        "min_args": 0,
        "max_args": None,
        "volatile": False,
        "thread_safe": False,
        "deterministic": True,
        "allow_override_builtin": True,
        "module_id": None,
    }
    wb.unregister_function("sum")
    wb.recalculate()
    assert wb.value("S", "A1") == 3.0
    with pytest.raises(WorkbookError) as caught:
        wb.unregister_function("NOSUCH")
    assert caught.value.kind == "function"


def test_what_cannot_be_called_is_refused(wb):
    with pytest.raises(fu.ArgumentError, match="cannot be called"):
        wb.register_function("F", 5)
    with pytest.raises(WorkbookError):
        wb.register_function("F", print, min_args=3, max_args=2)
    with pytest.raises(ValueError):
        wb.register_function("F", print, min_args=-1)
    with pytest.raises(WorkbookError):
        wb.register_function("1+1", print)
    assert wb.list_functions() == []


def test_undo_brings_a_function_back(wb):
    wb.set_undo_limit(10)
    wb.register_function("F", lambda: 1)
    wb.set_formula("S", "A1", "=F()")
    wb.unregister_function("F")
    wb.undo()
    wb.recalculate()
    assert wb.value("S", "A1") == 1.0


# Columns.


@pytest.fixture
def column(wb):
    wb.set_values("S", "A1", [[1.0], [2.0], [None], [4.0]])
    wb.set_formula("S", "A5", "=1/0")
    return wb


def test_a_vectorized_function_gets_whole_columns(column):
    seen = []

    def twice(x, factor, table, omitted):
        seen.append((type(x), factor, [pa.array(c).to_pylist() for c in table], omitted, pa.array(x).to_pylist()))
        return pc.multiply(pa.array(x), factor)

    column.register_function("TWICE", twice, vectorized=True)
    column.set_formulas("S", "B1:B5", "=TWICE(A1,2,$A$1:$A$2,)")
    report = column.recalculate()
    assert len(seen) == 1 and report.udf_calls == 1 and report.udf_rows == 5
    kind, factor, table, omitted, values = seen[0]
    assert hasattr(kind, "__arrow_c_array__") and factor == 2.0 and omitted is None
    assert table == [[1.0, 2.0]] and values == [1.0, 2.0, None, 4.0, None]
    assert [v for [v] in column.values("S", "B1:B5")] == [2.0, 4.0, None, 8.0, {"type": "Error", "kind": "Div"}]


def test_a_single_row_is_a_column_too(column):
    lengths = []

    def twice(x):
        lengths.append(len(pa.array(x)))
        return pc.multiply(pa.array(x), 2)

    column.register_function("TWICE", twice, vectorized=True)
    column.set_formulas("S", "B1:B4", "=TWICE(A1)")
    column.recalculate()
    column.set_value("S", "A2", 50)
    column.recalculate()
    assert lengths == [4, 1] and column.value("S", "B2") == 100.0


@pytest.mark.parametrize(
    "make",
    [
        lambda x: pa.array(x),
        lambda x: pa.chunked_array([pa.array(x)]),
        lambda x: np.asarray(pa.array(x).fill_null(0)),
        lambda x: pl.Series(pa.array(x)),
        lambda x: pl.Series(pa.array(x)).to_pandas(),
        lambda x: pa.array(x).to_pylist(),
        lambda x: tuple(pa.array(x).to_pylist()),
        lambda x: pl.DataFrame({"a": pl.Series(pa.array(x))}),
        lambda x: x,
    ],
    ids=["arrow", "chunked", "numpy", "polars", "pandas", "list", "tuple", "frame", "itself"],
)
def test_anything_that_holds_a_column_is_a_result(wb, make):
    wb.set_values("S", "A1", [[1.0], [2.0], [3.0]])
    wb.register_function("MAKE", make, vectorized=True)
    wb.set_formulas("S", "B1:B3", "=MAKE(A1)")
    wb.recalculate()
    assert [v for [v] in wb.values("S", "B1:B3")] == [1.0, 2.0, 3.0], wb.cell_error_detail("S", "B1")


def test_a_column_of_texts_dates_and_booleans_is_a_result(wb):
    wb.set_values("S", "A1", [[1.0], [2.0]])
    results = {
        "TXT": pa.array(["a", None]),
        "DAT": pa.array([dt.date(2024, 1, 2), None]),
        "LGC": pa.array([True, False]),
        "MIX": [1, {"type": "Error", "kind": "Na"}],
        "ONE": "same",
    }
    for at, (name, returned) in enumerate(results.items()):
        wb.register_function(name, lambda x, returned=returned: returned, vectorized=True)
        wb.set_formula("S", (1, at + 2), f"={name}($A1)")
        wb.fill_down("S", ((1, at + 2), (2, at + 2)))
    wb.recalculate()
    assert wb.values("S", "B1:F2") == [
        ["a", dt.date(2024, 1, 2), True, 1.0, "same"],
        [None, None, False, {"type": "Error", "kind": "Na"}, "same"],
    ]


@pytest.mark.parametrize(
    "returned, why",
    [
        (pa.array([1.0]), "1 results for 3 rows"),
        ([1, 2], "2 results for 3 rows"),
        (pa.table({"a": [1, 2, 3], "b": [1, 2, 3]}), "2 columns"),
        (object(), "object"),
        (pa.array([[1], [2], [3]]), "argument"),
    ],
    ids=["short", "short list", "frame", "object", "nested"],
)
def test_a_result_that_is_no_column_is_an_error_in_every_row(wb, returned, why):
    wb.set_values("S", "A1", [[1.0], [2.0], [3.0]])
    wb.register_function("BAD", lambda x: returned, vectorized=True)
    wb.set_formulas("S", "B1:B3", "=BAD(A1)")
    wb.recalculate()
    for row in (1, 3):
        assert wb.value("S", (row, 2))["kind"] == "Value"
        assert why in wb.cell_error_detail("S", (row, 2))


def test_a_vectorized_function_that_raises_is_an_error_in_every_row(wb):
    def fails(x):
        raise RuntimeError("nope")

    wb.set_values("S", "A1", [[1.0], [2.0]])
    wb.register_function("FAILS", fails, vectorized=True)
    wb.set_formulas("S", "B1:B2", "=FAILS(A1)")
    wb.recalculate()
    assert wb.cell_error_detail("S", "B2") == "RuntimeError: nope"


def test_a_vectorized_function_of_constants_and_ranges_gets_them_once(wb):
    seen = []

    def total(table, factor):
        seen.append(factor)
        return sum(sum(row) for row in table) * factor

    wb.set_values("S", "A1", [[1.0], [2.0]])
    wb.register_function("TOTAL", total, vectorized=True)
    wb.set_formulas("S", "B1:B4", "=TOTAL($A$1:$A$2,3)")
    wb.recalculate()
    assert seen == [3.0] and wb.value("S", "B4") == 9.0
