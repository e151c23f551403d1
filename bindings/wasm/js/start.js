// The core, made ready once.

import start, { initSync as startSync } from "./core.js";
import { compiled } from "./compile.js";
import { UdfError } from "./errors.js";

let module;
let started;
let ready = false;

/**
 * Makes the core ready. Without an argument it is fetched from beside this file; bytes, a URL, a Response and a WebAssembly.Module serve
 * as well. The first call counts, unless it fails.
 */
export function init(source) {
  started ??= begin(source).catch((error) => {
    started = undefined;
    throw error;
  });
  return started;
}

async function begin(source) {
  await start({ module_or_path: await compiledCore(source) });
  ready = true;
}

/** The same at once, of bytes or a WebAssembly.Module. */
export function initSync(source) {
  if (!ready) {
    const given = source instanceof WebAssembly.Module ? source : new WebAssembly.Module(source);
    startSync({ module: given });
    module = Promise.resolve(given);
    ready = true;
    started = Promise.resolve();
  }
}

/** The compiled core, which workers are given: of a source the first time, or of what `otherwise` gives. */
export function compiledCore(source, otherwise = () => new URL("core_bg.wasm", import.meta.url)) {
  module ??= compiled(source, otherwise).catch((error) => {
    module = undefined;
    throw error;
  });
  return module;
}

/** Refuses what needs the core before it is ready. */
export function needCore() {
  if (!ready) {
    throw new UdfError("the core is not ready: `await init()` first");
  }
}
