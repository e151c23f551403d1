// What changed, what depends on what, and what is known of formulas and functions.

import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, fu } from "./harness.mjs";

function book() {
  const book = new fu.Workbook();
  book.addSheet("S");
  book.setColumn("S", "A1", Float64Array.of(1, 2, 3));
  book.setFormulas("S", "B1:B3", "=A1*$D$1");
  book.setValue("S", "D1", 10);
  book.recalculate();
  return book;
}

test("listeners are told the ranges whose values changed", () => {
  const own = book();
  const told = [];
  const end = own.onChange(({ ranges }) => told.push(ranges.map(({ sheet, range }) => `${sheet}!${range}`)));
  own.recalculate();
  assert.deepEqual(told, []);
  own.setValue("S", "A2", 20);
  assert.deepEqual(told, []);
  own.recalculate();
  assert.deepEqual(told.pop(), ["S!A2:B2"]);
  own.edit((book) => {
    book.setValue("S", "D1", 1);
    book.setValue("S", "F9", "new");
  });
  assert.deepEqual(told.pop(), ["S!B1:B3", "S!D1", "S!F9"]);
  own.undo();
  assert.deepEqual(told.pop(), ["S!B1:B3", "S!D1", "S!F9"]);
  own.redo();
  assert.equal(told.pop().length, 3);
  assert.deepEqual(told, []);
  end();
  own.setValue("S", "A1", 5);
  own.recalculate();
  assert.deepEqual(told, []);
});

test("a listener that edits the workbook, and one that ends itself, do no harm", () => {
  const own = book();
  let calls = 0;
  const end = own.onChange(() => {
    calls += 1;
    end();
    own.setValue("S", "Z1", calls);
  });
  own.onChange(() => {
    calls += 10;
  });
  own.setValue("S", "A1", 9);
  own.recalculate();
  assert.equal(calls, 11);
  assert.equal(own.value("S", "Z1"), 1);
  assert.throws(() => own.onChange("listener"), { name: "ArgumentError" });
});

test("precedents and dependents are ranges", () => {
  const own = book();
  own.addSheet("T");
  own.setFormula("T", "A1", "=SUM(S!A:A)");
  assert.deepEqual(own.precedents("S", "B2"), [
    { sheet: "S", range: "A2" },
    { sheet: "S", range: "D1" },
  ]);
  assert.deepEqual(own.dependents("S", "D1"), [{ sheet: "S", range: "B1:B3" }]);
  assert.deepEqual(own.dependents("S", "A3"), [
    { sheet: "S", range: "B3" },
    { sheet: "T", range: "A1" },
  ]);
  assert.deepEqual(own.precedents("S", "A1"), []);
});

test("a formula is looked at before it is put anywhere", () => {
  const own = book();
  assert.deepEqual(own.validateFormula("=sum(A1)+NO_SUCH()"), {
    valid: true,
    functions: ["SUM", "NO_SUCH"],
    unknownFunctions: ["NO_SUCH"],
    volatile: false,
  });
  const wrong = own.validateFormula("=1+", { sheet: "S", cell: "B2" });
  assert.equal(wrong.valid, false);
  assert.ok(wrong.message.length > 0);
  assert.throws(() => own.validateFormula("=1", { sheet: "No" }), { kind: "sheet" });
});

test("functions tell what they take", async () => {
  const own = book();
  await own.registerWasmModuleBytes(bytes("finance"), { policy: "skip" });
  own.registerFunction("HALF", (n) => n / 2, { minArgs: 1, maxArgs: 1 });
  const price = own.functionDetails("bs_call");
  assert.equal(price.origin, "plugin");
  assert.equal(price.params[0].type, "f64");
  assert.match(price.signature, /^BS_CALL\(spot, /);
  assert.equal(own.functionDetails("HALF").signature, "HALF(argument1)");
  assert.deepEqual([own.functionDetails("SUM").origin, own.functionDetails("SUM").maxArgs], ["builtin", null]);
  assert.equal(own.functionDetails("NO_SUCH"), undefined);
  assert.ok(own.builtinFunctions().includes("VLOOKUP"));
});

test("errors and unknown functions are listed", () => {
  const own = book();
  own.setFormula("S", "F1", "=SUMM(1)");
  own.setFormula("S", "F2", "=1/0");
  own.recalculate();
  const errors = own.errors({ limit: 1 });
  assert.deepEqual(errors.map(({ code }) => code).sort(), ["#DIV/0!", "#NAME?"]);
  assert.deepEqual(errors.find(({ code }) => code === "#DIV/0!").first[0].cell, "F2");
  const [unknown] = own.unknownFunctions();
  assert.deepEqual([unknown.name, unknown.cell], ["SUMM", "F1"]);
  assert.ok(unknown.near.includes("SUM"));
});

test("tables, names of sheets, hidden rows, and moved and copied ranges", () => {
  const own = book();
  own.setValues("S", "F1", [["n"], [1], [2]]);
  own.addTable("Numbers", "S", "F1:F3");
  assert.deepEqual(own.tables, [{ name: "Numbers", sheet: "S", range: "F1:F3", columns: ["n"] }]);
  own.setFormula("S", "H1", "=SUM(Numbers[n])");
  own.defineSheetName("S", "Own", "=S!$A$1");
  own.setRowsHidden("S", "2:3");
  assert.deepEqual(own.hiddenRows("S"), [[2, 3]]);
  own.copyRange("S", "A1:B3", "S", "J1");
  own.moveRange("S", "A1:A3", "S", "L1");
  own.recalculate();
  assert.equal(own.formula("S", "B1"), "=L1*$D$1");
  assert.equal(own.formula("S", "K1"), "=J1*$D$1");
  assert.equal(own.value("S", "H1"), 3);
  own.removeTable("Numbers");
  assert.deepEqual(own.tables, []);
});
