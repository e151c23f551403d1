"""The bytes that a host and a guest of the columnar contract exchange: docs/abi.md, "Structures" to "Results"."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from host import Call, Instance

MAX_RESULT, MAX_MESSAGE, MAX_COLUMNS = 64 << 20, 10_000, 32_768
OMITTED, SCALAR, COLUMN, RANGE = range(4)
BLANK, NUMBER, LOGICAL, TEXT, ERROR, DATE, DATETIME, TIME, DURATION = range(9)
CALL, ARG = struct.Struct("<IIIIQIIIIIIIIQQq48x"), struct.Struct("<IIII16x")
COL, RESULT = struct.Struct("<HH14IHH"), struct.Struct("<8I32x")
TYPES = ("null bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 utf8 binary date32 time64 timestamp duration "
         "error any").split()
FIXED = dict(i8="b", i16="h", i32="i", i64="q", u8="B", u16="H", u32="I", u64="Q", f32="f", f64="d",
             date32="i", time64="q", timestamp="q", duration="q", error="B", any="d")
BYTES = ("utf8", "binary", "any")
ERRORS = {1: "Null", 2: "Div", 3: "Value", 4: "Ref", 5: "Name", 6: "Num", 7: "Na", 8: "GettingData", 9: "Spill",
          10: "Connect", 11: "Blocked", 12: "Unknown", 13: "Field", 14: "Calc", 128: "Circular", 129: "NotImplemented",
          130: "Cancelled", 131: "Error"}


class CallError(Exception):
    """A call that fails as a whole; `number` is the error of a cell."""

    def __init__(self, kind: str, message: str, number: int = 3) -> None:
        super().__init__(message)
        self.kind, self.number = kind, number


def fail(kind: str, message: str) -> NoReturn:
    raise CallError(kind, message)


def check(holds: object, rule: str) -> None:
    """What a guest must do."""
    if not holds:
        fail("InvalidResult", rule)


@dataclass(frozen=True)
class Failed:
    """A row in error."""
    number: int
    message: str = ""


@dataclass(frozen=True)
class Serial:
    """A date, a time or a duration in an `any` column."""
    tag: int
    days: float


Cell = None | bool | int | float | str | bytes | Failed | Serial  # None is null, or blank


@dataclass(frozen=True)
class Column:
    dtype: str
    cells: Sequence[Cell]
    utc: bool = False


@dataclass(frozen=True)
class Argument:
    """OMITTED, a SCALAR (one column of one row), a COLUMN, or a RANGE of columns."""
    kind: int
    columns: tuple[Column, ...] = ()

    @property
    def rows(self) -> int:
        return len(self.columns[0].cells) if self.columns else 0


# ---- the request ----


class Frame:
    """The bytes of a request for a block at `base`."""

    def __init__(self, base: int, call: Call) -> None:
        self.base, self.bytes = base, bytearray(CALL.size)
        function, first, args = call.function, 0, []
        inputs = [column for _, argument in call.bound for column in argument.columns]
        for _, argument in call.bound:
            args.append(ARG.pack(argument.kind, first, len(argument.columns), argument.rows))
            first += len(argument.columns)
        columns, messages = [], []
        for column in inputs:
            texts = [cell.message if isinstance(cell, Failed) else "" for cell in column.cells]
            if any(texts):
                messages.append(self.column(Column("utf8", texts)))
            columns.append(self.column(column, first + len(messages) if any(texts) else 0))
        room = Column(function.returns[0], [None] * call.rows)
        prepared = [] if function.kind == "array" else [self.column(room, prepared=True)]
        at = self.put(b"".join(prepared))
        self.result = self.put(RESULT.pack(0, 0, call.rows, at, len(prepared), len(prepared), 0, 0))
        self.bytes[:CALL.size] = CALL.pack(
            0x32435A46, 1, 2 if function.volatile else 0, call.rows, call.offset,
            self.put(b"".join(args)), len(args), ARG.size,
            self.put(b"".join(columns + messages)), len(columns + messages), COL.size,
            self.result, 0, 0, call.seed, call.now_us)

    def put(self, data: bytes) -> int:
        """The address of bytes that start at a multiple of 16 and are padded to the next; 0 for none."""
        at = self.base + len(self.bytes)
        self.bytes += data + bytes(-len(data) % 16)
        return at if data else 0

    def column(self, column: Column, error_text: int = 0, prepared: bool = False) -> bytes:
        """Puts a column's buffers, and describes it. A prepared one has all of them, and counts of 0."""
        dtype, cells, n = column.dtype, column.cells, len(column.cells)
        errors = bytes(c.number if isinstance(c, Failed) and dtype != "error" else 0 for c in cells)
        valid = [not (cell is None or error) for cell, error in zip(cells, errors)]
        nulls, bad = 0 if dtype == "any" else valid.count(False), n - errors.count(0)
        wide = struct.pack(f"<{n}{FIXED[dtype]}", *(lane(dtype, cell) for cell in cells)) if dtype in FIXED else b""
        wide = pack_bits([cell is True for cell in cells]) if dtype == "bool" else wide
        texts = [cell.encode() if isinstance(cell, str) else cell if isinstance(cell, bytes) else b"" for cell in cells]
        data = bytes(16 * n) if prepared and dtype in BYTES else b"".join(texts)
        offsets = struct.pack(f"<{n + 1}i", *accumulate(map(len, texts), initial=0)) if dtype in BYTES else b""
        return COL.pack(
            TYPES.index(dtype), column.utc, n, 0 if prepared else nulls, 0 if prepared else bad,
            self.put(pack_bits(valid)) if nulls and dtype != "null" else 0,
            self.put(wide), self.put(offsets), self.put(data),
            0 if prepared else len(data), self.put(errors) if bad or prepared else 0,
            self.put(bytes(map(tag, cells))) if dtype == "any" else 0,
            len(wide) if prepared else 0, len(data) if prepared else 0, error_text, 0, 0, 0)


