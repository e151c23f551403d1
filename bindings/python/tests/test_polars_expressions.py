"""polars expressions: calls that are made when the query runs."""

from __future__ import annotations

import datetime
from typing import Any

import polars as pl
import pytest

import formualizer_udf as fu

X, Y = pl.col("x"), pl.col("y")


@pytest.fixture
def frame() -> pl.DataFrame:
    noon = datetime.datetime(2024, 2, 29, 12)
    return pl.DataFrame(
        {"g": ["a", "a", "b"], "x": [1.0, 4.0, -9.0], "y": [2, 3, 4], "s": ["ab", None, "cd"], "t": [noon, None, noon]}
    )


def test_an_expression_selects_and_adds_columns(checks: fu.Module, frame: pl.DataFrame) -> None:
    assert frame.select(checks.MULADD(X, Y)).to_dict(as_series=False) == {"x": [3.0, 13.0, -35.0]}
    added = frame.with_columns(z=checks.MULADD(X, 1.0), u=checks.REVERSE(pl.col("s")))
    assert added["z"].to_list() == [2.0, 5.0, -8.0] and added["u"].to_list() == ["ba", None, "dc"]


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_a_lazy_query_plans_and_runs(checks: fu.Module, frame: pl.DataFrame, engine: Any) -> None:
    query = frame.lazy().filter(X > 0).select(z=checks.MULADD(X, Y), n=checks.STRLEN(pl.col("s")))
    assert query.collect_schema() == {"z": pl.Float64, "n": pl.Int64}
    assert query.collect(engine=engine).to_dict(as_series=False) == {"z": [3.0, 13.0], "n": [2, None]}


def test_expressions_go_by_name_and_beside_values(checks: fu.Module, frame: pl.DataFrame) -> None:
    assert frame.select(checks.MULADD(b=X, a=10.0)).to_series().to_list() == [11.0, 41.0, -89.0]
    assert frame.select(checks.OR_ELSE(None, X)).to_series().to_list() == [1.0, 4.0, -9.0]
    assert frame.select(checks.OR_ELSE(otherwise=X)).to_series().to_list() == [1.0, 4.0, -9.0]
    assert frame.select(checks.MULADD(frame["x"], X)).to_series().to_list() == [2.0, 17.0, 82.0]


def test_literals_and_aggregates_stand_for_every_row(checks: fu.Module, frame: pl.DataFrame) -> None:
    assert frame.select(checks.MULADD(pl.lit(1.0), X)).to_series().to_list() == [2.0, 5.0, -8.0]
    assert frame.select(checks.MULADD(X, Y.sum())).to_series().to_list() == [10.0, 37.0, -80.0]
    assert frame.select(checks.MULADD(pl.lit(1.0), 1.0)).to_series().to_list() == [2.0]


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_few_rows_are_rows_still(checks: fu.Module, frame: pl.DataFrame, rows: int) -> None:
    result = frame.head(rows).select(checks.MULADD(X, Y), n=checks.NULL_IF_NEG(-X))
    assert result.height == rows and result["x"].to_list() == [3.0, 13.0, -35.0][:rows]
    assert result.schema["n"] == pl.Float64 and result["n"].null_count() == rows


def test_groups_and_windows(checks: fu.Module, finance: fu.Module, frame: pl.DataFrame) -> None:
    grouped = frame.group_by("g", maintain_order=True).agg(total=checks.SUM_RANGE(X), each=checks.MULADD(X, Y))
    assert grouped["total"].to_list() == [5.0, -9.0] and grouped["each"].to_list() == [[3.0, 13.0], [-35.0]]
    windowed = frame.with_columns(
        total=checks.SUM_RANGE(X).over("g"), each=checks.MULADD(X, Y).over("g"), smooth=finance.EMA(X, 0.5).over("g")
    )
    assert windowed["total"].to_list() == [5.0, 5.0, -9.0]
    assert windowed["each"].to_list() == [3.0, 13.0, -35.0]
    assert windowed["smooth"].to_list() == [1.0, 2.5, -9.0]


