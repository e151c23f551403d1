"""Decimal numbers: integers and floats where they are exact, refused with the row otherwise."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import formualizer_udf as fu

PRICES = [Decimal("0.10"), None, Decimal("-12345678.99")]
FLOATS = [0.1, None, -12345678.99]
WHOLE = [Decimal("7.00"), None, Decimal("-3.00")]


def forms(values: list[Any]) -> dict[str, Any]:
    return {
        "decimal128": pa.array(values, pa.decimal128(12, 2)),
        "decimal256": pa.array(values, pa.decimal256(40, 2)),
        "decimal64": pa.array(values, pa.decimal64(12, 2)),
        "chunks": pa.chunked_array([pa.array([value], pa.decimal128(12, 2)) for value in values]),
        "a dictionary": pa.array(values, pa.decimal128(12, 2)).dictionary_encode(),
        "polars": pl.Series(values, dtype=pl.Decimal(12, 2)),
        "pandas": pd.Series(values, dtype=object),
        "pandas arrow": pd.Series(values, dtype=pd.ArrowDtype(pa.decimal128(12, 2))),
        "numpy": np.array(values, dtype=object),
        "a list": values,
        "duckdb": duckdb.from_arrow(pa.table({"d": pa.array(values, pa.decimal128(12, 2))})),
    }


def values(result: Any) -> list[Any]:
    if isinstance(result, duckdb.DuckDBPyRelation):
        return [row[0] for row in result.fetchall()]
    for method in ("to_pylist", "to_list", "tolist"):
        if hasattr(result, method):
            result = getattr(result, method)()
    return [None if value is None or pd.isna(value) else value for value in result]


FORMS = list(forms(PRICES))


@pytest.mark.parametrize("form", FORMS)
def test_decimals_are_the_floats_that_are_written_like_them(checks: fu.Module, form: str) -> None:
    assert values(checks.ID_F64(forms(PRICES)[form])) == FLOATS
    assert values(checks.ID_ANY(forms(PRICES)[form])) == FLOATS


@pytest.mark.parametrize("form", FORMS)
def test_whole_decimals_are_integers(checks: fu.Module, form: str) -> None:
    assert values(checks.ID_I64(forms(WHOLE)[form])) == [7, None, -3]
    assert values(checks.ID_I8(forms(WHOLE)[form])) == [7, None, -3]


@pytest.mark.parametrize("form", FORMS)
def test_other_decimals_are_refused_with_their_row(checks: fu.Module, form: str) -> None:
    for into, value in [("ID_I64", "1.50"), ("ID_U8", "256"), ("ID_U8", "-1")]:
        given = forms([Decimal(1), None, Decimal(value)])[form]
        with pytest.raises(fu.ArgumentError, match=f"{into}, .*row 2 is the decimal .*not exact as"):
            checks[into](given)
    with pytest.raises(fu.ArgumentError, match="but utf8 is wanted"):
        checks.REVERSE(forms(PRICES)[form])


def test_a_decimal_of_more_digits_than_a_float_is_refused(checks: fu.Module) -> None:
    long = Decimal("0.1234567890123456789")
    for given in ([Decimal(1), long], pa.array([Decimal(1), long]), pl.Series([Decimal(1), long], dtype=pl.Decimal(38, 19))):
        with pytest.raises(fu.ArgumentError, match="row 1 is the decimal 0.1234567890123456789, which is not exact as f64"):
            checks.ID_F64(given)
    assert checks.ID_F64(pa.array([long]).cast(pa.float64())).to_pylist() == [float(long)]


def test_integers_of_more_bits_than_a_float_are_exact_or_refused(checks: fu.Module) -> None:
    large = pa.array([Decimal(2**63 - 1), Decimal(2**63)], pa.decimal128(38, 0))
    assert checks.ID_U64(large).to_pylist() == [2**63 - 1, 2**63]
    with pytest.raises(fu.ArgumentError, match="row 1 is the decimal 9223372036854775808, which is not exact as i64"):
        checks.ID_I64(large)
    with pytest.raises(fu.ArgumentError, match="row 0 is the decimal 9223372036854775807, which is not exact as f64"):
        checks.ID_F64(large)


def test_hugeint_of_duckdb_is_a_decimal(checks: fu.Module) -> None:
    with duckdb.connect() as connection:
        assert checks.ID_I64(connection.sql("select sum(i) as s from range(10) t(i)")).fetchall() == [(45,)]
        with pytest.raises(fu.ArgumentError, match="row 0 is the decimal 18446744073709551616"):
            checks.ID_I64(connection.sql("select 18446744073709551616::hugeint as h"))


def test_one_decimal_is_a_value(checks: fu.Module) -> None:
    assert checks.MULADD(Decimal("1.5"), Decimal(1)) == 2.5
    assert checks.MULADD(pa.scalar(Decimal("1.5")), 1) == 2.5
    assert checks.GCD(Decimal("12.0"), Decimal("1.8E+1")) == 6
    with pytest.raises(fu.ArgumentError, match="argument 1 `a`: is the decimal 1.5, which is not exact as i64"):
        checks.GCD(Decimal("1.5"), 1)


NEAREST: list[tuple[str, float | None]] = [
    ("0.1", 0.1),
    ("-0.00", -0.0),
    ("123456789012345.0", 123_456_789_012_345.0),
    ("9007199254740992", 2.0**53),
    ("9007199254740993", None),
    ("0.1000000000000000055511151231257827021181583404541015625", 0.1),
    ("0.10000000000000000000000000001", None),
    ("1E-400", None),
    ("1E+400", None),
    ("1E+22", 1e22),
]


@pytest.mark.parametrize(("text", "nearest"), NEAREST, ids=[case[0] for case in NEAREST])
def test_a_float_is_taken_where_it_is_the_decimal_again(checks: fu.Module, text: str, nearest: float | None) -> None:
    if nearest is None:
        with pytest.raises(fu.ArgumentError, match="not exact as f64"):
            checks.ID_F64(Decimal(text))
    else:
        assert repr(checks.ID_F64(Decimal(text))) == repr(nearest)


def test_a_float_of_32_bits_is_held_against_its_own_digits(checks: fu.Module) -> None:
    assert np.float32(checks.ID_F32(Decimal("0.1"))) == np.float32(0.1)
    with pytest.raises(fu.ArgumentError, match="is the decimal 16777217, which is not exact as f32"):
        checks.ID_F32([Decimal(16777217)])


def test_decimals_that_are_hostile_are_refused_at_once(checks: fu.Module) -> None:
    for value in ("1E-999999999", "1E+999999999", "9" * 5000, "1." + "0" * 5000 + "1"):
        with pytest.raises(fu.ArgumentError, match="is the decimal"):
            checks.ID_F64(Decimal(value))
        with pytest.raises(fu.ArgumentError, match="is the decimal"):
            checks.ID_I64([Decimal(value)])


def test_decimals_that_are_not_finite_are_floats(checks: fu.Module) -> None:
    assert checks.ID_F64([Decimal("Infinity"), Decimal("-Infinity")]) == [float("inf"), float("-inf")]
    assert checks.IS_NULL([Decimal("NaN")]) == [False]
    assert checks.IS_NULL(pd.Series([Decimal("NaN"), Decimal(1)])).tolist() == [True, False]


def test_decimals_go_with_integers_and_not_with_floats(checks: fu.Module) -> None:
    assert checks.ID_F64([Decimal("1.5"), 2, 2**53]) == [1.5, 2.0, 2.0**53]
    with pytest.raises(fu.ArgumentError, match="holds Decimal and float values together"):
        checks.ID_F64([Decimal("1.5"), 2.5])


def test_a_cell_of_a_workbook_takes_a_decimal(checks: fu.Module) -> None:
    book = fu.Workbook()
    book.add_sheet("S")
    book.set_value("S", "A1", Decimal("0.10"))
    assert book.value("S", "A1") == 0.1
    with pytest.raises(fu.WorkbookError, match="the decimal .* is not exact"):
        book.set_value("S", "A1", Decimal("0.12345678901234567891"))
