"""Types of other libraries: what holds their values, and how results become objects of them.

Nothing here imports a library that the caller has not imported: an object of a library tells which one it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from .._native import _Input
from ._arrow import wrap_arrow
from ._plain import wrap_list, wrap_numpy

__all__ = ["adapt", "wrap_arrow", "wrap_list", "wrap_numpy"]

_Adapter = Callable[[Any], "_Input | None"]
# What each type's adapter is; None for types that are nobody's. Weak: libraries look at their exit for what holds their types.
_known: WeakKeyDictionary[type, _Adapter | None] = WeakKeyDictionary()


def _adapter_of(kind: type) -> _Adapter | None:
    for base in kind.__mro__:
        root = base.__module__.partition(".")[0]
        if root == "pandas":
            from . import _pandas

            return _pandas.adapt
        if root == "polars":
            from . import _polars

            return _polars.adapt
        if root == "pyarrow":
            from . import _arrow

            return _arrow.adapt
        if root in ("duckdb", "_duckdb"):
            from . import _duckdb

            return _duckdb.adapt
        if root in ("dask", "dask_expr"):
            from . import _lazy

            return _lazy.refuse_dask
        if root == "pyspark":
            from . import _lazy

            return _lazy.refuse_spark
    return None


def adapt(value: Any) -> _Input | None:
    """What a value of another library holds; None where the value has to speak for itself."""
    kind = type(value)
    try:
        adapter = _known[kind]
    except KeyError:
        adapter = _known[kind] = _adapter_of(kind)
    return None if adapter is None else adapter(value)
