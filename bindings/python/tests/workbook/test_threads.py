"""Re-entrancy, threads, interruption and progress: no deadlock, ever."""

from __future__ import annotations

import _thread
import datetime as dt
import os
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import formualizer_udf as fu
from formualizer_udf import WorkbookError

PLUGINS = Path(__file__).resolve().parents[4] / "plugins"
SECONDS = 60 if os.environ.get("FZ_LONG") else 3


def every_use(wb, before):
    """A call of each kind of method, beside those that the workbook makes of itself."""
    return {
        "value": lambda: wb.value("S", "A1"),
        "set_value": lambda: wb.set_value("S", "A1", 1),
        "values": lambda: wb.values("S", "A1:B2"),
        "set_formula": lambda: wb.set_formula("S", "A1", "=1"),
        "recalculate": lambda: wb.recalculate(),
        "to_bytes": lambda: wb.to_bytes(),
        "save": lambda: wb.save("never.xlsx"),
        "write_frame": lambda: wb.write_frame("S", "A1", {"a": [1.0]}),
        "read_frame": lambda: wb.read_frame("S"),
        "register_function": lambda: wb.register_function("G", print),
        "unregister_function": lambda: wb.unregister_function("F"),
        "list_functions": lambda: wb.list_functions(),
        "sheet_names": lambda: wb.sheet_names,
        "undo": lambda: wb.undo(),
        "edit": lambda: wb.edit().__enter__(),
        "use_wasmi_runtime": lambda: wb.use_wasmi_runtime(),
        "insert_rows": lambda: wb.insert_rows("S", 1),
        "errors": lambda: wb.errors(),
        "to_state": lambda: wb.to_state(),
        "snapshot": lambda: wb.snapshot(),
        "changed_since": lambda: wb.changed_since(before),
        "precedents": lambda: wb.precedents("S", "A1"),
        "dependents": lambda: wb.dependents("S", "A1"),
        "validate_formula": lambda: wb.validate_formula("S", "A1", "=1"),
        "function_details": lambda: wb.function_details("SUM"),
        "register_wasm_modules": lambda: wb.register_wasm_modules({}),
    }


@pytest.mark.parametrize("options", [{}, {"thread_safe": True}, {"vectorized": True}], ids=repr)
@pytest.mark.parametrize("where", ["same thread", "other thread"])
def test_a_callback_cannot_use_its_workbook(wb, where, options):
    outcomes, before = {}, wb.snapshot()

    def attempt(name, use):
        try:
            use()
            outcomes[name] = "went through"
        except WorkbookError as error:
            outcomes[name] = error.kind

    def back(*_):
        for name, use in every_use(wb, before).items():
            if where == "same thread":
                attempt(name, use)
            else:
                thread = threading.Thread(target=attempt, args=(name, use))
                thread.start()
                thread.join(20)
                assert not thread.is_alive(), f"{name} waits for ever"
        assert "in use" in repr(wb)
        return 7

    wb.register_function("F", back, **options)
    wb.set_formula("S", "C1", "=F(1)")
    wb.recalculate()
    assert wb.value("S", "C1") == 7.0, wb.cell_error_detail("S", "C1")
    assert outcomes == dict.fromkeys(every_use(wb, before), "reentrant")


def test_a_refusal_that_is_not_caught_is_the_cells_error(wb):
    wb.register_function("F", lambda: wb.value("S", "A1"))
    wb.set_formula("S", "C1", "=F()")
    wb.recalculate()
    assert "WorkbookError" in wb.cell_error_detail("S", "C1") and "arguments" in wb.cell_error_detail("S", "C1")


def test_a_thread_that_waits_is_refused_when_functions_are_called(wb):
    """A function may wait for a thread that waits for the workbook since before."""
    entered, results = threading.Event(), []

    def other():
        entered.set()
        for _ in range(200):
            try:
                wb.value("S", "A1")
                results.append("value")
            except WorkbookError as error:
                results.append(error.kind)
                return

    thread = threading.Thread(target=other)

    def waits():
        if not thread.ident:
            thread.start()
        entered.wait(20)
        thread.join(20)
        return 1

    wb.register_function("F", waits)
    wb.set_formula("S", "C1", "=F()")
    wb.recalculate()
    assert results[-1] == "reentrant" and wb.value("S", "C1") == 1.0


