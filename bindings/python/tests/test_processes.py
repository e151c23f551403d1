"""Threads, signals, forks and pickles."""

from __future__ import annotations

import copy
import gc
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import formualizer_udf as fu
from places import PLUGINS

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks and signals of Unix")


def test_other_threads_run_while_a_call_does(finance: fu.Module) -> None:
    spots = np.linspace(50, 150, 4_000_000)
    ticks = 0
    done = threading.Event()

    def tick() -> None:
        nonlocal ticks
        while not done.is_set():
            ticks += 1
            time.sleep(0.001)

    thread = threading.Thread(target=tick)
    thread.start()
    finance.BS_CALL(spots, 100.0, 0.02, 0.2, 1.0)
    done.set()
    thread.join()
    assert ticks > 5


def test_many_threads_get_each_their_own_results(finance: fu.Module) -> None:
    def work(seed: int) -> bool:
        generator = np.random.default_rng(seed)
        for rows in (1, 100, 50_000):
            spots = generator.uniform(50, 150, rows)
            together = finance.BS_CALL(spots, 100.0, 0.02, 0.2, 1.0)
            first = finance.BS_CALL(float(spots[0]), 100.0, 0.02, 0.2, 1.0)
            if together[0] != first or len(together) != rows:
                return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(work, range(64)))


def test_an_interrupt_ends_a_long_call_within_a_second() -> None:
    program = """
import os, signal, sys, threading, time
import numpy as np
import formualizer_udf as fu
limits = fu.Limits(batch_deadline=60, call_deadline=60)
module = fu.Module.from_file(sys.argv[1], runtime=fu.Runtime(limits=limits))
threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
start = time.monotonic()
try:
    module.SPIN(np.ones(10))
except KeyboardInterrupt:
    print("interrupted", time.monotonic() - start < 1.5, module.MULADD(2.0, 3.0))
"""
    command = [sys.executable, "-c", program, str(PLUGINS / "conformance.wasm")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == ["interrupted", "True", "7.0"], done.stderr


def test_a_signal_handler_of_the_program_may_raise_through_a_call() -> None:
    class Alarm(Exception):
        pass

    def handler(_signal: int, _frame: Any) -> None:
        raise Alarm

    limits = fu.Limits(batch_deadline=60)
    module = fu.Module.from_file(PLUGINS / "conformance.wasm", runtime=fu.Runtime(limits=limits))
    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with pytest.raises(Alarm):
            module.SPIN(np.ones(10))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def price(function: fu.Function) -> float:
    value = function(100.0, 100.0, 0.02, 0.2, 1.0)
    column = function(np.full(100_000, 100.0), 100.0, 0.02, 0.2, 1.0)
    assert (column == value).all()
    return float(value)


def in_child(work: Any, answers: Any) -> None:
    try:
        answers.put(work())
    except fu.UdfError as error:
        answers.put(type(error).__name__)


def ask_forked_child(work: Any) -> Any:
    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()
    child = context.Process(target=in_child, args=(work, answers))
    child.start()
    answer = answers.get()
    child.join(20)
    assert child.exitcode == 0
    return answer


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_makes_its_engine_anew(finance: fu.Module) -> None:
    here = price(finance.BS_CALL)
    assert ask_forked_child(lambda: price(finance.BS_CALL)) == here
    assert price(finance.BS_CALL) == here


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_process_that_is_forked_amid_a_call_is_told_so() -> None:
    limits = fu.Limits(batch_deadline=30)
    module = fu.Module.from_file(PLUGINS / "conformance.wasm", runtime=fu.Runtime(limits=limits))
    spin = module.SPIN.with_options(deadline=1.5)
    failed: list[type] = []

    def call() -> None:
        try:
            spin(np.ones(10))
        except fu.UdfError as error:
            failed.append(type(error))

    thread = threading.Thread(target=call)
    thread.start()
    time.sleep(0.3)
    assert ask_forked_child(lambda: price(module.MULADD)) == "ForkError"
    thread.join()
    assert failed == [fu.DeadlineExceeded]


def test_spawned_processes_get_functions_by_content(finance: fu.Module) -> None:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        results = list(pool.map(price, [finance.BS_CALL] * 4))
    assert results == [price(finance.BS_CALL)] * 4


def test_pickles_keep_content_configuration_and_options() -> None:
    runtime = fu.Runtime("wasmi", limits=fu.Limits(memory_bytes=64 << 20), threads=3)
    module = fu.Module.from_file(PLUGINS / "finance.wasm", runtime=runtime)
    function = module.BS_CALL.with_options(errors="null", deadline=2.5, batch_rows=100, seed=7)
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(function, protocol))
        assert again == function and again.errors == "null"
        assert again.module == module and again.module.runtime == runtime
        assert again.module.runtime.limits.memory_bytes == 64 << 20
    assert pickle.loads(pickle.dumps(runtime)) == runtime
    assert copy.copy(function) is function and copy.deepcopy(module) is module
    assert hash(pickle.loads(pickle.dumps(module))) == hash(module)


