// The workbook: formulas, plugins and callbacks, a column at a time.

import assert from "node:assert/strict";
import { test } from "node:test";
import { join } from "node:path";
import { registerWasmModuleFile } from "formualizer-udf/node";
import { bytes, fu } from "./harness.mjs";

/** A workbook with a sheet S. */
function made() {
  const book = new fu.Workbook();
  book.addSheet("S");
  return book;
}

test("formulas are recalculated, and what is set is read back", () => {
  const book = made();
  book.setValue("S", "A1", 2);
  book.setFormula("S", "B1", "=A1*10");
  const report = book.recalculate();
  assert.equal(book.value("S", "B1"), 20);
  assert.equal(book.formula("S", "B1"), "=A1*10");
  assert.equal(book.formula("S", "A1"), undefined);
  assert.equal(report.cells, 1);
  book.setValues("S", "D1", [[1, "x", true], [null, -0.5, "ñ🦀"]]);
  assert.deepEqual(book.values("S", "D1:F2"), [[1, "x", true], [null, -0.5, "ñ🦀"]]);
  assert.deepEqual(book.sheets, ["S"]);
  assert.equal(book.usedRange("S"), "A1:F2");
});

test("a million rows go in and out as typed arrays", () => {
  const book = made();
  const x = Float64Array.from({ length: 1_000_000 }, (_, row) => row);
  book.setColumn("S", "A1", x);
  book.setFormulas("S", "B1:B1000000", "=A1*2+1");
  const report = book.recalculate();
  assert.equal(report.cells, 1_000_000);
  const [found] = book.readColumns("S", "B1:B1000000");
  assert.ok(found instanceof Float64Array && found.length === 1_000_000);
  assert.ok(found.every((value, row) => value === 2 * row + 1));
  book.setValue("S", "A500000", -1);
  assert.equal(book.recalculate().cells, 1);
  assert.equal(book.value("S", "B500000"), -1);
});

test("columns of other kinds and with gaps are read as arrays", () => {
  const book = made();
  book.setColumn("S", "A1", ["a", "b", null, "d"]);
  book.setColumn("S", "B1", [1, null, 3, 4]);
  assert.deepEqual(book.readColumns("S", "A1:B4"), [["a", "b", null, "d"], Float64Array.of(1, NaN, 3, 4)]);
});

test("dates and times keep their kind", () => {
  const book = made();
  const at = new Date("2024-02-29T12:30:00Z");
  book.setValue("S", "A1", at);
  const found = book.value("S", "A1");
  assert.ok(found instanceof fu.CellTime);
  assert.deepEqual([found.kind, found.toDate(), `${found}`], ["datetime", at, "2024-02-29 12:30:00"]);
  book.setValue("S", "A2", new fu.CellTime("time", 3_600_000));
  book.setValue("S", "A3", new fu.CellTime("date", Date.UTC(2024, 1, 29)));
  assert.deepEqual([`${book.value("S", "A2")}`, `${book.value("S", "A3")}`], ["01:00:00", "2024-02-29"]);
});

test("errors of cells have their code and their reason", () => {
  const book = made();
  book.setFormula("S", "A1", "=1/0");
  book.setFormula("S", "A2", "=NOSUCH(1)");
  book.recalculate();
  const error = book.value("S", "A1");
  assert.ok(error instanceof fu.CellError);
  assert.equal(error.code, "#DIV/0!");
  assert.equal(book.value("S", "A2").code, "#NAME?");
  assert.equal(typeof book.cellErrorDetail("S", "A2"), "string");
  book.setValue("S", "A3", new fu.CellError("#N/A"));
  assert.equal(book.value("S", "A3").code, "#N/A");
});

