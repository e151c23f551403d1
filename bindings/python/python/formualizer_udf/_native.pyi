"""The part of the package that is written in Rust."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from inspect import Signature
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias, final, overload

from ._workbook import (
    DefinedName,
    ErrorSummary,
    FormulaCheck,
    FunctionDetails,
    ImportReport,
    RecalcReport,
    SaveReport,
    SheetRange,
    Table,
    UnknownFunction,
    WasmModuleInfo,
)

if TYPE_CHECKING:
    import numpy
    import pandas
    import polars
    import pyarrow

__version__: str

_Errors = Literal["raise", "null", "struct"]

def engines() -> list[str]:
    """Names of the engines that this build has, the preferred one first."""

def inspect(
    source: bytes | bytearray | memoryview | str | os.PathLike[str], *, limits: Limits | None = None
) -> dict[str, Any]:
    """What a module says about itself, found without executing a byte of it.

    source: the module's bytes, or the path of its file.

    Returns a dict with `manifest` (as docs/manifest.md describes it), `bare` (whether the manifest was made from the exports),
    `disabled` (by name, why this version cannot call a function), `warnings`, `sha256`, `size`, `code_bytes` and `data_bytes` (bytes), `memory_pages` and `memory_max_pages` (of 64 KiB),
    `compile_work`, `function_work` and `optimised_work` (units, as `Limits` bounds them), `optimised` (otherwise wasmtime compiles it plainly, and it
    runs slower), and `exports` (names and signatures).

    Raises `ModuleError` or `ManifestError` where it is no module that can be taken, `OSError` where the file cannot be read.
    """

@final
class Limits:
    """What a module, an instance and a call may use. Sizes are bytes, times are seconds; what is left out has its default.

    memory_bytes: linear memory of one instance (128 MiB).
    batch_deadline: time of one batch of an elementwise call (1).
    call_deadline: time of one call of another kind (10).
    total_deadline: time of one whole call from Python, all batches together (none).
    stack_bytes: the plugin's stack (1 MiB).
    table_elements: elements of the module's table (10 000).
    module_bytes: size of a module (10 MiB).
    module_functions: functions of a module (20 000).
    result_bytes: result of one batch or call (64 MiB).
    message_bytes: bytes that are read of a plugin's message (10 000).
    messages_bytes: bytes kept of the distinct messages of one call's rows; those behind are left out (8 MiB).
    instances: instances of one module at a time (32).
    compile_deadline: time of loading a module (10).
    compile_function_work, compile_module_work: estimated work of compiling one function, and all of a module, in units of about a
        nanosecond at worst (750 × 10⁶, 12 × 10⁹).
    compile_optimised_work: the same up to which a module is optimised (8 × 10⁹); past it, it is compiled plainly, and runs slower.

    Raises `ArgumentError` naming the limit that is out of its range.
    """

    def __init__(
        self,
        *,
        memory_bytes: int | None = None,
        batch_deadline: float | None = None,
        call_deadline: float | None = None,
        total_deadline: float | None = None,
        stack_bytes: int | None = None,
        table_elements: int | None = None,
        module_bytes: int | None = None,
        module_functions: int | None = None,
        result_bytes: int | None = None,
        message_bytes: int | None = None,
        messages_bytes: int | None = None,
        instances: int | None = None,
        compile_deadline: float | None = None,
        compile_function_work: int | None = None,
        compile_module_work: int | None = None,
        compile_optimised_work: int | None = None,
    ) -> None: ...
    @property
    def memory_bytes(self) -> int: ...
    @property
    def batch_deadline(self) -> float: ...
    @property
    def call_deadline(self) -> float: ...
    @property
    def total_deadline(self) -> float | None: ...
    @property
    def stack_bytes(self) -> int: ...
    @property
    def table_elements(self) -> int: ...
    @property
    def module_bytes(self) -> int: ...
    @property
    def module_functions(self) -> int: ...
    @property
    def result_bytes(self) -> int: ...
    @property
    def message_bytes(self) -> int: ...
    @property
    def messages_bytes(self) -> int: ...
    @property
    def instances(self) -> int: ...
    @property
    def compile_deadline(self) -> float: ...
    @property
    def compile_function_work(self) -> int: ...
    @property
    def compile_module_work(self) -> int: ...
    @property
    def compile_optimised_work(self) -> int: ...
    def __eq__(self, other: object) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Runtime:
    """An engine with its limits, and the threads that calls use. Equal runtimes share one engine.

    backend: "wasmtime" (machine code, the default) or "wasmi" (an interpreter, where code may not be generated).
    limits: what plugins may use.
    threads: threads that the rows of one call are spread over; the machine's number of processors if left out. Results do not
        depend on it.
    cache_dir: a folder of this user's own that keeps compiled modules between processes (wasmtime only); made if it is not there.

    Raises `Unsupported` for an engine that is not there, `ArgumentError` for other values that cannot be.
    """

    def __init__(
        self,
        backend: str | None = None,
        *,
        limits: Limits | None = None,
        threads: int | None = None,
        cache_dir: str | os.PathLike[str] | None = None,
    ) -> None: ...
    @staticmethod
    def _restore(backend: str, limits: Limits, threads: int, cache_dir: str | os.PathLike[str] | None) -> Runtime: ...
    @staticmethod
    def default() -> Runtime:
        """The runtime of modules that name none: one per process."""

    @property
    def backend(self) -> str: ...
    @property
    def limits(self) -> Limits: ...
    @property
    def threads(self) -> int: ...
    @property
    def cache_dir(self) -> Path | None: ...
    def __eq__(self, other: object) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Module:
    """A plugin. Its functions are its attributes and items: `module.NAME`, `module["NAME"]`, in any case and by any alias.

    Compiled once per process and runtime, whoever loads the same bytes. Pickled by content: the bytes, and the runtime's
    configuration. May be used from many threads at once, and in a process that is forked from this one.
    """

    @staticmethod
    def from_bytes(data: bytes | bytearray | memoryview, *, runtime: Runtime | None = None) -> Module:
        """Inspects and compiles a module.

        Raises `ModuleError` or `ManifestError`, naming what the module breaks.
        """

    @staticmethod
    def from_file(path: str | os.PathLike[str], *, runtime: Runtime | None = None) -> Module:
        """Inspects and compiles a module's file.

        Raises `OSError` where it cannot be read; `ModuleError` or `ManifestError`, naming the file and what the module breaks.
        """

    @staticmethod
    def _restore(data: bytes, runtime: Runtime) -> Module: ...
    @property
    def id(self) -> str:
        """The module's id, such as "formualizer.finance"."""

    @property
    def version(self) -> str: ...
    @property
    def sha256(self) -> str:
        """SHA-256 of the bytes, 64 hexadecimal digits."""

    @property
    def runtime(self) -> Runtime: ...
    @property
    def path(self) -> Path | None:
        """The file that it was read from, if it was."""

    @property
    def functions(self) -> dict[str, Function]:
        """The functions by name, in the manifest's order; those of a kind that cannot be called are left out."""

    def inspect(self) -> dict[str, Any]:
        """What `formualizer_udf.inspect` gives for it."""

    def register(
        self,
        connection: Any,
        *,
        names: Iterable[str] | None = None,
        prefix: str = "",
        errors: Literal["raise", "null"] = "raise",
    ) -> list[str]:
        """Makes scalar functions of a DuckDB connection of the module's elementwise functions.

        connection: what `duckdb.connect()` gives.
        names: which functions; all that can be if left out.
        prefix: what stands before each name in SQL.
        errors: "raise" (rows that fail end the query) or "null".

        Returns the names that SQL has now. Types are those of the manifest; a function with parameters that are optional, variadic or of any
        type takes any number of arguments of any type. Nulls reach the function as in a call from Python; one that is volatile is called for
        each row anew.

        Raises `ArgumentError` for a name that is taken, and for one of `names` that DuckDB cannot call.
        """

    def to_bytes(self) -> bytes: ...
    def __getattr__(self, name: str) -> Function: ...
    def __getitem__(self, name: str) -> Function: ...
    def __contains__(self, name: str) -> bool: ...
    def __iter__(self) -> Iterator[str]: ...
    def __len__(self) -> int: ...
    def __eq__(self, other: object) -> bool: ...
    def __hash__(self) -> int: ...
    def __dask_tokenize__(self) -> tuple[str, ...]: ...