def test_a_cache_is_made_where_there_is_none_and_kept_by_pickles(tmp_path: Path) -> None:
    cache = tmp_path / "a" / "cache"
    runtime = fu.Runtime(cache_dir=cache)
    module = fu.Module.from_file(PLUGINS / "finance.wasm", runtime=runtime)
    assert price(module.BS_CALL) > 0 and list(cache.iterdir())
    again = pickle.loads(pickle.dumps(module))
    assert again.runtime.cache_dir == cache and price(again.BS_CALL) == price(module.BS_CALL)


def test_a_pickle_serves_where_its_cache_cannot_be_used(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    limits = fu.Limits(instances=18)
    data = pickle.dumps(fu.Module.from_file(PLUGINS / "finance.wasm", runtime=fu.Runtime(limits=limits, cache_dir=cache)))
    for left in cache.iterdir():
        left.unlink()
    cache.rmdir()
    cache.write_text("a file by now")
    with pytest.raises(fu.ArgumentError, match="not a folder"):
        fu.Runtime(limits=limits, cache_dir=cache)
    program = "import pickle, sys; module = pickle.load(sys.stdin.buffer); print(module.BS_CALL(100.0, 100.0, 0.02, 0.2, 1.0) > 0)"
    done = subprocess.run([sys.executable, "-c", program], input=data, capture_output=True, timeout=60)
    assert done.stdout.split() == [b"True"], done.stderr


def test_a_module_that_is_unpickled_again_is_not_compiled_again(finance: fu.Module) -> None:
    data = pickle.dumps(finance)
    pickle.loads(data)
    start = time.perf_counter()
    for _ in range(50):
        pickle.loads(data)
    each = (time.perf_counter() - start) / 50
    fresh = time.perf_counter()
    fu.Module.from_file(PLUGINS / "finance.wasm", runtime=fu.Runtime(limits=fu.Limits(instances=17)))
    assert each < time.perf_counter() - fresh


def test_cloudpickle_takes_functions_in_closures(finance: fu.Module) -> None:
    cloudpickle = pytest.importorskip("cloudpickle")
    function = finance.BS_CALL
    again = pickle.loads(cloudpickle.dumps(lambda spot: function(spot, 100.0, 0.02, 0.2, 1.0)))
    assert again(100.0) == price(function)


def resident_bytes() -> int:
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="needs Linux's /proc")
def test_ten_thousand_calls_leak_nothing(finance: fu.Module) -> None:
    spots = np.linspace(50, 150, 1000)
    texts = [1.0, None, -1.0]

    def calls(number: int) -> None:
        for _ in range(number):
            finance.BS_CALL(spots, 100.0, 0.02, 0.2, 1.0)
            finance.IMPLIED_VOL(texts, 100.0, 100.0, 0.02, 1.0, errors="struct")
            try:
                finance.BS_CALL("text", 100.0, 0.02, 0.2, 1.0)
            except fu.ArgumentError:
                pass

    calls(1000)
    gc.collect()
    references = sys.getrefcount(spots)
    before = resident_bytes()
    calls(10_000)
    gc.collect()
    assert sys.getrefcount(spots) == references
    assert resident_bytes() - before < 8 << 20


def test_an_array_lives_as_long_as_its_result_is_seen(finance: fu.Module) -> None:
    result = finance.BS_CALL(np.linspace(50, 150, 100_000), 100.0, 0.02, 0.2, 1.0)
    view, copied = result[10:20], result[10:20].copy()
    del result
    gc.collect()
    [finance.BS_CALL(np.full(100_000, 1.0), 100.0, 0.02, 0.2, 1.0) for _ in range(5)]
    assert (view == copied).all()
    view[:] = 0
    assert view.flags.writeable
