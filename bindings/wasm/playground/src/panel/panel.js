// The side of the page: what to try, and the functions.

import { h } from "../page/dom.js";

export class Panel {
  #tabs = [];
  #pages = [];

  /** @param pages `{ id, title, content }` each; the first is shown */
  constructor(pages) {
    this.#tabs = pages.map(({ id, title }, at) =>
      h("button", { type: "button", role: "tab", id: `tab-${id}`, "aria-controls": `page-${id}`, textContent: title, onclick: () => this.show(id), onkeydown: (event) => this.#key(event, at) }),
    );
    this.#pages = pages.map(({ id, content }) => h("div", { role: "tabpanel", id: `page-${id}`, class: `page page-${id}`, "aria-labelledby": `tab-${id}` }, content));
    this.element = h("aside", { class: "panel", "aria-label": "Try it" }, h("div", { class: "panel-tabs", role: "tablist", "aria-label": "Side panel" }, this.#tabs), this.#pages);
    this.show(pages[0].id);
  }

  show(id) {
    this.#tabs.forEach((tab) => {
      const chosen = tab.id === `tab-${id}`;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
    });
    this.#pages.forEach((page) => (page.hidden = page.id !== `page-${id}`));
  }

  focus() {
    this.#tabs.find((tab) => tab.tabIndex === 0)?.focus();
  }

  #key(event, at) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) {
      event.preventDefault();
      const next = this.#tabs[(at + step + this.#tabs.length) % this.#tabs.length];
      next.click();
      next.focus();
    }
  }
}
