// Columns of Arrow, read through their buffers: vectors of apache-arrow and flechette, told by their shape, and what `output: "buffers"` gives.

import { ArgumentError, UnsupportedError } from "./errors.js";
import { kindOf } from "./kinds.js";

// Arrow's numbers of types and units, which both libraries have.
const NULL = 1;
const INT = 2;
const FLOAT = 3;
const UTF8 = 5;
const BOOL = 6;
const DATE = 8;
const TIMESTAMP = 10;
const LARGE_UTF8 = 20;
const UTF8_VIEW = 24;
const DICTIONARY = -1;
/** What others are called in messages. */
const REFUSED = {
  4: "binary", 7: "decimal", 9: "time", 11: "interval", 12: "list", 13: "struct", 14: "union", 15: "binary", 16: "list", 17: "map", 18: "duration",
  19: "binary", 21: "list", 22: "run-end encoded", 23: "binary", 25: "list", 26: "list",
};
const MS_PER_DAY = 86_400_000n;
/** Microseconds of a unit of timestamps, or units of a microsecond. */
const UNITS = [{ times: 1_000_000n }, { times: 1_000n }, {}, { by: 1_000n }];

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

/** Types of columns of buffers as Arrow has them. */
const LAYOUTS = {
  f64: { typeId: FLOAT }, f32: { typeId: FLOAT },
  i8: { typeId: INT }, i16: { typeId: INT }, i32: { typeId: INT }, i64: { typeId: INT },
  u8: { typeId: INT }, u16: { typeId: INT }, u32: { typeId: INT }, u64: { typeId: INT },
  bool: { typeId: BOOL }, utf8: { typeId: UTF8 }, binary: { typeId: 4 }, null: { typeId: NULL },
  date32: { typeId: DATE, unit: 0 }, timestamp: { typeId: TIMESTAMP, unit: 2 }, time64: { typeId: 9 }, duration: { typeId: 18 },
};
/** Whether something is a vector, or a column of buffers. */
export function isVector(value) {
  if (typeof value !== "object" || value === null || !Number.isInteger(value.length)) {
    return false;
  }
  return typeof value.type === "string" ? Object.hasOwn(LAYOUTS, value.type) && "values" in value : typeof value.type?.typeId === "number" && Array.isArray(value.data);
}

/** A vector as rows to read; anything else as it is. */
export function rowsOf(value) {
  return isVector(value) ? new ArrowRows(partsOf(value), 0, value.length) : value;
}

/** The chunks of a vector in one form. `bit` is where the bits of the first row are; values and offsets begin with it. */
function partsOf(vector) {
  if (typeof vector.type === "string") {
    const { type, length, validity, values, offsets } = vector;
    return [{ type: LAYOUTS[type], length, validity, bit: 0, values, offsets }];
  }
  return vector.data.map((chunk) => {
    const { length, nullCount, values, dictionary } = chunk;
    const validity = nullCount === 0 ? undefined : (chunk.nullBitmap ?? chunk.validity);
    return {
      type: vector.type,
      length,
      validity: validity?.length > 0 ? validity : undefined,
      bit: chunk.offset ?? 0,
      values,
      offsets: chunk.valueOffsets ?? chunk.offsets,
      buffers: chunk.variadicBuffers ?? chunk.data,
      dictionary,
    };
  });
}

/** Some rows of a vector. Nothing is read before `read`. */
export class ArrowRows {
  #parts;
  #first;

  constructor(parts, first, end) {
    this.#parts = parts;
    this.#first = first;
    this.length = end - first;
  }