def test_a_callback_may_use_another_workbook_and_plugins(wb):
    other = fu.Workbook()
    other.add_sheet("T")
    other.register_function("INNER", lambda x: x + 1)
    other.set_formulas("T", "A1:A100", "=INNER(ROW())")
    finance = fu.Module.from_file(PLUGINS / "finance.wasm")

    def outer(n):
        other.set_value("T", "C1", n)
        other.set_formula("T", "D1", "=INNER(C1)")
        other.recalculate()
        price = finance.BS_CALL([n] * 10_000, 100, 0.02, 0.2, 1.0)
        return other.value("T", "D1") * 1000 + len(price)

    wb.register_function("OUTER", outer)
    wb.set_formulas("S", "A1:A20", "=OUTER(ROW())")
    wb.recalculate(threads=1)
    assert wb.value("S", "A20") == 21_000.0 + 10_000, wb.cell_error_detail("S", "A20")


@pytest.mark.parametrize("depth", [8])
def test_workbooks_call_one_another_deeply(depth):
    books = []
    for level in range(depth):
        book = fu.Workbook()
        book.add_sheet("S")
        if level:
            inner = books[-1]

            def call(n, inner=inner):
                inner.set_value("S", "B1", n)
                inner.recalculate()
                return inner.value("S", "A1") + 1

            book.register_function("DOWN", call, thread_safe=bool(level % 2))
            book.set_formula("S", "A1", "=DOWN(B1)")
        else:
            book.set_formula("S", "A1", "=B1")
        books.append(book)
    books[-1].set_value("S", "B1", 5)
    books[-1].recalculate()
    assert books[-1].value("S", "A1") == 5.0 + depth - 1


def test_a_thread_waits_for_a_recalculation_without_functions(wb):
    wb.set_formulas("S", "A1:A200000", "=MOD(ROW()*7,13)+SQRT(ROW())")
    wb.set_formulas("S", "B1:B200000", "=LET(x,A1,x*x+1)")
    values = []
    thread = threading.Thread(target=wb.recalculate)
    thread.start()
    while thread.is_alive():
        values.append(wb.value("S", "B200000"))
    thread.join()
    assert wb.value("S", "B200000") is not None and values


def test_sixteen_threads_use_their_own_workbooks_and_a_shared_one(wb):
    end = time.monotonic() + SECONDS
    failures, counts = [], [0] * 16
    shared = fu.Workbook()
    shared.add_sheet("S")
    shared.register_function("SHARED", lambda x: x * 3)
    shared.set_values("S", "A1", [[0]] * 16)
    shared.set_formulas("S", "B1:B50", "=SHARED(A1)")

    def work(index):
        try:
            own = fu.Workbook()
            own.add_sheet("S")
            own.register_wasm_module_file(PLUGINS / "finance.wasm", on_conflict="skip")
            own.register_function("TWICE", lambda x: x * 2, thread_safe=bool(index % 2))
            own.register_function("HALF", lambda x: [v / 2 for v in _plain(x)], vectorized=True)
            own.set_formulas("S", "B1:B300", "=TWICE(A1)+HALF(A1)")
            own.set_formulas("S", "C1:C300", "=BS_CALL(A1,100,0.02,0.2,1)")
            turn = 0
            while time.monotonic() < end:
                turn += 1
                own.set_values("S", "A1", [[turn + row] for row in range(300)])
                if turn % 3:
                    own.recalculate(threads=1 + index % 3)
                else:
                    with own.edit():
                        own.set_value("S", "A300", turn)
                top = turn
                assert own.value("S", "B1") == top * 2 + top / 2, own.cell_error_detail("S", "B1")
                assert isinstance(own.value("S", "C300"), float)
                try:
                    shared.set_value("S", (1 + index, 1), turn)
                    shared.recalculate()
                    shared.to_bytes()
                except WorkbookError as error:
                    assert error.kind == "reentrant", error
                counts[index] = turn
        except BaseException as error:
            failures.append(repr(error))
            raise

    threads = [threading.Thread(target=work, args=(index,)) for index in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS + 60)
    assert not failures and not any(thread.is_alive() for thread in threads)
    assert all(counts), counts
    shared.recalculate()
    for row in range(1, 17):
        assert shared.value("S", (row, 2)) == 3 * shared.value("S", (row, 1))


