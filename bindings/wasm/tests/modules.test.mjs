// Modules that are taken, and those that are refused: the host stays well.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { bytes, fu, plugin } from "./harness.mjs";
import { loadModuleFile } from "formualizer-udf/node";

test("a module tells what it offers without being run", () => {
  const about = fu.inspectWasmModuleBytes(bytes("finance"));
  assert.equal(about.manifest.module.id, "formualizer.finance");
  assert.deepEqual(about.manifest.functions.map(({ name }) => name), ["BS_CALL", "IMPLIED_VOL", "XNPV", "EMA"]);
  assert.match(about.sha256, /^[0-9a-f]{64}$/);
  assert.equal(about.bare, false);
  assert.deepEqual([about.warnings, about.disabled], [[], {}]);
});

test("bytes, buffers, responses and promises of them are modules", async () => {
  const content = bytes("text");
  const buffer = content.buffer.slice(content.byteOffset, content.byteOffset + content.byteLength);
  for (const source of [content, buffer, new Response(content), Promise.resolve(content), new Blob([content])]) {
    const module = await fu.Module.load(source);
    assert.equal(module.REVERSE("ab"), "ba");
  }
  const file = await loadModuleFile(join(process.env.FZ_ROOT, "plugins", "text.wasm"));
  assert.equal(file.id, "formualizer.text");
  await assert.rejects(loadModuleFile("no such file.wasm"), { code: "ENOENT" });
});

test("what is no module is refused in words", async () => {
  const whole = bytes("finance");
  for (const [source, name, message] of [
    [new Uint8Array(0), "ModuleError", /not a WebAssembly module/],
    [new TextEncoder().encode("<!doctype html>"), "ModuleError", /not a WebAssembly module/],
    [whole.subarray(0, whole.length - 7), "ModuleError", /./],
    [new Uint8Array(12 << 20), "ModuleError", /has 12582912 bytes, the limit is 10485760/],
    [new Response("", { status: 404, statusText: "Not Found" }), "ArgumentError", /404 Not Found/],
    ["finance.wasm", "ArgumentError", /give bytes/],
    [null, "ArgumentError", /give bytes/],
    [42, "ArgumentError", /give bytes/],
  ]) {
    await assert.rejects(fu.Module.load(source), (error) => {
      assert.ok(error instanceof fu.UdfError, `${error}`);
      assert.equal(error.name, name);
      assert.match(error.message, message);
      return true;
    });
  }
  assert.throws(() => fu.inspectWasmModuleBytes("x"), { name: "ArgumentError" });
  assert.throws(() => new fu.Module(), { name: "ArgumentError" });
});

test("a module that imports something names the mend", async () => {
  const imports = Uint8Array.from([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 2, 9, 1, 3, 0x65, 0x6e, 0x76, 1, 0x66, 0, 0,
  ]);
  await assert.rejects(fu.Module.load(imports), (error) => {
    assert.equal(error.name, "ModuleError");
    assert.match(error.message, /imports 1 items; a plugin cannot call its host/);
    assert.match(error.details.join(), /env\.f/);
    return true;
  });
});

test("a function that is not there names those that are near", async () => {
  const finance = await plugin("finance");
  assert.throws(() => finance.function("BSCALL"), { name: "UnknownFunctionError", message: /did you mean BS_CALL/ });
  assert.throws(() => finance.function(undefined), { name: "UnknownFunctionError" });
});

test("ten thousand modules that come and go leave no memory behind", async () => {
  const content = bytes("text");
  const after = [];
  for (let round = 0; round < 10_000; round += 1) {
    const module = await fu.Module.load(content);
    module.REVERSE("ab");
    module.free();
    if (round % 1000 === 999) {
      after.push(process.memoryUsage().rss);
    }
  }
  const grown = after.at(-1) - after[4];
  assert.ok(grown < 60 << 20, `grown by ${grown} bytes`);
});

test("a module that was freed says so", async () => {
  const module = await plugin("text");
  module.free();
  assert.throws(() => module.function("REVERSE"));
});

const guests = process.env.FZ_GUESTS;
test("every hostile guest ends in an error of ours, or in values", { skip: guests === undefined || !existsSync(guests) }, async () => {
  const good = await plugin("conformance");
  const limits = { batchDeadline: 100, callDeadline: 100, memoryBytes: 16 << 20 };
  let seen = 0;
  for (const file of readdirSync(guests).sort()) {
    let module;
    try {
      module = await fu.Module.load(readFileSync(join(guests, file)), { limits });
    } catch (error) {
      assert.ok(error instanceof fu.UdfError, `${file}: ${error}`);
      continue;
    }
    for (const call of Object.values(module.functions)) {
      try {
        call([1, 2, 3, 4]);
      } catch (error) {
        assert.ok(error instanceof fu.UdfError, `${file}: ${error}`);
      }
    }
    module.free();
    assert.deepEqual(good.MULADD([1], 2), [3], file);
    seen += 1;
  }
  assert.ok(seen > 100, `${seen} guests`);
});
