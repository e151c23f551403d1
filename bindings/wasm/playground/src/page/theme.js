// Light or dark: as the system has it, until a person chooses.

import { h, icon } from "./dom.js";

const KEY = "formualizer-playground-theme";

export function themeButton() {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;
  const button = h("button", { type: "button", class: "icon-button", onclick: () => turn() });
  const changed = new EventTarget();

  const chosen = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      // Pages may be forbidden to keep anything.
      return null;
    }
  };
  const apply = () => {
    const dark = (chosen() ?? (system.matches ? "dark" : "light")) === "dark";
    root.dataset.theme = dark ? "dark" : "light";
    button.replaceChildren(icon(dark ? "sun" : "moon"));
    button.setAttribute("aria-label", dark ? "Light colours" : "Dark colours");
    button.title = button.getAttribute("aria-label");
    changed.dispatchEvent(new Event("change"));
  };
  const turn = () => {
    try {
      localStorage.setItem(KEY, root.dataset.theme === "dark" ? "light" : "dark");
    } catch {
      root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
    }
    apply();
  };

  system.addEventListener("change", apply);
  apply();
  return { button, changed };
}