@final
class Function:
    """A function of a module, called with whatever holds columns.

    Arguments are given by position or by the names of the manifest's parameters. A column is a pandas Series, a polars Series or
    expression, a pyarrow array, a NumPy array, a DuckDB relation, a list, or any object with the Arrow PyCapsule interface; its
    memory is copied once, into the plugin's. Single values stand for every row. Columns of a call have equal lengths.

    The result has the type of the first column: a Series with its index and name, an array, a list. Where no column is passed it is
    one value. Functions of the kind "reduce" give one value, those of the kind "array" a frame.

    errors: "raise" (an exception that tells how many rows failed, and why), "null" (they are null), or "struct" (the errors stand
        beside: a frame with the columns `value` and `error`, or `WithErrors` for arrays and lists).
    return_dtype: the type of polars that a result has, for calls with expressions of functions whose results may be of any type.

    Raises `ArgumentError` for arguments that do not fit, `RowsError` for rows that fail, another `CallError` where the call as a
    whole does. Other threads run meanwhile; Ctrl-C ends a long call.
    """

    @property
    def __name__(self) -> str: ...
    @property
    def __qualname__(self) -> str: ...
    @property
    def __signature__(self) -> Signature: ...
    @property
    def kind(self) -> Literal["elementwise", "reduce", "array"]: ...
    @property
    def aliases(self) -> list[str]: ...
    @property
    def module(self) -> Module: ...
    @property
    def errors(self) -> _Errors:
        """What becomes of rows that fail, unless a call says otherwise."""

    def __call__(
        self, *args: Any, errors: _Errors = "raise", return_dtype: Any = None, **keywords: Any
    ) -> Any: ...
    def with_options(
        self,
        *,
        errors: _Errors | None = None,
        deadline: float | None = None,
        batch_rows: int | None = None,
        threads: int | None = None,
        seed: int | None = None,
        now_us: int | None = None,
    ) -> Function:
        """The same function, called with these options.

        deadline: seconds that one call may take, all batches together.
        batch_rows: rows of a batch; chosen by their width otherwise.
        threads: threads that one call uses at most.
        seed, now_us: entropy and clock (microseconds since 1970-01-01T00:00:00Z) of volatile functions; equal ones give equal results.
        """

    def _plan(
        self, places: list[int], count: int
    ) -> tuple[list[str], list[str], list[str] | None, bool, bool]: ...
    def __get__(self, instance: object, owner: type | None = None) -> Self: ...
    def __eq__(self, other: object) -> bool: ...
    def __hash__(self) -> int: ...
    def __dask_tokenize__(self) -> tuple[str, ...]: ...

