// A workbook in a worker of its own, in Node.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as apache from "apache-arrow";
import { WorkbookWorker } from "formualizer-udf/worker";
import { bytes, fu } from "./harness.mjs";

const functions = new URL("./functions.mjs", import.meta.url);

/** A workbook with a sheet S, which is closed after the test. */
async function made(context, options) {
  const book = await WorkbookWorker.create(options);
  context.after(() => book.terminate());
  await book.addSheet("S");
  return book;
}

test("a workbook in a worker is as one on this thread", async (context) => {
  const book = await made(context);
  await book.setValue("S", "A1", 2);
  await book.setFormula("S", "B1", "=A1*10");
  assert.equal((await book.recalculate()).cells, 1);
  assert.equal(await book.value("S", "B1"), 20);
  assert.deepEqual(await book.sheets, ["S"]);
  assert.deepEqual(await book.names, []);
  for (const name of Object.getOwnPropertyNames(fu.Workbook.prototype)) {
    assert.ok(name in WorkbookWorker.prototype, name);
  }
});

test("calls that are not awaited are made in order, with what they were given", async (context) => {
  const book = await made(context);
  const x = Float64Array.of(1, 2, 3);
  book.setColumn("S", "A1", x);
  book.setFormulas("S", "B1:B3", "=A1*2");
  x.fill(7);
  book.recalculate();
  const [found] = await book.readColumns("S", "B1:B3");
  assert.deepEqual(found, Float64Array.of(2, 4, 6));
  assert.equal(x.length, 3);
});

test("columns of every kind go in and out", async (context) => {
  const book = await made(context);
  const day = new Date("2024-02-29T12:30:00Z");
  book.setColumn("S", "A1", ["a", null, "ñ"]);
  book.setColumn("S", "B1", apache.vectorFromArray([1, null, 3], new apache.Float64()));
  book.setValues("S", "C1", [[true, day, new fu.CellError("#N/A")], [new fu.CellTime("time", 3_600_000)]]);
  assert.deepEqual(await book.readColumns("S", "A1:B3"), [["a", null, "ñ"], Float64Array.of(1, NaN, 3)]);
  const [[truth, at, error], [time]] = await book.values("S", "C1:E2");
  assert.ok(at instanceof fu.CellTime && time instanceof fu.CellTime && error instanceof fu.CellError);
  assert.deepEqual([truth, at.toDate(), `${time}`, `${error}`], [true, day, "01:00:00", "#N/A"]);
  const [column] = await book.readColumns("S", "B1:B3", { output: "buffers" });
  assert.deepEqual([...fu.toArrowVector(apache, column)], [1, null, 3]);
  const [vector] = await book.readColumns("S", "B1:B3", { output: apache });
  assert.ok(vector instanceof apache.Vector && vector.nullCount === 1);
});

test("errors come back as their classes, with their fields", async (context) => {
  const book = await made(context);
  await assert.rejects(book.value("no", "A1"), (error) => {
    assert.ok(error instanceof fu.WorkbookError && error instanceof fu.UdfError);
    assert.deepEqual([error.name, error.kind], ["WorkbookError", "sheet"]);
    assert.match(error.message, /there is no sheet "no"/);
    return true;
  });
  await assert.rejects(book.registerWasmModuleBytes(new Uint8Array(9)), (error) => error instanceof fu.UdfError);
  await assert.rejects(WorkbookWorker.create({ undoLimit: -1 }), { name: "ArgumentError", message: /undoLimit/ });
  await assert.rejects(WorkbookWorker.create({ undo: 1 }), { name: "ArgumentError", message: /no option `undo`/ });
  await assert.rejects(WorkbookWorker.create({ deadline: 0 }), { name: "ArgumentError" });
  assert.throws(() => new WorkbookWorker({}), { name: "ArgumentError" });
});

