// Files of workbooks and data.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as node from "formualizer-udf/node";
import { fu } from "./harness.mjs";

const made = join(process.env.FZ_ROOT, "testdata/workbooks/made");
const file = (name) => readFileSync(join(made, name));

let folder;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "files-"));
});
after(() => rmSync(folder, { recursive: true }));

function book(cells) {
  const book = new fu.Workbook();
  book.addSheet("S");
  for (const [cell, value] of Object.entries(cells)) {
    if (typeof value === "string" && value.startsWith("=")) {
      book.setFormula("S", cell, value);
    } else {
      book.setValue("S", cell, value);
    }
  }
  book.recalculate();
  return book;
}

const text = (bytes) => new TextDecoder().decode(bytes);
const bytes = (text) => new TextEncoder().encode(text);

test("a workbook that was saved comes back with values and formulas", async () => {
  const own = book({ A1: 2, A2: "tea €", A3: true, B1: "=A1*10", B2: "=SEQUENCE(2,2)", D1: "=1/0" });
  own.defineName("Rate", "=S!$A$1");
  own.addTable("Goods", "S", "F1:G3");
  const saved = await own.save();
  assert.ok(saved.bytes instanceof Uint8Array && saved.bytes.length > 1000);
  assert.equal(saved.macros, false);
  const back = await fu.Workbook.load(saved.bytes);
  assert.deepEqual(back.values("S", "A1:D3"), own.values("S", "A1:D3"));
  assert.equal(back.formula("S", "B1"), "=A1*10");
  assert.deepEqual(back.names, own.names);
  assert.deepEqual(back.tables, own.tables);
  back.setValue("S", "A1", 3);
  back.recalculate();
  assert.equal(back.value("S", "B1"), 30);
});

test("what a file has beside cells stays in it", async () => {
  for (const name of readdirSync(made).filter((name) => /\.xls[mx]$/.test(name))) {
    const own = await fu.Workbook.load(file(name));
    const unchanged = await own.save();
    assert.deepEqual([unchanged.partsRewritten, unchanged.cellsWritten], [0, 0], name);
    const sheet = own.sheets[0];
    own.setValue(sheet, "XFD1048576", "last");
    const changed = await own.save();
    assert.ok(changed.partsCopied > 0, name);
    const back = await fu.Workbook.load(changed.bytes);
    assert.equal(back.value(sheet, "XFD1048576"), "last");
    for (const opened of [own, back]) {
      opened.free();
    }
  }
});

test("old and other workbooks are read", async () => {
  const other = join(process.env.FZ_ROOT, "testdata/workbooks");
  let read = 0;
  for (const at of readdirSync(other, { recursive: true })) {
    if (/\.(xls|xlsb|ods)$/.test(at)) {
      const own = await fu.Workbook.load(readFileSync(join(other, at)));
      assert.ok(own.sheets.length > 0, at);
      read += 1;
    }
  }
  assert.ok(read > 0);
});

test("values alone are saved without formulas", async () => {
  const { bytes } = await book({ A1: 2, B1: "=A1*10" }).save({ valuesOnly: true });
  const back = await fu.Workbook.load(bytes);
  assert.deepEqual([back.value("S", "B1"), back.formula("S", "B1")], [20, undefined]);
});

test("data is imported where it is wanted, in one step that is taken back", async () => {
  const own = book({ A1: 1 });
  const found = await own.import("S", "B2", bytes("name,price,day\ntea,1.5,2026-12-01\ncoffee,,\n"), { format: "csv" });
  assert.deepEqual(found, { rows: 2, columns: 3, range: "B2:D4" });
  assert.deepEqual(own.value("S", "D3"), new fu.CellTime("date", Date.UTC(2026, 11, 1)));
  assert.deepEqual(own.values("S", "B2:C4"), [["name", "price"], ["tea", 1.5], ["coffee", null]]);
  assert.equal(own.undo(), true);
  assert.equal(own.usedRange("S"), "A1");
  const named = new File([`[{"a": 1, "b": "x"}]`], "data.json");
  assert.deepEqual(await own.import("S", "A5", named), { rows: 1, columns: 2, range: "A5:B6" });
});

test("data is exported in each format, and read again", async () => {
  const own = book({ A1: "n", A2: 1, A3: 2.5, B1: "what", B2: "tea", B3: "=1/0", C9: "beyond" });
  assert.equal(text(await own.export("S", "A1:B3", { format: "csv" })), "n,what\n1,tea\n2.5,#DIV/0!\n");
  for (const format of ["csv", "tsv", "json", "ndjson", "arrow"]) {
    const written = await own.export("S", "A1:B3", { format, errorsAsNull: format === "arrow" });
    const back = new fu.Workbook();
    back.addSheet("S");
    await back.import("S", "C3", written, { format });
    const [names, ...rows] = back.values("S", "C3:D5");
    assert.deepEqual([names, rows.map(([n]) => n), rows[0][1]], [["n", "what"], [1, 2.5], "tea"], format);
  }
  assert.equal(text(await own.export("S", "C:C", { format: "csv" })).trim().endsWith("beyond"), true);
  assert.equal(text(await own.export("S", "E:E", { format: "csv" })), "");
});

