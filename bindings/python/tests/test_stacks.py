"""Threads with small stacks load modules, call them and use workbooks; a plugin's endless recursion is an error there too."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import formualizer_udf as fu
from conftest import PLUGINS

# From the least that CPython admits for a thread to what the standard library gives one.
STACKS = [64, 128, 256, 512, 1024, 2048]


def on_thread(kib: int, work: Callable[[], Any]) -> Any:
    """What `work` gives or raises on a thread with so many KiB of stack."""
    outcome: list[tuple[Any, BaseException | None]] = []

    def run() -> None:
        try:
            outcome.append((work(), None))
        except BaseException as error:  # noqa: BLE001
            outcome.append((None, error))

    before = threading.stack_size(kib << 10)
    try:
        thread = threading.Thread(target=run)
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()
    value, error = outcome[0]
    if error is not None:
        raise error
    return value


@pytest.mark.parametrize("backend", fu.engines())
@pytest.mark.parametrize("kib", STACKS)
def test_endless_recursion_is_an_error_on_a_thread_of_any_size(backend: str, kib: int) -> None:
    checks = fu.Module.from_file(PLUGINS / "conformance.wasm", runtime=fu.Runtime(backend, threads=1))
    depths = np.array([3, 2**62, 5000])

    def work() -> Any:
        with pytest.raises(fu.UdfError, match="nested deeper than"):
            checks.RECURSE(2**62)
        return checks.RECURSE(depths, errors="null")

    values = on_thread(kib, work)
    assert float(values[0]) == 3
    assert float(values[2]) == 5000


@pytest.mark.parametrize("backend", fu.engines())
@pytest.mark.parametrize("kib", STACKS)
def test_a_module_is_loaded_on_a_thread_of_any_size(backend: str, kib: int) -> None:
    runtime = fu.Runtime(backend, threads=1)
    finance = on_thread(kib, lambda: fu.Module.from_file(PLUGINS / "finance.wasm", runtime=runtime))
    assert finance.functions
