// The package: `await init()` once, then everything else.

export { toArrowVector } from "./arrow.js";
export { functions } from "./excel.js";
export { inspectWasmModuleBytes, Module } from "./module.js";
export { init, initSync } from "./start.js";
export { CellError, CellTime } from "./values.js";
export { Workbook } from "./workbook.js";
export * from "./errors.js";