test("a state is a workbook again", () => {
  const own = book({ A1: 2, B1: "=A1*10" });
  const back = fu.Workbook.fromState(own.state());
  assert.deepEqual([back.value("S", "B1"), back.formula("S", "B1")], [20, "=A1*10"]);
  assert.throws(() => fu.Workbook.fromState(own.state().subarray(0, 20)), { name: "WorkbookError", kind: "data" });
  assert.throws(() => fu.Workbook.fromState("state"), { name: "ArgumentError" });
});

test("what is no workbook is refused with the reason, and the next file is read", async () => {
  const whole = file(readdirSync(made).find((name) => name.endsWith(".xlsx")));
  const wrong = [
    [bytes(""), "file"],
    [bytes("PK\x03\x04 broken"), "file"],
    [whole.subarray(0, whole.length / 2), "file"],
    [new Uint8Array(12 << 20), "file"],
  ];
  for (const [source, kind] of wrong) {
    await assert.rejects(fu.Workbook.load(source), { name: "WorkbookError", kind });
  }
  await assert.rejects(fu.Workbook.load("text"), { name: "ArgumentError" });
  await assert.rejects(fu.Workbook.load(new Response("", { status: 404 })), { name: "ArgumentError", message: /404/ });
  await assert.rejects(fu.Workbook.load(whole, { limits: { cells: 1 } }), { name: "WorkbookError", message: /cells/ });
  await assert.rejects(fu.Workbook.load(whole, { limits: { cell: 1 } }), { name: "ArgumentError", message: /no `cell`/ });
  await assert.rejects(fu.Workbook.load(whole, { limits: { cells: NaN } }), { name: "ArgumentError" });
  const own = book({ A1: 1 });
  await assert.rejects(own.import("S", "A1", bytes("a,b"), { format: "doc" }), { name: "ArgumentError", message: /"csv"/ });
  await assert.rejects(own.import("S", "A1", bytes("a,b")), { name: "ArgumentError", message: /format/ });
  await assert.rejects(own.import("S", "XFD1048576", bytes("a,b\n1,2"), { format: "csv" }), { name: "WorkbookError", kind: "data" });
  await assert.rejects(own.export("No", "A1", { format: "csv" }), { name: "WorkbookError", kind: "sheet" });
  assert.ok((await fu.Workbook.load(whole)).sheets.length > 0);
});

test("in Node, workbooks and data come from paths and go to them whole", async () => {
  const own = book({ A1: "n", A2: 7 });
  const path = join(folder, "book.xlsx");
  const report = await node.saveWorkbookFile(own, path);
  assert.equal(report.bytes, undefined);
  assert.equal((await node.loadWorkbookFile(path)).value("S", "A2"), 7);
  await node.exportFile(own, "S", "A1:A2", join(folder, "data.csv"));
  assert.equal(readFileSync(join(folder, "data.csv"), "utf8"), "n\n7\n");
  const found = await node.importFile(own, "S", "C1", join(folder, "data.csv"));
  assert.equal(found.range, "C1:C2");
  assert.deepEqual(readdirSync(folder).sort(), ["book.xlsx", "data.csv"]);
});

test("in Node, what cannot be written or read leaves what was there, and names the file", async () => {
  const own = book({ A1: 1 });
  const kept = join(folder, "kept.xlsm");
  writeFileSync(kept, "kept");
  await assert.rejects(node.saveWorkbookFile(own, kept), { name: "ArgumentError", message: /kept\.xlsm.*\.xlsx/ });
  assert.equal(readFileSync(kept, "utf8"), "kept");
  await assert.rejects(node.saveWorkbookFile(own, join(folder, "none", "a.xlsx")), { code: "ENOENT" });
  await assert.rejects(node.loadWorkbookFile(join(folder, "none.xlsx")), { code: "ENOENT" });
  await assert.rejects(node.loadWorkbookFile(kept), { name: "WorkbookError", message: /kept\.xlsm: / });
  await assert.rejects(node.importFile(own, "S", "A1", kept), { message: /kept\.xlsm/ });
  rmSync(kept);
});

test("in Node, the plugins of a folder are registered together or not at all", async () => {
  const plugins = mkdtempSync(join(tmpdir(), "plugins-"));
  for (const name of ["finance", "geo"]) {
    writeFileSync(join(plugins, `${name}.wasm`), readFileSync(join(process.env.FZ_ROOT, "plugins", `${name}.wasm`)));
  }
  const own = book({ A1: 1 });
  const infos = await node.registerWasmModulesDir(own, plugins, { policy: "skip" });
  assert.deepEqual(infos.map(({ moduleId }) => moduleId), ["formualizer.finance", "formualizer.geo"]);
  writeFileSync(join(plugins, "h.wasm"), "broken");
  const other = book({ A1: 1 });
  await assert.rejects(node.registerWasmModulesDir(other, plugins, { policy: "skip" }), { message: /h\.wasm: /, kind: "plugin" });
  assert.deepEqual(other.listWasmModules(), []);
  rmSync(plugins, { recursive: true });
});
