// Plugins: loaded, and called over values, arrays and typed arrays.

import { CoreModule, inspectModule } from "./core.js";
import { ArrowRows, makerOf, rowsOf } from "./arrow.js";
import { isColumn, push, toTyped, toValues } from "./columns.js";
import { ArgumentError, CancelledError, makeError } from "./errors.js";
import { ARRAYS, kindOf } from "./kinds.js";
import { needCore } from "./start.js";

/** Rows that cross at a time: their columns stay in a processor's cache on the way. */
const CHUNK = 32_768;
/** Rows that an error lists. */
const LISTED = 100;
/** How long a call that yields runs before the host's other work has its turn, in milliseconds. */
const TURN = 12;
/** Milliseconds of a row from which on workers are worth the copies that they are given: rows that take less are quicker on this thread. */
const WORTH = 1e-5;

/** The workers that asynchronous calls of many rows run on, once `startWorkers` has made them. */
let pool;

export function usePool(workers) {
  pool = workers;
}

/** The bytes of what a user has: bytes, a buffer, a response, or a promise of one. */
export async function bytesOf(source) {
  const given = await source;
  if (given instanceof Uint8Array) {
    return given;
  }
  if (given instanceof ArrayBuffer || ArrayBuffer.isView(given)) {
    return ArrayBuffer.isView(given) ? new Uint8Array(given.buffer, given.byteOffset, given.byteLength) : new Uint8Array(given);
  }
  if (typeof given?.arrayBuffer === "function") {
    if (given.ok === false) {
      throw new ArgumentError(`it could not be fetched: ${given.status} ${given.statusText}`);
    }
    return new Uint8Array(await given.arrayBuffer());
  }
  throw new ArgumentError("give bytes, a Response or a Blob");
}

export function inspectWasmModuleBytes(bytes, { limits } = {}) {
  needCore();
  if (!(bytes instanceof Uint8Array || bytes instanceof ArrayBuffer)) {
    throw new ArgumentError("give the bytes of a module: a Uint8Array or an ArrayBuffer");
  }
  return JSON.parse(inspectModule(new Uint8Array(bytes), limits));
}

export class Module {
  #core;
  #functions = {};
  #source;

