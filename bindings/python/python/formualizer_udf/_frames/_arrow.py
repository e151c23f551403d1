"""pyarrow, and objects with the Arrow PyCapsule interface of libraries that are not known by name."""

from __future__ import annotations

from typing import Any

from .._native import _Input, _Outcome


def adapt(value: Any) -> _Input | None:
    """A pyarrow scalar, or an array of several types; other arrays and tables speak for themselves."""
    if hasattr(value, "as_py") and not hasattr(value, "__arrow_c_array__"):
        return _Input(value.as_py())
    if _is_union(getattr(value, "type", None)) and hasattr(value, "to_pylist"):
        return _Input(value.to_pylist(), wrap=_Wrap(value))
    return None


def _is_union(kind: Any) -> bool:
    import pyarrow as pa

    return isinstance(kind, pa.DataType) and pa.types.is_union(kind)


class _Wrap:
    """Results for an array of pyarrow whose values were read one by one."""

    def __init__(self, like: Any) -> None:
        self._like = like

    def join(self, other: Any) -> None:
        """Rows are matched by position."""

    def wrap(self, outcome: _Outcome, with_errors: bool) -> Any:
        return wrap_arrow(outcome, with_errors, self._like, hasattr(self._like, "chunks"))


def wrap_arrow(outcome: _Outcome, with_errors: bool, like: Any, chunked: bool) -> Any:
    """One column: an array, chunked if `like` is. Several: a table. With errors: a struct of `value` and `error`."""
    if type(like).__module__.partition(".")[0] == "pyarrow":
        return _pyarrow(outcome, with_errors, chunked)
    column = outcome.arrow(0, chunked)
    if outcome.width != 1 or with_errors:
        import pyarrow  # noqa: F401  # nothing else here can put columns together

        return _pyarrow(outcome, with_errors, chunked)
    for maker in ("from_arrow", "from_arrow_pycapsule"):
        make = getattr(type(like), maker, None)
        if maker == "from_arrow" and make is not None:
            return make(column)
    return column


def _pyarrow(outcome: _Outcome, with_errors: bool, chunked: bool) -> Any:
    import pyarrow as pa

    single = outcome.shape == "column" or (outcome.width == 1 and outcome.names is None)

    def column(index: int) -> Any:
        if not with_errors:
            if chunked and single:
                return pa.chunked_array(outcome.arrow(index, True))
            return pa.array(outcome.arrow(index, False))
        values = pa.array(outcome.arrow(index, False))
        errors = pa.array(outcome.errors_arrow(index))
        both = pa.StructArray.from_arrays([values, errors], names=["value", "error"])
        return pa.chunked_array([both]) if chunked and single else both

    if single:
        return column(0)
    names = outcome.names or [str(i) for i in range(outcome.width)]
    return pa.table({name: column(i) for i, name in enumerate(names)})
