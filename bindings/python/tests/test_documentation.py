"""What `help` shows is what the stubs say."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

import formualizer_udf as fu
from formualizer_udf import _native

STUBS = Path(inspect.getfile(fu)).with_name("_native.pyi")


def documented() -> list[tuple[str, str | None, str]]:
    """Class (or function), method, docstring."""
    found: list[tuple[str, str | None, str]] = []
    for node in ast.parse(STUBS.read_text()).body:
        text = ast.get_docstring(node) if isinstance(node, (ast.ClassDef, ast.FunctionDef)) else None
        if text is None or node.name.startswith("_"):
            continue
        # What `help` shows of a function is its own description.
        if node.name not in ("Function", "ExcelFunction"):
            found.append((node.name, None, text))
        for method in getattr(node, "body", []):
            if isinstance(method, ast.FunctionDef) and not method.name.startswith("__"):
                text = ast.get_docstring(method)
                if text is not None:
                    found.append((node.name, method.name, text))
    return found


@pytest.mark.parametrize(("owner", "method", "text"), documented(), ids=lambda part: str(part)[:30])
def test_a_docstring_is_the_same_at_run_time(owner: str, method: str | None, text: str) -> None:
    thing = getattr(_native, owner)
    found = inspect.getdoc(thing if method is None else inspect.getattr_static(thing, method))
    if isinstance(inspect.getattr_static(thing, method) if method else None, staticmethod):
        found = inspect.getdoc(getattr(thing, str(method)))
    assert found == text


def test_the_stubs_name_everything_public() -> None:
    tree = ast.parse(STUBS.read_text())
    for node in tree.body:
        if not isinstance(node, ast.ClassDef) or not hasattr(_native, node.name):
            continue
        thing = getattr(_native, node.name)
        in_stubs = {m.name for m in node.body if isinstance(m, ast.FunctionDef)}
        at_run_time = {name for name in vars(thing) if not name.startswith("_")}
        assert at_run_time <= in_stubs, node.name
        assert {name for name in in_stubs if not name.startswith("_")} <= at_run_time, node.name


def test_functions_show_what_the_manifest_says(finance: fu.Module) -> None:
    text = inspect.getdoc(finance.BS_CALL)
    assert text is not None
    assert text.startswith("BS_CALL(spot: f64, strike: f64") and "Price of a European call" in text
    assert "Volatility a year: 0.2 for 20 %." in text
    signature = inspect.signature(finance.BS_CALL)
    assert list(signature.parameters) == ["spot", "strike", "rate", "vol", "years"]
