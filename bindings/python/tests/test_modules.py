"""Modules: where they come from, what they say about themselves, and how their functions are reached."""

from __future__ import annotations

import gc
import os
import weakref
from pathlib import Path

import pytest

import formualizer_udf as fu
from conftest import PLUGINS
from guests import FOREVER, guest, guest_code, manifest, with_manifest

COMMITTED = sorted(PLUGINS.glob("*.wasm"))


def test_there_are_plugins_to_try() -> None:
    assert len(COMMITTED) >= 8


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
@pytest.mark.parametrize("engine", fu.engines())
def test_every_committed_plugin_loads_on_every_engine(path: Path, engine: str) -> None:
    module = fu.Module.from_file(path, runtime=fu.Runtime(engine))
    assert len(module) == len(module.inspect()["manifest"]["functions"]) > 0
    assert list(module.functions) == [name for name in module if name in module.functions]
    for name, function in module.functions.items():
        assert function.__name__ == name and name in repr(function)


def test_a_module_is_the_same_from_bytes_and_from_its_file(finance: fu.Module) -> None:
    path = PLUGINS / "finance.wasm"
    data = path.read_bytes()
    for content in (data, bytearray(data), memoryview(data)):
        again = fu.Module.from_bytes(content)
        assert again == finance and hash(again) == hash(finance)
        assert again.to_bytes() == data and again.path is None
    assert fu.Module.from_file(str(path)).path == path == finance.path


def test_a_module_tells_its_name_and_version(finance: fu.Module) -> None:
    assert finance.id == "formualizer.finance"
    assert finance.version == finance.inspect()["manifest"]["module"]["version"]
    assert len(finance.sha256) == 64 and int(finance.sha256, 16)
    assert repr(finance).startswith(f"<Module formualizer.finance {finance.version}: BS_CALL, ")


def test_functions_are_attributes_and_items_in_any_case_and_by_alias(finance: fu.Module) -> None:
    function = finance.BS_CALL
    assert finance["BS_CALL"] == finance["bs_call"] == finance.bs_call == function
    assert [finance[alias] for alias in function.aliases] == [function] * len(function.aliases)
    assert "BLACK_SCHOLES" in function.aliases
    assert function.module == finance


def test_a_name_that_is_no_identifier_is_an_item(kitchen_sink: fu.Module) -> None:
    assert kitchen_sink["KITCHEN.RATIO"](6, 3) == 2


def test_a_module_is_a_collection_of_names(finance: fu.Module) -> None:
    assert set(finance) == {"BS_CALL", "IMPLIED_VOL", "XNPV", "EMA"}
    assert len(finance) == 4
    assert "bs_call" in finance and "SUM" not in finance
    assert {"BS_CALL", "from_file", "functions"} <= set(dir(finance))


def test_a_name_that_is_not_there_is_answered_with_near_ones(finance: fu.Module) -> None:
    with pytest.raises(fu.UnknownFunction, match="did you mean BS_CALL"):
        finance["BS_CAL"]
    with pytest.raises(AttributeError, match="has no function `BS_CAL`"):
        finance.BS_CAL
    with pytest.raises(KeyError):
        finance["BS_CAL"]
    assert not hasattr(finance, "nothing_like_it")
    assert getattr(finance, "nothing_like_it", None) is None


def test_what_python_asks_for_is_no_function(finance: fu.Module) -> None:
    for name in ("__wrapped__", "_repr_html_", "_ipython_display_", "__array__", "__arrow_c_array__"):
        assert not hasattr(finance, name)


def test_modules_and_functions_cannot_be_made_or_changed_by_hand(finance: fu.Module) -> None:
    for kind in (fu.Module, fu.Function):
        with pytest.raises(TypeError):
            kind()
    with pytest.raises(AttributeError):
        finance.id = "other"  # type: ignore[misc]


def test_inspection_tells_what_a_module_has() -> None:
    path = PLUGINS / "finance.wasm"
    info = fu.inspect(path)
    assert info == fu.inspect(str(path)) == fu.inspect(path.read_bytes())
    assert info["size"] == path.stat().st_size
    assert info["bare"] is False and info["warnings"] == []
    assert ("fz_alloc", "(i32) -> i32") in info["exports"]
    assert [f["name"] for f in info["manifest"]["functions"]] == ["BS_CALL", "IMPLIED_VOL", "XNPV", "EMA"]


def test_inspection_runs_nothing_of_a_module() -> None:
    endless = guest(FOREVER, version=FOREVER, alloc=FOREVER)
    names = [function["name"] for function in fu.inspect(endless)["manifest"]["functions"]]
    assert names == ["GOOD", "EVIL"]
    module = fu.Module.from_bytes(endless)
    assert list(module.functions) == names and module.inspect()["size"] == len(endless)


