// Files that are dropped on the page.

import { h } from "./dom.js";

/** @param take gets the files */
export function listenToDrops(take) {
  const veil = h("div", { class: "veil", hidden: true }, h("div", {}, h("b", { textContent: "Drop it here" }), h("p", { textContent: ".xlsx, .csv, or a plugin in .wasm. It stays on this machine." })));
  document.body.append(veil);
  let depth = 0;
  const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  const over = (change) => {
    depth = Math.max(0, depth + change);
    veil.hidden = depth === 0;
  };

  addEventListener("dragenter", (event) => hasFiles(event) && over(1));
  addEventListener("dragleave", (event) => hasFiles(event) && over(-1));
  addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (hasFiles(event)) {
      event.preventDefault();
      depth = 0;
      veil.hidden = true;
      take([...event.dataTransfer.files]);
    }
  });
}
