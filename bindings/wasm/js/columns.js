// Values of JavaScript as columns for the core, and columns of the core as values.

import { ArrowRows, oneBehindTheOther } from "./arrow.js";
import { ArgumentError } from "./errors.js";
import { ARRAYS, kindOf } from "./kinds.js";

const INTEGERS = new Set(["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"]);
const MS_PER_DAY = 86_400_000;

/** Whether a value stands for a column: an array, a typed array or rows of Arrow. */
export function isColumn(value) {
  return Array.isArray(value) || kindOf(value) !== undefined || value instanceof ArrowRows;
}

/**
 * Pushes a value or a column to a call, as the parameter takes it.
 *
 * @param call the core's call
 * @param value one value, an array, a typed array or rows of Arrow
 * @param param `{ name, type }` of the manifest
 */
export function push(call, value, param) {
  if (value === undefined) {
    call.omit();
  } else if (kindOf(value) !== undefined) {
    refuseDetached(value, param);
    call.push(kindOf(value), plain(value), undefined, false);
  } else if (Array.isArray(value)) {
    pushValues(call, value, param, false);
  } else if (value instanceof ArrowRows) {
    pushRows(call, value, param);
  } else {
    pushValues(call, [value], param, true);
  }
}

function pushRows(call, rows, param) {
  const { kind, values, data, ends, valid } = rows.read(param.name);
  if (kind === "null") {
    pushValues(call, new Array(rows.length).fill(null), param, false);
  } else if (kind === "utf8") {
    call.pushTexts(data, ends, valid, false);
  } else {
    call.push(kind, values, valid, false);
  }
}

/** A clamped array is one of bytes. */
function plain(array) {
  return array instanceof Uint8ClampedArray ? new Uint8Array(array.buffer, array.byteOffset, array.length) : array;
}

function refuseDetached(array, param) {
  if (array.length > 0) {
    return;
  }
  try {
    new Uint8Array(array.buffer);
  } catch {
    throw new ArgumentError(`${param.name}: the buffer of this array was transferred away: pass a copy`);
  }
}

function pushValues(call, values, param, single) {
  if (param.type === "any") {
    call.pushAny(values, single);
    return;
  }
  const valid = validity(values);
  const first = values.find((value) => value !== null && value !== undefined);
  const kind = kindOfValue(first, param);
  const wrong = (value) => {
    const shown = typeof value === "object" ? value.constructor?.name ?? "object" : `${typeof value} ${String(value)}`;
    return new ArgumentError(`${param.name}: ${shown} beside ${describe(first)}: one column has values of one type`);
  };
  const is = (value, type) => {
    if (typeof value !== type) {
      throw wrong(value);
    }
    return value;
  };
  switch (kind) {
    case "text": {
      values.forEach((value) => value === null || value === undefined || is(value, "string"));
      const { data, ends } = oneBehindTheOther(values);
      call.pushTexts(data, ends, valid, single);
      return;
    }
    case "bool":
      call.push("bool", filled(Uint8Array, values, (value) => Number(is(value, "boolean"))), valid, single);
      return;
    case "i64":
      call.push("i64", filled(BigInt64Array, values, (value) => bigint(value, param, wrong)), valid, single);
      return;
    case "u64":
      call.push("u64", filled(BigUint64Array, values, (value) => bigint(value, param, wrong)), valid, single);
      return;
    case "timestamp":
    case "date32": {
      const time = (value) => {
        if (!(value instanceof Date)) {
          throw wrong(value);
        }
        const ms = value.getTime();
        if (Number.isNaN(ms)) {
          throw new ArgumentError(`${param.name}: an invalid Date`);
        }
        return ms;
      };
      if (kind === "timestamp") {
        call.push(kind, filled(BigInt64Array, values, (value) => BigInt(time(value)) * 1000n), valid, single);
        return;
      }
      const day = (value) => {
        const ms = time(value);
        if (ms % MS_PER_DAY !== 0) {
          const text = value.toISOString();
          throw new ArgumentError(`${param.name}: ${text} is no midnight of UTC: pass the day alone`);
        }
        return ms / MS_PER_DAY;
      };
      call.push(kind, filled(Int32Array, values, day), valid, single);
      return;
    }
    default:
      call.push("f64", filled(Float64Array, values, (value) => is(value, "number")), valid, single);
  }
}

/** What a column of such values is, for a parameter of this type. */
function kindOfValue(value, param) {
  const whole = INTEGERS.has(param.type);
  switch (typeof value) {
    case "string":
      return "text";
    case "boolean":
      return "bool";
    case "bigint":
      return param.type === "u64" ? "u64" : "i64";
    case "number":
      // Numbers of JavaScript that are whole are integers where those are wanted.
      return whole ? (param.type === "u64" ? "u64" : "i64") : "f64";
    case "undefined":
      // Missing everywhere.
      return param.type === "utf8" ? "text" : param.type === "bool" ? "bool" : whole ? "i64" : "f64";
    default:
      if (value instanceof Date) {
        return param.type === "date32" ? "date32" : "timestamp";
      }
      throw new ArgumentError(
        `${param.name}: ${describe(value)} does not cross: pass numbers, strings, booleans, Dates, null or arrays of them`,
      );
  }
}

function describe(value) {
  return value === undefined ? "nothing" : typeof value === "object" ? (value.constructor?.name ?? "an object") : `a ${typeof value}`;
}

function bigint(value, param, wrong) {
  if (typeof value === "bigint") {
    return value;
  }
  if (typeof value !== "number") {
    throw wrong(value);
  }
  if (!Number.isSafeInteger(value)) {
    throw new ArgumentError(`${param.name}: ${value} is no whole number that is exact: round it, or pass a bigint`);
  }
  return BigInt(value);
}

/** A byte a row, 0 where it is missing; nothing where none is. */
function validity(values) {
  let valid;
  for (let row = 0; row < values.length; row += 1) {
    if (values[row] === null || values[row] === undefined) {
      valid ??= new Uint8Array(values.length).fill(1);
      valid[row] = 0;
    }
  }
  return valid;
}

function filled(Type, values, each) {
  const array = new Type(values.length);
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row];
    if (value !== null && value !== undefined) {
      array[row] = each(value);
    }
  }
  return array;
}

/** A column of the core as an array of values, `null` where a row is missing. Integers of 64 bits are numbers where those are exact, and bigints beyond. */
export function toValues({ kind, values, valid }) {
  const convert = CONVERT[kind] ?? ((value) => value);
  return Array.from(values, (value, row) => (valid !== undefined && valid[row] === 0 ? null : convert(value)));
}

const exact = (n) => (n >= -MOST_EXACT && n <= MOST_EXACT ? Number(n) : n);
const MOST_EXACT = BigInt(Number.MAX_SAFE_INTEGER);

const CONVERT = {
  i64: exact,
  u64: exact,
  bool: (value) => value !== 0,
  date32: (days) => new Date(days * MS_PER_DAY),
  timestamp: (micros) => new Date(Number(micros / 1000n)),
};

/**
 * A column of the core as a typed array: a missing float is NaN. Where another type has missing rows, and for types without a typed
 * array, an array of values.
 */
export function toTyped(column) {
  const { kind, values, valid } = column;
  if (!(kind in ARRAYS)) {
    return toValues(column);
  }
  if (valid === undefined || !valid.includes(0)) {
    return values;
  }
  if (kind !== "f64" && kind !== "f32") {
    return toValues(column);
  }
  for (let row = 0; row < values.length; row += 1) {
    if (valid[row] === 0) {
      values[row] = NaN;
    }
  }
  return values;
}
