"""Values, formulas, names, tables and edits of cells."""

from __future__ import annotations

import datetime as dt
import decimal
import math

import numpy as np
import pytest

import formualizer_udf as fu
from formualizer_udf import WorkbookError


def refused(kind, call, *words):
    with pytest.raises(WorkbookError) as caught:
        call()
    assert caught.value.kind == kind, caught.value
    for word in words:
        assert word in str(caught.value)


VALUES = [
    None,
    True,
    False,
    2.5,
    -1e300,
    "",
    "grün 🌍 \n x",
    dt.date(2024, 2, 29),
    dt.date(1900, 1, 1),
    dt.datetime(2024, 2, 29, 13, 45, 7),
    dt.time(23, 59, 59),
    dt.timedelta(hours=30, seconds=1),
    {"type": "Error", "kind": "Na"},
    {"type": "Error", "kind": "Div", "message": "nichts übrig"},
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_comes_back_as_it_was(wb, value):
    wb.set_value("S", "B2", value)
    back = wb.value("S", (2, 2))
    assert back == value and type(back) is type(value)


def test_integers_come_back_as_floats(wb):
    wb.set_value("S", "A1", 2**53)
    assert wb.value("S", "A1") == 2.0**53
    assert isinstance(wb.value("S", "A1"), float)


def test_scalars_of_numpy_and_pandas_are_values(wb):
    import pandas as pd

    row = [np.float32(0.5), np.int16(3), np.bool_(True), np.datetime64("2024-01-02T03:04:05", "ns"), pd.Timestamp(2024, 1, 2), pd.NA, pd.NaT]
    wb.set_values("S", "A1", [row])
    assert wb.values("S", "A1:G1") == [
        [0.5, 3.0, True, dt.datetime(2024, 1, 2, 3, 4, 5), dt.datetime(2024, 1, 2), None, None]
    ]


@pytest.mark.parametrize("kind, shown", [("Div0", "Div"), ("div", "Div"), ("#N/A", "Na"), ("#DIV/0!", "Div"), ("VALUE", "Value"), ("Circ", "Circ")])
def test_the_kind_of_an_error_has_several_spellings(wb, kind, shown):
    wb.set_value("S", "A1", {"type": "Error", "kind": kind})
    assert wb.value("S", "A1") == {"type": "Error", "kind": shown}


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan])
def test_a_number_that_is_not_finite_is_an_error(wb, number):
    wb.set_value("S", "A1", number)
    assert wb.value("S", "A1") == {"type": "Error", "kind": "Num"}


@pytest.mark.parametrize(
    "value, word",
    [
        (2**53 + 1, "2^53"),
        (2**63, "2^53"),
        (2**64, "64 bits"),
        (decimal.Decimal("0.12345678901234567890"), "is not exact as a number of a cell"),
        (np.datetime64("2024-01-02T03:04:05.000000001", "ns"), "microseconds"),
        ("\ud800", "surrogates"),
        (b"bytes", "bytes"),
        (object(), "object"),
        ([1], "set_values"),
        ({"a": 1}, "dict"),
        ({"type": "Error", "kind": "wrong"}, "wrong"),
        (dt.date(1800, 1, 1), "1900"),
        (dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc), "zone"),
        ("x" * 40_000, "32767"),
    ],
    ids=lambda v: str(v)[:20],
)
def test_what_no_cell_can_hold_is_refused_with_the_cell(wb, value, word):
    refused("data", lambda: wb.set_value("S", "C7", value), word, "C7")
    assert wb.value("S", "C7") is None


def test_rows_of_values_are_stored_or_none_of_them(wb):
    wb.set_values("S", "B2", [[1, "a"], [None], (True, 2)])
    assert wb.values("S", "B2:C4") == [[1.0, "a"], [None, None], [True, 2.0]]
    refused("data", lambda: wb.set_values("S", "A1", [[9, 9], [9, object()]]), "row 2, column 2")
    assert wb.value("S", "A1") is None
    for bad in ["text", 5, [1, 2], ["ab"], {"a": 1}]:
        with pytest.raises(fu.ArgumentError, match="list of rows"):
            wb.set_values("S", "A1", bad)
    wb.set_values("S", "A1", [])
    assert wb.value("S", "A1") is None


@pytest.mark.parametrize("cell", ["", "A0", "1A", "XFE1", "A1048577", "A1:B2", (0, 1), (1, 0), (-5, 1), (1, 2**70), "S!A1"])
def test_a_wrong_address_is_refused(wb, cell):
    refused("address", lambda: wb.value("S", cell))
    refused("address", lambda: wb.set_value("S", cell, 1))


@pytest.mark.parametrize("cell", [None, 5, (1,), (1, 2, 3), [1, 1], (1.0, 1), (True, 1), ("A", 1)])
def test_what_is_no_address_at_all_is_a_type_error(wb, cell):
    with pytest.raises(TypeError):
        wb.value("S", cell)


