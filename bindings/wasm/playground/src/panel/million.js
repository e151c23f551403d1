// A plugin's function, filled down a million rows.

import { h, icon, painted } from "../page/dom.js";
import { count, duration } from "../book/show.js";

const SHEET = "Million";
const FORMATS = [
  ["A1:D1", { bold: true, align: "right" }],
  ["A2:A1048576", { decimals: 2 }],
  ["B2:B1048576", { percent: true, decimals: 1 }],
  ["D2:D1048576", { decimals: 4 }],
  ["G2:G2", { percent: true }],
];
const COUNTS = [10_000, 100_000, 1_000_000];
/** The call is worth something for each of these. */
const STRIKES = [90, 95, 100, 105, 110];

export class Million {
  #book;
  #view;
  #rows = 1_000_000;
  #result = h("div", { class: "result", role: "status", "aria-live": "polite" });
  #fill = h("button", { type: "button", class: "primary", onclick: () => this.#run(this.#fill, () => this.#fillAll()) }, icon("play"), "Fill");
  #again = h("button", { type: "button", disabled: true, onclick: () => this.#run(this.#again, () => this.#changeStrike()), textContent: "Change the strike" });

  constructor({ book, view, formats, session, status }) {
    this.#book = book;
    this.#view = view;
    this.formats = formats;
    this.session = session;
    this.status = status;
    const counts = COUNTS.map((rows) =>
      h(
        "label",
        { class: "choice" },
        h("input", { type: "radio", name: "rows", value: String(rows), checked: rows === this.#rows, onchange: () => (this.#rows = rows) }),
        h("span", { textContent: count(rows) }),
      ),
    );
    this.element = h(
      "section",
      { class: "card", "aria-labelledby": "million-title" },
      h("header", {}, h("h2", { id: "million-title", textContent: "A plugin over a million rows" })),
      h(
        "p",
        {},
        h("code", { textContent: "BS_CALL" }),
        " of ",
        h("code", { textContent: "finance.wasm" }),
        " prices one option a row. It is called once for all rows, on this page’s own thread.",
      ),
      h("fieldset", { class: "choices" }, h("legend", { class: "hidden", textContent: "Rows" }), counts),
      h("div", { class: "buttons" }, this.#fill, this.#again),
      this.#result,
    );
    book.addEventListener("sheets", () => (this.#again.disabled = !book.sheets.includes(SHEET)));
    book.addEventListener("opened", () => this.#result.replaceChildren());
  }

  async #run(button, work) {
    this.session.settle();
    this.#fill.disabled = true;
    this.#again.disabled = true;
    this.#result.replaceChildren(h("p", { class: "quiet", textContent: "running …" }));
    await painted();
    try {
      const { milliseconds, report, rest } = work();
      this.#tell(milliseconds, report, rest);
    } catch (error) {
      this.#result.replaceChildren();
      this.status.problem(error.message);
    } finally {
      this.#fill.disabled = false;
      this.#again.disabled = !this.#book.sheets.includes(SHEET);
      if (document.activeElement === document.body) {
        button.focus({ preventScroll: true });
      }
    }
  }

  #fillAll() {
    const rows = this.#rows;
    const started = performance.now();
    this.#book.edit((core) => {
      if (core.sheets.includes(SHEET)) {
        core.deleteSheet(SHEET);
      }
      core.addSheet(SHEET);
      core.setValues(SHEET, "A1", [["Spot", "Volatility", "Years", "Call", null, "Strike", 100], [null, null, null, null, null, "Rate", 0.03]]);
      core.setColumn(SHEET, "A2", Float64Array.from({ length: rows }, (_, row) => 60 + ((row * 7919 + 4000) % 8000) / 100));
      core.setColumn(SHEET, "B2", Float64Array.from({ length: rows }, (_, row) => 0.1 + ((row * 104_729) % 400) / 1000));
      core.setColumn(SHEET, "C2", Float64Array.from({ length: rows }, (_, row) => 0.25 + ((row * 31) % 12) / 4));
    });
    this.formats.rules = { ...this.formats.rules, [SHEET]: FORMATS };
    const filled = performance.now();
    const report = this.#book.edit((core) => {
      core.setFormulas(SHEET, `D2:D${rows + 1}`, "=BS_CALL(A2, $G$1, $G$2, B2, C2)");
    });
    const milliseconds = performance.now() - filled;
    this.#book.sheet = SHEET;
    this.#view.go(3, 1);
    return { milliseconds, report, rest: `the inputs, ${count(3 * rows)} numbers, took ${duration(filled - started)}` };
  }

  #changeStrike() {
    const now = this.#book.core.value(SHEET, "G1");
    const next = STRIKES[(STRIKES.indexOf(now) + 1) % STRIKES.length];
    const started = performance.now();
    const report = this.#book.edit((core) => core.setValue(SHEET, "G1", next));
    const milliseconds = performance.now() - started;
    this.#book.sheet = SHEET;
    return { milliseconds, report, rest: `G1, on which every row depends, is ${next} now` };
  }

  #tell(milliseconds, { udfRows, udfCalls }, rest) {
    const speed = udfRows / milliseconds / 1000;
    const calls = `${udfCalls} ${udfCalls === 1 ? "call" : "calls"} of the plugin over ${count(udfRows)} rows`;
    this.#result.replaceChildren(
      h(
        "div",
        { class: "figures" },
        h("div", { class: "figure" }, h("b", { textContent: duration(milliseconds) }), h("span", { textContent: "until every cell was there" })),
        h("div", { class: "figure" }, h("b", { textContent: speed >= 1 ? `${speed.toFixed(1)} M` : `${(speed * 1000).toFixed(0)} k` }), h("span", { textContent: "rows a second" })),
      ),
      h("p", { class: "quiet", textContent: `${calls}; ${rest}.` }),
    );
  }
}
