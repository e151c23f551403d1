"""The engine-neutral cases of testdata/cases through Python, as Arrow arrays, on both engines."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest

import formualizer_udf as fu
from places import PLUGINS, ROOT

ARROW = {
    "null": pa.null(),
    "bool": pa.bool_(),
    "i8": pa.int8(),
    "i16": pa.int16(),
    "i32": pa.int32(),
    "i64": pa.int64(),
    "u8": pa.uint8(),
    "u16": pa.uint16(),
    "u32": pa.uint32(),
    "u64": pa.uint64(),
    "f32": pa.float32(),
    "f64": pa.float64(),
    "utf8": pa.utf8(),
    "binary": pa.binary(),
    "date32": pa.date32(),
    "time64": pa.time64("us"),
    "timestamp": pa.timestamp("us"),
    "timestamp_utc": pa.timestamp("us", tz="UTC"),
    "duration": pa.duration("us"),
}
SPECIAL = {"NaN": math.nan, "inf": math.inf, "-inf": -math.inf, "-0": -0.0}
# How the errors of cases are called in Python.
KINDS = {
    "Arity": fu.ArgumentError,
    "InvalidArgument": fu.ArgumentError,
    "DeadlineExceeded": fu.DeadlineExceeded,
    "Function": fu.FunctionError,
    "InvalidResult": fu.InvalidResult,
    "MemoryLimitExceeded": fu.MemoryLimitExceeded,
    "StackExhausted": fu.StackExhausted,
    "TooLarge": fu.TooLarge,
    "Trap": fu.Trap,
    "UnknownFunction": fu.UnknownFunction,
    "Unsupported": fu.Unsupported,
}


def all_cases() -> Iterator[dict[str, Any]]:
    for path in sorted((ROOT / "testdata" / "cases").glob("*.json")):
        for case in json.loads(path.read_text()):
            yield {**case, "name": f"{path.stem}: {case['name']}"}


def has_errors(values: Any) -> bool:
    return '"error"' in json.dumps(values)


def can_be_written_in_python(case: dict[str, Any]) -> bool:
    """Python has no errors to pass, no way to ask for rows without a column, and None is a null where it is not an omission."""
    ragged = any(len({len(column) for column in a.get("columns", [])}) > 1 for a in case["args"])
    refused_omission = "error" in case and any(a.get("omitted") for a in case["args"])
    types = [a.get("column") or a.get("scalar") or a.get("range") for a in case["args"]]
    return not has_errors(case["args"]) and "any" not in types and "rows" not in case and not refused_omission and not ragged


# Refused by a host, and taken by the package, which looks at values before it asks one: see test_exact_conversions.py.
TAKEN = {"coercions: logicals are no numbers", "coercions: timestamps are not cut to dates", "dtypes: a float is not rounded to an integer"}
CASES = [case for case in all_cases() if can_be_written_in_python(case) and case["name"] not in TAKEN]


def value(dtype: str, raw: Any) -> Any:
    if isinstance(raw, dict) and "hex" in raw:
        return bytes.fromhex(raw["hex"])
    if dtype in ("f32", "f64") and raw is not None:
        return SPECIAL[raw] if isinstance(raw, str) else float(raw)
    return raw


def array(dtype: str, raw: list[Any], repeat: int = 1) -> Any:
    values = [value(dtype, one) for one in raw]
    if dtype in ("time64", "timestamp", "timestamp_utc", "duration"):
        array = pa.array(values, pa.int64()).cast(ARROW[dtype])
    elif dtype == "date32":
        array = pa.array(values, pa.int32()).cast(pa.date32())
    else:
        array = pa.array(values, ARROW[dtype])
    return pa.concat_arrays([array] * repeat) if repeat > 1 else array


def argument(arg: dict[str, Any], repeat: int) -> Any:
    if arg.get("omitted"):
        return None
    if "column" in arg:
        return array(arg["column"], arg["values"], repeat)
    if "scalar" in arg:
        return array(arg["scalar"], [arg["value"]])[0]
    columns = [array(arg["range"], column) for column in arg["columns"]]
    return pa.table({str(i): column for i, column in enumerate(columns)})


def same(found: Any, wanted: Any) -> bool:
    if isinstance(found, float) and isinstance(wanted, float):
        return (math.isnan(found) and math.isnan(wanted)) or (
            found == wanted and math.copysign(1, found) == math.copysign(1, wanted)
        )
    return type(found) is type(wanted) and bool(found == wanted)


def plain(dtype: str, column: Any) -> list[Any]:
    if dtype in ("time64", "timestamp", "timestamp_utc", "duration"):
        return list(column.cast(pa.int64()).to_pylist())
    if dtype == "date32":
        return list(column.cast(pa.int32()).to_pylist())
    return list(column.to_pylist())


@pytest.fixture(scope="module", params=["wasmtime", "wasmi"])
def conformance(request: pytest.FixtureRequest) -> fu.Module:
    runtime = fu.Runtime(request.param, threads=2)
    return fu.Module.from_file(PLUGINS / "conformance.wasm", runtime=runtime)


def test_most_cases_can_be_written_in_python() -> None:
    assert len(CASES) >= 150
    assert TAKEN <= {case["name"] for case in all_cases()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_case_gives_what_it_says(case: dict[str, Any], conformance: fu.Module) -> None:
    if "error" in case:
        wanted = case["error"]
        kind = KINDS[wanted["kind"].partition("(")[0]]
        with pytest.raises(kind) as raised:
            conformance[case["function"]](*(argument(a, 1) for a in case["args"]))
        assert wanted.get("message", "") in str(raised.value)
        return
    repeat = case.get("repeat", 1)
    function = conformance[case["function"]]
    result = function(*(argument(a, repeat) for a in case["args"]), errors="struct")
    if isinstance(result, dict):
        columns, errors = [[result["value"]]], [[result["error"]]]
        # One value is a Python value: hold its Arrow form against the case.
        columns = [pa.array(columns[0], ARROW.get(case["expect"][0]["type"]))]
    elif isinstance(result, pa.Table):
        columns = [column.combine_chunks().field("value") for column in result.columns]
        errors = [column.combine_chunks().field("error").to_pylist() for column in result.columns]
    elif isinstance(result, fu.WithErrors):
        pytest.skip("a table without columns among its arguments comes as a list")
    else:
        struct = result.combine_chunks() if isinstance(result, pa.ChunkedArray) else result
        columns, errors = [struct.field("value")], [struct.field("error").to_pylist()]
    assert len(columns) == len(case["expect"])
    for column, texts, expected in zip(columns, errors, case["expect"]):
        dtype, raw = expected["type"], expected["values"]
        if not expected.get("once"):
            raw = raw * repeat
        assert len(column) == len(raw)
        if dtype in ("any", "error"):
            assert has_errors(raw) or len(texts) == len(raw)
            continue
        for found, text, one in zip(plain(dtype, column), texts, raw):
            if isinstance(one, dict) and "error" in one:
                assert found is None and text is not None
                assert text.startswith(f"{one['error']}: {one['message']}" if "message" in one else one["error"])
            else:
                assert text is None
                assert same(found, value(dtype, one)), (found, one)
