// A field in which a cell's text is edited, with the formula's parts in colours: the formula bar and the editor in the cell are two of them.

import { h } from "../page/dom.js";
import { nextForm, tokens } from "./tokens.js";

/** Colours of ranges in a formula, in the order in which they first stand in it: names of the style sheet. */
const RANGE_COLOURS = 6;

/** The ranges of a formula and the number of each one's colour. */
export function coloursOf(text) {
  const colours = new Map();
  if (text.startsWith("=")) {
    for (const { kind, text: piece } of tokens(text)) {
      const key = piece.replaceAll("$", "").toUpperCase();
      if (kind === "range" && !colours.has(key)) {
        colours.set(key, colours.size % RANGE_COLOURS);
      }
    }
  }
  return colours;
}

export class Field {
  #session;
  #helper;
  #paint = h("div", { class: "field-paint", "aria-hidden": "true" });

  /**
   * @param label what the field is called
   * @param afterwards called when editing has ended by a key: where the focus goes
   */
  constructor({ session, helper, label, afterwards }) {
    this.#session = session;
    this.#helper = helper;
    this.input = h("input", {
      type: "text",
      class: "field-input",
      spellcheck: false,
      autocomplete: "off",
      role: "combobox",
      "aria-label": label,
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-haspopup": "listbox",
      oninput: () => this.#changed(),
      onkeydown: (event) => this.#key(event, afterwards),
      onkeyup: () => this.#placed(),
      onclick: () => this.#placed(),
      onscroll: () => this.#scroll(),
      onblur: () => this.#left(),
    });
    this.input.setAttribute("autocapitalize", "off");
    this.element = h("div", { class: "field" }, this.#paint, this.input);
    session.addEventListener("change", ({ detail }) => detail.source !== this && this.#show());
    session.addEventListener("judged", () => this.#mark());
    session.addEventListener("end", () => this.#mark());
  }

  get isFocused() {
    return document.activeElement === this.input;
  }

  focus() {
    this.input.focus({ preventScroll: true });
    this.input.setSelectionRange(this.#session.caret, this.#session.caret);
    this.#placed();
  }

  /** Shows a text that is not edited. */
  rest(text) {
    this.input.value = text;
    this.#colour();
  }

  #show() {
    const { text, caret } = this.#session;
    this.input.value = text;
    if (this.isFocused) {
      this.input.setSelectionRange(caret, caret);
      this.#helper.follow(this);
    }
    this.#colour();
  }

  #changed() {
    const text = this.input.value;
    if (!this.#session.active) {
      this.#session.begin({ text, source: this });
    }
    this.#session.change(text, this.input.selectionStart, this);
    this.#colour();
    this.#helper.follow(this, { typed: true });
  }

  #placed() {
    if (this.#session.active) {
      this.#session.caret = this.input.selectionStart;
      this.#helper.follow(this);
    }
  }

  #colour() {
    const text = this.input.value;
    const colours = coloursOf(text);
    const pieces = text.startsWith("=") ? tokens(text) : [{ kind: "plain", text }];
    this.#paint.replaceChildren(
      ...pieces.map(({ kind, text: piece }) => {
        const colour = kind === "range" ? ` c${colours.get(piece.replaceAll("$", "").toUpperCase())}` : "";
        return h("span", { class: `t-${kind}${colour}`, textContent: piece });
      }),
    );
    this.#scroll();
  }

  #scroll() {
    this.#paint.scrollLeft = this.input.scrollLeft;
  }

  /** An edit that has changed nothing ends when its field is left for anything but another field of it. */
  #left() {
    this.#helper.leave(this);
    setTimeout(() => {
      if (!document.activeElement?.classList.contains("field-input") && document.hasFocus() && this.#session.isUntouched) {
        this.#session.cancel();
      }
    });
  }

  #mark() {
    const { problem } = this.#session;
    this.input.setAttribute("aria-invalid", String(problem?.severe === true));
    this.element.classList.toggle("is-wrong", problem?.severe === true);
    this.element.classList.toggle("is-doubtful", problem?.severe === false);
    if (this.isFocused) {
      this.#helper.follow(this);
    }
  }

  #key(event, afterwards) {
    if (event.isComposing || this.#helper.key(event, this)) {
      return;
    }
    const session = this.#session;
    const end = (move) => {
      event.preventDefault();
      if (session.commit(move)) {
        afterwards();
      }
    };
    const arrows = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
    switch (event.key) {
      case "Enter":
        end((view) => view.enter(event.shiftKey ? -1 : 1));
        break;
      case "Tab":
        if (session.active) {
          end((view) => view.tab(event.shiftKey ? -1 : 1));
        }
        break;
      case "Escape":
        event.preventDefault();
        session.cancel();
        afterwards();
        break;
      case "F2":
        event.preventDefault();
        session.mode = session.mode === "type" ? "edit" : "type";
        break;
      case "F4":
        event.preventDefault();
        this.#changeForm();
        break;
      default:
        if (event.key in arrows && session.active && session.mode === "type" && !session.text.startsWith("=")) {
          const [columns, rows] = arrows[event.key];
          end((view) => view.go(view.cell[0] + columns, view.cell[1] + rows));
        }
    }
  }

  #changeForm() {
    const { text, caret, active } = this.#session;
    const found = active && text.startsWith("=") && tokens(text).find(({ kind, start, end }) => kind === "range" && caret > start && caret <= end);
    if (found) {
      this.#session.replace(found.start, found.end, nextForm(found.text));
    }
  }
}
