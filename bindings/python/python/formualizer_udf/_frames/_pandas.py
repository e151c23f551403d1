"""pandas: Series in, Series out, with index and name; frames for ranges."""

from __future__ import annotations

import datetime
from typing import Any

import pandas as pd

from .._native import _Input, _Outcome
from ..errors import ArgumentError

# How pandas calls the nullable types of ours.
_NULLABLE = {
    "bool": "boolean",
    "int8": "Int8",
    "int16": "Int16",
    "int32": "Int32",
    "int64": "Int64",
    "uint8": "UInt8",
    "uint16": "UInt16",
    "uint32": "UInt32",
    "uint64": "UInt64",
    "float32": "Float32",
    "float64": "Float64",
}


# How a zone is got rid of.
_ZONES = (
    '.dt.tz_convert("UTC") keeps the instants (with .dt.tz_localize(None) behind it, without a zone), '
    ".dt.tz_localize(None) alone keeps what the clock shows, without a zone"
)


def adapt(value: Any) -> _Input | None:
    if isinstance(value, pd.Series):
        return _input(value, _Wrap(value.index, value.name, _flavour(value.dtype)))
    if isinstance(value, pd.DataFrame):
        columns = [value.iloc[:, position] for position in range(value.shape[1])]
        flavour = _flavour(columns[0].dtype) if columns else "numpy"
        wrap = _Wrap(value.index, None, flavour)
        return _Input([_input(column, _Wrap()) for column in columns], is_frame=True, wrap=wrap)
    if isinstance(value, pd.Index) and not isinstance(value, pd.MultiIndex):
        return _input(pd.Series(value), _Wrap(None, value.name, _flavour(value.dtype)))
    if isinstance(value, pd.api.extensions.ExtensionArray):
        return _input(pd.Series(value), _Wrap(None, None, _flavour(value.dtype)))
    return None


def _flavour(dtype: Any) -> str:
    """How a Series of the type stores its values, and stores those of a result."""
    if isinstance(dtype, pd.ArrowDtype):
        return "arrow"
    if isinstance(dtype, pd.CategoricalDtype):
        return _flavour(dtype.categories.dtype)
    if isinstance(dtype, pd.StringDtype):
        # pandas has two types of texts; one of them has NaN for missing ones.
        return "nullable" if dtype.na_value is pd.NA else "numpy"
    return "nullable" if str(dtype) in _NULLABLE.values() else "numpy"


def _input(series: Any, wrap: _Wrap) -> _Input:
    """What holds the values of a Series."""
    values, missing, zone = _column(series)
    numpy = _flavour(series.dtype) == "numpy"
    return _Input(values, missing=missing, nan_is_missing=numpy, zone=zone, zones=_ZONES, wrap=wrap)


def _column(series: Any) -> tuple[Any, Any, str | None]:
    """What holds the values, the mask of missing ones (or None), and the zone of times that are instants."""
    dtype = series.dtype
    array = series.array
    if isinstance(dtype, pd.CategoricalDtype):
        return _categories(array)
    if isinstance(dtype, pd.ArrowDtype):
        return array.__arrow_array__(), None, None
    if isinstance(dtype, pd.StringDtype):
        return series.to_numpy(dtype=object, na_value=None).tolist(), None, None
    if isinstance(dtype, pd.DatetimeTZDtype):
        instants = series.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()
        return instants, None, "UTC" if _is_utc(dtype.tz) else str(dtype.tz)
    if str(dtype) in _NULLABLE.values():
        missing = series.isna().to_numpy()
        plain = str(dtype).lower() if str(dtype) != "boolean" else "bool"
        if not missing.any():
            return series.to_numpy(dtype=plain), None, None
        return series.to_numpy(dtype=plain, na_value=0), missing, None
    if dtype == object:
        return series.tolist(), None, None
    return series.to_numpy(), None, None


def _categories(array: Any) -> tuple[Any, Any, str | None]:
    """The values that the codes of categories stand for."""
    categories = array.categories
    if len(categories) == 0:
        return [None] * len(array), None, None
    if not isinstance(categories.array, pd.arrays.NumpyExtensionArray):
        return _column(pd.Series(categories.array.take(array.codes, allow_fill=True)))
    absent = array.codes < 0
    values = categories.to_numpy().take(array.codes.clip(0))
    if values.dtype == object:
        values[absent] = None
        return values.tolist(), None, None
    return values, absent if absent.any() else None, None


def _is_utc(zone: Any) -> bool:
    """Whether a zone has one offset for all times, which is none."""
    return bool(zone.utcoffset(None) == datetime.timedelta(0))


def _without(values: Any, missing: Any) -> Any:
    """The floats or times with NaN or NaT where they are missing."""
    if missing is not None:
        values[missing] = "NaT" if values.dtype.kind in "mM" else float("nan")
    return values


class _Wrap:
    """How a result becomes a Series or a DataFrame."""

    def __init__(self, index: Any = None, name: Any = None, flavour: str = "numpy") -> None:
        self.index = index
        self.name = name
        self.flavour = flavour

    def join(self, other: Any) -> Any:
        """Series go together where their indexes are the same: rows are matched by position. What has no index goes with any."""
        if not isinstance(other, _Wrap) or other.index is self.index or other.index is None:
            return None
        if self.index is None:
            return other
        if len(other.index) == len(self.index) and not other.index.equals(self.index):
            raise ArgumentError(
                "the indexes of the Series differ, and rows are matched by position: align them first (Series.align), "
                "or pass .to_numpy()"
            )
        return None

    def _values(self, outcome: _Outcome, column: int) -> Any:
        if outcome.is_mixed(column):
            return outcome.parts(column)[0]
        if self.flavour == "arrow":
            import pyarrow as pa

            return pd.array(pd.arrays.ArrowExtensionArray(pa.chunked_array(outcome.arrow(column, True))))
        utc = outcome.is_utc(column)
        values, missing = outcome.parts(column)
        kind = values.dtype.kind
        if kind == "O":
            if all(text is None or isinstance(text, str) for text in values):
                return pd.array(values, dtype="string" if self.flavour == "nullable" else "str")
            return values
        if kind == "M" and utc:
            values = _without(values, missing)
            return pd.array(values).tz_localize("UTC")
        whole = kind in "iub"
        if str(values.dtype) in _NULLABLE and (self.flavour == "nullable" or (whole and missing is not None)):
            filled = pd.array(values, dtype=_NULLABLE[str(values.dtype)])
            if missing is not None:
                filled[missing] = pd.NA
            return filled
        return _without(values, missing)

    def _series(self, outcome: _Outcome, column: int, name: Any) -> Any:
        # A table has the input's rows where it has as many.
        kept = self.index is not None and len(self.index) == outcome.height
        index = self.index if kept else None
        return pd.Series(self._values(outcome, column), index=index, name=name, copy=False)

    def wrap(self, outcome: _Outcome, with_errors: bool) -> Any:
        if outcome.shape == "column" or (outcome.width == 1 and outcome.names is None):
            values = self._series(outcome, 0, self.name)
            if not with_errors:
                return values
            errors = pd.Series(outcome.errors(0), index=values.index, dtype="str")
            return pd.DataFrame({"value": values, "error": errors})
        names: list[Any] = list(outcome.names or range(outcome.width))
        columns = {name: self._series(outcome, i, name) for i, name in enumerate(names)}
        if with_errors:
            for i, name in enumerate(names):
                columns[f"{name}_error"] = pd.Series(outcome.errors(i), dtype="str")
        return pd.DataFrame(columns)
