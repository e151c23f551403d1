// Keeps the page's address up to date with the workbook.

import { hashOf } from "../book/link.js";
import { parseRange } from "../sheet/address.js";
import { later } from "./dom.js";

/** How long edits rest before the address is written, in milliseconds. */
const REST = 400;

/** @returns writes the address now; throws where it cannot hold the workbook */
export function keepLink({ book, view, formats, chart, status }) {
  let turn = 0;

  const write = async () => {
    turn += 1;
    const own = turn;
    const about = {
      sheet: book.sheet,
      cell: view.cell,
      chart: chart.shown,
      widths: view.widths,
      formats: formats.rules,
      plugins: book.plugins.filter(({ brought }) => !brought).map(({ info }) => info.moduleId),
    };
    const { hash, refused } = await hashOf(book.core, parseRange, about);
    if (own !== turn) {
      return refused;
    }
    history.replaceState(null, "", hash ?? location.pathname + location.search);
    if (hash) {
      status.link("Saved in the address", "The address of this page holds the workbook: copy it, or reload the page.");
    } else {
      status.link("Too large for the address", `The workbook has ${refused}: too much for an address. Download it instead.`);
    }
    return refused;
  };

  const soon = later(REST, () => {
    if (book.edited) {
      write().catch((error) => status.problem(error.message));
    }
  });
  for (const event of ["change", "sheets", "opened", "functions"]) {
    book.addEventListener(event, soon);
  }
  view.addEventListener("select", soon);
  view.addEventListener("widths", soon);
  // Another address was put into the same page.
  addEventListener("hashchange", () => location.reload());

  return async () => {
    const refused = await write();
    if (refused) {
      throw new Error(`The workbook has ${refused}: too much for an address. Download it instead.`);
    }
  };
}
