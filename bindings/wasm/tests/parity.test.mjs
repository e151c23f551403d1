// The cases of testdata/parity, which Rust and Python run as well: its README has the layout.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { bytes, fu } from "./harness.mjs";

const FOLDER = join(process.env.FZ_ROOT, "testdata", "parity");

/** A value as JavaScript has it. */
function valueOf(written) {
  if (Array.isArray(written)) {
    return written.map((row) => row.map(valueOf));
  }
  if (written === null || typeof written !== "object") {
    return written;
  }
  const { error, message, date, datetime, time, text } = written;
  if (error !== undefined) {
    return new fu.CellError(error, message);
  }
  if (date !== undefined) {
    return new fu.CellTime("date", Date.parse(`${date}T00:00:00Z`));
  }
  if (datetime !== undefined) {
    return new fu.CellTime("datetime", Date.parse(`${datetime}Z`));
  }
  if (time !== undefined) {
    return new fu.CellTime("time", Date.parse(`1970-01-01T${time}Z`));
  }
  assert.equal(typeof text, "string", JSON.stringify(written));
  return text;
}

/** A sheet, and a cell or range on it. */
function place(address) {
  const at = address.lastIndexOf("!");
  return at < 0 ? ["S", address] : [address.slice(0, at), address.slice(at + 1)];
}

const parted = (does) => {
  const at = does.indexOf(": ");
  return at < 0 ? [does, ""] : [does.slice(0, at), does.slice(at + 2)];
};

const throws = (words) => () => {
  throw new Error(words);
};

// Callbacks by the cell.

function double(value) {
  if (value === null || value instanceof fu.CellError) {
    return value ?? 0;
  }
  if (typeof value !== "number") {
    throw new Error("not a number");
  }
  return 2 * value;
}

function total(value) {
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    return Array.from(value).reduce((sum, part) => sum + total(part), 0);
  }
  return typeof value === "number" && !Number.isNaN(value) ? value : 0;
}

function shown(value) {
  if (Array.isArray(value)) {
    return `[${value.map((row) => row.map(shown).join(",")).join(";")}]`;
  }
  switch (typeof value) {
    case "number":
      return String(value);
    case "string":
      return `"${value}"`;
    case "boolean":
      return String(value).toUpperCase();
    default:
      return value === null ? "blank" : value.code;
  }
}

function picks(value) {
  if (value < 0) {
    throw new Error(`${value} is negative`);
  }
  return value;
}

function elsewhere(value) {
  const book = new fu.Workbook();
  book.addSheet("S");
  book.setValue("S", "A1", value);
  book.setFormula("S", "B1", "=A1*A1");
  book.recalculate();
  return book.value("S", "B1");
}

function reenters(book) {
  const refusal = (use) => {
    try {
      use();
    } catch (error) {
      return error.kind;
    }
    return "went through";
  };
  const uses = [() => book.value("S", "A1"), () => book.setValue("S", "A1", 1), () => book.recalculate()];
  return () => uses.map(refusal).join(",");
}

function byCell(does, book) {
  const [what, rest] = parted(does);
  switch (what) {
    case "double":
      return double;
    case "adds":
      return (...given) => total(given);
    case "shows":
      return (...given) => given.map(shown).join(";");
    case "rows":
      return () => [[1, 2], [3, 4]];
    case "answers": {
      const answer = valueOf(JSON.parse(rest));
      return () => answer;
    }
    case "throws":
      return throws(rest);
    case "picks":
      return picks;
    case "counts": {
      let calls = 0;
      return () => (calls += 1);
    }
    case "reenters":
      return reenters(book);
    case "elsewhere":
      return elsewhere;
    default:
      throw new Error(`no callback does ${does}`);
  }
}

// Callbacks by the column.

const isColumn = (given) => ArrayBuffer.isView(given) || (Array.isArray(given) && !isRange(given));
const isRange = (given) => Array.isArray(given) && given.length > 0 && (Array.isArray(given[0]) || ArrayBuffer.isView(given[0]));
const rowsOf = (given) => given.find(isColumn).length;

/** The numbers of a column, `null` where they are missing. */
function numbers(column) {
  return Array.from(column, (value) => {
    if (value === null || Number.isNaN(value)) {
      return null;
    }
    if (typeof value !== "number") {
      throw new Error("not a number");
    }
    return value;
  });
}

function added(...given) {
  const terms = given.map((one) => (isColumn(one) ? numbers(one) : total(one)));
  return Array.from({ length: rowsOf(given) }, (_, row) => {
    const own = terms.map((term) => (Array.isArray(term) ? term[row] : term));
    return own.includes(null) ? null : total(own);
  });
}

