"""The cases of testdata/parity, which Rust and JavaScript run as well: its README has the layout."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import formualizer_udf as fu
from formualizer_udf import WorkbookError

ROOT = Path(__file__).resolve().parents[4]
CASES = [
    pytest.param(case["steps"], id=f"{path.stem}: {case['name']}")
    for path in sorted((ROOT / "testdata" / "parity").glob("*.json"))
    for case in json.loads(path.read_text())
]
CODES = {
    "#NULL!": "Null", "#REF!": "Ref", "#NAME?": "Name", "#VALUE!": "Value", "#DIV/0!": "Div", "#N/A": "Na", "#NUM!": "Num", "#SPILL!": "Spill",
}  # fmt: skip
KINDS = {kind: code for code, kind in CODES.items()}


def value_of(written):
    """A value as Python has it."""
    if isinstance(written, list):
        return [[value_of(value) for value in row] for row in written]
    if not isinstance(written, dict):
        return written
    match written:
        case {"error": code}:
            return {"type": "Error", "kind": code} | {k: v for k, v in written.items() if k == "message"}
        case {"date": text}:
            return dt.date.fromisoformat(text)
        case {"datetime": text}:
            return dt.datetime.fromisoformat(text)
        case {"time": text}:
            return dt.time.fromisoformat(text)
        case {"text": text}:
            return text
    raise AssertionError(f"{written} is no value")


def place(address):
    """A sheet, and a cell or range on it."""
    sheet, _, rest = address.rpartition("!")
    return sheet or "S", rest


def is_error(value):
    return isinstance(value, dict)


# Callbacks by the cell.


def double(value):
    if value is None:
        return 0
    if is_error(value):
        return value
    if isinstance(value, bool) or not isinstance(value, float):
        raise ValueError("not a number")
    return value * 2


def total(value):
    if isinstance(value, list):
        return sum(total(cell) for row in value for cell in row)
    return value if isinstance(value, float) else 0


def shown(value):
    match value:
        case None:
            return "blank"
        case bool():
            return str(value).upper()
        case float():
            return f"{value:.15g}"
        case str():
            return f'"{value}"'
        case dict():
            return KINDS[value["kind"]]
        case list():
            return "[" + ";".join(",".join(map(shown, row)) for row in value) + "]"
    raise AssertionError(f"callbacks are given no {value!r}")


def picks(value):
    if value < 0:
        raise ValueError(f"{value:g} is negative")
    return value


def elsewhere(value):
    book = fu.Workbook()
    book.add_sheet("S")
    book.set_value("S", "A1", value)
    book.set_formula("S", "B1", "=A1*A1")
    book.recalculate()
    return book.value("S", "B1")


def throws(words):
    def fails(*_):
        raise RuntimeError(words)

    return fails


def counts():
    calls = 0

    def count(*_):
        nonlocal calls
        calls += 1
        return calls

    return count


def reenters(book):
    def refusal(use):
        try:
            use()
        except WorkbookError as error:
            return error.kind
        return "went through"

    uses = [lambda: book.value("S", "A1"), lambda: book.set_value("S", "A1", 1), book.recalculate]
    return lambda: ",".join(refusal(use) for use in uses)


def by_cell(does, book):
    what, _, rest = does.partition(": ")
    match what:
        case "double":
            return double
        case "adds":
            return lambda *given: sum(map(total, given))
        case "shows":
            return lambda *given: ";".join(map(shown, given))
        case "rows":
            return lambda: [[1, 2], [3, 4]]
        case "answers":
            answer = value_of(json.loads(rest))
            return lambda *_: answer
        case "throws":
            return throws(rest)
        case "picks":
            return picks
        case "counts":
            return counts()
        case "reenters":
            return reenters(book)
        case "elsewhere":
            return elsewhere
    raise AssertionError(f"no callback does {does!r}")


# Callbacks by the column.


def numbers(column):
    array = pa.array(column)
    if array.null_count == len(array):
        return pa.nulls(len(array), pa.float64())
    if array.type != pa.float64():
        raise ValueError("not a number")
    return array


def is_column(given):
    return hasattr(given, "__arrow_c_array__")


def rows_of(given):
    return next(len(pa.array(column)) for column in given if is_column(column))


def added(*given):
    if not any(map(is_column, given)):
        return sum(map(total, given))
    terms = []
    for argument in given:
        if is_column(argument):
            terms.append(numbers(argument))
        elif isinstance(argument, list):
            terms.append(sum(pc.sum(numbers(column), min_count=0).as_py() for column in argument))
        else:
            terms.append(total(argument))
    result = pa.array([0.0] * rows_of(given))
    for term in terms:
        result = pc.add(result, term)
    return result


def by_column(does):
    what, _, rest = does.partition(": ")
    match what:
        case "double":
            return lambda given: pc.multiply(numbers(given), 2.0) if is_column(given) else double(given)
        case "adds":
            return added
        case "throws":
            return throws(rest)
        case "short":
            return lambda *given: pa.nulls(rows_of(given) - 1, pa.float64())
        case "missing":
            return lambda *given: pa.nulls(rows_of(given), pa.float64()) if any(map(is_column, given)) else None
    raise AssertionError(f"no callback of columns does {does!r}")


class Failed(Exception):
    """What a block of edits ends with."""


class Runner:
    def __init__(self):
        self.book = fu.Workbook()
        self.book.set_undo_limit(20)
        self.book.add_sheet("S")
        self.watched = None

    def run(self, steps):
        for step in steps:
            fails = step.get("fails")
            if fails is None:
                self.step(step)
                continue
            with pytest.raises(WorkbookError) as refused:
                self.step(step)
            assert refused.value.kind == fails["kind"], (step, refused.value)
            assert fails["message"] in str(refused.value), step

    def step(self, step):
        [key] = [key for key in step if key not in ("fails", "changed")]
        getattr(self, key)(step[key])
        if key in ("recalculate", "undo", "redo") or (key == "edit" and not step[key].get("raises")):
            self.tell(step)

    def tell(self, step):
        if self.watched is None:
            return
        changed = shown_ranges(self.book.changed_since(self.watched))
        self.watched = self.book.snapshot()
        assert step.get("changed", changed) == changed, step

    # What changes the workbook.

    def put(self, cells):
        for address, value in cells.items():
            if isinstance(value, str) and value.startswith("="):
                self.book.set_formula(*place(address), value)
            else:
                self.book.set_value(*place(address), value_of(value))

    def put_rows(self, cells):
        for address, rows in cells.items():
            self.book.set_values(*place(address), value_of(rows))

    def fill(self, ranges):
        for address, formula in ranges.items():
            self.book.set_formulas(*place(address), formula)

    def clear(self, address):
        self.book.clear(*place(address))

    def add_sheet(self, name):
        self.book.add_sheet(name)

    def delete_sheet(self, name):
        self.book.delete_sheet(name)

    def rename_sheet(self, names):
        self.book.rename_sheet(*names)

    def insert_rows(self, lines):
        self.book.insert_rows("S", *lines)

    def delete_rows(self, lines):
        self.book.delete_rows("S", *lines)

    def insert_columns(self, lines):
        self.book.insert_columns("S", *lines)

    def delete_columns(self, lines):
        self.book.delete_columns("S", *lines)

    def move(self, places):
        self.book.move_range(*place(places[0]), *place(places[1]))

    def copy(self, places):
        self.book.copy_range(*place(places[0]), *place(places[1]))

    def define_name(self, named):
        self.book.define_name(*named)

    def remove_name(self, name):
        self.book.remove_name(name)

    def add_table(self, named):
        self.book.add_table(named[0], *place(named[1]))

    def remove_table(self, name):
        self.book.remove_table(name)

    def register(self, what):
        data = what["bytes"].encode() if "bytes" in what else plugin(what["plugin"])
        self.book.register_wasm_module_bytes(data, on_conflict=what.get("policy", "refuse"))

    def register_all(self, what):
        # A file may be named twice.
        modules = Named((name, plugin(name)) for name in what["plugins"])
        self.book.register_wasm_modules(modules, on_conflict=what.get("policy", "refuse"))

    def attach(self, name):
        self.book.attach_wasm_module_bytes(plugin(name))

    def bind(self, what):
        named = (what["name"], what["module"], what["function"])
        binds = self.book.bind_wasm_function(*named, on_conflict=what.get("policy", "refuse"))
        assert binds is what.get("binds", True)

    def unregister(self, module):
        self.book.unregister_wasm_module(module)

    def callback(self, what):
        vectorized = what.get("vectorized", False)
        self.book.register_function(
            what["name"],
            by_column(what["does"]) if vectorized else by_cell(what["does"], self.book),
            vectorized=vectorized,
            allow_override_builtin=what.get("override", False),
            volatile=what.get("volatile", False),
            min_args=what.get("min_args", 0),
            max_args=what.get("max_args"),
        )

    def unbind(self, name):
        self.book.unregister_function(name)

    def recalculate(self, wanted):
        report = self.book.recalculate()
        assert {name: getattr(report, name) for name in wanted} == wanted

    def undo(self, wanted):
        assert self.book.undo() is wanted

    def redo(self, wanted):
        assert self.book.redo() is wanted

    def edit(self, what):
        if what.get("raises"):
            with pytest.raises(Failed), self.book.edit():
                self.run(what["steps"])
                raise Failed
        else:
            with self.book.edit():
                self.run(what["steps"])

    def state(self, _):
        self.book = fu.Workbook.from_state(self.book.to_state())
        self.book.set_undo_limit(20)

    def load_state(self, text):
        fu.Workbook.from_state(text.encode())

    def watch(self, _):
        self.watched = self.book.snapshot()

    # What looks.

    def values(self, cells):
        for address, written in cells.items():
            wanted, found = value_of(written), self.book.value(*place(address))
            detail = self.book.cell_error_detail(*place(address)) or ""
            if is_error(wanted):
                assert is_error(found), (address, found)
                assert KINDS.get(found["kind"]) == wanted["kind"], (address, found)
                assert wanted.get("message", "") in detail, address
            else:
                assert found == wanted and isinstance(found, bool) == isinstance(wanted, bool), (address, found, detail)

    def formulas(self, cells):
        assert {address: self.book.formula(*place(address)) for address in cells} == cells

    def bound(self, wanted):
        assert {function["name"]: function["module_id"] for function in self.book.list_functions()} == wanted

    def modules(self, wanted):
        assert [module.module_id for module in self.book.list_wasm_modules()] == wanted

    def sheets(self, wanted):
        assert self.book.sheet_names == wanted

    def names(self, wanted):
        assert {name.name: name.refers_to for name in self.book.names} == wanted

    def tables(self, wanted):
        assert {table.name: f"{table.sheet}!{table.range}" for table in self.book.tables} == wanted

    def used(self, wanted):
        assert {sheet: self.book.used_range(sheet) for sheet in wanted} == wanted

    def spills(self, wanted):
        assert {address: self.book.spill_range(*place(address)) for address in wanted} == wanted

    def precedents(self, wanted):
        assert {address: shown_ranges(self.book.precedents(*place(address))) for address in wanted} == wanted

    def dependents(self, wanted):
        assert {address: shown_ranges(self.book.dependents(*place(address))) for address in wanted} == wanted

    def check(self, wanted):
        check = self.book.validate_formula("S", "Z1", wanted["formula"])
        found = (list(check.functions), list(check.unknown_functions), check.volatile)
        assert found == (wanted["functions"], wanted["unknown"], wanted["volatile"])

    def details(self, wanted):
        for name, details in wanted.items():
            holds(self.book.function_details(name), details)

    def builtin(self, wanted):
        names = self.book.builtin_functions()
        assert {name: name in names for name in wanted} == wanted

    def unknown(self, wanted):
        assert [function.name for function in self.book.unknown_functions()] == wanted

    def errors(self, wanted):
        assert {kind.code: kind.cells for kind in self.book.errors().kinds} == wanted


class Named(dict):
    """Pairs as a dict has them, of which several may have one name."""

    def __init__(self, pairs):
        super().__init__()
        self.pairs = list(pairs)

    def items(self):
        return self.pairs


def plugin(name):
    return (ROOT / "plugins" / f"{name}.wasm").read_bytes()


def shown_ranges(ranges):
    return [f"{one.sheet}!{one.range}" for one in ranges]


def holds(found, wanted):
    """Whether everything that is named is found; lists have as many elements."""
    if wanted is None:
        assert found is None
        return
    for key, value in wanted.items():
        if key == "params":
            assert len(found.params) == len(value)
            for one, other in zip(found.params, value):
                holds(one, other)
        else:
            assert getattr(found, "module_id" if key == "module" else key) == value, (key, found)


@pytest.mark.parametrize("steps", CASES)
def test_every_host_does_the_same(steps):
    Runner().run(steps)
