"""Several edits as one."""

from __future__ import annotations

import gc
import threading
from contextlib import ExitStack

import pytest

import formualizer_udf as fu
from formualizer_udf import WorkbookError


@pytest.fixture
def sums(wb):
    wb.set_undo_limit(20)
    wb.set_values("S", "A1", [[1], [2]])
    wb.set_formula("S", "B1", "=SUM(A1:A2)")
    wb.recalculate()
    return wb


def test_edits_are_recalculated_once_and_undone_in_one_step(sums):
    calls = []
    sums.register_function("COUNT1", lambda n: calls.append(n) or n)
    sums.set_formula("S", "C1", "=COUNT1(B1)")
    with sums.edit() as edit:
        sums.set_value("S", "A1", 10)
        sums.set_value("S", "A2", 20)
        sums.insert_rows("S", 2)
        assert sums.value("S", "A3") == 20.0 and sums.value("S", "B1") == 3.0
        assert edit.report is None
    assert calls == [30.0] and sums.value("S", "C1") == 30.0
    assert edit.report.cells == 2 and edit.report.udf_calls == 1
    assert sums.formula("S", "B1") == "=SUM(A1:A3)"
    assert sums.undo()
    sums.recalculate()
    assert sums.values("S", "A1:B2") == [[1.0, 3.0], [2.0, None]]


class Bang(Exception):
    pass


@pytest.mark.parametrize("error", [Bang, KeyboardInterrupt, GeneratorExit])
def test_a_block_that_raises_is_taken_back(sums, error):
    with pytest.raises(error):
        with sums.edit() as edit:
            sums.set_value("S", "A1", 10)
            sums.add_sheet("T")
            sums.register_function("F", lambda: 1)
            sums.write_frame("S", "D1", {"a": [1.0, 2.0]})
            raise error
    assert edit.report is None
    assert sums.value("S", "A1") == 1.0 and sums.sheet_names == ["S"]
    assert sums.list_functions() == [] and sums.used_range("S") == "A1:B2"
    # The steps before are there still.
    assert sums.undo()


def test_an_error_of_the_workbook_takes_the_block_back(sums):
    with pytest.raises(WorkbookError) as caught:
        with sums.edit():
            sums.set_value("S", "A1", 10)
            sums.set_value("T", "A1", 10)
    assert caught.value.kind == "sheet"
    assert sums.value("S", "A1") == 1.0


def test_an_error_that_the_block_deals_with_takes_nothing_back(sums):
    with sums.edit():
        sums.set_value("S", "A1", 10)
        with pytest.raises(WorkbookError):
            sums.set_formula("S", "A2", "=(")
    assert sums.value("S", "B1") == 12.0


def test_an_edit_within_an_edit_is_taken_back_alone(sums):
    with sums.edit() as outer:
        sums.set_value("S", "A1", 10)
        with pytest.raises(Bang):
            with sums.edit():
                sums.set_value("S", "A1", 99)
                raise Bang
        assert sums.value("S", "A1") == 10.0
        with sums.edit() as inner:
            sums.set_value("S", "A2", 20)
        assert inner.report is None and sums.value("S", "B1") == 3.0
    assert outer.report.cells == 1 and sums.value("S", "B1") == 30.0
    sums.undo()
    assert sums.values("S", "A1:A2") == [[1.0], [2.0]]


def test_the_outer_edit_takes_back_what_the_inner_one_did(sums):
    with pytest.raises(Bang):
        with sums.edit():
            with sums.edit():
                sums.set_value("S", "A1", 99)
            raise Bang
    assert sums.value("S", "A1") == 1.0


def test_a_block_may_recalculate_and_read(sums, tmp_path):
    sums.register_function("TWICE", lambda x: 2 * x)
    with sums.edit():
        sums.set_formula("S", "C1", "=TWICE(A1)")
        told = []
        sums.recalculate(progress=lambda *news: told.append(news))
        assert sums.value("S", "C1") == 2.0 and told
        sums.save(tmp_path / "in.xlsx")
        assert not sums.undo()
    assert fu.Workbook.open(tmp_path / "in.xlsx").value("S", "C1") == 2.0


def test_an_edit_without_edits_is_no_step(sums):
    sums.set_value("S", "A1", 5)
    with sums.edit():
        pass
    sums.undo()
    assert sums.value("S", "A1") == 1.0


def test_other_threads_are_refused_while_an_edit_is_open(sums):
    kinds = []

    def other():
        for use in (lambda: sums.value("S", "A1"), sums.recalculate, lambda: sums.edit().__enter__()):
            try:
                use()
                kinds.append("went through")
            except WorkbookError as error:
                kinds.append(error.kind)

    with sums.edit():
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(20)
        assert "in use" in repr(sums)
    assert kinds == ["reentrant"] * 3
    other()
    assert kinds[3:] == ["went through"] * 3


def test_progress_and_options_are_those_of_the_recalculation(sums):
    told = []
    with sums.edit(threads=2, seed=3, progress=lambda *news: told.append(news)):
        sums.set_value("S", "A1", 10)
        assert told == []
    assert told[-1] == (1, 1)
    with pytest.raises(Bang):

        def fails(*_):
            raise Bang

        with sums.edit(progress=fails):
            sums.set_value("S", "A1", 11)
    # What is edited stays; it was the recalculation that failed.
    assert sums.value("S", "A1") == 11.0
    for wrong in ({"threads": 0}, {"progress": 5}):
        with pytest.raises(fu.ArgumentError):
            sums.edit(**wrong)


def test_an_edit_is_entered_once_and_ended_in_order(sums):
    edit = sums.edit()
    assert repr(edit) == "<Edit, not entered>"
    with pytest.raises(WorkbookError, match="not open"):
        edit.__exit__(None, None, None)
    with edit:
        assert repr(edit) == "<Edit, open>"
        with pytest.raises(WorkbookError, match="entered once"):
            edit.__enter__()
        inner = sums.edit()
        inner.__enter__()
        with pytest.raises(WorkbookError, match="innermost"):
            edit.__exit__(None, None, None)
        inner.__exit__(None, None, None)
    assert repr(edit) == "<Edit, ended>"
    with pytest.raises(WorkbookError):
        edit.__enter__()


def test_an_edit_that_never_ends_is_taken_back(sums):
    edit = sums.edit()
    edit.__enter__()
    sums.set_value("S", "A1", 10)
    inner = sums.edit()
    inner.__enter__()
    sums.set_value("S", "A1", 11)
    del inner
    gc.collect()
    assert sums.value("S", "A1") == 10.0
    del edit
    gc.collect()
    assert sums.value("S", "A1") == 1.0
    sums.set_value("S", "A1", 4)
    sums.recalculate()
    assert sums.value("S", "B1") == 6.0


def test_edits_of_several_workbooks_are_open_together():
    books = [fu.Workbook() for _ in range(12)]
    with ExitStack() as stack:
        for book in books:
            stack.enter_context(book.edit())
            book.add_sheet("S")
            book.set_formula("S", "A1", "=1+1")
    assert [book.value("S", "A1") for book in books] == [2.0] * 12
