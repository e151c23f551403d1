// The list of functions: searched, with what each does and where it comes from, and inserted by a click.

import { h, icon, later, words } from "../page/dom.js";

export class Functions {
  #book;
  #catalogue;
  #insert;
  #search = h("input", { type: "search", placeholder: "Search functions", "aria-label": "Search functions", spellcheck: false, oninput: later(80, () => this.#fill()) });
  #source = h("select", { "aria-label": "Where functions come from", onchange: () => this.#fill() });
  #remove = h("button", { type: "button", title: "Remove this plugin from the workbook", onclick: () => this.#book.removePlugin(this.#source.value) }, "Remove");
  #list = h("ul", { class: "functions", "aria-label": "Functions", onkeydown: (event) => this.#key(event) });
  #found = h("p", { class: "quiet found", role: "status" });

  /**
   * @param insert puts a call of the function into the formula
   * @param open lets a person choose files
   */
  constructor({ book, catalogue, insert, open }) {
    this.#book = book;
    this.#catalogue = catalogue;
    this.#insert = insert;
    this.element = h(
      "section",
      { class: "functions-panel", "aria-label": "Functions" },
      h("div", { class: "search" }, icon("search"), this.#search),
      h("div", { class: "sources" }, this.#source, this.#remove, h("button", { type: "button", onclick: open }, icon("plug"), "Add a plugin")),
      this.#found,
      this.#list,
    );
    catalogue.addEventListener("change", () => this.#sources());
    this.#sources();
  }

  /** Shows the functions of a plugin alone. */
  showOnly(moduleId) {
    this.#search.value = "";
    this.#source.value = moduleId;
    this.#fill();
  }

  #sources() {
    const chosen = this.#source.value;
    const plugins = this.#book.plugins.map(({ info }) => h("option", { value: info.moduleId, textContent: info.moduleId }));
    this.#source.replaceChildren(h("option", { value: "", textContent: "From anywhere" }), ...plugins, h("option", { value: "built-in", textContent: "Built in" }));
    this.#source.value = chosen;
    if (this.#source.selectedIndex < 0) {
      this.#source.value = "";
    }
    this.#fill();
  }

  #fill() {
    const source = this.#source.value;
    const found = this.#catalogue.search(this.#search.value).filter((entry) => source === "" || entry.source === source);
    this.#remove.hidden = !this.#book.plugins.some(({ info }) => info.moduleId === source);
    this.#found.textContent = found.length === 1 ? "1 function" : `${found.length} functions`;
    this.#list.replaceChildren(...found.map((entry) => this.#item(entry)));
    this.#list.scrollTop = 0;
  }

  #item({ name, signature, description, source }) {
    const args = signature.slice(name.length);
    const button = h(
      "button",
      { type: "button", class: "function", title: `Insert ${name} into the formula`, onclick: () => this.#insert(name) },
      h("span", { class: "signature" }, h("b", { textContent: name }), args),
      description && h("span", { class: "description" }, words(description)),
      h("span", { class: source === "built-in" ? "badge" : "badge is-plugin", textContent: source }),
    );
    return h("li", {}, button);
  }

  #key(event) {
    const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    const target = step && document.activeElement.closest("li")?.[step]?.firstElementChild;
    if (target) {
      event.preventDefault();
      target.focus();
    }
  }
}
