"""polars: Series in, Series out; expressions in, expressions out; frames for ranges."""

from __future__ import annotations

from typing import Any, Literal

import polars as pl

from .._native import ExcelFunction, Function, _Input, _Outcome
from ..errors import ArgumentError


def adapt(value: Any) -> _Input | None:
    if isinstance(value, pl.Series):
        return _column(value, value.name)
    if isinstance(value, pl.DataFrame):
        columns = [_column(column) for column in value.get_columns()]
        return _Input(columns, is_frame=True, wrap=_Wrap())
    if isinstance(value, pl.Expr):
        return _Input(None, deferred=_Expression)
    if isinstance(value, pl.LazyFrame):
        raise ArgumentError(
            "a polars LazyFrame has no rows yet: collect() it, or pass expressions: "
            "frame.with_columns(module.NAME(pl.col('a'), pl.col('b')))"
        )
    return None


# How a zone is got rid of.
_ZONES = (
    '.dt.convert_time_zone("UTC") keeps the instants (with .dt.replace_time_zone(None) behind it, without a zone), '
    ".dt.replace_time_zone(None) alone keeps what the clock shows, without a zone"
)


def _column(series: pl.Series, name: str = "") -> _Input:
    wrap = _Wrap(name)
    if series.dtype == pl.Null:
        return _Input([None] * len(series), wrap=wrap)
    if series.dtype == pl.Object:
        # Through Arrow they are addresses in memory.
        return _Input(series.to_list(), are_objects=True, wrap=wrap)
    if series.dtype in _WIDE:
        return _Input(_narrow(series), wrap=wrap)
    return _Input(_Stream(series), zones=_ZONES, wrap=wrap)


# Integers that Arrow lacks.
_WIDE = [getattr(pl, name) for name in ("Int128", "UInt128") if hasattr(pl, name)]


def _narrow(series: pl.Series) -> Any:
    """Integers of 128 bits as such of 64; as Python's own where one does not fit, so that the refusal tells its row."""
    for dtype in (pl.Int64, pl.UInt64):
        narrow = series.cast(dtype, strict=False)
        if narrow.null_count() == series.null_count():
            return _Stream(narrow)
    return series.to_list()


class _Stream:
    """A Series as a stream of Arrow chunks, and nothing else."""

    def __init__(self, series: Any) -> None:
        self._series = series

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self._series.__arrow_c_stream__(requested_schema)


class _Wrap:
    def __init__(self, name: str = "") -> None:
        self.name = name

    def join(self, other: Any) -> None:
        """Rows are matched by position, as polars does."""

    def _series(self, outcome: _Outcome, column: int, name: str, with_errors: bool) -> Any:
        if outcome.is_mixed(column):
            if with_errors:
                raise ArgumentError(
                    "errors='struct' with values of several kinds: polars has no struct of objects; errors='null' gives the "
                    "values alone"
                )
            return pl.Series(name, outcome.objects(column), dtype=pl.Object)
        values = pl.Series(outcome.arrow(column, True)).alias(name)
        if not with_errors:
            return values
        errors = pl.Series("error", outcome.errors_arrow(column))
        return pl.DataFrame({"value": values, "error": errors}).to_struct(name)

    def wrap(self, outcome: _Outcome, with_errors: bool) -> Any:
        if outcome.shape == "column" or (outcome.width == 1 and outcome.names is None):
            return self._series(outcome, 0, self.name, with_errors)
        names = outcome.names or [str(i) for i in range(outcome.width)]
        return pl.DataFrame([self._series(outcome, i, n, with_errors) for i, n in enumerate(names)])


# Types of the contract as polars calls them.
_TYPES: dict[str, Any] = {
    "bool": pl.Boolean,
    "i8": pl.Int8,
    "i16": pl.Int16,
    "i32": pl.Int32,
    "i64": pl.Int64,
    "u8": pl.UInt8,
    "u16": pl.UInt16,
    "u32": pl.UInt32,
    "u64": pl.UInt64,
    "f32": pl.Float32,
    "f64": pl.Float64,
    "utf8": pl.String,
    "error": pl.String,
    "binary": pl.Binary,
    "date32": pl.Date,
    "time64": pl.Time,
    "duration": pl.Duration("us"),
}


