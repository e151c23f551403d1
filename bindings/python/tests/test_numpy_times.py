"""NumPy's datetime64 and timedelta64 of every unit."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pytest

import formualizer_udf as fu

UNITS = ["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as"]
STEPS = ["10s", "7h", "2D", "15m", "5ms", "100ns", "3W"]


def exact(unit: str) -> int:
    """A number of units that is whole in microseconds."""
    return {"ns": 10**3, "ps": 10**6, "fs": 10**9, "as": 10**12, "100ns": 10}.get(unit, 1)


@pytest.mark.parametrize("unit", UNITS + STEPS)
@pytest.mark.parametrize("order", ["<", ">"])
def test_datetimes_of_every_unit(checks: fu.Module, unit: str, order: str) -> None:
    given = np.array([exact(unit), 0, 2 * exact(unit)]).astype(f"M8[{unit}]").astype(f"{order}M8[{unit}]")
    given[1] = "NaT"
    result = checks.ID_TIMESTAMP(given)
    assert result.dtype == np.dtype("M8[us]")
    assert np.array_equal(result, given.astype("M8[us]"), equal_nan=True) and np.isnat(result[1])


@pytest.mark.parametrize("unit", [unit for unit in UNITS + STEPS if unit not in ("Y", "M")])
def test_durations_of_every_unit(checks: fu.Module, unit: str) -> None:
    given = np.array([exact(unit), 0, -exact(unit)]).astype(f"m8[{unit}]")
    given[1] = "NaT"
    result = checks.ID_DURATION(given)
    assert result.dtype == np.dtype("m8[us]")
    assert np.array_equal(result, given.astype("m8[us]"), equal_nan=True) and np.isnat(result[1])


@pytest.mark.parametrize("unit", ["ns", "ps", "fs", "100ns"])
def test_times_finer_than_microseconds_are_refused_not_cut(checks: fu.Module, unit: str) -> None:
    for name, kind in [("ID_TIMESTAMP", "M8"), ("ID_DURATION", "m8")]:
        with pytest.raises(fu.ArgumentError, match="not exact .*: round"):
            checks[name](np.array([exact(unit), 1]).astype(f"{kind}[{unit}]"))


def test_units_without_a_length_are_refused(checks: fu.Module) -> None:
    for given in (np.array([1], "m8[Y]"), np.array([1], "m8[M]"), np.array([1], "m8"), np.array(["NaT"], "M8")):
        with pytest.raises(fu.ArgumentError, match="has no counterpart"):
            checks.ID_DURATION(given)


@pytest.mark.parametrize("unit", ["Y", "M", "W", "D"])
def test_days_are_dates(checks: fu.Module, unit: str) -> None:
    given = np.array(["2024-02-29", "NaT", "0001-01-01"], dtype="M8[D]").astype(f"M8[{unit}]")
    result = checks.ID_DATE32(given)
    assert result.dtype == np.dtype("M8[D]") and np.array_equal(result, given.astype("M8[D]"), equal_nan=True)


def test_seconds_are_dates_at_midnight_alone(checks: fu.Module) -> None:
    assert checks.ID_DATE32(np.array(["2024-02-29"], dtype="M8[s]"))[0] == np.datetime64("2024-02-29")
    with pytest.raises(fu.ArgumentError, match="row 0 is 2024-02-29 00:00:01, which is no midnight, but date32 is wanted"):
        checks.ID_DATE32(np.array(["2024-02-29T00:00:01"], dtype="M8[s]"))


def test_a_date_beyond_the_range_is_refused(checks: fu.Module) -> None:
    with pytest.raises(fu.ArgumentError, match="5 million years"):
        checks.ID_DATE32(np.array([2**40], dtype="M8[D]"))


@pytest.mark.parametrize(
    "value",
    [
        np.datetime64("2024-02-29T12:00"),
        np.datetime64("2024-02-29T12:00:00", "us"),
        np.datetime64("2024-02-29T12:00:00", "ns"),
        np.array("2024-02-29T12:00:00", dtype="M8[ns]"),
        datetime.datetime(2024, 2, 29, 12),
    ],
    ids=repr,
)
def test_one_moment_of_every_unit_is_a_value(checks: fu.Module, value: Any) -> None:
    assert checks.ID_TIMESTAMP(value) == datetime.datetime(2024, 2, 29, 12)
    assert checks.ID_TIMESTAMP([value, None]) == [datetime.datetime(2024, 2, 29, 12), None]


def test_one_span_of_every_unit_is_a_value(checks: fu.Module) -> None:
    for value in (np.timedelta64(5, "ms"), np.timedelta64(5_000_000, "ns"), np.array(5, dtype="m8[ms]")):
        assert checks.ID_DURATION(value) == datetime.timedelta(milliseconds=5)
    assert checks.ID_DATE32(np.datetime64("2024-02-29")) == datetime.date(2024, 2, 29)


def test_not_a_time_is_missing(checks: fu.Module) -> None:
    assert checks.ID_TIMESTAMP(np.datetime64("NaT")) is None
    assert checks.ID_DURATION(np.timedelta64("NaT", "ns")) is None


def test_one_moment_that_is_not_exact_is_refused(checks: fu.Module) -> None:
    for value in (np.datetime64(1, "ns"), np.timedelta64(1, "ps"), np.timedelta64(5)):
        with pytest.raises(fu.ArgumentError):
            checks.ID_DURATION(value)


def test_times_in_ranges(checks: fu.Module, kitchen_sink: fu.Module) -> None:
    days = np.array([["2024-02-29", "2024-03-01"]], dtype="M8[D]")
    moments = np.array(["2024-02-29T12:00", "2024-05-01T00:00"], dtype="M8[s]")
    result = kitchen_sink.LISTED_DAYS(moments, days)
    assert result["is listed"].tolist() == [True, False]
