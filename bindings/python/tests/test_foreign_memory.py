"""Arrow arrays of producers that do not keep Arrow's rules: an exception of this package, never a panic or a crash."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from capsules import Array, Foreign, ForeignTable, Schema, array, schema

import formualizer_udf as fu


def i32(*values: int) -> bytes:
    return struct.pack(f"<{len(values)}i", *values)


def i64(*values: int) -> bytes:
    return struct.pack(f"<{len(values)}q", *values)


def f64(*values: float) -> bytes:
    return struct.pack(f"<{len(values)}d", *values)


def view(length: int, rest: bytes) -> bytes:
    return struct.pack("<i", length) + rest.ljust(12, b"\0")


def far_view(length: int, prefix: bytes, buffer: int, offset: int) -> bytes:
    return view(length, prefix + i32(buffer, offset))


def refused(function: Callable[[Any], Any], argument: Any, *words: str) -> None:
    with pytest.raises(fu.ArgumentError) as raised:
        function(argument)
    for word in words:
        assert word in str(raised.value)


LONG = b"a text of more than twelve bytes"


def test_what_keeps_the_rules_is_taken(checks: fu.Module) -> None:
    texts = [
        (schema(b"u"), array(2, [None, i32(0, 1, 3), "aé".encode()]), ["a", "é"]),
        (schema(b"U"), array(2, [None, i64(0, 1, 3), "aé".encode()]), ["a", "é"]),
        (schema(b"u"), array(1, [None, i32(0, 1, 3), "aé".encode()], offset=1), ["é"]),
        # What lies outside of the rows is nobody's.
        (schema(b"u"), array(1, [None, i32(0, 1, 2), b"\xffa"], offset=1), ["a"]),
        (schema(b"vu"), array(1, [None, view(1, b"a"), i64()], n_buffers=3), ["a"]),
        (schema(b"vu"), array(1, [None, far_view(32, LONG[:4], 0, 0), LONG, i64(32)]), [LONG.decode()]),
        (
            schema(b"C", dictionary=schema(b"u")),
            array(2, [None, b"\1\0"], dictionary=array(2, [None, i32(0, 1, 2), b"ab"])),
            ["b", "a"],
        ),
        (
            schema(b"+r", schema(b"i", flags=0), schema(b"u")),
            array(3, [], array(2, [None, i32(2, 3)]), array(2, [None, i32(0, 1, 2), b"ab"])),
            ["a", "a", "b"],
        ),
        (schema(b"u"), array(0, [None, None, None]), []),
    ]
    for of, values, expected in texts:
        result = checks.REVERSE(Foreign(of, values))
        assert pa.array(result).to_pylist() == [text[::-1] for text in expected]
    assert pa.array(checks.MULADD(Foreign(schema(b"g"), array(2, [None, f64(1, 2)])), 1.0)).to_pylist() == [2.0, 3.0]
    # Numbers may lie anywhere.
    shifted = array(2, [None, f64(1, 2)], shift=3)
    assert pa.array(checks.MULADD(Foreign(schema(b"g"), shifted), 1.0)).to_pylist() == [2.0, 3.0]


TEXTS = {
    "no offsets": (array(1, [None, None, b"a"]), "missing"),
    "no data": (array(1, [None, i32(0, 1), None]), "missing"),
    "descending": (array(2, [None, i32(0, 2, 1), b"ab"]), "row"),
    "an offset past the last": (array(2, [None, i32(0, 9, 2), b"ab"]), "row"),
    "a negative offset": (array(2, [None, i32(-1, 1, 2), b"ab"]), "row"),
    "a negative offset within": (array(2, [None, i32(0, -7, 2), b"ab"]), "row"),
    "a negative end": (array(2, [None, i32(0, 1, -2), b"ab"]), "offsets"),
    "no UTF-8": (array(3, [None, i32(0, 1, 2, 3), b"a\xffb"]), "the text of row 1 is not UTF-8"),
    "a surrogate": (array(1, [None, i32(0, 3), b"\xed\xa0\x80"]), "not UTF-8"),
    "a character cut in two": (array(2, [None, i32(0, 1, 2), "é".encode()]), "within a character"),
    "a character that ends too early": (array(1, [None, i32(0, 1), "é".encode()]), "not UTF-8"),
    "offsets that are not aligned": (array(1, [None, i32(0, 1), b"a"], shift=2), "offsets"),
    "no UTF-8 in a null": (array(2, [b"\1", i32(0, 1, 2), b"a\xff"], null_count=1), "not UTF-8"),
    "too few buffers": (array(1, [None, i32(0, 1)]), "2 buffers"),
    "too many buffers": (array(1, [None, i32(0, 1), b"a", b"a"]), "4 buffers"),
    "a negative number of buffers": (array(1, [None, i32(0, 1), b"a"], n_buffers=-1), "-1 buffers"),
    "no table of buffers": (array(1, [], n_buffers=3), "buffers"),
    "a negative length": (array(-1, [None, i32(0, 1), b"a"]), "-1 rows"),
    "a negative start": (array(1, [None, i32(0, 1), b"a"], offset=-1), "from row -1"),
    "a length beyond all memory": (array(1 << 62, [None, i32(0, 1), b"a"]), "rows"),
    "a start beyond all memory": (array(1, [None, i32(0, 1), b"a"], offset=(1 << 63) - 1), "rows"),
    "more nulls than rows": (array(1, [b"\0", i32(0, 1), b"a"], null_count=2), "2 nulls"),
    "nulls without a bitmap": (array(1, [None, i32(0, 1), b"a"], null_count=1), "1 nulls"),
    "nulls miscounted": (array(2, [b"\3", i32(0, 1, 2), b"ab"], null_count=1), "bitmap"),
    "children": (array(1, [None, i32(0, 1), b"a"], array(0)), "1 children"),
    "a negative number of children": (array(1, [None, i32(0, 1), b"a"], n_children=-1), "children"),
    "a dictionary": (array(1, [None, i32(0, 1), b"a"], dictionary=array(0)), "dictionary"),
    "taken before": (array(1, [None, i32(0, 1), b"a"], released=True), "taken before"),
}  # fmt: skip


@pytest.mark.parametrize("case", TEXTS)
def test_broken_texts_are_refused(checks: fu.Module, case: str) -> None:
    values, words = TEXTS[case]
    refused(checks.REVERSE, Foreign(schema(b"u"), values), "argument 1", words)


@pytest.mark.parametrize("format", [b"u", b"z", b"U", b"Z"])
def test_broken_offsets_are_refused_at_every_width(checks: fu.Module, format: bytes) -> None:
    pack = i64 if format in b"UZ" else i32
    ends = [(0, 2, 1), (0, 9, 2), (-1, 1, 2), (0, 1, -2)]
    if pack is i64:
        ends += [(0, 1, (1 << 63) - 1), (0, 1 << 40, 2)]
    for offsets in ends:
        refused(checks.REVERSE, Foreign(schema(format), array(2, [None, pack(*offsets), b"ab"])))


VIEWS = {
    "a buffer that is not there": array(1, [None, far_view(32, LONG[:4], 1, 0), LONG, i64(32)]),
    "a negative buffer": array(1, [None, far_view(32, LONG[:4], -1, 0), LONG, i64(32)]),
    "past the buffer": array(1, [None, far_view(32, LONG[:4], 0, 1), LONG, i64(32)]),
    "a negative start": array(1, [None, far_view(32, LONG[:4], 0, -1), LONG, i64(32)]),
    "a negative length": array(1, [None, far_view(-1, LONG[:4], 0, 0), LONG, i64(32)]),
    "no UTF-8": array(1, [None, view(2, b"\xff\xfe"), i64()], n_buffers=3),
    "no UTF-8 in a buffer": array(1, [None, far_view(32, b"\xff" * 4, 0, 0), b"\xff" * 32, i64(32)]),
    "no views": array(1, [None, None, i64()], n_buffers=3),
    "a buffer of negative length": array(1, [None, far_view(32, LONG[:4], 0, 0), LONG, i64(-1)]),
    "no buffer": array(1, [None, far_view(32, LONG[:4], 0, 0), None, i64(32)]),
    "no lengths": array(1, [None, far_view(32, LONG[:4], 0, 0), LONG, None]),
    "too few buffers": array(1, [None, view(1, b"a")]),
}  # fmt: skip


@pytest.mark.parametrize("case", VIEWS)
def test_broken_views_are_refused(checks: fu.Module, case: str) -> None:
    refused(checks.REVERSE, Foreign(schema(b"vu"), VIEWS[case]), "argument 1")


def _values() -> Array:
    return array(2, [None, i32(0, 1, 2), b"ab"])


ENCODED: dict[str, tuple[Schema, Array]] = {
    "a key past the values": (schema(b"C", dictionary=schema(b"u")), array(2, [None, b"\0\2"], dictionary=_values())),
    "a negative key": (schema(b"c", dictionary=schema(b"u")), array(2, [None, b"\0\xff"], dictionary=_values())),
    "no values": (schema(b"C", dictionary=schema(b"u")), array(2, [None, b"\0\1"])),
    "values that are broken": (
        schema(b"C", dictionary=schema(b"u")),
        array(1, [None, b"\0"], dictionary=array(1, [None, i32(0, 1), b"\xff"])),
    ),
    "keys that are none": (schema(b"g", dictionary=schema(b"u")), array(1, [None, f64(0)], dictionary=_values())),
    "run ends that do not rise": (
        schema(b"+r", schema(b"i", flags=0), schema(b"u")), array(3, [], array(2, [None, i32(3, 3)]), _values()),
    ),
    "run ends that are negative": (
        schema(b"+r", schema(b"i", flags=0), schema(b"u")), array(3, [], array(2, [None, i32(-1, 3)]), _values()),
    ),
    "run ends before the end": (
        schema(b"+r", schema(b"i", flags=0), schema(b"u")), array(4, [], array(2, [None, i32(1, 3)]), _values()),
    ),
    "fewer values than run ends": (
        schema(b"+r", schema(b"i", flags=0), schema(b"u")), array(4, [], array(3, [None, i32(1, 3, 4)]), _values()),
    ),
    "run ends of another type": (
        schema(b"+r", schema(b"g", flags=0), schema(b"u")), array(1, [], array(1, [None, f64(1)]), _values()),
    ),
    "runs without values": (
        schema(b"+r", schema(b"i", flags=0), schema(b"u")), array(2, [], array(1, [None, i32(2)])),
    ),
    "runs whose values are missing": (
        schema(b"+r", schema(b"i", flags=0), schema(b"u")), array(2, [], array(1, [None, i32(2)]), None),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ENCODED)
def test_broken_dictionaries_and_runs_are_refused(checks: fu.Module, case: str) -> None:
    refused(checks.REVERSE, Foreign(*ENCODED[case]), "argument 1")


def _deep(levels: int) -> Schema:
    made = schema(b"g")
    for _ in range(levels):
        made = schema(b"+s", made)
    return made


def _wide(levels: int) -> Schema:
    """A schema whose children are the same one twice, at every level."""
    made = schema(b"g")
    for _ in range(levels):
        made = schema(b"+s", made, made)
    return made


SCHEMAS = {
    "no format": schema(None),
    "a format that is no text": schema(b"\xff"),
    "an unknown format": schema(b"?"),
    "an empty format": schema(b""),
    "a name that is no text": schema(b"+s", schema(b"g", name=b"\xff")),
    "a list of nothing": schema(b"+l"),
    "a list of a missing child": schema(b"+l", None),
    "runs with one child": schema(b"+r", schema(b"i", flags=0)),
    "a negative number of children": schema(b"+s", n_children=-1),
    "children without a table": schema(b"+s", n_children=2),
    "very many children": schema(b"+s", n_children=1 << 40),
    "too deep": _deep(200),
    "too wide": _wide(28),
    "a negative width": schema(b"w:-1"),
    "a list of negative width": schema(b"+w:-5", schema(b"g")),
    "metadata of nonsense": schema(b"g", metadata=i32(-1)),
    "metadata of very many entries": schema(b"g", metadata=i32((1 << 31) - 1)),
    "released": schema(b"g", released=True),
    "a list": schema(b"+l", schema(b"g")),
    "a large list": schema(b"+L", schema(b"g")),
    "a map": schema(b"+m", schema(b"+s", schema(b"u", flags=0), schema(b"g"), flags=0)),
    "a map of no pairs": schema(b"+m", schema(b"g")),
    "a union": schema(b"+us:0,1", schema(b"g"), schema(b"u")),
    "a dense union": schema(b"+ud:0,1", schema(b"g"), schema(b"u")),
    "a union of other types": schema(b"+ud:0", schema(b"g"), schema(b"u")),
}


@pytest.mark.parametrize("case", SCHEMAS)
def test_broken_schemas_are_refused(checks: fu.Module, case: str) -> None:
    refused(_muladd(checks), Foreign(SCHEMAS[case], array(1, [None, f64(1)])))


def _muladd(checks: fu.Module) -> Callable[[Any], Any]:
    return lambda argument: checks.MULADD(argument, 1.0)


NUMBERS = {
    "no values": array(1, [None, None]),
    "no table of buffers": array(1, [], n_buffers=2),
    "one buffer": array(1, [None]),
    "a negative length": array(-5, [None, f64(1)]),
    "a length beyond all memory": array((1 << 63) - 1, [None, f64(1)]),
    "nulls without a bitmap": array(1, [None, f64(1)], null_count=1),
    "nulls miscounted": array(1, [b"\1", f64(1)], null_count=1),
}


@pytest.mark.parametrize("case", NUMBERS)
def test_broken_numbers_are_refused(checks: fu.Module, case: str) -> None:
    refused(_muladd(checks), Foreign(schema(b"g"), NUMBERS[case]), "argument 1")


PAIR = schema(b"+s", schema(b"g", name=b"a"), schema(b"g", name=b"b"))


def _column(*values: float) -> Array:
    return array(len(values), [None, f64(*values)])


TABLES = {
    "a null row": array(2, [b"\1"], _column(1, 2), _column(1, 2), null_count=1),
    "all rows null": array(2, [b"\0"], _column(1, 2), _column(1, 2), null_count=2),
    "a null row nobody counted": array(2, [b"\1"], _column(1, 2), _column(1, 2), null_count=-1),
    "a column too few": array(2, [None], _column(1, 2)),
    "a column too many": array(2, [None], _column(1, 2), _column(1, 2), _column(1, 2)),
    "a column that is missing": array(2, [None], _column(1, 2), None),
    "no table of columns": array(2, [None], n_children=2),
    "a short column": array(2, [None], _column(1, 2), _column(1)),
    "a column shorter than the start": array(2, [None], _column(1, 2), _column(1, 2), offset=1),
    "a negative length": array(-2, [None], _column(1, 2), _column(1, 2)),
}


@pytest.mark.parametrize("case", TABLES)
def test_broken_tables_are_refused(checks: fu.Module, case: str) -> None:
    refused(checks.SUM_RANGE, ForeignTable(PAIR, TABLES[case]), "argument 1")
    with pytest.raises((fu.ArgumentError, fu.WorkbookError)):
        fu.Workbook().write_frame("Sheet1", "A1", ForeignTable(PAIR, TABLES[case]))


def test_whole_tables_are_taken(checks: fu.Module) -> None:
    whole = array(2, [b"\3"], _column(1, 2), _column(3, 4))
    assert checks.SUM_RANGE(ForeignTable(PAIR, whole)) == 10.0
    part = array(1, [None], _column(1, 2), _column(3, 4), offset=1)
    assert checks.SUM_RANGE(ForeignTable(PAIR, part)) == 6.0


def test_arrays_that_pyarrow_does_not_check_are_refused(checks: fu.Module) -> None:
    def made(kind: pa.DataType, length: int, *buffers: bytes | None, **more: Any) -> Any:
        held = [None if data is None else pa.py_buffer(data) for data in buffers]
        return pa.Array.from_buffers(kind, length, held, **more)

    broken = [
        made(pa.string(), 1, None, i32(0, 2), b"\xff\xfe"),
        made(pa.string(), 2, None, i32(0, 2, 1), b"ab"),
        made(pa.string(), 2, None, i32(0, 1, 2), "é".encode()),
        made(pa.large_string(), 1, None, i64(0, 2), b"\xff\xfe"),
        made(pa.large_string(), 2, None, i64(0, 5, 2), b"ab"),
        made(pa.string_view(), 1, None, view(2, b"\xff\xfe")),
        pa.DictionaryArray.from_arrays(pa.array([0, 7]), pa.array(["a"]), safe=False),
    ]
    for array_ in broken:
        refused(checks.REVERSE, array_, "argument 1")
        refused(checks.REVERSE, pa.chunked_array([array_]), "argument 1")
    good = pa.array(["ab", "é"])
    refused(checks.REVERSE, pa.chunked_array([good, broken[0]]), "argument 1")


def test_a_struct_with_null_rows_is_refused_in_a_stream_too(checks: fu.Module) -> None:
    rows = pa.array([{"a": 1.0, "b": 2.0}, None, {"a": 3.0, "b": 4.0}])

    class Table:
        columns = ("a", "b")

        def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
            return pa.chunked_array([rows]).__arrow_c_stream__(requested_schema)

    refused(checks.SUM_RANGE, Table(), "row 1 of the table is null")


def test_cells_that_are_none_are_refused(checks: fu.Module) -> None:
    def cells(tags: list[int | None], mask: list[bool] | None = None) -> pa.StructArray:
        lanes = [pa.array(tags, pa.uint8()), pa.array([1.0] * len(tags)), pa.array(["x"] * len(tags))]
        return pa.StructArray.from_arrays(lanes, ["tag", "number", "text"], mask=mask and pa.array(mask))

    assert len(checks.ID_ANY(cells([1, 3, 0]))) == 3
    refused(checks.ID_ANY, cells([1, 77]), "77 is no tag")
    refused(checks.ID_ANY, cells([1, None]), "row 1 of an any column is null")
    refused(checks.ID_ANY, cells([1, 1], [False, True]), "row 1 of an any column is null")


def test_texts_that_a_column_cannot_hold_are_refused_before_they_are_copied(checks: fu.Module) -> None:
    long = "x" * (1 << 20)
    refused(checks.REVERSE, [long] * 3000, "pass fewer rows at a time")
    views = pa.array([long], pa.string_view())
    many = pa.DictionaryArray.from_arrays(pa.array(np.zeros(3000, np.int32)), views)
    refused(checks.REVERSE, many, "pass fewer rows at a time")


def test_a_stream_that_has_been_taken_is_refused(checks: fu.Module) -> None:
    capsule = pa.chunked_array([[1.0]]).__arrow_c_stream__()

    class Stale:
        def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
            return capsule

    assert pa.chunked_array(checks.MULADD(Stale(), 1.0)).to_pylist() == [2.0]
    refused(_muladd(checks), Stale(), "taken before")


def test_broken_arrays_are_refused_by_the_workbook(checks: fu.Module) -> None:
    book = fu.Workbook()
    for values, _ in TEXTS.values():
        with pytest.raises((fu.ArgumentError, fu.WorkbookError)):
            book.write_frame("Sheet1", "A1", ForeignTable(schema(b"+s", schema(b"u")), array(1, [None], values)))