test("plugins are registered from bytes, responses and promises of them", async (context) => {
  const book = await made(context);
  const content = bytes("finance");
  const info = await book.registerWasmModuleBytes(Promise.resolve(new Response(content)), { policy: "skip" });
  assert.equal(info.moduleId, "formualizer.finance");
  await book.unregisterWasmModule(info.moduleId);
  await book.registerWasmModuleBytes(content, { policy: "skip" });
  assert.ok(content.length > 0);
  book.setColumn("S", "A1", new Float64Array(1000).fill(100));
  book.setFormulas("S", "B1:B1000", "=BS_CALL(A1, 100, 0.02, 0.2, 1)");
  const report = await book.recalculate();
  assert.deepEqual([report.udfCalls, report.udfRows], [1, 1000]);
  await assert.rejects(book.registerWasmModuleUrl("data:text/html,no", { policy: "skip" }), { name: "WorkbookError", kind: "plugin" });
});

test("functions of modules are bound, and closures are refused in words", async (context) => {
  const book = await made(context);
  await book.registerFunctionModule("TWICE", functions);
  await book.registerFunctionModule("REFUSED", functions, "refused", { minArgs: 1, maxArgs: 1 });
  await book.registerFunctionModule("SUMS", functions.href, "sums", { vectorized: true });
  book.setValue("S", "A1", 4);
  book.setFormula("S", "B1", "=TWICE(A1)");
  book.setFormula("S", "B2", "=REFUSED(A1)");
  book.setFormula("S", "B3", "=SUMS(A1)");
  await book.recalculate();
  assert.deepEqual((await book.values("S", "B1:B3")).map(([value]) => `${value}`), ["8", "#NUM!", "5"]);
  await assert.rejects(book.registerFunction("THRICE", (x) => 3 * x), { name: "UnsupportedError", message: /registerFunctionModule/ });
  await assert.rejects(book.setValue("S", "A1", () => 5), { name: "ArgumentError", message: /a function does not cross/ });
  await assert.rejects(book.registerFunctionModule("X", functions, "noFunction"), { name: "ArgumentError", message: /exports no function `noFunction`/ });
  await assert.rejects(book.registerFunctionModule("X", "./functions.mjs"), { name: "ArgumentError", message: /absolute URL/ });
});

test("edits are recorded and made together", async (context) => {
  const book = await made(context);
  const { result, report } = await book.edit((recorded) => {
    recorded.setValue("S", "A1", 3);
    assert.deepEqual([recorded.setFormula("S", "B1", "=A1+1"), recorded.sheets], [undefined, undefined]);
    return "done";
  });
  assert.deepEqual([result, report.cells, await book.value("S", "B1")], ["done", 1, 4]);
  await assert.rejects(book.edit((recorded) => {
    recorded.setValue("S", "A1", 9);
    recorded.setValue("no", "A1", 9);
  }), { name: "WorkbookError" });
  assert.equal(await book.value("S", "A1"), 3);
  await assert.rejects(book.edit(async () => {}), { name: "ArgumentError", message: /not asynchronous/ });
  assert.equal(await book.undo(), true);
});

test("a recalculation tells how far it is, and is cancelled while it runs", async (context) => {
  const book = await made(context);
  await book.registerFunctionModule("SLOW", functions, "slow");
  book.setValue("S", "A1", 1);
  const columns = ["B", "C", "D", "E", "F"];
  columns.forEach((column, at) => book.setFormula("S", `${column}1`, `=SLOW(${"ABCDE"[at]}1)`));
  const told = [];
  await book.recalculate({ progress: (done, all) => told.push([done, all]) });
  assert.deepEqual(told.at(-1), [5, 5]);

  book.setValue("S", "A1", 2);
  const controller = new AbortController();
  const cancelled = book.recalculate({ signal: controller.signal, progress: () => controller.abort() });
  await assert.rejects(cancelled, (error) => error instanceof fu.WorkbookError && error.kind === "cancelled");
  await assert.rejects(book.recalculate({ signal: AbortSignal.abort(new Error("before")) }), /before/);
  await book.recalculate();
  assert.equal(await book.value("S", "F1"), 2);
});

test("a call that does not end ends its worker, and the next call has a new one", async (context) => {
  const restarts = [];
  const book = await made(context, {
    deadline: 1000,
    onRestart: async (again) => {
      await again.addSheet("Again");
      restarts.push(await again.sheets);
    },
  });
  await book.registerFunctionModule("FOREVER", functions, "forever");
  await book.setFormula("S", "A1", "=FOREVER()");
  const stuck = book.recalculate();
  const behind = book.value("S", "A1");
  behind.catch(() => {});
  await assert.rejects(stuck, (error) => {
    assert.ok(error instanceof fu.DeadlineExceededError);
    assert.match(error.message, /recalculate did not end within 1000 ms.*lost/);
    return true;
  });
  await assert.rejects(behind, (error) => error instanceof fu.WorkerError && /before this did not end/.test(error.message));
  assert.deepEqual(await Promise.all([book.sheets, book.sheets]), [["Again"], ["Again"]]);
  assert.deepEqual(restarts, [["Again"]]);
});