def test_a_reduce_function_gives_one_row(checks: fu.Module, frame: pl.DataFrame) -> None:
    assert frame.select(checks.SUM_RANGE(X)).to_dict(as_series=False) == {"x": [-4.0]}
    assert frame.select(checks.FIRST_TEXT(pl.col("s").filter(pl.col("s").is_null()))).schema == {"s": pl.String}
    assert frame.head(0).select(checks.SUM_RANGE(X)).item() == 0.0


def test_a_struct_serves_as_a_range(checks: fu.Module, frame: pl.DataFrame) -> None:
    assert frame.select(checks.SUM_RANGE(pl.struct("x", "y"))).item() == 5.0


def test_a_struct_goes_through_map_batches(checks: fu.Module, frame: pl.DataFrame) -> None:
    struct = pl.struct("x", "y").map_batches(
        lambda s: checks.MULADD(s.struct["x"], s.struct["y"]), return_dtype=pl.Float64
    )
    assert frame.lazy().select(struct).collect().to_series().to_list() == [3.0, 13.0, -35.0]
    series = X.map_batches(lambda s: checks.MULADD(s, 1.0), return_dtype=pl.Float64)
    assert frame.select(series).to_series().to_list() == [2.0, 5.0, -8.0]


def test_named_columns_come_as_a_struct(kitchen_sink: fu.Module, frame: pl.DataFrame) -> None:
    query = frame.lazy().select(kitchen_sink.DESCRIBE(X).alias("d"))
    assert query.collect_schema()["d"] == pl.Struct({"what": pl.String, "value": pl.Float64, "row": pl.UInt64})
    unnested = query.unnest("d").collect()
    assert unnested["value"].to_list() == [3.0, -9.0, 4.0]


def test_times_keep_their_zone(checks: fu.Module, frame: pl.DataFrame) -> None:
    moments, instants = pl.col("t"), pl.col("t").dt.replace_time_zone("UTC")
    for part in (frame, frame.head(0)):
        query = part.lazy().select(t=checks.ID_TIMESTAMP(moments), u=checks.ID_TIMESTAMP_UTC(instants))
        assert query.collect().schema == {"t": pl.Datetime("us"), "u": pl.Datetime("us", "UTC")}
        assert query.collect().equals(part.select(t=moments, u=instants))


def test_cells_of_any_kind(checks: fu.Module, frame: pl.DataFrame) -> None:
    assert frame.select(checks.ID_ANY(X)).to_series().to_list() == [1.0, 4.0, -9.0]
    assert frame.lazy().select(checks.LABEL(X)).collect_schema() == {"x": pl.String}


def test_rows_that_fail_are_an_exception_of_the_query(checks: fu.Module, frame: pl.DataFrame) -> None:
    with pytest.raises(fu.RowsError, match="SQRT_CHECKED failed in 1 of 3 rows: row 2: #NUM!"):
        frame.select(checks.SQRT_CHECKED(X))
    with pytest.raises(fu.ArgumentError, match="utf8, but f64 is wanted"):
        frame.lazy().select(checks.MULADD(pl.col("s"), 1.0)).collect()


def test_rows_that_fail_are_null_or_stand_beside(checks: fu.Module, frame: pl.DataFrame) -> None:
    lenient = checks.SQRT_CHECKED.with_options(errors="null")
    assert frame.select(lenient(X)).to_series().to_list() == [1.0, 2.0, None]
    query = frame.lazy().select(checks.SQRT_CHECKED(X, errors="struct"))
    assert query.collect_schema()["x"] == pl.Struct({"value": pl.Float64, "error": pl.String})
    unnested = query.unnest("x").collect()
    assert unnested["value"].to_list() == [1.0, 2.0, None]
    assert unnested["error"].to_list() == [None, None, "#NUM!: negative: -9"]


def test_wrong_arguments_are_told_before_the_query_runs(checks: fu.Module) -> None:
    with pytest.raises(fu.ArgumentError, match="no parameter `c`"):
        checks.MULADD(X, c=1.0)
