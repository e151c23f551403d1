"""Time zones: UTC goes in and comes out, every other zone is refused with what to write."""

from __future__ import annotations

import datetime
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import formualizer_udf as fu

UTC, BERLIN = datetime.timezone.utc, ZoneInfo("Europe/Berlin")
# What a clock in Berlin shows before, in and behind the hour that is there twice, and around the one that is not.
EDGES = [
    datetime.datetime(2024, 10, 27, 1, 59),
    datetime.datetime(2024, 10, 27, 2, 30),
    datetime.datetime(2024, 10, 27, 2, 30, fold=1),
    datetime.datetime(2024, 10, 27, 3, 0),
    datetime.datetime(2024, 3, 31, 1, 59),
    datetime.datetime(2024, 3, 31, 3, 0),
]
AWARE = [edge.replace(tzinfo=BERLIN) for edge in EDGES]
INSTANTS = [edge.astimezone(UTC) for edge in AWARE]
READINGS = [instant.replace(tzinfo=None) for instant in INSTANTS]
CLOCK = [edge.replace(fold=0) for edge in EDGES]
INTO = ["ID_TIMESTAMP", "ID_TIMESTAMP_UTC", "ID_ANY", "ID_DATE32"]


def in_berlin() -> pd.Series:
    return pd.Series(pd.DatetimeIndex(READINGS).tz_localize("UTC").tz_convert("Europe/Berlin"))


ZONED: list[tuple[str, Any, str]] = [
    ("pandas", in_berlin(), r'\.dt\.tz_convert\("UTC"\).*\.dt\.tz_localize\(None\)'),
    ("an index", pd.DatetimeIndex(in_berlin()), r'\.dt\.tz_convert\("UTC"\)'),
    ("categories", in_berlin().astype("category"), r'\.dt\.tz_convert\("UTC"\)'),
    ("objects", in_berlin().astype(object), r"row 0: .*Europe/Berlin.*astimezone\(datetime.timezone.utc\)"),
    ("arrow in pandas", in_berlin().astype(pd.ArrowDtype(pa.timestamp("us", "Europe/Berlin"))), r'\.dt\.tz_convert\("UTC"\)'),
    ("polars", pl.Series(READINGS).dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/Berlin"),
     r'\.dt\.convert_time_zone\("UTC"\).*\.dt\.replace_time_zone\(None\)'),
    ("pyarrow", pa.array(READINGS, pa.timestamp("us", "Europe/Berlin")), "local_timestamp"),
    ("chunks", pa.chunked_array([pa.array(READINGS, pa.timestamp("us", "Europe/Berlin"))]), "local_timestamp"),
    ("a dictionary", pa.array(READINGS, pa.timestamp("us", "+02:00")).dictionary_encode(), "local_timestamp"),
    ("a list", AWARE, r"row 0: .*\.replace\(tzinfo=None\)"),
    ("an array", np.array(AWARE, dtype=object), "row 0: .*Europe/Berlin"),
    ("a value", AWARE[0], "is of the zone Europe/Berlin"),
    ("a pandas value", in_berlin().iloc[2], "is of the zone Europe/Berlin"),
    ("a fixed offset", [datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))], "zone UTC.02:00"),
    ("a zone that is like UTC in winter", [datetime.datetime(2024, 1, 1, tzinfo=ZoneInfo("Europe/London"))], "Europe/London"),
]  # fmt: skip


@pytest.mark.parametrize("into", INTO)
@pytest.mark.parametrize(("name", "given", "words"), ZONED, ids=[case[0] for case in ZONED])
def test_times_of_a_zone_are_refused_with_what_to_write(
    checks: fu.Module, name: str, given: Any, words: str, into: str
) -> None:
    with pytest.raises(fu.ArgumentError, match=words) as raised:
        checks[into](given)
    assert str(raised.value).startswith(f"{into}, argument 1 `x`: ")


def test_excels_functions_refuse_them_too() -> None:
    with pytest.raises(fu.ArgumentError, match=r"HOUR, .*\.dt\.tz_convert"):
        fu.functions.HOUR(in_berlin())
    assert fu.functions.HOUR(in_berlin().dt.tz_localize(None)).tolist() == [edge.hour for edge in CLOCK]


def test_what_to_write_gives_the_instants_at_every_edge(checks: fu.Module) -> None:
    series = in_berlin()
    instants = checks.ID_TIMESTAMP_UTC(series.dt.tz_convert("UTC"))
    assert str(instants.dtype) == "datetime64[us, UTC]" and instants.tolist() == INSTANTS
    readings = checks.ID_TIMESTAMP(series.dt.tz_convert("UTC").dt.tz_localize(None))
    assert readings.dt.tz is None and readings.tolist() == READINGS
    assert checks.ID_TIMESTAMP(series.dt.tz_localize(None)).tolist() == CLOCK

    column = pl.Series(READINGS).dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/Berlin")
    instants = checks.ID_TIMESTAMP_UTC(column.dt.convert_time_zone("UTC"))
    assert instants.dtype == pl.Datetime("us", "UTC") and instants.to_list() == INSTANTS
    assert checks.ID_TIMESTAMP(column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)).to_list() == READINGS
    assert checks.ID_TIMESTAMP(column.dt.replace_time_zone(None)).to_list() == CLOCK

    array = pa.array(READINGS, pa.timestamp("us", "Europe/Berlin"))
    assert checks.ID_TIMESTAMP_UTC(array.cast(pa.timestamp("us", "UTC"))).to_pylist() == INSTANTS
    assert checks.ID_TIMESTAMP(pc.local_timestamp(array)).to_pylist() == CLOCK

    assert checks.ID_TIMESTAMP_UTC([value.astimezone(UTC) for value in AWARE]) == INSTANTS
    assert checks.ID_TIMESTAMP([value.replace(tzinfo=None) for value in AWARE]) == CLOCK


