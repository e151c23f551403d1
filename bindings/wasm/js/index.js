// The package: `await init()` once, then everything else.

export { inspectWasmModuleBytes, Module } from "./module.js";
export { init, initSync } from "./start.js";
export * from "./errors.js";
