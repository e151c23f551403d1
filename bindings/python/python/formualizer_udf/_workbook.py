"""Reports of a workbook, and dataframes in and out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from ._native import _Outcome
from .errors import ArgumentError


@dataclass(frozen=True, slots=True)
class ErrorCell:
    """A cell in error.

    formula: the formula that gave the error, with `=`; None where the error was stored.
    reason: what the error says beyond its kind.
    """

    sheet: str
    cell: str
    formula: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class ErrorsOfKind:
    """The cells that are in error of one kind.

    kind: as in the dict of an error, such as "Div".
    code: as cells show it, such as "#DIV/0!".
    cells: how many.
    first: the first ones, sheet by sheet and row by row.
    """

    kind: str
    code: str
    cells: int
    first: tuple[ErrorCell, ...]


@dataclass(frozen=True, slots=True)
class ErrorSummary:
    """The cells of a workbook that are in error: how many, and by kind, the most frequent first."""

    cells: int
    kinds: tuple[ErrorsOfKind, ...]

    def __bool__(self) -> bool:
        return self.cells > 0


@dataclass(frozen=True, slots=True)
class UnknownFunction:
    """A function that formulas call and that is neither built in nor bound.

    cells: cells whose formulas call it; `sheet` and `cell` are the first of them.
    near: known names that are spelled alike.
    """

    name: str
    cells: int
    sheet: str
    cell: str
    near: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecalcReport:
    """What a recalculation did.

    regions: rectangles of cells with the same formula of which something was evaluated.
    cells: cells with a formula that were evaluated, each time counted.
    spilled_cells: cells that were filled by the array results of others.
    udf_calls: calls of plugins and Python functions; one over a million rows is one.
    udf_rows: rows of these calls.
    rounds: times that everything concerned was gone through.
    elapsed: seconds.
    errors: the cells that are in error now.
    unknown_functions: functions that nobody knows.
    log: what plugins logged, a line each, with the name of the function before it.
    """

    regions: int
    cells: int
    spilled_cells: int
    udf_calls: int
    udf_rows: int
    rounds: int
    elapsed: float
    errors: ErrorSummary
    unknown_functions: tuple[UnknownFunction, ...]
    log: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SaveReport:
    """What was saved.

    warnings: what another program will make of the file that is not what is here, and what was left out.
    cells_written, cells_kept: cells whose element in the file was written anew, or copied.
    parts_copied, parts_rewritten: parts of the file.
    bytes: size of the file.
    macros: whether it has macros, or says that it may: then its extension is .xlsm, otherwise .xlsx.
    """

    warnings: tuple[str, ...]
    cells_written: int
    cells_kept: int
    parts_copied: int
    parts_rewritten: int
    bytes: int
    macros: bool


@dataclass(frozen=True, slots=True)
class SheetRange:
    """A range of a sheet, as in "B2" or "A1:B10"."""

    sheet: str
    range: str


@dataclass(frozen=True, slots=True)
class FormulaCheck:
    """What a formula is made of.

    functions: the functions that it calls, in upper case, each once.
    unknown_functions: those that are neither built in nor bound: the cell would be `#NAME?`.
    volatile: whether it would be evaluated at every recalculation.
    """

    functions: tuple[str, ...]
    unknown_functions: tuple[str, ...]
    volatile: bool


@dataclass(frozen=True, slots=True)
class ParameterDetails:
    """What is known of a parameter.

    name: that of a built-in or Python function is its place.
    type: the manifest's, such as "f64"; empty where it is not known, as `description` is.
    variadic: takes all further arguments.
    range: takes a whole range rather than a value.
    """

    name: str
    type: str
    description: str
    optional: bool
    variadic: bool
    range: bool


@dataclass(frozen=True, slots=True)
class FunctionDetails:
    """What is known of a function.

    name: as in formulas, in upper case.
    module_id: of the plugin that it comes from.
    signature: how it is called, such as `NPV(rate, value, [more, …])`.
    params: as far as they are known; the last may stand for several.
    max_args: None for any number.
    """

    name: str
    origin: Literal["builtin", "plugin", "callback"]
    module_id: str | None
    description: str
    signature: str
    params: tuple[ParameterDetails, ...]
    min_args: int
    max_args: int | None
    volatile: bool


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What was imported: rows of data, columns, and the cells that were filled (None where the file has none)."""

    rows: int
    columns: int
    range: str | None


