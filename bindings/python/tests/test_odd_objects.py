"""Objects of all libraries, drawn at random: a result, or an exception of this package that names the argument."""

from __future__ import annotations

import datetime
import random
import warnings
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import formualizer_udf as fu

CASES = 400
NAN = float("nan")
BERLIN = ZoneInfo("Europe/Berlin")
VALUES: list[Any] = [
    None, NAN, float("inf"), -0.0, 0, 1, -1, 2**31, 2**53 + 1, 2**63, 2**64, -(2**70), 1.5, 1e300, True, False, "", "a", "größe", "\0",
    "\ud800", b"", b"\xff", bytearray(b"x"), memoryview(b"x"), datetime.date.min, datetime.date.max, datetime.date(2024, 2, 29),
    datetime.datetime.min, datetime.datetime.max, datetime.datetime(2024, 3, 31, 2, 30, tzinfo=BERLIN),
    datetime.datetime(2024, 10, 27, 2, 30, fold=1, tzinfo=BERLIN), datetime.datetime.max.replace(tzinfo=BERLIN),
    datetime.datetime.min.replace(tzinfo=datetime.timezone.utc), datetime.time(23, 59), datetime.time(1, tzinfo=datetime.timezone.utc),
    datetime.timedelta.max, datetime.timedelta(microseconds=-1), Decimal("0.1"), Decimal("NaN"), Decimal("sNaN"), Decimal("1E+30"),
    Decimal("-Infinity"), Fraction(1, 3), 1j, object(), [], [1], {"a": 1}, {1}, print, type, NotImplemented, ...,
    np.float32(1.5), np.float64("nan"), np.int8(-1), np.uint64(2**64 - 1), np.bool_(True), np.str_("a"), np.bytes_(b"a"),
    np.datetime64("NaT"), np.datetime64("2024"), np.datetime64(1, "as"), np.datetime64(2**62, "Y"), np.timedelta64(5, "M"),
    np.timedelta64(1, "ns"), np.longdouble(1) / 3, np.complex64(1), np.void(b"ab"), np.array(1), np.array([[1]]),
    pd.NA, pd.NaT, pd.Timestamp.max, pd.Timestamp("2024", tz=BERLIN), pd.Timedelta(1, "ns"), pd.Period("2024"), pd.Interval(0, 1),
    pa.scalar(1), pa.scalar(None), pa.scalar([1]), pa.scalar(Decimal("1.5")), pa.scalar(1, pa.timestamp("ns")),
    pa.scalar(2**62, pa.timestamp("s")), pl.Int8, pl.col("x").dtype if hasattr(pl.col("x"), "dtype") else pl.Int8, pd.Series([1]), pl.Series([1]),
]  # fmt: skip


class Rude:
    """Attributes that raise."""

    def __getattr__(self, name: str) -> Any:
        raise ValueError(name)

    def __index__(self) -> int:
        raise OverflowError("no index")

    def __repr__(self) -> str:
        raise RuntimeError("no repr")


class Zone(datetime.tzinfo):
    """A zone that knows nothing."""


class Wrong(datetime.tzinfo):
    def utcoffset(self, at: datetime.datetime | None) -> Any:
        return "an hour"


VALUES += [Rude(), datetime.datetime(2024, 1, 1, tzinfo=Zone()), datetime.datetime(2024, 1, 1, tzinfo=Wrong())]

_POOLS: list[list[Any]] = [
    VALUES,
    [None, NAN, pd.NA, pd.NaT, "a", "b"],
    [None, NAN, 1, 2.0, True, Decimal("1.5")],
    [value for value in VALUES if isinstance(value, (datetime.date, datetime.timedelta, pd.Timestamp)) or value is None],
    [None, 1.0, 2.5, NAN],
    [None, 1, 2, 2**40],
]


def drawn(random_: random.Random) -> list[Any]:
    pool = random_.choice(_POOLS)
    return [random_.choice(pool) for _ in range(random_.choice([0, 1, 1, 2, 3, 5]))]


