"""The exceptions: their tree, their fields, their pickles."""

from __future__ import annotations

import builtins
import copy
import inspect
import pickle
from typing import Any

import pytest

import formualizer_udf as fu
from formualizer_udf import errors

CLASSES: list[Any] = [kind for kind in vars(errors).values() if inspect.isclass(kind) and issubclass(kind, errors.UdfError)]


def test_the_tree_in_the_documentation_is_the_tree() -> None:
    path: list[str] = []
    drawn = {}
    for line in (errors.__doc__ or "").split("::", 1)[1].splitlines():
        name = line.strip("│├└─ ").partition(" ")[0]
        if name:
            depth = line.index(name) // 4 - 1
            path = [*path[:depth], name]
            drawn[name] = path[-2] if depth else "Exception"
    assert drawn == {kind.__name__: kind.__bases__[0].__name__ for kind in CLASSES}


def test_every_class_is_a_udf_error_and_offered_by_the_package() -> None:
    for kind in CLASSES:
        assert getattr(fu, kind.__name__) is kind and kind.__name__ in fu.__all__
        assert kind.__module__ == "formualizer_udf.errors"


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (fu.ArgumentError, TypeError),
        (fu.DeadlineExceeded, TimeoutError),
        (fu.UnknownFunction, AttributeError),
        (fu.UnknownFunction, KeyError),
    ],
)
def test_some_are_what_python_calls_them_too(kind: type, builtin: type) -> None:
    assert issubclass(kind, builtin)


def test_calls_raise_call_errors() -> None:
    calls = {kind.__name__ for kind in CLASSES if issubclass(kind, fu.CallError)}
    assert calls >= {"ArgumentError", "RowsError", "Trap", "DeadlineExceeded", "MemoryLimitExceeded", "Busy", "Cancelled"}
    assert issubclass(fu.ManifestError, fu.ModuleError)
    assert not issubclass(fu.ModuleError, fu.CallError)


def example(kind: Any) -> Any:
    error = kind("what stands where", details=("first: one thing", "second: another"))
    if issubclass(kind, fu.CallError):
        error.function = "F"
    if kind is fu.RowsError:
        error.count, error.total, error.rows = 1, 2, (fu.RowError(1, "#NUM!", "negative"),)
    if kind is fu.FunctionError:
        error.code = "#N/A"
    if kind is fu.WorkbookError:
        error.kind = "address"
    error.add_note("a note of the program")
    return error


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_every_exception_travels_with_its_fields(kind: Any, protocol: int) -> None:
    error = example(kind)
    again = pickle.loads(pickle.dumps(error, protocol))
    assert type(again) is kind
    assert again.__dict__ == error.__dict__ and again.args == error.args and str(again) == str(error)
    assert again.__notes__ == ["a note of the program"]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_exception_can_be_copied(kind: Any) -> None:
    error = example(kind)
    for again in (copy.copy(error), copy.deepcopy(error)):
        assert type(again) is kind and again.__dict__ == error.__dict__ and str(again) == str(error)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_a_message_reads_as_text_with_a_line_for_every_detail(kind: Any) -> None:
    assert str(kind("what stands where")) == "what stands where"
    function = "F: " if issubclass(kind, fu.CallError) else ""
    assert str(example(kind)) == f"{function}what stands where\n  first: one thing\n  second: another"
    assert example(kind).message == "what stands where"
    assert kind.__doc__ and "\n\n" not in kind.__doc__.splitlines()[0]


def test_fields_have_values_before_they_are_known() -> None:
    assert fu.CallError("x").function is None
    assert (fu.RowsError("x").count, fu.RowsError("x").rows, fu.RowsError("x").total) == (0, (), 0)
    assert fu.UdfError("x").details == ()
    assert fu.UdfError().message == ""


def test_none_shadows_a_builtin() -> None:
    assert not any(hasattr(builtins, kind.__name__) for kind in CLASSES)