def _plain(column):
    import pyarrow as pa

    return pa.array(column).to_pylist()


# Interruption.


def interrupted(call, after=0.3):
    """The seconds from Ctrl+C to the end of a call, which must be a KeyboardInterrupt.

    Python loses one that reaches it in a finaliser: it is sent again after a while, as a user would.
    """
    sent = []

    def send():
        sent.append(time.monotonic())
        _thread.interrupt_main()

    timers = [threading.Timer(seconds, send) for seconds in (after, after + 10)]
    for timer in timers:
        timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            call()
        return time.monotonic() - sent[-1]
    finally:
        for timer in timers:
            timer.cancel()
            timer.join()


def slow_book(rows=400_000):
    book = fu.Workbook()
    book.add_sheet("S")
    book.set_formulas("S", f"A1:A{rows}", "=ROW()")
    # An array for each row: a cell at a time.
    book.set_formulas("S", f"B1:B{rows}", "=SUM(SEQUENCE(2000)*A1)")
    return book


def test_ctrl_c_ends_a_recalculation_of_formulas():
    book = slow_book()
    assert interrupted(book.recalculate) < 1
    assert book.value("S", "A1") in (None, 1.0)


@pytest.mark.parametrize(
    "function",
    [
        lambda n: sum(range(2000)),
        lambda n: time.sleep(0.01),
        lambda n: next(i for i in iter(int, 1) if i),
    ],
    ids=["short calls", "sleeping", "endless"],
)
def test_ctrl_c_ends_a_recalculation_of_functions(wb, function):
    wb.register_function("SLOW", function, deterministic=False)
    wb.set_formulas("S", "A1:A300000", "=ROW()")
    wb.set_formulas("S", "B1:B300000", "=SLOW(A1)")
    assert interrupted(wb.recalculate) < 1
    # It is as it was, and goes on.
    wb.unregister_function("SLOW")
    wb.register_function("SLOW", lambda n: n)
    wb.recalculate()
    assert wb.value("S", "B300000") == 300_000.0


def test_ctrl_c_does_not_wait_for_a_function_of_another_thread(wb):
    release = threading.Event()
    wb.register_function("STUCK", lambda: release.wait(30), thread_safe=True)
    wb.set_formula("S", "A1", "=STUCK()")
    assert interrupted(wb.recalculate) < 1
    # The function still runs: whoever uses the workbook is told so, and does not wait.
    with pytest.raises(WorkbookError) as caught:
        wb.value("S", "A1")
    assert caught.value.kind == "reentrant"
    release.set()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            wb.sheet_names
            break
        except WorkbookError:
            time.sleep(0.01)
    wb.recalculate()
    assert wb.value("S", "A1") is True


def test_ctrl_c_ends_the_recalculation_of_an_edit_whose_edits_stay(wb):
    wb.register_function("SLOW", lambda n: time.sleep(0.005), deterministic=False)
    wb.set_formulas("S", "B1:B100000", "=SLOW(A1)")

    def edit():
        with wb.edit():
            wb.set_value("S", "A1", 5)

    assert interrupted(edit) < 1
    assert wb.value("S", "A1") == 5.0


def test_an_edit_whose_function_is_stuck_is_taken_back(wb):
    release = threading.Event()
    wb.set_value("S", "B1", 1)
    wb.register_function("STUCK", lambda: release.wait(30), thread_safe=True)

    def edit():
        with wb.edit():
            wb.set_value("S", "B1", 2)
            wb.set_formula("S", "A1", "=STUCK()")
            with pytest.raises(KeyboardInterrupt):
                wb.recalculate()

    timer = threading.Timer(0.3, _thread.interrupt_main)
    timer.start()
    with pytest.raises(WorkbookError, match="recalculating"):
        edit()
    timer.join()
    release.set()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            assert wb.value("S", "B1") == 1.0 and wb.formula("S", "A1") is None
            return
        except WorkbookError:
            time.sleep(0.01)
    pytest.fail("the workbook is in use for ever")