@final
class ExcelFunction:
    """A function of Excel, called with whatever holds columns.

    Arguments are given by position or by the names of Excel's parameters. A parameter of one value takes a value, a column (the function
    is called row by row) or a frame (for each cell). A parameter of an array or of cells takes a column or a frame whole. None is a
    blank, or leaves an optional argument out; missing values and NaN in columns are blank cells. `help` says which parameter is which.

    The result has a value for each row where some parameter of one value was given a column, and has the type of the first column that
    was passed, as results of a `Function` have. Otherwise it is one value, or an array. Dates are dates on both sides.

    errors: what becomes of rows that are errors, as for a `Function`.
    return_dtype: the type of polars that a result has, for calls with expressions.

    Raises `ArgumentError` for arguments that do not fit, `RowsError` for errors. Other threads run meanwhile; Ctrl-C ends a long call.
    """

    @property
    def __name__(self) -> str: ...
    @property
    def __qualname__(self) -> str: ...
    @property
    def __signature__(self) -> Signature: ...
    @property
    def errors(self) -> _Errors:
        """What becomes of rows that are errors, unless a call says otherwise."""

    def __call__(
        self, *args: Any, errors: _Errors = "raise", return_dtype: Any = None, **keywords: Any
    ) -> Any: ...
    def with_options(
        self,
        *,
        errors: _Errors | None = None,
        threads: int | None = None,
        seed: int | None = None,
        now: datetime.datetime | None = None,
    ) -> ExcelFunction:
        """The same function, called with these options.

        threads: threads that one call uses at most. Results do not depend on it.
        seed: of `RAND` and its like; equal ones give equal results.
        now: what `NOW` and `TODAY` take for the time, a local `datetime.datetime` without a zone; the clock's if left out.
        """

    def _plan(
        self, places: list[int], count: int
    ) -> tuple[list[str], list[str], list[str] | None, bool, bool]: ...
    def __get__(self, instance: object, owner: type | None = None) -> Self: ...
    def __eq__(self, other: object) -> bool: ...
    def __hash__(self) -> int: ...
    def __dask_tokenize__(self) -> tuple[str, ...]: ...

@final
class Functions:
    """Excel's functions on columns: `functions.NAME` and `functions["NAME"]`, in any case.

    `_` stands for the `.` of a name, and at the end for nothing: `functions.NORM_S_DIST`, `functions.and_`. Functions that need the cells
    of a workbook (`OFFSET`, `CELL`, …) or ask other programs are not among them; the exception says which.
    """

    def __getitem__(self, name: str) -> ExcelFunction: ...
    def __getattr__(self, name: str) -> ExcelFunction: ...
    def __contains__(self, name: object) -> bool: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[str]:
        """The names, in the order of the alphabet."""

functions: Functions

_Cell: TypeAlias = str | tuple[int, int]
_Range: TypeAlias = str | tuple[int, int] | tuple[tuple[int, int], tuple[int, int]]
_Path: TypeAlias = str | os.PathLike[str]
_Value: TypeAlias = (
    None | bool | float | str | datetime.date | datetime.datetime | datetime.time | datetime.timedelta | dict[str, str]
)
_Policy: TypeAlias = Literal["refuse", "skip", "override"]
_OnConflict: TypeAlias = _Policy | dict[Literal["builtins", "bindings"], _Policy]

