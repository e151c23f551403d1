// What is known of the cell under the pointer: why it is in error, or what a text says that has no room.

import { h } from "../page/dom.js";
import { cellName } from "./address.js";
import { wordsOfCode } from "../book/show.js";
import { CellError } from "formualizer-udf";

/** How long the pointer rests before anything is told, in milliseconds. */
const REST = 150;

/** What an error of a cell says, in words. */
export function errorWords(core, sheet, cell, value) {
  return core.cellErrorDetail(sheet, cell) ?? value.message ?? wordsOfCode(value.code);
}

export function tellOnHover({ grid, book, tiles, session }) {
  const code = h("b");
  const words = h("span");
  const formula = h("code");
  const tip = h("div", { class: "tip", role: "tooltip", id: "cell-tip", hidden: true }, h("div", {}, code, " ", words), formula);
  document.body.append(tip);
  let timer;

  const hide = () => {
    clearTimeout(timer);
    tip.hidden = true;
  };

  const show = ([column, row], bounds) => {
    const value = tiles.value(column, row);
    if (!(value instanceof CellError) || session.active) {
      return;
    }
    const cell = cellName(column, row);
    code.textContent = value.code;
    words.textContent = errorWords(book.core, book.sheet, cell, value);
    formula.textContent = book.core.formula(book.sheet, cell) ?? "";
    formula.hidden = formula.textContent === "";
    tip.hidden = false;
    const left = Math.min(bounds.x, innerWidth - tip.offsetWidth - 8);
    const below = bounds.y + bounds.height + 6;
    const top = below + tip.offsetHeight < innerHeight ? below : bounds.y - tip.offsetHeight - 6;
    Object.assign(tip.style, { left: `${Math.max(8, left)}px`, top: `${top}px` });
  };

  grid.addEventListener("hover", ({ detail }) => {
    hide();
    if (detail) {
      timer = setTimeout(() => show(detail.cell, detail.bounds), REST);
    }
  });
  grid.addEventListener("scroll", hide);
  grid.host.addEventListener("pointerleave", hide);
  grid.host.addEventListener("keydown", hide, { capture: true });
  book.addEventListener("change", hide);
}
