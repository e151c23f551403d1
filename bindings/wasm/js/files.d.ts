import type { CoreSource } from "./index.js";

/**
 * Makes files ready: once, where the module for them is not beside the package's own files. Loading, saving, importing and exporting do it by
 * themselves otherwise.
 */
export function initFiles(source?: CoreSource | Promise<CoreSource>): Promise<void>;
