// A chart of the selected range. It follows the selection, as long as that has numbers below each other.

import { h } from "../page/dom.js";
import { overlap, parseRange, quoteSheet, rangeName } from "../sheet/address.js";
import { plot } from "./plot.js";
import { seriesOf } from "./series.js";

const KINDS = { line: "Lines", bar: "Bars", point: "Points" };

export class Chart {
  /** What is charted, `{ sheet, range, kind }`. Without a kind, texts along the axis make bars, and numbers lines. */
  shown;
  #book;
  #view;
  #title = h("span", { class: "chart-of" });
  #plot = h("div", { class: "plot" });
  #legend = h("div", { class: "legend" });
  #kinds;

  constructor({ book, view }) {
    this.#book = book;
    this.#view = view;
    this.#kinds = Object.entries(KINDS).map(([kind, label]) =>
      h("button", { type: "button", class: "segment", "data-kind": kind, "aria-pressed": "false", textContent: label, onclick: () => this.#turn(kind) }),
    );
    this.element = h(
      "section",
      { class: "card chart", "aria-labelledby": "chart-title" },
      h("header", {}, h("h2", { id: "chart-title", textContent: "Chart" }), this.#title, h("div", { class: "segments", role: "group", "aria-label": "Kind of chart" }, this.#kinds)),
      this.#plot,
      this.#legend,
    );
    view.addEventListener("select", () => this.#follow());
    book.addEventListener("change", () => this.draw());
    book.addEventListener("opened", () => {
      this.shown = undefined;
      this.#follow();
    });
    new ResizeObserver(() => this.draw()).observe(this.#plot);
  }

  /** Shows a range of a sheet, or none. */
  show(shown) {
    this.shown = shown;
    this.draw();
  }

  #turn(kind) {
    if (this.shown) {
      this.show({ ...this.shown, kind });
    }
  }

  #follow() {
    const { range } = this.#view;
    const part = this.#view.usedPart;
    if (range.width * range.height < 2 || !part) {
      this.draw();
      return;
    }
    const { sheet, core } = this.#book;
    if (seriesOf(core, sheet, part)) {
      this.show({ kind: this.shown?.kind, sheet, range: rangeName(range) });
    }
  }

  draw() {
    const data = this.#data();
    const kind = this.shown?.kind ?? (data?.x.labels?.length > 0 ? "bar" : "line");
    this.#kinds.forEach((button) => button.setAttribute("aria-pressed", String(data !== undefined && button.dataset.kind === kind)));
    if (data === undefined) {
      this.#title.textContent = "";
      this.#legend.replaceChildren();
      this.#plot.replaceChildren(h("p", { class: "nothing", textContent: "Select cells with numbers: they are drawn here." }));
      return;
    }
    this.#title.textContent = `${quoteSheet(this.shown.sheet)}!${this.shown.range}`;
    plot(this.#plot, data, kind);
    const names = data.series.map(({ name }, index) => name && h("span", { class: `key s${index % 6}`, textContent: name }));
    this.#legend.replaceChildren(...names.filter(Boolean), data.x.name && h("span", { class: "over", textContent: `over ${data.x.name}` }));
  }

  #data() {
    const { sheet, range } = this.shown ?? {};
    const { core } = this.#book;
    if (sheet === undefined || !this.#book.sheets.includes(sheet)) {
      return undefined;
    }
    const used = parseRange(core.usedRange(sheet) ?? "");
    const part = used && overlap(parseRange(range), used);
    return part && seriesOf(core, sheet, part);
  }
}
