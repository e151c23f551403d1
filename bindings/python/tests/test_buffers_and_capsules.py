"""Objects that only offer their memory, or only speak Arrow's PyCapsule interface."""

from __future__ import annotations

import array
import mmap
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import formualizer_udf as fu


@pytest.mark.parametrize("code", list("bBhHiIlLqQfd"))
def test_arrays_of_the_standard_library(checks: fu.Module, code: str) -> None:
    result = checks.MULADD(array.array(code, [1, 2, 3]), 1.0)
    assert isinstance(result, np.ndarray) and result.tolist() == [2.0, 3.0, 4.0]
    assert checks.MULADD(array.array(code), 1.0).tolist() == []


def test_an_array_of_characters_is_refused(checks: fu.Module) -> None:
    with pytest.raises(fu.ArgumentError, match="cannot take a array.array"):
        checks.REVERSE(array.array("u", "ab"))


def test_views_of_memory(checks: fu.Module) -> None:
    view = memoryview(array.array("d", [1.0, 2.0, 3.0, 4.0]))
    assert checks.MULADD(view, 1.0).tolist() == [2.0, 3.0, 4.0, 5.0]
    assert checks.MULADD(view[::2], 1.0).tolist() == [2.0, 4.0]
    assert checks.MULADD(view[::-1], 1.0).tolist() == [5.0, 4.0, 3.0, 2.0]
    assert checks.MULADD(view.cast("B").cast("d"), 1.0).tolist() == [2.0, 3.0, 4.0, 5.0]
    assert checks.BNOT(memoryview(np.array([True, False]))).tolist() == [False, True]


def test_a_mapped_file_is_a_column(checks: fu.Module, tmp_path: Path) -> None:
    path = tmp_path / "column"
    path.write_bytes(np.arange(4.0).tobytes())
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        with memoryview(mapped) as whole, whole.cast("d") as view:
            assert checks.MULADD(view, 1.0).tolist() == [1.0, 2.0, 3.0, 4.0]


def test_memory_is_given_back_after_the_call(checks: fu.Module) -> None:
    memory = bytearray(np.arange(4.0).tobytes())
    view = memoryview(memory).cast("d")
    checks.MULADD(view, 1.0)
    view.release()
    # A bytearray cannot change its size while somebody looks at it.
    memory.extend(b"more")


def test_memory_is_given_back_after_a_failure(checks: fu.Module) -> None:
    memory = bytearray(np.array([4.0, -1.0]).tobytes())
    view = memoryview(memory).cast("d")
    with pytest.raises(fu.RowsError):
        checks.SQRT_CHECKED(view)
    with pytest.raises(fu.ArgumentError):
        checks.MULADD(view, "text")
    view.release()
    memory.extend(b"more")


class Array:
    """Nothing but `__arrow_c_array__`."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __arrow_c_array__(self, requested_schema: Any = None) -> Any:
        return self._inner.__arrow_c_array__(requested_schema)


class Stream:
    """Nothing but `__arrow_c_stream__`."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self._inner.__arrow_c_stream__(requested_schema)


class WithConstructor(Array):
    """A library's own array, which can be made of others."""

    @classmethod
    def from_arrow(cls, other: Any) -> WithConstructor:
        return cls(pa.array(other))


class Table(Stream):
    """A library's own table."""

    @property
    def columns(self) -> Any:
        return self._inner.column_names


def test_an_object_with_an_array_gives_an_object_with_an_array(checks: fu.Module) -> None:
    result = checks.MULADD(Array(pa.array([1.0, None])), 1.0)
    assert pa.array(result).to_pylist() == [2.0, None]


def test_an_object_with_a_stream_gives_one_with_a_stream(checks: fu.Module) -> None:
    result = checks.MULADD(Stream(pa.chunked_array([[1.0], [None, 3.0]])), 1.0)
    assert pa.chunked_array(result).to_pylist() == [2.0, None, 4.0]


def test_a_type_that_can_be_made_of_arrow_is_kept(checks: fu.Module) -> None:
    result = checks.MULADD(WithConstructor(pa.array([1.0])), 1.0)
    assert isinstance(result, WithConstructor) and pa.array(result).to_pylist() == [2.0]


def test_errors_beside_the_values_come_as_a_struct(checks: fu.Module) -> None:
    result = checks.SQRT_CHECKED(Array(pa.array([4.0, -1.0])), errors="struct")
    assert pa.array(result).to_pylist()[0] == {"value": 2.0, "error": None}


def test_a_table_of_another_library_is_a_range(checks: fu.Module) -> None:
    table = pa.table({"a": [1.0, 2.0], "b": [3.0, None]})
    assert checks.SUM_RANGE(Table(table)) == 6.0


def test_a_stream_that_breaks_off_is_refused(checks: fu.Module) -> None:
    def batches() -> Any:
        yield pa.record_batch({"a": [1.0]})
        raise OSError("the disk is gone")

    reader = pa.RecordBatchReader.from_batches(pa.schema({"a": pa.float64()}), batches())
    with pytest.raises(fu.ArgumentError, match="the disk is gone"):
        checks.SUM_RANGE(Table(reader))


@pytest.mark.parametrize("answer", [None, 1, (), ("a", "b"), (None, None)], ids=repr)
def test_an_object_that_answers_nonsense_is_refused(checks: fu.Module, answer: Any) -> None:
    class Liar:
        def __arrow_c_array__(self, requested_schema: Any = None) -> Any:
            return answer

        def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
            return answer

    with pytest.raises(fu.ArgumentError, match="argument 1 `a`: .*Liar.* cannot be taken through Arrow"):
        checks.MULADD(Liar(), 1.0)


def test_what_an_object_raises_itself_goes_through(checks: fu.Module) -> None:
    class Stops:
        def __arrow_c_array__(self, requested_schema: Any = None) -> Any:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        checks.MULADD(Stops(), 1.0)
