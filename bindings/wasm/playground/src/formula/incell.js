// The editor in the cell: a field over the cell that is edited.

import { coloursOf, Field } from "./field.js";
import { h } from "../page/dom.js";
import { parseRange, splitSheet } from "../sheet/address.js";

/** How much of a range's colour lies over its cells, in the last digits of the colour. */
const FAINT = "24";

export class InCell {
  #grid;
  #book;
  #session;
  #field;
  #layer;

  constructor({ grid, book, session, helper }) {
    this.#grid = grid;
    this.#book = book;
    this.#session = session;
    this.#field = new Field({ session, helper, label: "Cell", afterwards: () => grid.focus() });
    this.#layer = h("div", { class: "incell", hidden: true }, this.#field.element);
    grid.host.after(this.#layer);
    session.addEventListener("begin", () => this.#place());
    session.addEventListener("change", () => {
      this.#place();
      this.#highlight();
    });
    session.addEventListener("end", () => {
      this.#layer.hidden = true;
      grid.highlights = [];
    });
    grid.addEventListener("scroll", () => this.#place());
    book.addEventListener("sheets", () => this.#place());
  }

  focus() {
    this.#field.focus();
  }

  /** Whether the edited cell is in sight. */
  get isShown() {
    return !this.#layer.hidden;
  }

  get isFocused() {
    return this.#field.isFocused;
  }

  #place() {
    const { active, cell, sheet, text } = this.#session;
    const at = active && sheet === this.#book.sheet ? this.#grid.bounds(...cell) : undefined;
    this.#layer.hidden = at === undefined;
    if (at === undefined) {
      return;
    }
    const host = this.#layer.offsetParent.getBoundingClientRect();
    const room = host.right - at.x - 4;
    const wanted = Math.max(at.width + 1, Math.min(room, text.length * 8 + 24));
    Object.assign(this.#layer.style, {
      left: `${at.x - host.left - 1}px`,
      top: `${at.y - host.top - 1}px`,
      width: `${Math.max(60, wanted)}px`,
      height: `${at.height + 2}px`,
    });
  }

  /** The ranges of the formula, in the colours that they have in it. */
  #highlight() {
    const style = getComputedStyle(document.documentElement);
    const found = [];
    for (const [text, colour] of coloursOf(this.#session.text)) {
      const { sheet = this.#session.sheet, range: name } = splitSheet(text);
      const range = parseRange(name);
      if (range && sheet.toLowerCase() === this.#book.sheet.toLowerCase()) {
        found.push({ range, color: `${style.getPropertyValue(`--range-${colour}`).trim()}${FAINT}` });
      }
    }
    this.#grid.highlights = found;
  }
}
