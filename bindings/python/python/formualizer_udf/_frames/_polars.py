"""polars: Series in, Series out; expressions in, expressions out; frames for ranges."""

from __future__ import annotations

from typing import Any, Literal

import polars as pl

from .._native import Function, _Input, _Outcome


def adapt(value: Any) -> _Input | None:
    if isinstance(value, pl.Series):
        return _Input(value.rechunk() if value.n_chunks() == 0 else _Stream(value), wrap=_Wrap(value.name))
    if isinstance(value, pl.DataFrame):
        columns = [_Input(_Stream(column), wrap=_Wrap()) for column in value.get_columns()]
        return _Input(columns, is_frame=True, wrap=_Wrap())
    if isinstance(value, pl.Expr):
        return _Input(None, deferred=_Expression)
    return None


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
    "timestamp": pl.Datetime("us"),
    "duration": pl.Duration("us"),
}


class _Expression:
    """A call that is made when the query runs, a batch of rows at a time."""

    @staticmethod
    def call(function: Function, arguments: tuple[Any, ...], errors: Literal["raise", "null", "struct"]) -> Any:
        expressions = [a for a in arguments if isinstance(a, pl.Expr)]
        places = [i for i, a in enumerate(arguments) if isinstance(a, pl.Expr)]

        def run(columns: Any) -> Any:
            given = list(arguments)
            # Literals and aggregates are columns of one row beside longer ones.
            rows = max((len(column) for column in columns), default=0)
            for place, column in zip(places, columns):
                given[place] = column[0] if len(column) == 1 and rows != 1 else column
            result = function(*given, errors=errors)
            return result if isinstance(result, (pl.Series, pl.DataFrame)) else pl.Series([result])

        _, returns, _ = function._describe()
        dtype = _TYPES.get(returns[0]) if len(returns) == 1 else None
        if dtype is not None and errors == "struct":
            dtype = pl.Struct({"value": dtype, "error": pl.String})
        elementwise = function.kind == "elementwise"
        return pl.map_batches(
            expressions,
            run,
            return_dtype=dtype,
            is_elementwise=elementwise,
            returns_scalar=function.kind == "reduce",
        )
