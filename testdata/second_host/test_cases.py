"""Every case of testdata/cases on the second host, in batches of several sizes; and guests that break the contract."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import wasmtime

from frame import (COLUMN, DATE, DATETIME, DURATION, OMITTED, RANGE, SCALAR, TIME, Argument, CallError, Cell,
                   Column, Failed, Serial)
from host import Module

ROOT = Path(__file__).resolve().parents[2]
SHOWN = {"#NULL!": 1, "#DIV/0!": 2, "#VALUE!": 3, "#REF!": 4, "#NAME?": 5, "#NUM!": 6, "#N/A": 7, "#GETTING_DATA": 8,
         "#SPILL!": 9, "#CALC!": 14}
SERIALS = {"date": DATE, "datetime": DATETIME, "time": TIME, "duration": DURATION}
FLOATS = {"NaN": math.nan, "inf": math.inf, "-inf": -math.inf, "-0": -0.0}


def all_cases() -> Iterator[Any]:
    for path in sorted((ROOT / "testdata/cases").glob("*.json")):
        for case in json.loads(path.read_text(encoding="utf-8")):
            yield pytest.param(case, id=f"{path.stem}: {case['name']}")


def cell(dtype: str, value: Any) -> Cell:
    if isinstance(value, dict):
        if "error" in value:
            return Failed(SHOWN[value["error"]], value.get("message", ""))
        if "hex" in value:
            return bytes.fromhex(value["hex"])
        kind, number = next(iter(value.items()))
        number = FLOATS[number] if isinstance(number, str) else float(number)
        return number if kind == "number" else Serial(SERIALS[kind], number)
    if dtype in ("f32", "f64") and value is not None:
        return FLOATS[value] if isinstance(value, str) else float(value)
    if dtype == "any" and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value  # type: ignore[no-any-return]


def column(dtype: str, values: list[Any], repeat: int = 1) -> Column:
    utc = dtype == "timestamp_utc"
    return Column("timestamp" if utc else dtype, [cell(dtype, value) for value in values] * repeat, utc)


def argument(arg: dict[str, Any], repeat: int) -> Argument:
    if "omitted" in arg:
        return Argument(OMITTED)
    if "scalar" in arg:
        return Argument(SCALAR, (column(arg["scalar"], [arg["value"]]),))
    if "column" in arg:
        return Argument(COLUMN, (column(arg["column"], arg["values"], repeat),))
    return Argument(RANGE, tuple(column(arg["range"], values) for values in arg["columns"]))


def agrees(found: Cell, wanted: Cell) -> bool:
    if isinstance(found, Failed) and isinstance(wanted, Failed):
        return found.number == wanted.number and found.message.startswith(wanted.message)
    if isinstance(found, float) and isinstance(wanted, float):
        return repr(found) == repr(wanted)
    return type(found) is type(wanted) and found == wanted


@pytest.fixture(scope="module")
def conformance() -> Module:
    return Module((ROOT / "plugins/conformance.wasm").read_bytes())


@pytest.mark.parametrize("case", list(all_cases()))
def test_a_case_gives_what_it_says_in_batches_of_any_size(conformance: Module, case: dict[str, Any]) -> None:
    repeat = case.get("repeat", 1)
    args = [argument(arg, repeat) for arg in case["args"]]
    for batch_rows in (7, 64, 1_024, 1 << 20):
        try:
            found, failed = conformance.call(case["function"], args, case.get("rows"), batch_rows)
        except CallError as error:
            assert "error" in case, f"{error.kind}: {error}"
            assert error.kind == case["error"]["kind"] and case["error"]["message"] in str(error)
            continue
        assert "error" not in case, f"an error is wanted, not {found}"
        assert failed == case.get("failed_rows", failed)
        assert len(found) == len(case["expect"])
        for have, expect in zip(found, case["expect"]):
            want = column(expect["type"], expect["values"], 1 if expect.get("once") else repeat)
            assert (have.dtype, have.utc, len(have.cells)) == (want.dtype, want.utc, len(want.cells))
            for row, pair in enumerate(zip(have.cells, want.cells)):
                assert agrees(*pair), f"row {row}: {pair[0]!r}, not {pair[1]!r}"


def values(module: Module, name: str, cells: list[Cell], dtype: str = "f64", **options: int) -> list[Cell]:
    return list(module.call(name, [Argument(COLUMN, (Column(dtype, cells),))], **options)[0][0].cells)


def splitmix(state: int) -> int:
    bits = (1 << 64) - 1
    z = state + 0x9E3779B97F4A7C15 & bits
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & bits
    z = (z ^ z >> 27) * 0x94D049BB133111EB & bits
    return z ^ z >> 31


def test_random_numbers_follow_from_seed_and_row_whatever_the_batches(conformance: Module) -> None:
    wanted = [(splitmix(splitmix(7 ^ splitmix(row))) >> 11) / (1 << 53) for row in range(10)]
    for batch_rows in (1, 3, 100):
        assert values(conformance, "RAND", [1.0] * 10, seed=7, batch_rows=batch_rows) == wanted
    assert values(conformance, "RAND", [1.0] * 10, seed=8) != wanted


def test_the_clock_is_the_host_s(conformance: Module) -> None:
    assert values(conformance, "NOW", [0, 2], "i64", now_us=5) == [5, 2_000_005]


def test_an_endless_loop_runs_out_of_time_and_the_module_lives_on(conformance: Module) -> None:
    with pytest.raises(CallError) as caught:
        values(conformance, "SPIN", [1.0])
    assert caught.value.kind == "DeadlineExceeded"
    assert values(conformance, "ID_F64", [1.0]) == [1.0]


EVIL: dict[str, Any] = {
    "id": 1, "name": "EVIL", "export": "evil", "kind": "elementwise", "min_args": 1, "max_args": 1,
    "params": [{"name": "x", "type": "f64"}], "returns": "f64"}


def guest(body: str, *functions: dict[str, Any]) -> Module:
    manifest = {"schema": "formualizer.udf.module/v1", "module": {"id": "evil", "version": "1", "abi": 1, "codec": 2},
                "functions": functions}
    section = "".join(f"\\{byte:02x}" for byte in json.dumps(manifest).encode())
    return Module(bytes(wasmtime.wat2wasm(f"""(module
        (memory (export "memory") 2) (@custom "formualizer.udf.manifest.v1" "{section}")
        (func (export "fz_abi_version") (result i32) (i32.const 1))
        (func (export "fz_alloc") (param i32) (result i32) (i32.const 4096))
        (func (export "fz_free") (param i32 i32))
        (func (export "evil") (param $call i32) (param i32) (result i64) (local $r i32) (local $answer i64)
            (local.set $r (i32.load offset=48 (local.get $call)))
            (local.set $answer (i64.or (i64.extend_i32_u (local.get $r)) (i64.const 0x4000000000)))
            {body}))""")))


@pytest.mark.parametrize(("body", "rule"), [
    ("(i64.const 0)", "a block outside memory"),
    ("(i64.const 0x4000000008)", "a block outside memory"),
    ("(i64.const 0x7fffffff00001000)", "a block outside memory"),
    ("(i64.or (i64.extend_i32_u (local.get $call)) (i64.const 0x4000000000))", "overlaps the request"),
    ("(i64.or (i64.extend_i32_u (i32.sub (local.get $call) (i32.const 48))) (i64.const 0x4000000000))",
     "overlaps the request"),
    ("(i32.store8 offset=12 (local.get $r) (i32.const 1)) (local.get $answer)", "64 bytes at"),
    ("(i32.store offset=16 (local.get $r) (i32.const 40000)) (local.get $answer)", "40000 columns"),
    ("(i32.store offset=8 (local.get $r) (i32.const 9)) (local.get $answer)", "9 rows, not 3"),
    ("(i32.store (local.get $r) (i32.const 2)) (local.get $answer)", "status 2"),
])
def test_an_answer_that_breaks_a_rule_is_refused_with_the_rule(body: str, rule: str) -> None:
    module = guest(body, EVIL)
    with pytest.raises(CallError, match=rule) as caught:
        values(module, "EVIL", [1.0, 2.0, 3.0])
    assert caught.value.kind == "InvalidResult"


@pytest.mark.parametrize(("change", "path"), [
    ({"kind": "window"}, "kind"),
    ({"returns": "money"}, "returns"),
    ({"category": "Maths"}, "category"),
    ({"params": [{"name": "x", "type": "f64", "unit": "m"}]}, "params[0].unit"),
    ({"params": [{"name": "x", "type": "decimal128"}]}, "params[0].type"),
    ({"params": [{"name": "x", "type": "f64", "shape": "matrix"}]}, "params[0].shape"),
    ({"kind": "array", "returns": [{"name": "a", "type": "f64", "unit": "s"}]}, "returns[0].unit"),
])
def test_what_is_not_known_disables_its_function_and_no_other(change: dict[str, Any], path: str) -> None:
    extended = EVIL | {"x-note": 1, "params": [{"name": "x", "type": "f64", "x-unit": "m"}]}
    module = guest("(local.get $answer)", extended | {"id": 2, "name": "GOOD", "export": "good"}, EVIL | change)
    assert [function.export for function in module.functions] == ["good"]
    with pytest.raises(CallError) as caught:
        values(module, "EVIL", [1.0])
    assert caught.value.kind == "Unsupported" and str(caught.value).endswith(f"not known: {path}")