  constructor(core, source) {
    if (!(core instanceof CoreModule)) {
      throw new ArgumentError("a module is made by `await Module.load(bytes)`");
    }
    this.#core = core;
    this.#source = source;
    const manifest = JSON.parse(core.manifest);
    this.manifest = manifest;
    this.id = manifest.module.id;
    this.version = manifest.module.version;
    for (const { name, aliases = [] } of manifest.functions) {
      const made = makeFunction(core.function(name), {}, source);
      this.#functions[name] = made;
      for (const known of [name, ...aliases]) {
        if (!(known in this)) {
          Object.defineProperty(this, known, { value: made, enumerable: false });
        }
      }
    }
    Object.freeze(this.#functions);
  }

  static async load(source, { limits } = {}) {
    needCore();
    const bytes = await bytesOf(source);
    // Workers are given what it is now.
    const kept = { bytes: bytes.slice(), limits: { ...limits } };
    return new Module(await CoreModule.load(bytes, limits), kept);
  }

  get functions() {
    return this.#functions;
  }

  function(name) {
    const core = this.#core.function(String(name));
    return this.#functions[JSON.parse(core.about).name] ?? makeFunction(core, {}, this.#source);
  }

  free() {
    this.#core.free();
    pool?.forget(this.#source);
  }

  [Symbol.dispose ?? Symbol.for("Symbol.dispose")]() {
    this.free();
  }
}

/**
 * A function that calls the plugin's, with what is known of it. `source` is what workers load the plugin from, `pace` how long a row of many
 * took last.
 */
function makeFunction(core, options, source, pace = { ofRow: Infinity }) {
  const about = JSON.parse(core.about);
  // One row of numbers, which most calls without columns are, goes in and out without columns.
  const count = Object.keys(options).length === 0 ? core.takesNumbers : undefined;
  const numbers = new Float64Array(count ?? 0);
  const call = (...given) => {
    if (given.length === count && fill(numbers, given)) {
      return one(core, about.name, numbers);
    }
    const values = given.map(rowsOf);
    return finish(core, about, options, values, run(core, about, options, values));
  };
  const async = async (...given) => {
    const values = given.map(rowsOf);
    const { rows, step } = plan(core, values);
    const many = step !== Infinity;
    const aside = many && pool !== undefined && pace.ofRow >= WORTH;
    const outcome = await (aside ? runAside(core, about, options, values, source) : runInTurns(core, about, options, values));
    if (many) {
      pace.ofRow = outcome.took / rows;
    }
    return finish(core, about, options, values, outcome);
  };
  const fields = {
    name: about.name,
    signature: core.signature,
    description: about.description ?? "",
    about,
    with: (more) => makeFunction(core, checked({ ...options, ...more }), source, pace),
    async,
  };
  for (const [name, value] of Object.entries(fields)) {
    Object.defineProperty(call, name, { value, enumerable: true });
  }
  return call;
}

/** What a row of numbers gives. */
function one(core, name, numbers) {
  try {
    return core.numbers(numbers) ?? null;
  } catch (error) {
    throw Array.isArray(error) ? rowsError(name, 1, 1, error) : error;
  }
}

/** Whether all are numbers, which are in the array then. */
function fill(numbers, given) {
  for (let at = 0; at < given.length; at += 1) {
    if (typeof given[at] !== "number") {
      return false;
    }
    numbers[at] = given[at];
  }
  return true;
}

const OPTIONS = new Set(["errors", "deadline", "signal", "output"]);

function checked(options) {
  for (const name of Object.keys(options)) {
    if (!OPTIONS.has(name)) {
      throw new ArgumentError(`there is no option \`${name}\`: take ${[...OPTIONS].join(", ")}`);
    }
  }
  if (!["raise", "null", "struct", undefined].includes(options.errors)) {
    throw new ArgumentError(`errors: give "raise", "null" or "struct"`);
  }
  makerOf(options.output);
  return options;
}

/** The parameter that an argument is for. */
function paramOf(about, at) {
  const last = about.params[about.params.length - 1];
  return about.params[at] ?? (last?.variadic ? last : { name: `argument ${at + 1}`, type: "any" });
}

function pushAll(core, about, values) {
  core.clear();
  values.forEach((value, at) => {
    const param = paramOf(about, at);
    if (param.shape === "range") {
      pushRange(core, value, param);
    } else {
      push(core, value, param);
    }
  });
}

/** The columns of a range: one, or an array of columns. */
function pushRange(core, value, param) {
  const given = Array.isArray(value) ? value.map(rowsOf) : value;
  const columns = Array.isArray(given) && given.some(isColumn) ? given : [given];
  for (const column of columns) {
    push(core, isColumn(column) ? column : [column], param);
  }
  core.asRange(columns.length);
}

/** The rows of a call, and how many of them cross at a time. */
function plan(core, values) {
  const columns = values.filter(isColumn);
  const rows = columns.length === 0 ? 1 : Math.max(...columns.map((column) => column.length));
  const even = columns.every((column) => column.length === rows);
  return { rows, step: core.isElementwise && even && rows > CHUNK ? CHUNK : Infinity };
}

/** Some rows of each column. */
function part(values, first, end) {
  const some = (value) => (kindOf(value) === undefined ? value.slice(first, end) : value.subarray(first, end));
  return values.map((value) => (isColumn(value) ? some(value) : value));
}

/** The calls of chunks, one after the other: what each gave is handed to the generator's caller. */
function* chunks(core, about, options, values) {
  options.signal?.throwIfAborted();
  const { rows, step } = plan(core, values);
  const started = performance.now();
  for (let first = 0; first === 0 || first < rows; first += step) {
    pushAll(core, about, step === Infinity ? values : part(values, first, Math.min(first + step, rows)));
    const left = options.deadline === undefined ? undefined : Math.max(0, options.deadline - (performance.now() - started));
    yield { output: core.call(first, left), first, rows };
  }
}

/** What the chunks gave, put together. */
class Outcome {
  columns = [];
  failed = 0;
  errors = [];
  rows = 0;
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
    this.failed += output.failed;
    const wanted = Math.min(this.listed - this.errors.length, output.rows);
    if (output.failed > 0 && wanted > 0) {
      for (const error of output.errors(0, wanted)) {
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
    // A whole column of numbers is filled in place; whatever else is put together.
    const [whole] = this.columns;
    if (whole !== undefined && whole.valid === undefined && output.copyTo(whole.values.subarray?.(first, first + output.rows))) {
      return;
    }
    const Type = ARRAYS[whole?.kind ?? output.kind];
    if (first === 0 && Type !== undefined) {
      const values = new Type(rows);
      if (output.copyTo(values.subarray(0, output.rows))) {
        this.columns = [{ kind: output.kind, values, valid: undefined }];
        return;
      }
    }
    const part = output.column(0);
    if (first === 0) {
      const values = Type === undefined ? part.values : new Type(rows);
      if (Type !== undefined) {
        values.set(part.values);
      }
      this.columns = [{ kind: part.kind, values, valid: spread(part.valid, rows) }];
      return;
    }
    if (part.valid !== undefined || whole.valid !== undefined) {
      whole.valid ??= new Uint8Array(rows).fill(1);
      whole.valid.set(part.valid ?? new Uint8Array(output.rows).fill(1), first);
    }
    if (Type === undefined) {
      whole.values = typeof whole.values.concat === "function" ? whole.values.concat(part.values) : joined(whole.values, part.values);
    } else {
      whole.values.set(part.values, first);
    }
  }
}

/** Whether rows are there, of the first part; all others are so far. */
function spread(valid, rows) {
  if (valid === undefined) {
    return undefined;
  }
  const all = new Uint8Array(rows).fill(1);
  all.set(valid);
  return all;
}

function joined(a, b) {
  const both = new a.constructor(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function run(core, about, options, values) {
  const outcome = new Outcome(options.errors);
  for (const part of chunks(core, about, options, values)) {
    outcome.add(part);
  }
  return outcome;
}

async function runInTurns(core, about, options, values) {
  const outcome = new Outcome(options.errors);
  let turn = performance.now();
  for (const part of chunks(core, about, options, values)) {
    outcome.add(part);
    const spent = performance.now() - turn;
    if (spent > TURN) {
      outcome.took += spent;
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (options.signal?.aborted) {
        throw cancelled(about, options.signal);
      }
      turn = performance.now();
    }
  }
  outcome.took += performance.now() - turn;
  return outcome;
}

async function runAside(core, about, options, values, source) {
  options.signal?.throwIfAborted();
  const outcome = new Outcome(options.errors);
  const { rows, step } = plan(core, values);
  await pool.run({
    source,
    name: about.name,
    rows,
    step,
    listed: Math.min(outcome.listed, step),
    deadline: options.deadline,
    signal: options.signal,
    cancelled: () => cancelled(about, options.signal),
    push: (call, first, end) => pushAll(call, about, part(values, first, end)),
    add: (output, first) => {
      outcome.took += output.took;
      outcome.add({ output, first, rows });
    },
  });
  return outcome;
}

function cancelled(about, signal) {
  return Object.assign(new CancelledError("the call was cancelled", { cause: signal.reason }), { function: about.name });
}

/** The result in the caller's type. */
function finish(core, about, options, values, { columns, failed, errors, rows }) {
  if (failed > 0 && (options.errors ?? "raise") === "raise") {
    throw rowsError(about.name, failed, rows, errors);
  }
  const give = makerOf(options.output) ?? like(values.find(isColumn));
  const single = core.isElementwise ? !values.some(isColumn) : about.kind === "reduce";
  if (!core.isElementwise && !single) {
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
function rowsError(name, count, total, rows) {
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
