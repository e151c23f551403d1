"""Workbooks as bytes, and back."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import formualizer_udf as fu
from formualizer_udf import WorkbookError

ROOT = Path(__file__).resolve().parents[4]


def filled() -> fu.Workbook:
    book = fu.Workbook()
    book.add_sheet("Prices")
    book.add_sheet("Ünïcode 日本")
    book.set_values("Prices", "A1", [["name", "price"], ["tea 🍵", 1.5], ["coffee €", 2.5], [True, None]])
    book.add_table("Goods", "Prices", "A1:B3")
    book.define_name("Rate", "=1.5")
    book.set_formula("Prices", "D1", "=SUM(Goods[price])*Rate")
    book.set_formula("Prices", "H1", "=SEQUENCE(3,2)")
    book.set_formula("Prices", "M1", "=1/0")
    book.set_formula("Ünïcode 日本", "A1", "=Prices!D1&\" €\"")
    book.recalculate()
    return book


def test_a_workbook_comes_back_from_its_state_as_it_was():
    book = filled()
    state = book.to_state()
    assert type(state) is bytes
    back = fu.Workbook.from_state(state)
    assert back.sheet_names == book.sheet_names
    for sheet in book.sheet_names:
        assert back.values(sheet, "A1:M4") == book.values(sheet, "A1:M4")
    assert back.value("Ünïcode 日本", "A1") == "6 €"
    assert back.formula("Prices", "D1") == book.formula("Prices", "D1")
    assert (back.names, back.tables) == (book.names, book.tables)
    assert back.spill_range("Prices", "H1") == "H1:I3"
    assert back.to_state() == state
    back.set_value("Prices", "B2", 7.5)
    back.recalculate()
    assert back.value("Prices", "D1") == 15.0
    assert book.value("Prices", "D1") == 6.0


def test_an_empty_workbook_has_a_state():
    for system in (1900, 1904):
        back = fu.Workbook.from_state(fu.Workbook(date_system=system).to_state())
        assert back.sheet_names == [] and back.date_system == system


def test_a_state_is_taken_of_every_object_that_holds_bytes():
    state = filled().to_state()
    for data in (state, bytearray(state), memoryview(state), memoryview(bytearray(state))):
        assert fu.Workbook.from_state(data).sheet_names[0] == "Prices"


@pytest.mark.parametrize("wrong", [None, "fzstate", 5, [1, 2], object()], ids=repr)
def test_what_holds_no_bytes_is_refused(wrong):
    with pytest.raises(TypeError):
        fu.Workbook.from_state(wrong)


@pytest.mark.parametrize("wrong", [b"", b"x", b"fzstate", b"PK\x03\x04", bytes(1000), "fzstate ü".encode()], ids=repr)
def test_bytes_that_are_no_state_are_refused(wrong):
    with pytest.raises(WorkbookError) as refused:
        fu.Workbook.from_state(wrong)
    assert refused.value.kind == "data"


def test_a_state_of_another_version_is_refused():
    state = bytearray(filled().to_state())
    state[7] += 1
    with pytest.raises(WorkbookError) as refused:
        fu.Workbook.from_state(state)
    assert refused.value.kind == "data"


def test_a_damaged_state_is_refused_or_gives_a_workbook_that_works():
    state, chance = filled().to_state(), random.Random(5)
    refused = 0
    for _ in range(500):
        damaged = bytearray(state)
        for _ in range(chance.randrange(1, 4)):
            damaged[chance.randrange(8, len(damaged))] = chance.randrange(256)
        end = chance.choice([len(damaged), chance.randrange(len(damaged))])
        try:
            book = fu.Workbook.from_state(damaged[:end])
        except WorkbookError as error:
            assert error.kind == "data", error
            refused += 1
        else:
            book.recalculate()
            book.to_state()
    assert refused > 100


def test_functions_are_registered_again_where_a_state_is_taken(wb):
    wb.register_function("TWICE", lambda x: 2 * x)
    wb.register_wasm_module_file(ROOT / "plugins" / "text.wasm", on_conflict="skip")
    wb.set_formula("S", "A1", "=TWICE(4)")
    wb.set_formula("S", "A2", '=REVERSE("abc")')
    wb.recalculate()
    back = fu.Workbook.from_state(wb.to_state())
    assert back.values("S", "A1:A2") == [[8.0], ["cba"]]
    assert back.list_functions() == [] and back.list_wasm_modules() == []
    back.register_function("TWICE", lambda x: 20 * x)
    back.recalculate()
    # What cannot be calculated keeps its value.
    assert back.value("S", "A1") == 80.0 and back.value("S", "A2") == "cba"
    assert back.undo() is False


def test_a_state_holds_what_saving_needs_of_the_file():
    book = fu.Workbook.open(ROOT / "testdata" / "portfolio.xlsx")
    back = fu.Workbook.from_state(book.to_state())
    assert back.load_warnings == book.load_warnings
    assert back.to_bytes() == book.to_bytes()


def test_a_state_is_taken_on_the_runtime_that_is_given(wb):
    back = fu.Workbook.from_state(wb.to_state(), runtime=fu.Runtime("wasmi"))
    back.register_wasm_module_file(ROOT / "plugins" / "text.wasm", on_conflict="skip")
    back.set_formula("S", "A1", '=REVERSE("ab")')
    back.recalculate()
    assert back.value("S", "A1") == "ba"


def test_another_process_takes_a_state():
    program = """
import sys
import formualizer_udf as fu
book = fu.Workbook.from_state(sys.stdin.buffer.read())
book.set_value("Prices", "B2", 7.5)
book.recalculate()
sys.stdout.buffer.write(book.to_state())
"""
    run = subprocess.run([sys.executable, "-c", program], input=filled().to_state(), capture_output=True, check=True)
    assert fu.Workbook.from_state(run.stdout).value("Prices", "D1") == 15.0


def test_states_are_taken_by_many_threads_while_one_edits(wb):
    wb.set_values("S", "A1", [[n, n] for n in range(2000)])
    wb.set_formulas("S", "C1:C2000", "=A1-B1")
    wrong: list[object] = []

    def take():
        for _ in range(10):
            book = fu.Workbook.from_state(wb.to_state())
            book.recalculate()
            # Both numbers of a row are set by one edit.
            wrong.extend(row for row in book.values("S", "C1:C2000") if row != [0.0])

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        n = random.randrange(2000)
        wb.set_values("S", (n + 1, 1), [[n * 2, n * 2]])
    assert wrong == []
