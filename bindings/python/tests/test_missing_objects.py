"""Missing values among objects: NaN, NA, NaT and None in Series and arrays of dtype object."""

from __future__ import annotations

import datetime
import math
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import formualizer_udf as fu

NAN = float("nan")
DAY = datetime.date(2024, 2, 29)
NOON = datetime.datetime(2024, 2, 29, 12)

# A function, a value, and what the function makes of it.
KINDS: list[tuple[str, Any, Any]] = [
    ("REVERSE", "ab", "ba"),
    ("ID_DATE32", DAY, DAY),
    ("ID_TIMESTAMP", NOON, NOON),
    ("ID_TIMESTAMP", pd.Timestamp(NOON), NOON),
    ("ID_TIME64", datetime.time(12, 30), datetime.time(12, 30)),
    ("ID_DURATION", datetime.timedelta(hours=36), datetime.timedelta(hours=36)),
    ("BNOT", True, False),
    ("ID_BINARY", b"\0a", b"\0a"),
    ("ID_I64", 2**60 + 1, 2**60 + 1),
    ("ID_F64", Decimal("2.5"), 2.5),
    ("ID_F64", 1.5, 1.5),
]
MISSING = [NAN, np.float64("nan"), np.float32("nan"), None, pd.NA, pd.NaT, np.datetime64("NaT"), Decimal("NaN")]


def plain(value: Any) -> Any:
    """A result as Python's own value; None where it is missing."""
    if value is None or value is pd.NA or pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return value.item() if isinstance(value, np.generic) else value


def same(found: Any, wanted: Any) -> bool:
    found = plain(found)
    if isinstance(wanted, datetime.date) and not isinstance(wanted, datetime.datetime) and isinstance(found, datetime.datetime):
        return found == datetime.datetime.combine(wanted, datetime.time())
    return bool(found == wanted)


@pytest.mark.parametrize("missing", MISSING, ids=lambda value: f"{type(value).__name__} {value}")
@pytest.mark.parametrize(("name", "value", "wanted"), KINDS, ids=lambda case: str(case))
def test_whatever_is_missing_in_a_series_of_objects_is_null(
    checks: fu.Module, name: str, value: Any, wanted: Any, missing: Any
) -> None:
    for values in ([value, missing], [missing, value], [missing, value, missing, None]):
        series = pd.Series(values, dtype=object, name="column")
        result = checks[name](series)
        assert isinstance(result, pd.Series) and result.name == "column"
        for found, given in zip(result, values):
            assert same(found, wanted) if given is value else plain(found) is None


@pytest.mark.parametrize(("name", "value", "wanted"), KINDS, ids=lambda case: str(case))
def test_a_nan_among_objects_of_numpy_and_polars_is_null(checks: fu.Module, name: str, value: Any, wanted: Any) -> None:
    values = np.empty(3, dtype=object)
    values[:] = [value, NAN, None]
    result = checks[name](values)
    assert same(result[0], wanted)
    # Among floats it is a number, which stays one.
    assert all(found is np.ma.masked or plain(found) is None for found in list(result)[1:])
    series = pl.Series([value, NAN, None], dtype=pl.Object)
    listed = checks[name](series).to_list()
    assert same(listed[0], wanted) and listed[2] is None
    assert math.isnan(listed[1]) if isinstance(value, float) else listed[1] is None


def test_a_nan_among_floats_keeps_its_meaning(checks: fu.Module) -> None:
    values = np.array([1.5, NAN, None], dtype=object)
    assert checks.IS_NULL(values).tolist() == [False, False, True]
    assert checks.IS_NULL(pd.Series(values)).tolist() == [False, True, True]
    assert checks.IS_NULL(np.array([1, NAN, None], dtype=object)).tolist() == [False, True, True]
    assert checks.IS_NULL(np.array([NAN, None], dtype=object)).tolist() == [False, True]
    assert checks.IS_NULL(pd.Series([NAN, None], dtype=object)).tolist() == [True, True]
    assert checks.IS_NULL([1.5, NAN, None]) == [False, False, True]


def test_texts_behind_a_left_merge_are_taken(checks: fu.Module) -> None:
    for dtype in (object, "str", "string", "category"):
        right = pd.DataFrame({"key": [1], "text": pd.Series(["ab"], dtype=dtype)})
        merged = pd.DataFrame({"key": [1, 2]}).merge(right, how="left")
        result = checks.REVERSE(merged["text"])
        assert result.iloc[0] == "ba" and pd.isna(result.iloc[1])
        assert result.index.equals(merged.index) and result.name == "text"


def test_the_values_of_such_a_series_are_taken_too(checks: fu.Module) -> None:
    merged = pd.Series(["ab", NAN], dtype=object)
    assert checks.REVERSE(merged.to_numpy()).tolist() == ["ba", None]
    assert checks.REVERSE(merged.array).tolist() == ["ba", np.nan] or checks.REVERSE(merged.array).isna().tolist() == [False, True]
    frame = pd.DataFrame({"a": ["x", NAN], "b": [NAN, "y"]}, dtype=object)
    for cells in (frame, frame.to_numpy()):
        assert fu.functions.COUNTA(cells) == 2.0


def test_a_nan_among_the_texts_of_a_list_is_refused_with_what_to_do(checks: fu.Module) -> None:
    with pytest.raises(fu.ArgumentError, match="str and float values together.* pass the Series itself"):
        checks.REVERSE(["ab", NAN])


def test_a_nan_among_cells_of_any_kind_is_a_blank(checks: fu.Module, kitchen_sink: fu.Module) -> None:
    mixed = pd.Series([1, "a", NAN, None, pd.NA, pd.NaT], dtype=object)
    assert checks.ID_ANY(mixed).tolist() == [1.0, "a", None, None, None, None]
    assert kitchen_sink.KIND_OF(mixed).nunique() == 3
    assert checks.ID_ANY(mixed.to_numpy()).tolist() == [1.0, "a", None, None, None, None]


def test_what_is_no_value_is_refused_beside_missing_ones(checks: fu.Module) -> None:
    with pytest.raises(fu.ArgumentError, match="str and int values together"):
        checks.REVERSE(pd.Series(["a", NAN, 1], dtype=object))
    with pytest.raises(fu.ArgumentError, match="row 2: a object is no value"):
        checks.REVERSE(pd.Series(["a", NAN, object()], dtype=object))


def test_nanoseconds_are_never_cut_off(checks: fu.Module) -> None:
    for name, value in [("ID_DURATION", pd.Timedelta(1, "ns")), ("ID_TIMESTAMP", pd.Timestamp(1, unit="ns"))]:
        for given in (value, [value], pd.Series([value, NAN], dtype=object)):
            with pytest.raises(fu.ArgumentError, match="not exact in microseconds: round"):
                checks[name](given)