def test_ctrl_c_ends_the_waiting_for_another_thread():
    book = slow_book(50_000)
    thread = threading.Thread(target=book.recalculate)
    thread.start()
    time.sleep(0.1)
    assert interrupted(lambda: [book.value("S", "A1") for _ in iter(int, 1)], 0.2) < 1
    thread.join(120)
    assert not thread.is_alive()


def test_ctrl_c_ends_saving_and_opening(wb, tmp_path):
    column = np.arange(600_000) + 0.25
    wb.write_frame("S", "A1", {"a": column, "b": -column})
    assert interrupted(lambda: wb.save(tmp_path / "a.xlsx"), 0.05) < 1
    assert wb.value("S", "A2") == 0.25
    # Whole, if it is there.
    assert not (tmp_path / "a.xlsx").exists() or fu.Workbook.open(tmp_path / "a.xlsx").value("S", "B600001") == -column[-1]
    wb.save(tmp_path / "b.xlsx")
    assert interrupted(lambda: fu.Workbook.open(tmp_path / "b.xlsx"), 0.05) < 1
    assert fu.Workbook.open(tmp_path / "b.xlsx").value("S", "B600001") == -column[-1]


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers here")
def test_a_signals_handler_cannot_use_the_workbook_and_does_no_harm():
    book = slow_book(50_000)
    kinds = []

    def handler(*_):
        try:
            book.value("S", "A1")
        except WorkbookError as error:
            kinds.append(error.kind)

    before = signal.signal(signal.SIGALRM, handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        book.recalculate()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert kinds == ["reentrant"]
    assert book.value("S", "B50000") > 0


# Progress.


def chain(wb, regions, formula="{}+1"):
    """Formulas on the diagonal, each of which waits for the one before."""
    wb.set_formula("S", "A1", "=1")
    for n in range(2, regions + 1):
        wb.set_formula("S", (n, n), "=" + formula.format(_cell(n - 1)))


def _cell(n):
    letters = ""
    column = n
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{n}"


def test_progress_is_told_in_the_calling_thread_up_to_the_end(wb):
    chain(wb, 50)
    told, threads = [], set()
    wb.recalculate(progress=lambda done, total: (told.append((done, total)), threads.add(threading.get_ident())))
    assert told[-1] == (50, 50) and told == sorted(told)
    assert threads == {threading.get_ident()}
    told.clear()
    wb.recalculate(progress=lambda *news: told.append(news))
    assert told == []


def test_an_exception_of_progress_cancels_and_is_raised(wb):
    wb.register_function("WAIT", lambda n: time.sleep(0.002) or n + 1)
    chain(wb, 100, "WAIT({})")

    def progress(done, total):
        if done > 3:
            raise RuntimeError("enough")

    start = time.monotonic()
    with pytest.raises(RuntimeError, match="enough"):
        wb.recalculate(progress=progress)
    assert time.monotonic() - start < 1
    wb.recalculate()
    assert wb.value("S", (100, 100)) == 100.0


def test_progress_cannot_use_the_workbook(wb):
    chain(wb, 3)
    with pytest.raises(WorkbookError) as caught:
        wb.recalculate(progress=lambda *_: wb.value("S", "A1"))
    assert caught.value.kind == "reentrant"


@pytest.mark.parametrize(
    "options",
    [{"threads": 0}, {"threads": 5000}, {"threads": -1}, {"progress": 5}, {"now": "today"}, {"now": 5}],
    ids=repr,
)
def test_options_that_cannot_be_are_refused(wb, options):
    with pytest.raises(fu.ArgumentError, match=next(iter(options))):
        wb.recalculate(**options)


def test_seed_and_time_make_a_recalculation_repeatable():
    now = dt.datetime(2024, 5, 6, 7, 8, 9)

    def random(**options):
        book = fu.Workbook()
        book.add_sheet("S")
        book.set_formulas("S", "A1:A9", "=RAND()")
        book.set_formula("S", "B1", "=NOW()")
        book.recalculate(**options)
        assert book.value("S", "B1") == now
        return book.values("S", "A1:A9")

    first = random(seed=7, now=now)
    assert random(seed=7, now=now, threads=2) == first
    assert random(seed=8, now=now) != first
