// What stands below a formula while it is typed: functions that complete the word, the signature of the call, and what is wrong.

import { h, words } from "../page/dom.js";
import { callAround, wordBefore } from "./tokens.js";
import { shown } from "./catalogue.js";

/** Functions that are listed. */
const MOST = 60;

export class Helper {
  #session;
  #catalogue;
  #list = h("ul", { class: "helper-list", role: "listbox", id: "completions", "aria-label": "Functions" });
  #about = h("div", { class: "helper-about" });
  #problem = h("div", { class: "helper-problem", role: "alert" });
  #box = h("div", { class: "helper", hidden: true, onmousedown: (event) => event.preventDefault() }, this.#list, this.#about, this.#problem);
  #names = [];
  #chosen = 0;
  #moved = false;
  #dismissed = false;

  constructor(session, catalogue) {
    this.#session = session;
    this.#catalogue = catalogue;
    document.body.append(this.#box);
    session.addEventListener("end", () => this.#hide());
  }

  /** Shows what belongs to the text of a field and its caret. */
  follow(field, { typed = false } = {}) {
    const { active, text, caret, problem } = this.#session;
    if (!active || !field.isFocused) {
      return;
    }
    if (typed) {
      this.#dismissed = false;
      this.#moved = false;
    }
    const word = wordBefore(text, caret);
    const names = word && !this.#dismissed ? this.#catalogue.complete(word.text).slice(0, MOST) : [];
    if (names.join() !== this.#names.join()) {
      this.#names = names;
      this.#chosen = 0;
      this.#fill(field);
    }
    const call = names.length > 0 ? { name: names[this.#chosen] } : callAround(text, caret);
    const known = call && this.#catalogue.find(call.name);
    this.#about.replaceChildren(...(known ? about(known, call.argument) : []));
    this.#problem.textContent = problem?.message ?? "";
    this.#problem.classList.toggle("is-mild", problem?.severe === false);
    this.#place(field, names.length > 0 || known !== undefined || problem !== undefined);
  }

  /** Takes the keys that are the list's; answers whether it did. */
  key(event, field) {
    if (this.#names.length === 0 || this.#box.hidden) {
      return false;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      this.#chosen = (this.#chosen + step + this.#names.length) % this.#names.length;
      this.#moved = true;
      this.#choose(field);
      this.follow(field);
    } else if (event.key === "Tab" || (event.key === "Enter" && this.#moved)) {
      this.#accept(this.#names[this.#chosen]);
    } else if (event.key === "Escape") {
      this.#dismissed = true;
      this.follow(field);
    } else {
      return false;
    }
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  leave(field) {
    field.input.setAttribute("aria-expanded", "false");
    this.#hide();
  }

  #accept(name) {
    const { text, caret } = this.#session;
    const word = wordBefore(text, caret);
    if (word) {
      const opened = text[word.end] === "(" ? 1 : 0;
      this.#session.replace(word.start, word.end + opened, `${name}(`);
    }
  }

  #fill(field) {
    this.#list.replaceChildren(
      ...this.#names.map((name, at) => {
        const { source } = this.#catalogue.find(name) ?? {};
        return h(
          "li",
          { role: "option", id: `completion-${at}`, "aria-selected": "false", onclick: () => this.#accept(name) },
          h("span", { class: "name", textContent: name }),
          h("span", { class: "source", textContent: source === "built-in" ? "" : source }),
        );
      }),
    );
    this.#choose(field);
  }

  #choose({ input }) {
    [...this.#list.children].forEach((item, at) => {
      item.setAttribute("aria-selected", String(at === this.#chosen));
      if (at === this.#chosen) {
        item.scrollIntoView({ block: "nearest" });
      }
    });
    const open = this.#names.length > 0;
    input.setAttribute("aria-expanded", String(open));
    if (open) {
      input.setAttribute("aria-controls", this.#list.id);
      input.setAttribute("aria-activedescendant", `completion-${this.#chosen}`);
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  }

  #place(field, visible) {
    this.#box.hidden = !visible;
    this.#list.hidden = this.#names.length === 0;
    if (!visible) {
      return;
    }
    const at = field.element.getBoundingClientRect();
    const width = Math.min(440, innerWidth - 16);
    const left = Math.max(8, Math.min(at.left, innerWidth - width - 8));
    const below = innerHeight - at.bottom;
    const height = this.#box.offsetHeight;
    const top = below < height + 12 && at.top > height + 12 ? at.top - height - 4 : at.bottom + 4;
    Object.assign(this.#box.style, { left: `${left}px`, top: `${top}px`, width: `${width}px` });
  }

  #hide() {
    this.#box.hidden = true;
    this.#names = [];
    this.#dismissed = false;
  }
}

/** A function's signature with one parameter marked, what it does, and what the parameter is. */
function about({ name, params, description, source }, argument) {
  const last = params.length - 1;
  const current = argument === undefined ? undefined : params[argument] ?? (params[last]?.variadic ? params[last] : undefined);
  const list = params.flatMap((param, at) => [
    at > 0 ? ", " : "",
    h("span", { class: param === current ? "param is-current" : "param", textContent: shown(param) }),
  ]);
  const lines = [h("div", { class: "signature" }, h("b", { textContent: name }), "(", ...list, ")")];
  if (current?.description) {
    lines.push(h("p", { class: "of-param" }, h("b", { textContent: current.name }), " ", ...words(current.description)));
  } else if (description) {
    lines.push(h("p", {}, words(description)));
  }
  if (source !== "built-in") {
    lines.push(h("p", { class: "from", textContent: source }));
  }
  return lines;
}