  slice(first, end) {
    return new ArrowRows(this.#parts, this.#first + first, this.#first + end);
  }

  /**
   * The rows as the core takes them: `{ kind, values, valid }`, for texts `{ kind, data, ends, valid }`, where nothing is there `{ kind: "null" }`.
   * They may lie in the vector's own buffers.
   *
   * @param name what messages call the column
   */
  read(name) {
    const pieces = [];
    let at = 0;
    const end = this.#first + this.length;
    for (const part of this.#parts) {
      const first = Math.max(this.#first, at);
      const last = Math.min(end, at + part.length);
      if (first < last) {
        pieces.push(readPart(part, first - at, last - at, name));
      }
      at += part.length;
    }
    if (at < end) {
      throw new ArgumentError(`${name}: the chunks of this vector have fewer rows than it says`);
    }
    if (pieces.length === 0) {
      return this.#parts.length === 0 ? { kind: "null" } : readPart(this.#parts[0], 0, 0, name);
    }
    return joined(pieces, this.length);
  }
}

function readPart(part, first, end, name) {
  const rows = end - first;
  const valid = part.validity === undefined ? undefined : bytesOfBits(part.validity, part.bit + first, rows);
  const { typeId } = part.type;
  if (typeId === NULL) {
    return { kind: "null" };
  }
  const read = READERS[typeId];
  if (read === undefined) {
    throw new ArgumentError(`${name}: Arrow columns of type ${REFUSED[typeId] ?? typeId} do not cross: pass numbers, texts, booleans, dates or timestamps`);
  }
  const there = { valid, has: (row) => valid === undefined || valid[row] !== 0 };
  return read(part, first, end, there, name);
}

/** Each gives the rows from `first` to `end` of a chunk. */
const READERS = {
  [INT]: (part, first, end, { valid }, name) => {
    const values = fixed(part, first, end, name);
    return { kind: kindOf(values), values, valid };
  },
  [FLOAT]: (part, first, end, { valid }, name) => {
    const values = fixed(part, first, end, name);
    if (values instanceof Float32Array || values instanceof Float64Array) {
      return { kind: kindOf(values), values, valid };
    }
    // Of 16 bits: as whole numbers, or where the host has an array of them.
    return { kind: "f32", values: values instanceof Uint16Array ? Float32Array.from(values, half) : Float32Array.from(values), valid };
  },
  [BOOL]: (part, first, end, { valid }, name) => {
    enough(part.values?.length * 8, part.bit + end, name);
    return { kind: "bool", values: bytesOfBits(part.values, part.bit + first, end - first), valid };
  },
  [DATE]: (part, first, end, there, name) => {
    const values = fixed(part, first, end, name);
    if (part.type.unit === 0) {
      return { kind: "date32", values, valid: there.valid };
    }
    const days = new Int32Array(values.length);
    for (let row = 0; row < values.length; row += 1) {
      if (there.has(row)) {
        const day = Number(exactly(BigInt(values[row]), MS_PER_DAY, name, "a day"));
        days[row] = day;
        if (days[row] !== day) {
          throw new ArgumentError(`${name}: the date ${values[row]} is beyond those that 32 bits count`);
        }
      }
    }
    return { kind: "date32", values: days, valid: there.valid };
  },
  [TIMESTAMP]: (part, first, end, there, name) => {
    const values = fixed(part, first, end, name);
    const { times, by } = UNITS[part.type.unit];
    if (times === undefined && by === undefined) {
      return { kind: "timestamp", values, valid: there.valid };
    }
    const micros = new BigInt64Array(values.length);
    for (let row = 0; row < values.length; row += 1) {
      if (there.has(row)) {
        const value = by === undefined ? values[row] * times : exactly(values[row], by, name, "microseconds");
        micros[row] = value;
        if (micros[row] !== value) {
          throw new ArgumentError(`${name}: the timestamp ${values[row]} is beyond those that microseconds count`);
        }
      }
    }
    return { kind: "timestamp", values: micros, valid: there.valid };
  },
  [UTF8]: texts,
  [LARGE_UTF8]: texts,
  [UTF8_VIEW]: (part, first, end, there, name) => {
    const views = part.values;
    enough(views?.length / 16, end, name);
    const view = new DataView(views.buffer, views.byteOffset, views.byteLength);
    return gathered(end - first, there, (row) => {
      const at = 16 * (first + row);
      const length = view.getInt32(at, true);
      const buffer = length > 12 ? part.buffers?.[view.getInt32(at + 8, true)] : views;
      const from = length > 12 ? view.getInt32(at + 12, true) : at + 4;
      enough(buffer?.length, from + length, name);
      return [buffer, from, from + length];
    });
  },
  [DICTIONARY]: (part, first, end, there, name) => {
    const keys = fixed(part, first, end, name);
    part.words ??= rowsOf(part.dictionary).read(name);
    const { kind, data, ends, values, valid: known } = part.words;
    if (kind === "null") {
      return { kind };
    }
    const rows = end - first;
    let valid = there.valid;
    const count = (ends ?? values)?.length ?? 0;
    for (let row = 0; row < rows; row += 1) {
      const key = Number(keys[row]);
      if (there.has(row) && !(key >= 0 && key < count)) {
        throw new ArgumentError(`${name}: there is no value ${key} in its dictionary of ${count}`);
      }
      if (known !== undefined && known[key] === 0) {
        valid ??= new Uint8Array(rows).fill(1);
        valid[row] = 0;
      }
    }
    const has = (row) => valid === undefined || valid[row] !== 0;
    if (kind === "utf8") {
      return gathered(rows, { valid, has }, (row) => {
        const key = Number(keys[row]);
        return [data, key === 0 ? 0 : ends[key - 1], ends[key]];
      });
    }
    const taken = new values.constructor(rows);
    for (let row = 0; row < rows; row += 1) {
      if (has(row)) {
        taken[row] = values[Number(keys[row])];
      }
    }
    return { kind, values: taken, valid };
  },
};

/** Texts that stand one behind the other. */
function texts(part, first, end, { valid }, name) {
  const { offsets, values } = part;
  if (first === end) {
    return { kind: "utf8", data: new Uint8Array(0), ends: new Int32Array(0), valid };
  }
  enough(offsets?.length, end + 1, name);
  const from = Number(offsets[first]);
  enough(values?.length, Number(offsets[end]), name);
  const data = values.subarray(from, Number(offsets[end]));
  if (from === 0 && offsets instanceof Int32Array) {
    return { kind: "utf8", data, ends: offsets.subarray(first + 1, end + 1), valid };
  }
  const ends = new Int32Array(end - first);
  for (let row = 0; row < ends.length; row += 1) {
    ends[row] = Number(offsets[first + row + 1]) - from;
  }
  return { kind: "utf8", data, ends, valid };
}

/** Texts that stand anywhere: `place` gives the buffer of a row, where its text begins and where it ends. */
function gathered(rows, { valid, has }, place) {
  const places = Array.from({ length: rows }, (_, row) => (has(row) ? place(row) : undefined));
  const data = new Uint8Array(places.reduce((sum, found) => (found === undefined ? sum : sum + found[2] - found[1]), 0));
  const ends = new Int32Array(rows);
  let at = 0;
  for (let row = 0; row < rows; row += 1) {
    if (places[row] !== undefined) {
      const [buffer, from, end] = places[row];
      data.set(buffer.subarray(from, end), at);
      at += end - from;
    }
    ends[row] = at;
  }
  return { kind: "utf8", data, ends, valid };
}

/** Rows of a fixed width where they are. */
function fixed({ values }, first, end, name) {
  enough(values?.length, end, name);
  return values.subarray(first, end);
}

function enough(length, wanted, name) {
  if (!(length >= wanted)) {
    throw new ArgumentError(`${name}: a buffer of this vector is shorter than its rows, or was transferred away`);
  }
}

function exactly(value, unit, name, what) {
  if (value % unit !== 0n) {
    throw new ArgumentError(`${name}: ${value} is not exact as ${what}: round the column first`);
  }
  return value / unit;
}

/** A number of 16 bits. */
function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) {
    return fraction === 0 ? sign * Infinity : NaN;
  }
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** A byte a row of bits that begin anywhere. */
function bytesOfBits(bits, from, rows) {
  const bytes = new Uint8Array(rows);
  for (let row = 0; row < rows; row += 1) {
    bytes[row] = (bits[(from + row) >> 3] >> ((from + row) & 7)) & 1;
  }
  return bytes;
}

/** Bits of a byte a row. */
function bitsOfBytes(bytes) {
  const bits = new Uint8Array((bytes.length + 7) >> 3);
  for (let row = 0; row < bytes.length; row += 1) {
    bits[row >> 3] |= Number(bytes[row] !== 0) << (row & 7);
  }
  return bits;
}

/** Pieces of one type, put together. */
function joined(pieces, rows) {
  const [first] = pieces;
  if (pieces.length === 1 || first.kind === "null") {
    return first;
  }
  let valid;
  const length = ({ values, ends }) => (values ?? ends).length;
  if (pieces.some((piece) => piece.valid !== undefined)) {
    valid = new Uint8Array(rows).fill(1);
    place(pieces, (piece, at) => piece.valid !== undefined && valid.set(piece.valid, at), length);
  }
  if (first.kind !== "utf8") {
    const values = new first.values.constructor(rows);
    place(pieces, (piece, at) => values.set(piece.values, at), length);
    return { kind: first.kind, values, valid };
  }
  const data = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.data.length, 0));
  const ends = new Int32Array(rows);
  let before = 0;
  place(pieces, (piece, at) => {
    data.set(piece.data, before);
    ends.set(before === 0 ? piece.ends : piece.ends.map((end) => end + before), at);
    before += piece.data.length;
  }, length);
  return { kind: "utf8", data, ends, valid };
}

