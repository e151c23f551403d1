"""Workbooks and data in files."""

from __future__ import annotations

import datetime as dt
import errno
import os
import zipfile
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from pyarrow import feather

import formualizer_udf as fu
from formualizer_udf import WorkbookError

TESTDATA = Path(__file__).resolve().parents[4] / "testdata"


def refused(kind, call, *words):
    with pytest.raises(WorkbookError) as caught:
        call()
    assert caught.value.kind == kind, caught.value
    for word in words:
        assert word in str(caught.value)


def unreadable(error, call, word):
    with pytest.raises(error, match=word) as caught:
        call()
    if error is FileNotFoundError:
        assert caught.value.errno == errno.ENOENT


@pytest.fixture
def filled(wb):
    wb.add_sheet("Größe €")
    wb.set_values(
        "S",
        "A1",
        [["grün 🌍", 1.5, True, None], [dt.date(2024, 2, 29), dt.datetime(2024, 2, 29, 12, 30), dt.time(6), {"type": "Error", "kind": "Na"}]],
    )
    wb.set_formulas("S", "E1:E3", "=ROW()*2")
    wb.set_formula("Größe €", "A1", "=SUM(S!E1:E3)")
    wb.define_name("rate", "0.5")
    wb.recalculate()
    return wb


def test_what_is_saved_is_loaded(filled, tmp_path):
    report = filled.save(tmp_path / "out.xlsx")
    assert report.bytes == (tmp_path / "out.xlsx").stat().st_size and report.cells_written >= 11
    assert report.warnings == ()
    for book in (fu.Workbook.open(str(tmp_path / "out.xlsx")), fu.Workbook.from_bytes(filled.to_bytes())):
        assert book.sheet_names == ["S", "Größe €"] and book.load_warnings == []
        assert book.values("S", "A1:E3") == filled.values("S", "A1:E3")
        assert book.formula("Größe €", "A1") == "=SUM(S!E1:E3)"
        assert [n.name for n in book.names] == ["rate"]
        assert book.recalculate().errors.cells == 1


def test_openpyxl_reads_what_was_saved(filled, tmp_path):
    filled.save(tmp_path / "out.xlsx")
    formulas = openpyxl.load_workbook(tmp_path / "out.xlsx")
    values = openpyxl.load_workbook(tmp_path / "out.xlsx", data_only=True)
    assert formulas.sheetnames == ["S", "Größe €"]
    assert formulas["S"]["E2"].value == "=ROW()*2" and values["S"]["E2"].value == 4
    sheet = values["S"]
    assert [sheet["A1"].value, sheet["B1"].value, sheet["C1"].value, sheet["D2"].value] == ["grün 🌍", 1.5, True, "#N/A"]
    assert sheet["A2"].value == dt.datetime(2024, 2, 29) and sheet["B2"].value == dt.datetime(2024, 2, 29, 12, 30)
    assert values["Größe €"]["A1"].value == 12


def test_values_alone_are_saved_if_asked_for(filled, tmp_path):
    filled.register_function("TWICE", lambda x: 2 * x)
    filled.set_formula("S", "F1", "=TWICE(21)")
    filled.recalculate()
    report = filled.save(tmp_path / "f.xlsx")
    assert any("TWICE" in warning for warning in report.warnings)
    filled.save(tmp_path / "v.xlsx", values_only=True)
    book = openpyxl.load_workbook(tmp_path / "v.xlsx")
    assert book["S"]["F1"].value == 42 and book["S"]["E2"].value == 4
    assert fu.Workbook.from_bytes(filled.to_bytes(values_only=True)).formula("S", "E2") is None


def test_a_workbook_of_excel_is_changed_and_saved(tmp_path):
    book = fu.Workbook.open(TESTDATA / "portfolio.xlsx")
    sheet = book.sheet_names[0]
    report = book.save(tmp_path / "same.xlsx")
    assert report.parts_copied > 5 and report.cells_written == 0
    book.set_value(sheet, "A1", "neu")
    assert book.save(tmp_path / "new.xlsx").cells_written == 1
    assert openpyxl.load_workbook(tmp_path / "new.xlsx")[sheet]["A1"].value == "neu"


