"""The part of the package that is written in Rust."""

from __future__ import annotations

import os
from collections.abc import Iterator
from inspect import Signature
from pathlib import Path
from typing import Any, Literal, Self, final

__version__: str

_Errors = Literal["raise", "null", "struct"]

def engines() -> list[str]:
    """Names of the engines that this build has, the preferred one first."""

def inspect(
    source: bytes | bytearray | memoryview | str | os.PathLike[str], *, limits: Limits | None = None
) -> dict[str, Any]:
    """What a module says about itself, found without executing a byte of it.

    source: the module's bytes, or the path of its file.

    Returns a dict with `manifest` (as docs/manifest.md describes it), `bare` (whether the manifest was made from the exports),
    `warnings`, `sha256`, `size`, `code_bytes` and `data_bytes` (bytes), `memory_pages` and `memory_max_pages` (of 64 KiB), and
    `exports` (names and signatures).

    Raises `ModuleError` or `ManifestError` where it is no module that can be taken, `OSError` where the file cannot be read.
    """

@final
class Limits:
    """What a module, an instance and a call may use. Sizes are bytes, times are seconds; what is left out has its default.

    memory_bytes: linear memory of one instance (128 MiB).
    batch_deadline: time of one batch of an elementwise call (1).
    call_deadline: time of one call of another kind (10).
    total_deadline: time of one whole call from Python, all batches together (none).
    stack_bytes: the plugin's stack (1 MiB).
    table_elements: elements of the module's table (10 000).
    module_bytes: size of a module (10 MiB).
    module_functions: functions of a module (20 000).
    result_bytes: result of one batch or call (64 MiB).
    message_bytes: bytes that are read of a plugin's message (10 000).
    instances: instances of one module at a time (32).

    Raises `ArgumentError` naming the limit that is out of its range.
    """

    def __init__(
        self,
        *,
        memory_bytes: int | None = None,
        batch_deadline: float | None = None,
        call_deadline: float | None = None,
        total_deadline: float | None = None,
        stack_bytes: int | None = None,
        table_elements: int | None = None,
        module_bytes: int | None = None,
        module_functions: int | None = None,
        result_bytes: int | None = None,
        message_bytes: int | None = None,
        instances: int | None = None,
    ) -> None: ...
    @property
    def memory_bytes(self) -> int: ...
    @property
    def batch_deadline(self) -> float: ...
    @property
    def call_deadline(self) -> float: ...
    @property
    def total_deadline(self) -> float | None: ...
    @property
    def stack_bytes(self) -> int: ...
    @property
    def table_elements(self) -> int: ...
    @property
    def module_bytes(self) -> int: ...
    @property
    def module_functions(self) -> int: ...
    @property
    def result_bytes(self) -> int: ...
    @property
    def message_bytes(self) -> int: ...
    @property
    def instances(self) -> int: ...
    def __eq__(self, other: object) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Runtime:
    """An engine with its limits, and the threads that calls use. Equal runtimes share one engine.

    backend: "wasmtime" (machine code, the default) or "wasmi" (an interpreter, where code may not be generated).
    limits: what plugins may use.
    threads: threads that the rows of one call are spread over; the machine's number of processors if left out. Results do not
        depend on it.
    cache_dir: a folder of this user's own that keeps compiled modules between processes (wasmtime only).

    Raises `Unsupported` for an engine that is not there, `ArgumentError` for other values that cannot be.
    """

    def __init__(
        self,
        backend: str | None = None,
        *,
        limits: Limits | None = None,
        threads: int | None = None,
        cache_dir: str | os.PathLike[str] | None = None,
    ) -> None: ...
    @staticmethod
    def default() -> Runtime:
        """The runtime of modules that name none: one per process."""

    @property
    def backend(self) -> str: ...
    @property
    def limits(self) -> Limits: ...
    @property
    def threads(self) -> int: ...
    @property
    def cache_dir(self) -> Path | None: ...
    def __eq__(self, other: object) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Module:
    """A plugin. Its functions are its attributes and items: `module.NAME`, `module["NAME"]`, in any case and by any alias.

    Compiled once per process and runtime, whoever loads the same bytes. Pickled by content: the bytes, and the runtime's
    configuration. May be used from many threads at once, and in a process that is forked from this one.
    """

    @staticmethod
    def from_bytes(data: bytes | bytearray | memoryview, *, runtime: Runtime | None = None) -> Module:
        """Inspects and compiles a module.

        Raises `ModuleError` or `ManifestError`, naming what the module breaks.
        """

    @staticmethod
    def from_file(path: str | os.PathLike[str], *, runtime: Runtime | None = None) -> Module:
        """Inspects and compiles a module's file.

        Raises `OSError` where it cannot be read; `ModuleError` or `ManifestError`, naming the file and what the module breaks.
        """

    @staticmethod
    def _restore(data: bytes, runtime: Runtime) -> Module: ...
    @property
    def id(self) -> str:
        """The module's id, such as "formualizer.finance"."""

    @property
    def version(self) -> str: ...
    @property
    def sha256(self) -> str:
        """SHA-256 of the bytes, 64 hexadecimal digits."""

    @property
    def runtime(self) -> Runtime: ...
    @property
    def path(self) -> Path | None:
        """The file that it was read from, if it was."""

    @property
    def functions(self) -> dict[str, Function]:
        """The functions by name, in the manifest's order; those of a kind that cannot be called are left out."""

    def inspect(self) -> dict[str, Any]:
        """What `formualizer_udf.inspect` gives for it."""

    def to_bytes(self) -> bytes: ...
    def __getattr__(self, name: str) -> Function: ...
    def __getitem__(self, name: str) -> Function: ...
    def __contains__(self, name: str) -> bool: ...
    def __iter__(self) -> Iterator[str]: ...
    def __len__(self) -> int: ...
    def __eq__(self, other: object) -> bool: ...
    def __hash__(self) -> int: ...
    def __dask_tokenize__(self) -> tuple[str, ...]: ...

