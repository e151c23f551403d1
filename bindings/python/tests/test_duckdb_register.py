"""`Module.register`: a module's functions as functions of SQL."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import duckdb
import pytest

import formualizer_udf as fu


@pytest.fixture
def connection() -> Iterator[Any]:
    with duckdb.connect() as made:
        made.execute("set TimeZone = 'UTC'")
        yield made


def one(connection: Any, expression: str) -> Any:
    return connection.sql(f"select {expression}").fetchall()[0][0]


def test_every_elementwise_function_of_a_type_is_registered(
    checks: fu.Module, finance: fu.Module, text: fu.Module, connection: Any
) -> None:
    assert finance.register(connection) == ["BS_CALL", "IMPLIED_VOL"]
    assert one(connection, "round(bs_call(100, 100, 0.02, 0.2, 1), 2)") == 8.92
    made = text.register(connection, prefix="text_")
    assert "text_SLUGIFY" in made and one(connection, "text_slugify('Hello World')") == text.SLUGIFY("Hello World")
    made = checks.register(connection, prefix="c_")
    assert {"c_MULADD", "c_ID_U64", "c_OR_ELSE", "c_LABEL", "c_NOW"} <= set(made)
    assert not {"c_SUM_RANGE", "c_SEQ", "c_ID_ANY", "c_ID_DURATION"} & set(made)


TYPED: list[tuple[str, Any]] = [
    ("c_id_i8(-128)", -128),
    ("c_id_u64(18446744073709551615)", 2**64 - 1),
    ("c_id_f32(1.5)", 1.5),
    ("c_muladd(1, 2.5::decimal(10, 2))", 3.5),
    ("c_id_bool(true)", True),
    ("c_id_utf8('größe')", "größe"),
    ("c_id_binary('ab'::blob)", b"ab"),
    ("c_id_date32(date '2024-02-29')", datetime.date(2024, 2, 29)),
    ("c_id_time64(time '12:30:00.5')", datetime.time(12, 30, 0, 500_000)),
    ("c_id_timestamp(timestamp '2024-02-29 12:00:00')", datetime.datetime(2024, 2, 29, 12)),
    ("c_id_timestamp_utc(timestamp '2024-02-29 12:00:00')", datetime.datetime(2024, 2, 29, 12)),
]


@pytest.mark.parametrize(("expression", "wanted"), TYPED, ids=[case[0] for case in TYPED])
def test_values_have_the_types_of_the_manifest(checks: fu.Module, connection: Any, expression: str, wanted: Any) -> None:
    checks.register(connection, prefix="c_")
    assert one(connection, expression) == wanted
    name = expression.partition("(")[0]
    if name != "c_muladd":
        assert one(connection, f"{name}(null)") is None


def test_a_null_reaches_the_function(checks: fu.Module, connection: Any) -> None:
    checks.register(connection, names=["IS_NULL", "OR_ELSE"])
    assert one(connection, "is_null(null::double)") is True
    assert one(connection, "or_else(null::double, 7)") == 7.0
    rows = "select or_else(case when i = 1 then null else i end, -1) from range(3) t(i) order by i"
    assert connection.sql(rows).fetchall() == [(0.0,), (-1.0,), (2.0,)]


def test_optional_arguments_may_be_left_out_and_repeated_ones_repeated(kitchen_sink: fu.Module, connection: Any) -> None:
    kitchen_sink.register(connection, names=["DISCOUNT", "JOIN_ALL", "LARGEST", "KIND_OF"])
    assert one(connection, "discount(100.0::double)") == kitchen_sink.DISCOUNT(100.0)
    assert one(connection, "discount(100.0::double, 0.5)") == kitchen_sink.DISCOUNT(100.0, 0.5)
    assert one(connection, "join_all('-', 'a', 'b', 'c')") == "a-b-c"
    assert one(connection, "largest(1, 3.5, 2::hugeint)") == 3.5
    assert one(connection, "kind_of('a')") == kitchen_sink.KIND_OF("a")
    assert one(connection, "kind_of(1.5)") == kitchen_sink.KIND_OF(Decimal("1.5"))


def test_a_volatile_function_is_called_for_every_row(kitchen_sink: fu.Module, connection: Any) -> None:
    kitchen_sink.register(connection, names=["ROLL"])
    rolled = connection.sql("select count(distinct roll(1000000)) from range(1000)").fetchall()[0][0]
    assert rolled > 900


def test_rows_that_fail_end_the_query_or_are_null(checks: fu.Module, connection: Any) -> None:
    checks.register(connection, names=["SQRT_CHECKED"])
    with pytest.raises(duckdb.Error, match="SQRT_CHECKED failed in 1 of 1 rows"):
        one(connection, "sqrt_checked(-1)")
    checks.register(connection, names=["SQRT_CHECKED"], prefix="try_", errors="null")
    assert one(connection, "try_sqrt_checked(-1)") is None and one(connection, "try_sqrt_checked(4)") == 2.0


def test_what_cannot_be_registered_is_refused_in_words(checks: fu.Module, finance: fu.Module, connection: Any) -> None:
    for names, words in [
        (["SUM_RANGE"], "is of the kind 'reduce'"),
        (["ID_ANY"], "returns 'any'"),
        (["ID_DURATION"], "months, days and microseconds"),
    ]:
        with pytest.raises(fu.ArgumentError, match=words):
            checks.register(connection, names=names)
    with pytest.raises(fu.UnknownFunction):
        checks.register(connection, names=["NOTHING"])
    with pytest.raises(fu.ArgumentError, match="is no connection of DuckDB"):
        checks.register("duckdb")
    with pytest.raises(fu.ArgumentError, match="give 'raise' or 'null'"):
        checks.register(connection, errors="struct")  # type: ignore[arg-type]
    finance.register(connection, names=["BS_CALL"])
    with pytest.raises(fu.ArgumentError, match="already has BS_CALL: put a prefix="):
        finance.register(connection)
    with pytest.raises(fu.ArgumentError, match="already has GCD, REVERSE, .*: put a prefix="):
        checks.register(connection)
    with pytest.raises(duckdb.Error, match="muladd"):
        one(connection, "muladd(1, 2)")


def test_many_rows_in_many_threads(checks: fu.Module, connection: Any) -> None:
    checks.register(connection, names=["MULADD"])
    total = connection.sql("select sum(muladd(i, 1)) from range(300000) t(i)").fetchall()[0][0]
    assert total == 300000 * 299999 / 2 + 300000
