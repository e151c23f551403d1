// One cell being edited: its text, whether it is a formula that can be, and what becomes of it.

import { inputOf, parseInput } from "../book/input.js";
import { cellName, quoteSheet, rangeName } from "../sheet/address.js";
import { later } from "../page/dom.js";
import { closed, takesRange } from "./tokens.js";

/** How long typing rests before a formula is judged, in milliseconds. */
const REST = 350;

/**
 * Events: `begin`, `change` when the text is another (`detail.source` says by whom), `judged` when `problem` may be another, `end`.
 * `mode` is "type" where the text began with a key on the sheet, so that arrows end it, and "edit" otherwise.
 */
export class Session extends EventTarget {
  active = false;
  text = "";
  caret = 0;
  mode = "edit";
  /** What is wrong with the text, as `{ severe, message }`. */
  problem;
  sheet;
  cell = [0, 0];
  #book;
  #view;
  #before = "";
  /** The part of the text that a click in the grid has put there, `[start, end]`. */
  #pointed;
  #judge = later(REST, () => this.#judged());

  constructor(book, view) {
    super();
    this.#book = book;
    this.#view = view;
  }

  /** Whether the text is the cell's still. */
  get isUntouched() {
    return this.active && this.text === this.#before;
  }

  /** The text of the cell with the cursor, as it is edited. */
  get cellText() {
    return this.textOf(this.#book.sheet, ...this.#view.cell);
  }

  textOf(sheet, column, row) {
    const name = cellName(column, row);
    return this.#book.core.formula(sheet, name) ?? inputOf(this.#book.core.value(sheet, name));
  }

  /** Begins with the cell's text, or with another. */
  begin({ text, mode = "edit", source }) {
    if (this.active) {
      return;
    }
    this.active = true;
    this.sheet = this.#book.sheet;
    this.cell = [...this.#view.cell];
    this.#before = this.cellText;
    this.text = text ?? this.#before;
    this.caret = this.text.length;
    this.mode = mode;
    this.problem = undefined;
    this.#pointed = undefined;
    this.#tell("begin", { source });
    this.#tell("change", { source });
  }

  /** The text and the caret as a field has them. */
  change(text, caret, source) {
    const other = text !== this.text;
    this.caret = caret;
    if (!other) {
      return;
    }
    this.text = text;
    this.#pointed = undefined;
    this.#setProblem(undefined);
    this.#judge();
    this.#tell("change", { source });
  }

  /** Puts a text in the place of another, and the caret behind it. */
  replace(start, end, text) {
    this.text = this.text.slice(0, start) + text + this.text.slice(end);
    this.caret = start + text.length;
    this.#setProblem(undefined);
    this.#judge();
    this.#tell("change", {});
  }

  /** Inserts a call of a function at the caret; begins a formula where none is edited. */
  insertFunction(name) {
    if (!this.active) {
      this.begin({ text: "=", mode: "edit" });
    }
    if (!this.text.startsWith("=")) {
      this.replace(0, this.text.length, "=");
    }
    this.replace(this.caret, this.caret, `${name}(`);
  }

  /** Whether a click in the grid puts a range into the formula. */
  get isPointing() {
    return this.active && (this.#pointed?.[1] === this.caret || takesRange(this.text, this.caret));
  }

  /** Puts a range into the formula, in the place of the one that was put there just before. */
  point(range) {
    const sheet = this.#book.sheet === this.sheet ? "" : `${quoteSheet(this.#book.sheet)}!`;
    const [start, end] = this.#pointed?.[1] === this.caret ? this.#pointed : [this.caret, this.caret];
    this.replace(start, end, sheet + rangeName(range));
    this.#pointed = [start, this.caret];
  }

  /**
   * Writes the text into the cell, and ends.
   *
   * @param move moves the cursor then
   * @returns whether it could be written; `problem` says why not
   */
  commit(move = () => {}) {
    if (!this.active) {
      return true;
    }
    if (this.text !== this.#before) {
      try {
        this.#write();
      } catch (error) {
        this.#setProblem({ severe: true, message: error.message });
        return false;
      }
    }
    this.#end();
    move(this.#view);
    return true;
  }

  #write() {
    const cell = cellName(...this.cell);
    const { formula, value } = parseInput(this.text);
    this.#book.edit((core) => {
      if (formula !== undefined) {
        core.setFormula(this.sheet, cell, this.#closed(formula));
      } else if (value === null) {
        core.clear(this.sheet, cell);
      } else {
        core.setValue(this.sheet, cell, value);
      }
    });
  }

  /** The formula with what is left open closed, where that makes it one: otherwise it is told of as it was typed. */
  #closed(formula) {
    const whole = closed(formula);
    return this.#book.core.validateFormula(whole, { sheet: this.sheet, cell: cellName(...this.cell) }).valid ? whole : formula;
  }

  cancel() {
    if (this.active) {
      this.#end();
    }
  }

  /** Writes what can be written, and ends in any case: before something else takes place. */
  settle() {
    if (!this.commit()) {
      this.cancel();
    }
  }

  #end() {
    this.active = false;
    this.problem = undefined;
    this.#tell("end");
  }

  #judged() {
    if (!this.active || !this.text.startsWith("=") || this.text.length < 2) {
      return;
    }
    const found = this.#book.core.validateFormula(this.#closed(this.text), { sheet: this.sheet, cell: cellName(...this.cell) });
    if (!found.valid) {
      this.#setProblem({ severe: true, message: found.message ?? "this is not a formula" });
    } else if (found.unknownFunctions.length > 0) {
      const names = found.unknownFunctions.join(", ");
      this.#setProblem({ severe: false, message: `${names}: no function of this name is known here` });
    }
  }

  #setProblem(problem) {
    this.problem = problem;
    this.#tell("judged");
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
