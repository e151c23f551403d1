// WebAssembly modules of the package, from wherever they are.

import { UdfError } from "./errors.js";

/**
 * A module of the package, compiled: of bytes, a URL, a Response, a Request, a WebAssembly.Module or a promise of one; without a source of what
 * `otherwise` gives.
 */
export async function compiled(source, otherwise) {
  let given = (await source) ?? (await otherwise());
  if (given instanceof WebAssembly.Module) {
    return given;
  }
  if (typeof given === "string" || given instanceof URL || (typeof Request === "function" && given instanceof Request)) {
    given = await fetch(given);
  }
  if (!(typeof Response === "function" && given instanceof Response)) {
    return WebAssembly.compile(given);
  }
  if (!given.ok) {
    throw new UdfError(`a module of the package could not be fetched: ${given.status} ${given.statusText} at ${given.url}`);
  }
  // Compiled while it arrives, where the server says what it is.
  const streams = given.headers.get("content-type")?.startsWith("application/wasm") && WebAssembly.compileStreaming !== undefined;
  return streams ? WebAssembly.compileStreaming(given) : WebAssembly.compile(await given.arrayBuffer());
}