def pack_bits(bits: Sequence[bool]) -> bytes:
    return bytes(sum(bit << i for i, bit in enumerate(bits[at:at + 8])) for at in range(0, len(bits), 8))


def tag(cell: Cell) -> int:
    tags = {type(None): BLANK, bool: LOGICAL, str: TEXT, Failed: ERROR}
    return cell.tag if isinstance(cell, Serial) else tags.get(type(cell), NUMBER)


def lane(dtype: str, cell: Cell) -> float:
    if isinstance(cell, Failed):
        return cell.number if dtype == "error" else 0
    return cell.days if isinstance(cell, Serial) else cell if isinstance(cell, (bool, int, float)) else 0


# ---- the answer ----


class Answer:
    """A result, read under the rules of abi.md, "What the host checks"."""

    def __init__(self, instance: Instance, call: Call, frame: Frame, answer: int) -> None:
        self.instance, self.function, self.taken = instance, call.function, 0
        self.ptr, self.len = answer & 0xFFFF_FFFF, answer >> 32 & 0xFFFF_FFFF
        end, size, request = self.ptr + self.len, instance.size(), (frame.base, frame.base + len(frame.bytes))
        check(self.ptr and self.ptr % 16 == 0 and self.len >= RESULT.size and end <= size, "a block outside memory")
        self.in_place = self.ptr == frame.result  # where the host has prepared it
        check(self.in_place or end <= request[0] or request[1] <= self.ptr, "a block that overlaps the request")
        self.spans = [(0, size)] if self.in_place else [(self.ptr, end), request]
        (self.status, self.error, self.rows, self.at, self.count, self.values, text, text_len) = RESULT.unpack(
            self.read(self.ptr, RESULT.size))
        check(self.status <= 1, f"status {self.status}")
        if self.status:
            text_len = min(text_len, MAX_MESSAGE) if text else 0
            number = self.error if self.error in ERRORS else 131
            raise CallError(f"Function({ERRORS[number]})", self.read(text, text_len).decode(errors="replace"), number)
        check(self.function.kind == "array" or self.rows == call.rows, f"{self.rows} rows, not {call.rows}")
        check(self.values <= self.count <= MAX_COLUMNS, f"{self.count} columns")
        wanted = self.values >= 1 if self.function.kind == "array" and not self.function.named else (
            self.values == len(self.function.returns))
        check(wanted, f"{self.values} value columns")

    def columns(self) -> list[Column]:
        returns = self.function.returns
        return [self.column(index, returns[index if self.function.named else 0]) for index in range(self.values)]

    def read(self, at: int, count: int, align: int = 1) -> bytes:
        if count == 0:
            return b""
        there = at and at % align == 0 and any(start <= at and at + count <= end for start, end in self.spans)
        check(there, f"{count} bytes at {at}")
        self.taken += count
        if self.taken > MAX_RESULT:
            fail("MemoryLimitExceeded", f"a result of more than {MAX_RESULT} bytes")
        return bytes(self.instance.memory.read(self.instance.store, at, at + count))

    def bits(self, at: int, n: int) -> list[bool]:
        data = self.read(at, (n + 7) // 8)
        return [bool(data[i >> 3] >> (i & 7) & 1) for i in range(n)]

    def texts(self, binary: bool, offsets: int, data: int, data_len: int) -> list[Cell]:
        ends = struct.unpack(f"<{self.rows + 1}i", self.read(offsets, 4 * self.rows + 4, 4)) if self.rows else (0,)
        check(0 <= ends[0] and list(ends) == sorted(ends) and ends[-1] <= data_len, "offsets")
        content = self.read(data, ends[-1])
        try:
            return [content[a:b] if binary else content[a:b].decode() for a, b in zip(ends, ends[1:])]
        except UnicodeDecodeError as error:
            fail("InvalidResult", f"text that is not UTF-8: {error}")

    def column(self, index: int, want: str) -> Column:
        n = self.rows
        (dtype, flags, length, nulls, bad, validity, values, offsets, data, data_len, errors, tags, _, _, error_text, *_
         ) = COL.unpack(self.read(self.at + index * COL.size, COL.size, 4))
        check(dtype == TYPES.index(want) and length == n, f"column {index} has dtype {dtype} and {length} rows")
        numbers = self.read(errors, n) if bad else bytes(n)
        check(all(number in ERRORS or number == 0 for number in numbers), "an unlisted error number")
        valid = self.bits(validity, n) if nulls and want not in ("null", "any") else [want != "null"] * n
        cells: list[Cell] = [None] * n
        if want in FIXED:
            width = struct.calcsize(FIXED[want])
            cells = list(struct.unpack(f"<{n}{FIXED[want]}", self.read(values, width * n, width)))
        if want == "bool":
            cells = [*self.bits(values, n)]
        if want == "error":
            check(all(cell in ERRORS or not there for cell, there in zip(cells, valid)), "an unlisted error number")
            cells = [Failed(cell) if isinstance(cell, int) else cell for cell in cells]
        texts = self.texts(want == "binary", offsets, data, data_len) if want in BYTES else []
        if want == "any":
            kinds = self.read(tags, n)
            check(all(k <= DURATION and (k == ERROR) == (number > 0) for k, number in zip(kinds, numbers)), "a tag")
            cells = [from_any(*row) for row in zip(kinds, cells, texts)]
        elif texts:
            cells = texts
        messages: Sequence[Cell] = [""] * n
        if bad and error_text:
            check(self.values < error_text <= self.count, "a message column among the values")
            messages = self.column(error_text - 1, "utf8").cells
        cells = [Failed(number, str(message or "")) if number else cell if there else None
                 for number, message, there, cell in zip(numbers, messages, valid, cells)]
        return Column(want, cells, bool(flags & 1))


def from_any(kind: int, number: Any, text: Cell) -> Cell:
    plain: dict[int, Cell] = {BLANK: None, NUMBER: number, LOGICAL: number != 0, TEXT: text, ERROR: None}
    return plain[kind] if kind in plain else Serial(kind, number)
