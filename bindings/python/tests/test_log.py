"""What plugins log goes to `logging`, and to the report of a recalculation."""

from __future__ import annotations

import logging

import numpy as np
import pytest

import formualizer_udf as fu
import guests

ADDRESS = '(global (export "fz_log") i32 (i32.const 64))'
LINES = r'(data (i32.const 64) "\0b\00\00\00\02\00\00\00first\nsec\1bd")'


def records(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "formualizer_udf"]


def test_lines_are_records_of_a_logger(caplog: pytest.LogCaptureFixture) -> None:
    module = fu.Module.from_bytes(guests.guest(items=ADDRESS + LINES))
    with caplog.at_level(logging.INFO, logger="formualizer_udf"):
        assert module.EVIL(2.0) == 4.0
        assert records(caplog) == ["EVIL: first", "EVIL: sec\ufffdd", "EVIL: … and 2 more lines"]
        caplog.clear()
        assert module.EVIL(np.ones(10_000)).sum() == 20_000
        assert records(caplog)[0] == "EVIL: first"


def test_a_call_that_fails_logs_as_well(caplog: pytest.LogCaptureFixture) -> None:
    module = fu.Module.from_bytes(guests.guest("(unreachable)", kind="reduce", items=ADDRESS + LINES))
    with caplog.at_level(logging.INFO, logger="formualizer_udf"):
        with pytest.raises(fu.CallError):
            module.EVIL([1.0])
    assert records(caplog)[:2] == ["EVIL: first", "EVIL: sec\ufffdd"]


def test_a_plugin_that_logs_nothing_is_silent(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        fu.Module.from_bytes(guests.guest(items=ADDRESS)).EVIL(1.0)
    assert records(caplog) == []


def test_a_recalculation_reports_the_lines() -> None:
    book = fu.Workbook()
    book.add_sheet("S")
    book.register_wasm_module_bytes(guests.guest(items=ADDRESS + LINES))
    book.set_formula("S", "A1", "=EVIL(21)")
    report = book.recalculate()
    assert book.value("S", "A1") == 42
    assert report.log == ("EVIL: first", "EVIL: sec\ufffdd", "… and 2 more lines")