function place(pieces, put, length) {
  let at = 0;
  for (const piece of pieces) {
    put(piece, at);
    at += length(piece);
  }
}

/**
 * A column as the buffers of Arrow: of the core, `{ kind, values, valid }` with texts as an array of strings, or of `read`.
 *
 * @param rows how many, where nothing is there
 */
export function toBuffers({ kind, values, data, ends, valid }, rows) {
  const length = (ends ?? values)?.length ?? rows;
  const missing = valid === undefined ? 0 : valid.reduce((sum, byte) => sum + Number(byte === 0), 0);
  const column = {
    type: kind,
    length,
    nullCount: missing,
    validity: missing === 0 ? undefined : bitsOfBytes(valid),
    values,
    offsets: undefined,
  };
  switch (kind) {
    case "bool":
      column.values = bitsOfBytes(values);
      return column;
    case "utf8":
    case "binary": {
      const found = data === undefined ? oneBehindTheOther(values) : { data, ends };
      column.values = found.data;
      column.offsets = new Int32Array(length + 1);
      column.offsets.set(found.ends, 1);
      return column;
    }
    case "error":
    case "null":
      return { type: "null", length, nullCount: length, validity: undefined, values: undefined, offsets: undefined };
    case "any":
      throw new UnsupportedError("a column of values of any type has no buffers of Arrow: take values");
    default:
      return column;
  }
}