UTC_ZONES: list[Any] = [UTC, ZoneInfo("UTC"), ZoneInfo("Etc/UTC"), datetime.timezone(datetime.timedelta(0))]


@pytest.mark.parametrize("zone", UTC_ZONES, ids=repr)
def test_utc_by_any_name_is_taken_and_comes_back(checks: fu.Module, zone: Any) -> None:
    moments = [reading.replace(tzinfo=zone) for reading in READINGS]
    assert checks.ID_TIMESTAMP_UTC(moments) == INSTANTS
    series = pd.Series(pd.DatetimeIndex(READINGS).tz_localize(zone))
    assert checks.ID_TIMESTAMP_UTC(series).tolist() == INSTANTS
    assert checks.ID_TIMESTAMP_UTC(series.astype(object)).tolist() == INSTANTS
    assert checks.ID_TIMESTAMP(series).tolist() == READINGS


@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC", "+00:00", "Z", "GMT"])
def test_arrow_calls_utc_by_several_names(checks: fu.Module, zone: str) -> None:
    result = checks.ID_TIMESTAMP_UTC(pa.array([0, None], pa.timestamp("us", zone)))
    assert result.cast(pa.timestamp("us")).to_pylist() == [datetime.datetime(1970, 1, 1), None]


def test_duckdbs_instants_are_taken_where_the_connection_is_in_utc(checks: fu.Module) -> None:
    with duckdb.connect() as connection:
        for zone, taken in [("UTC", True), ("America/New_York", False)]:
            connection.execute(f"set TimeZone = '{zone}'")
            relation = connection.sql("select '2024-11-03 05:30:00+00'::timestamptz as at")
            if taken:
                result = checks.ID_TIMESTAMP_UTC(relation.to_arrow_table()["at"])
                assert result.to_pylist() == [datetime.datetime(2024, 11, 3, 5, 30, tzinfo=UTC)]
                checks.ID_TIMESTAMP_UTC(relation)
            else:
                with pytest.raises(fu.ArgumentError, match="America/New_York.*set TimeZone = 'UTC'"):
                    checks.ID_TIMESTAMP_UTC(relation)


@pytest.mark.parametrize("into", ["ID_TIMESTAMP", "ID_TIMESTAMP_UTC", "ID_ANY"])
@pytest.mark.parametrize("aware", [INSTANTS[0], pd.Timestamp(INSTANTS[0])], ids=["datetime", "Timestamp"])
def test_times_with_and_without_a_zone_are_never_mixed(checks: fu.Module, into: str, aware: Any) -> None:
    naive = datetime.datetime(2024, 1, 1)
    for values in ([naive, aware], [aware, None, naive], [pd.Timestamp(naive), aware]):
        for given in (values, tuple(values), np.array(values, dtype=object), pd.Series(values, dtype=object)):
            with pytest.raises(fu.ArgumentError, match="with and without a time zone together"):
                checks[into](given)


def test_columns_of_a_range_are_never_mixed(kitchen_sink: fu.Module) -> None:
    naive = pd.Series(pd.DatetimeIndex(READINGS))
    frame = pd.DataFrame({"a": naive, "b": naive.dt.tz_localize("UTC")})
    for given in (frame, pl.DataFrame({"a": READINGS, "b": INSTANTS}), pa.table({"a": READINGS, "b": INSTANTS})):
        with pytest.raises(fu.ArgumentError, match="in UTC beside columns of times without a zone"):
            kitchen_sink.COUNT_CELLS(given)
    assert kitchen_sink.COUNT_CELLS(frame[["b"]]) == len(READINGS)


def test_arguments_of_a_call_are_never_mixed(kitchen_sink: fu.Module) -> None:
    naive = pd.Series(pd.DatetimeIndex(READINGS))
    for one, other in [
        (naive, naive.dt.tz_localize("UTC")),
        (pl.Series(READINGS), pl.Series(INSTANTS)),
        (pa.array(READINGS), pa.array(INSTANTS)),
        (READINGS, INSTANTS),
        (READINGS, INSTANTS[0]),
    ]:
        with pytest.raises(fu.ArgumentError, match="2 `to`: holds times in UTC, and argument 1 `from` times without a zone"):
            kitchen_sink.ELAPSED(one, other)
        with pytest.raises(fu.ArgumentError, match="2 `to`: holds times without a zone, and argument 1 `from` times in UTC"):
            kitchen_sink.ELAPSED(other, one)
    assert kitchen_sink.ELAPSED(INSTANTS, INSTANTS)[0] == datetime.timedelta(0)
    assert kitchen_sink.ELAPSED([None] * len(INSTANTS), INSTANTS) == [None] * len(INSTANTS)
