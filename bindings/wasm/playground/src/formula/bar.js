// The formula bar: the name of what is selected, and the text of the cell with the cursor.

import { h } from "../page/dom.js";
import { parseRange, rangeName, splitSheet } from "../sheet/address.js";
import { Field } from "./field.js";

export class Bar {
  #book;
  #view;
  #grid;
  #session;
  #name = h("input", {
    class: "name-box",
    type: "text",
    spellcheck: false,
    autocomplete: "off",
    "aria-label": "Name box: the selected cell or range; type one to go there",
    onfocus: () => this.#name.select(),
    onblur: () => this.#rest(),
    onkeydown: (event) => this.#key(event),
  });

  constructor({ book, view, grid, session, helper, status }) {
    this.#book = book;
    this.#view = view;
    this.#grid = grid;
    this.#session = session;
    this.status = status;
    this.field = new Field({ session, helper, label: "Formula bar", afterwards: () => grid.focus() });
    this.element = h("div", { class: "bar", role: "group", "aria-label": "Formula" }, this.#name, h("span", { class: "fx", "aria-hidden": "true", textContent: "fx" }), this.field.element);
    this.field.input.addEventListener("focus", () => session.begin({ source: this.field }));
    view.addEventListener("select", () => this.#rest());
    book.addEventListener("change", () => this.#rest());
    session.addEventListener("end", () => this.#rest());
    this.#rest();
  }

  #rest() {
    if (document.activeElement !== this.#name) {
      this.#name.value = rangeName(this.#view.range);
    }
    if (!this.#session.active) {
      this.field.rest(this.#session.cellText);
    }
  }

  #key(event) {
    if (event.key === "Escape") {
      this.#grid.focus();
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.#go(this.#name.value.trim());
    }
  }

  #go(text) {
    this.#session.settle();
    const known = this.#book.core.names.find(({ name }) => name.toUpperCase() === text.toUpperCase());
    const { sheet, range } = splitSheet((known?.refersTo ?? text).replace(/^=/, ""));
    const found = parseRange(range);
    const target = sheet === undefined ? this.#book.sheet : this.#book.sheets.find((name) => name.toLowerCase() === sheet.toLowerCase());
    if (found === undefined || target === undefined) {
      this.status.problem(`“${text}” is no cell, range or name of this workbook`);
      this.#name.select();
      return;
    }
    this.#book.sheet = target;
    this.#view.select(found);
    this.#grid.scrollTo(found.x, found.y);
    this.#grid.focus();
  }
}
