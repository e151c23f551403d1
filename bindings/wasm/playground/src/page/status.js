// The line at the foot of the page, and messages that come and go.

import { CellError } from "formualizer-udf";
import { count, duration, plainNumber, show } from "../book/show.js";
import { cellName, rangeName } from "../sheet/address.js";
import { errorWords } from "../sheet/hover.js";
import { h, later } from "./dom.js";

/** How long a message stays, in milliseconds. */
const STAYS = 6000;

export class Status {
  #book;
  #view;
  #cell = h("span", { class: "of-cell", role: "status" });
  #sums = h("span", { class: "sums" });
  #work = h("span", { class: "work", role: "status" });
  #link = h("span", { class: "of-link" });
  #toasts = h("div", { class: "toasts", role: "region", "aria-label": "Messages", "aria-live": "polite" });
  #sum = later(60, () => this.#summarise());

  constructor(book, view) {
    this.#book = book;
    this.#view = view;
    this.element = h("footer", { class: "status" }, this.#cell, this.#work, this.#link, this.#sums);
    this.#work.textContent = "F2 edits a cell, Ctrl+D fills down, F6 leads from part to part of the page";
    document.body.append(this.#toasts);
    view.addEventListener("select", () => this.#selected());
    book.addEventListener("change", ({ detail: { report } }) => {
      this.#worked(report);
      this.#selected();
    });
  }

  /** Tells something in passing. */
  say(message) {
    this.#toast(message, "toast");
  }

  /** Tells what could not be done, and why. */
  problem(message) {
    this.#toast(message, "toast is-problem");
  }

  /** Tells whether the address of the page holds the workbook. */
  link(message, title) {
    this.#link.textContent = message;
    this.#link.title = title;
  }

  #toast(message, kind) {
    const toast = h("div", { class: kind }, message);
    this.#toasts.replaceChildren(...[...this.#toasts.children].slice(-2), toast);
    setTimeout(() => toast.remove(), STAYS);
  }

  #selected() {
    const { core, sheet } = this.#book;
    const name = cellName(...this.#view.cell);
    const value = core.value(sheet, name);
    const isError = value instanceof CellError;
    this.#cell.textContent = isError ? `${name}  ${value.code}  ${errorWords(core, sheet, name, value)}` : "";
    this.#cell.title = this.#cell.textContent;
    this.#cell.classList.toggle("is-problem", isError);
    this.#sum();
  }

  /** Sum, mean and number of the numbers that are selected. */
  #summarise() {
    const { range } = this.#view;
    const part = range.width * range.height > 1 ? this.#view.usedPart : undefined;
    this.#sums.textContent = "";
    if (!part) {
      return;
    }
    let [sum, numbers] = [0, 0];
    for (const values of this.#book.core.readColumns(this.#book.sheet, rangeName(part))) {
      for (let row = 0; row < values.length; row += 1) {
        const value = values[row];
        if (typeof value === "number" && value === value) {
          sum += value;
          numbers += 1;
        }
      }
    }
    if (numbers > 0) {
      this.#sums.textContent = `Sum ${plainNumber(sum)}   Mean ${show(sum / numbers)}   Numbers ${count(numbers)}`;
    }
  }

  #worked({ cells, milliseconds, udfCalls, udfRows }) {
    if (cells === 0) {
      this.#work.textContent = "";
      return;
    }
    const calls = udfCalls === 0 ? "" : `, ${count(udfCalls)} ${udfCalls === 1 ? "call" : "calls"} of plugins over ${count(udfRows)} ${udfRows === 1 ? "row" : "rows"}`;
    this.#work.textContent = `${count(cells)} ${cells === 1 ? "cell" : "cells"} calculated in ${duration(milliseconds)}${calls}`;
  }
}
