// Addresses of cells and ranges. Columns and rows count from 0 here, and from A and 1 in what people read.

export const MAX_ROWS = 1_048_576;
export const MAX_COLUMNS = 16_384;

/** `0` is A, `26` is AA. */
export function columnName(column) {
  let name = "";
  for (let rest = column; rest >= 0; rest = Math.floor(rest / 26) - 1) {
    name = String.fromCharCode(65 + (rest % 26)) + name;
  }
  return name;
}

function columnOf(name) {
  return [...name.toUpperCase()].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

export function cellName(column, row) {
  return `${columnName(column)}${row + 1}`;
}

/** A rectangle of `{ x, y, width, height }` as people write it: `B2`, `A1:B3`, and `A:C` or `1:3` where it is as long as the sheet. */
export function rangeName({ x, y, width, height }) {
  if (height >= MAX_ROWS) {
    return `${columnName(x)}:${columnName(x + width - 1)}`;
  }
  if (width >= MAX_COLUMNS) {
    return `${y + 1}:${y + height}`;
  }
  const first = cellName(x, y);
  return width === 1 && height === 1 ? first : `${first}:${cellName(x + width - 1, y + height - 1)}`;
}

const RANGE = /^\$?([A-Z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Z]{1,3})\$?([0-9]{1,7}))?$/i;
const COLUMNS = /^\$?([A-Z]{1,3})(?::\$?([A-Z]{1,3}))$/i;
const ROWS = /^\$?([0-9]{1,7}):\$?([0-9]{1,7})$/;

/** The rectangle of a cell or range; nothing where it is none, or outside of any sheet. */
export function parseRange(text) {
  let found = RANGE.exec(text);
  if (found) {
    const [, left, top, right = left, bottom = top] = found;
    return between(columnOf(left), top - 1, columnOf(right), bottom - 1);
  }
  found = COLUMNS.exec(text);
  if (found) {
    return between(columnOf(found[1]), 0, columnOf(found[2]), MAX_ROWS - 1);
  }
  found = ROWS.exec(text);
  return found ? between(0, found[1] - 1, MAX_COLUMNS - 1, found[2] - 1) : undefined;
}

function between(x1, y1, x2, y2) {
  const [x, right] = x1 <= x2 ? [x1, x2] : [x2, x1];
  const [y, bottom] = y1 <= y2 ? [y1, y2] : [y2, y1];
  const inside = x >= 0 && y >= 0 && right < MAX_COLUMNS && bottom < MAX_ROWS;
  return inside ? { x, y, width: right - x + 1, height: bottom - y + 1 } : undefined;
}

/** The sheet and the range of `Sheet!A1:B2`, `'A sheet'!A1` or `A1`. */
export function splitSheet(text) {
  const at = text.lastIndexOf("!");
  if (at < 0) {
    return { sheet: undefined, range: text };
  }
  const name = text.slice(0, at);
  const quoted = name.startsWith("'") && name.endsWith("'");
  return { sheet: quoted ? name.slice(1, -1).replaceAll("''", "'") : name, range: text.slice(at + 1) };
}

/** A sheet's name as formulas have it. */
export function quoteSheet(name) {
  return /^[A-Za-z_][A-Za-z0-9_.]*$/.test(name) && !parseRange(name) ? name : `'${name.replaceAll("'", "''")}'`;
}

/** What two rectangles share; nothing where they share nothing. */
export function overlap(a, b) {
  const x = Math.max(a.x, b.x);
  const y = Math.max(a.y, b.y);
  const width = Math.min(a.x + a.width, b.x + b.width) - x;
  const height = Math.min(a.y + a.height, b.y + b.height) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : undefined;
}

export function contains(range, column, row) {
  return column >= range.x && column < range.x + range.width && row >= range.y && row < range.y + range.height;
}
