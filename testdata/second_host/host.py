"""A small host of plugins, written from docs/abi.md and docs/manifest.md alone.

It runs functions of codec 2 (columnar) with the package `wasmtime`. Columns are lists of Python values, so it is slow;
but it does what the contract asks of a host, in this order: `Module.call` finds the function, `bind` and `coerce` give
its parameters what they are promised, `Call.decided` settles nulls and errors, and `Instance.ask` calls the guest;
what it writes and reads is in `frame.py`.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NoReturn

import wasmtime

from frame import (COLUMN, DATE, DATETIME, DURATION, MAX_MESSAGE, OMITTED, RANGE, SCALAR, TIME, Answer, Argument,
                   CallError, Cell, Column, Failed, Frame, Serial, check, fail)

MAX_MEMORY, TICK_MS, DAY_US = 128 << 20, 10, 86_400_000_000
HALVED = ("Trap", "StackExhausted", "MemoryLimitExceeded")
EXACT = {"f32": 1 << 24, "f64": 1 << 53, "any": 1 << 53}  # integers up to here are floats
FIELDS = {
    "function": "id name aliases export kind min_args max_args volatile deterministic thread_safe params returns "
                "description examples hints",
    "param": "name type shape optional default variadic description", "column": "name type"}
INTEGERS = {f"i{bits}": (-(1 << bits - 1), (1 << bits - 1) - 1) for bits in (8, 16, 32, 64)} | {
    f"u{bits}": (0, (1 << bits) - 1) for bits in (8, 16, 32, 64)}


DTYPES = {"null", "bool", "f32", "f64", "utf8", "binary", "date32", "time64", "timestamp", "duration", "error", "any",
          *INTEGERS}


def unknown(f: dict[str, Any]) -> Iterator[str]:
    """What this host does not know of a function, each with its path: it disables the function, not the module."""
    def fields(of: str, part: dict[str, Any], path: str) -> Iterator[str]:
        yield from (f"{path}{name}" for name in part if name not in FIELDS[of].split() and not name.startswith("x-"))

    yield from ["kind"] if f["kind"] not in ("elementwise", "reduce", "array") else []
    yield from fields("function", f, "")
    columns = f["returns"] if isinstance(f["returns"], list) else []
    yield from ["returns"] if not columns and f["returns"] not in DTYPES else []
    for of, parts, path in (("param", f["params"], "params"), ("column", columns, "returns")):
        for index, part in enumerate(parts):
            yield from [f"{path}[{index}].type"] if part["type"] not in DTYPES else []
            shape = part.get("shape", "scalar")
            yield from [f"{path}[{index}].shape"] if shape not in ("scalar", "column", "range") else []
            yield from fields(of, part, f"{path}[{index}].")


@dataclass(frozen=True)
class Param:
    name: str
    dtype: str
    shape: str
    optional: bool
    variadic: bool


@dataclass(frozen=True)
class Function:
    names: frozenset[str]
    export: str
    kind: str
    min_args: int
    max_args: int | None
    params: tuple[Param, ...]
    returns: tuple[str, ...]
    named: bool
    volatile: bool
    deterministic: bool

    @classmethod
    def read(cls, f: dict[str, Any]) -> Function:
        params = (Param(p["name"], p["type"], p.get("shape", "scalar"), p.get("optional", False),
                        p.get("variadic", False)) for p in f["params"])
        named, volatile = isinstance(f["returns"], list), f.get("volatile", False)
        returns = tuple(column["type"] for column in f["returns"]) if named else (f["returns"],)
        return cls(frozenset(map(bare, [f["name"], *f.get("aliases", [])])), f["export"], f["kind"], f["min_args"],
                   f["max_args"], tuple(params), returns, named, volatile, f.get("deterministic", not volatile))


def bare(name: str) -> str:
    """A name as names are compared: without case, and without the prefixes of spreadsheet files."""
    name = name.upper()
    for prefix in ("_XLFN.", "_XLUDF.", "_XLL."):
        if name.startswith(prefix):
            return bare(name.removeprefix(prefix))
    return name


# ---- arguments ----


def bind(function: Function, param: Param, argument: Argument) -> Argument:
    """An argument in the kind and the type that the guest is promised."""
    def refuse(why: str) -> NoReturn:
        fail("InvalidArgument", f"{param.name}: {why}")

    if argument.kind == OMITTED:
        return argument if param.optional or param.variadic else fail("Arity", f"{param.name} is required")
    if len({len(column.cells) for column in argument.columns}) > 1:
        refuse("the columns of a range are of equal length")
    kinds = {"scalar": SCALAR, "column": COLUMN, "range": RANGE}
    kind = argument.kind if function.kind == "elementwise" else kinds[param.shape]
    if kind != RANGE and len(argument.columns) != 1:
        refuse("one column is wanted, not a range")
    if param.shape == "scalar" and argument.kind == RANGE:
        refuse("one value is wanted, not a range")
    if kind == SCALAR and argument.rows != 1:
        refuse(f"one value is wanted, not {argument.rows} rows")
    return Argument(kind, tuple(coerce(param, column) for column in argument.columns))


def coerce(param: Param, column: Column) -> Column:
    """A column in the parameter's type: the same values, or a refusal."""
    have, want = column.dtype, param.dtype

    def refuse(why: str) -> NoReturn:
        fail("InvalidArgument", f"{param.name}: {want} is wanted, {why}")

    def number(cell: int) -> int | float:
        low, high = INTEGERS.get(want) or (-EXACT[want], EXACT[want])
        if not low <= cell <= high:
            refuse(f"which has no {cell}")
        return float(cell) if want in EXACT else cell

    def timestamp(cell: int) -> int:
        return cell * DAY_US if abs(cell * DAY_US) < 1 << 63 else refuse(f"which ends before {cell} days from 1970")

    one: Callable[[Any], Cell]
    if have in (want, "null"):
        return Column(want, column.cells, column.utc)
    if have in INTEGERS and (want in INTEGERS or want in EXACT):
        one = number
    elif want == "any" and have != "binary":
        one = partial(as_any, have)
    elif (have, want) == ("date32", "timestamp"):
        one = timestamp
    elif (have, want) == ("f32", "f64"):
        one = float
    else:
        refuse(f"not {have}")
    cells: Sequence[Any] = column.cells
    return Column(want, [cell if cell is None or isinstance(cell, Failed) else one(cell) for cell in cells])