def test_ranges_are_texts_or_pairs_of_cells(wb):
    wb.set_values("S", "A1", [[1, 2], [3, 4]])
    for given in ["A1:B2", ((1, 1), (2, 2)), ((2, 2), (1, 1)), "A:B", "1:2", "$A$1:$B$2"]:
        assert wb.values("S", given) == [[1.0, 2.0], [3.0, 4.0]]
    assert wb.values("S", (2, 1)) == [[3.0]]
    with pytest.raises(TypeError, match="range"):
        wb.values("S", 5)


@pytest.mark.parametrize("range", ["A1:XFD1048576", "A:XFD", "A:IW"])
def test_no_more_cells_are_filled_than_memory_holds(wb, range):
    for fill in [
        lambda: wb.set_formulas("S", range, "=1"),
        lambda: wb.set_array_formula("S", range, "=1"),
        lambda: wb.fill_down("S", range),
        lambda: wb.fill_right("S", range),
    ]:
        refused("data", fill, "smaller range")
    assert wb.used_range("S") is None
    wb.set_formulas("S", "A:IV", "=1")
    assert wb.formula("S", "IV1048576") == "=1"


def test_an_unknown_sheet_is_refused_by_everything(wb):
    for call in [
        lambda: wb.value("T", "A1"),
        lambda: wb.set_value("T", "A1", 1),
        lambda: wb.set_formula("T", "A1", "=1"),
        lambda: wb.values("T", "A1:B2"),
        lambda: wb.clear("T", "A1"),
        lambda: wb.used_range("T"),
        lambda: wb.insert_rows("T", 1),
        lambda: wb.delete_sheet("T"),
        lambda: wb.rename_sheet("T", "U"),
        lambda: wb.write_frame("T", "A1", {"a": [1]}),
        lambda: wb.read_frame("T"),
        lambda: wb.hidden_rows("T"),
    ]:
        refused("sheet", call, "T")


def test_sheets_are_added_renamed_and_deleted(wb):
    wb.add_sheet("Größe €")
    wb.set_value("S", "A1", 4)
    wb.set_formula("Größe €", "A1", "=S!A1*2")
    wb.rename_sheet("S", "Neu")
    wb.recalculate()
    assert wb.sheet_names == ["Neu", "Größe €"]
    assert wb.formula("Größe €", "A1") == "=Neu!A1*2"
    wb.delete_sheet("Neu")
    wb.recalculate()
    assert wb.value("Größe €", "A1")["kind"] == "Ref"
    refused("sheet", lambda: wb.add_sheet("größe €"), "already")
    refused("sheet", lambda: wb.add_sheet("a/b"))
    refused("sheet", lambda: wb.add_sheet(""))


def test_formulas_are_filled_and_read(wb):
    wb.set_values("S", "A1", [[1], [2], [3]])
    wb.set_formula("S", "B1", "=A1*2")
    wb.fill_down("S", "B1:B3")
    wb.set_formulas("S", "C1:C3", "=B1+1")
    wb.set_formula("S", "A5", "=SUM(A1:A3)")
    wb.fill_right("S", "A5:C5")
    wb.set_array_formula("S", "E1:E2", "=A1:A3*10")
    wb.set_formula("S", "F1", "=A1:A3")
    report = wb.recalculate()
    assert wb.values("S", "A1:C5") == [[1, 2, 3], [2, 4, 5], [3, 6, 7], [None] * 3, [6, 12, 15]]
    assert wb.values("S", "E1:F3") == [[10, 1], [20, 2], [None, 3]]
    assert wb.formula("S", "B3") == "=A3*2"
    assert wb.formula("S", "A1") is None
    assert wb.spill_range("S", "F1") == "F1:F3" and wb.spill_range("S", "A1") is None
    assert report.spilled_cells == 3 and report.rounds >= 1
    assert wb.regions >= 4
    assert wb.used_range("S") == "A1:F5"


@pytest.mark.parametrize("formula", ["=SUM(", "=1+", "=)", "=A1:"])
def test_a_formula_that_does_not_parse_is_refused(wb, formula):
    wb.set_value("S", "A1", 1)
    refused("formula", lambda: wb.set_formula("S", "A1", formula))
    assert wb.value("S", "A1") == 1.0


def test_errors_say_why_and_are_summed_up(wb):
    wb.set_formulas("S", "A1:A3", "=1/0")
    wb.set_formula("S", "B1", "=NOSUCH(1)+SUMM(2)")
    report = wb.recalculate()
    assert wb.value("S", "A1")["kind"] == "Div"
    assert report.errors.cells == 4 and bool(report.errors)
    assert {(k.kind, k.code, k.cells) for k in report.errors.kinds} == {("Div", "#DIV/0!", 3), ("Name", "#NAME?", 1)}
    assert [f.name for f in report.unknown_functions] == ["NOSUCH", "SUMM"]
    assert "SUM" in wb.unknown_functions()[1].near
    first = wb.errors(1).kinds[0].first
    assert len(first) == 1 and (first[0].cell, first[0].formula) == ("A1", "=1/0")
    wb.set_formula("S", "C1", "=C1")
    wb.recalculate()
    assert wb.value("S", "C1")["kind"] == "Circ" and "C1" in wb.cell_error_detail("S", "C1")
    assert wb.cell_error_detail("S", "Z9") is None


