export * from "./index.js";
import type { LoadedModule, ModuleOptions } from "./index.js";

/** Loads a plugin from a file. Errors of the file system come through as they are. */
export function loadModuleFile(path: string | URL, options?: ModuleOptions): Promise<LoadedModule>;
