// A plugin that never ends, and the deadline that ends it.

import { DeadlineExceededError, Module } from "formualizer-udf";
import { endlessPlugin } from "../book/plugins.js";
import { duration } from "../book/show.js";
import { h, icon, painted } from "../page/dom.js";
import { Frames } from "./frames.js";

/** Deadlines of the slider, in milliseconds. */
const DEADLINES = [5, 10, 20, 50, 100, 200, 500, 1000, 2000];

export class Endless {
  #module;
  #deadline = 50;
  #shown = h("output", { textContent: "50 ms" });
  #result = h("div", { class: "result", role: "status", "aria-live": "polite" });
  #run = h("button", { type: "button", class: "primary", onclick: () => this.#spin() }, icon("play"), "Run SPIN(1)");

  constructor({ status }) {
    this.status = status;
    const slider = h("input", {
      type: "range",
      id: "deadline",
      min: 0,
      max: DEADLINES.length - 1,
      step: 1,
      value: DEADLINES.indexOf(this.#deadline),
      "aria-valuetext": "50 ms",
      oninput: () => {
        this.#deadline = DEADLINES[slider.value];
        this.#shown.textContent = `${this.#deadline} ms`;
        slider.setAttribute("aria-valuetext", `${this.#deadline} ms`);
      },
    });
    this.element = h(
      "section",
      { class: "card", "aria-labelledby": "endless-title" },
      h("header", {}, h("h2", { id: "endless-title", textContent: "A plugin that never ends" })),
      h("p", {}, h("code", { textContent: "SPIN" }), " of ", h("code", { textContent: "conformance.wasm" }), " loops for ever, on the thread that draws this page. Its deadline ends it, without a worker and without shared memory."),
      h("div", { class: "slider" }, h("label", { for: "deadline", textContent: "Deadline" }), slider, this.#shown),
      h("div", { class: "buttons" }, this.#run),
      this.#result,
      new Frames().element,
    );
  }

  async #spin() {
    this.#run.disabled = true;
    this.#result.replaceChildren(h("p", { class: "quiet", textContent: "running …" }));
    try {
      this.#module ??= await Module.load(endlessPlugin());
      await painted();
      this.#tell(this.#stopped());
    } catch (error) {
      this.#result.replaceChildren();
      this.status.problem(error.message);
    } finally {
      this.#run.disabled = false;
      if (document.activeElement === document.body) {
        this.#run.focus({ preventScroll: true });
      }
    }
  }

  /** Milliseconds until the plugin was stopped. */
  #stopped() {
    const started = performance.now();
    try {
      this.#module.SPIN.with({ deadline: this.#deadline })(1);
    } catch (error) {
      if (!(error instanceof DeadlineExceededError)) {
        throw error;
      }
      return performance.now() - started;
    }
    throw new Error("SPIN(1) has ended, which it does not");
  }

  #tell(milliseconds) {
    const late = milliseconds - this.#deadline;
    const next = this.#module.MULADD(6, 7);
    this.#result.replaceChildren(
      h(
        "div",
        { class: "figures" },
        h("div", { class: "figure" }, h("b", { textContent: duration(milliseconds) }), h("span", { textContent: "until it was stopped" })),
        h("div", { class: "figure" }, h("b", { textContent: duration(Math.max(0, late)) }), h("span", { textContent: "after its deadline" })),
      ),
      h("p", { class: "quiet", textContent: `The page lives on, and so does the module: MULADD(6, 7) is ${next} right after.` }),
    );
  }
}