function byColumn(does) {
  const [what, rest] = parted(does);
  switch (what) {
    case "double":
      return (column) => numbers(column).map((value) => value && 2 * value);
    case "adds":
      return added;
    case "throws":
      return throws(rest);
    case "short":
      return (...given) => new Array(rowsOf(given) - 1).fill(null);
    case "missing":
      return (...given) => new Array(rowsOf(given)).fill(null);
    default:
      throw new Error(`no callback of columns does ${does}`);
  }
}

const listed = (ranges) => ranges.map(({ sheet, range }) => `${sheet}!${range}`);

/** What is found for each key of what is wanted. */
const each = (wanted, find) => assert.deepEqual(Object.fromEntries(Object.keys(wanted).map((key) => [key, find(key)])), wanted);

class Runner {
  /** The ranges that were told since the last step, while somebody listens. */
  told = undefined;

  constructor() {
    this.book = new fu.Workbook({ undoLimit: 20 });
    this.book.addSheet("S");
  }

  async run(steps) {
    for (const step of steps) {
      let error;
      try {
        await this.step(step);
      } catch (thrown) {
        error = thrown;
      }
      this.settle(step, error);
    }
  }

  /** The same at once. */
  runNow(steps) {
    for (const step of steps) {
      let error;
      try {
        assert.equal(this.step(step)?.then, undefined, "this step takes time");
      } catch (thrown) {
        error = thrown;
      }
      this.settle(step, error);
    }
  }

  settle(step, error) {
    if (step.fails === undefined) {
      if (error !== undefined) {
        throw error;
      }
      return;
    }
    assert.ok(error instanceof fu.WorkbookError, `${JSON.stringify(step)}: ${error}`);
    assert.equal(error.kind, step.fails.kind, `${JSON.stringify(step)}: ${error.message}`);
    assert.ok(error.message.includes(step.fails.message), `${JSON.stringify(step)}: ${error.message}`);
  }

  step(step) {
    const keys = Object.keys(step).filter((key) => key !== "fails" && key !== "changed");
    assert.equal(keys.length, 1, JSON.stringify(step));
    const [key] = keys;
    const tells = this.told !== undefined && ["recalculate", "undo", "redo", "edit"].includes(key);
    if (tells) {
      this.told = [];
    }
    const done = this[key](step[key]);
    if (tells && step.changed !== undefined) {
      assert.deepEqual(this.told, step.changed, JSON.stringify(step));
    }
    return done;
  }

  // What changes the workbook.

  put(cells) {
    for (const [address, value] of Object.entries(cells)) {
      if (typeof value === "string" && value.startsWith("=")) {
        this.book.setFormula(...place(address), value);
      } else {
        this.book.setValue(...place(address), valueOf(value));
      }
    }
  }

  put_rows(cells) {
    Object.entries(cells).forEach(([address, rows]) => this.book.setValues(...place(address), valueOf(rows)));
  }

  fill(ranges) {
    Object.entries(ranges).forEach(([address, formula]) => this.book.setFormulas(...place(address), formula));
  }

  clear(address) {
    this.book.clear(...place(address));
  }

  add_sheet(name) {
    this.book.addSheet(name);
  }

  delete_sheet(name) {
    this.book.deleteSheet(name);
  }

  rename_sheet(names) {
    this.book.renameSheet(...names);
  }

  insert_rows(lines) {
    this.book.insertRows("S", ...lines);
  }

  delete_rows(lines) {
    this.book.deleteRows("S", ...lines);
  }

  insert_columns(lines) {
    this.book.insertColumns("S", ...lines);
  }

  delete_columns(lines) {
    this.book.deleteColumns("S", ...lines);
  }

  move([range, to]) {
    this.book.moveRange(...place(range), ...place(to));
  }

  copy([range, to]) {
    this.book.copyRange(...place(range), ...place(to));
  }

  define_name(named) {
    this.book.defineName(...named);
  }

  remove_name(name) {
    this.book.removeName(name);
  }

  add_table([name, range]) {
    this.book.addTable(name, ...place(range));
  }

  remove_table(name) {
    this.book.removeTable(name);
  }

  register({ plugin, bytes: text, policy }) {
    const source = plugin === undefined ? new TextEncoder().encode(text) : bytes(plugin);
    return this.book.registerWasmModuleBytes(source, { policy });
  }

  register_all({ plugins, policy }) {
    return this.book.registerWasmModules(plugins.map((name) => ({ name, source: bytes(name) })), { policy });
  }

  attach(plugin) {
    return this.book.attachWasmModuleBytes(bytes(plugin));
  }

  bind({ name, module, function: named, policy, binds = true }) {
    assert.equal(this.book.bindWasmFunction(name, module, named, { policy }), binds);
  }

  unregister(module) {
    this.book.unregisterWasmModule(module);
  }

  callback({ name, does, vectorized, override, volatile, min_args: minArgs, max_args: maxArgs }) {
    const callback = vectorized ? byColumn(does) : byCell(does, this.book);
    this.book.registerFunction(name, callback, { vectorized, override, volatile, minArgs, maxArgs });
  }

