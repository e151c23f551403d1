"""What depends on what, what has changed, and what is known of formulas and functions."""

from __future__ import annotations

import copy
import gc
import pickle
import threading
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

import formualizer_udf as fu
from formualizer_udf import WorkbookError
from formualizer_udf._workbook import FormulaCheck, ParameterDetails, SheetRange

PLUGINS = Path(__file__).resolve().parents[4] / "plugins"


def shown(ranges):
    return [f"{one.sheet}!{one.range}" for one in ranges]


@pytest.fixture
def book(wb):
    wb.add_sheet("Größe 🍵")
    wb.set_values("S", "A1", [[1], [2], [3]])
    wb.set_formulas("S", "B1:B3", "=A1*$D$1")
    wb.set_value("S", "D1", 10)
    wb.set_formula("Größe 🍵", "A1", "=SUM(S!A:A)")
    wb.recalculate()
    return wb


def test_precedents_and_dependents_are_ranges(book):
    assert book.precedents("S", "B2") == [SheetRange("S", "A2"), SheetRange("S", "D1")]
    assert book.precedents("S", (3, 2)) == [SheetRange("S", "A3"), SheetRange("S", "D1")]
    assert book.dependents("S", "D1") == [SheetRange("S", "B1:B3")]
    assert shown(book.dependents("S", "A3")) == ["S!B3", "Größe 🍵!A1"]
    assert book.precedents("S", "A1") == [] and book.dependents("S", "Z9") == []


def test_ranges_cannot_be_changed_and_count_by_value(book):
    one = book.dependents("S", "D1")[0]
    assert one == SheetRange("S", "B1:B3") and len({one, SheetRange("S", "B1:B3")}) == 1
    assert repr(one) == "SheetRange(sheet='S', range='B1:B3')"
    with pytest.raises(FrozenInstanceError):
        one.range = "A1"


def test_cells_that_are_not_there_are_refused(book):
    for ask in (book.precedents, book.dependents, lambda *at: book.validate_formula(*at, "=1")):
        for sheet, cell, kind in [("No", "A1", "sheet"), ("", "A1", "sheet"), ("S", "A0", "address"), ("S", (0, 1), "address")]:
            with pytest.raises(WorkbookError) as refused:
                ask(sheet, cell)
            assert refused.value.kind == kind
        for wrong in (None, 5, ["A1"]):
            with pytest.raises(TypeError):
                ask("S", wrong)
    with pytest.raises(WorkbookError) as refused:
        fu.Workbook().precedents("S", "A1")
    assert refused.value.kind == "sheet"


def test_a_formula_is_looked_at_before_it_is_put_anywhere(book):
    check = book.validate_formula("S", "F1", "=sum(A1)+NO_SUCH(\"日本\")+SUM(A2)")
    assert check == FormulaCheck(("SUM", "NO_SUCH"), ("NO_SUCH",), False)
    assert book.validate_formula("S", "F1", "NOW()").volatile
    assert book.formula("S", "F1") is None
    book.register_function("no_such", print, volatile=True)
    check = book.validate_formula("S", "F1", "=NO_SUCH()")
    assert (check.unknown_functions, check.volatile) == ((), True)


@pytest.mark.parametrize("wrong", ["=1+", "=SUM(", "=)", "=", "", "=\"é", "=#", "=" + "(" * 5000])
def test_what_is_no_formula_is_refused_with_the_place(book, wrong):
    with pytest.raises(WorkbookError) as refused:
        book.validate_formula("S", "F1", wrong)
    assert refused.value.kind == "formula" and str(refused.value)
    with pytest.raises(TypeError):
        book.validate_formula("S", "F1", None)