def objects(values: list[Any]) -> Any:
    array = np.empty(len(values), dtype=object)
    for row, value in enumerate(values):
        array[row] = value
    return array


_PANDAS: list[Any] = [
    None, object, "float64", "Float32", "Int64", "UInt8", "boolean", "str", "string", "category", "datetime64[ns]", "datetime64[s, UTC]",
    "datetime64[us, Europe/Berlin]", "timedelta64[ms]", "period[D]", "Sparse[float]", "complex128", "int8[pyarrow]", "string[pyarrow]",
    pd.ArrowDtype(pa.decimal128(38, 3)), pd.ArrowDtype(pa.timestamp("us", "Europe/Berlin")), pd.ArrowDtype(pa.list_(pa.int8())),
]  # fmt: skip
_POLARS: list[Any] = [
    None, pl.Object, pl.Int8, pl.Int128, pl.UInt64, pl.Float32, pl.String, pl.Binary, pl.Boolean, pl.Date, pl.Time, pl.Datetime("ns"),
    pl.Datetime("us", "Europe/Berlin"), pl.Duration("ms"), pl.Decimal(20, 3), pl.Categorical, pl.List(pl.Int8), pl.Struct({"a": pl.Int8}), pl.Null,
    pl.Array(pl.Int8, 1),
]  # fmt: skip
_ARROW: list[Any] = [
    None, pa.null(), pa.int8(), pa.uint64(), pa.float16(), pa.float64(), pa.string(), pa.large_string(), pa.string_view(), pa.binary(2),
    pa.binary_view(), pa.bool_(), pa.date32(), pa.date64(), pa.time32("s"), pa.time64("ns"), pa.timestamp("ns"), pa.timestamp("s", "UTC"),
    pa.timestamp("us", "Europe/Berlin"), pa.duration("s"), pa.month_day_nano_interval(), pa.decimal32(5, 2), pa.decimal128(38, -2),
    pa.decimal256(70, 30), pa.list_(pa.int8()), pa.struct([("a", pa.int8())]), pa.map_(pa.string(), pa.int8()), pa.uuid(),
    pa.dictionary(pa.int8(), pa.string()), pa.dictionary(pa.int8(), pa.timestamp("us", "Europe/Berlin")),
]  # fmt: skip


def _sliced(made: Any, random_: random.Random) -> Any:
    return made[random_.choice([0, 1]) :: random_.choice([1, 2, -1])] if random_.random() < 0.3 else made


def of_pandas(values: list[Any], random_: random.Random) -> Any:
    made = pd.Series(values, dtype=random_.choice(_PANDAS))
    return random_.choice([made, made, made.astype("category"), made.array, made.to_frame(), pd.Index(made), _sliced(made, random_)])


def of_polars(values: list[Any], random_: random.Random) -> Any:
    # polars itself panics, or complains to nobody, where such values are put into a Series.
    values = [value for value in values if not isinstance(value, Rude) and not isinstance(getattr(value, "tzinfo", None), (Zone, Wrong))]
    made = pl.Series(values, dtype=random_.choice(_POLARS), strict=False)
    return random_.choice([made, made, made.to_frame(), pl.concat([made, made], rechunk=False), made[1:], made.implode()])


def of_arrow(values: list[Any], random_: random.Random) -> Any:
    # pyarrow crashes where some of its scalars are put into a dictionary.
    values = [value for value in values if not isinstance(value, pa.Scalar)]
    made = pa.array(values, random_.choice(_ARROW))
    table = pa.table({"a": made})
    union = pa.UnionArray.from_sparse(pa.array([0] * len(made), pa.int8()), [made])
    return random_.choice([made, made, table["a"], table, pa.chunked_array([made, made]), _sliced(made, random_), union, pa.StructArray.from_arrays([made], ["a"])])  # fmt: skip


