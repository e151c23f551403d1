"""What Python's own tools say about a plugin's functions."""

from __future__ import annotations

import inspect
import pydoc
from collections.abc import Callable
from typing import Any

import pytest

import formualizer_udf as fu


def signature(function: Any) -> inspect.Signature:
    return inspect.signature(function)


def test_a_signature_has_the_parameters_of_the_manifest(finance: fu.Module) -> None:
    parameters = signature(finance.BS_CALL).parameters
    assert list(parameters) == ["spot", "strike", "rate", "vol", "years"]
    assert all(p.kind is p.POSITIONAL_OR_KEYWORD and p.default is p.empty for p in parameters.values())


def test_defaults_of_the_manifest_are_defaults(kitchen_sink: fu.Module) -> None:
    assert signature(kitchen_sink.IS_BETWEEN).parameters["exclusive"].default is False
    assert signature(kitchen_sink.ADD_DAYS).parameters["days"].default == 1
    assert signature(kitchen_sink.DISCOUNT).parameters["rate"].default == 0.1


def test_a_parameter_of_any_number_of_values_has_a_star(kitchen_sink: fu.Module) -> None:
    assert str(signature(kitchen_sink.LARGEST)).startswith("(*numbers: ")
    assert str(signature(kitchen_sink.JOIN_ALL)).startswith("(separator: 'str | Column[str]', *texts: ")


def test_a_name_that_python_cannot_write_is_positional(kitchen_sink: fu.Module) -> None:
    # The manifest calls it `from`.
    first = next(iter(signature(kitchen_sink.ELAPSED).parameters.values()))
    assert first.kind is first.POSITIONAL_ONLY and first.name == "arg1"


def test_annotations_say_value_column_or_frame(finance: fu.Module, checks: fu.Module) -> None:
    assert signature(finance.BS_CALL).parameters["spot"].annotation == "float | Column[float]"
    assert signature(checks.COUNT_NULLS).parameters["values"].annotation == "Column[float]"
    assert signature(checks.SUM_RANGE).parameters["values"].annotation == "Frame[float]"
    assert signature(checks.STRLEN).return_annotation == "int"


def test_a_frame_of_named_columns_is_in_the_annotation(kitchen_sink: fu.Module) -> None:
    assert signature(kitchen_sink.DESCRIBE).return_annotation == "what: str, value: float, row: int"


@pytest.mark.parametrize("plugin", ["finance", "text", "kitchen_sink", "checks", "without_columns"])
def test_every_function_has_a_signature_that_binds_what_it_takes(plugin: str, request: pytest.FixtureRequest) -> None:
    module: fu.Module = request.getfixturevalue(plugin)
    for function in module.functions.values():
        described = signature(function)
        required = [p for p in described.parameters.values() if p.default is p.empty and p.kind is not p.VAR_POSITIONAL]
        described.bind(*[1] * len(required))
        assert "errors" not in described.parameters


def test_the_docstring_has_the_manifest_in_words(finance: fu.Module) -> None:
    doc = inspect.getdoc(finance.BS_CALL)
    assert doc is not None
    assert doc.startswith("BS_CALL(spot: f64, strike: f64, rate: f64, vol: f64, years: f64) -> f64\n")
    assert "Price of a European call" in doc
    assert "vol : f64, a value, or a column of them\n    Volatility a year" in doc
    assert doc.endswith("one value where no column is.")


def test_the_docstring_tells_defaults_and_volatility(kitchen_sink: fu.Module) -> None:
    assert "days : i32, a value, or a column of them, optional\n    1 if it is left out." in kitchen_sink.ADD_DAYS.__doc__
    assert "Equal arguments may give other results" in kitchen_sink.ROLL.__doc__
    assert "Equal arguments" not in kitchen_sink.ADD_DAYS.__doc__


def test_help_shows_a_function(finance: fu.Module) -> None:
    shown = pydoc.render_doc(finance.BS_CALL, renderer=pydoc.plaintext)
    assert "Price of a European call" in shown


def test_functions_know_their_names_and_kinds(finance: fu.Module) -> None:
    assert finance.BS_CALL.__name__ == "BS_CALL"
    assert finance.BS_CALL.__qualname__ == "formualizer.finance.BS_CALL"
    assert (finance.BS_CALL.kind, finance.XNPV.kind, finance.EMA.kind) == ("elementwise", "reduce", "array")
    assert isinstance(finance.BS_CALL, Callable)  # type: ignore[arg-type]


def test_a_function_in_a_class_is_not_given_self(finance: fu.Module) -> None:
    class Pricer:
        price = finance.BS_CALL

    assert Pricer().price(100.0, 100.0, 0.02, 0.2, 1.0) == finance.BS_CALL(100.0, 100.0, 0.02, 0.2, 1.0)
