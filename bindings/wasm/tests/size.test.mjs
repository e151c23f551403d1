// What a page loads before it calls anything: the core, and the JavaScript of the entry `.`. The package has readable JavaScript, and bundlers make it
// small: it is held as esbuild makes it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { test } from "node:test";
import { brotliCompressSync, constants } from "node:zlib";
import * as esbuild from "esbuild";

const KB = 1000;
const MB = 1000 * KB;

/** Bytes of a file as a server sends it. */
function sent(content, quality) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
  return brotliCompressSync(content, { params }).length;
}

test("the core is small", (context) => {
  // The best quality takes twenty seconds more, and an eighth off.
  const size = sent(readFileSync("node_modules/formualizer-udf/core_bg.wasm"), 9);
  context.diagnostic(`core: ${(size / MB).toFixed(2)} MB (brotli 9)`);
  // It was 1.6 before all of Excel's functions were there.
  assert.ok(size <= 2.1 * MB, `${size} bytes`);
});

test("the JavaScript around it is small", async (context) => {
  const { metafile, outputFiles } = await esbuild.build({
    stdin: { contents: 'export * from "formualizer-udf/bundler";', resolveDir: process.cwd() },
    outdir: "size",
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  // Without what is imported later, when files are asked for.
  const loaded = new Set();
  const load = (path) => {
    loaded.add(basename(path));
    metafile.outputs[path].imports.filter(({ kind }) => kind === "import-statement").forEach((next) => load(next.path));
  };
  load(Object.keys(metafile.outputs).find((path) => metafile.outputs[path].entryPoint !== undefined && basename(path) === "stdin.js"));
  const files = outputFiles.filter(({ path }) => loaded.has(basename(path)));
  assert.equal(files.length, loaded.size);
  const size = files.reduce((sum, { contents }) => sum + sent(contents, 11), 0);
  context.diagnostic(`JavaScript: ${(size / KB).toFixed(1)} KB (esbuild, minified, brotli 11)`);
  assert.ok(size <= 25 * KB, `${size} bytes`);
});
