/**
 * Every error of this package.
 *
 *     UdfError
 *     ├── ModuleError                the bytes are no module that can be taken
 *     │   └── ManifestError          its manifest breaks a rule
 *     ├── UnknownFunctionError       the module has no such function
 *     ├── UnsupportedError           this version or host does not have what is asked for
 *     ├── CallError                  a call failed
 *     │   ├── ArgumentError          wrong number, type, length or value of arguments
 *     │   ├── RowsError              some rows failed: how many, which, and why
 *     │   ├── FunctionError          the function itself answered an error
 *     │   ├── TrapError              the plugin trapped or panicked
 *     │   ├── DeadlineExceededError  it ran out of time
 *     │   ├── MemoryLimitExceededError  it asked for more memory than it may have
 *     │   ├── StackExhaustedError    its calls nested too deeply
 *     │   ├── InvalidResultError     it answered something that the contract does not allow
 *     │   ├── TooLargeError          more rows or bytes than one call takes
 *     │   ├── BusyError              no instance came free in time
 *     │   └── CancelledError         the call was cancelled
 *     ├── WorkerError                a worker failed, was ended, or could not be started
 *     ├── WorkbookError              a workbook refused something; `kind` says what
 *     └── InternalError              a defect of this package or of the host
 */
export class UdfError extends Error {
  constructor(message, options) {
    super(message, options);
    this.name = new.target.name;
    this.details = [];
  }
}

export class ModuleError extends UdfError {}
export class ManifestError extends ModuleError {}
export class UnknownFunctionError extends UdfError {}
export class UnsupportedError extends UdfError {}
export class CallError extends UdfError {
  function = undefined;
}
export class ArgumentError extends CallError {}
export class RowsError extends CallError {
  count = 0;
  total = 0;
  rows = [];
}
export class FunctionError extends CallError {
  code = "#VALUE!";
}
export class TrapError extends CallError {}
export class DeadlineExceededError extends CallError {}
export class MemoryLimitExceededError extends CallError {}
export class StackExhaustedError extends CallError {}
export class InvalidResultError extends CallError {}
export class TooLargeError extends CallError {}
export class BusyError extends CallError {}
export class CancelledError extends CallError {}
export class WorkerError extends UdfError {}
export class WorkbookError extends UdfError {
  kind = "other";
}
export class InternalError extends UdfError {}

const CLASSES = {
  UdfError,
  CallError,
  ModuleError,
  ManifestError,
  UnknownFunctionError,
  UnsupportedError,
  ArgumentError,
  RowsError,
  FunctionError,
  TrapError,
  DeadlineExceededError,
  MemoryLimitExceededError,
  StackExhaustedError,
  InvalidResultError,
  TooLargeError,
  BusyError,
  CancelledError,
  WorkerError,
  WorkbookError,
  InternalError,
};

/** The error of a class by its name, with fields: what the core throws, and what comes of other threads. */
export function makeError(name, message, fields) {
  return Object.assign(new (CLASSES[name] ?? UdfError)(message), fields);
}
