"""Plugins in formulas."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import formualizer_udf as fu
from formualizer_udf import WorkbookError

PLUGINS = Path(__file__).resolve().parents[4] / "plugins"
FINANCE = (PLUGINS / "finance.wasm").read_bytes()


def refused(kind, call, *words):
    with pytest.raises(WorkbookError) as caught:
        call()
    assert caught.value.kind == kind, caught.value
    for word in words:
        assert word in str(caught.value)


def test_a_plugin_is_called_once_for_a_column(wb, finance):
    info = wb.register_wasm_module_file(PLUGINS / "finance.wasm", on_conflict="skip")
    assert info.module_id == "formualizer.finance"
    assert info.functions[0].bound_as == ("BLACK_SCHOLES", "BS_CALL")
    wb.set_formulas("S", "A1:A10000", "=80+ROW()/250")
    wb.set_formula("S", "B1", "=BS_CALL(A1,100,0.03,0.2,0.5)")
    wb.fill_down("S", "B1:B10000")
    report = wb.recalculate()
    assert (report.udf_calls, report.udf_rows) == (1, 10_000)
    frame = wb.read_frame("S", "A:B", header=False, as_="numpy")
    assert (frame["B"] == finance.BS_CALL(frame["A"], 100, 0.03, 0.2, 0.5)).all()


def test_errors_of_a_plugin_are_those_of_its_rows(wb):
    wb.register_wasm_module_bytes(FINANCE, on_conflict="skip")
    wb.set_values("S", "A1", [[4.75], [200], ["x"], [None]])
    wb.set_formulas("S", "B1:B4", "=IMPLIED_VOL(A1,42,40,0.1,0.5)")
    report = wb.recalculate()
    assert isinstance(wb.value("S", "B1"), float)
    assert wb.value("S", "B2")["kind"] == "Num" and "200" in wb.cell_error_detail("S", "B2")
    assert wb.value("S", "B3")["kind"] == "Value"
    assert report.errors.cells == 3


def test_names_that_are_taken_are_refused_skipped_or_overridden(wb):
    refused("function", lambda: wb.register_wasm_module_bytes(FINANCE), "XNPV")
    assert wb.list_wasm_modules() == [] and wb.list_functions() == []
    wb.register_wasm_module_bytes(FINANCE, on_conflict="skip")
    assert all(f["module_id"] == "formualizer.finance" for f in wb.list_functions())
    names = {f["name"] for f in wb.list_functions()}
    assert "BS_CALL" in names and "XNPV" not in names
    wb.unregister_wasm_module("formualizer.finance")
    wb.register_wasm_module_bytes(FINANCE, on_conflict="override")
    assert "XNPV" in {f["name"] for f in wb.list_functions()}
    with pytest.raises(fu.ArgumentError, match="on_conflict"):
        wb.register_wasm_module_bytes(FINANCE, on_conflict="never")


def test_names_of_built_ins_and_of_other_functions_have_policies_of_their_own(wb):
    # XNPV is a built-in.
    wb.register_function("EMA", lambda *_: "mine")
    for policy in ({"builtins": "skip"}, {"bindings": "override"}, {}):
        refused("function", lambda: wb.register_wasm_module_bytes(FINANCE, on_conflict=policy))
    wb.register_wasm_module_bytes(FINANCE, on_conflict={"builtins": "override", "bindings": "skip"})
    bound = {f["name"]: f["module_id"] for f in wb.list_functions()}
    assert (bound["XNPV"], bound["EMA"]) == ("formualizer.finance", None)
    for wrong in ({"builtins": "never"}, {"builtin": "skip"}):
        with pytest.raises(fu.ArgumentError, match="on_conflict"):
            wb.register_wasm_module_bytes(FINANCE, on_conflict=wrong)
    for wrong in (None, 5, ["skip"], {"builtins": None}, {5: "skip"}):
        with pytest.raises(TypeError):
            wb.register_wasm_module_bytes(FINANCE, on_conflict=wrong)


def test_several_plugins_are_registered_or_none(wb):
    text = (PLUGINS / "text.wasm").read_bytes()
    infos = wb.register_wasm_modules({"prices": FINANCE, "größe": memoryview(text)}, on_conflict="skip")
    assert [info.module_id for info in infos] == ["formualizer.finance", "formualizer.text"]
    assert infos == [info for info in wb.list_wasm_modules()]
    other = fu.Workbook()
    assert other.register_wasm_modules({}) == []
    for modules, word in [({"a": text, "größe": b"broken"}, "größe"), ({"a": text, "again": text}, "again")]:
        refused("plugin", lambda: other.register_wasm_modules(modules), word)
    refused("function", lambda: other.register_wasm_modules({"a": text, "prices": FINANCE}), "prices", "XNPV")
    assert other.list_wasm_modules() == [] and other.list_functions() == []
    for wrong in (None, FINANCE, [("a", FINANCE)], [FINANCE]):
        with pytest.raises(fu.ArgumentError, match="dict"):
            other.register_wasm_modules(wrong)
    for wrong in ({"a": "text"}, {"a": None}, {5: FINANCE}):
        with pytest.raises(TypeError):
            other.register_wasm_modules(wrong)


def test_a_module_is_attached_and_its_functions_are_bound_by_name(wb):
    info = wb.attach_wasm_module_bytes(FINANCE)
    assert all(f.bound_as == () for f in info.functions)
    assert wb.bind_wasm_function("MY_CALL", info.module_id, "BS_CALL")
    assert not wb.bind_wasm_function("SUM", info.module_id, "BS_CALL", on_conflict="skip")
    wb.set_formula("S", "A1", "=ROUND(MY_CALL(42,40,0.1,0.2,0.5),4)")
    wb.recalculate()
    assert wb.value("S", "A1") == 4.7594
    refused("plugin", lambda: wb.bind_wasm_function("F", "nobody", "BS_CALL"), "nobody")
    refused("plugin", lambda: wb.bind_wasm_function("F", info.module_id, "NOSUCH"))
    wb.unregister_wasm_module(info.module_id)
    wb.recalculate()
    assert wb.value("S", "A1")["kind"] == "Name"
    refused("plugin", lambda: wb.unregister_wasm_module(info.module_id))


def test_a_folder_of_plugins_is_registered_as_a_whole_or_not(wb, tmp_path):
    for name in ("finance", "text"):
        (tmp_path / f"{name}.wasm").write_bytes((PLUGINS / f"{name}.wasm").read_bytes())
    infos = wb.register_wasm_modules_dir(tmp_path, on_conflict="skip")
    assert [i.module_id for i in infos] == [i.module_id for i in wb.list_wasm_modules()] and len(infos) == 2
    other = fu.Workbook()
    (tmp_path / "zz.wasm").write_bytes(b"\0asm\1\0\0\0broken")
    refused("plugin", lambda: other.register_wasm_modules_dir(tmp_path, on_conflict="skip"), "zz.wasm")
    assert other.list_wasm_modules() == []
    with pytest.raises(FileNotFoundError, match="none"):
        other.register_wasm_modules_dir(tmp_path / "none")


def test_a_module_is_inspected_without_keeping_it(wb):
    info = wb.inspect_wasm_module_bytes(memoryview(FINANCE))
    assert info.module_id == "formualizer.finance" and info.size == len(FINANCE) and len(info.sha256) == 64
    assert {f.kind for f in info.functions} >= {"elementwise", "reduce"}
    assert wb.list_wasm_modules() == []


@pytest.mark.parametrize("data", [b"", b"no module", FINANCE[:1000], FINANCE[:-1]], ids=["empty", "text", "short", "cut"])
def test_bytes_that_are_no_module_are_refused(wb, data):
    for call in (wb.register_wasm_module_bytes, wb.attach_wasm_module_bytes, wb.inspect_wasm_module_bytes):
        refused("plugin", lambda: call(data))
    with pytest.raises(TypeError):
        wb.register_wasm_module_bytes("text")
    assert wb.list_functions() == []


def test_a_missing_file_is_refused(wb):
    with pytest.raises(FileNotFoundError, match="none.wasm"):
        wb.register_wasm_module_file("none.wasm")


def test_the_runtime_is_changed_with_plugins_in_place(wb):
    wb.register_wasm_module_bytes(FINANCE, on_conflict="skip")
    wb.set_formulas("S", "A1:A50", "=BS_CALL(80+ROW(),100,0.03,0.2,0.5)")
    wb.recalculate()
    first = wb.values("S", "A1:A50")
    assert math.isclose(first[19][0], 6.37, abs_tol=0.1)
    for change in (wb.use_wasmi_runtime, wb.use_wasmtime_runtime, lambda: wb.set_runtime(fu.Runtime("wasmi", threads=1))):
        change()
        wb.clear("S", "B1")
        wb.set_formulas("S", "A1:A50", "=BS_CALL(80+ROW(),100,0.03,0.2,0.5)")
        assert wb.recalculate().udf_calls == 1
        assert wb.values("S", "A1:A50") == first
    with pytest.raises(TypeError):
        wb.set_runtime("wasmi")


def test_limits_of_the_runtime_hold_in_formulas():
    limits = fu.Limits(batch_deadline=1e-6)
    book = fu.Workbook(runtime=fu.Runtime(limits=limits))
    book.add_sheet("S")
    book.register_wasm_module_bytes(FINANCE, on_conflict="skip")
    book.set_formulas("S", "A1:A200000", "=BS_CALL(ROW(),100,0.02,0.2,1)")
    book.recalculate()
    assert book.value("S", "A1")["kind"] == "Value"
    assert "out of time" in book.cell_error_detail("S", "A1")


def test_plugins_and_functions_live_together(wb):
    wb.register_wasm_module_bytes(FINANCE, on_conflict="skip")
    wb.register_function("TWICE", lambda x: 2 * x)
    refused("function", lambda: wb.register_function("BS_CALL", print))
    wb.set_formulas("S", "A1:A100", "=TWICE(BS_CALL(TWICE(ROW()),100,0.03,0.2,0.5))")
    wb.set_formula("S", "B1", "=BS_CALL(TWICE(100),100,0.03,0.2,0.5)*2")
    wb.recalculate()
    assert wb.value("S", "A100") == wb.value("S", "B1") > 0
    kinds = {f["name"]: f["module_id"] for f in wb.list_functions()}
    assert kinds["TWICE"] is None and kinds["BS_CALL"] == "formualizer.finance"


def test_built_in_functions_are_listed():
    names = fu.Workbook.builtin_functions()
    assert {"SUM", "LET", "XLOOKUP"} <= set(names) and names == sorted(names)
