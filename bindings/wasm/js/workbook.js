// The workbook.

import { builtinFunctions, CoreWorkbook, prepareModule } from "./core.js";
import { ArrowRows, makerOf, rowsOf, textsOf } from "./arrow.js";
import { isColumn, toTyped } from "./columns.js";
import { ArgumentError, UdfError, WorkbookError } from "./errors.js";
import { kindOf } from "./kinds.js";
import { bytesOf } from "./module.js";
import { needCore } from "./start.js";

const POLICIES = { refuse: ["refuse", "refuse"], skip: ["skip", "skip"], override: ["override", "override"] };

/** Files are in a module of their own. */
const files = () => import("./filing.js");

export class Workbook {
  #core;
  #listeners = new Set();
  #pluginLimits;

  constructor({ undoLimit = 20, dateSystem = 1900, pluginLimits } = {}, core = undefined) {
    needCore();
    if (!Number.isInteger(undoLimit) || undoLimit < 0 || undoLimit > 1e6) {
      throw new ArgumentError("undoLimit: give a number of edits");
    }
    if (dateSystem !== 1900 && dateSystem !== 1904) {
      throw new ArgumentError("dateSystem: give 1900 or 1904");
    }
    this.#core = core instanceof CoreWorkbook ? core : new CoreWorkbook(dateSystem === 1904);
    this.#core.setUndoLimit(undoLimit);
    if (pluginLimits !== undefined) {
      this.#pluginLimits = pluginLimits;
      this.#core.setPluginLimits(pluginLimits);
    }
  }

  static async load(source, { limits, ...options } = {}) {
    needCore();
    const bytes = await bytesOf(source);
    return Workbook.fromState(await (await files()).load(bytes, limits), options);
  }

  static fromState(state, options) {
    needCore();
    if (!(state instanceof Uint8Array)) {
      throw new ArgumentError("state: give the Uint8Array that state() gave");
    }
    return new Workbook(options, CoreWorkbook.fromState(state));
  }

  state() {
    return this.#core.state();
  }

