// The package in a page: its main thread, and a worker.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, serve } from "./server.mjs";

/** Files that the server has beside the package's and the plugins'. */
const PAGES = {
  "index.html": "<!doctype html><meta charset=utf-8><title>formualizer-udf</title>",
  "worker.js": `
    import { init, Module } from "/package/index.js";
    await init();
    const conformance = await Module.load(fetch("/plugins/conformance.wasm"));
    onmessage = ({ data }) => postMessage(conformance.MULADD(data, 2));
    postMessage("ready");`,
};

let server, browser, page;

before(async () => {
  server = await serve((path) => PAGES[path]);
  browser = await launch();
  page = await browser.newPage();
  await page.goto(server.address);
  await page.evaluate(async () => {
    globalThis.fu = await import("/package/index.js");
    await fu.init();
    globalThis.conformance = await fu.Module.load(fetch("/plugins/conformance.wasm"));
  });
});

after(async () => {
  await browser?.close();
  server?.end();
});

test("a page calls a plugin over columns", async () => {
  const found = await page.evaluate(() => [...conformance.MULADD(Float64Array.of(1, 2, 3), 2)]);
  assert.deepEqual(found, [3, 5, 7]);
});

test("a plugin that never ends is stopped on the main thread, and the page lives on", async () => {
  const { name, took, next } = await page.evaluate(() => {
    const started = performance.now();
    let name = "no error";
    try {
      conformance.SPIN.with({ deadline: 50 })(1e15);
    } catch (error) {
      name = error.name;
    }
    return { name, took: performance.now() - started, next: conformance.MULADD(1, 2) };
  });
  assert.deepEqual([name, next], ["DeadlineExceededError", 3]);
  assert.ok(took >= 49 && took < 2000, `${took} ms`);
});

test("a recursion without end leaves the page alive", async () => {
  const found = await page.evaluate(() => {
    const both = conformance.RECURSE.with({ errors: "struct" })([3, 1e15, 5]);
    return { errors: both.errors, next: conformance.MULADD(1, 2) };
  });
  assert.deepEqual([found.errors[0], found.errors[2], found.next], [null, null, 3]);
  assert.match(found.errors[1], /nested deeper/);
});

test("what is no module is refused, and the page lives on", async () => {
  const found = await page.evaluate(async () => {
    const names = [];
    for (const source of [new Uint8Array(9), fetch("/index.html"), fetch("/no such file"), "text"]) {
      try {
        await fu.Module.load(source);
        names.push("taken");
      } catch (error) {
        names.push(error.name);
      }
    }
    return names;
  });
  assert.deepEqual(found, ["ModuleError", "ModuleError", "ArgumentError", "ArgumentError"]);
});

test("a worker has the package as well", async () => {
  const found = await page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const worker = new Worker("/worker.js", { type: "module" });
        worker.onerror = (event) => reject(new Error(event.message));
        worker.onmessage = ({ data }) => {
          if (data === "ready") {
            worker.postMessage(Float64Array.of(1, 2));
          } else {
            resolve([...data]);
          }
        };
      }),
  );
  assert.deepEqual(found, [3, 5]);
});
