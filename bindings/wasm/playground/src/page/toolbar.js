// The top of the page: files, undo and redo, the link, the colours.

import { download } from "../book/files.js";
import { rangeName } from "../sheet/address.js";
import { h, icon } from "./dom.js";
import { menu } from "./menu.js";

const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

export class Toolbar {
  #book;
  #session;
  #status;
  #undo = h("button", { type: "button", class: "icon-button", "aria-label": "Undo", title: "Undo (Ctrl+Z)", onclick: () => this.undo() }, icon("undo"));
  #redo = h("button", { type: "button", class: "icon-button", "aria-label": "Redo", title: "Redo (Ctrl+Y)", onclick: () => this.redo() }, icon("redo"));

  constructor({ book, session, status, theme, open, example, empty }) {
    this.#book = book;
    this.#session = session;
    this.#status = status;
    const files = menu({
      label: "Open",
      image: "open",
      items: [
        { label: "A file …", hint: ".xlsx, .csv, or a plugin in .wasm", act: open },
        { label: "An empty workbook", hint: "with the plugins that are there", act: empty },
        { label: "The example", hint: "options, cities, prices", act: example },
      ],
    });
    const downloads = menu({
      label: "Download",
      image: "download",
      items: [
        { label: "The workbook", hint: ".xlsx", act: () => this.save() },
        { label: "This sheet", hint: ".csv", act: () => this.#saveSheet() },
      ],
    });
    this.element = h(
      "header",
      { class: "top" },
      h("div", { class: "brand" }, h("img", { src: "./icon.svg", alt: "", width: 26, height: 26 }), h("h1", {}, "Formualizer UDF ", h("span", { textContent: "playground" }))),
      h("div", { class: "tools", role: "toolbar", "aria-label": "Workbook" }, files, downloads, h("span", { class: "gap" }), this.#undo, this.#redo),
      h("div", { class: "tools end" }, h("button", { type: "button", title: "Copy the address, which holds the workbook", onclick: () => this.#copyLink() }, icon("link"), h("span", { class: "label", textContent: "Copy link" })), theme),
    );
    for (const event of ["change", "opened"]) {
      book.addEventListener(event, () => this.#mark());
    }
    this.#mark();
  }

  focus() {
    this.element.querySelector("button").focus();
  }

  undo() {
    this.#session.cancel();
    this.#book.undo();
  }

  redo() {
    this.#session.cancel();
    this.#book.redo();
  }

  async save() {
    this.#session.settle();
    try {
      const { bytes, warnings } = await this.#book.core.save();
      download("playground.xlsx", bytes, XLSX);
      this.#status.say(warnings.length > 0 ? `Downloaded. ${warnings[0]}` : "The workbook is downloaded.");
    } catch (error) {
      this.#status.problem(error.message);
    }
  }

  async #saveSheet() {
    this.#session.settle();
    const { core, sheet } = this.#book;
    try {
      const range = core.usedRange(sheet) ?? rangeName({ x: 0, y: 0, width: 1, height: 1 });
      download(`${sheet}.csv`, await core.export(sheet, range, { format: "csv" }), "text/csv");
      this.#status.say(`The sheet ${sheet} is downloaded.`);
    } catch (error) {
      this.#status.problem(error.message);
    }
  }

  async #copyLink() {
    this.#session.settle();
    try {
      await this.onCopyLink();
      await navigator.clipboard.writeText(location.href);
      this.#status.say("The address of this workbook is copied.");
    } catch (error) {
      this.#status.problem(error.message);
    }
  }

  /** Brings the address up to date; throws where it cannot hold the workbook. */
  onCopyLink = async () => {};

  #mark() {
    this.#undo.disabled = !this.#book.canUndo;
    this.#redo.disabled = !this.#book.canRedo;
  }
}
