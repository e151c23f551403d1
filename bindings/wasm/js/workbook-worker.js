// A workbook in a worker of its own.

import { makerOf, toArrowVector } from "./arrow.js";
import { ArgumentError, UnsupportedError, WorkbookError, WorkerError } from "./errors.js";
import { bytesOf } from "./module.js";
import { compiledCore } from "./start.js";
import { host, Thread } from "./thread.js";
import { NamedBytes, pack } from "./wire.js";
import { Workbook } from "./workbook.js";

const OPTIONS = new Set(["undoLimit", "pluginLimits", "deadline", "core", "url", "onRestart"]);

/** The properties of workbooks: values of methods and getters. */
const PROPERTIES = Object.entries(Object.getOwnPropertyDescriptors(Workbook.prototype));
const METHODS = new Set(PROPERTIES.filter(([name, { value }]) => typeof value === "function" && name !== "constructor").map(([name]) => name));
/** Lists that are longer have nothing that comes later: they are rows. */
const FEW = 1000;

/** What this file alone does with a workbook in a worker. */
let open;
let call;
let get;

export class WorkbookWorker {
  static {
    open = (worker, how, values) => worker.#first(how, values);
    call = (worker, name, values) => worker.#call(name, values);
    get = (worker, name) => worker.#ask({ ask: "get", name });
  }

  #options;
  #thread;
  #opening;
  #closed = false;
  #listeners = new Set();
  #progress = new Map();
  #progresses = 0;

  /** `thread` is one that runs already. */
  constructor(options, thread) {
    if (!(options instanceof Checked)) {
      throw new ArgumentError("a workbook in a worker is made by `await WorkbookWorker.create()`");
    }
    this.#options = options;
    this.#thread = thread;
  }

  static create(options) {
    return opened(options);
  }

  static load(source, { limits, ...options } = {}) {
    return opened(options, "load", source, { limits });
  }

  static fromState(state, options) {
    return opened(options, "fromState", state);
  }

  async readColumns(sheet, range, { output } = {}) {
    // A library stays on this thread.
    const here = output !== "buffers" && makerOf(output) !== undefined;
    const columns = await this.#call("readColumns", [sheet, range, { output: here ? "buffers" : output }]);
    return here ? columns.map((column) => toArrowVector(output, column)) : columns;
  }