test("a worker that is closed, or cannot start, says so", async (context) => {
  const book = await made(context);
  const last = book.value("S", "A1");
  book.terminate();
  book[Symbol.dispose ?? Symbol.for("Symbol.dispose")]();
  await assert.rejects(last, { name: "WorkerError", message: /was closed/ });
  await assert.rejects(book.value("S", "A1"), { name: "WorkerError", message: /was closed/ });
  const url = new URL("./no such file.mjs", import.meta.url);
  await assert.rejects(WorkbookWorker.create({ url }), (error) => error instanceof fu.WorkerError && /the worker failed/.test(error.message));
});

test("what changed is told", async (context) => {
  const book = await made(context);
  const changes = [];
  const stop = book.onChange((change) => changes.push(change));
  await book.setValue("S", "A1", 1);
  await book.setFormula("S", "B1", "=A1+1");
  await book.recalculate();
  assert.ok(changes.length > 0 && changes.flatMap(({ ranges }) => ranges).some(({ sheet }) => sheet === "S"));
  const before = changes.length;
  stop();
  await book.setValue("S", "A1", 2);
  await book.recalculate();
  assert.equal(changes.length, before);
  const both = [book.onChange((change) => changes.push(change)), book.onChange((change) => changes.push(change))];
  await book.setValue("S", "A1", 3);
  await book.recalculate();
  assert.equal(changes.length, before + 2);
  both.forEach((end) => end());
});

test("a workbook goes from one worker to another as its state", async (context) => {
  const book = await made(context, { undoLimit: 5 });
  book.setValue("S", "A1", 5);
  book.setFormula("S", "B1", "=A1*2");
  await book.recalculate();
  const other = await WorkbookWorker.fromState(await book.state(), { deadline: 10_000 });
  context.after(() => other.terminate());
  assert.equal(await other.value("S", "B1"), 10);
  await assert.rejects(WorkbookWorker.fromState(new Uint8Array(5)), (error) => error instanceof fu.UdfError);
});

test("files are loaded and saved, and data is told by what it is called", async (context) => {
  const book = await made(context);
  const table = "a,b\n1,2\n";
  const { range } = await book.import("S", "A1", new File([table], "table.csv"));
  assert.equal(range, "A1:B2");
  await book.import("S", "D1", Promise.resolve(new Response(table)), { format: "csv" });
  const { bytes: saved } = await book.save();
  const other = await WorkbookWorker.load(new Response(saved), { undoLimit: 3, limits: { fileBytes: 1 << 20 } });
  context.after(() => other.terminate());
  assert.deepEqual(await other.values("S", "A1:E2"), [["a", "b", null, "a", "b"], [1, 2, null, 1, 2]]);
  assert.equal(new TextDecoder().decode(await other.export("S", "A1:B2", { format: "csv" })), table);
  await assert.rejects(WorkbookWorker.load(saved, { limits: { fileBytes: 10 } }), (error) => error instanceof fu.UdfError);
  await assert.rejects(WorkbookWorker.load(new Response("", { status: 404 })), { name: "ArgumentError", message: /404/ });
});

test("plugins have the limits that are given", async (context) => {
  const found = [];
  for (const memoryBytes of [8 << 20, 2 << 20]) {
    const book = await made(context, { pluginLimits: { memoryBytes } });
    await book.registerWasmModuleBytes(bytes("conformance"), { policy: "skip" });
    book.setFormula("S", "A1", "=GROW(3000)");
    await book.recalculate();
    found.push(await book.value("S", "A1"));
  }
  assert.equal(found[0], 3_072_000);
  assert.ok(found[1] instanceof fu.CellError);
  await assert.rejects(WorkbookWorker.create({ pluginLimits: { memory: 1 } }), { name: "ArgumentError", message: /no limit `memory`/ });
});