/** Strings, or bytes, and where each ends. */
export function oneBehindTheOther(values) {
  const most = values.reduce((sum, value) => sum + (typeof value === "string" ? 3 * value.length : (value?.length ?? 0)), 0);
  const data = new Uint8Array(most);
  const ends = new Int32Array(values.length);
  let at = 0;
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row];
    if (typeof value === "string") {
      at += encoder.encodeInto(value, data.subarray(at)).written;
    } else if (value !== null && value !== undefined) {
      data.set(value, at);
      at += value.length;
    }
    ends[row] = at;
  }
  return { data: data.subarray(0, at), ends };
}

/** The texts of rows that were read, as strings. */
export function textsOf({ data, ends, valid }, name) {
  // Decoders refuse memory that is shared.
  const bytes = data.buffer instanceof ArrayBuffer ? data : data.slice();
  const text = (row) => decoder.decode(bytes.subarray(row === 0 ? 0 : ends[row - 1], ends[row]));
  try {
    return Array.from(ends, (_, row) => (valid !== undefined && valid[row] === 0 ? null : text(row)));
  } catch (error) {
    throw new ArgumentError(`${name}: a text is no UTF-8`, { cause: error });
  }
}

/** Makers of types, by the library's names: apache-arrow has classes, flechette functions. */
const TYPES = {
  f64: ["Float64", "float64"], f32: ["Float32", "float32"],
  i8: ["Int8", "int8"], i16: ["Int16", "int16"], i32: ["Int32", "int32"], i64: ["Int64", "int64"],
  u8: ["Uint8", "uint8"], u16: ["Uint16", "uint16"], u32: ["Uint32", "uint32"], u64: ["Uint64", "uint64"],
  bool: ["Bool", "bool"], utf8: ["Utf8", "utf8"], binary: ["Binary", "binary"], null: ["Null", "nullType"],
  date32: ["DateDay", "dateDay"], timestamp: ["TimestampMicrosecond", "timestamp", 2, null],
  time64: ["TimeMicrosecond", "timeMicrosecond"], duration: ["DurationMicrosecond", "duration", 2],
};

/** A library's vector over a column's buffers. */
export function toArrowVector(library, column, options) {
  const { type, length, nullCount, validity, values, offsets } = column;
  const [apache, flechette, ...arguments_] = TYPES[type] ?? [];
  if (apache === undefined) {
    throw new ArgumentError(`column: give one of \`output: "buffers"\``);
  }
  if (typeof library?.makeData === "function") {
    const made = new library[apache]();
    return library.makeVector(library.makeData({ type: made, length, nullCount, nullBitmap: validity, data: values, valueOffsets: offsets }));
  }
  if (typeof library?.batchType === "function") {
    const made = library[flechette](...arguments_);
    const Batch = library.batchType(made, options);
    return new library.Column([new Batch({ type: made, length, nullCount, validity, values, offsets })], made);
  }
  throw new ArgumentError("library: give apache-arrow or @uwdata/flechette, as `import * as arrow` has it");
}

/** What makes the result of a column that `output` asks for; nothing where it asks for nothing. */
export function makerOf(output) {
  if (output === undefined) {
    return undefined;
  }
  if (output === "buffers") {
    return (column) => toBuffers(column);
  }
  if (typeof output?.makeData === "function" || typeof output?.batchType === "function") {
    return (column) => toArrowVector(output, toBuffers(column));
  }
  throw new ArgumentError(`output: give "buffers", or a library of Arrow as \`import * as arrow\` has it`);
}