  async edit(edits) {
    const calls = [];
    const recorder = new Proxy(Object.freeze({}), {
      get: (_, name) => (METHODS.has(name) ? (...values) => void calls.push({ name, values: pack(values) }) : undefined),
    });
    const result = edits(recorder);
    if (typeof result?.then === "function") {
      throw new ArgumentError("edits are made at once: the function of edit() is not asynchronous");
    }
    return { result, report: await this.#ask({ ask: "edit", calls }) };
  }

  async recalculate({ progress, signal, ...options } = {}) {
    signal?.throwIfAborted();
    const shared = signal !== undefined && typeof SharedArrayBuffer === "function";
    const flag = shared ? new Int32Array(new SharedArrayBuffer(4)) : undefined;
    const token = progress === undefined ? undefined : (this.#progresses += 1);
    this.#progress.set(token, progress);
    let onAbort;
    const aborted = new Promise((_, reject) => {
      onAbort = () => {
        if (shared) {
          Atomics.store(flag, 0, 1);
        } else {
          // The worker hears nothing before it is through.
          reject(Object.assign(new WorkbookError("the recalculation was cancelled", { cause: signal.reason }), { kind: "cancelled" }));
        }
      };
    });
    signal?.addEventListener("abort", onAbort);
    try {
      return await Promise.race([aborted, this.#ask({ ask: "recalculate", options: pack(options), progress: token, flag })]);
    } finally {
      signal?.removeEventListener("abort", onAbort);
      this.#progress.delete(token);
    }
  }

  async registerWasmModuleUrl(url, options) {
    return this.registerWasmModuleBytes(fetch(url), options);
  }

  async registerFunction() {
    throw new UnsupportedError(
      "a function does not cross to a worker, since what it closes over stays on this thread: export it from a module of its own, and bind it by `registerFunctionModule(name, url, exportName, options)`",
    );
  }

  async registerFunctionModule(name, url, exported = "default", options = {}) {
    let absolute;
    try {
      absolute = new URL(url, globalThis.location?.href).href;
    } catch (error) {
      throw new ArgumentError('url: give an absolute URL, such as `new URL("./functions.js", import.meta.url)`', { cause: error });
    }
    return this.#ask({ ask: "registerFunction", name, url: absolute, exported, options: pack(options) });
  }

  onChange(listener) {
    if (typeof listener !== "function") {
      throw new ArgumentError("listener: give a function");
    }
    // A function that is given twice is called twice.
    const own = { listener };
    this.#listeners.add(own);
    this.#watch();
    return () => {
      this.#listeners.delete(own);
      this.#watch();
    };
  }

  /** Has the worker tell what changes, or not. */
  #watch() {
    // A worker that has ended is told when there is another.
    this.#thread.ask({ ask: this.#listeners.size > 0 ? "watch" : "unwatch" }).catch(() => {});
  }

  terminate() {
    this.#closed = true;
    this.#thread?.end(new WorkerError("the workbook was closed"));
  }

  free() {
    this.terminate();
  }

  [Symbol.dispose ?? Symbol.for("Symbol.dispose")]() {
    this.terminate();
  }

  async [Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose")]() {
    this.terminate();
  }

  /** Opens the first workbook. */
  async #first(how, values) {
    this.#thread = await this.#open(how, values);
    return this;
  }

  async #call(name, values) {
    const ready = comesLater(values) ? await settled(values) : values;
    return this.#ask({ ask: "call", name, values: pack(ready) });
  }

  /** Asks the worker at once, or a new one where it has ended. */
  async #ask(question) {
    const { deadline } = this.#options.given;
    if (this.#closed) {
      throw new WorkerError("the workbook was closed");
    }
    if (this.#thread.ended === undefined) {
      return this.#thread.ask(question, { deadline });
    }
    if (this.#options.isRestart) {
      throw this.#thread.ended;
    }
    this.#opening ??= this.#again().finally(() => {
      this.#opening = undefined;
    });
    await this.#opening;
    return this.#thread.ask(question, { deadline });
  }

  async #again() {
    const thread = await this.#open(undefined, [this.#options.book]);
    try {
      await this.#options.given.onRestart?.(new WorkbookWorker(new Checked(this.#options.given, true), thread));
    } catch (error) {
      thread.end();
      throw error;
    }
    if (this.#closed) {
      thread.end();
      throw new WorkerError("the workbook was closed");
    }
    this.#thread = thread;
  }

  async #open(how, values) {
    const { url, core, deadline } = this.#options.given;
    const compiled = await compiledCore(core, host.core);
    const ready = await settled(values);
    const thread = new Thread({ url, notice: (notice) => this.#hear(notice) });
    try {
      await thread.ask({ ask: "start", core: compiled });
      await thread.ask({ ask: "open", how, values: pack(ready) }, { deadline });
      if (this.#listeners.size > 0) {
        await thread.ask({ ask: "watch" });
      }
    } catch (error) {
      thread.end();
      throw error;
    }
    return thread;
  }

  #hear({ change, progress, done, all }) {
    if (change === undefined) {
      this.#progress.get(progress)?.(done, all);
      return;
    }
    for (const { listener } of [...this.#listeners]) {
      try {
        listener(change);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}

// Whatever else a workbook has, its worker has.
for (const [name] of PROPERTIES) {
  if (!Object.hasOwn(WorkbookWorker.prototype, name)) {
    const property = METHODS.has(name)
      ? { writable: true, value: function (...values) { return call(this, name, values); } }
      : { get() { return get(this, name); } };
    Object.defineProperty(WorkbookWorker.prototype, name, { configurable: true, ...property });
  }
}

/** Options that were looked at. */
class Checked {
  constructor(given, isRestart = false) {
    for (const name of Object.keys(given)) {
      if (!OPTIONS.has(name)) {
        throw new ArgumentError(`there is no option \`${name}\`: take ${[...OPTIONS].join(", ")}`);
      }
    }
    const { undoLimit, pluginLimits, deadline, onRestart } = given;
    if (deadline !== undefined && !(deadline > 0)) {
      throw new ArgumentError("deadline: give milliseconds, more than 0");
    }
    if (onRestart !== undefined && typeof onRestart !== "function") {
      throw new ArgumentError("onRestart: give a function");
    }
    this.given = given;
    this.isRestart = isRestart;
    this.book = { undoLimit, pluginLimits };
  }
}

async function opened(options = {}, how, source, more) {
  const checked = new Checked(options);
  return open(new WorkbookWorker(checked), how, how === undefined ? [checked.book] : [source, { ...checked.book, ...more }]);
}

/** Whether a value is not there yet, or crosses as its bytes alone; or one of a few in it. */
function comesLater(value) {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) {
    return false;
  }
  if (typeof value.then === "function" || typeof value.arrayBuffer === "function") {
    return true;
  }
  const within = Array.isArray(value) ? value : Object.getPrototypeOf(value) === Object.prototype ? Object.values(value) : [];
  return within.length <= FEW && within.some(comesLater);
}

/** The same once all of it is there: bytes with what they were called. */
async function settled(given) {
  const value = await given;
  if (!comesLater(value)) {
    return value;
  }
  if (typeof value.arrayBuffer === "function") {
    const bytes = await bytesOf(value);
    return new NamedBytes(value.name ?? value.url, bytes);
  }
  if (Array.isArray(value)) {
    return Promise.all(value.map(settled));
  }
  const entries = await Promise.all(Object.entries(value).map(async ([name, field]) => [name, await settled(field)]));
  return Object.fromEntries(entries);
}
