// What is looked at: the cell with the cursor and the selected range of each sheet, and the widths of its columns.

import { MAX_COLUMNS, MAX_ROWS, overlap, parseRange } from "./address.js";

const START = { cell: [0, 0], range: { x: 0, y: 0, width: 1, height: 1 } };
const COLUMN_WIDTH = 96;

/** Events: `select` when the cursor or the selection has moved, `widths` when a column has another width. */
export class View extends EventTarget {
  #book;
  #selections = new Map();
  #widths = new Map();
  #tabbedFrom;

  constructor(book) {
    super();
    this.#book = book;
    book.addEventListener("opened", () => {
      this.#selections.clear();
      this.#widths.clear();
    });
    book.addEventListener("sheets", () => this.#tell("select"));
  }

  get #selection() {
    return this.#selections.get(this.#book.sheet) ?? START;
  }

  /** `[column, row]` of the cursor. */
  get cell() {
    return this.#selection.cell;
  }

  get range() {
    return this.#selection.range;
  }

  /** The selected range, no larger than what stands on the sheet; nothing where it is empty there. */
  get usedPart() {
    const used = this.used;
    return used && overlap(this.range, used);
  }

  /** The range on the shown sheet in which anything stands. */
  get used() {
    const used = this.#book.core.usedRange(this.#book.sheet);
    return used === undefined ? undefined : parseRange(used);
  }

  /** Selects a range, with the cursor in its first cell or another. */
  select(range, cell = [range.x, range.y], sheet = this.#book.sheet) {
    this.#selections.set(sheet, { cell, range });
    this.#tabbedFrom = undefined;
    this.#tell("select");
  }

  /** Moves the cursor as Tab does, by columns. */
  tab(columns) {
    const [column, row] = this.cell;
    const from = this.#tabbedFrom ?? column;
    this.go(column + columns, row);
    this.#tabbedFrom = from;
  }

  /** Moves the cursor as Enter does, by rows, to the column in which Tab was pressed first. */
  enter(rows) {
    const [column, row] = this.cell;
    this.go(this.#tabbedFrom ?? column, row + rows);
  }

  go(column, row) {
    const x = Math.min(Math.max(column, 0), MAX_COLUMNS - 1);
    const y = Math.min(Math.max(row, 0), MAX_ROWS - 1);
    this.select({ x, y, width: 1, height: 1 });
  }

  width(column) {
    return this.#widths.get(this.#book.sheet)?.get(column) ?? COLUMN_WIDTH;
  }

  /** Sets widths of columns: `[column, width]` each. */
  setWidths(widths, sheet = this.#book.sheet) {
    const known = this.#widths.get(sheet) ?? new Map();
    for (const [column, width] of widths) {
      known.set(column, Math.round(width));
    }
    this.#widths.set(sheet, known);
    this.#tell("widths");
  }

  /** Widths that are not usual, by sheet: what {@link setWidths} takes. */
  get widths() {
    return Object.fromEntries([...this.#widths].map(([sheet, widths]) => [sheet, [...widths]]));
  }

  #tell(type) {
    this.dispatchEvent(new Event(type));
  }
}