def test_inspection_heeds_limits() -> None:
    with pytest.raises(fu.ModuleError, match="the limit is 1000"):
        fu.inspect(PLUGINS / "finance.wasm", limits=fu.Limits(module_bytes=1000))


def test_loading_heeds_limits() -> None:
    hasty = fu.Runtime(limits=fu.Limits(compile_deadline=0.000_001))
    with pytest.raises(fu.DeadlineExceeded, match="loading the module took longer than 1µs"):
        fu.Module.from_file(PLUGINS / "kitchen_sink.wasm", runtime=hasty)
    small = fu.Limits(compile_module_work=1_000_000, compile_function_work=1_000_000)
    assert (small.compile_module_work, small.compile_function_work, small.compile_deadline) == (1_000_000, 1_000_000, 10.0)
    with pytest.raises(fu.ModuleError, match="units of compile work"):
        fu.Module.from_file(PLUGINS / "kitchen_sink.wasm", runtime=fu.Runtime(limits=small))
    plain = fu.Limits(compile_optimised_work=0)
    assert plain.compile_optimised_work == 0 and fu.Limits().compile_optimised_work == 8_000_000_000
    finance = PLUGINS / "finance.wasm"
    optimised, not_optimised = fu.inspect(finance), fu.inspect(finance, limits=plain)
    assert optimised["optimised"] and not not_optimised["optimised"]
    assert optimised["optimised_work"] > optimised["compile_work"] > optimised["function_work"] > 0
    one, other = (fu.Module.from_file(finance, runtime=fu.Runtime(limits=limits)) for limits in (fu.Limits(), plain))
    assert one.BS_CALL(100.0, 90.0, 0.02, 0.2, 1.0) == other.BS_CALL(100.0, 90.0, 0.02, 0.2, 1.0)
    with pytest.raises(fu.ArgumentError, match="compile module_work = 1 is out of range"):
        fu.Limits(compile_module_work=1)


def test_files_that_cannot_be_read_are_os_errors(tmp_path: Path) -> None:
    for take in (fu.Module.from_file, fu.inspect):
        with pytest.raises(FileNotFoundError, match="nowhere.wasm"):
            take(tmp_path / "nowhere.wasm")
        with pytest.raises(IsADirectoryError):
            take(tmp_path)


def test_a_file_is_refused_by_its_size_and_by_what_it_is(tmp_path: Path) -> None:
    huge, pipe = tmp_path / "huge.wasm", tmp_path / "pipe.wasm"
    with huge.open("wb") as file:
        file.truncate(6 << 30)
    os.mkfifo(pipe)
    for take in (fu.Module.from_file, fu.inspect):
        with pytest.raises(fu.ModuleError, match="huge.wasm: the file has 6442450944 bytes"):
            take(huge)
        with pytest.raises(OSError, match="a pipe .FIFO., not a regular file"):
            take(pipe)
        with pytest.raises(OSError, match="a device, not a regular file"):
            take("/dev/zero")


def test_a_function_that_is_not_known_says_so_and_the_others_work() -> None:
    described = manifest("elementwise", "f64")
    described["functions"].insert(0, {**described["functions"][0], "id": 9, "name": "PRICE", "export": "p", "returns": "decimal128"})
    module = fu.Module.from_bytes(with_manifest(guest_code(), described))
    assert list(module.functions) == ["GOOD", "EVIL"] and module.GOOD(21.0) == 42.0
    info = module.inspect()
    assert list(info["disabled"]) == ["PRICE"] and "decimal128" in info["disabled"]["PRICE"]
    assert [function["name"] for function in info["manifest"]["functions"]] == ["PRICE", "GOOD", "EVIL"]
    with pytest.raises(fu.Unsupported, match="type `decimal128` is reserved"):
        module["PRICE"]


def test_a_text_of_a_plugin_breaks_no_line_of_a_message() -> None:
    described = manifest("elementwise", "f64")
    described["functions"][0]["kind"] = "a\x1b[31m\nb\u202e"
    with pytest.raises(fu.Unsupported) as raised:
        fu.Module.from_bytes(with_manifest(guest_code(), described))["GOOD"]
    assert r"a\u{1b}[31m\u{a}b\u{202e}" in str(raised.value) and "\n" not in str(raised.value)


def test_a_message_about_a_file_names_it(tmp_path: Path) -> None:
    path = tmp_path / "broken.wasm"
    path.write_bytes(b"not WebAssembly")
    for take in (fu.Module.from_file, fu.inspect):
        with pytest.raises(fu.ModuleError, match="broken.wasm"):
            take(path)


def test_modules_that_nobody_holds_go_away() -> None:
    module = fu.Module.from_bytes(guest())
    function = module.GOOD
    gone = weakref.ref(module)
    del module
    gc.collect()
    assert gone() is None
    assert function(21.0) == 42.0 and function.module.id == "evil"
