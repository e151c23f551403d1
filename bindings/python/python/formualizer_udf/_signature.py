"""`inspect.Signature` of a plugin's function."""

from __future__ import annotations

import inspect
import json
import keyword
from typing import Any

# Types of the contract as Python calls a value of them.
_VALUES = {
    "null": "None",
    "bool": "bool",
    "f32": "float",
    "f64": "float",
    "utf8": "str",
    "binary": "bytes",
    "date32": "datetime.date",
    "time64": "datetime.time",
    "timestamp": "datetime.datetime",
    "duration": "datetime.timedelta",
    "error": "str",
    "any": "Any",
}


def _value(dtype: str) -> str:
    return _VALUES.get(dtype, "int")


def _annotation(param: dict[str, Any]) -> str:
    value = _value(param["type"])
    if param["shape"] == "scalar":
        return f"{value} | Column[{value}]"
    return f"Column[{value}]" if param["shape"] == "column" else f"Frame[{value}]"


def build(
    params: list[dict[str, Any]], returns: list[str], names: list[str] | None
) -> inspect.Signature:
    """The signature of a function with these parameters.

    The keyword `errors`, which every function takes, is left out: who counts parameters (DuckDB) would pass a column for it.
    """
    # A name that Python cannot write makes it, and what stands before it, positional.
    usable = [p["name"].isidentifier() and not keyword.iskeyword(p["name"]) for p in params]
    last_unusable = max((i for i, ok in enumerate(usable) if not ok), default=-1)
    made = []
    for index, param in enumerate(params):
        kind: Any = inspect.Parameter.POSITIONAL_OR_KEYWORD
        if index <= last_unusable:
            kind = inspect.Parameter.POSITIONAL_ONLY
        if param["variadic"]:
            kind = inspect.Parameter.VAR_POSITIONAL
        default: Any = inspect.Parameter.empty
        if param["optional"] and not param["variadic"]:
            default = None if param["default"] is None else json.loads(param["default"])
        name = param["name"] if usable[index] else f"arg{index + 1}"
        made.append(
            inspect.Parameter(name, kind, default=default, annotation=_annotation(param))
        )
    # Required parameters after optional ones, which a manifest may have, can only be shown without defaults.
    optional_before = False
    for index, parameter in enumerate(made):
        optional_before |= parameter.default is not inspect.Parameter.empty
        if optional_before and parameter.kind is not inspect.Parameter.VAR_POSITIONAL:
            if parameter.default is inspect.Parameter.empty:
                made[index] = parameter.replace(default=None)
    shown = ", ".join(_value(r) for r in returns)
    if names is not None:
        shown = ", ".join(f"{n}: {_value(r)}" for n, r in zip(names, returns))
    return inspect.Signature(made, return_annotation=shown or None)
