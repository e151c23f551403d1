"""DuckDB: relations in and out, and functions of SQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pyarrow as pa
import pytest

import formualizer_udf as fu


@pytest.fixture
def connection() -> Iterator[Any]:
    with duckdb.connect() as made:
        made.execute("create table t as select i::double as x, (2 * i)::double as y, 'r' || i as s from range(4) r(i)")
        yield made


def test_a_relation_of_one_column_gives_one(checks: fu.Module, connection: Any) -> None:
    result = checks.MULADD(connection.sql("select x from t"), 1.0)
    assert isinstance(result, duckdb.DuckDBPyRelation)
    assert result.columns == ["x"] and result.fetchall() == [(1.0,), (2.0,), (3.0,), (4.0,)]
    assert checks.MULADD(connection.sql("select x from t where x > 9"), 1.0).fetchall() == []


def test_a_relation_of_several_columns_is_a_range(checks: fu.Module, kitchen_sink: fu.Module, connection: Any) -> None:
    relation = connection.sql("select x, y from t")
    assert checks.SUM_RANGE(relation) == 18.0
    assert kitchen_sink.TRANSPOSE(relation).fetchall()[0] == (0.0, 1.0, 2.0, 3.0)
    with pytest.raises(fu.ArgumentError, match="takes one value, a range was given"):
        checks.MULADD(relation, 1.0)


def test_two_relations_have_no_rows_in_common(checks: fu.Module, connection: Any) -> None:
    with pytest.raises(fu.ArgumentError, match="no order of rows in common"):
        checks.MULADD(connection.sql("select x from t"), connection.sql("select y from t"))


def test_errors_stand_beside_values_in_a_struct(checks: fu.Module, connection: Any) -> None:
    result = checks.SQRT_CHECKED(connection.sql("select 1 - x as n from t limit 3"), errors="struct")
    assert result.fetchall() == [
        ({"value": 1.0, "error": None},),
        ({"value": 0.0, "error": None},),
        ({"value": None, "error": "#NUM!: negative: -1"},),
    ]


def test_a_connection_is_no_column(checks: fu.Module, connection: Any) -> None:
    with pytest.raises(fu.ArgumentError, match="cannot take a .*DuckDBPyConnection"):
        checks.MULADD(connection, 1.0)


def test_a_function_of_sql(finance: fu.Module, checks: fu.Module, connection: Any) -> None:
    connection.create_function("bs_call", finance.BS_CALL, ["DOUBLE"] * 5, "DOUBLE", type="arrow")
    rows = connection.execute("select x, bs_call(80 + 10 * x, 100, 0.02, 0.2, 1) from t order by x").fetchall()
    assert rows == [(x, finance.BS_CALL(80.0 + 10 * x, 100.0, 0.02, 0.2, 1.0)) for x in (0.0, 1.0, 2.0, 3.0)]


def test_a_function_of_sql_on_texts_and_nulls(checks: fu.Module, connection: Any) -> None:
    connection.create_function("turned", checks.REVERSE, ["VARCHAR"], "VARCHAR", type="arrow")
    assert connection.execute("select turned(s) from t order by s").fetchall() == [("0r",), ("1r",), ("2r",), ("3r",)]
    nulls = "select turned(case when x > 1 then s end) from t order by s"
    assert connection.execute(nulls).fetchall() == [(None,), (None,), ("2r",), ("3r",)]


def test_a_function_of_sql_on_many_rows(checks: fu.Module, connection: Any) -> None:
    connection.create_function("plus", checks.MULADD, ["DOUBLE", "DOUBLE"], "DOUBLE", type="arrow")
    total = connection.execute("select sum(plus(i, 1)) from range(100000) r(i)").fetchone()
    assert total == (100000 * 99999 / 2 + 100000,)


def test_rows_that_fail_are_an_exception_of_the_query(checks: fu.Module, connection: Any) -> None:
    connection.create_function("root", checks.SQRT_CHECKED, ["DOUBLE"], "DOUBLE", type="arrow")
    with pytest.raises(duckdb.Error, match="SQRT_CHECKED failed in 3 of 4 rows"):
        connection.execute("select root(-x) from t").fetchall()
    lenient = checks.SQRT_CHECKED.with_options(errors="null")
    connection.create_function("root_or_null", lenient, ["DOUBLE"], "DOUBLE", type="arrow", null_handling="special")
    assert connection.execute("select root_or_null(1 - x) from t order by x").fetchall()[2:] == [(None,), (None,)]


def test_a_result_lives_without_its_connection(checks: fu.Module) -> None:
    with duckdb.connect() as other:
        result = checks.MULADD(other.sql("select 1::double as x"), 1.0)
    assert pa.table(result).to_pylist() == [{"x": 2.0}]
