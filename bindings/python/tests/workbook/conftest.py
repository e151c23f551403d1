"""A workbook with one sheet."""

from __future__ import annotations

import pytest

import formualizer_udf as fu


@pytest.fixture
def wb() -> fu.Workbook:
    book = fu.Workbook()
    book.add_sheet("S")
    return book
