// The package in Node: files come from the file system.

import { readFile } from "node:fs/promises";
import { init as start, Module } from "./index.js";

export * from "./index.js";

/** Makes the core ready, from its file unless it is given. */
export function init(source) {
  return start(source ?? readFile(new URL("core_bg.wasm", import.meta.url)));
}

/** Attaches a plugin of a file to a workbook and binds all its functions. */
export async function registerWasmModuleFile(book, path, options) {
  return book.registerWasmModuleBytes(await readFile(path), options);
}

/** Loads a plugin from a file. */
export async function loadModuleFile(path, options) {
  return Module.load(await readFile(path), options);
}
