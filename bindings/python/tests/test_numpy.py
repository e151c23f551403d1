"""NumPy arrays of every type and layout."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pytest

import formualizer_udf as fu

INTEGERS = ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"]


@pytest.mark.parametrize("dtype", [*INTEGERS, "f2", "f4", "f8"])
@pytest.mark.parametrize("order", ["<", ">"])
def test_numbers_of_every_type_and_byte_order(checks: fu.Module, dtype: str, order: str) -> None:
    result = checks.MULADD(np.array([1, 2, 3]).astype(order + dtype), 1.0)
    assert result.tolist() == [2.0, 3.0, 4.0] and result.dtype == np.dtype("f8")


@pytest.mark.parametrize("dtype", INTEGERS)
def test_the_ends_of_every_integer_type_are_kept(checks: fu.Module, dtype: str) -> None:
    ends = np.iinfo(dtype)
    given = np.array([ends.min, ends.max, 0, 1, 2], dtype=dtype)
    name = ("ID_I" if dtype[0] == "i" else "ID_U") + str(8 * int(dtype[1:]))
    result = checks[name](given)
    assert result.dtype == given.dtype and result.tolist() == given.tolist()


def test_floats_keep_their_bits_but_for_nan(checks: fu.Module) -> None:
    given = np.array([0.0, -0.0, np.inf, -np.inf, 5e-324, 1.7976931348623157e308])
    assert checks.ID_F64(given).tobytes() == given.tobytes()
    assert np.isnan(checks.ID_F64(np.array([np.nan]))[0])
    assert checks.ID_F32(given[:4].astype("f4")).tobytes() == given[:4].astype("f4").tobytes()


def unaligned(values: Any) -> Any:
    memory = np.zeros(values.nbytes + 1, dtype="u1")
    view = memory[1:].view(values.dtype) if values.nbytes else values
    view[:] = values
    assert not view.flags.aligned
    return view


def read_only(values: Any) -> Any:
    copy = values.copy()
    copy.flags.writeable = False
    return copy


def record(values: Any) -> Any:
    records = np.zeros(len(values), dtype=[("other", "i1"), ("value", values.dtype)])
    records["value"] = values
    return records["value"]


LAYOUTS = {
    "every other": lambda v: np.repeat(v, 2)[::2],
    "backwards": lambda v: v[::-1].copy()[::-1],
    "unaligned": unaligned,
    "read-only": read_only,
    "a field of records": record,
    "a column of a C matrix": lambda v: np.stack([v, v], axis=1)[:, 0],
    "a column of a Fortran matrix": lambda v: np.asfortranarray(np.stack([v, v], axis=1))[:, 0],
    "one value, broadcast": lambda v: np.broadcast_to(v[:1], v.shape),
    "a subclass": lambda v: v.view(type("Sub", (np.ndarray,), {})),
    "from a buffer": lambda v: np.frombuffer(v.tobytes(), v.dtype),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", ["f8", "i4", "f2", "M8[us]"])
def test_every_layout_in_memory_gives_the_same(checks: fu.Module, layout: str, dtype: str) -> None:
    values = np.arange(1, 9).astype(dtype)
    given = LAYOUTS[layout](values)
    function = checks.ID_TIMESTAMP if dtype == "M8[us]" else checks.ID_F64
    result = function(given)
    assert result.tolist() == np.asarray(given).astype("f8" if dtype != "M8[us]" else dtype).tolist()
    assert given.flags.writeable == LAYOUTS[layout](values).flags.writeable


def test_truths(checks: fu.Module) -> None:
    truths = np.array([True, False, True])
    assert checks.BNOT(truths).tolist() == [False, True, False] and checks.BNOT(truths).dtype == bool
    assert checks.BNOT(truths[::2]).tolist() == [False, False]
    assert checks.MULADD(truths, 1.0).tolist() == [2.0, 1.0, 2.0]


def test_texts_and_bytes(checks: fu.Module) -> None:
    for given in (np.array(["ab", "größe"]), np.array(["ab", "größe"], dtype=object)):
        result = checks.REVERSE(given)
        assert result.dtype == object and result.tolist() == ["ba", "eßörg"]
    strings = np.array(["ab", None], dtype=np.dtypes.StringDType(na_object=None))
    assert checks.REVERSE(strings).tolist() == ["ba", None]
    assert checks.ID_BINARY(np.array([b"ab", b"c"])).tolist() == [b"ab", b"c"]


def test_objects_are_python_values(checks: fu.Module) -> None:
    assert checks.MULADD(np.array([1, None, 2.5], dtype=object), 1.0).tolist()[::2] == [2.0, 3.5]
    days = [datetime.date(2024, 2, 29), None]
    assert checks.ID_DATE32(np.array(days, dtype=object)).astype(object).tolist() == days
    with pytest.raises(fu.ArgumentError, match="row 1: a object is no value"):
        checks.MULADD(np.array([1.0, object()], dtype=object), 1.0)


def test_no_rows_give_no_rows_of_the_result_type(checks: fu.Module) -> None:
    for dtype in ("f8", "i1", ">i4", "O"):
        result = checks.MULADD(np.array([], dtype=dtype), 1.0)
        assert result.shape == (0,) and result.dtype == np.dtype("f8")
    assert checks.REVERSE(np.array([], dtype="U3")).dtype == object
    assert checks.ID_TIMESTAMP(np.array([], dtype="M8[ns]")).dtype == np.dtype("M8[us]")


@pytest.mark.parametrize("value", [2.5, np.float64(2.5), np.array(2.5), np.array(2.5, dtype=object), np.float16(2.5)])
def test_an_array_of_no_dimensions_is_one_value(checks: fu.Module, value: Any) -> None:
    assert checks.MULADD(value, 1.0) == 3.5
    assert checks.MULADD([1.0, 2.0], value) == [3.5, 6.0]


@pytest.mark.parametrize("kind", [np.int8, np.uint64, np.float32, np.bool_, np.str_, np.bytes_])
def test_scalars_of_numpy_are_values(checks: fu.Module, kind: Any) -> None:
    name = {np.bool_: "BOOL", np.str_: "UTF8", np.bytes_: "BINARY", np.float32: "F32", np.uint64: "U64", np.int8: "I8"}[kind]
    value = kind(1) if kind not in (np.str_, np.bytes_) else kind(b"1" if kind is np.bytes_ else "1")
    result = checks[f"ID_{name}"](value)
    assert result == value and type(result) in (int, float, bool, str, bytes)


@pytest.mark.parametrize("make", [np.ascontiguousarray, np.asfortranarray, lambda a: a[::-1, ::-1], lambda a: a.astype(">f8")])
def test_two_dimensions_are_a_range(checks: fu.Module, kitchen_sink: fu.Module, make: Any) -> None:
    matrix = make(np.arange(6.0).reshape(2, 3))
    assert checks.SUM_RANGE(matrix) == 15.0
    assert kitchen_sink.TRANSPOSE(matrix).tolist() == matrix.T.tolist()


def test_dimensions_that_do_not_fit_are_refused(checks: fu.Module) -> None:
    with pytest.raises(fu.ArgumentError, match="takes one value, a range was given"):
        checks.MULADD(np.ones((2, 2)), 1.0)
    for given in (np.ones((2, 2, 2)), np.ones((2, 2, 2), dtype=object), np.zeros((1, 1, 1), dtype="M8[s]")):
        with pytest.raises(fu.ArgumentError, match="3 dimensions: pass one or two"):
            checks.SUM_RANGE(given)
    assert checks.SUM_RANGE(np.ones((0, 3))) == checks.SUM_RANGE(np.ones((3, 0))) == 0.0


def test_masked_elements_are_missing(checks: fu.Module) -> None:
    floats = checks.MULADD(np.ma.masked_array([1.0, 2.0], [False, True]), 1.0)
    assert floats[0] == 2.0 and np.isnan(floats[1])
    whole = checks.GCD(np.ma.masked_array([4, 2], [False, True]), 2)
    assert np.ma.isMaskedArray(whole) and whole.tolist() == [2, None]
    assert checks.REVERSE(np.ma.masked_array(["ab", "cd"], [False, True])).tolist() == ["ba", None]
    assert np.isnat(checks.ID_TIMESTAMP(np.ma.masked_array(np.array([1], "M8[s]"), [True]))[0])
    assert checks.MULADD(np.ma.masked_array([1.0, 2.0]), 1.0).tolist() == [2.0, 3.0]
    assert checks.COUNT_NULLS(np.ma.masked_array([1.0, 2.0], [True, True])) == 2


def test_masks_of_no_and_of_two_dimensions(checks: fu.Module) -> None:
    assert checks.MULADD(np.ma.masked, 1.0) is None
    assert checks.MULADD(np.ma.masked_array(1.0), 1.0) == 2.0
    assert checks.SUM_RANGE(np.ma.masked_array([[1.0, 2.0], [3.0, 4.0]], [[True, False], [False, False]])) == 9.0


def test_missing_results_are_nan_or_masked(checks: fu.Module) -> None:
    floats = checks.NULL_IF_NEG(np.array([1.0, -1.0]))
    assert not np.ma.isMaskedArray(floats) and floats[0] == 1.0 and np.isnan(floats[1])
    lengths = checks.STRLEN(np.array(["a", None], dtype=object))
    assert np.ma.isMaskedArray(lengths) and lengths.dtype == np.dtype("i8") and lengths.tolist() == [1, None]
    truths = checks.BNOT(np.array([True, None], dtype=object))
    assert np.ma.isMaskedArray(truths) and truths.tolist() == [False, None]


@pytest.mark.parametrize("dtype", ["c16", "g", "V3", [("a", "f8")]], ids=str)
def test_types_without_a_counterpart_are_refused(checks: fu.Module, dtype: Any) -> None:
    with pytest.raises(fu.ArgumentError, match="has no counterpart: convert it first"):
        checks.MULADD(np.zeros(2, dtype=dtype), 1.0)


def test_integers_that_no_float_can_be_are_refused(checks: fu.Module) -> None:
    assert checks.MULADD(np.array([2**53]), 1.0).tolist() == [float(2**53 + 1)]
    with pytest.raises(fu.ArgumentError, match="9007199254740993, which is not exact as Float64"):
        checks.MULADD(np.array([1, 2**53 + 1]), 1.0)


@pytest.mark.filterwarnings("ignore:.*matrix.*:PendingDeprecationWarning")
def test_a_matrix_is_the_array_that_it_holds(checks: fu.Module) -> None:
    matrix = np.matrix([[1.0, 2.0], [3.0, 4.0]])
    assert checks.SUM_RANGE(matrix) == 10.0
    assert checks.SUM_RANGE(np.ma.MaskedArray(np.asarray(matrix), mask=[[True, False], [False, False]])) == 9.0
    with pytest.raises(fu.ArgumentError, match="a range was given"):
        checks.MULADD(matrix, 1.0)
    with pytest.raises(fu.ArgumentError, match="numpy.asarray"):
        checks.SUM_RANGE(np.ma.MaskedArray(matrix))


def test_a_subclass_whose_parts_are_like_itself_does_no_harm(checks: fu.Module) -> None:
    class Endless(np.ndarray):
        mask = False

        @property
        def data(self) -> Any:
            return self

        @property
        def T(self) -> Any:
            return [self]

        def reshape(self, *shape: Any) -> Any:
            return self

    one = np.ones(2).view(Endless)
    assert checks.MULADD(one, 1.0).tolist() == [2.0, 2.0]
    assert checks.MULADD(np.array(1.0).view(Endless), 1.0) == 2.0
    with pytest.raises(fu.ArgumentError, match="numpy.asarray"):
        checks.SUM_RANGE(np.ones((2, 2)).view(Endless))