class DefinedName(NamedTuple):
    """A defined name: the sheet that it belongs to (None for the workbook), and what it stands for, with `=`."""

    sheet: str | None
    name: str
    refers_to: str


class Table(NamedTuple):
    """A table: its range, headers included, and the names of its columns."""

    name: str
    sheet: str
    range: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WasmFunctionInfo:
    """A function of a plugin, as its manifest describes it.

    kind: "elementwise", "reduce", "array", …
    max_args: None for any number.
    signature: parameters and result for people; the reason where it cannot be called.
    bound_as: the names that formulas have for it, in upper case.
    """

    name: str
    aliases: tuple[str, ...]
    export: str
    kind: str
    min_args: int
    max_args: int | None
    volatile: bool
    deterministic: bool
    signature: str
    callable: bool
    description: str
    bound_as: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WasmModuleInfo:
    """A plugin, as it describes itself.

    codec: how calls are encoded: 2 columns, 1 JSON, 0 numbers of a module without a manifest.
    sha256: of the bytes, 64 hexadecimal digits.
    size: bytes.
    optimised: whether wasmtime optimises it; otherwise it is compiled plainly, and runs slower.
    warnings: oddities that are no errors.
    """

    module_id: str
    version: str
    description: str
    codec: int
    sha256: str
    size: int
    optimised: bool
    warnings: tuple[str, ...]
    functions: tuple[WasmFunctionInfo, ...]


# How to take a column, and what holds it.
_Found = tuple[str, Any]
_Columns = tuple["list[str] | None", Any]


def columns(frame: Any, index: bool) -> _Columns:
    """The names of a frame's columns (None where it has none), and what holds their values, each with how to take it: "arrow" is an
    object with the Arrow PyCapsule interface, which is shared; "array" one of NumPy or pandas that nobody else holds; "values" a list.
    In place of a list of columns, a table of a library that is not known by name."""
    root = type(frame).__module__.partition(".")[0]
    if root == "pandas":
        return _pandas(frame, index)
    if index:
        raise ArgumentError("write_frame: index=True is for pandas, whose frames alone have an index")
    if root == "polars":
        return _polars(frame)
    if root == "pyarrow":
        return _pyarrow(frame)
    if root == "numpy" and hasattr(frame, "ndim"):
        return _numpy(frame)
    if isinstance(frame, Mapping):
        return [str(name) for name in frame], [_column(name, value) for name, value in frame.items()]
    if hasattr(frame, "__arrow_c_stream__") or hasattr(frame, "__arrow_c_array__"):
        return None, frame
    raise _refused(frame)


def _refused(value: Any) -> ArgumentError:
    return ArgumentError(
        f"write_frame: a {type(value).__name__} is no frame: pass a DataFrame of pandas or polars, a Table of pyarrow, an object with "
        "the Arrow PyCapsule interface, or a dict of columns"
    )


def _column(name: Any, value: Any) -> _Found:
    """What holds the values of one column of a dict."""
    root = type(value).__module__.partition(".")[0]
    if isinstance(value, (list, tuple, range)):
        return "values", list(value)
    if root == "pandas" and hasattr(value, "dtype"):
        return _series(name, value)
    if root == "numpy" and getattr(value, "ndim", 0) == 1:
        return _array(value)
    if root == "polars" and _is_plain(value):
        return "values", value.to_list()
    if hasattr(value, "__arrow_c_stream__") or hasattr(value, "__arrow_c_array__"):
        return "arrow", value
    raise ArgumentError(
        f"write_frame: column {name!r}: a {type(value).__name__} is no column: pass a list, an array or a Series"
    )


