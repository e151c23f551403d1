// Values between threads: what the host's structured clone takes crosses as it is, and classes of this package cross with a mark.

import { isVector, rowsOf, toBuffers } from "./arrow.js";
import { ArgumentError, makeError, UdfError } from "./errors.js";
import { CellError, CellTime } from "./values.js";

const MARK = "formualizer-udf";

/** What a response or a file had: its bytes, and what its format is told by. */
export class NamedBytes {
  constructor(name, bytes) {
    this.name = name;
    this.bytes = bytes;
  }

  async arrayBuffer() {
    return this.bytes.buffer;
  }
}

/** A value as it crosses. */
export function pack(value) {
  switch (typeof value) {
    case "function":
      throw new ArgumentError(
        "a function does not cross to a worker, since what it closes over stays on this thread: give the URL of a module that exports it",
      );
    case "symbol":
      throw new ArgumentError("a symbol does not cross to a worker");
    case "object":
      return value === null ? value : packObject(value);
    default:
      return value;
  }
}

function packObject(value) {
  if (Array.isArray(value)) {
    return changed(value, value.map(pack));
  }
  if (value instanceof CellError) {
    return { [MARK]: "CellError", code: value.code, message: value.message };
  }
  if (value instanceof NamedBytes) {
    return { [MARK]: "bytes", name: value.name, bytes: value.bytes };
  }
  if (value instanceof CellTime) {
    return { [MARK]: "CellTime", kind: value.kind, milliseconds: value.milliseconds };
  }
  if (value instanceof UdfError) {
    const { name, message, stack, cause, ...fields } = value;
    return { [MARK]: "error", name: value.name, message: value.message, fields: pack(fields), cause: packThrown(value.cause) };
  }
  if (typeof AbortSignal === "function" && value instanceof AbortSignal) {
    throw new ArgumentError("an AbortSignal does not cross to a worker: of the calls of a workbook in a worker, recalculate() alone takes one");
  }
  if (isVector(value)) {
    return toBuffers(rowsOf(value).read("vector"), value.length);
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    return changed(value, Object.fromEntries(Object.entries(value).map(([name, field]) => [name, pack(field)])));
  }
  return value;
}

/** What was packed; the same as before where nothing needed it. */
function changed(before, after) {
  return Object.keys(before).every((key) => Object.is(before[key], after[key])) ? before : after;
}

/** What was thrown, as it crosses: errors of this package, and those of the host in their words. */
export function packThrown(thrown) {
  if (thrown === undefined || thrown instanceof UdfError) {
    return pack(thrown);
  }
  try {
    structuredClone(thrown);
    return thrown;
  } catch {
    return String(thrown);
  }
}

/** A value that crossed. It is changed in place. */
export function unpack(value) {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) {
    return value;
  }
  switch (value[MARK]) {
    case "CellError":
      return new CellError(value.code, value.message);
    case "bytes":
      return new NamedBytes(value.name, value.bytes);
    case "CellTime":
      return new CellTime(value.kind, value.milliseconds);
    case "error": {
      const error = makeError(value.name, value.message, unpack(value.fields));
      if (value.cause !== undefined) {
        error.cause = unpack(value.cause);
      }
      return error;
    }
    default:
  }
  const prototype = Object.getPrototypeOf(value);
  if (Array.isArray(value) || prototype === Object.prototype) {
    for (const key of Object.keys(value)) {
      const field = value[key];
      if (typeof field === "object" && field !== null) {
        value[key] = unpack(field);
      }
    }
  }
  return value;
}

/** The buffers that a value alone has: they are handed over and not copied. */
export function owned(value, found = new Set()) {
  if (typeof value !== "object" || value === null) {
    return found;
  }
  if (value instanceof ArrayBuffer) {
    found.add(value);
  } else if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof ArrayBuffer && value.byteLength === value.buffer.byteLength && value.byteLength > 0) {
      found.add(value.buffer);
    }
  } else if (Array.isArray(value)) {
    // Rows of single values are many, and have none.
    value.forEach((element) => typeof element === "object" && owned(element, found));
  } else if (Object.getPrototypeOf(value) === Object.prototype) {
    Object.values(value).forEach((element) => owned(element, found));
  }
  return found;
}
