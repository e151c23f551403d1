// Files: opened by what they are, and made for download.

import { Workbook } from "formualizer-udf";
import { h } from "../page/dom.js";
import { UNDO_LIMIT } from "./book.js";

const BOOKS = /\.(xlsx|xlsm|xltx|xltm|xlsb|xls|ods|ots|fods)$/i;
const TABLES = { csv: "csv", tsv: "tsv", txt: "tsv", json: "json", ndjson: "ndjson", jsonl: "ndjson", arrow: "arrow" };

/** What a person may choose. */
const ACCEPTED = ".xlsx,.xlsm,.xltx,.xltm,.xlsb,.xls,.ods,.ots,.fods,.csv,.tsv,.json,.ndjson,.arrow,.wasm";

/**
 * Opens a file: a workbook takes the place of the one that is shown, a table becomes a sheet, a plugin gives functions.
 *
 * @returns what was done: `{ message, moduleId, sheets, replaced }`, where `sheets` are new
 */
export async function openFile(book, file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const extension = file.name.split(".").at(-1).toLowerCase();
  if (extension === "wasm") {
    return openPlugin(book, file.name, bytes);
  }
  if (BOOKS.test(file.name)) {
    const core = await Workbook.load(bytes, { undoLimit: UNDO_LIMIT });
    await book.replace(core);
    book.edited = true;
    const sheets = core.sheets.length === 1 ? "one sheet" : `${core.sheets.length} sheets`;
    const [warning] = core.loadWarnings;
    return { replaced: true, sheets: core.sheets, message: `${file.name} is open, with ${sheets}.${warning === undefined ? "" : ` ${warning}`}` };
  }
  if (extension in TABLES) {
    return openTable(book, file.name, bytes, TABLES[extension]);
  }
  throw new Error(`${file.name}: open a workbook (.xlsx), a table (.csv) or a plugin (.wasm)`);
}

async function openPlugin(book, file, bytes) {
  const info = await book.addPlugin({ file, bytes });
  const bound = info.functions.flatMap(({ boundAs }) => boundAs);
  const shown = bound.length > 4 ? `${bound.slice(0, 4).join(", ")} and ${bound.length - 4} more` : bound.join(", ");
  const message = bound.length > 0 ? `${info.moduleId} gives ${shown}.` : `${info.moduleId} gives no function whose name is free.`;
  return { message, moduleId: info.moduleId };
}

async function openTable(book, file, bytes, format) {
  const name = book.freeName(file.replace(/\.[^.]*$/, ""));
  const found = await book.addFilled(name, (core) => core.import(name, "A1", bytes, { format }));
  return { sheets: [name], message: `${file} is the sheet ${name}: ${found.rows} rows of ${found.columns} columns.` };
}

/** Gives a file to the person. */
export function download(name, bytes, type) {
  const url = URL.createObjectURL(new Blob([bytes], { type }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Lets a person choose files. */
export function chooseFiles(take) {
  const input = h("input", { type: "file", multiple: true, accept: ACCEPTED, onchange: () => take([...input.files]) });
  input.click();
}