  async save({ valuesOnly = false } = {}) {
    const { save } = await files();
    return save(this.#core.state(), valuesOnly);
  }

  get dateSystem() {
    return this.#core.countsFrom1904 ? 1904 : 1900;
  }

  get iteration() {
    const how = this.#core.iteration;
    return how && { steps: how[0], delta: how[1] };
  }

  setIteration(how) {
    const { steps = 100, delta = 0.001 } = how ?? {};
    if (typeof delta !== "number" || !Number.isInteger(steps) || steps < 1 || steps > 32_767) {
      throw new ArgumentError("iteration: give { steps, delta }: 1 to 32767 steps, and a number");
    }
    this.#core.setIteration(how === undefined || how === null ? undefined : steps, delta);
  }

  get loadWarnings() {
    return this.#core.loadWarnings;
  }

  async import(sheet, cell, source, { format, headers = true, limits } = {}) {
    const given = await source;
    const { read } = await files();
    const { state, rows, columns } = await read(
      await bytesOf(given),
      formatOf(format, given?.name ?? given?.url),
      this.#core.countsFrom1904,
      headers,
      limits,
    );
    return { rows, columns, range: this.#core.pasteState(sheet, cell, state) };
  }

  async export(sheet, range, { format, headers = true, neutralizeFormulas = false, errorsAsNull = false } = {}) {
    const options = { headers, neutralizeFormulas, errorsAsNull };
    const chosen = Object.keys(options).filter((name) => options[name]);
    const { write } = await files();
    return write(this.#core.stateOf(sheet, range), sheet, range, formatOf(format), chosen.join(" "));
  }

  get sheets() {
    return this.#core.sheets();
  }

  addSheet(name) {
    this.#core.addSheet(String(name));
  }

  renameSheet(name, to) {
    this.#core.renameSheet(name, to);
  }

  deleteSheet(name) {
    this.#core.deleteSheet(name);
  }

  value(sheet, cell) {
    return this.#core.value(sheet, cell);
  }

  values(sheet, range) {
    return this.#core.values(sheet, range);
  }

  setValue(sheet, cell, value) {
    this.#core.setValue(sheet, cell, value);
  }

  setValues(sheet, cell, rows) {
    if (!Array.isArray(rows)) {
      throw new ArgumentError("rows: give an array of arrays");
    }
    this.#core.setValues(sheet, cell, rows);
  }

  setColumn(sheet, cell, values) {
    const rows = rowsOf(values);
    const kind = kindOf(values);
    if (kind !== undefined) {
      this.#core.setColumn(sheet, cell, kind, values, undefined);
    } else if (rows instanceof ArrowRows) {
      this.#setRows(sheet, cell, rows);
    } else if (isColumn(values)) {
      this.#core.setValues(sheet, cell, values.map((value) => [value]));
    } else {
      throw new ArgumentError("values: give an array, a typed array or a vector of Arrow");
    }
  }

  #setRows(sheet, cell, rows) {
    const column = rows.read("values");
    if (column.kind === "null" || column.kind === "utf8") {
      const texts = column.kind === "null" ? new Array(rows.length).fill(null) : textsOf(column, "values");
      this.#core.setValues(sheet, cell, texts.map((text) => [text]));
    } else {
      this.#core.setColumn(sheet, cell, column.kind, column.values, column.valid);
    }
  }

  readColumns(sheet, range, { output } = {}) {
    return this.#core.readColumns(sheet, range).map(makerOf(output) ?? toTyped);
  }

  formula(sheet, cell) {
    return this.#core.formula(sheet, cell);
  }

  setFormula(sheet, cell, formula) {
    this.#core.setFormulas(sheet, cell, formula);
  }

  setFormulas(sheet, range, formula) {
    this.#core.setFormulas(sheet, range, formula);
  }

  setArrayFormula(sheet, range, formula) {
    this.#core.setArrayFormula(sheet, range, formula);
  }

  fillDown(sheet, range) {
    this.#core.fillDown(sheet, range);
  }

  fillRight(sheet, range) {
    this.#core.fillRight(sheet, range);
  }

  clear(sheet, range) {
    this.#core.clear(sheet, range);
  }

  usedRange(sheet) {
    return this.#core.usedRange(sheet);
  }

  spillRange(sheet, cell) {
    return this.#core.spillRange(sheet, cell);
  }

  cellErrorDetail(sheet, cell) {
    return this.#core.cellErrorDetail(sheet, cell);
  }

  precedents(sheet, cell) {
    return JSON.parse(this.#core.precedents(sheet, cell));
  }

  dependents(sheet, cell) {
    return JSON.parse(this.#core.dependents(sheet, cell));
  }

  validateFormula(formula, { sheet = this.sheets[0] ?? "", cell = "A1" } = {}) {
    try {
      return { valid: true, ...JSON.parse(this.#core.validateFormula(sheet, cell, formula)) };
    } catch (error) {
      if (error.kind !== "formula") {
        throw error;
      }
      return { valid: false, message: error.message, functions: [], unknownFunctions: [], volatile: false };
    }
  }

  errors({ limit = 10 } = {}) {
    return JSON.parse(this.#core.errors(limit));
  }

  unknownFunctions() {
    return JSON.parse(this.#core.unknownFunctions());
  }

  moveRange(sheet, range, toSheet, toCell) {
    this.#core.moveRange(sheet, range, toSheet, toCell);
  }

  copyRange(sheet, range, toSheet, toCell) {
    this.#core.copyRange(sheet, range, toSheet, toCell);
  }

  insertRows(sheet, row, count = 1) {
    this.#core.insertRows(sheet, row, count);
  }

  deleteRows(sheet, row, count = 1) {
    this.#core.deleteRows(sheet, row, count);
  }

  insertColumns(sheet, column, count = 1) {
    this.#core.insertColumns(sheet, column, count);
  }

  deleteColumns(sheet, column, count = 1) {
    this.#core.deleteColumns(sheet, column, count);
  }

  defineName(name, refersTo) {
    this.#core.defineName(name, refersTo);
  }

  removeName(name, sheet) {
    this.#core.removeName(sheet, name);
  }

  get names() {
    return JSON.parse(this.#core.names());
  }

  defineSheetName(sheet, name, refersTo) {
    this.#core.defineSheetName(sheet, name, refersTo);
  }

  addTable(name, sheet, range, { headers = true, totals = false } = {}) {
    this.#core.addTable(name, sheet, range, headers, totals);
  }

  removeTable(name) {
    this.#core.removeTable(name);
  }

  get tables() {
    return JSON.parse(this.#core.tables());
  }

  setRowsHidden(sheet, rows, hidden = true) {
    this.#core.setRowsHidden(sheet, rows, hidden);
  }

  hiddenRows(sheet) {
    const ends = this.#core.hiddenRows(sheet);
    return Array.from({ length: ends.length / 2 }, (_, at) => [ends[2 * at], ends[2 * at + 1]]);
  }

  undo() {
    return this.#told(this.#core.undo());
  }

  redo() {
    return this.#told(this.#core.redo());
  }

  onChange(listener) {
    if (typeof listener !== "function") {
      throw new ArgumentError("listener: give a function");
    }
    // A function that is given twice is called twice.
    const own = { listener };
    if (this.#listeners.size === 0) {
      this.#core.watch();
    }
    this.#listeners.add(own);
    return () => {
      if (this.#listeners.delete(own) && this.#listeners.size === 0) {
        this.#core.unwatch();
      }
    };
  }

  /** Tells what has changed; what a listener throws is not the caller's. */
  #told(result) {
    if (this.#listeners.size > 0) {
      const ranges = JSON.parse(this.#core.takeChanges());
      for (const { listener } of ranges.length > 0 ? [...this.#listeners] : []) {
        try {
          listener({ ranges });
        } catch (error) {
          queueMicrotask(() => {
            throw error;
          });
        }
      }
    }
    return result;
  }

  edit(edits) {
    let result;
    const report = this.#core.edit(() => {
      result = edits(this);
      if (typeof result?.then === "function") {
        throw new ArgumentError("edits are made at once: the function of edit() is not asynchronous");
      }
    });
    return this.#told({ result, report: JSON.parse(report) });
  }

  recalculate({ progress, signal, unknown = "keep" } = {}) {
    signal?.throwIfAborted();
    if (unknown !== "keep" && unknown !== "error") {
      throw new ArgumentError(`unknown: give "keep" or "error"`);
    }
    const tell = (done, all) => {
      progress?.(done, all);
      return signal?.aborted !== true;
    };
    const watched = progress === undefined && signal === undefined ? undefined : tell;
    return this.#told(JSON.parse(this.#core.recalculate(watched, unknown === "keep")));
  }

  async registerWasmModuleBytes(source, { policy = "refuse" } = {}) {
    const [builtins, bindings] = policies(policy);
    const bytes = await bytesOf(source);
    return prepared([bytes], this.#pluginLimits, () => this.#core.registerModule(bytes, builtins, bindings));
  }

  async registerWasmModules(modules, { policy = "refuse" } = {}) {
    const [builtins, bindings] = policies(policy);
    const names = modules.map(({ name }, at) => String(name ?? `module ${at + 1}`));
    const all = await Promise.all(modules.map(({ source }) => bytesOf(source)));
    return prepared(all, this.#pluginLimits, () => this.#core.registerModules(names, all, builtins, bindings), names);
  }

  registerWasmModuleUrl(url, options) {
    return this.registerWasmModuleBytes(fetch(url), options);
  }

  async attachWasmModuleBytes(source) {
    const bytes = await bytesOf(source);
    return prepared([bytes], this.#pluginLimits, () => this.#core.attachModule(bytes));
  }

  bindWasmFunction(name, moduleId, functionName, { policy = "refuse" } = {}) {
    return this.#core.bindFunction(name, moduleId, functionName, ...policies(policy));
  }

  unregisterWasmModule(moduleId) {
    this.#core.unregisterModule(moduleId);
  }

  listWasmModules() {
    return JSON.parse(this.#core.listModules());
  }

  registerFunction(name, callback, { vectorized = false, minArgs = 0, maxArgs, volatile = false, deterministic = true, override = false } = {}) {
    if (typeof callback !== "function") {
      throw new ArgumentError("callback: give a function");
    }
    const traits = [volatile && "volatile", !deterministic && "indeterministic", override && "override"].filter(Boolean);
    this.#core.registerFunction(name, callback, vectorized, minArgs, maxArgs, traits.join(" "));
  }

  unregisterFunction(name) {
    this.#core.unregisterFunction(name);
  }

  listFunctions() {
    return JSON.parse(this.#core.listFunctions());
  }

  builtinFunctions() {
    return builtinFunctions();
  }

  functionDetails(name) {
    const details = this.#core.functionDetails(name);
    return details === undefined ? undefined : JSON.parse(details);
  }

  free() {
    this.#core.free();
  }

  [Symbol.dispose ?? Symbol.for("Symbol.dispose")]() {
    this.free();
  }
}

/** What the core does with modules, which are compiled beside this thread before; errors tell the names. */
async function prepared(modules, limits, use, names) {
  const ready = [];
  try {
    for (const [at, bytes] of modules.entries()) {
      ready.push(await prepareModule(bytes, limits).catch((error) => refuse(error, names?.[at])));
    }
    return JSON.parse(use());
  } finally {
    ready.forEach((module) => module.free());
  }
}

/** A plugin that cannot be taken is a refusal of the workbook like any other. */
function refuse(error, name) {
  if (!(error instanceof UdfError)) {
    throw error;
  }
  const refused = new WorkbookError(name === undefined ? error.message : `${name}: ${error.message}`, { cause: error });
  throw Object.assign(refused, { kind: "plugin", details: error.details });
}

/** The format of data: the one that is named, or of a file's or URL's extension. */
function formatOf(format, name = "") {
  const extension = /\.([^./?#]+)(?:[?#]|$)/.exec(name)?.[1];
  const found = format ?? extension;
  if (typeof found !== "string") {
    throw new ArgumentError('format: give "csv", "tsv", "json", "ndjson" or "arrow"');
  }
  return found;
}

/** What becomes of names of built-in functions and of other bindings that are taken. */
function policies(policy) {
  if (typeof policy === "object" && policy !== null) {
    return [policy.builtins ?? "refuse", policy.bindings ?? "refuse"];
  }
  const both = POLICIES[policy];
  if (both === undefined) {
    throw new ArgumentError(`policy: give "refuse", "skip" or "override"`);
  }
  return both;
}
