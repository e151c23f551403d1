// The plugins that come with the page: files of the repository's `plugins` folder, laid beside the page's own by the build.

import finance from "../../plugins/finance.wasm?url";
import geo from "../../plugins/geo.wasm?url";
import text from "../../plugins/text.wasm?url";
import conformance from "../../plugins/conformance.wasm?url";

/** Those whose functions the workbook has from the start. */
const FIRST = { "finance.wasm": finance, "geo.wasm": geo, "text.wasm": text };

async function bytesAt(url) {
  const response = await fetch(url);
  if (!response.ok) {
    throw new Error(`a plugin of the page could not be fetched: ${response.status} ${response.statusText}`);
  }
  return new Uint8Array(await response.arrayBuffer());
}

/** `{ file, bytes }` of the plugins that the workbook has from the start. */
export function firstPlugins() {
  return Promise.all(Object.entries(FIRST).map(async ([file, url]) => ({ file, bytes: await bytesAt(url), brought: true })));
}

/** The bytes of the plugin with a function that never ends. */
export function endlessPlugin() {
  return bytesAt(conformance);
}
