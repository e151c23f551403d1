// A button that opens a short list of things to do.

import { h, icon } from "./dom.js";

/** @param items `{ label, hint, act }` each */
export function menu({ label, image, items }) {
  const list = h("div", { class: "menu", role: "menu", hidden: true });
  const button = h(
    "button",
    { type: "button", "aria-haspopup": "menu", "aria-expanded": "false", onclick: () => turn(list.hidden) },
    icon(image),
    h("span", { class: "label", textContent: label }),
    icon("down"),
  );
  const element = h("div", { class: "menu-of" }, button, list);

  const turn = (open) => {
    list.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    if (open) {
      list.firstElementChild.focus();
    }
  };
  list.append(
    ...items.map(({ label: text, hint, act }) =>
      h(
        "button",
        {
          type: "button",
          role: "menuitem",
          tabIndex: -1,
          onclick: () => {
            turn(false);
            button.focus();
            act();
          },
        },
        h("b", { textContent: text }),
        h("span", { textContent: hint }),
      ),
    ),
  );
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const all = [...list.children];
    if (step) {
      event.preventDefault();
      all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      turn(false);
      button.focus();
    }
  });
  document.addEventListener("pointerdown", (event) => !element.contains(event.target) && turn(false));
  return element;
}
