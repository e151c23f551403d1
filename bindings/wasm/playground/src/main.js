// The page, put together.

import { init, Workbook } from "formualizer-udf";
import { Book, UNDO_LIMIT } from "./book/book.js";
import { EXAMPLE_CHART, EXAMPLE_FORMATS, EXAMPLE_SELECTIONS, EXAMPLE_WIDTHS, fillExample } from "./book/example.js";
import { Formats } from "./book/formats.js";
import { bookOf } from "./book/link.js";
import { firstPlugins } from "./book/plugins.js";
import { makePage } from "./page/page.js";
import { parseRange } from "./sheet/address.js";
import { View } from "./sheet/view.js";
import { h } from "./page/dom.js";

const app = document.getElementById("app");

async function start() {
  const [plugins] = await Promise.all([firstPlugins(), init()]);
  const book = new Book();
  const view = new View(book);
  const formats = new Formats();
  for (const plugin of plugins) {
    await book.addPlugin(plugin);
  }
  const example = async () => {
    const core = new Workbook({ undoLimit: UNDO_LIMIT });
    await book.replace(core, fillExample);
    book.edited = false;
    formats.rules = EXAMPLE_FORMATS;
    Object.entries(EXAMPLE_WIDTHS).forEach(([sheet, widths]) => view.setWidths(widths, sheet));
    Object.entries(EXAMPLE_SELECTIONS).forEach(([sheet, range]) => view.select(parseRange(range), undefined, sheet));
    return { chart: EXAMPLE_CHART, cell: [1, 3] };
  };
  const empty = async () => {
    await book.replace(new Workbook({ undoLimit: UNDO_LIMIT }));
    book.edited = true;
    formats.rules = {};
    return {};
  };
  const { problem, ...shown } = await atFirst(book, view, formats, example);
  const page = makePage({ book, view, formats, example, empty });
  app.replaceChildren(...page.elements);
  page.open(shown);
  if (problem) {
    page.status.problem(problem);
  }
}

/** The workbook of the page's address, or the example. */
async function atFirst(book, view, formats, example) {
  try {
    const linked = await bookOf(location.hash);
    if (linked === undefined) {
      return await example();
    }
    const { core, about } = linked;
    await book.replace(core);
    book.edited = true;
    formats.rules = about.formats;
    Object.entries(about.widths).forEach(([sheet, widths]) => view.setWidths(widths, sheet));
    const missing = about.plugins.filter((id) => !book.plugins.some(({ info }) => info.moduleId === id));
    const problem = missing.length > 0 ? `This workbook has functions of ${missing.join(", ")}: drop that plugin on the page.` : undefined;
    return { sheet: about.sheet, cell: about.cell, chart: about.chart, problem };
  } catch (error) {
    const shown = await example();
    return { ...shown, problem: `The address holds no workbook that can be read: ${error.message}` };
  }
}

start().catch((error) => {
  app.replaceChildren(h("p", { class: "loading is-problem", role: "alert", textContent: `The page could not start: ${error.message}` }));
  throw error;
});
