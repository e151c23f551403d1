"""Whatever the chunks, the batches and the threads: the same result, bit for bit."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import formualizer_udf as fu
from conftest import PLUGINS

CHECKS = fu.Module.from_file(PLUGINS / "conformance.wasm")

floats = st.lists(st.one_of(st.none(), st.floats(allow_nan=False, width=64)), max_size=40)
texts = st.lists(st.one_of(st.none(), st.text(max_size=6)), max_size=20)
cuts = st.lists(st.integers(0, 40), max_size=6)
quick = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


def chunked(values: list[Any], at: list[int], kind: Any) -> Any:
    """The values cut in some places; equal places make empty chunks."""
    edges = [0, *sorted(min(cut, len(values)) for cut in at), len(values)]
    return pa.chunked_array([pa.array(values[a:b], kind) for a, b in zip(edges, edges[1:])], kind)


def same(left: Any, right: Any) -> bool:
    """Equal and of the same sign, null where the other is."""
    return len(left) == len(right) and all(
        a is b is None
        or (isinstance(a, float) and isinstance(b, float) and (a == b or a != a) and math.copysign(1, a) == math.copysign(1, b))
        or (not isinstance(a, float) and a == b)
        for a, b in zip(left, right)
    )


@quick
@given(floats, cuts, cuts)
def test_two_columns_in_any_chunks_give_the_whole_result(values: list[Any], left: list[int], right: list[int]) -> None:
    whole = CHECKS.MULADD(pa.array(values, pa.float64()), pa.array(values[::-1], pa.float64())).to_pylist()
    cut = CHECKS.MULADD(chunked(values, left, pa.float64()), chunked(values[::-1], right, pa.float64()))
    assert same(cut.to_pylist(), whole)
    beside = CHECKS.MULADD(chunked(values, left, pa.float64()), pa.array(values[::-1], pa.float64()))
    assert same(beside.to_pylist(), whole)


@quick
@given(texts, cuts)
def test_texts_in_any_chunks_give_the_whole_result(values: list[Any], at: list[int]) -> None:
    whole = CHECKS.REVERSE(pa.array(values, pa.string())).to_pylist()
    assert CHECKS.REVERSE(chunked(values, at, pa.string())).to_pylist() == whole
    assert CHECKS.REVERSE(chunked(values, at, pa.large_string())).to_pylist() == whole
    assert CHECKS.REVERSE(values) == whole == [value and value[::-1] for value in values]


@quick
@given(floats, cuts)
def test_polars_in_any_chunks_gives_the_whole_result(values: list[Any], at: list[int]) -> None:
    edges = [0, *sorted(min(cut, len(values)) for cut in at), len(values)]
    parts = [pl.Series(values[a:b], dtype=pl.Float64) for a, b in zip(edges, edges[1:])]
    cut = CHECKS.MULADD(pl.concat(parts, rechunk=False), 2.0).to_list()
    assert same(cut, CHECKS.MULADD(pl.Series(values, dtype=pl.Float64), 2.0).to_list())


@quick
@given(floats, cuts)
def test_reductions_and_ranges_see_through_chunks(values: list[Any], at: list[int]) -> None:
    whole = pa.array(values, pa.float64())
    cut = chunked(values, at, pa.float64())
    assert CHECKS.COUNT_NULLS(cut) == CHECKS.COUNT_NULLS(whole) == values.count(None)
    assert same([CHECKS.SUM_RANGE(cut)], [CHECKS.SUM_RANGE(whole)])
    assert same([CHECKS.SUM_RANGE(pa.table({"a": cut, "b": cut}))], [CHECKS.SUM_RANGE(pa.table({"a": whole, "b": whole}))])


@quick
@given(st.lists(st.integers(-3, 9), max_size=40), cuts)
def test_failing_rows_are_counted_through_chunks(values: list[int], at: list[int]) -> None:
    cut = chunked([float(value) for value in values], at, pa.float64())
    wrong = [row for row, value in enumerate(values) if value < 0]
    result = CHECKS.SQRT_CHECKED(cut, errors="struct").to_pylist()
    assert [row for row, both in enumerate(result) if both["error"]] == wrong
    try:
        CHECKS.SQRT_CHECKED(cut)
        assert not wrong
    except fu.RowsError as error:
        assert [row.row for row in error.rows] == wrong and error.total == len(values)


@quick
@given(st.lists(st.floats(0, 1000), min_size=1, max_size=200), st.integers(1, 64), st.integers(1, 4))
def test_batches_and_threads_change_no_bit(values: list[float], batch_rows: int, threads: int) -> None:
    column = np.array(values)
    wanted = CHECKS.MULADD(column, column)
    function = CHECKS.MULADD.with_options(batch_rows=batch_rows, threads=threads)
    assert function(column, column).tobytes() == wanted.tobytes()


@quick
@given(st.lists(st.one_of(st.none(), st.booleans(), st.floats(allow_nan=False), st.text(max_size=3)), max_size=20))
def test_cells_of_any_kind_come_back_as_they_went(cells: list[Any]) -> None:
    assert same(CHECKS.ID_ANY(cells), cells)


@quick
@given(st.integers(0, 30), st.integers(1, 5), st.booleans())
def test_every_stride_gives_what_a_copy_gives(start: int, step: int, backwards: bool) -> None:
    view = np.arange(100.0)[start::step]
    view = view[::-1] if backwards else view
    assert CHECKS.MULADD(view, 3.0).tobytes() == CHECKS.MULADD(view.copy(), 3.0).tobytes()
