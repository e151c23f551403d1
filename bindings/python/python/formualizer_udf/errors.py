"""Every exception of this package.

::

    UdfError
    ├── ModuleError            the bytes are no module that can be taken
    │   └── ManifestError      its manifest breaks a rule
    ├── UnknownFunction        the module has no such function (also AttributeError and KeyError)
    ├── Unsupported            this version or machine does not have what is asked for
    ├── ForkError              the process was forked while calls ran
    ├── CallError              a call failed
    │   ├── ArgumentError      wrong number, type, length or value of arguments (also TypeError)
    │   ├── RowsError          some rows failed: how many, which, and why
    │   ├── FunctionError      the function itself answered an error
    │   ├── Trap               the plugin trapped or panicked
    │   ├── DeadlineExceeded   it ran out of time (also TimeoutError)
    │   ├── MemoryLimitExceeded  it asked for more memory than it may have
    │   ├── StackExhausted     its calls nested too deeply
    │   ├── InvalidResult      it answered something that the contract does not allow
    │   ├── TooLarge           more rows or bytes than one call takes
    │   ├── Busy               no instance came free in time
    │   └── Cancelled          the call was cancelled
    ├── WorkbookError          a workbook refused something; `kind` says what
    └── InternalError          a defect of this package or of the machine
"""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = [
    "ArgumentError",
    "Busy",
    "CallError",
    "Cancelled",
    "DeadlineExceeded",
    "ForkError",
    "FunctionError",
    "InternalError",
    "InvalidResult",
    "ManifestError",
    "MemoryLimitExceeded",
    "ModuleError",
    "RowError",
    "RowsError",
    "StackExhausted",
    "TooLarge",
    "Trap",
    "UdfError",
    "UnknownFunction",
    "Unsupported",
    "WorkbookError",
]


class UdfError(Exception):
    """Everything that this package raises on purpose.

    message: one sentence that says what stands where, and what to do about it.
    details: one line per finding where there are several (the problems of a manifest).
    """

    message: str
    details: tuple[str, ...]

    def __init__(self, message: str = "", *, details: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.details = tuple(details)

    def __str__(self) -> str:
        return "\n  ".join((self.message, *self.details))

    def __reduce__(self) -> tuple[Any, ...]:
        return (_restore, (type(self), self.message, dict(self.__dict__)))


def _restore(cls: type[UdfError], message: str, state: dict[str, Any]) -> UdfError:
    error = cls.__new__(cls, message)
    error.args = (message,)
    error.__dict__.update(state)
    return error


class ModuleError(UdfError):
    """The bytes are no module that the contract admits. `docs/abi.md` says what one must be."""


class ManifestError(ModuleError):
    """The module's manifest breaks rules; `details` has a line for each."""


class UnknownFunction(UdfError, AttributeError, KeyError):
    """The module has no function of that name; the message names near ones."""


class Unsupported(UdfError):
    """The module, the function or the machine lacks something; the message says what."""


class ForkError(UdfError):
    """The process was forked while calls were running in it. Start it with `spawn` or `forkserver`."""


class CallError(UdfError):
    """A call failed as a whole. As text it begins with the function's name.

    function: the function's name, or None before it is known.
    """

    function: str | None = None

    def __str__(self) -> str:
        text = super().__str__()
        return text if self.function is None or text.startswith(self.function) else f"{self.function}: {text}"


class ArgumentError(CallError, TypeError):
    """Arguments that do not fit the function: their number, types, lengths or values."""


class RowError(NamedTuple):
    """One row that failed.

    row: its position in the input, from 0.
    code: the spreadsheet's word for it, such as "#NUM!".
    message: what the plugin said, if anything.
    """

    row: int
    code: str
    message: str | None


class RowsError(CallError):
    """Some rows of a call failed.

    count: how many.
    rows: the first of them, at most 100 (`RowError`).
    total: rows of the call.
    """

    count: int = 0
    rows: tuple[RowError, ...] = ()
    total: int = 0


class FunctionError(CallError):
    """The function answered an error for the call as a whole.

    code: the spreadsheet's word for it, such as "#NUM!".
    """

    code: str = "#VALUE!"


class Trap(CallError):
    """The plugin trapped or panicked; the message has what it said."""


class DeadlineExceeded(CallError, TimeoutError):
    """The call ran out of time: see `Limits.batch_deadline`, `call_deadline` and `total_deadline`."""


class MemoryLimitExceeded(CallError):
    """The plugin asked for more than `Limits.memory_bytes`."""


class StackExhausted(CallError):
    """The plugin's calls nested too deeply for `Limits.stack_bytes`."""


class InvalidResult(CallError):
    """The plugin answered something that the contract does not allow."""


class TooLarge(CallError):
    """The input or the result is larger than one call can take."""


class Busy(CallError):
    """No instance of the module came free in time: see `Limits.instances`."""


class Cancelled(CallError):
    """The call was cancelled."""


class WorkbookError(UdfError):
    """A workbook refused something.

    kind: "address", "sheet", "formula", "name", "function", "plugin", "data", "file", "cancelled" or
        "reentrant" (a callback that uses the workbook that is calling it).
    """

    kind: str = ""


class InternalError(UdfError):
    """A defect of this package or of its machine. Please report it."""
