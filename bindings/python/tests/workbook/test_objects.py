"""The workbook as a Python object."""

from __future__ import annotations

import copy
import gc
import os
import pickle
import subprocess
import sys
import weakref
from pathlib import Path

import pytest

import formualizer_udf as fu

PLUGINS = Path(__file__).resolve().parents[4] / "plugins"


def test_it_tells_its_sheets(wb):
    assert repr(wb) == "<Workbook: S>"
    assert repr(fu.Workbook()) == "<Workbook without sheets>"
    for n in range(10):
        wb.add_sheet(f"Tab{n}")
    assert repr(wb).endswith("Tab4, …>")


def test_it_is_neither_pickled_nor_copied(wb):
    for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match=r"to_state\(\)"):
            attempt(wb)


def test_it_is_freed_with_a_function_that_holds_it():
    book = fu.Workbook()
    book.set_undo_limit(5)
    book.register_function("F", lambda: book.sheet_names)
    book.unregister_function("F")
    book.register_function("F", lambda: book)
    there = weakref.ref(book)
    del book
    gc.collect()
    assert there() is None


def test_functions_of_a_living_workbook_survive_the_collector(wb):
    wb.register_function("F", lambda: 5)
    gc.collect()
    wb.set_formula("S", "A1", "=F()")
    wb.recalculate()
    assert wb.value("S", "A1") == 5.0


def test_an_edit_is_freed_with_its_workbook():
    book = fu.Workbook()
    edit = book.edit()
    book.register_function("F", lambda: edit)
    there = weakref.ref(book)
    del book, edit
    gc.collect()
    assert there() is None


def test_reports_show_what_they_hold(wb):
    text = repr(wb.recalculate())
    assert text.startswith("RecalcReport(regions=0, cells=0") and "elapsed=" in text


FORKED = """
import os, sys, warnings
warnings.simplefilter("ignore")
import formualizer_udf as fu
wb = fu.Workbook(); wb.add_sheet("S"); wb.set_formulas("S", "A1:A5000", "=ROW()")
wb.register_wasm_module_file(sys.argv[1], on_conflict="skip")
wb.set_formulas("S", "B1:B5000", "=BS_CALL(A1,100,0.02,0.2,1)"); wb.recalculate()
edit = wb.edit() if sys.argv[2] == "edit" else None
if edit: edit.__enter__()
child = os.fork()
if child == 0:
    try:
        refused = []
        for use in (lambda: wb.value("S", "A1"), wb.recalculate, lambda: wb.save("x.xlsx"), lambda: edit and edit.__exit__(None, None, None) or wb.undo()):
            try: use()
            except fu.ForkError as e: refused.append("forked" in str(e))
        assert refused == [True] * 4, refused
        assert repr(wb) == "<Workbook of another process>"
        own = fu.Workbook(); own.add_sheet("S"); own.set_formulas("S", "A1:A5000", "=ROW()")
        own.register_wasm_module_file(sys.argv[1], on_conflict="skip")
        own.register_function("TWICE", lambda x: 2 * x)
        own.set_formulas("S", "B1:B5000", "=TWICE(BS_CALL(A1,100,0.02,0.2,1))"); own.recalculate()
        with own.edit(): own.set_value("S", "A7", 50)
        assert own.value("S", "B5000") > 9000, own.value("S", "B5000")
        copy = fu.Workbook.from_bytes(own.to_bytes())
        assert copy.sheet_names == ["S"]
        del wb, edit, own
        os._exit(0)
    except BaseException as e:
        print(repr(e), flush=True)
        os._exit(1)
_, status = os.waitpid(child, 0)
if edit: edit.__exit__(None, None, None)
assert wb.value("S", "A5000") == 5000
sys.exit(os.waitstatus_to_exitcode(status))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.parametrize("how", ["plain", "edit"])
def test_a_forked_child_refuses_the_parents_workbook_and_makes_its_own(how):
    run = subprocess.run(
        [sys.executable, "-c", FORKED, str(PLUGINS / "finance.wasm"), how], capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stdout + run.stderr
