// Values of the cells that are shown, read from the workbook a tile at a time and kept until something changes.

import { cellName, overlap, parseRange, rangeName } from "./address.js";

const COLUMNS = 16;
const ROWS = 64;
/** Tiles that are kept. */
const MOST = 200;

export class Tiles {
  #book;
  #tiles = new Map();
  #used;

  constructor(book) {
    this.#book = book;
    for (const event of ["change", "sheets", "opened"]) {
      book.addEventListener(event, () => {
        this.#tiles.clear();
        this.#used = undefined;
      });
    }
  }

  /** The value of a cell of the shown sheet. */
  value(column, row) {
    const key = keyOf(column, row);
    let tile = this.#tiles.get(key);
    if (tile === undefined) {
      if (this.#tiles.size >= MOST) {
        this.#tiles.clear();
      }
      tile = this.#read({ x: column - (column % COLUMNS), y: row - (row % ROWS), width: COLUMNS, height: ROWS });
      this.#tiles.set(key, tile);
    }
    return tile.rows[row % ROWS]?.[column % COLUMNS] ?? null;
  }

  /** Whether the value of a cell of the shown sheet is calculated: by its formula, or by the array of another cell. */
  isCalculated(column, row) {
    this.value(column, row);
    const tile = this.#tiles.get(keyOf(column, row));
    const at = (row % ROWS) * COLUMNS + (column % COLUMNS);
    if (tile.calculated[at] === undefined) {
      const { core, sheet } = this.#book;
      const cell = cellName(column, row);
      tile.calculated[at] = core.formula(sheet, cell) !== undefined || core.precedents(sheet, cell).length > 0;
    }
    return tile.calculated[at];
  }

  #read(range) {
    const { core, sheet } = this.#book;
    this.#used ??= { range: parseRange(core.usedRange(sheet) ?? "") };
    const { range: used } = this.#used;
    return { rows: used && overlap(range, used) ? core.values(sheet, rangeName(range)) : [], calculated: [] };
  }
}

function keyOf(column, row) {
  return Math.floor(row / ROWS) * 1024 + Math.floor(column / COLUMNS);
}
