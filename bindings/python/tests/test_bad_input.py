"""Sixty ways to go wrong: each is an exception of the package with a message that helps, and never a panic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import formualizer_udf as fu
from conftest import PLUGINS
from guests import bare, guest, manifest, module, with_manifest

FINANCE = (PLUGINS / "finance.wasm").read_bytes()
ONE = np.ones(2)
Case = tuple[str, Callable[[fu.Module], Any], type[fu.UdfError], str]


def guest_with(**changes: Any) -> bytes:
    """A guest whose manifest stands twice, or says something else."""
    return with_manifest(guest(), manifest(**changes))


CASES: list[Case] = [
    # Modules.
    ("no bytes", lambda m: fu.Module.from_bytes(b""), fu.ModuleError, "does not start with"),
    ("text", lambda m: fu.Module.from_bytes(b"(module)"), fu.ModuleError, "does not start with"),
    ("a str", lambda m: fu.Module.from_bytes("finance.wasm"), fu.ArgumentError, "from_file takes its path"),  # type: ignore[arg-type]
    ("nothing at all", lambda m: fu.Module.from_bytes(None), fu.ArgumentError, "as bytes"),  # type: ignore[arg-type]
    ("a header alone", lambda m: fu.Module.from_bytes(b"\0asm\1\0\0\0"), fu.ModuleError, "`fz_alloc`"),
    ("a cut module", lambda m: fu.Module.from_bytes(FINANCE[:5000]), fu.ModuleError, "end"),
    ("a component", lambda m: fu.Module.from_bytes(b"\0asm\x0d\0\1\0"), fu.Unsupported, "build a core module"),
    ("an import", lambda m: fu.Module.from_bytes(module('(module (import "env" "f" (func)))')), fu.ModuleError, "env.f"),
    ("a start function", lambda m: fu.Module.from_bytes(guest(items="(func $m) (start $m)")), fu.ModuleError, "start"),
    ("a 64-bit memory", lambda m: fu.Module.from_bytes(module('(module (memory (export "memory") i64 1))')), fu.UdfError, "64"),
    ("two manifests", lambda m: fu.Module.from_bytes(guest_with()), fu.ManifestError, "manifest"),
    ("no manifest", lambda m: fu.Module.from_bytes(bare('(func (export "fz_alloc"))')), fu.UdfError, "missing|manifest"),
    ("a manifest of noise", lambda m: fu.Module.from_bytes(with_manifest(bare(), b"\xff{")), fu.ManifestError, "not valid JSON"),
    ("too large", lambda m: fu.inspect(FINANCE, limits=fu.Limits(module_bytes=10)), fu.ModuleError, "the limit is 10"),
    ("an unknown function", lambda m: m.NOTHING_LIKE_IT, fu.UnknownFunction, "has no function"),
    ("a near miss", lambda m: m["MULLADD"], fu.UnknownFunction, "MULADD"),
    # Options.
    ("an unknown engine", lambda m: fu.Runtime("v8"), fu.Unsupported, "wasmtime or wasmi"),
    ("no threads", lambda m: fu.Runtime(threads=0), fu.ArgumentError, "give 1 to 1024"),
    ("threads that are no number", lambda m: fu.Runtime(threads="2"), fu.ArgumentError, "give an integer"),  # type: ignore[arg-type]
    ("a cache without code", lambda m: fu.Runtime("wasmi", cache_dir="x"), fu.ArgumentError, "leave it out"),
    ("a cache that is a file", lambda m: fu.Runtime(cache_dir=__file__), fu.ArgumentError, "cache_dir: .*is not a folder: give one"),
    ("memory below a page", lambda m: fu.Limits(memory_bytes=1), fu.ArgumentError, "65536 to 4294967296"),
    ("negative memory", lambda m: fu.Limits(memory_bytes=-1), fu.ArgumentError, "memory_bytes=-1"),
    ("memory beyond numbers", lambda m: fu.Limits(memory_bytes=2**80), fu.ArgumentError, "out of range"),
    ("half a byte", lambda m: fu.Limits(memory_bytes=1e6), fu.ArgumentError, "give an integer"),  # type: ignore[arg-type]
    ("no time", lambda m: fu.Limits(batch_deadline=0), fu.ArgumentError, "positive number of seconds"),
    ("time that is not a number", lambda m: fu.Limits(call_deadline=float("nan")), fu.ArgumentError, "positive"),
    ("time in words", lambda m: fu.Limits(total_deadline="1s"), fu.ArgumentError, "positive"),  # type: ignore[arg-type]
    ("no instances", lambda m: fu.Limits(instances=0), fu.ArgumentError, "instances = 0"),
    ("a stack too large", lambda m: fu.Limits(stack_bytes=2**40), fu.ArgumentError, "stack_bytes"),
    ("no results", lambda m: fu.Limits(result_bytes=0), fu.ArgumentError, "result_bytes"),
    ("a deadline of no time", lambda m: m.MULADD.with_options(deadline=-1), fu.ArgumentError, "deadline=-1"),
    ("batches of no rows", lambda m: m.MULADD.with_options(batch_rows=0), fu.ArgumentError, "batch_rows=0"),
    ("negative threads", lambda m: m.MULADD.with_options(threads=-1), fu.ArgumentError, "threads=-1"),
    ("a seed below zero", lambda m: m.RAND.with_options(seed=-1), fu.ArgumentError, "seed=-1"),
    ("a time beyond numbers", lambda m: m.NOW.with_options(now_us=2**64), fu.ArgumentError, "out of range"),
    # The number and the names of arguments.
    ("too few", lambda m: m.MULADD(1.0), fu.ArgumentError, "takes 2 arguments, 1 was given"),
    ("too many", lambda m: m.MULADD(1.0, 2.0, 3.0), fu.ArgumentError, "takes 2 arguments, 3 were given"),
    ("a gap", lambda m: m.MULADD(b=1.0), fu.ArgumentError, "`a`: is required"),
    ("twice", lambda m: m.MULADD(1.0, a=1.0), fu.ArgumentError, "`a` was given twice"),
    ("a name that is none", lambda m: m.MULADD(1.0, c=1.0), fu.ArgumentError, "it takes a, b"),
    ("a word misspelt", lambda m: m.MULADD(1.0, 1.0, error="null"), fu.ArgumentError, "errors="),
    # Types.
    ("text for a number", lambda m: m.MULADD("1", 1.0), fu.ArgumentError, "argument 1 `a`: is utf8, but f64 is wanted"),
    ("a number for text", lambda m: m.REVERSE(1.0), fu.ArgumentError, "is f64, but utf8 is wanted"),
    ("a float for an integer", lambda m: m.GCD(1.5, 1), fu.ArgumentError, "is 1.5, but i64 is wanted: round"),
    ("an integer that does not fit", lambda m: m.ID_I8([1, 300]), fu.ArgumentError, "holds 300"),
    ("a sign that does not fit", lambda m: m.ID_U8(-1), fu.ArgumentError, "holds -1"),
    ("an error that is none", lambda m: m.ID_ERROR("#OOPS!"), fu.ArgumentError, "is no error"),
    ("an object", lambda m: m.MULADD(object(), 1.0), fu.ArgumentError, "cannot take a object"),
    ("a function", lambda m: m.MULADD(m.MULADD, 1.0), fu.ArgumentError, "cannot take a formualizer_udf.Function"),
    ("a module", lambda m: m.MULADD(m, 1.0), fu.ArgumentError, "cannot take a formualizer_udf.Module"),
    ("complex numbers", lambda m: m.MULADD(np.ones(2, "c16"), 1.0), fu.ArgumentError, "complex128 has no counterpart"),
    ("decimals", lambda m: m.REVERSE(pa.array([1], pa.decimal128(5))), fu.ArgumentError, "is decimal, but utf8 is wanted"),
    ("lists in a column", lambda m: m.MULADD(pa.array([[1.0]]), 1.0), fu.ArgumentError, "flatten it"),
    ("periods", lambda m: m.MULADD(pd.Series(pd.period_range("2024", periods=2)), 1.0), fu.ArgumentError, "Period"),
    ("intervals", lambda m: m.MULADD(pd.Series(pd.interval_range(0, 2)), 1.0), fu.ArgumentError, "Interval"),
    # Lengths and shapes.
    ("unequal columns", lambda m: m.MULADD(ONE, np.ones(3)), fu.ArgumentError, "`b`: has 3 rows where 2 are wanted"),
    ("unequal chunks", lambda m: m.MULADD(pa.chunked_array([[1.0], [2.0]]), pa.array([1.0])), fu.ArgumentError, "rows"),
    ("a frame for a value", lambda m: m.MULADD(pl.DataFrame({"a": [1.0]}), 1.0), fu.ArgumentError, "a range was given"),
    ("a frame beside chunks", lambda m: m.MULADD(pd.DataFrame(), pa.chunked_array([[1.0], [1.0]])), fu.ArgumentError, "beside columns in chunks"),
    ("a column for a parameter of one value", lambda m: m.SEQ([1, 2]), fu.ArgumentError, "takes one value"),
    ("two columns for one", lambda m: m.COUNT_NULLS(np.ones((2, 2))), fu.ArgumentError, "one column"),
    ("indexes that differ", lambda m: m.MULADD(pd.Series(ONE), pd.Series(ONE, index=[5, 6])), fu.ArgumentError, "align"),
    ("rows of unequal length", lambda m: m.SUM_RANGE([[1], [1, 2]]), fu.ArgumentError, "row 1 has 2 values"),
    # The functions themselves.
    ("a function that refuses", lambda m: m.FAIL_REDUCE(1.0), fu.FunctionError, "FAIL_REDUCE: refused 1"),
    ("a row that refuses", lambda m: m.SQRT_CHECKED(-1.0), fu.RowsError, "negative: -1"),
    ("too many rows to hold", lambda m: m.SEQ(10**8), fu.MemoryLimitExceeded, "the limit is 134217728"),
    ("more rows than there are numbers", lambda m: m.SEQ(2**62), fu.Trap, "capacity overflow"),
]


def test_there_are_sixty_of_them() -> None:
    assert len(CASES) >= 60 and len({name for name, *_ in CASES}) == len(CASES)


@pytest.mark.parametrize(("name", "call", "kind", "why"), CASES, ids=[case[0] for case in CASES])
def test_bad_input_is_an_exception_that_says_why(
    checks: fu.Module, name: str, call: Callable[[fu.Module], Any], kind: type[fu.UdfError], why: str
) -> None:
    with pytest.raises(kind, match=why) as raised:
        call(checks)
    error = raised.value
    assert type(error) is not fu.UdfError and not isinstance(error, (RuntimeError, fu.InternalError))
    assert len(str(error)) > 15 and "panick" not in str(error)
    assert checks.MULADD(2.0, 1.0) == 3.0


def test_a_call_error_names_its_function(checks: fu.Module) -> None:
    for call in (lambda: checks.MULADD("x", 1.0), lambda: checks.MULADD(), lambda: checks.MULADD(1.0, c=2.0)):
        with pytest.raises(fu.CallError) as raised:
            call()
        assert raised.value.function == "MULADD"


def test_collections_that_are_computed_elsewhere_are_told_what_to_write(checks: fu.Module) -> None:
    dd = pytest.importorskip("dask.dataframe")
    lazy = dd.from_pandas(pd.DataFrame({"a": [1.0, 2.0]}), npartitions=1)
    with pytest.raises(fu.ArgumentError, match="map_partitions"):
        checks.MULADD(lazy["a"], 1.0)
