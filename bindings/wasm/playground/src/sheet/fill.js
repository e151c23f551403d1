// Filling: with Ctrl+D and Ctrl+R, and by the handle at the corner of the selection.

import { cellName, rangeName } from "./address.js";

/** Steps of numbers that a handle makes cell by cell. */
const MOST_NUMBERS = 100_000;

export function makeFills({ grid, view, book, status }) {
  const edit = (edits) => {
    try {
      book.edit(edits);
    } catch (error) {
      status.problem(error.message);
    }
  };

  grid.addEventListener("fill", ({ detail: { source, target } }) => {
    edit((core) => fill(core, book.sheet, source, target));
    view.select(target, [source.x, source.y]);
  });

  return {
    fillDown: () => edit((core) => fillFirst(core, book.sheet, view.range, "down")),
    fillRight: () => edit((core) => fillFirst(core, book.sheet, view.range, "right")),
  };
}

/** The first row or column over the others; where only one is selected, the one before it over that. */
function fillFirst(core, sheet, { x, y, width, height }, direction) {
  if (direction === "down") {
    const range = height > 1 ? { x, y, width, height } : { x, y: y - 1, width, height: 2 };
    if (range.y >= 0) {
      core.fillDown(sheet, rangeName(range));
    }
  } else {
    const range = width > 1 ? { x, y, width, height } : { x: x - 1, y, width: 2, height };
    if (range.x >= 0) {
      core.fillRight(sheet, rangeName(range));
    }
  }
}

/** Fills from a source over the range that the handle was drawn to, which holds it. */
function fill(core, sheet, source, target) {
  const down = target.height > source.height;
  const forward = down ? target.y === source.y : target.x === source.x;
  const numbers = down && forward && steps(core, sheet, source);
  if (numbers && (target.height - source.height) * source.width <= MOST_NUMBERS) {
    const added = target.height - source.height;
    const rows = Array.from({ length: added }, (_, at) => numbers.map(({ last, step }) => Number((last + step * (at + 1)).toPrecision(15))));
    core.setValues(sheet, cellName(source.x, source.y + source.height), rows);
  } else if (forward && (down ? source.height : source.width) === 1) {
    fillFirst(core, sheet, target, down ? "down" : "right");
  } else {
    repeat(core, sheet, source, target, down);
  }
}

/** What each column of numbers goes on with: only where all are constants in even steps. */
function steps(core, sheet, source) {
  if (source.height < 2 || source.height > 1000) {
    return undefined;
  }
  const rows = core.values(sheet, rangeName(source));
  const found = [];
  for (let column = 0; column < source.width; column += 1) {
    const values = rows.map((row) => row[column]);
    const step = values[1] - values[0];
    const even = values.length === source.height && values.every((value, row) => typeof value === "number" && (row === 0 || Math.abs(value - values[row - 1] - step) <= 1e-9 * Math.abs(step)));
    if (!even || core.formula(sheet, cellName(source.x + column, source.y)) !== undefined) {
      return undefined;
    }
    found.push({ last: values.at(-1), step });
  }
  return found;
}

/** Copies the source as often as it fits, away from where it stands. */
function repeat(core, sheet, source, target, down) {
  const [size, length, from, start] = down ? [source.height, target.height, source.y, target.y] : [source.width, target.width, source.x, target.x];
  const before = from - start;
  for (let at = 0; at < length; at += 1) {
    if (at >= before && at < before + size) {
      continue;
    }
    const line = (((at - before) % size) + size) % size;
    const part = down ? { ...source, y: source.y + line, height: 1 } : { ...source, x: source.x + line, width: 1 };
    const to = down ? cellName(source.x, start + at) : cellName(start + at, source.y);
    core.copyRange(sheet, rangeName(part), sheet, to);
  }
}