def test_a_report_tells_whether_the_file_may_have_macros(filled, tmp_path):
    assert filled.save(tmp_path / "plain.xlsx").macros is False
    with zipfile.ZipFile(tmp_path / "plain.xlsx") as plain, zipfile.ZipFile(tmp_path / "macros.xlsm", "w") as made:
        for name in plain.namelist():
            content = plain.read(name)
            if name == "[Content_Types].xml":
                kind = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
                content = content.replace(b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", kind)
                assert kind in content
            made.writestr(name, content)
    book = fu.Workbook.open(tmp_path / "macros.xlsm")
    assert book.save(tmp_path / "again.xlsm").macros is True
    with pytest.raises(WorkbookError, match=r"\.xlsm"):
        book.save(tmp_path / "again.xlsx")


def test_paths_may_be_objects(filled, tmp_path):
    class Where:
        def __fspath__(self):
            return str(tmp_path / "где.xlsx")

    filled.save(Where())
    assert fu.Workbook.open(Where()).sheet_names == ["S", "Größe €"]
    with pytest.raises(TypeError):
        fu.Workbook.open(5)


@pytest.mark.parametrize("data", [bytearray, memoryview, bytes])
def test_bytes_may_be_of_any_kind(filled, data):
    assert fu.Workbook.from_bytes(data(filled.to_bytes())).sheet_names == ["S", "Größe €"]
    for wrong in ("text", 5, [1, 2]):
        with pytest.raises(TypeError):
            fu.Workbook.from_bytes(wrong)


def test_a_file_that_is_not_there_or_no_workbook_is_refused(tmp_path):
    unreadable(FileNotFoundError, lambda: fu.Workbook.open(tmp_path / "none.xlsx"), "none.xlsx")
    unreadable(IsADirectoryError, lambda: fu.Workbook.open(tmp_path), "folder")
    (tmp_path / "text.xlsx").write_text("no workbook")
    refused("file", lambda: fu.Workbook.open(tmp_path / "text.xlsx"), "text.xlsx")
    refused("file", lambda: fu.Workbook.from_bytes(b""))


def test_every_truncated_file_is_refused(filled):
    data = filled.to_bytes()
    for length in range(0, len(data), max(1, len(data) // 200)):
        refused("file", lambda: fu.Workbook.from_bytes(data[:length]))


@pytest.mark.parametrize("limit", [{"file_bytes": 100}, {"part_bytes": 50}, {"total_bytes": 50}, {"parts": 1}, {"cells": 3}, {"depth": 1}], ids=repr)
def test_files_beyond_a_limit_are_refused_by_its_name(filled, tmp_path, limit):
    filled.save(tmp_path / "a.xlsx")
    word = "deeper than 1" if "depth" in limit else next(iter(limit))
    refused("file", lambda: fu.Workbook.open(tmp_path / "a.xlsx", **limit), word)
    if "file_bytes" not in limit:
        refused("file", lambda: fu.Workbook.from_bytes(filled.to_bytes(), **limit), word)


@pytest.mark.parametrize("name", ["out.xls", "out.csv", "out.xlsm", "none/out.xlsx"])
def test_a_save_that_fails_leaves_what_was_there(filled, tmp_path, name):
    before = sorted(os.listdir(tmp_path))
    if "/" in name:
        unreadable(FileNotFoundError, lambda: filled.save(tmp_path / name), "out")
    else:
        refused("file", lambda: filled.save(tmp_path / name), "out")
    assert sorted(os.listdir(tmp_path)) == before


def test_a_save_over_a_folder_leaves_nothing_behind(filled, tmp_path):
    (tmp_path / "out.xlsx").mkdir()
    unreadable(IsADirectoryError, lambda: filled.save(tmp_path / "out.xlsx"), "out.xlsx")
    assert os.listdir(tmp_path) == ["out.xlsx"]


# Data.

FORMATS = ["csv", "tsv", "json", "ndjson", "arrow", "parquet"]


@pytest.mark.parametrize("extension", FORMATS)
def test_data_is_exported_and_imported(wb, tmp_path, extension):
    wb.set_values("S", "A1", [["name", "price"], ["grün", 1.5], ["b", 2.0], ["c", None]])
    path = tmp_path / f"data.{extension}"
    wb.export_data("S", "A:B", path)
    report = wb.import_data("S", "D1", path)
    assert (report.rows, report.columns, report.range) == (3, 2, "D1:E4")
    assert wb.values("S", "D1:E4") == wb.values("S", "A1:B4")
    wb.import_data("S", (10, 1), path, headers=False)
    assert wb.value("S", "A10") in ("grün", "name")


def test_options_of_exports(wb, tmp_path):
    wb.set_values("S", "A1", [["a"], ["=1+1"], [{"type": "Error", "kind": "Na"}]])
    wb.export_data("S", "A1:A3", tmp_path / "a.csv", neutralize_formulas=True, errors_as_null=True)
    assert (tmp_path / "a.csv").read_text().splitlines()[:2] == ["a", "'=1+1"]
    wb.export_data("S", "A1:A3", tmp_path / "a.json", headers=False)
    assert '"A"' in (tmp_path / "a.json").read_text()


def test_data_that_is_damaged_or_missing_changes_nothing(wb, tmp_path):
    (tmp_path / "bad.json").write_text('[{"a": 1}, {')
    (tmp_path / "bad.parquet").write_bytes(b"PAR1nothing")
    refused("file", lambda: wb.import_data("S", "A1", tmp_path / "bad.json"), "bad.json")
    refused("file", lambda: wb.import_data("S", "A1", tmp_path / "bad.parquet"))
    unreadable(FileNotFoundError, lambda: wb.import_data("S", "A1", tmp_path / "none.csv"), "none.csv")
    unreadable(FileNotFoundError, lambda: wb.export_data("S", "A1", tmp_path / "none" / "a.csv"), "a.csv")
    refused("file", lambda: wb.import_data("S", "A1", tmp_path / "data.doc"), ".csv")
    refused("file", lambda: wb.export_data("S", "A1", tmp_path / "data.doc"))
    assert wb.used_range("S") is None and not (tmp_path / "data.doc").exists()


@pytest.mark.parametrize("limit", ["file_bytes", "total_bytes", "cells"])
def test_data_beyond_a_limit_is_refused_by_its_name(wb, tmp_path, limit):
    feather.write_feather(pa.table({"name": ["a", "b"]}), str(tmp_path / "a.arrow"), compression="lz4")
    refused("file", lambda: wb.import_data("S", "C1", tmp_path / "a.arrow", **{limit: 1}), limit, "a.arrow")
    assert wb.import_data("S", "C1", tmp_path / "a.arrow", **{limit: 10_000}).rows == 2
