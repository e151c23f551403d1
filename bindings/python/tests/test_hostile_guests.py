"""Every hostile guest of the Rust tests, in the hosts that people use: the package, a workbook, and the command line.

`cargo xtask test` has the Rust tests write their guests to the folder `FZ_GUESTS`, and builds the command line `FZ_FZUDF`.
Each guest is refused, or fails with an exception of the package, and the process goes on.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import formualizer_udf as fu
from places import PLUGINS

FOLDER = os.environ.get("FZ_GUESTS")
GUESTS = sorted(Path(FOLDER).glob("*.wasm")) if FOLDER else []
FZUDF = os.environ.get("FZ_FZUDF")
LIMITS = fu.Limits(batch_deadline=0.2, call_deadline=0.2, memory_bytes=32 << 20)
RUNTIMES = {name: fu.Runtime(name, limits=LIMITS) for name in ("wasmtime", "wasmi")}

needs_guests = pytest.mark.skipif(not GUESTS, reason="FZ_GUESTS names no folder of guests: run cargo xtask test")


@pytest.fixture(scope="module", autouse=True)
def the_process_lives_on() -> Iterator[None]:
    yield
    checks = fu.Module.from_file(PLUGINS / "conformance.wasm")
    assert checks.GCD([12], [18]) == [6]


@needs_guests
def test_there_are_as_many_guests_as_the_project_promises() -> None:
    assert len(GUESTS) >= 280


@needs_guests
@pytest.mark.parametrize("engine", RUNTIMES)
@pytest.mark.parametrize("guest", GUESTS, ids=lambda path: path.stem)
def test_the_package_survives(guest: Path, engine: str) -> None:
    try:
        module = fu.Module.from_file(guest, runtime=RUNTIMES[engine])
    except fu.UdfError as error:
        assert str(error)
        return
    for function in module.functions:
        try:
            module[function]([1.0, 2.0, 3.0, 4.0])
        except fu.UdfError as error:
            assert str(error)


@needs_guests
@pytest.mark.parametrize("guest", GUESTS, ids=lambda path: path.stem)
def test_a_workbook_survives(guest: Path) -> None:
    book = fu.Workbook(runtime=RUNTIMES["wasmtime"])
    book.add_sheet("S")
    book.set_values("S", "A1", [[1.0], [2.0], [3.0], [4.0]])
    try:
        book.register_wasm_module_bytes(guest.read_bytes())
    except fu.UdfError as error:
        assert str(error)
        return
    for row in range(1, 5):
        book.set_formula("S", f"B{row}", f"=EVIL(A{row})")
    book.set_formula("S", "C1", "=SUM(A1:A4)")
    book.recalculate()
    assert book.value("S", "C1") == 10.0


@needs_guests
@pytest.mark.skipif(not FZUDF, reason="FZ_FZUDF names no command line: run cargo xtask test")
@pytest.mark.parametrize("guest", GUESTS, ids=lambda path: path.stem)
def test_the_command_line_survives(guest: Path) -> None:
    command = [str(FZUDF), "call", str(guest), "EVIL", "--arg", "=1", "--no-cache"]
    done = subprocess.run(command, capture_output=True, timeout=60, stdin=subprocess.DEVNULL)
    assert done.returncode >= 0, f"ended by signal {-done.returncode}"
    assert b"panicked" not in done.stderr, done.stderr.decode()
    if done.returncode != 0:
        assert done.stderr.strip(), "a failure says what is wrong"
