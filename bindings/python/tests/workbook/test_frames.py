"""Dataframes in and out."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import formualizer_udf as fu
from formualizer_udf import WorkbookError

DAY = dt.date(2024, 2, 29)
NOON = dt.datetime(2024, 2, 29, 12)
COLUMNS = {
    "number": [1.5, None, -2.0],
    "text": ["grün 🌍", "", None],
    "truth": [True, None, False],
    "day": [DAY, None, dt.date(1999, 1, 1)],
    "instant": [NOON, None, dt.datetime(2000, 1, 1, 0, 0, 1)],
    "int": [1, None, 2**53],
}
# A text without characters is a text, a missing one blank; integers are floats.
ROWS = [list(row) for row in zip(*COLUMNS.values())]

MAKE = {
    "dict": lambda: COLUMNS,
    "pandas": lambda: pl.DataFrame(COLUMNS).to_pandas(),
    "pandas objects": lambda: pd.DataFrame({k: pd.Series(v, dtype=object) for k, v in COLUMNS.items()}),
    "pandas nullable": lambda: pd.DataFrame({k: pd.Series(v, dtype=object) for k, v in COLUMNS.items()}).convert_dtypes(),
    "pandas arrow": lambda: pl.DataFrame(COLUMNS).to_pandas(use_pyarrow_extension_array=True),
    "polars": lambda: pl.DataFrame(COLUMNS),
    "pyarrow table": lambda: pa.table(COLUMNS),
    "pyarrow batch": lambda: pa.RecordBatch.from_pydict(COLUMNS),
    "pyarrow chunked": lambda: pa.concat_tables([pa.table(COLUMNS).slice(0, 1), pa.table(COLUMNS).slice(1)]),
    "reader": lambda: pa.table(COLUMNS).to_reader(),
    "dict of arrays": lambda: {k: pa.array(v) for k, v in COLUMNS.items()},
    "dict of Series": lambda: dict(pl.DataFrame(COLUMNS).to_dict()),
}


@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
def test_a_frame_of_any_library_is_written(wb, make):
    assert wb.write_frame("S", "B2", make()) == "B2:G5"
    assert wb.values("S", "B2:G2") == [list(COLUMNS)]
    got = wb.values("S", "B3:G5")
    wanted = [[day_of(v, at) for at, v in enumerate(row)] for row in ROWS]
    assert [[day_of(v, at) for at, v in enumerate(row)] for row in got] == wanted


def day_of(value, at):
    """pandas knows no dates of a day."""
    return value.date() if at == 3 and isinstance(value, dt.datetime) else value


def test_duckdb_relations_are_written(wb):
    duckdb = pytest.importorskip("duckdb")
    relation = duckdb.sql("select 1.5::double as a, 'x' as b union all select null, 'y'")
    wb.write_frame("S", "A1", relation)
    assert sorted(wb.values("S", "A2:B3"), key=str) == [[1.5, "x"], [None, "y"]]


def test_numpy_arrays_are_columns_without_names(wb):
    assert wb.write_frame("S", "A1", np.arange(6.0).reshape(3, 2), header=False) == "A1:B3"
    wb.write_frame("S", "D1", np.array(["a", "b"]), header=False)
    wb.write_frame("S", "F1", np.array([(1, 2.5)], dtype=[("x", "i4"), ("y", "f8")]))
    assert wb.values("S", "A1:B3") == [[0, 1], [2, 3], [4, 5]]
    assert wb.values("S", "D1:G2") == [["a", None, "x", "y"], ["b", None, 1.0, 2.5]]
    with pytest.raises(fu.ArgumentError, match="header=False"):
        wb.write_frame("S", "A1", np.arange(3.0))


def test_the_index_of_pandas_is_written_if_asked_for(wb):
    frame = pd.DataFrame({"a": [1, 2]}, index=pd.Index(["x", "y"], name="key"))
    wb.write_frame("S", "A1", frame)
    wb.write_frame("S", "D1", frame, index=True)
    assert wb.values("S", "A1:E2") == [["a", None, None, "key", "a"], [1.0, None, None, "x", 1.0]]
    with pytest.raises(fu.ArgumentError, match="pandas"):
        wb.write_frame("S", "A1", {"a": [1]}, index=True)
    with pytest.raises(fu.ArgumentError, match="rename the index"):
        wb.write_frame("S", "A1", pd.DataFrame({"a": [1]}, index=pd.Index([5], name="a")), index=True)


def test_series_categories_and_odd_names_are_written(wb):
    wb.write_frame("S", "A1", pd.Series([1.0, 2.0]))
    wb.write_frame("S", "B1", pl.Series("p", [True]))
    wb.write_frame("S", "C1", pd.DataFrame({("a", 1): pd.Categorical(["u", None, "v"])}))
    wb.write_frame("S", "D1", pd.DataFrame({7: pd.to_timedelta(["1h", None])}))
    assert wb.values("S", "A1:D4") == [
        ["column 1", "p", "a 1", "7"],
        [1.0, True, "u", dt.timedelta(hours=1)],
        [2.0, None, None, None],
        [None, None, "v", None],
    ]


@pytest.mark.parametrize(
    "frame, word",
    [
        (5, "int"),
        ("text", "str"),
        ([1, 2], "list"),
        (pl.LazyFrame({"a": [1]}), "collect"),
        ({"a": [1], "b": [1, 2]}, "column 2 has 2 rows"),
        ({"a": 5}, "'a'"),
        (pd.DataFrame({"when": pd.to_datetime(["2024-01-01"]).tz_localize("UTC")}), "'when' has a time zone"),
        (np.zeros((2, 2, 2)), "3 dimensions"),
    ],
    ids=lambda v: str(type(v).__name__),
)
def test_what_is_no_frame_is_refused(wb, frame, word):
    with pytest.raises(fu.ArgumentError, match=word):
        wb.write_frame("S", "A1", frame)
    assert wb.used_range("S") is None


@pytest.mark.parametrize(
    "frame, word",
    [
        ({"a": [1.0], "b": [2**53 + 1]}, 'column "b", row 0'),
        (pa.table({"a": [1], "b": [2**60]}), "column 2"),
        (pa.table({"a": [[1]]}), 'column "a"'),
        (pa.table({"a": pa.array([1], pa.timestamp("us", "UTC"))}), "time zone"),
        (pa.table({"a": [dt.date(1500, 1, 1)]}), "1900"),
        (pa.table({"a": pa.nulls(2**20)}), "beyond the sheet"),
    ],
    ids=["integer", "arrow integer", "list", "zone", "early", "long"],
)
def test_a_column_that_no_cells_can_hold_is_refused_and_nothing_is_written(wb, frame, word):
    with pytest.raises(WorkbookError, match=word) as caught:
        wb.write_frame("S", "A1", frame)
    assert caught.value.kind == "data"
    assert wb.used_range("S") is None


@pytest.mark.parametrize("values", [[1.0, 2.0], [1, "x"]], ids=["array", "mixed"])
def test_a_frame_is_one_step_to_undo(wb, values):
    wb.set_undo_limit(5)
    wb.write_frame("S", "A1", {"a": values, "b": pa.array([1.0, 2.0])})
    assert wb.undo() and wb.used_range("S") is None


@pytest.mark.parametrize("frame", [{"a": [], "b": []}, pl.DataFrame({"a": [], "b": []}), pa.table({"a": pa.array([], pa.float64()), "b": pa.array([], pa.string())}), pd.DataFrame({"a": [], "b": []})], ids=["dict", "polars", "arrow", "pandas"])
def test_a_frame_without_rows_has_its_header(wb, frame):
    assert wb.write_frame("S", "A1", frame) == "A1:B1"
    assert wb.write_frame("S", "D1", frame, header=False) is None
    for kind in ("pandas", "polars", "pyarrow"):
        back = wb.read_frame("S", as_=kind)
        assert list(back.columns if kind != "pyarrow" else back.column_names) == ["a", "b"] and len(back) == 0


def test_a_frame_without_columns_writes_nothing(wb):
    assert wb.write_frame("S", "A1", {}) is None
    assert wb.used_range("S") is None
    assert wb.read_frame("S").shape == (0, 0)


def test_what_is_written_comes_back_in_the_same_types(wb):
    wb.write_frame("S", "B2", pa.table(COLUMNS))
    table = wb.read_frame("S", "B2:G5", as_="pyarrow")
    assert table.schema.types == [pa.float64(), pa.string(), pa.bool_(), pa.date32(), pa.timestamp("us"), pa.float64()]
    assert table.to_pylist() == [dict(zip(COLUMNS, row)) for row in ROWS]
    polars = wb.read_frame("S", "B2:G5", as_="polars")
    assert polars.rows() == [tuple(row) for row in ROWS]
    pandas = wb.read_frame("S", "B2:G5")
    assert isinstance(pandas, pd.DataFrame) and list(pandas.columns) == list(COLUMNS)
    assert pandas["number"].tolist()[0] == 1.5 and np.isnan(pandas["number"][1])
    assert pandas["text"].tolist()[:2] == ["grün 🌍", ""] and pd.isna(pandas["text"][2])
    assert pandas["instant"].dtype.kind == "M" and pd.isna(pandas["instant"][1])
    arrays = wb.read_frame("S", "B2:G5", as_="numpy")
    assert list(arrays) == list(COLUMNS) and arrays["number"][2] == -2.0
    assert arrays["truth"].tolist() == [True, None, False]


def test_whole_columns_end_with_the_sheet(wb):
    wb.write_frame("S", "A1", {"a": [1.0, 2.0], "b": ["x", "y"]})
    for given in (None, "A:B", "1:3", "A1:B3"):
        assert wb.read_frame("S", given, as_="polars").rows() == [(1.0, "x"), (2.0, "y")]
    frame = wb.read_frame("S", "A2:B3", header=False, as_="polars")
    assert frame.columns == ["A", "B"] and frame.rows() == [(1.0, "x"), (2.0, "y")]
    assert wb.read_frame("S", "D:E", as_="polars").height == 2


def test_names_that_are_blank_or_there_twice_become_different(wb):
    wb.set_values("S", "A1", [["x", None, "x", 2024], [1, 2, 3, 4]])
    assert wb.read_frame("S", as_="polars").columns == ["x", "column 2", "x 2", "2024"]


def test_columns_of_several_kinds_and_errors(wb):
    wb.set_values("S", "A1", [["mixed", "errors", "dates"], [1, 2, DAY], ["x", {"type": "Error", "kind": "Na"}, NOON], [True, 3, None]])
    table = wb.read_frame("S", as_="pyarrow").to_pydict()
    assert table["mixed"] == ["1", "x", "TRUE"] and table["errors"] == [2.0, None, 3.0]
    assert table["dates"] == [dt.datetime(2024, 2, 29), NOON, None]


def test_a_frame_of_many_rows_comes_back(wb):
    rows = 200_000
    wb.write_frame("S", "A1", pl.DataFrame({"n": np.arange(rows), "t": [f"t{n % 7}" for n in range(rows)]}))
    wb.set_formula("S", "C1", "twice")
    wb.set_value("S", "C1", "twice")
    wb.set_formulas("S", f"C2:C{rows + 1}", "=A2*2")
    wb.recalculate()
    frame = wb.read_frame("S")
    assert frame.shape == (rows, 3) and (frame["twice"] == frame["n"] * 2).all()
    assert frame["t"].iloc[-1] == f"t{(rows - 1) % 7}"


# Buffers.


def address(array):
    return array.buffers()[-1].address + array.offset * 8


def test_arrow_columns_are_shared_in_both_directions(wb):
    column = pa.array(np.arange(1000.0))
    wb.write_frame("S", "A1", pa.table({"a": column}), header=False)
    back = wb.read_frame("S", "A:A", header=False, as_="pyarrow").column(0)
    assert back.num_chunks == 1 and address(back.chunk(0)) == address(column)


def test_columns_of_polars_are_shared(wb):
    series = pl.Series("a", np.arange(1000.0))
    wb.write_frame("S", "A1", series.to_frame(), header=False)
    back = wb.read_frame("S", "A:A", header=False, as_="polars")["A"]
    there = series.to_arrow()
    assert address(back.to_arrow()) == address(there)


def test_numpy_gets_a_view_that_cannot_be_written_to(wb):
    column = pa.array(np.arange(1000.0))
    wb.write_frame("S", "A1", pa.table({"a": column}), header=False)
    values = wb.read_frame("S", "A:A", header=False, as_="numpy")["A"]
    assert values.__array_interface__["data"][0] == address(column)
    assert not values.flags.writeable


def test_pandas_gets_memory_of_its_own(wb):
    column = pa.array(np.arange(1000.0))
    wb.write_frame("S", "A1", pa.table({"a": column}), header=False)
    back = wb.read_frame("S", "A:A", header=False)
    back.loc[0, "A"] = 99.0
    assert back["A"][0] == 99.0 and wb.value("S", "A1") == 0.0 and column[0].as_py() == 0.0


@pytest.mark.parametrize("make", [lambda a: a, lambda a: {"a": a}, lambda a: pd.DataFrame({"a": a}, copy=False), lambda a: {"a": pd.Series(a, copy=False)}], ids=["numpy", "dict", "pandas", "Series"])
def test_memory_that_others_may_write_to_is_copied(wb, make):
    array = np.arange(1000.0)
    wb.write_frame("S", "A1", make(array), header=False)
    array[:] = -1
    assert wb.values("S", "A1:A3") == [[0.0], [1.0], [2.0]]


def test_an_unknown_library_is_refused(wb):
    with pytest.raises(fu.ArgumentError, match="pandas"):
        wb.read_frame("S", as_="excel")
