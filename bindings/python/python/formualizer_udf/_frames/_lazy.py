"""Collections whose rows are elsewhere: the mistake of passing one whole, answered with what to write instead."""

from __future__ import annotations

from typing import Any

from ..errors import ArgumentError


def refuse_dask(value: Any) -> None:
    if hasattr(value, "map_partitions"):
        raise ArgumentError(
            "a dask collection is computed in partitions: write "
            "frame.map_partitions(lambda part: module.NAME(part['a'], part['b']), meta=('name', 'f8'))"
        )


def refuse_spark(value: Any) -> None:
    raise ArgumentError(
        "a Spark object is computed elsewhere: use DataFrame.mapInArrow, or pandas_udf, with a function that calls "
        "module.NAME on its batches (docs/hosting-python.md)"
    )