  unbind(name) {
    this.book.unregisterFunction(name);
  }

  recalculate(wanted) {
    const { cells, udfCalls, udfRows } = this.book.recalculate();
    each(wanted, (name) => ({ cells, udf_calls: udfCalls, udf_rows: udfRows })[name]);
  }

  undo(wanted) {
    assert.equal(this.book.undo(), wanted);
  }

  redo(wanted) {
    assert.equal(this.book.redo(), wanted);
  }

  edit({ steps, raises }) {
    if (!raises) {
      this.book.edit(() => this.runNow(steps));
      return;
    }
    const last = new Error("taken back");
    const failing = () => {
      this.runNow(steps);
      throw last;
    };
    assert.throws(() => this.book.edit(failing), (error) => error === last);
  }

  state() {
    this.book = fu.Workbook.fromState(this.book.state(), { undoLimit: 20 });
  }

  load_state(text) {
    fu.Workbook.fromState(new TextEncoder().encode(text));
  }

  watch() {
    this.told = [];
    this.book.onChange(({ ranges }) => this.told.push(...listed(ranges)));
  }

  // What looks.

  values(cells) {
    for (const [address, written] of Object.entries(cells)) {
      const wanted = valueOf(written);
      const found = this.book.value(...place(address));
      const detail = this.book.cellErrorDetail(...place(address)) ?? "";
      if (wanted instanceof fu.CellError) {
        assert.equal(found?.code, wanted.code, `${address}: ${found} (${detail})`);
        assert.ok(detail.includes(wanted.message ?? ""), `${address}: ${detail}`);
      } else {
        assert.deepEqual(found, wanted, `${address}: ${found} (${detail})`);
      }
    }
  }

  formulas(cells) {
    each(cells, (address) => this.book.formula(...place(address)) ?? null);
  }

  bound(wanted) {
    assert.deepEqual(Object.fromEntries(this.book.listFunctions().map(({ name, moduleId }) => [name, moduleId])), wanted);
  }

  modules(wanted) {
    assert.deepEqual(this.book.listWasmModules().map(({ moduleId }) => moduleId), wanted);
  }

  sheets(wanted) {
    assert.deepEqual(this.book.sheets, wanted);
  }

  names(wanted) {
    assert.deepEqual(Object.fromEntries(this.book.names.map(({ name, refersTo }) => [name, refersTo])), wanted);
  }

  tables(wanted) {
    assert.deepEqual(Object.fromEntries(this.book.tables.map(({ name, sheet, range }) => [name, `${sheet}!${range}`])), wanted);
  }

  used(wanted) {
    each(wanted, (sheet) => this.book.usedRange(sheet) ?? null);
  }

  spills(wanted) {
    each(wanted, (address) => this.book.spillRange(...place(address)) ?? null);
  }

  precedents(wanted) {
    each(wanted, (address) => listed(this.book.precedents(...place(address))));
  }

  dependents(wanted) {
    each(wanted, (address) => listed(this.book.dependents(...place(address))));
  }

  check({ formula, functions, unknown, volatile }) {
    const check = this.book.validateFormula(formula, { sheet: "S", cell: "Z1" });
    if (!check.valid) {
      // Told here, where others refuse.
      throw Object.assign(new fu.WorkbookError(check.message), { kind: "formula" });
    }
    assert.deepEqual(check, { valid: true, functions, unknownFunctions: unknown, volatile });
  }

  details(wanted) {
    for (const [name, details] of Object.entries(wanted)) {
      const found = this.book.functionDetails(name);
      holds(found && { ...found, module: found.moduleId, min_args: found.minArgs, max_args: found.maxArgs }, details, name);
    }
  }

  builtin(wanted) {
    const names = this.book.builtinFunctions();
    each(wanted, (name) => names.includes(name));
  }

  unknown(wanted) {
    assert.deepEqual(this.book.unknownFunctions().map(({ name }) => name), wanted);
  }

  errors(wanted) {
    assert.deepEqual(Object.fromEntries(this.book.errors().map(({ code, cells }) => [code, cells])), wanted);
  }
}

/** Whether everything that is named is found; lists have as many elements. */
function holds(found, wanted, where) {
  if (wanted === null || typeof wanted !== "object") {
    assert.equal(found ?? null, wanted, where);
    return;
  }
  if (Array.isArray(wanted)) {
    assert.equal(found.length, wanted.length, where);
  }
  Object.entries(wanted).forEach(([key, value]) => holds(found[key], value, `${where}.${key}`));
}

for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".json")).sort()) {
  for (const { name, steps } of JSON.parse(readFileSync(join(FOLDER, file)))) {
    test(`${file}: ${name}`, () => new Runner().run(steps));
  }
}
