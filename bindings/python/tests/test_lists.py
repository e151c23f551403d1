"""Lists, tuples and Python's own values."""

from __future__ import annotations

import datetime
import decimal
import fractions
from typing import Any

import pytest

import formualizer_udf as fu

UTC = datetime.timezone.utc
BERLIN = datetime.timezone(datetime.timedelta(hours=1))


def test_numbers_may_be_mixed(checks: fu.Module) -> None:
    assert checks.MULADD([1, 2.5, None], 1.0) == [2.0, 3.5, None]
    assert checks.MULADD((1, 2), 1) == [2.0, 3.0]
    assert checks.GCD([12, None], 8) == [4, None]


def test_floats_take_the_width_that_is_wanted(checks: fu.Module, kitchen_sink: fu.Module) -> None:
    assert checks.ID_F32(1.5) == 1.5 and checks.ID_F32([0.1, None, 2]) == [0.10000000149011612, None, 2.0]
    assert kitchen_sink.MIDPOINT(1, 2.5) == 1.75
    assert checks.ID_F32([float("inf"), 3.4e38]) == [float("inf"), 3.3999999521443642e38]
    with pytest.raises(fu.ArgumentError, match="holds 1e39, which is beyond the range of f32"):
        checks.ID_F32([1.0, 1e39])


ECHOES: list[tuple[str, list[Any]]] = [
    ("BOOL", [True, None, False]),
    ("UTF8", ["größe", None, "", "a\0b", "🎉"]),
    ("BINARY", [b"\0\xff", None, b""]),
    ("DATE32", [datetime.date.min, None, datetime.date.max]),
    ("TIME64", [datetime.time.min, None, datetime.time.max]),
    ("TIMESTAMP", [datetime.datetime.min, None, datetime.datetime.max]),
    ("TIMESTAMP_UTC", [datetime.datetime(2024, 2, 29, 12, tzinfo=UTC), None]),
    ("DURATION", [datetime.timedelta(days=-1), None, datetime.timedelta(days=10**8, microseconds=1)]),
    ("I64", [-(2**63), None, 2**63 - 1]),
    ("U64", [0, None, 2**64 - 1]),
    ("F64", [1.5, None, float("inf")]),
    ("ERROR", ["#N/A", None, "#DIV/0!"]),
]


@pytest.mark.parametrize(("name", "values"), ECHOES, ids=lambda case: case if isinstance(case, str) else "")
def test_values_come_back_as_they_went(checks: fu.Module, name: str, values: list[Any]) -> None:
    function = checks[f"ID_{name}"]
    assert function(values) == values
    assert [type(value) for value in function(values)] == [type(value) for value in values]
    assert [function(value) for value in values] == values
    assert function([None, None]) == [None, None] and function([]) == []


def test_every_kind_of_bytes_is_a_value(checks: fu.Module) -> None:
    for value in (b"ab", bytearray(b"ab"), memoryview(b"ab")):
        assert checks.ID_BINARY(value) == b"ab"
    assert checks.ID_BINARY([b"ab", bytearray(b"c")]) == [b"ab", b"c"]


def test_moments_in_utc_are_instants(checks: fu.Module) -> None:
    moment = datetime.datetime(2024, 2, 29, 12, tzinfo=BERLIN).astimezone(UTC)
    assert checks.ID_TIMESTAMP_UTC([moment]) == [moment]
    assert checks.ID_TIMESTAMP_UTC(moment).tzinfo == UTC
    with pytest.raises(fu.ArgumentError, match="with and without a time zone together"):
        checks.ID_TIMESTAMP([moment, datetime.datetime(2024, 2, 29)])


def test_dates_become_moments_beside_moments(checks: fu.Module) -> None:
    noon = datetime.datetime(2024, 2, 29, 12)
    assert checks.ID_TIMESTAMP([noon.date(), noon]) == [datetime.datetime(2024, 2, 29), noon]


def test_a_time_of_day_has_no_zone(checks: fu.Module) -> None:
    with pytest.raises(fu.ArgumentError, match="has a time zone"):
        checks.ID_TIME64(datetime.time(12, tzinfo=UTC))


def test_cells_of_any_kind_may_be_mixed(checks: fu.Module) -> None:
    cells = [1.5, "a", None, True, datetime.date(2024, 2, 29), datetime.datetime(2024, 2, 29, 12), datetime.time(6)]
    assert checks.ID_ANY(cells) == cells
    assert [checks.ID_ANY(cell) for cell in cells] == cells
    assert checks.LABEL([1, "a", None, True]) == ["number 1", "text a", "blank", "logical true"]
    assert checks.ID_ANY(datetime.timedelta(days=1.5)) == datetime.timedelta(days=1.5)