def _pandas(frame: Any, index: bool) -> _Columns:
    import pandas as pd

    if isinstance(frame, pd.Index):
        frame = frame.to_frame(index=False)
    if isinstance(frame, pd.Series):
        frame = frame.to_frame("column 1" if frame.name is None else frame.name)
    if not isinstance(frame, pd.DataFrame):
        raise _refused(frame)
    if index:
        try:
            frame = frame.reset_index()
        except ValueError as error:
            raise ArgumentError(f"write_frame: index=True: {error}: rename the index, or the column") from None
    names = [" ".join(map(str, name)) if isinstance(name, tuple) else str(name) for name in frame.columns]
    return names, [_series(name, frame.iloc[:, at]) for at, name in enumerate(names)]


def _series(name: Any, series: Any) -> _Found:
    """What holds the values of a Series (or Index, or pandas array). NumPy's memory may be written to by others, so it is copied."""
    import pandas as pd

    series = series if isinstance(series, pd.Series) else pd.Series(series)
    dtype = series.dtype
    if isinstance(dtype, pd.DatetimeTZDtype):
        raise ArgumentError(
            f"write_frame: column {name!r} has a time zone, which a cell does not know: convert it to the zone you want, and take "
            "that off with .dt.tz_localize(None)"
        )
    if hasattr(series.array, "__arrow_array__") and (
        isinstance(dtype, pd.ArrowDtype) or getattr(dtype, "storage", None) == "pyarrow"
    ):
        return "arrow", series.array.__arrow_array__()
    if dtype == object:
        missing = series.isna().to_numpy()
        return "values", [None if gone else value for value, gone in zip(series.tolist(), missing)]
    if isinstance(dtype, (pd.PeriodDtype, pd.IntervalDtype)):
        return "values", [None if gone else str(value) for value, gone in zip(series.tolist(), series.isna())]
    if isinstance(dtype, pd.CategoricalDtype):
        return _series(name, series.astype(dtype.categories.dtype))
    return "array", series.copy()


def _is_plain(series: Any) -> bool:
    """Whether a Series has no counterpart in Arrow that others understand: Python's objects, and nothing at all."""
    import polars as pl

    return series.dtype in (pl.Object, pl.Null)


def _polars(frame: Any) -> _Columns:
    import polars as pl

    if isinstance(frame, pl.LazyFrame):
        raise ArgumentError("write_frame: a LazyFrame has no values yet: pass frame.collect()")
    if isinstance(frame, pl.Series):
        frame = frame.to_frame(frame.name or "column 1")
    if not isinstance(frame, pl.DataFrame):
        raise _refused(frame)
    return frame.columns, [_column(column.name, column) for column in frame.get_columns()]


def _pyarrow(frame: Any) -> _Columns:
    import pyarrow as pa

    if isinstance(frame, (pa.Table, pa.RecordBatch)):
        return list(frame.schema.names), [("arrow", column) for column in frame.columns]
    if isinstance(frame, (pa.Array, pa.ChunkedArray)):
        return None, [("arrow", frame)]
    if isinstance(frame, pa.RecordBatchReader):
        return None, frame
    raise _refused(frame)


def _array(values: Any) -> _Found:
    """A NumPy array that nobody else holds."""
    if values.dtype == object:
        return "values", values.tolist()
    return "array", values.copy()


def _numpy(frame: Any) -> _Columns:
    if frame.dtype.names is not None and frame.ndim == 1:
        return list(frame.dtype.names), [_array(frame[name]) for name in frame.dtype.names]
    if frame.ndim == 1:
        return None, [_array(frame)]
    if frame.ndim == 2:
        return None, [_array(frame[:, at]) for at in range(frame.shape[1])]
    raise ArgumentError(f"write_frame: an array of {frame.ndim} dimensions is no frame: pass one or two")


def frame(outcome: _Outcome, kind: str) -> Any:
    """What was read, as a frame of a library."""
    wrap: Any
    if kind == "pandas":
        from ._frames import _pandas

        wrap = _pandas._Wrap()
    elif kind == "polars":
        from ._frames import _polars

        wrap = _polars._Wrap()
    elif kind == "pyarrow":
        from ._frames import _arrow

        return _arrow._pyarrow(outcome, False, True)
    else:
        return {name: outcome.view(at) for at, name in enumerate(outcome.names or ())}
    return wrap.wrap(outcome, False)
