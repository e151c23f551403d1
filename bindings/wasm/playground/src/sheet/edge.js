// Where Ctrl and an arrow lead: to the last filled cell before a gap, or to the first one after it.

import { MAX_COLUMNS, MAX_ROWS, rangeName } from "./address.js";

/** Cells that are read at a time. */
const PART = 8192;

/**
 * @param used the range in which anything stands
 * @param from `[column, row]`
 * @param step one of them is 1 or -1, the other 0
 */
export function edge(book, used, from, [dx, dy]) {
  const down = dy !== 0;
  const step = down ? dy : dx;
  const [fixed, start] = down ? from : [from[1], from[0]];
  const most = (down ? MAX_ROWS : MAX_COLUMNS) - 1;
  const end = step > 0 ? most : 0;
  const at = (position) => (down ? [fixed, position] : [position, fixed]);
  const lastUsed = used ? (down ? used.y + used.height - 1 : used.x + used.width - 1) : -1;
  if (start === end) {
    return from;
  }

  const read = reader(book, fixed, down, lastUsed);
  let position = start + step;
  if (read(start) && read(position)) {
    while (position !== end && read(position + step)) {
      position += step;
    }
    return at(position);
  }
  while (position !== end && !read(position)) {
    if (step > 0 && position > lastUsed) {
      return at(end);
    }
    position += step;
  }
  return at(position);
}

/** Tells whether a cell of one row or column is filled, reading a part of it at a time. */
function reader(book, fixed, down, lastUsed) {
  let first = -1;
  let part = [];
  return (position) => {
    if (position > lastUsed) {
      return false;
    }
    if (first < 0 || position < first || position >= first + PART) {
      first = position - (position % PART);
      const last = Math.min(first + PART - 1, lastUsed);
      const range = down
        ? { x: fixed, y: first, width: 1, height: last - first + 1 }
        : { x: first, y: fixed, width: last - first + 1, height: 1 };
      const rows = book.core.values(book.sheet, rangeName(range));
      part = down ? rows.map(([value]) => value) : (rows[0] ?? []);
    }
    return (part[position - first] ?? null) !== null;
  };
}