@final
class Workbook:
    """Sheets of values and formulas, recalculated a column at a time, whose formulas call plugins and Python functions.

    A cell is `"B2"` or `(2, 2)`: row and column, both from 1. A range is `"A1:B10"`, `"A:A"`, `"1:3"`, a cell, or two cells. An edit
    stores what it is given and nothing more; `recalculate` brings all values up to date.

    Values are None (blank), bool, int or float, str, `datetime.date`, `datetime`, `time` and `timedelta`. Numbers come back as
    floats. An error is a dict: `{"type": "Error", "kind": "Div"}`, with `"message"` where there is one. Kinds are Null, Ref, Name, Value,
    Div, Na, Num, Error, NImpl, Spill, Calc, Circ and Cancelled; what cells show ("#DIV/0!") and "Div0" are understood as well.

    Whatever it refuses is a `WorkbookError`, whose `kind` says what was wrong: "address", "sheet", "formula", "name", "function", "plugin",
    "data", "file", "cancelled" or "reentrant"; a file that cannot be read or written is an `OSError`. What fails has changed nothing. Failures of formulas are values of cells.

    Several threads may use a workbook; they take turns, with the interpreter lock released. Two uses are refused (kind
    "reentrant") rather than left waiting, since waiting could be for ever: any use, in any thread, while the workbook recalculates and
    may call Python (it has functions that were registered, or `progress` was given); and a use in another thread while an edit is open.

    A workbook is not pickled or copied (`to_state` gives bytes for that), and cannot be used in a process that was forked after it was made (`ForkError`).
    """

    def __new__(cls, *, date_system: Literal[1900, 1904] = 1900, runtime: Runtime | None = None) -> Workbook:
        """A workbook without sheets.

        date_system: the year from which dates count.
        runtime: what plugins run on; `Runtime.default()` if left out.
        """

    @staticmethod
    def open(
        path: _Path,
        *,
        runtime: Runtime | None = None,
        file_bytes: int | None = None,
        part_bytes: int | None = None,
        total_bytes: int | None = None,
        parts: int | None = None,
        cells: int | None = None,
        depth: int | None = None,
    ) -> Workbook:
        """A workbook from a file: .xlsx, .xlsm, .xls, .xlsb, .ods and .fods, told by their content. Values that the file stores for formulas
        are there at once.

        file_bytes: the file may have so many bytes (1 GiB).
        part_bytes, total_bytes: bytes of one of its parts, and of all, unpacked (2 GiB, 4 GiB).
        parts, cells, depth: parts (65 536), cells (100 000 000), and how deep elements are nested (256).

        Raises `OSError` where the file cannot be read; `WorkbookError` of the kind "file" where its content is broken, not supported or beyond a limit.
        """

    @staticmethod
    def from_bytes(
        data: bytes | bytearray | memoryview,
        *,
        runtime: Runtime | None = None,
        file_bytes: int | None = None,
        part_bytes: int | None = None,
        total_bytes: int | None = None,
        parts: int | None = None,
        cells: int | None = None,
        depth: int | None = None,
    ) -> Workbook:
        """The same from the content of a file."""

    def save(self, path: _Path, *, values_only: bool = False) -> SaveReport:
        """Saves as .xlsx or .xlsm: into a copy of the file that it was loaded from, where everything else stays as it is, or as a
        new file. The file appears when it is complete.

        values_only: values in place of formulas.

        Raises `OSError` where the file cannot be written; `WorkbookError` of the kind "file" where the extension does not fit, or a
        part of the loaded file cannot follow inserted or deleted rows. What was there before is whole then.
        """

    def to_bytes(self, *, values_only: bool = False) -> bytes:
        """The bytes that `save` writes."""

    def to_state(self) -> bytes:
        """The workbook as bytes, for `from_state`: sheets, values, formulas, names, tables, and the file that it was loaded from, as a later
        `save` needs it. Functions are not in it, nor what `undo` would take back.

        They are for keeping a workbook for a while, or handing it to another process of this version; another version may refuse
        them. Files for others are written by `save`.
        """

    @staticmethod
    def from_state(data: bytes | bytearray | memoryview, *, runtime: Runtime | None = None) -> Workbook:
        """The workbook of what `to_state` gave. Values are there at once; plugins and Python functions are to be registered again, and
        the next `recalculate` evaluates every formula.

        Raises `WorkbookError` of the kind "data" where the bytes are no state, damaged, or of another version.
        """

    @property
    def load_warnings(self) -> list[str]:
        """What the file said that was not taken over, with the cells; at most about a hundred."""

    @property
    def date_system(self) -> Literal[1900, 1904]: ...

    # Sheets.

    def add_sheet(self, name: str) -> None:
        """Adds an empty sheet behind the others: 1 to 31 characters, none of `[ ] : * ? / \\`, not there in any case (kind "sheet")."""

    def rename_sheet(self, name: str, new: str) -> None:
        """Renames a sheet; formulas, names and tables follow."""

    def delete_sheet(self, name: str) -> None:
        """Deletes a sheet; references to it become `#REF!`."""

    @property
    def sheet_names(self) -> list[str]:
        """The sheets as their tabs stand."""

    # Cells.

    def set_value(self, sheet: str, cell: _Cell, value: _Value) -> None:
        """Stores a value; a formula that was there is gone. A number that is not finite becomes `#NUM!`.

        Raises `WorkbookError` of the kind "data" for what no cell can hold: integers beyond 2^53, datetimes with a time zone,
        dates before 1900, texts of more than 32 767 characters, bytes.
        """

    def value(self, sheet: str, cell: _Cell) -> Any:
        """The value of a cell, as of the last recalculation."""

    def set_values(self, sheet: str, cell: _Cell, rows: Iterable[Iterable[_Value]]) -> None:
        """Stores rows of values from a cell on, all or none; short rows are filled up with blank cells."""

    def values(self, sheet: str, range: _Range) -> list[list[Any]]:
        """The values of a range, row by row. Whole rows and columns end where the used range does."""

    def clear(self, sheet: str, range: _Range) -> None:
        """Removes values and formulas."""

    def used_range(self, sheet: str) -> str | None:
        """The smallest range from A1 that holds everything; None for an empty sheet."""

    def cell_error_detail(self, sheet: str, cell: _Cell) -> str | None:
        """What the error in a cell says beyond its kind; None where there is no error or it says nothing."""

    def errors(self, limit: int = 10) -> ErrorSummary:
        """The cells that are in error, with the first `limit` cells of every kind."""

    # Formulas.

    def set_formula(self, sheet: str, cell: _Cell, formula: str) -> None:
        """Puts a formula in a cell; `=` in front may be missing. An array result spills. Kind "formula" where it does not parse."""

    def set_formulas(self, sheet: str, range: _Range, formula: str) -> None:
        """Puts a formula in every cell of a range, as if it were typed in the first and filled into the others."""

    def set_array_formula(self, sheet: str, range: _Range, formula: str) -> None:
        """Puts an array formula in a range, as Ctrl+Shift+Enter does: its result fills exactly these cells."""

    def fill_down(self, sheet: str, range: _Range) -> None:
        """Fills the first row of a range over its other rows: formulas with their references moved, values as they are."""

    def fill_right(self, sheet: str, range: _Range) -> None:
        """Fills the first column of a range over its other columns."""

    def formula(self, sheet: str, cell: _Cell) -> str | None:
        """The formula of a cell with `=`; None where it has none."""

    def validate_formula(self, sheet: str, cell: _Cell, formula: str) -> FormulaCheck:
        """Looks whether a text is a formula that a cell takes, without putting it there.

        Raises `WorkbookError` of the kind "formula", with the place where it stops being one.
        """

    def spill_range(self, sheet: str, cell: _Cell) -> str | None:
        """The range that the array result of a cell fills; None where it has none."""

    @property
    def regions(self) -> int:
        """Number of rectangles of cells with the same formula."""

    def unknown_functions(self) -> list[UnknownFunction]:
        """The functions that formulas call and that are neither built in nor bound, by name."""

    # What depends on what, and what has changed.

    def precedents(self, sheet: str, cell: _Cell) -> list[SheetRange]:
        """The ranges that the formula of a cell refers to, in the order in which they stand in it; none where it has no formula. Names and
        tables are the ranges that they stand for. What only evaluating it tells (`INDIRECT`, `OFFSET`) is not among them.
        """

    def dependents(self, sheet: str, cell: _Cell) -> list[SheetRange]:
        """The cells whose formulas refer to a cell, as ranges: by sheet in order, then column and row. Not those that depend on it only by
        way of others, nor through `INDIRECT` and `OFFSET`.
        """

    def snapshot(self) -> Snapshot:
        """The values as they are now, for `changed_since`. Their memory is the workbook's own until that changes."""

    def changed_since(self, snapshot: Snapshot) -> list[SheetRange]:
        """The ranges whose values are not what they were at a snapshot of this workbook, whatever changed them: by sheet in order, then
        column and row. Where more than a thousand ranges of a column changed, one from the first row to the last stands for them.
        Sheets that are gone have no ranges.

        Raises `ArgumentError` for a snapshot of another workbook.
        """

    # Names and tables.

    def define_name(self, name: str, refers_to: str, *, sheet: str | None = None) -> None:
        """Defines a name for the workbook, or for one sheet: a value ("0.03"), a range ("Prices!$A$2:$A$100") or a formula."""

    def remove_name(self, name: str, *, sheet: str | None = None) -> None:
        """Removes a name; formulas that use it become `#NAME?`. Kind "name" where there is none."""

    @property
    def names(self) -> list[DefinedName]:
        """The defined names, sorted."""

    def add_table(self, name: str, sheet: str, range: _Range, *, headers: bool = True, totals: bool = False) -> None:
        """Makes a range a table, for references such as `Prices[Close]`. Names of columns are those of the first row now."""

    def remove_table(self, name: str) -> None:
        """Makes a table a plain range again."""

    @property
    def tables(self) -> list[Table]:
        """The tables, sorted by name."""

    # Editing.

    def insert_rows(self, sheet: str, row: int, count: int = 1) -> None:
        """Inserts blank rows before a row, which counts from 1; references, names and tables follow as in Excel.

        Raises `WorkbookError` of the kind "data" where cells would be pushed off the sheet, or an array formula be torn.
        """

    def delete_rows(self, sheet: str, row: int, count: int = 1) -> None:
        """Deletes rows from one on; references to deleted cells are `#REF!`."""

    def insert_columns(self, sheet: str, column: str | int, count: int = 1) -> None:
        """Inserts blank columns before a column: "C", or its number from 1."""

    def delete_columns(self, sheet: str, column: str | int, count: int = 1) -> None:
        """Deletes columns from one on."""

    def move_range(self, sheet: str, range: _Range, to_sheet: str, to_cell: _Cell) -> None:
        """Moves a range so that its first cell is at `to_cell`, as cutting and pasting does; references to it follow."""

    def copy_range(self, sheet: str, range: _Range, to_sheet: str, to_cell: _Cell) -> None:
        """Copies a range: values as they are, formulas with their relative references moved."""

    def set_rows_hidden(self, sheet: str, rows: _Range, hidden: bool = True) -> None:
        """Hides rows ("3:10"), or shows them again. `SUBTOTAL(109,…)` leaves hidden rows out."""

    def hidden_rows(self, sheet: str) -> list[tuple[int, int]]:
        """The rows that are hidden, as ranges (first, last) that count from 1."""

    def undo(self) -> bool:
        """Takes back the last edit; False where there is none, and within an edit. Recalculate afterwards."""

    def redo(self) -> bool:
        """Does again what `undo` took back."""

    def set_undo_limit(self, edits: int) -> None:
        """Remembers so many edits from now on; 0, as it is at first, none."""

    @property
    def iteration(self) -> tuple[int, float] | None:
        """How circular references are calculated in steps, as `(steps, delta)`: as the file said, or as it was set. `None` where they
        are errors."""

    def set_iteration(self, steps: int | None = 100, delta: float = 0.001) -> None:
        """Lets circular references be calculated in at most so many steps, until changes are below `delta`; or be errors, where `steps`
        is `None`. The next `recalculate` takes up all formulas.

        Raises `WorkbookError` of the kind "data" where there are no steps or more than 32767, or `delta` is below 0 or no number.
        """

    def edit(
        self,
        *,
        threads: int | None = None,
        seed: int | None = None,
        now: datetime.datetime | None = None,
        progress: Callable[[int, int], object] | None = None,
        unknown: Literal["keep", "error"] = "keep",
    ) -> Edit:
        """Several edits as one: `with workbook.edit() as edit: …`

        All edits of the block are one step to undo, and one recalculation at its end, with these options. A block that raises is taken
        back as a whole, and nothing is recalculated. Blocks may stand in blocks: the inner one is taken back alone where it
        raises; undoing and recalculating are left to the outermost. Only the thread that opened it uses the workbook meanwhile.
        `edit.report` is the report of the recalculation. Where that is interrupted, the edits stay.
        """

    def recalculate(
        self,
        *,
        threads: int | None = None,
        seed: int | None = None,
        now: datetime.datetime | None = None,
        progress: Callable[[int, int], object] | None = None,
        unknown: Literal["keep", "error"] = "keep",
    ) -> RecalcReport:
        """Brings every value up to date: what changed, what depends on it, and what is volatile.

        threads: 1 to 1024; those of the runtime if left out. Results do not depend on it.
        seed: of `RAND` and other volatile functions; equal workbooks that were recalculated as often give equal values.
        now: what `NOW` gives, local time without a zone; the clock's if left out.
        progress: called in this thread with the regions that are done and those of this round, at most once a region. What it raises
            cancels, and is raised here.
        unknown: what becomes of cells whose formulas call what cannot be calculated, functions that nobody knows and those that ask other
            programs: "keep" their stored values, or "error", which is `#NAME?`.

        Ctrl+C cancels within a second: `KeyboardInterrupt` is raised, each cell has its old or its new value, and the next recalculation
        does the rest.
        """

    # Data.

    def write_frame(self, sheet: str, cell: _Cell, frame: Any, *, header: bool = True, index: bool = False) -> str | None:
        """Stores the columns of a frame from a cell on, and gives the range that they fill.

        frame: a DataFrame or Series of pandas or polars, a Table, RecordBatch or array of pyarrow, an array of NumPy (one or two
            dimensions, or with fields), an object with the Arrow PyCapsule interface, or a dict of columns.
        header: the names of the columns fill the first row.
        index: the index of a pandas frame comes first.

        Null is a blank cell, as NaN of pandas is; a NaN of other libraries is `#NUM!`. Arrow columns of Float64, Boolean and Utf8
        in one chunk are shared, not copied; memory that others may write to (NumPy, pandas) is copied.

        Raises `ArgumentError` for what is no frame; `WorkbookError` of the kind "data" where cells cannot hold a column, with its name.
        """

    @overload
    def read_frame(
        self, sheet: str, range: _Range | None = None, *, header: bool = True, as_: Literal["pandas"] = "pandas"
    ) -> pandas.DataFrame: ...
    @overload
    def read_frame(
        self, sheet: str, range: _Range | None = None, *, header: bool = True, as_: Literal["polars"]
    ) -> polars.DataFrame: ...
    @overload
    def read_frame(
        self, sheet: str, range: _Range | None = None, *, header: bool = True, as_: Literal["pyarrow"]
    ) -> pyarrow.Table: ...
    @overload
    def read_frame(
        self, sheet: str, range: _Range | None = None, *, header: bool = True, as_: Literal["numpy"]
    ) -> dict[str, numpy.ndarray[Any, Any]]:
        """The cells of a range as a frame: of the whole sheet if no range is given.

        header: the first row has the names of the columns. A blank name becomes "column 3", a second "price" becomes "price 2".
            Without, columns are named by their letters.
        as_: "pandas", "polars", "pyarrow" (a Table) or "numpy" (a dict of arrays, which cannot be written to).

        Blanks and errors are null. Columns of one kind have its type; numbers are floats; columns of several kinds are the texts
        that show. Columns of numbers share the sheet's memory with Arrow, polars and NumPy, up to 65 536 rows a chunk.
        """

    def import_data(
        self,
        sheet: str,
        cell: _Cell,
        path: _Path,
        *,
        headers: bool = True,
        file_bytes: int | None = None,
        total_bytes: int | None = None,
        cells: int | None = None,
    ) -> ImportReport:
        """Puts the data of a file into a sheet, as one edit: .csv, .tsv, .json, .ndjson, .arrow, .feather or .parquet.

        headers: the names of the columns fill the first row.
        file_bytes: the file may have so many bytes (1 GiB).
        total_bytes, cells: bytes that an Arrow file unpacks to (4 GiB), and cells that it fills (100 000 000).

        Raises `OSError` where the file cannot be read; `WorkbookError` of the kind "file" where it is damaged, beyond a limit or larger than
        a sheet, with the line or column. Nothing is stored then.
        """

    def export_data(
        self,
        sheet: str,
        range: _Range,
        path: _Path,
        *,
        headers: bool = True,
        neutralize_formulas: bool = False,
        errors_as_null: bool = False,
    ) -> None:
        """Writes the values of a range into a file of these formats, which appears when it is complete.

        headers: the first row of the range has the names of the columns.
        neutralize_formulas: in CSV, an apostrophe before texts that a spreadsheet would take for a formula.
        errors_as_null: errors are left out, as blanks are.

        Raises `OSError` where the file cannot be written; `WorkbookError` of the kind "file" for an extension of no known format.
        """

    # Plugins.

    def register_wasm_module_bytes(
        self, data: bytes | bytearray | memoryview, *, module_id: str | None = None, on_conflict: _OnConflict = "refuse"
    ) -> WasmModuleInfo:
        """Loads a plugin, and binds the names and aliases of its functions.

        module_id: repeats the manifest's, and names a module that has no manifest.
        on_conflict: what becomes of names that are taken: "refuse" makes it an error (kind "function"), "skip" leaves them,
            "override" takes them. A dict has words of their own for `"builtins"` and for `"bindings"`, which are other functions.

        Raises `WorkbookError` of the kind "plugin" where the module breaks the contract, or another one has its id.
        """

    def register_wasm_module_file(self, path: _Path, *, on_conflict: _OnConflict = "refuse") -> WasmModuleInfo:
        """The same of a file. Raises `OSError` where it cannot be read."""

    def register_wasm_modules(
        self, modules: Mapping[str, bytes | bytearray | memoryview], *, on_conflict: _OnConflict = "refuse"
    ) -> list[WasmModuleInfo]:
        """The same of several plugins, each with what errors call it, all or none."""

    def register_wasm_modules_dir(self, folder: _Path, *, on_conflict: _OnConflict = "refuse") -> list[WasmModuleInfo]:
        """The same of every `*.wasm` file directly in a folder, in the order of their names, all or none."""

    def attach_wasm_module_bytes(
        self, data: bytes | bytearray | memoryview, *, module_id: str | None = None
    ) -> WasmModuleInfo:
        """Loads a plugin; no name is bound."""

    def bind_wasm_function(
        self, name: str, module_id: str, function: str, *, on_conflict: _OnConflict = "refuse"
    ) -> bool:
        """Binds a name to a function of an attached plugin; False where "skip" left the name to what it has."""

    def list_wasm_modules(self) -> list[WasmModuleInfo]:
        """The attached plugins, by id."""

    def unregister_wasm_module(self, module_id: str) -> None:
        """Removes a plugin and all its names."""

    def inspect_wasm_module_bytes(self, data: bytes | bytearray | memoryview) -> WasmModuleInfo:
        """What a plugin says about itself. Nothing is compiled, run or kept."""

    def use_wasmtime_runtime(self) -> None:
        """Runs plugins as machine code, with the default limits. Attached plugins are loaded again."""

    def use_wasmi_runtime(self) -> None:
        """Runs plugins in an interpreter, with the default limits. Attached plugins are loaded again."""

    def set_runtime(self, runtime: Runtime) -> None:
        """Runs plugins on this runtime, with its limits and threads. Attached plugins are loaded again, all or none."""

    # Python functions.

    def register_function(
        self,
        name: str,
        fn: Callable[..., Any],
        *,
        min_args: int = 0,
        max_args: int | None = None,
        volatile: bool = False,
        thread_safe: bool = False,
        deterministic: bool = True,
        allow_override_builtin: bool = False,
        vectorized: bool = False,
    ) -> None:
        """Binds a name of formulas to a Python function.

        The function gets values: None for a blank cell or an argument that was left out, dates as serial numbers, errors as dicts, a range
        as a list of its rows (a range of one cell as that cell's value). It returns a value, an error as a dict, or a list of rows,
        which spills; arrays and frames do, too. An exception is `#VALUE!`, with its type and message (cut at 500 bytes) as the error's
        detail; what is no `Exception` (`KeyboardInterrupt`, `SystemExit`) ends the recalculation and is raised there.

        The function cannot use the workbook that calls it, in no thread: that is a `WorkbookError` of the kind "reentrant". It
        may use other workbooks and plugins.

        min_args, max_args: other numbers of arguments are `#VALUE!`; None for any number.
        volatile: called in every recalculation, as `NOW` is.
        thread_safe: may be called by several threads at once, which are not the one that recalculates. Otherwise calls come one after
            the other, in the thread that called `recalculate`.
        deterministic: equal arguments give equal results, so that one call serves all cells for which all arguments are the same.
        allow_override_builtin: may take the name of a built-in function.
        vectorized: one call for all rows of a column. Arguments that differ from row to row are Arrow arrays (objects with
            `__arrow_c_array__`: `pyarrow.array(x)`, `polars.Series(x)`), where blanks and errors are null; ranges are lists of
            such arrays; what is the same in every row is a value. It returns anything that holds a column of as many rows: null is a
            blank, or the error of an argument in that row. Where no argument differs, it gets values, and ranges as lists of rows.

        Raises `WorkbookError` of the kind "function" where the name is taken or not allowed; `ArgumentError` where `fn` cannot be
        called.
        """

    def list_functions(self) -> list[dict[str, Any]]:
        """Everything that is bound, by name: a dict with `name`, the options of `register_function`, and `module_id`, which is None for
        a Python function."""

    def function_details(self, name: str) -> FunctionDetails | None:
        """What is known of the function that a name means in formulas, one that is bound before a built-in; None where there is none.

        Of a plugin's it is what the manifest says; of built-in and Python functions, how many arguments they take.
        """

    def unregister_function(self, name: str) -> None:
        """Removes the binding of a name, to a Python function or a plugin's. A built-in of that name is there again."""

    @staticmethod
    def builtin_functions() -> list[str]:
        """The names of the built-in functions, in upper case, sorted."""

