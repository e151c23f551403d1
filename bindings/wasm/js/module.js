// Plugins: loaded, and called over values, arrays and typed arrays.

import { CoreModule, inspectModule } from "./core.js";
import { pushAll, part, plan } from "./arguments.js";
import { makerOf, rowsOf } from "./arrow.js";
import { ArgumentError, CancelledError } from "./errors.js";
import { finish, Outcome, rowsError } from "./outcome.js";
import { needCore } from "./start.js";

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
    return finish(about, options, values, run(core, about, options, values));
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
    return finish(about, options, values, outcome);
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
