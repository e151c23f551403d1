// The core, made ready once.

import start, { initSync as startSync } from "./core.js";
import { UdfError } from "./errors.js";

let started;
let ready = false;

/**
 * Makes the core ready. Without an argument it is fetched from beside this file; bytes, a URL, a Response and a WebAssembly.Module serve
 * as well. The first call counts, unless it fails.
 */
export function init(source) {
  started ??= start(source === undefined ? undefined : { module_or_path: source }).then(
    () => {
      ready = true;
    },
    (error) => {
      started = undefined;
      throw error;
    },
  );
  return started;
}

/** The same at once, of bytes or a WebAssembly.Module. */
export function initSync(source) {
  if (!ready) {
    startSync({ module: source });
    ready = true;
    started = Promise.resolve();
  }
}

/** Refuses what needs the core before it is ready. */
export function needCore() {
  if (!ready) {
    throw new UdfError("the core is not ready: `await init()` first");
  }
}
