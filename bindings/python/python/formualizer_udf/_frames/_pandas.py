"""pandas: Series in, Series out, with index and name; frames for ranges."""

from __future__ import annotations

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


def adapt(value: Any) -> _Input | None:
    if isinstance(value, pd.Series):
        values, missing, flavour = _column(value)
        wrap = _Wrap(value.index, value.name, flavour)
        return _Input(values, missing=missing, nan_is_missing=flavour == "numpy", wrap=wrap)
    if isinstance(value, pd.DataFrame):
        columns = []
        flavours = []
        for position in range(value.shape[1]):
            values, missing, flavour = _column(value.iloc[:, position])
            columns.append(_Input(values, missing=missing, nan_is_missing=flavour == "numpy", wrap=_Wrap()))
            flavours.append(flavour)
        return _Input(columns, is_frame=True, wrap=_Wrap(value.index, None, (flavours or ["numpy"])[0]))
    if isinstance(value, pd.Index) and not isinstance(value, pd.MultiIndex):
        return adapt(value.to_series())
    return None


def _column(series: Any) -> tuple[Any, Any, str]:
    """What holds the values, the mask of missing ones (or None), and how the series stores them."""
    dtype = series.dtype
    array = series.array
    if isinstance(dtype, pd.ArrowDtype):
        return array.__arrow_array__(), None, "arrow"
    if isinstance(dtype, pd.StringDtype):
        # pandas has two types of texts; one of them has NaN for missing ones.
        flavour = "nullable" if dtype.na_value is pd.NA else "numpy"
        return series.to_numpy(dtype=object, na_value=None).tolist(), None, flavour
    if isinstance(dtype, pd.CategoricalDtype):
        return _column(pd.Series(series.astype(dtype.categories.dtype)))
    if isinstance(dtype, pd.DatetimeTZDtype):
        return series.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy(), None, "numpy"
    if str(dtype) in _NULLABLE.values():
        missing = series.isna().to_numpy()
        plain = str(dtype).lower() if str(dtype) != "boolean" else "bool"
        if not missing.any():
            return series.to_numpy(dtype=plain), None, "nullable"
        return series.to_numpy(dtype=plain, na_value=0), missing, "nullable"
    if dtype == object:
        return series.tolist(), None, "numpy"
    return series.to_numpy(), None, "numpy"


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

    def join(self, other: Any) -> None:
        """Series go together where their indexes are the same: rows are matched by position."""
        if not isinstance(other, _Wrap) or other.index is self.index or other.index is None:
            return
        if len(other.index) == len(self.index) and not other.index.equals(self.index):
            raise ArgumentError(
                "the indexes of the Series differ, and rows are matched by position: align them first (Series.align), "
                "or pass .to_numpy()"
            )

    def _values(self, outcome: _Outcome, column: int) -> Any:
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
