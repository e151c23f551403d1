"""Memory: inputs are not copied on the way in, results are the caller's own, nothing stays behind."""

from __future__ import annotations

import gc
import os
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import formualizer_udf as fu

ROWS = 2_000_000
BYTES = 8 * ROWS


def peak_of(work: Callable[[], Any]) -> int:
    """Bytes of NumPy arrays and Python objects that were allocated at a time; the host's own buffers do not count."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def peak_resident() -> int:
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) * 1024


needs_proc = pytest.mark.skipif(not os.path.exists("/proc/self/clear_refs"), reason="needs Linux's /proc")


def growth_of(work: Callable[[], Any]) -> int:
    """Bytes by which the process grew at most."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")
    before = peak_resident()
    work()
    return peak_resident() - before


@pytest.mark.parametrize("make", [np.asarray, memoryview, pd.Series, pl.Series, pa.array], ids=lambda make: make.__name__)
def test_a_column_is_not_copied_by_python_on_its_way(checks: fu.Module, make: Any) -> None:
    column = make(np.ones(ROWS))
    assert peak_of(lambda: checks.SUM_RANGE(column)) < BYTES // 8


@needs_proc
def test_a_scalar_is_not_spread_over_the_rows(checks: fu.Module) -> None:
    column = np.ones(ROWS)
    checks.MULADD(column, 1.0)
    one = growth_of(lambda: checks.MULADD(column, 1.0))
    two = growth_of(lambda: checks.MULADD(column, column))
    # The result and the batches; never an array of ones.
    assert one < two + BYTES // 2 and one < 2 * BYTES


@needs_proc
def test_a_long_column_takes_the_memory_of_its_result(checks: fu.Module) -> None:
    column = np.ones(4 * ROWS)
    checks.MULADD(column[:ROWS], 1.0)
    # The result is 4 BYTES long.
    assert growth_of(lambda: checks.MULADD(column, 1.0)) < 6 * BYTES


RESULTS: dict[str, Callable[[fu.Module, Any], Any]] = {
    "a number": lambda m, a: m.ID_F64(a),
    "a number of one byte": lambda m, a: m.ID_I8(a.astype("i1")),
    "a truth": lambda m, a: m.ID_BOOL(a > 1),
    "a date": lambda m, a: m.ID_DATE32(a.astype("M8[D]")),
    "a moment": lambda m, a: m.ID_TIMESTAMP(a.astype("M8[s]")),
    "with nulls": lambda m, a: m.NULL_IF_NEG(-a),
    "beside errors": lambda m, a: m.SQRT_CHECKED(-a, errors="struct").values,
    "of an array function": lambda m, a: m.SEQ(len(a)) and np.array(m.SEQ(len(a))),
    "a column of a frame": lambda m, a: m.MULADD(pd.Series(a), 1.0).to_numpy(copy=False),
}


@pytest.mark.parametrize("rows", [1, 5, 10_000])
@pytest.mark.parametrize("name", [name for name in RESULTS if name != "a column of a frame"])
def test_a_result_is_an_array_of_its_own_that_may_be_written_to(checks: fu.Module, name: str, rows: int) -> None:
    given = np.arange(1.0, rows + 1) % 100
    kept = given.copy()
    result = RESULTS[name](checks, given)
    again = RESULTS[name](checks, given)
    assert len(result) == rows and result.flags.writeable and result.flags.aligned
    assert not np.shares_memory(result, given) and not np.shares_memory(result, again)
    result[:] = result[::-1].copy()
    result[0] = again[0]
    assert (given == kept).all()


def test_a_series_shares_nothing_with_what_it_came_from(checks: fu.Module) -> None:
    given = pd.Series([1.0, 2.0])
    result = checks.ID_F64(given)
    result.iloc[0] = 9.0
    assert given.tolist() == [1.0, 2.0]


def test_a_read_only_input_stays_as_it_is(checks: fu.Module) -> None:
    given = np.arange(4.0)
    given.flags.writeable = False
    assert checks.ID_F64(given).flags.writeable and given.tolist() == [0.0, 1.0, 2.0, 3.0]


def every_kind_of_input() -> dict[str, Any]:
    values = [1.0, 4.0, 9.0]
    return {
        "numpy": np.array(values),
        "strided": np.array(values * 2)[::2],
        "objects": np.array(values, dtype=object),
        "masked": np.ma.masked_array(values, [0, 1, 0]),
        "list": values,
        "pandas": pd.Series(values),
        "nullable": pd.Series(values, dtype="Float64"),
        "pandas Arrow": pd.Series(values, dtype="double[pyarrow]"),
        "polars": pl.Series(values),
        "pyarrow": pa.array(values),
        "chunked": pa.chunked_array([values[:1], values[1:]]),
    }


@pytest.mark.parametrize("kind", list(every_kind_of_input()))
def test_references_to_an_input_are_given_back(checks: fu.Module, kind: str) -> None:
    given = every_kind_of_input()[kind]

    def calls() -> None:
        checks.SQRT_CHECKED(given)
        checks.SQRT_CHECKED(given, errors="struct")
        for wrong in ((given, given), ("text",)):
            with pytest.raises(fu.ArgumentError):
                checks.SQRT_CHECKED(*wrong)

    calls()
    gc.collect()
    before = sys.getrefcount(given)
    for _ in range(50):
        calls()
    gc.collect()
    assert sys.getrefcount(given) == before


@needs_proc
@pytest.mark.parametrize("kind", ["numpy", "list", "pandas", "polars", "pyarrow"])
def test_two_thousand_calls_leave_no_memory_behind(checks: fu.Module, kind: str) -> None:
    given = every_kind_of_input()[kind]

    def calls(number: int) -> None:
        for _ in range(number):
            checks.SQRT_CHECKED(given)
            checks.SQRT_CHECKED(given, errors="struct")

    def resident() -> int:
        gc.collect()
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    calls(200)
    before = resident()
    calls(1000)
    assert resident() - before < 8 << 20