def test_functions_tell_what_they_take(book):
    book.register_wasm_module_file(PLUGINS / "finance.wasm", on_conflict="skip")
    book.register_function("HALF", lambda n: n / 2, min_args=1, max_args=2)
    price = book.function_details("bs_call")
    assert (price.name, price.origin, price.module_id) == ("BS_CALL", "plugin", "formualizer.finance")
    assert price.params[0].type == "f64" and price.params[0].name == "spot"
    assert price.signature.startswith("BS_CALL(spot, ") and "call" in price.description
    half = book.function_details("half")
    assert (half.origin, half.module_id, half.signature) == ("callback", None, "HALF(argument1, [argument2])")
    assert half.params[1] == ParameterDetails("argument2", "", "", True, False, False)
    total = book.function_details("SUM")
    assert (total.origin, total.max_args, total.volatile) == ("builtin", None, False)
    assert book.function_details("RAND").volatile
    for name in ("NO_SUCH", "", "é", "🍵"):
        assert book.function_details(name) is None
    with pytest.raises(TypeError):
        book.function_details(None)


def test_a_function_that_is_bound_is_told_before_the_built_in_one(book):
    book.register_function("abs", lambda n: n, allow_override_builtin=True)
    assert book.function_details("ABS").origin == "callback"
    book.unregister_function("ABS")
    assert book.function_details("ABS").origin == "builtin"


def test_every_built_in_function_has_details(book):
    names = fu.Workbook.builtin_functions()
    assert "VLOOKUP" in names
    assert all(book.function_details(name).name == name for name in names)


def test_changes_are_the_ranges_whose_values_differ(book):
    book.set_undo_limit(5)
    before = book.snapshot()
    assert book.changed_since(before) == []
    book.set_value("S", "A2", 20)
    assert shown(book.changed_since(before)) == ["S!A2"]
    book.recalculate()
    assert shown(book.changed_since(before)) == ["S!A2:B2", "Größe 🍵!A1"]
    assert shown(book.changed_since(book.snapshot())) == []
    with book.edit():
        book.set_value("S", "A2", 2)
    assert book.changed_since(before) == []
    book.undo()
    book.recalculate()
    assert shown(book.changed_since(before)) == ["S!A2:B2", "Größe 🍵!A1"]


def test_changes_are_told_within_an_edit(book):
    with book.edit():
        before = book.snapshot()
        book.set_value("S", "F1", "日本")
        assert shown(book.changed_since(before)) == ["S!F1"]
    assert shown(book.changed_since(before)) == ["S!F1"]


def test_a_sheet_that_came_is_a_change_and_one_that_went_is_none():
    book = fu.Workbook()
    before = book.snapshot()
    assert book.changed_since(before) == []
    book.add_sheet("T")
    book.set_value("T", "B2", 1)
    assert shown(book.changed_since(before)) == ["T!B2"]
    book.delete_sheet("T")
    assert book.changed_since(before) == []


def test_a_snapshot_of_another_workbook_is_refused(book):
    other = fu.Workbook()
    other.add_sheet("S")
    twin = fu.Workbook.from_state(book.to_state())
    for foreign in (other.snapshot(), twin.snapshot()):
        with pytest.raises(fu.ArgumentError, match="another workbook"):
            book.changed_since(foreign)
    gone = fu.Workbook()
    left = gone.snapshot()
    del gone
    gc.collect()
    for _ in range(20):
        with pytest.raises(fu.ArgumentError, match="another workbook"):
            fu.Workbook().changed_since(left)


@pytest.mark.parametrize("wrong", [None, 5, b"", "snapshot"], ids=repr)
def test_what_is_no_snapshot_is_refused(book, wrong):
    with pytest.raises(TypeError):
        book.changed_since(wrong)


def test_a_snapshot_shows_nothing_of_what_it_holds(book):
    snapshot = book.snapshot()
    assert repr(snapshot) == "<Snapshot>"
    for attempt in (pickle.dumps, copy.copy, copy.deepcopy, type(snapshot)):
        with pytest.raises(TypeError):
            attempt(snapshot)


def test_many_threads_ask_while_one_edits(book):
    before = book.snapshot()
    failed: list[BaseException] = []

    def ask():
        try:
            for _ in range(100):
                assert book.dependents("S", "D1") == [SheetRange("S", "B1:B3")]
                assert shown(book.changed_since(before)) in (["S!F1"], [])
                assert book.validate_formula("S", "A1", "=SUM(B1)").functions == ("SUM",)
                book.changed_since(book.snapshot())
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        book.set_value("S", "F1", 1)
        book.clear("S", "F1")
    assert failed == []
