// Workers in pages, that share memory and that do not.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ISOLATED, launch, serve } from "./server.mjs";

const PAGES = {
  "index.html": "<!doctype html><meta charset=utf-8><title>formualizer-udf</title>",
  "functions.js": `
    export const forever = () => { for (;;); };
    export const slow = (x) => { const end = performance.now() + 60; while (performance.now() < end); return x; };`,
};

let browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

for (const [isolated, headers] of [[false, {}], [true, ISOLATED]]) {
  test(`a page that is ${isolated ? "" : "not "}isolated`, async (context) => {
    const server = await serve((path) => PAGES[path], headers);
    const page = await browser.newPage();
    await page.goto(server.address);
    const shares = await page.evaluate(async () => {
      globalThis.fu = await import("/package/index.js");
      globalThis.aside = await import("/package/worker.js");
      await fu.init();
      return crossOriginIsolated;
    });
    assert.equal(shares, isolated);

    await context.test("large calls run on workers, with the results of one thread", async () => {
      const found = await page.evaluate(async () => {
        const conformance = await fu.Module.load(fetch("/plugins/conformance.wasm"));
        const count = await aside.startWorkers(2);
        const rows = 150_000;
        const x = crossOriginIsolated ? new Float64Array(new SharedArrayBuffer(8 * rows)) : new Float64Array(rows);
        x.forEach((_, row) => (x[row] = row / 3 - 100));
        const many = await conformance.MULADD.async(x, 2);
        const same = conformance.MULADD(x, 2).every((value, row) => value === many[row]);
        const failed = await conformance.SQRT_CHECKED.async(x).catch((error) => [error instanceof fu.RowsError, error.count, error.rows[99].row]);
        aside.stopWorkers();
        return { count, same, failed };
      });
      assert.deepEqual(found, { count: 2, same: true, failed: [true, 300, 99] });
    });

    await context.test("a workbook in a worker that never ends is ended, and the page was never blocked", async () => {
      const found = await page.evaluate(async () => {
        const book = await aside.WorkbookWorker.create({ deadline: 500, onRestart: (again) => again.addSheet("Again") });
        await book.addSheet("S");
        await book.registerWasmModuleUrl("/plugins/finance.wasm", { policy: "skip" });
        book.setColumn("S", "A1", Float64Array.of(90, 100));
        book.setFormulas("S", "B1:B2", "=BS_CALL(A1, 100, 0.02, 0.2, 1)");
        const { udfRows } = await book.recalculate();
        await book.registerFunctionModule("FOREVER", "/functions.js", "forever");
        await book.setFormula("S", "A9", "=FOREVER()");
        let turns = 0;
        const timer = setInterval(() => (turns += 1), 10);
        const name = await book.recalculate().then(() => "through", (error) => error.name);
        clearInterval(timer);
        const sheets = await book.sheets;
        book.terminate();
        return { udfRows, name, turned: turns > 5, sheets };
      });
      assert.deepEqual(found, { udfRows: 2, name: "DeadlineExceededError", turned: true, sheets: ["Again"] });
    });

    await context.test("a recalculation is cancelled", async () => {
      const found = await page.evaluate(async () => {
        const book = await aside.WorkbookWorker.create();
        await book.addSheet("S");
        await book.registerFunctionModule("SLOW", "/functions.js", "slow");
        book.setValue("S", "A1", 1);
        [..."BCDEF"].forEach((column, at) => book.setFormula("S", `${column}1`, `=SLOW(${"ABCDE"[at]}1)`));
        const controller = new AbortController();
        const running = book.recalculate({ signal: controller.signal, progress: () => controller.abort() });
        const kind = await running.then(() => "through", (error) => error.kind);
        await book.recalculate();
        const value = await book.value("S", "F1");
        book.terminate();
        return { kind, value };
      });
      assert.deepEqual(found, { kind: "cancelled", value: 1 });
    });
    await page.close();
    server.end();
  });
}
