export * from "./index.js";
import type { LoadedModule, ModuleOptions, Policy, WasmModuleInfo, Workbook } from "./index.js";

/** Loads a plugin from a file. Errors of the file system come through as they are. */
export function loadModuleFile(path: string | URL, options?: ModuleOptions): Promise<LoadedModule>;

/** Attaches a plugin of a file to a workbook and binds all its functions. */
export function registerWasmModuleFile(
  book: Workbook,
  path: string | URL,
  options?: { policy?: Policy | { builtins?: Policy; bindings?: Policy } },
): Promise<WasmModuleInfo>;
