// Files of workbooks and data, in a module of their own that is loaded when it is first asked for.

import start, { __wbg_reset_state as forget, exportData, importData, loadFile, saveFile } from "./files_core.js";
import { compiled } from "./compile.js";
import { InternalError } from "./errors.js";
import { foundFiles } from "./found.js";

let module;
let started;

/**
 * Makes files ready: from a source as `init` takes it, or from beside this file. Nothing that needs files needs this call, unless the
 * module is elsewhere.
 */
export function initFiles(source) {
  module ??= compiled(source, foundFiles).catch((error) => {
    module = undefined;
    throw error;
  });
  started ??= module
    .then((given) => start({ module_or_path: given }))
    .catch((error) => {
      started = undefined;
      throw error;
    });
  return started.then(() => undefined);
}

/** The state of the workbook in a file. */
export function load(bytes, limits) {
  return within(() => loadFile(bytes, limits));
}

/** The file of a workbook's state: `{ bytes, warnings, … }`. */
export function save(state, valuesOnly) {
  return within(() => saveFile(state, valuesOnly));
}

/** The state of a workbook with nothing but the data of a file: `{ state, rows, columns }`. */
export function read(bytes, format, from1904, headers, limits) {
  return within(() => importData(bytes, format, from1904, headers, limits));
}

/** The file of a range of a workbook's state. */
export function write(state, sheet, range, format, options) {
  return within(() => exportData(state, sheet, range, format, options));
}

/** Runs what needs the module. Where its memory ended or it trapped, the next call begins with a new instance. */
async function within(work) {
  await initFiles();
  try {
    return work();
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError) && !(error instanceof RangeError)) {
      throw error;
    }
    forget();
    started = undefined;
    throw new InternalError("the file took more memory than the host gives", { cause: error });
  }
}