def of_numpy(values: list[Any], random_: random.Random) -> Any:
    dtype = random_.choice([None, object, "f8", ">f4", "i8", "?", "U4", "S2", "M8[ns]", "M8[Y]", "m8[D]", "c8", "V3", "f2"])
    made = objects(values) if dtype is object else np.array(values, dtype=dtype)
    masked = np.ma.masked_array(made, mask=[random_.random() < 0.5 for _ in range(len(made))] if made.ndim == 1 else False)
    return random_.choice([made, made, masked, made[::-1], made.reshape(-1, 1), made.reshape(1, -1), made[:1].reshape(())])


def of_python(values: list[Any], random_: random.Random) -> Any:
    return random_.choice([values, tuple(values), [values, values], iter(values), set(map(id, values)), dict.fromkeys(range(2)), values[0] if values else None])


MAKERS: list[Callable[[list[Any], random.Random], Any]] = [of_pandas, of_polars, of_arrow, of_numpy, of_python]
FUNCTIONS = [
    "ID_I8", "ID_U64", "ID_I64", "ID_F32", "ID_F64", "ID_BOOL", "ID_UTF8", "ID_BINARY", "ID_DATE32", "ID_TIME64", "ID_TIMESTAMP",
    "ID_TIMESTAMP_UTC", "ID_DURATION", "ID_ERROR", "ID_ANY", "IS_NULL", "SUM_RANGE", "COUNT_NULLS", "FIRST_TEXT", "LABEL", "WORDS",
]  # fmt: skip


def made_by(maker: Callable[[list[Any], random.Random], Any], random_: random.Random) -> Any:
    """An object; drawn again where its own library does not make it."""
    for _ in range(200):
        try:
            return maker(drawn(random_), random_)
        except BaseException as error:
            if isinstance(error, (KeyboardInterrupt, SystemExit)):
                raise
    return None


# polars tells of values that it cannot convert where nobody listens.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.__name__)
def test_odd_objects_give_a_result_or_an_exception_of_ours(
    checks: fu.Module, maker: Callable[[list[Any], random.Random], Any]
) -> None:
    random_ = random.Random(f"odd objects {maker.__name__}")
    taken = 0
    for case in range(CASES):
        name = random_.choice(FUNCTIONS)
        errors = random_.choice(["raise", "null", "struct"])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            given = made_by(maker, random_)
            try:
                checks[name](given, errors=errors)
                taken += 1
            except fu.UdfError as error:
                assert not isinstance(error, fu.InternalError), f"case {case}: {name}: {error}"
                assert len(str(error)) > 15
            except BaseException as error:
                shown = type(given).__name__ if maker is of_python else repr(given)
                pytest.fail(f"case {case}: {name}, errors={errors}: {type(error).__name__}: {error}, of {shown}")
    assert taken > CASES // 20
    assert checks.MULADD(2.0, 1.0) == 3.0


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_odd_objects_among_excels_functions() -> None:
    random_ = random.Random("odd objects of Excel")
    for case in range(CASES):
        function = fu.functions[random_.choice(["SUM", "ROUND", "LEN", "YEAR", "TEXTJOIN", "XLOOKUP", "COUNTA", "IF"])]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            given = [made_by(random_.choice(MAKERS), random_) for _ in range(random_.choice([1, 2, 3]))]
            try:
                function(*given, errors="null")
            except fu.UdfError as error:
                assert not isinstance(error, fu.InternalError), f"case {case}: {function}: {error}"
            except BaseException as error:
                pytest.fail(f"case {case}: {function}: {type(error).__name__}: {error}, of {[type(one) for one in given]}")


def test_a_panic_of_another_library_is_an_exception_of_ours(checks: fu.Module) -> None:
    class Panicking(BaseException):
        pass

    Panicking.__name__ = "PanicException"

    class Broken:
        def __arrow_c_array__(self, requested_schema: Any = None) -> Any:
            raise Panicking("called `Option::unwrap()` on a `None` value")

    with pytest.raises(fu.ArgumentError, match="Broken cannot be taken through Arrow: .*unwrap"):
        checks.MULADD(Broken(), 1.0)