class _Expression:
    """A call that is made when the query runs, a batch of rows at a time."""

    @staticmethod
    def call(
        function: Function | ExcelFunction,
        arguments: tuple[Any, ...],
        errors: Literal["raise", "null", "struct"],
        return_dtype: Any = None,
    ) -> Any:
        expressions = [a for a in arguments if isinstance(a, pl.Expr)]
        places = [i for i, a in enumerate(arguments) if isinstance(a, pl.Expr)]

        shapes, returns, names, elementwise, single = function._plan(places, len(arguments))
        found: list[Any] = []

        def run(columns: Any) -> Any:
            given = list(arguments)
            # Literals and aggregates are columns of one row beside longer ones.
            rows = max((len(column) for column in columns), default=0)
            for place, shape, column in zip(places, shapes, columns):
                if shape == "range" and column.dtype == pl.Struct:
                    given[place] = column.struct.unnest()
                else:
                    given[place] = column[0] if len(column) == 1 and rows != 1 else column
            result = function(*given, errors=errors)
            if isinstance(result, pl.DataFrame):
                result = result.to_struct()
            if not isinstance(result, pl.Series):
                # One value: its type is the function's, which polars cannot tell from a null.
                result = pl.Series([result], dtype=None if return_dtype is not None else dtype)
            if return_dtype is not None:
                return _cast(result, dtype, function.__name__)
            if dtype is None and result.null_count() == len(result):
                # Without a value nobody knows the kind; polars has asked with values when it planned.
                return pl.Series(result.name, [None] * len(result), dtype=found[0]) if found else result
            found[:] = [result.dtype]
            return result

        dtype = _type_of(returns, names, errors) if return_dtype is None else _stated(return_dtype, names, errors)
        return pl.map_batches(
            expressions,
            run,
            return_dtype=dtype,
            is_elementwise=elementwise,
            returns_scalar=single,
        )


def _stated(dtype: Any, names: list[str] | None, errors: str) -> Any:
    """The type of an expression whose values the caller says to be of this type."""
    if not isinstance(dtype, pl.DataType) and not (isinstance(dtype, type) and issubclass(dtype, pl.DataType)):
        raise ArgumentError(f"return_dtype={dtype!r}: give a type of polars, such as pl.String")
    if errors == "struct" and names is None:
        return pl.Struct({"value": dtype, "error": pl.String})
    return dtype


def _cast(result: pl.Series, dtype: Any, function: str) -> pl.Series:
    """The result as a Series of the type that its caller stated, where it holds nothing else."""
    if result.dtype == dtype:
        return result
    if result.null_count() == len(result):
        return pl.Series(result.name, [None] * len(result), dtype=dtype)
    try:
        if result.dtype.is_float() and dtype.is_float():
            return result.cast(dtype)
        if (result.dtype.is_numeric() and dtype.is_numeric()) or (result.dtype.is_temporal() and dtype.is_temporal()):
            made = result.cast(dtype)
            if made.cast(result.dtype).equals(result):
                return made
            raise ArgumentError(f"{function}: return_dtype={dtype}: the result holds values that are not exact in it")
        if result.dtype == pl.Struct:
            return result.cast(dtype)
        return pl.Series(result.name, result.to_list(), dtype=dtype, strict=True)
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError) as error:
        if isinstance(error, ArgumentError):
            raise
        kind = "values of several kinds" if result.dtype == pl.Object else str(result.dtype)
        raise ArgumentError(f"{function}: return_dtype={dtype}: the result holds {kind}") from error


def _type_of(returns: list[str], names: list[str] | None, errors: str) -> Any:
    """The type of a result; None where the call alone tells it (cells of any kind; times, which may be instants)."""

    def one(name: str) -> Any:
        dtype = _TYPES.get(name)
        return dtype if dtype is None or errors != "struct" else pl.Struct({"value": dtype, "error": pl.String})

    types = [one(name) for name in returns]
    if any(dtype is None for dtype in types):
        return None
    return types[0] if names is None else pl.Struct(dict(zip(names, types)))
