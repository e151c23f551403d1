"""Results for callers who pass NumPy arrays or lists."""

from __future__ import annotations

from typing import Any

from .._native import _Outcome
from .._results import WithErrors


def _object_array(values: list[Any]) -> Any:
    import numpy as np

    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def wrap_numpy(outcome: _Outcome, with_errors: bool) -> Any:
    """One column: an array. Several: a dict of arrays where they have names, else an array of two dimensions."""
    import numpy as np

    if outcome.shape == "column":
        values = outcome.numpy(0)
        return WithErrors(values, _object_array(outcome.errors(0))) if with_errors else values
    columns = [outcome.numpy(i) for i in range(outcome.width)]
    result: Any
    if outcome.names is not None:
        result = dict(zip(outcome.names, columns))
    elif len(columns) == 1:
        result = columns[0]
    else:
        stack = np.ma.stack if any(np.ma.isMaskedArray(c) for c in columns) else np.stack
        result = stack(columns, axis=1) if columns else np.empty((0, 0))
    if not with_errors:
        return result
    errors = [_object_array(outcome.errors(i)) for i in range(outcome.width)]
    if outcome.names is not None:
        return WithErrors(result, dict(zip(outcome.names, errors)))
    return WithErrors(result, errors[0] if len(errors) == 1 else np.stack(errors, axis=1))


def wrap_list(outcome: _Outcome, with_errors: bool) -> Any:
    """One column: a list. Several: a list of rows, each a list; a list of dicts where the columns have names."""
    columns = [outcome.objects(i) for i in range(outcome.width)]
    values = _rows(columns, outcome.names)
    if not with_errors:
        return values
    return WithErrors(values, _rows([outcome.errors(i) for i in range(outcome.width)], outcome.names))


def _rows(columns: list[list[Any]], names: list[str] | None) -> list[Any]:
    if names is not None:
        return [dict(zip(names, row)) for row in zip(*columns)]
    if len(columns) == 1:
        return columns[0]
    return [list(row) for row in zip(*columns)]
