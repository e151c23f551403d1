"""What pickles call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ._native import ExcelFunction, Function, Limits, Module, Runtime, functions


def limits(keywords: dict[str, Any]) -> Limits:
    return Limits(**keywords)


def runtime(backend: str, limits: Limits, threads: int, cache_dir: Path | None) -> Runtime:
    return Runtime._restore(backend, limits, threads, cache_dir)


def module(data: bytes, runtime: Runtime) -> Module:
    return Module._restore(data, runtime)


def function(module: Module, name: str, options: dict[str, Any]) -> Function:
    return module[name].with_options(**options)


def excel_function(name: str, options: dict[str, Any]) -> ExcelFunction:
    return functions[name].with_options(**options)
