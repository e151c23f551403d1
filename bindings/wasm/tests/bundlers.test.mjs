// A small app, bundled by esbuild and by Vite and run in Chromium: the core, plugins and workers are found where the bundler put them.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as esbuild from "esbuild";
import * as vite from "vite";
import { launch, serve } from "./server.mjs";

const FOLDER = join(process.cwd(), "bundled");
const APP = `
  import { init, Module, Workbook } from "formualizer-udf/bundler";
  import { startWorkers, stopWorkers, WorkbookWorker } from "formualizer-udf/worker";

  globalThis.run = async () => {
    await init();
    const conformance = await Module.load(fetch("/plugins/conformance.wasm"));
    const one = conformance.MULADD(3, 2);
    await startWorkers(2);
    const many = await conformance.MULADD.async(new Float64Array(100_000).fill(3), 2);
    stopWorkers();
    const book = await WorkbookWorker.create();
    await book.addSheet("S");
    await book.setFormula("S", "A1", "=6*7");
    await book.recalculate();
    const value = await book.value("S", "A1");
    const { bytes } = await book.save();
    book.terminate();
    const loaded = await Workbook.load(bytes);
    return [one, many.length, many.at(-1), value, loaded.value("S", "A1")];
  };`;
const PAGE = '<!doctype html><meta charset="utf-8"><title>app</title><script type="module" src="./app.js"></script>';

let browser;

before(async () => {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER);
  writeFileSync(join(FOLDER, "app.js"), APP);
  writeFileSync(join(FOLDER, "index.html"), PAGE);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  rmSync(FOLDER, { recursive: true, force: true });
});

/** Runs the app of a folder in a page. */
async function runs(folder) {
  const server = await serve((path) => (existsSync(join(folder, path)) ? readFileSync(join(folder, path)) : undefined));
  const page = await browser.newPage();
  try {
    await page.goto(server.address);
    assert.deepEqual(await page.evaluate(() => run()), [7, 100_000, 7, 42, 42]);
  } finally {
    await page.close();
    server.end();
  }
}

test("esbuild, with the package's files as entries beside the app", async () => {
  const outdir = join(FOLDER, "esbuild");
  await esbuild.build({
    absWorkingDir: FOLDER,
    entryPoints: {
      app: "./app.js",
      core_bg: "formualizer-udf/core_bg.wasm",
      files_core_bg: "formualizer-udf/files_core_bg.wasm",
      "worker-host": "formualizer-udf/worker-host",
    },
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    loader: { ".wasm": "copy" },
    outdir,
    logLevel: "silent",
  });
  writeFileSync(join(outdir, "index.html"), PAGE);
  await runs(outdir);
});

test("Vite, as it is", async () => {
  const outDir = join(FOLDER, "vite");
  await vite.build({ root: FOLDER, configFile: false, logLevel: "silent", build: { outDir } });
  await runs(outDir);
});
