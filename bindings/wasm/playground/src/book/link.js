// The workbook in the page's address: compressed behind the #, as long as it is small. No server sees that part.

import { Workbook } from "formualizer-udf";
import { UNDO_LIMIT } from "./book.js";

/** Cells in use, and bytes in the address, beyond which nothing is put there. */
const MOST_CELLS = 50_000;
const MOST_BYTES = 24_000;
const MOST_INFLATED = 32 << 20;
const PREFIX = "#b1=";

/** Cells that stand on the sheets of a workbook, counted by the ranges in use. */
function cellsOf(core, parse) {
  return core.sheets.reduce((sum, sheet) => {
    const used = parse(core.usedRange(sheet) ?? "");
    return sum + (used ? used.width * used.height : 0);
  }, 0);
}

/**
 * The address part for a workbook, or why there is none.
 *
 * @param parse reads a range
 * @param about what else is remembered, in JSON
 * @returns `{ hash }` or `{ refused }`
 */
export async function hashOf(core, parse, about) {
  const cells = cellsOf(core, parse);
  if (cells > MOST_CELLS) {
    return { refused: `${cells.toLocaleString("en")} cells` };
  }
  const head = new TextEncoder().encode(JSON.stringify(about));
  const state = core.state();
  const all = new Uint8Array(4 + head.length + state.length);
  new DataView(all.buffer).setUint32(0, head.length, true);
  all.set(head, 4);
  all.set(state, 4 + head.length);
  const packed = await through(new CompressionStream("deflate-raw"), all);
  return packed.length > MOST_BYTES ? { refused: `${Math.ceil(packed.length / 1024)} KiB` } : { hash: PREFIX + toText(packed) };
}

/** The workbook that an address holds, `{ core, about }`; nothing where it holds none. */
export async function bookOf(hash) {
  if (!hash.startsWith(PREFIX)) {
    return undefined;
  }
  const all = await through(new DecompressionStream("deflate-raw"), fromText(hash.slice(PREFIX.length)));
  const length = new DataView(all.buffer).getUint32(0, true);
  const about = JSON.parse(new TextDecoder().decode(all.subarray(4, 4 + length)));
  return { core: Workbook.fromState(all.subarray(4 + length), { undoLimit: UNDO_LIMIT }), about };
}

async function through(stream, bytes) {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const parts = [];
  let length = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.length;
    if (length > MOST_INFLATED) {
      await reader.cancel();
      throw new Error("the address holds more than a workbook of this page can be");
    }
    parts.push(part.value);
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Bytes in letters that an address may have. */
function toText(bytes) {
  const parts = [];
  for (let at = 0; at < bytes.length; at += 8192) {
    parts.push(String.fromCharCode(...bytes.subarray(at, at + 8192)));
  }
  return btoa(parts.join("")).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function fromText(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}