def as_any(have: str, cell: Any) -> Cell:
    if have in ("time64", "duration"):
        return Serial(TIME if have == "time64" else DURATION, cell / DAY_US)
    if have in ("date32", "timestamp"):
        days, rest = divmod(cell, 1 if have == "date32" else DAY_US)
        serial = days + 25_569 - (days < -25_508)  # 60 is the day that never was
        return Serial(DATE if have == "date32" else DATETIME, serial + rest / DAY_US)
    return cell if isinstance(cell, (bool, str)) else float(cell)


@dataclass(frozen=True)
class Call:
    function: Function
    bound: Sequence[tuple[Param, Argument]]
    rows: int
    offset: int = 0
    seed: int = 0
    now_us: int = 0

    def part(self, start: int, stop: int) -> Call:
        """A batch of an elementwise call."""
        cut = [(param, replace(argument, columns=tuple(replace(c, cells=c.cells[start:stop]) for c in argument.columns))
                if argument.kind == COLUMN else argument) for param, argument in self.bound]
        return replace(self, bound=cut, rows=stop - start, offset=self.offset + start)

    def decided(self) -> dict[int, Cell]:
        """The rows that nulls and errors of typed parameters settle. An error beats a null, and the first one wins."""
        found: dict[int, Cell] = {}
        by_row = self.function.kind == "elementwise"
        for param, argument in self.bound:
            for column in argument.columns if param.dtype not in ("any", "error") else ():
                cells = [*column.cells] * self.rows if by_row and argument.kind == SCALAR else column.cells
                for row, cell in enumerate(cells):
                    null = cell is None and not param.optional and (by_row or argument.kind == SCALAR)
                    if (null or isinstance(cell, Failed)) and not isinstance(found.get(row * by_row), Failed):
                        found[row * by_row] = cell
        return found