@final
class Function:
    """A function of a module, called with whatever holds columns.

    Arguments are given by position or by the names of the manifest's parameters. A column is a pandas Series, a polars Series or
    expression, a pyarrow array, a NumPy array, a DuckDB relation, a list, or any object with the Arrow PyCapsule interface; its
    memory is copied once, into the plugin's. Single values stand for every row. Columns of a call have equal lengths.

    The result has the type of the first column: a Series with its index and name, an array, a list. Where no column is passed it is
    one value. Functions of the kind "reduce" give one value, those of the kind "array" a frame.

    errors: "raise" (an exception that tells how many rows failed, and why), "null" (they are null), or "struct" (the errors stand
        beside: a frame with the columns `value` and `error`, or `WithErrors` for arrays and lists).

    Raises `ArgumentError` for arguments that do not fit, `RowsError` for rows that fail, another `CallError` where the call as a
    whole does. Other threads run meanwhile; Ctrl-C ends a long call.
    """

    @property
    def __name__(self) -> str: ...
    @property
    def __qualname__(self) -> str: ...
    @property
    def __signature__(self) -> Signature: ...
    @property
    def kind(self) -> Literal["elementwise", "reduce", "array"]: ...
    @property
    def aliases(self) -> list[str]: ...
    @property
    def module(self) -> Module: ...
    @property
    def errors(self) -> _Errors:
        """What becomes of rows that fail, unless a call says otherwise."""

    def __call__(self, *args: Any, errors: _Errors = "raise", **keywords: Any) -> Any: ...
    def with_options(
        self,
        *,
        errors: _Errors | None = None,
        deadline: float | None = None,
        batch_rows: int | None = None,
        threads: int | None = None,
        seed: int | None = None,
        now_us: int | None = None,
    ) -> Function:
        """The same function, called with these options.

        deadline: seconds that one call may take, all batches together.
        batch_rows: rows of a batch; chosen by their width otherwise.
        threads: threads that one call uses at most.
        seed, now_us: entropy and clock (microseconds since 1970-01-01T00:00:00Z) of volatile functions; equal ones give equal results.
        """

    def _describe(self) -> tuple[list[dict[str, Any]], list[str], list[str] | None]: ...
    def __get__(self, instance: object, owner: type | None = None) -> Self: ...
    def __eq__(self, other: object) -> bool: ...
    def __hash__(self) -> int: ...
    def __dask_tokenize__(self) -> tuple[str, ...]: ...

@final
class _Input:
    """A column that an adapter has found in an object of another library."""

    def __init__(
        self,
        values: Any,
        *,
        missing: Any = None,
        nan_is_missing: bool = False,
        is_frame: bool = False,
        wrap: Any = None,
        deferred: Any = None,
    ) -> None: ...

@final
class _Outcome:
    """A result before it has the caller's type."""

    @property
    def shape(self) -> Literal["column", "value", "table"]: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def names(self) -> list[str] | None: ...
    def is_utc(self, index: int) -> bool: ...
    def numpy(self, index: int) -> Any: ...
    def parts(self, index: int) -> tuple[Any, Any]: ...
    def arrow(self, index: int, chunked: bool) -> Any: ...
    def objects(self, index: int) -> list[Any]: ...
    def errors(self, index: int) -> list[str | None]: ...
    def errors_arrow(self, index: int) -> Any: ...

@final
class _Block:
    """The memory of a result."""

def _after_fork_in_child() -> None: ...