def test_rows_are_a_range(checks: fu.Module, kitchen_sink: fu.Module) -> None:
    rows = [[1, 2.5], (3, None)]
    assert checks.SUM_RANGE(rows) == checks.SUM_RANGE(tuple(rows)) == 6.5
    assert kitchen_sink.TRANSPOSE([[1, 2], [3, 4], [5, 6]]) == [[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]]
    assert checks.SUM_RANGE([[]]) == checks.SUM_RANGE([[], []]) == 0.0
    assert kitchen_sink.COUNT_CELLS([["a", 1], [None, True]], [1.0]) == 4


REFUSED: list[tuple[Any, str]] = [
    (decimal.Decimal("0.12345678901234567890"), "is the decimal 0.1234567890123456789, which is not exact as f64"),
    (fractions.Fraction(1, 2), r"cannot take a fractions.Fraction \(float\(\) makes it one\)"),
    (1j, "complex"),
    ([1, decimal.Decimal("1e400")], "row 1 is the decimal 1e400, which is not exact as f64"),
    ([fractions.Fraction(1, 2)], r"row 0: a fractions.Fraction is no value \(float\(\) makes it one\)"),
    ([1.0, 2j], "row 1: a complex is no value"),
    ([1.0, "a"], "int and str|float and str"),
    ([1, [2]], "row 1: a list is no value"),
    ([2**64], f"row 0: {2**64} does not fit in 64 bits"),
    (-(2**63) - 1, "does not fit in 64 bits"),
    ([-1, 2**63], "not exact"),
    ([2**53 + 1, 0.5], "not exact as floats"),
    (2**53 + 1, "not exact as Float64"),
    ([{"a": 1}], "a list of dicts: pass a list for each column"),
    ({"a": 1}, "cannot take a dict"),
    ({1.0}, "cannot take a set"),
    (range(3), "cannot take a range"),
    ((x for x in [1.0]), "cannot take a generator"),
    (object(), "cannot take a object"),
    (int, "cannot take a type"),
    (len, "cannot take a builtin_function_or_method"),
    ("1", "is utf8, but f64 is wanted"),
    (b"1", "is binary, but f64 is wanted"),
    (datetime.date(2024, 2, 29), "is date32, but f64 is wanted"),
    ("\ud800", "surrogates not allowed"),
]


@pytest.mark.parametrize(("given", "why"), REFUSED, ids=lambda case: case if isinstance(case, str) else "")
def test_what_is_no_number_is_refused_with_its_place(checks: fu.Module, given: Any, why: str) -> None:
    with pytest.raises(fu.ArgumentError, match=why) as raised:
        checks.MULADD(given, 1.0)
    assert str(raised.value).startswith("MULADD, argument 1 `a`: ")
    assert raised.value.function == "MULADD"


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([[1, 2], [3]], "row 1 has 1 values, the first has 2"),
        ([[1, 2], 3], "row 1 is a int, the first row is a list"),
        ([[1, 2], "ab"], "row 1 is a str, the first row is a list"),
        ([[1, [2]]], "a list is no value"),
        ([[1, "a"], ["b", 2]], "str"),
    ],
)
def test_rows_that_are_no_frame_are_refused(checks: fu.Module, rows: Any, why: str) -> None:
    with pytest.raises(fu.ArgumentError, match=why):
        checks.SUM_RANGE(rows)


def test_a_list_that_holds_itself_is_refused(checks: fu.Module) -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(fu.ArgumentError, match="a list is no value"):
        checks.SUM_RANGE(endless)


def test_values_that_give_one_another_for_ever_are_refused(checks: fu.Module) -> None:
    class One:
        def item(self) -> Any:
            return Other()

    class Other:
        def item(self) -> Any:
            return One()

    for given in (One(), [One()]):
        with pytest.raises(fu.ArgumentError, match="One"):
            checks.MULADD(given, 1.0)


def test_an_exception_of_a_value_itself_is_told(checks: fu.Module) -> None:
    class Broken:
        def __index__(self) -> int:
            raise ZeroDivisionError("broken inside")

    with pytest.raises(fu.ArgumentError, match="row 0: ZeroDivisionError: broken inside"):
        checks.GCD([Broken()], 1)