def test_clearing_leaves_blank_cells(wb):
    wb.set_values("S", "A1", [[1, 2]])
    wb.clear("S", "A:A")
    assert wb.values("S", "A1:B1") == [[None, 2.0]]
    wb.clear("S", "1:1")
    assert wb.used_range("S") is None


def test_names_stand_for_values_ranges_and_formulas(wb):
    wb.set_values("S", "A1", [[1], [2]])
    wb.define_name("rate", "0.5")
    wb.define_name("data", "S!$A$1:$A$2")
    wb.define_name("rate", "0.25", sheet="S")
    wb.set_formula("S", "B1", "=SUM(data)*rate")
    wb.recalculate()
    assert wb.value("S", "B1") == 0.75
    assert [tuple(n)[:2] for n in wb.names] == [(None, "data"), (None, "rate"), ("S", "rate")]
    wb.remove_name("rate", sheet="S")
    wb.recalculate()
    assert wb.value("S", "B1") == 1.5
    wb.remove_name("rate")
    wb.recalculate()
    assert wb.value("S", "B1")["kind"] == "Name"
    refused("name", lambda: wb.remove_name("rate"), "rate")
    refused("name", lambda: wb.define_name("A1", "1"))


def test_tables_have_structured_references(wb):
    wb.set_values("S", "A1", [["part", "price"], ["nut", 1], ["bolt", 2]])
    wb.add_table("Parts", "S", "A1:B3")
    wb.set_formula("S", "D1", "=SUM(Parts[price])")
    wb.recalculate()
    assert wb.value("S", "D1") == 3.0
    [table] = wb.tables
    assert table == ("Parts", "S", "A1:B3", ("part", "price")) and table.columns == ("part", "price")
    refused("name", lambda: wb.add_table("Parts", "S", "F1:F3"))
    wb.remove_table("parts")
    assert wb.tables == []


def test_rows_and_columns_are_inserted_and_deleted(wb):
    wb.set_values("S", "A1", [[1, 2], [3, 4]])
    wb.set_formula("S", "D1", "=SUM(A1:B2)")
    wb.insert_rows("S", 2)
    wb.insert_columns("S", "B", 2)
    wb.recalculate()
    assert wb.formula("S", "F1") == "=SUM(A1:D3)" and wb.value("S", "F1") == 10.0
    wb.delete_rows("S", 2, 1)
    wb.delete_columns("S", 2, 2)
    assert wb.formula("S", "D1") == "=SUM(A1:B2)"
    refused("address", lambda: wb.insert_rows("S", 0))
    refused("address", lambda: wb.delete_columns("S", "A:B"))
    refused("data", lambda: wb.insert_rows("S", 1, 2**20))
    for bad in (-1, 2**40):
        with pytest.raises(ValueError):
            wb.insert_rows("S", 1, bad)


def test_ranges_are_moved_and_copied(wb):
    wb.add_sheet("T")
    wb.set_values("S", "A1", [[1], [2]])
    wb.set_formula("S", "B1", "=A1")
    wb.copy_range("S", "A1:B1", "T", "C3")
    wb.move_range("S", "A1:A2", "S", (5, 1))
    wb.recalculate()
    assert wb.formula("S", "B1") == "=A5" and wb.formula("T", "D3") == "=C3"
    assert wb.value("S", "A6") == 2.0 and wb.value("S", "A1") is None


def test_rows_are_hidden(wb):
    wb.set_values("S", "A1", [[1], [2], [3]])
    wb.set_formula("S", "B1", "=SUBTOTAL(109,A1:A3)")
    wb.set_rows_hidden("S", "2:2")
    wb.recalculate()
    assert wb.hidden_rows("S") == [(2, 2)] and wb.value("S", "B1") == 4.0
    wb.set_rows_hidden("S", "2:2", False)
    assert wb.hidden_rows("S") == []


def test_edits_are_undone_and_redone(wb):
    assert not wb.undo()
    wb.set_undo_limit(2)
    for n in (1, 2, 3):
        wb.set_value("S", "A1", n)
    assert wb.undo() and wb.undo() and not wb.undo()
    assert wb.value("S", "A1") == 1.0
    assert wb.redo() and wb.value("S", "A1") == 2.0
    wb.set_undo_limit(0)
    assert not wb.redo()


def test_dates_of_the_other_system():
    wb = fu.Workbook(date_system=1904)
    wb.add_sheet("S")
    wb.set_value("S", "A1", dt.date(1904, 1, 2))
    wb.set_formula("S", "B1", "=A1+0")
    wb.recalculate()
    assert wb.date_system == 1904 and wb.value("S", "A1") == dt.date(1904, 1, 2)
    refused("data", lambda: wb.set_value("S", "A1", dt.date(1903, 1, 1)), "1904")
    with pytest.raises(fu.ArgumentError, match="1905"):
        fu.Workbook(date_system=1905)