# ---- instances and modules ----


class Instance:
    """An instance, and the request block that it keeps."""

    def __init__(self, engine: wasmtime.Engine, module: wasmtime.Module) -> None:
        self.store, self.block, self.room = wasmtime.Store(engine), 0, 0
        self.store.set_limits(memory_size=MAX_MEMORY)
        self.store.set_epoch_deadline(1_000 // TICK_MS)
        self.exports = wasmtime.Instance(self.store, module, []).exports(self.store)
        self.memory: Any = self.exports["memory"]
        if "_initialize" in self.exports:
            self.run("_initialize")
        if self.run("fz_abi_version") != 1:
            fail("InvalidModule", "a version of the contract that is not 1")

    def size(self) -> int:
        return int(self.memory.data_len(self.store))

    def run(self, export: str, *args: int, time_ms: int = 1_000) -> int:
        self.store.set_epoch_deadline(time_ms // TICK_MS + 1)
        function: Any = self.exports[export]
        try:
            return int(function(self.store, *args) or 0)
        except wasmtime.Trap as trap:
            kinds = {"INTERRUPT": "DeadlineExceeded", "STACK_OVERFLOW": "StackExhausted"}
            fail(kinds.get(trap.trap_code.name if trap.trap_code else "", "Trap"), self.panic() or str(trap))

    def panic(self) -> str:
        """The message that a trap left behind."""
        if "fz_panic" not in self.exports:
            return ""
        pointer: Any = self.exports["fz_panic"]
        at = pointer.value(self.store) & 0xFFFF_FFFF
        length = int.from_bytes(self.memory.read(self.store, at, at + 4), "little")
        text = self.memory.read(self.store, at + 4, at + 4 + min(length, MAX_MESSAGE))
        return text.decode(errors="replace") if at + 4 + length <= self.size() else ""

    def ask(self, call: Call) -> list[Column]:
        """The request goes in, the result comes out."""
        frame = Frame(self.block, call)
        need = len(frame.bytes)
        if need > self.room:
            if self.room:
                self.run("fz_free", self.block, self.room)
            self.block, self.room = self.run("fz_alloc", need) & 0xFFFF_FFFF, need
            if self.block == 0:
                fail("MemoryLimitExceeded", f"no room for {need} bytes")
            check(self.block % 16 == 0 and self.block + need <= self.size(), "a block of fz_alloc")
            frame = Frame(self.block, call)
        self.memory.write(self.store, frame.bytes, self.block)
        time_ms = 1_000 if call.function.kind == "elementwise" else 10_000
        answer = Answer(self, call, frame, self.run(call.function.export, self.block, need, time_ms=time_ms))
        columns = answer.columns()
        if not answer.in_place:
            self.run("fz_free", answer.ptr, answer.len)
        return columns


class Module:
    """A plugin: what its manifest offers, and an instance to ask."""

    def __init__(self, wasm: bytes) -> None:
        config = wasmtime.Config()
        config.epoch_interruption = True
        self.engine = wasmtime.Engine(config)
        self.module = wasmtime.Module(self.engine, wasm)
        sections = [content for name, content in custom_sections(wasm) if name == "formualizer.udf.manifest.v1"]
        if self.module.imports or len(sections) != 1:
            fail("InvalidModule", "a plugin imports nothing and has one manifest")
        manifest = json.loads(sections[0])
        if (manifest["module"]["abi"], manifest["module"]["codec"]) != (1, 2):
            fail("InvalidModule", "not ABI 1 and codec 2")
        self.disabled = {bare(name): f"{name} is disabled; not known: {', '.join(why)}" for f in manifest["functions"]
                         if (why := [*unknown(f)]) for name in [f["name"], *f.get("aliases", [])]}
        self.functions = [Function.read(f) for f in manifest["functions"] if bare(f["name"]) not in self.disabled]
        self.instance: Instance | None = None
        threading.Thread(target=tick, args=(self.engine,), daemon=True).start()

    def call(self, name: str, args: Sequence[Argument], rows: int | None = None, batch_rows: int = 1_024,
             seed: int = 0, now_us: int = 0) -> tuple[list[Column], list[int]]:
        """The result's columns, and the rows that failed alone."""
        function = next((function for function in self.functions if bare(name) in function.names), None)
        if bare(name) in self.disabled:
            fail("Unsupported", self.disabled[bare(name)])
        if function is None:
            near = [n for f in self.functions for n in f.names if n.startswith(bare(name)[:4])]
            fail("UnknownFunction", f"no function `{name}`; near it: {near}")
        if not function.min_args <= len(args) <= (len(args) if function.max_args is None else function.max_args):
            verb = "was" if len(args) == 1 else "were"
            fail("Arity", f"{name} takes {function.min_args} arguments, {len(args)} {verb} given")
        params = [*function.params, *function.params[-1:] * len(args)]
        bound = [(param, bind(function, param, argument)) for param, argument in zip(params, args)]
        call = Call(function, bound, 1, seed=seed, now_us=now_us)
        if function.kind != "elementwise":
            decided = [*call.decided().values()]
            return ([Column(dtype, decided) for dtype in function.returns] if decided else self.ask(call), [])
        lengths = {argument.rows for _, argument in bound if argument.kind == COLUMN}
        if rows is not None:
            lengths.add(rows)
        if len(lengths) > 1:
            found = " and ".join(f"{length} rows" for length in sorted(lengths))
            fail("InvalidArgument", f"columns are of equal length, not of {found}")
        call = replace(call, rows=lengths.pop() if lengths else 1)
        failed: list[int] = []
        parts: list[Column] = []
        for start in range(0, call.rows, batch_rows):
            parts += self.rows(call.part(start, min(start + batch_rows, call.rows)), failed)
        cells = [cell for part in parts for cell in part.cells]
        return ([Column(function.returns[0], cells, any(part.utc for part in parts))], failed)

    def rows(self, call: Call, failed: list[int]) -> Iterator[Column]:
        """The result of a batch; where the guest fails, of its halves, down to the rows that fail alone."""
        decided = call.decided()
        found = Column(call.function.returns[0], [None] * call.rows)
        try:
            if len(decided) < call.rows:
                found = self.ask(call)[0]
        except CallError as error:
            if error.kind not in HALVED and not error.kind.startswith("Function") or not call.function.deterministic:
                raise
            if call.rows > 1:
                yield from self.rows(call.part(0, call.rows // 2), failed)
                yield from self.rows(call.part(call.rows // 2, call.rows), failed)
                return
            if error.kind in HALVED:
                failed.append(call.offset)
            found = replace(found, cells=[Failed(error.number, str(error))])
        yield replace(found, cells=[decided.get(row, cell) for row, cell in enumerate(found.cells)])

    def ask(self, call: Call) -> list[Column]:
        """Asks an instance, which is thrown away where anything goes wrong."""
        instance, self.instance = self.instance or Instance(self.engine, self.module), None
        columns = instance.ask(call)
        self.instance = instance
        return columns


def tick(engine: wasmtime.Engine) -> None:
    """The clock that deadlines are counted by."""
    while True:
        time.sleep(TICK_MS / 1_000)
        engine.increment_epoch()


def custom_sections(wasm: bytes) -> Iterator[tuple[str, bytes]]:
    def number(at: int) -> tuple[int, int]:
        value = shift = 0
        while True:
            value, shift, at = value | (wasm[at] & 127) << shift, shift + 7, at + 1
            if wasm[at - 1] < 128:
                return value, at

    at = 8
    while at < len(wasm):
        kind, (size, start) = wasm[at], number(at + 1)
        at = start + size
        if kind == 0:
            length, start = number(start)
            yield wasm[start:start + length].decode(), wasm[start + length:at]
