"""DuckDB: relations of one column in, relations of one column out."""

from __future__ import annotations

from typing import Any

from .._native import _Input, _Outcome
from ..errors import ArgumentError


def adapt(value: Any) -> _Input | None:
    if type(value).__name__ != "DuckDBPyRelation":
        return None
    table = value.to_arrow_table() if hasattr(value, "to_arrow_table") else value.arrow()
    if table.num_columns == 1:
        return _Input(table.column(0), zones=_ZONES, wrap=_Wrap(table.column_names[0]))
    columns = [_Input(column, zones=_ZONES, wrap=_Wrap()) for column in table.columns]
    return _Input(columns, is_frame=True, wrap=_Wrap())


# How a zone is got rid of.
_ZONES = (
    "set TimeZone = 'UTC' for the connection keeps the instants, timezone('UTC', column) gives their readings in UTC without a zone"
)


class _Wrap:
    def __init__(self, name: str = "") -> None:
        self.name = name

    def join(self, other: Any) -> None:
        """Rows are matched by position, which only a single relation's columns have in common."""
        raise ArgumentError(
            "two DuckDB relations have no order of rows in common: put their columns in one relation, and pass it as a "
            "frame or use create_function"
        )

    def wrap(self, outcome: _Outcome, with_errors: bool) -> Any:
        import duckdb
        import pyarrow as pa

        from ._arrow import wrap_arrow

        result = wrap_arrow(outcome, with_errors, pa.nulls(0), True)
        if isinstance(result, (pa.Array, pa.ChunkedArray)):
            result = pa.table({self.name or "value": result})
        return duckdb.from_arrow(result)
