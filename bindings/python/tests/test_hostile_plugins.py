"""Plugins that loop, grow, recurse, panic or are no plugins: exceptions, and the process goes on."""

from __future__ import annotations

import random
import time
from pathlib import Path

import numpy as np
import pytest

import formualizer_udf as fu
from conftest import PLUGINS

CONFORMANCE = (PLUGINS / "conformance.wasm").read_bytes()
FINANCE = (PLUGINS / "finance.wasm").read_bytes()
# An import that no host of ours gives: `(import "env" "f" (func))`.
WITH_IMPORT = bytes.fromhex("0061736d01000000" "010401600000" "0209" "01" "03656e76" "0166" "0000")
# `(start 0)` of an endless loop.
WITH_START = bytes.fromhex("0061736d01000000" "01040160" "0000" "03020100" "080100" "0a09010700" "03400c000b0b")


@pytest.fixture(scope="module", params=["wasmtime", "wasmi"])
def conformance(request: pytest.FixtureRequest) -> fu.Module:
    limits = fu.Limits(batch_deadline=0.2, call_deadline=0.2, memory_bytes=32 << 20)
    return fu.Module.from_bytes(CONFORMANCE, runtime=fu.Runtime(request.param, limits=limits))


def test_a_function_that_never_ends_runs_into_its_deadline(conformance: fu.Module) -> None:
    start = time.monotonic()
    with pytest.raises(fu.DeadlineExceeded) as raised:
        conformance.SPIN(1.0)
    assert time.monotonic() - start < 5
    assert isinstance(raised.value, TimeoutError) and raised.value.function == "SPIN"


def test_a_deadline_of_the_caller_ends_a_call_on_many_rows(conformance: fu.Module) -> None:
    with pytest.raises(fu.DeadlineExceeded):
        conformance.SPIN.with_options(deadline=0.05)(np.ones(100_000))


@pytest.mark.parametrize(
    ("function", "good", "bad", "said"),
    [("GROW", 64, 1 << 20, "memory"), ("RECURSE", 10, 1 << 30, "stack"), ("DIVIDE_I64", 2, 0, "")],
)
def test_a_row_that_breaks_a_limit_fails_alone(
    conformance: fu.Module, function: str, good: int, bad: int, said: str
) -> None:
    arguments = ([6, 6, 6], [good, bad, good]) if function == "DIVIDE_I64" else ([good, bad, good],)
    with pytest.raises(fu.RowsError) as raised:
        conformance[function](*arguments)
    assert (raised.value.count, raised.value.rows[0].row) == (1, 1)
    assert said in (raised.value.rows[0].message or "").lower()
    values = conformance[function](*arguments, errors="null")
    assert values[1] is None and values[0] is not None and values[2] is not None


def test_a_panic_says_what_the_plugin_said(conformance: fu.Module) -> None:
    result = conformance.PANIC_IF([1.0, 9.0], 5.0, errors="struct")
    assert result.values[0] == 1.0 and result.values[1] is None
    assert result.errors[0] is None and result.errors[1].startswith("#VALUE!: ")


def test_after_every_failure_the_module_still_works(conformance: fu.Module) -> None:
    for _ in range(3):
        with pytest.raises(fu.CallError):
            conformance.SPIN(1.0)
        with pytest.raises(fu.CallError):
            conformance.RECURSE(1 << 30)
        assert conformance.MULADD(2.0, 3.0) == 7.0


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0asm",
        b"not a module at all",
        b"\x7fELF" + bytes(60),
        FINANCE[:1000],
        FINANCE[: len(FINANCE) // 2],
        FINANCE[:-1],
        WITH_IMPORT,
        WITH_START,
        b"\0asm\x01\0\0\0",
        FINANCE + FINANCE,
        FINANCE.replace(b'"abi":1', b'"abi":9'),
    ],
    ids=lambda data: f"{len(data)} bytes",
)
def test_bytes_that_are_no_plugin_are_refused_with_a_reason(data: bytes) -> None:
    for take in (fu.Module.from_bytes, fu.inspect):
        with pytest.raises((fu.ModuleError, fu.Unsupported)) as raised:
            take(data)
        assert len(str(raised.value)) > 10


def test_a_damaged_plugin_is_refused_or_runs_but_never_harms(tmp_path: Path) -> None:
    generator = random.Random(7)
    limits = fu.Limits(batch_deadline=0.05, call_deadline=0.05, memory_bytes=16 << 20)
    runtime = fu.Runtime("wasmi", limits=limits)
    outcomes = {"refused": 0, "failed": 0, "ran": 0}
    for _ in range(120):
        data = bytearray(CONFORMANCE)
        for _ in range(generator.randrange(1, 4)):
            data[generator.randrange(8, len(data))] = generator.randrange(256)
        try:
            module = fu.Module.from_bytes(bytes(data), runtime=runtime)
        except fu.UdfError:
            outcomes["refused"] += 1
            continue
        for name, arguments in [("MULADD", ([1.0, 2.0], 3.0)), ("REVERSE", (["abc"],)), ("TABLE", (3, 2))]:
            try:
                module[name](*arguments)
                outcomes["ran"] += 1
            except fu.UdfError:
                outcomes["failed"] += 1
    assert outcomes["refused"] > 0 and outcomes["ran"] > 0


def test_a_module_larger_than_its_limit_is_refused() -> None:
    runtime = fu.Runtime(limits=fu.Limits(module_bytes=10_000))
    with pytest.raises(fu.ModuleError, match="the limit is 10000"):
        fu.Module.from_bytes(FINANCE, runtime=runtime)
