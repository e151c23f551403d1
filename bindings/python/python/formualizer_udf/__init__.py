"""User-defined functions in WebAssembly over whole columns.

::

    import formualizer_udf as fu

    finance = fu.Module.from_file("finance.wasm")
    df["price"] = finance.BS_CALL(df["spot"], df["strike"], 0.02, df["vol"], df["years"])

A `Module` is a plugin; its functions are its attributes and items. They take whatever holds columns (pandas, polars, pyarrow,
NumPy, DuckDB, lists) and give the result in the type of the first column. A `Workbook` has the same functions in formulas, and
`functions` has Excel's own, such as `fu.functions.XIRR(df["flow"], df["day"])`.
"""

from __future__ import annotations

import os as _os

from . import errors
from ._native import (
    ExcelFunction,
    Function,
    Functions,
    Limits,
    Module,
    Runtime,
    Workbook,
    __version__,
    _after_fork_in_child,
    engines,
    functions,
    inspect,
)
from ._results import WithErrors
from .errors import (
    ArgumentError,
    Busy,
    CallError,
    Cancelled,
    DeadlineExceeded,
    ForkError,
    FunctionError,
    InternalError,
    InvalidResult,
    ManifestError,
    MemoryLimitExceeded,
    ModuleError,
    RowError,
    RowsError,
    StackExhausted,
    TooLarge,
    Trap,
    UdfError,
    UnknownFunction,
    Unsupported,
    WorkbookError,
)

if hasattr(_os, "register_at_fork"):
    _os.register_at_fork(after_in_child=_after_fork_in_child)

__all__ = [
    "ArgumentError",
    "Busy",
    "CallError",
    "Cancelled",
    "DeadlineExceeded",
    "ExcelFunction",
    "ForkError",
    "Function",
    "FunctionError",
    "Functions",
    "InternalError",
    "InvalidResult",
    "Limits",
    "ManifestError",
    "MemoryLimitExceeded",
    "Module",
    "ModuleError",
    "RowError",
    "RowsError",
    "Runtime",
    "StackExhausted",
    "TooLarge",
    "Trap",
    "UdfError",
    "UnknownFunction",
    "Unsupported",
    "WithErrors",
    "Workbook",
    "WorkbookError",
    "__version__",
    "engines",
    "errors",
    "functions",
    "inspect",
]
