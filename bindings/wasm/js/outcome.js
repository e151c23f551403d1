// What calls of plugins give: parts put together, in the caller's type.

import { ArrowRows, makerOf } from "./arrow.js";
import { isColumn, toTyped, toValues } from "./columns.js";
import { makeError } from "./errors.js";
import { ARRAYS, kindOf } from "./kinds.js";

/** Rows that an error lists. */
const LISTED = 100;

/** What the chunks gave, put together. */
export class Outcome {
  columns = [];
  failed = 0;
  errors = [];
  rows = 0;
  /** "rows", "value" or "table". */
  shape = "rows";
  /** Milliseconds that the calls took. */
  took = 0;
  /** How many errors are kept. */
  listed;

  /** `mode` is what becomes of rows that fail. */
  constructor(mode = "raise") {
    this.listed = { raise: LISTED, null: 0, struct: Infinity }[mode];
  }

  add({ output, first, rows }) {
    this.rows = rows;
    this.shape = output.shape ?? this.shape;
    this.failed += output.failed;
    // Of a table the errors are those of all its columns.
    const columns = this.shape === "table" ? output.columns : 1;
    for (let at = 0; output.failed > 0 && at < columns; at += 1) {
      const wanted = Math.min(this.listed - this.errors.length, output.rows);
      if (wanted <= 0) {
        break;
      }
      for (const error of output.errors(at, wanted)) {
        error.row += first;
        this.errors.push(error);
      }
    }
    this.#gather(output, first, rows);
    output.free();
  }

  #gather(output, first, rows) {
    if (first === 0 && output.rows >= rows) {
      this.columns = Array.from({ length: output.columns }, (_, at) => output.column(at));
      return;
    }
    const Type = ARRAYS[this.columns[0]?.kind ?? output.kind];
    if (first === 0) {
      this.columns = [{ kind: output.kind, values: Type && new Type(rows), valid: undefined }];
    }
    const [whole] = this.columns;
    // A column of numbers that are all there is filled in place; whatever else is put together.
    if (Type !== undefined && whole.valid === undefined && output.copyTo(whole.values.subarray(first, first + output.rows))) {
      return;
    }
    const part = output.column(0);
    if (part.valid !== undefined || whole.valid !== undefined) {
      whole.valid ??= new Uint8Array(rows).fill(1);
      whole.valid.set(part.valid ?? new Uint8Array(output.rows).fill(1), first);
    }
    if (Type !== undefined) {
      whole.values.set(part.values, first);
    } else {
      whole.values = whole.values === undefined ? part.values : joined(whole.values, part.values);
    }
  }
}

function joined(a, b) {
  if (Array.isArray(a)) {
    return a.concat(b);
  }
  const both = new a.constructor(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** The result in the caller's type. */
export function finish(about, options, values, { columns, failed, errors, rows, shape }) {
  if (failed > 0 && (options.errors ?? "raise") === "raise") {
    throw rowsError(about.name, failed, rows, errors);
  }
  const give = makerOf(options.output) ?? like(values.find(isColumn));
  const single = shape === "value" || (shape === "rows" && !values.some(isColumn));
  if (shape === "table") {
    return table(about, columns, give);
  }
  const value = single ? toValues(columns[0])[0] : give(columns[0]);
  if (options.errors !== "struct") {
    return value;
  }
  const texts = new Array(single ? 1 : rows).fill(null);
  for (const { row, code, message } of errors) {
    texts[row] = message === undefined ? code : `${code} ${message}`;
  }
  return { values: value, errors: single ? texts[0] : texts };
}

/** What a column of the core becomes where nothing else is asked for: what the first column that was passed is. */
function like(first) {
  return kindOf(first) !== undefined || first instanceof ArrowRows ? toTyped : toValues;
}

/** The error of a call whose rows failed: so many of `total`, of which these are the first. */
export function rowsError(name, count, total, rows) {
  const shown = rows.slice(0, 3).map(({ row, code, message }) => `row ${row}: ${code}${message === undefined ? "" : ` (${message})`}`);
  const dots = count > shown.length ? ", …" : "";
  const message = `${name} failed in ${count} of ${total} rows: ${shown.join(", ")}${dots}; { errors: "null" } makes them null, { errors: "struct" } gives the errors beside the values`;
  return makeError("RowsError", message, { function: name, count, total, rows });
}

/** The columns of an array function: one alone, or several by name. */
function table(about, columns, give) {
  const names = about.returns?.columns?.map((column) => column.name);
  if (columns.length === 1 && names === undefined) {
    return give(columns[0]);
  }
  return Object.fromEntries(columns.map((column, at) => [names?.[at] ?? `column${at + 1}`, give(column)]));
}
