// Copy, cut and paste. What was copied here is pasted with its formulas; to other programs, and from them, go tabs and lines.

import { parseInput } from "../book/input.js";
import { count, show } from "../book/show.js";
import { rangeName } from "./address.js";

/** Cells that are copied, and that one paste makes. */
const MOST = 3_000_000;
const MOST_COPIES = 10_000;

export function listenToClipboard({ grid, view, book, status }) {
  /** What was copied last: `{ sheet, range, text, cut }`. */
  let copied;

  const take = (event, cut) => {
    if (!grid.hasFocus) {
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    const range = view.range.width * view.range.height === 1 ? view.range : view.usedPart;
    if (!range) {
      return;
    }
    if (range.width * range.height > MOST) {
      status.problem(`${count(range.width * range.height)} cells are too many to copy: at most ${count(MOST)}`);
      return;
    }
    const text = asText(book.core.values(book.sheet, rangeName(range)), range);
    event.clipboardData.setData("text/plain", text);
    copied = { sheet: book.sheet, range, text, cut };
    status.say(`${rangeName(range)} ${cut ? "is cut" : "is copied"}`);
  };

  const paste = (event) => {
    if (!grid.hasFocus) {
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    const text = event.clipboardData.getData("text/plain");
    if (text === "") {
      return;
    }
    try {
      if (copied?.text === text && book.sheets.includes(copied.sheet)) {
        pasteOwn();
      } else {
        pasteText(text);
      }
    } catch (error) {
      status.problem(error.message);
    }
  };

  const pasteOwn = () => {
    const { sheet, range, cut } = copied;
    const targets = cut ? [view.range] : places(range, view.range);
    book.edit((core) => {
      for (const { x, y } of targets) {
        const cell = rangeName({ x, y, width: 1, height: 1 });
        if (cut) {
          core.moveRange(sheet, rangeName(range), book.sheet, cell);
        } else {
          core.copyRange(sheet, rangeName(range), book.sheet, cell);
        }
      }
    });
    const [first, last] = [targets[0], targets.at(-1)];
    view.select({ x: first.x, y: first.y, width: last.x - first.x + range.width, height: last.y - first.y + range.height });
    if (cut) {
      copied = undefined;
    }
  };

  const pasteText = (text) => {
    const rows = fromText(text);
    const { x, y } = view.range;
    const width = Math.max(...rows.map((row) => row.length));
    const single = rows.length === 1 && width === 1;
    book.edit((core) => write(core, book.sheet, single ? filled(rows[0][0], view.range) : rows, view.range));
    if (!single) {
      view.select({ x, y, width, height: rows.length });
    }
  };

  // Before the grid's own listeners.
  addEventListener("copy", (event) => take(event, false), { capture: true });
  addEventListener("cut", (event) => take(event, true), { capture: true });
  addEventListener("paste", paste, { capture: true });
}

/** Where copies of a range go: as often as it fits into the selection, but once at least. */
function places(range, target) {
  const times = (size, room) => (room % size === 0 ? room / size : 1);
  const across = times(range.width, target.width);
  const down = times(range.height, target.height);
  if (across * down > MOST_COPIES) {
    throw new Error(`${count(across * down)} copies are too many: select fewer cells, or fill down with Ctrl+D`);
  }
  return Array.from({ length: across * down }, (_, at) => ({ x: target.x + (at % across) * range.width, y: target.y + Math.floor(at / across) * range.height }));
}

/** The same text in each cell of a small selection. */
function filled(text, { width, height }) {
  if (width * height > MOST_COPIES) {
    return [[text]];
  }
  return Array.from({ length: height }, () => Array.from({ length: width }, () => text));
}

function write(core, sheet, rows, { x, y }) {
  const values = [];
  const formulas = [];
  rows.forEach((row, down) => {
    values.push(
      row.map((text, across) => {
        const { formula, value } = parseInput(text);
        if (formula !== undefined) {
          formulas.push([rangeName({ x: x + across, y: y + down, width: 1, height: 1 }), formula]);
          return null;
        }
        return value;
      }),
    );
  });
  core.setValues(sheet, rangeName({ x, y, width: 1, height: 1 }), values);
  for (const [cell, formula] of formulas) {
    core.setFormula(sheet, cell, formula);
  }
}

/** Values as text with tabs and lines; what has these itself stands in quotes. */
function asText(rows, { width, height }) {
  const cell = (value) => {
    const text = typeof value === "number" ? String(value) : show(value);
    return /[\t\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return Array.from({ length: height }, (_, row) => Array.from({ length: width }, (_, column) => cell(rows[row]?.[column] ?? null)).join("\t")).join("\n");
}

/** The cells of a text with tabs and lines. */
export function fromText(text) {
  const rows = [[]];
  const pattern = /(?:"((?:[^"]|"")*)"(?=[\t\r\n]|$)|([^\t\r\n]*))(\t|\r?\n|\r|$)/gy;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const [, quoted, plain, end] = match;
    rows.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === "" || (end !== "\t" && pattern.lastIndex === text.length)) {
      break;
    }
    if (end !== "\t") {
      rows.push([]);
    }
  }
  return rows;
}
