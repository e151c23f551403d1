"""The figures of the Python package: medians of pairs in one run. `cargo xtask bench` runs it with the release wheel.

usage: figures.py ONE_CALL [--into FILE]     ONE_CALL is the built benches/src/bin/one_call.rs
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

import formualizer_udf as fu

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
MILLION = 1_000_000
PAIRS = 31


def seconds(work: Callable[[], Any], repeat: int = 1) -> float:
    start = time.perf_counter()
    for _ in range(repeat):
        work()
    return (time.perf_counter() - start) / repeat


class Rust:
    """The same call from Rust, in another process that waits meanwhile."""

    def __init__(self, binary: str) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen([binary], stdin=pipe, stdout=pipe, text=True)

    def call(self, rows: int) -> float:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(f"{rows}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


def ratio(ours: Callable[[], float], theirs: Callable[[], float], pairs: int) -> tuple[float, float]:
    """The median of the ratios, and of our own seconds. The first pair only warms up."""
    ratios, times = [], []
    for pair in range(pairs + 1):
        mine, other = ours(), theirs()
        if pair:
            ratios.append(mine / other)
            times.append(mine)
    return statistics.median(ratios), statistics.median(times)


def numpy_against_rust(muladd: fu.Function, rust: Rust) -> dict[str, float]:
    generator = np.random.default_rng(1)
    a, b = generator.uniform(0, 100, MILLION), generator.uniform(0, 100, MILLION)
    assert np.array_equal(muladd(a, b), a * b + 1)
    against, alone = ratio(lambda: seconds(lambda: muladd(a, b)), lambda: rust.call(MILLION), PAIRS)
    return {"py_mulp_1m_vs_rust_call": against, "py_mulp_1m_ms": alone * 1e3}


def overhead(muladd: fu.Function, rust: Rust) -> dict[str, float]:
    a, b = np.array([2.0]), np.array([3.0])
    differences, calls, scalars = [], [], []
    for pair in range(200):
        ours = seconds(lambda: muladd(a, b), 100)
        scalar = seconds(lambda: muladd(2.0, 3.0), 100)
        theirs = rust.call(1)
        if pair:
            differences.append(ours - theirs)
            calls.append(ours)
            scalars.append(scalar)
    return {
        "py_call_overhead_us": statistics.median(differences) * 1e6,
        "py_call_1row_us": statistics.median(calls) * 1e6,
        "py_call_scalar_us": statistics.median(scalars) * 1e6,
    }


def against_duckdb(muladd: fu.Function) -> dict[str, float]:
    generator = np.random.default_rng(2)
    a, b = generator.uniform(0, 100, MILLION), generator.uniform(0, 100, MILLION)
    table = pa.table({"a": a, "b": b})
    connection = duckdb.connect()
    connection.register("numbers", table)

    def theirs(a: Any, b: Any) -> Any:
        return pc.add(pc.multiply(a, b), 1.0)

    types = [duckdb.typing.DOUBLE] * 2 if hasattr(duckdb, "typing") else ["DOUBLE"] * 2
    connection.create_function("theirs", theirs, types, types[0], type="arrow")
    query = "select theirs(a, b) as c from numbers"
    run = lambda: connection.sql(query).to_arrow_table()  # noqa: E731
    assert run().column(0).to_numpy().tolist() == muladd(a, b).tolist()
    against, _ = ratio(
        lambda: seconds(lambda: muladd(table["a"], table["b"])), lambda: seconds(run), PAIRS
    )
    # The plugin as DuckDB's function, in the same query.
    connection.create_function("ours", muladd, types, types[0], type="arrow")
    inside, _ = ratio(
        lambda: seconds(lambda: connection.sql("select ours(a, b) as c from numbers").to_arrow_table()),
        lambda: seconds(run),
        11,
    )
    return {"py_vs_duckdb_arrow_udf": against, "py_inside_duckdb_vs_arrow_udf": inside}


def against_pandas(muladd: fu.Function) -> dict[str, float]:
    rows = 100_000
    generator = np.random.default_rng(3)
    frame = pd.DataFrame({"a": generator.uniform(0, 100, rows), "b": generator.uniform(0, 100, rows)})
    theirs = lambda: frame.apply(lambda row: row["a"] * row["b"] + 1, axis=1)  # noqa: E731
    ours = lambda: muladd(frame["a"], frame["b"])  # noqa: E731
    assert theirs().equals(ours().rename(None))
    against, _ = ratio(lambda: seconds(ours, 20), lambda: seconds(theirs), 5)
    return {"py_vs_pandas_apply": against}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("one_call")
    parser.add_argument("--into", type=Path, help="a JSON file whose figures these are added to")
    options = parser.parse_args()
    rust = Rust(options.one_call)
    muladd = fu.Module.from_file(PLUGINS / "conformance.wasm").MULADD
    figures: dict[str, float] = {}
    for measure in (
        lambda: numpy_against_rust(muladd, rust),
        lambda: overhead(muladd, rust),
        lambda: against_duckdb(muladd),
        lambda: against_pandas(muladd),
    ):
        for name, value in measure().items():
            digits = 6 if abs(value) < 0.1 else 3
            figures[name] = round(value, digits)
            print(f"{name:48} {figures[name]}", file=sys.stderr, flush=True)
    if options.into is None:
        print(json.dumps(figures, indent=2))
        return
    known = json.loads(options.into.read_text()) if options.into.exists() else {}
    text = json.dumps(dict(sorted({**known, **figures}.items())), indent=2)
    options.into.write_text(text + "\n")


if __name__ == "__main__":
    main()