@final
class Edit:
    """Edits of a workbook that are made together; see `Workbook.edit`."""

    def __enter__(self) -> Edit: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> bool: ...
    @property
    def report(self) -> RecalcReport | None:
        """What the recalculation at the end did: None before, where the block raised, and for an edit within another."""

@final
class Snapshot:
    """The values of a workbook at a moment; see `Workbook.snapshot`."""

@final
class _Input:
    """A column that an adapter has found in an object of another library."""

    def __init__(
        self,
        values: Any,
        *,
        missing: Any = None,
        nan_is_missing: bool = False,
        are_objects: bool = False,
        zone: str | None = None,
        zones: str | None = None,
        is_frame: bool = False,
        wrap: Any = None,
        deferred: Any = None,
    ) -> None: ...

@final
class _Outcome:
    """A result before it has the caller's type."""

    @property
    def shape(self) -> Literal["column", "value", "table"]: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def names(self) -> list[str] | None: ...
    def is_utc(self, index: int) -> bool: ...
    def is_mixed(self, index: int) -> bool: ...
    def numpy(self, index: int) -> Any: ...
    def view(self, index: int) -> Any: ...
    def parts(self, index: int) -> tuple[Any, Any]: ...
    def arrow(self, index: int, chunked: bool) -> Any: ...
    def objects(self, index: int) -> list[Any]: ...
    def errors(self, index: int) -> list[str | None]: ...
    def errors_arrow(self, index: int) -> Any: ...

@final
class _Block:
    """The memory of a result."""

def _after_fork_in_child() -> None: ...
