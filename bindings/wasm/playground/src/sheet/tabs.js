// The sheets as tabs: shown, added, renamed and deleted.

import { h, icon } from "../page/dom.js";

export class SheetTabs {
  #book;
  #session;
  #status;
  #formats;
  #remove = h("button", { type: "button", class: "quiet-button", onclick: () => this.#delete(this.#book.sheet) }, icon("trash"));
  #list = h("div", { class: "sheet-list", role: "tablist", "aria-label": "Sheets" });

  constructor({ book, session, status, formats }) {
    this.#book = book;
    this.#session = session;
    this.#status = status;
    this.#formats = formats;
    this.element = h(
      "div",
      { class: "sheets" },
      h("button", { type: "button", class: "quiet-button", "aria-label": "Add a sheet", title: "Add a sheet", onclick: () => this.#add() }, icon("plus")),
      this.#remove,
      this.#list,
    );
    book.addEventListener("sheets", () => this.#fill());
    this.#fill();
  }

  focus() {
    this.#list.querySelector("[aria-selected=true]")?.focus();
  }

  #fill() {
    const hadFocus = this.#list.contains(document.activeElement);
    this.#list.replaceChildren(...this.#book.sheets.map((name) => this.#tab(name)));
    this.#remove.disabled = this.#book.sheets.length < 2;
    this.#remove.title = `Delete the sheet ${this.#book.sheet}`;
    this.#remove.setAttribute("aria-label", this.#remove.title);
    const chosen = this.#list.querySelector("[aria-selected=true]");
    chosen?.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (hadFocus) {
      chosen?.focus();
    }
  }

  #tab(name) {
    const chosen = name === this.#book.sheet;
    const tab = h("button", {
      type: "button",
      role: "tab",
      "aria-selected": String(chosen),
      tabIndex: chosen ? 0 : -1,
      title: `${name}: F2 or a double click renames it, Delete deletes it`,
      textContent: name,
      onclick: () => this.#show(name),
      ondblclick: () => this.#rename(name),
      onkeydown: (event) => this.#key(event, name),
    });
    return h("div", { class: chosen ? "sheet is-shown" : "sheet", role: "presentation" }, tab);
  }

  #show(name) {
    if (!this.#session.isPointing) {
      this.#session.settle();
    }
    this.#book.sheet = name;
  }

  #key(event, name) {
    const { sheets } = this.#book;
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) {
      this.#show(sheets[(sheets.indexOf(name) + step + sheets.length) % sheets.length]);
    } else if (event.key === "F2") {
      this.#rename(name);
    } else if (event.key === "Delete") {
      this.#delete(name);
    } else {
      return;
    }
    event.preventDefault();
  }

  #try(edits) {
    this.#session.settle();
    try {
      this.#book.edit(edits);
      return true;
    } catch (error) {
      this.#status.problem(error.message);
      return false;
    }
  }

  #add() {
    const name = this.#book.freeName(`Sheet${this.#book.sheets.length + 1}`);
    if (this.#try((core) => core.addSheet(name))) {
      this.#book.sheet = name;
    }
  }

  #delete(name) {
    if (this.#book.sheets.length > 1 && this.#try((core) => core.deleteSheet(name))) {
      this.#status.say(`The sheet ${name} is deleted. Undo brings it back.`);
    }
  }

  #rename(name) {
    const tab = [...this.#list.querySelectorAll("[role=tab]")].find((found) => found.textContent === name);
    let done = false;
    const finish = (accept) => {
      if (done) {
        return;
      }
      done = true;
      const wanted = input.value.trim();
      if (accept && wanted !== "" && wanted !== name && this.#try((core) => core.renameSheet(name, wanted))) {
        this.#formats.rename(name, wanted);
        this.#book.sheet = wanted;
      }
      this.#fill();
    };
    const input = h("input", {
      type: "text",
      class: "rename",
      value: name,
      maxLength: 31,
      size: Math.max(6, name.length),
      "aria-label": `New name of the sheet ${name}`,
      onblur: () => finish(true),
      onkeydown: (event) => {
        event.stopPropagation();
        if (event.key === "Enter" || event.key === "Escape") {
          finish(event.key === "Enter");
          this.#list.querySelector("[aria-selected=true]")?.focus();
        }
      },
    });
    tab.replaceWith(input);
    input.select();
    input.focus();
  }
}