test("a plugin filled down is one call", async () => {
  const book = made();
  const info = await book.registerWasmModuleBytes(bytes("conformance"), { policy: "skip" });
  assert.equal(info.moduleId, "formualizer.conformance");
  assert.ok(info.functions.find(({ name }) => name === "MULADD").boundAs.includes("MULADD"));
  book.setColumn("S", "A1", Float64Array.from({ length: 100_000 }, (_, row) => row));
  book.setFormulas("S", "B1:B100000", "=MULADD(A1,2)");
  const report = book.recalculate();
  assert.deepEqual([report.udfCalls, report.udfRows], [1, 100_000]);
  assert.equal(book.value("S", "B100000"), 199_999);
  assert.deepEqual(book.listWasmModules().map(({ moduleId }) => moduleId), ["formualizer.conformance"]);
  book.unregisterWasmModule("formualizer.conformance");
  assert.deepEqual(book.listWasmModules(), []);
  book.recalculate();
  assert.equal(book.value("S", "B1").code, "#NAME?");
});

test("names that are taken are refused, skipped or overridden", async () => {
  const book = made();
  await assert.rejects(book.registerWasmModuleBytes(bytes("finance")), { name: "WorkbookError", kind: "function", message: /XNPV/ });
  assert.deepEqual(book.listFunctions(), []);
  await book.registerWasmModuleBytes(bytes("finance"), { policy: "skip" });
  assert.equal(book.listFunctions().some(({ name }) => name === "XNPV"), false);
  await assert.rejects(book.registerWasmModuleBytes(bytes("finance"), { policy: "skip" }), { kind: "plugin", message: /already registered/ });
  book.unregisterWasmModule("formualizer.finance");
  await book.registerWasmModuleBytes(bytes("finance"), { policy: { builtins: "override", bindings: "override" } });
  assert.equal(book.listFunctions().some(({ name }) => name === "XNPV"), true);
  await assert.rejects(book.registerWasmModuleBytes(bytes("text"), { policy: "no" }), { name: "ArgumentError" });
});

test("a module is attached, and its functions bound by names of one's own", async () => {
  const book = made();
  await book.attachWasmModuleBytes(bytes("text"));
  book.bindWasmFunction("TURN", "formualizer.text", "REVERSE");
  book.setFormula("S", "A1", '=TURN("abc")');
  book.recalculate();
  assert.equal(book.value("S", "A1"), "cba");
});

test("a plugin of a file is registered", async () => {
  const book = made();
  await registerWasmModuleFile(book, join(process.env.FZ_ROOT, "plugins", "text.wasm"), { policy: "skip" });
  book.setFormula("S", "A1", '=REVERSE("ab")');
  book.recalculate();
  assert.equal(book.value("S", "A1"), "ba");
});

test("callbacks are called by the cell, or by the column", () => {
  const book = made();
  book.registerFunction("TWICE", (x) => 2 * x, { minArgs: 1, maxArgs: 1 });
  let calls = 0;
  book.registerFunction("THRICE", (x) => {
    calls += 1;
    return x.map((value) => 3 * value);
  }, { vectorized: true });
  book.setColumn("S", "A1", Float64Array.from({ length: 1000 }, (_, row) => row));
  book.setFormulas("S", "B1:B1000", "=TWICE(A1)");
  book.setFormulas("S", "C1:C1000", "=THRICE(A1)");
  book.recalculate();
  assert.deepEqual([book.value("S", "B1000"), book.value("S", "C1000")], [1998, 2997]);
  assert.equal(calls, 1);
  assert.deepEqual(book.listFunctions().map(({ name }) => name).sort(), ["THRICE", "TWICE"]);
  book.unregisterFunction("TWICE");
  book.setFormula("S", "D1", "=TWICE(1)");
  book.recalculate();
  assert.equal(book.value("S", "D1").code, "#NAME?");
});

test("a callback gets ranges as rows, and its array spills", () => {
  const book = made();
  book.setValues("S", "A1", [[1, 2], [3, 4]]);
  book.registerFunction("TRANSPOSED", (rows) => rows[0].map((_, column) => rows.map((row) => row[column])));
  book.setFormula("S", "D1", "=TRANSPOSED(A1:B2)");
  book.recalculate();
  assert.deepEqual(book.values("S", "D1:E2"), [[1, 3], [2, 4]]);
  assert.equal(book.spillRange("S", "D1"), "D1:E2");
});

