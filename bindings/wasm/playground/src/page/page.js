// The parts of the page and what they tell each other.

import { Catalogue } from "../formula/catalogue.js";
import { Bar } from "../formula/bar.js";
import { Helper } from "../formula/helper.js";
import { InCell } from "../formula/incell.js";
import { Session } from "../formula/session.js";
import { Chart } from "../panel/chart.js";
import { Endless } from "../panel/endless.js";
import { Functions } from "../panel/functions.js";
import { Million } from "../panel/million.js";
import { Panel } from "../panel/panel.js";
import { listenToClipboard } from "../sheet/clipboard.js";
import { makeFills } from "../sheet/fill.js";
import { Grid } from "../sheet/grid.js";
import { tellOnHover } from "../sheet/hover.js";
import { listenToKeys } from "../sheet/keys.js";
import { SheetTabs } from "../sheet/tabs.js";
import { Tiles } from "../sheet/tiles.js";
import { fittingWidths } from "../sheet/widths.js";
import { rangeName } from "../sheet/address.js";
import { chooseFiles, openFile } from "../book/files.js";
import { listenToDrops } from "./drop.js";
import { h } from "./dom.js";
import { keepLink } from "./keep.js";
import { Status } from "./status.js";
import { themeButton } from "./theme.js";
import { Toolbar } from "./toolbar.js";

/** @param example, empty make another workbook, and answer what is shown of it */
export function makePage({ book, view, formats, example, empty }) {
  const tiles = new Tiles(book);
  const status = new Status(book, view);
  const session = new Session(book, view);
  const catalogue = new Catalogue(book);
  const helper = new Helper(session, catalogue);
  const host = h("div", { class: "grid" });
  const theme = themeButton();
  const grid = new Grid(host, { book, view, tiles, formats });
  const area = h("div", { class: "sheet-area", role: "region", "aria-label": "Sheet" }, host);
  const cell = new InCell({ grid, book, session, helper });
  const bar = new Bar({ book, view, grid, session, helper, status });
  const chart = new Chart({ book, view });
  theme.changed.addEventListener("change", () => grid.relook());

  const insert = (name) => {
    session.insertFunction(name);
    (cell.isFocused ? cell : bar.field).focus();
  };
  const resume = () => (cell.isShown ? cell : bar.field).focus();

  const take = async (files) => {
    session.settle();
    for (const file of files) {
      try {
        const { message, moduleId, sheets = [], replaced } = await openFile(book, file);
        if (replaced) {
          formats.rules = {};
        }
        sheets.forEach((sheet) => view.setWidths(fittingWidths(book.core, sheet), sheet));
        if (moduleId) {
          panel.show("functions");
          functions.showOnly(moduleId);
        }
        status.say(message);
      } catch (error) {
        status.problem(error.message);
      }
    }
  };
  const open = () => chooseFiles(take);
  const functions = new Functions({ book, catalogue, insert, open });
  const panel = new Panel([
    { id: "try", title: "Try it", content: [chart.element, new Million({ book, view, formats, session, status }).element, new Endless({ status }).element] },
    { id: "functions", title: "Functions", content: [functions.element] },
  ]);

  const show = ({ sheet, cell: at, chart: charted }) => {
    if (sheet) {
      book.sheet = sheet;
    }
    view.go(...(at ?? [0, 0]));
    chart.show(charted);
    grid.focus();
  };
  const toolbar = new Toolbar({ book, session, status, theme: theme.button, open, example: async () => show(await example()), empty: async () => show(await empty()) });
  const tabs = new SheetTabs({ book, session, status, formats });

  // A selection belongs into the formula that is edited, or ends the editing.
  grid.onSelect = (range) => {
    if (session.isPointing) {
      const field = cell.isFocused || !bar.field.isFocused ? cell : bar.field;
      session.point(range);
      setTimeout(() => field.focus());
      return true;
    }
    if (session.active && !session.commit()) {
      setTimeout(resume);
      return true;
    }
    return false;
  };
  session.addEventListener("end", () => grid.endPointing());
  grid.addEventListener("click", () => session.active || grid.focus());
  grid.addEventListener("activate", () => edit());
  const edit = (text) => {
    grid.scrollTo(...view.cell);
    session.begin(text === undefined ? {} : { text, mode: "type" });
    resume();
  };
  const clear = () => {
    const range = view.range;
    attempt(() => book.edit((core) => core.clear(book.sheet, rangeName(range))));
  };
  const attempt = (work) => {
    try {
      work();
    } catch (error) {
      status.problem(error.message);
    }
  };

  listenToKeys({ grid, view, book, session, actions: { edit: () => edit(), editStart: edit, resume, clear, ...makeFills({ grid, view, book, status }) } });
  listenToClipboard({ grid, view, book, status });
  tellOnHover({ grid, book, tiles, session });
  listenToDrops(take);
  toolbar.onCopyLink = keepLink({ book, view, formats, chart, status });
  listenToPageKeys({ toolbar, stops: [() => grid.focus(), () => bar.field.focus(), () => panel.focus(), () => toolbar.focus(), () => tabs.focus()] });

  const layout = h("div", { class: "work" }, h("main", { class: "left" }, bar.element, area, tabs.element), panel.element);
  return { elements: [toolbar.element, layout, status.element], open: show, status };
}

/** Keys that do the same everywhere. F6 leads from one part of the page to the next. */
function listenToPageKeys({ toolbar, stops }) {
  const regions = [".sheet-area", ".bar", ".panel", ".top", ".sheets"];
  addEventListener("keydown", (event) => {
    const control = (event.ctrlKey || event.metaKey) && !event.altKey;
    const key = event.key.toLowerCase();
    const isTyping = event.target.closest?.("input:not([type=range], [type=radio]), textarea, select");
    if (event.key === "F6") {
      const at = regions.findIndex((region) => document.activeElement?.closest(region));
      stops[(at + (event.shiftKey ? stops.length - 1 : 1)) % stops.length]();
    } else if (control && key === "s") {
      toolbar.save();
    } else if (control && !isTyping && key === "z") {
      toolbar[event.shiftKey ? "redo" : "undo"]();
    } else if (control && !isTyping && key === "y") {
      toolbar.redo();
    } else {
      return;
    }
    event.preventDefault();
  });
}
