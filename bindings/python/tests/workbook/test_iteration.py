"""Circular references calculated in steps."""

from __future__ import annotations

from pathlib import Path

import pytest

import formualizer_udf as fu
from formualizer_udf import WorkbookError


def loan() -> fu.Workbook:
    book = fu.Workbook()
    book.add_sheet("S")
    book.set_values("S", "A1", [[1000, 0.1, 200]])
    book.set_formula("S", "D1", "=A1+B1*(A1+D1)/2-C1")
    return book


def test_a_circle_is_an_error_until_steps_are_allowed(tmp_path: Path) -> None:
    book = loan()
    book.recalculate()
    assert book.iteration is None
    assert book.value("S", "D1")["kind"] == "Circ"
    book.set_iteration(200, 1e-9)
    book.recalculate()
    assert book.iteration == (200, 1e-9)
    assert book.value("S", "D1") == pytest.approx(850 / 0.95)
    # The file says so, too.
    book.save(tmp_path / "loan.xlsx")
    again = fu.Workbook.open(tmp_path / "loan.xlsx")
    assert again.iteration == (200, 1e-9)
    again.set_value("S", "C1", 0)
    again.recalculate()
    assert again.value("S", "D1") == pytest.approx(1050 / 0.95)
    again.set_iteration(None)
    again.recalculate()
    assert again.iteration is None and again.value("S", "D1")["kind"] == "Circ"


def test_excels_own_numbers_are_the_usual_ones() -> None:
    book = loan()
    book.set_iteration()
    assert book.iteration == (100, 0.001)
    assert fu.Workbook.from_state(book.to_state()).iteration == (100, 0.001)


@pytest.mark.parametrize(("steps", "delta"), [(0, 0.1), (32768, 0.1), (5, -1.0), (5, float("nan")), (5, float("inf"))])
def test_steps_that_mean_nothing_are_refused(steps: int, delta: float) -> None:
    book = loan()
    with pytest.raises(WorkbookError, match="iteration") as caught:
        book.set_iteration(steps, delta)
    assert caught.value.kind == "data"
    assert book.iteration is None