test("what a callback throws or gives wrongly is the error of its cells, with its words", () => {
  const book = made();
  book.registerFunction("FAILS", () => {
    throw new Error("not on Sundays");
  });
  book.registerFunction("STRANGE", () => Symbol.iterator);
  book.registerFunction("NAN", () => NaN);
  book.registerFunction("SHORT", () => [1], { vectorized: true });
  book.setFormula("S", "A1", "=FAILS()");
  book.setFormula("S", "A2", "=STRANGE()");
  book.setFormula("S", "A3", "=NAN()");
  book.setValues("S", "C1", [[1], [2], [3]]);
  book.setFormulas("S", "D1:D3", "=SHORT(C1)");
  book.recalculate();
  for (const cell of ["A1", "A2", "A3", "D1"]) {
    assert.equal(book.value("S", cell).code, "#VALUE!", cell);
  }
  assert.match(book.cellErrorDetail("S", "A1"), /not on Sundays/);
  assert.match(book.cellErrorDetail("S", "D1"), /1 values for 3 rows/);
});

test("a callback that uses its workbook is told that it cannot", () => {
  const book = made();
  let seen;
  book.registerFunction("DEEP", () => {
    try {
      book.value("S", "A1");
    } catch (error) {
      seen = error;
    }
    return 1;
  });
  book.setFormula("S", "A1", "=DEEP()");
  book.recalculate();
  assert.ok(seen instanceof fu.WorkbookError && seen.kind === "reentrant", `${seen}`);
  assert.equal(book.value("S", "A1"), 1);
});

test("edits are made together, or not at all", () => {
  const book = made();
  book.setValue("S", "A1", 1);
  const { result, report } = book.edit((edited) => {
    edited.setValue("S", "A1", 5);
    edited.setFormula("S", "B1", "=A1+1");
    return edited.value("S", "A1");
  });
  assert.deepEqual([result, report.cells, book.value("S", "B1")], [5, 1, 6]);
  const thrown = new Error("changed my mind");
  assert.throws(() => book.edit(() => {
    book.setValue("S", "A1", 7);
    throw thrown;
  }), thrown);
  assert.equal(book.value("S", "A1"), 5);
  assert.throws(() => book.edit(async () => book.setValue("S", "A1", 8)), { name: "ArgumentError" });
  assert.equal(book.undo(), true);
  assert.deepEqual([book.value("S", "A1"), book.formula("S", "B1")], [1, undefined]);
  assert.equal(book.redo(), true);
  assert.equal(book.formula("S", "B1"), "=A1+1");
});

test("rows, columns, names and sheets move what refers to them", () => {
  const book = made();
  book.setValue("S", "A1", 4);
  book.defineName("BASE", "=S!$A$1");
  book.setFormula("S", "B1", "=BASE+1");
  book.insertRows("S", 1, 2);
  book.insertColumns("S", 1);
  book.recalculate();
  assert.equal(book.value("S", "C3"), 5);
  assert.deepEqual(book.names, [{ name: "BASE", refersTo: "=S!$B$3", sheet: null }]);
  book.renameSheet("S", "T");
  book.deleteRows("T", 1, 2);
  book.deleteColumns("T", 1);
  assert.equal(book.formula("T", "B1"), "=BASE+1");
  book.setFormula("T", "D1", "=T!A1*2");
  book.fillDown("T", "D1:D3");
  assert.equal(book.formula("T", "D3"), "=T!A3*2");
  book.clear("T", "D1:D3");
  assert.equal(book.formula("T", "D1"), undefined);
  book.deleteSheet("T");
  assert.deepEqual(book.sheets, []);
});

test("mistakes are told by kind", () => {
  const book = made();
  for (const [edit, kind] of [
    [() => book.value("No", "A1"), "sheet"],
    [() => book.value("S", "A0"), "address"],
    [() => book.setFormula("S", "A1", "=1+"), "formula"],
    [() => book.addSheet("S"), "sheet"],
    [() => book.addSheet(""), "sheet"],
    [() => book.setValue("S", "A1", NaN), "data"],
    [() => book.setValue("S", "A1", {}), "data"],
    [() => book.setValue("S", "A1", 2n ** 60n), "data"],
    [() => book.defineName("1x", "=1"), "name"],
    [() => book.unregisterWasmModule("none"), "plugin"],
    [() => book.registerFunction("1 X", () => 1), "function"],
  ]) {
    assert.throws(edit, (error) => {
      assert.ok(error instanceof fu.WorkbookError, `${edit}: ${error}`);
      assert.equal(error.kind, kind, `${edit}: ${error.message}`);
      return true;
    });
  }
  assert.throws(() => book.registerFunction("F", 1), { name: "ArgumentError" });
  assert.throws(() => book.setColumn("S", "A1", "x"), { name: "ArgumentError" });
});

