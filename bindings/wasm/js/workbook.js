// The workbook.

import { CoreWorkbook, prepareModule } from "./core.js";
import { ArrowRows, makerOf, rowsOf, textsOf } from "./arrow.js";
import { isColumn, toTyped } from "./columns.js";
import { ArgumentError } from "./errors.js";
import { kindOf } from "./kinds.js";
import { bytesOf } from "./module.js";
import { needCore } from "./start.js";

const POLICIES = { refuse: ["refuse", "refuse"], skip: ["skip", "skip"], override: ["override", "override"] };

export class Workbook {
  #core;

  constructor({ undoLimit = 20 } = {}) {
    needCore();
    if (!Number.isInteger(undoLimit) || undoLimit < 0 || undoLimit > 1e6) {
      throw new ArgumentError("undoLimit: give a number of edits");
    }
    this.#core = new CoreWorkbook();
    this.#core.setUndoLimit(undoLimit);
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

  removeName(name) {
    this.#core.removeName(name);
  }

  get names() {
    return JSON.parse(this.#core.names());
  }

  undo() {
    return this.#core.undo();
  }

  redo() {
    return this.#core.redo();
  }

  edit(edits) {
    let result;
    const report = this.#core.edit(() => {
      result = edits(this);
      if (typeof result?.then === "function") {
        throw new ArgumentError("edits are made at once: the function of edit() is not asynchronous");
      }
    });
    return { result, report: JSON.parse(report) };
  }

  recalculate({ progress, signal } = {}) {
    signal?.throwIfAborted();
    const tell = (done, all) => {
      progress?.(done, all);
      return signal?.aborted !== true;
    };
    return JSON.parse(this.#core.recalculate(progress === undefined && signal === undefined ? undefined : tell));
  }

  async registerWasmModuleBytes(source, { policy = "refuse" } = {}) {
    const [builtins, bindings] = policies(policy);
    return prepared(source, (bytes) => this.#core.registerModule(bytes, builtins, bindings));
  }

  registerWasmModuleUrl(url, options) {
    return this.registerWasmModuleBytes(fetch(url), options);
  }

  async attachWasmModuleBytes(source) {
    return prepared(source, (bytes) => this.#core.attachModule(bytes));
  }

  bindWasmFunction(name, moduleId, functionName) {
    return this.#core.bindFunction(name, moduleId, functionName);
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

  free() {
    this.#core.free();
  }

  [Symbol.dispose ?? Symbol.for("Symbol.dispose")]() {
    this.free();
  }
}

/** What the core does with the bytes of a module, which is compiled beside this thread before. */
async function prepared(source, use) {
  const bytes = await bytesOf(source);
  const module = await prepareModule(bytes);
  try {
    return JSON.parse(use(bytes));
  } finally {
    module.free();
  }
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
