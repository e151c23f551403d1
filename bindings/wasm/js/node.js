// The package in Node: files come from the file system.

import { randomUUID } from "node:crypto";
import { open, readdir, readFile, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ArgumentError, init as start, Module, Workbook } from "./index.js";
import { findFiles } from "./found.js";

const beside = (name) => () => readFile(new URL(name, import.meta.url));
findFiles(beside("files_core_bg.wasm"));

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

/** Attaches every plugin of a folder to a workbook, `*.wasm` by name: all or none. */
export async function registerWasmModulesDir(book, folder, options) {
  const entries = await readdir(folder, { withFileTypes: true });
  const paths = entries
    .filter((entry) => !entry.isDirectory() && entry.name.toLowerCase().endsWith(".wasm"))
    .map((entry) => join(pathOf(folder), entry.name))
    .sort();
  return book.registerWasmModules(
    paths.map((path) => ({ name: path, source: readFile(path) })),
    options,
  );
}

/** Loads the workbook of a file. */
export async function loadWorkbookFile(path, options) {
  const bytes = await readFile(path);
  return named(path, () => Workbook.load(bytes, options));
}

/** Saves a workbook to a file, which appears when it is complete. */
export async function saveWorkbookFile(book, path, options) {
  const { bytes, ...report } = await named(path, () => book.save(options));
  const wanted = /\.xls[mx]$/i.exec(pathOf(path))?.[0].toLowerCase();
  const extension = report.macros ? ".xlsm" : ".xlsx";
  if (wanted !== extension) {
    throw new ArgumentError(`${pathOf(path)}: choose a name that ends in ${extension}${report.macros ? ", since the workbook has macros" : ""}`);
  }
  await writeWhole(path, bytes);
  return report;
}

/** Puts the data of a file into a sheet; its extension tells the format. */
export async function importFile(book, sheet, cell, path, options) {
  const bytes = await readFile(path);
  return named(path, () => book.import(sheet, cell, bytes, { format: extensionOf(path), ...options }));
}

/** Writes the values of a range to a file, which appears when it is complete; its extension tells the format. */
export async function exportFile(book, sheet, range, path, options) {
  await writeWhole(path, await named(path, () => book.export(sheet, range, { format: extensionOf(path), ...options })));
}

const pathOf = (path) => (path instanceof URL ? fileURLToPath(path) : String(path));

function extensionOf(path) {
  return /\.([^./\\]+)$/.exec(pathOf(path))?.[1];
}

/** What was thrown says which file it is about. */
async function named(path, work) {
  try {
    return await work();
  } catch (error) {
    if (typeof error?.message === "string") {
      error.message = `${pathOf(path)}: ${error.message}`;
    }
    throw error;
  }
}

/** Writes beside the file, and puts it in its place once it is on the disk. */
async function writeWhole(path, bytes) {
  const target = pathOf(path);
  const beside = `${target}.${randomUUID()}.tmp`;
  try {
    const file = await open(beside, "wx");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, target);
  } catch (error) {
    await unlink(beside).catch(() => undefined);
    throw error;
  }
}