test("a recalculation tells how far it is and can be ended", () => {
  const book = made();
  book.setValues("S", "A1", [[1]]);
  for (let column = 1; column <= 20; column += 1) {
    book.setFormula("S", `${String.fromCharCode(65 + column)}1`, `=${String.fromCharCode(64 + column)}1+1`);
  }
  const told = [];
  book.recalculate({ progress: (done, all) => told.push([done, all]) });
  assert.ok(told.length > 0 && told.every(([done, all]) => done <= all));
  const controller = new AbortController();
  book.setValue("S", "A1", 2);
  assert.throws(() => book.recalculate({ progress: () => controller.abort(), signal: controller.signal }), { name: "WorkbookError", kind: "cancelled" });
  book.recalculate();
  assert.equal(book.value("S", "U1"), 22);
});

test("volatile functions change, within one recalculation they do not", () => {
  const book = made();
  book.setFormula("S", "A1", "=RAND()");
  book.setFormula("S", "B1", "=A1");
  book.recalculate();
  const first = book.value("S", "A1");
  assert.equal(book.value("S", "B1"), first);
  book.recalculate();
  assert.notEqual(book.value("S", "A1"), first);
});

test("ten thousand workbooks that come and go leave no memory behind", () => {
  const after = [];
  for (let round = 0; round < 10_000; round += 1) {
    const book = made();
    book.setColumn("S", "A1", Float64Array.of(1, 2, 3));
    book.setFormula("S", "B1", "=SUM(A1:A3)");
    book.recalculate();
    book.free();
    if (round % 1000 === 999) {
      after.push(process.memoryUsage().rss);
    }
  }
  const grown = after.at(-1) - after[4];
  assert.ok(grown < 40 << 20, `grown by ${grown} bytes`);
});

test("circular references are calculated in steps where that is asked for", async () => {
  const book = made();
  book.setFormula("S", "A1", "=A1/2+B1");
  book.setValue("S", "B1", 3);
  book.recalculate();
  assert.deepEqual([book.iteration, book.value("S", "A1").code], [undefined, "#CIRC!"]);
  book.setIteration({ steps: 200, delta: 1e-12 });
  book.recalculate();
  assert.ok(Math.abs(book.value("S", "A1") - 6) < 1e-9);
  assert.deepEqual(fu.Workbook.fromState(book.state()).iteration, { steps: 200, delta: 1e-12 });
  book.setIteration({});
  assert.deepEqual(book.iteration, { steps: 100, delta: 0.001 });
  for (const how of [{ steps: 0 }, { steps: 1.5 }, { steps: 40_000 }, { delta: "x" }]) {
    assert.throws(() => book.setIteration(how), { name: "ArgumentError" });
  }
  assert.throws(() => book.setIteration({ delta: -1 }), { kind: "data" });
  book.setIteration();
  book.recalculate();
  assert.deepEqual([book.iteration, book.value("S", "A1").code], [undefined, "#CIRC!"]);
});

test("dates count from 1904 where the workbook says so, and names of sheets are removed", () => {
  const own = new fu.Workbook({ dateSystem: 1904 });
  own.addSheet("S");
  own.setFormula("S", "A1", "=DATE(1904,1,2)*1");
  own.recalculate();
  assert.deepEqual([own.value("S", "A1"), own.dateSystem, fu.Workbook.fromState(own.state()).dateSystem], [1, 1904, 1904]);
  assert.equal(new fu.Workbook().dateSystem, 1900);
  assert.throws(() => new fu.Workbook({ dateSystem: 1901 }), { name: "ArgumentError", message: /1900 or 1904/ });
  own.defineSheetName("S", "Local", "=S!$A$1");
  assert.throws(() => own.removeName("Local"), { kind: "name" });
  own.removeName("Local", "S");
  assert.deepEqual(own.names, []);
});
