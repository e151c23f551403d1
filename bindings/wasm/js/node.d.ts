export * from "./index.js";
import type {
  DataFormat,
  ExportOptions,
  FileLimits,
  ImportOptions,
  LoadedModule,
  ModuleOptions,
  Policy,
  SavedFile,
  WasmModuleInfo,
  Workbook,
} from "./index.js";

/** Errors of the file system come through as they are; all others begin with the file's path. */
export type FilePath = string | URL;

/** Loads a plugin from a file. */
export function loadModuleFile(path: FilePath, options?: ModuleOptions): Promise<LoadedModule>;

/** Attaches a plugin of a file to a workbook and binds all its functions. */
export function registerWasmModuleFile(
  book: Workbook,
  path: FilePath,
  options?: { policy?: Policy | { builtins?: Policy; bindings?: Policy } },
): Promise<WasmModuleInfo>;

/** Attaches every plugin of a folder, `*.wasm` by name: all or none. */
export function registerWasmModulesDir(
  book: Workbook,
  folder: FilePath,
  options?: { policy?: Policy | { builtins?: Policy; bindings?: Policy } },
): Promise<WasmModuleInfo[]>;

/** Loads the workbook of a file. */
export function loadWorkbookFile(path: FilePath, options?: { undoLimit?: number; limits?: FileLimits }): Promise<Workbook>;

/** Saves a workbook as `.xlsx` (`.xlsm` where it has macros). The file appears when it is complete; what was there stays whole until then. */
export function saveWorkbookFile(book: Workbook, path: FilePath, options?: { valuesOnly?: boolean }): Promise<Omit<SavedFile, "bytes">>;

/** Puts the data of a file into a sheet; its extension tells the format unless it is given. */
export function importFile(
  book: Workbook,
  sheet: string,
  cell: string,
  path: FilePath,
  options?: ImportOptions,
): Promise<{ rows: number; columns: number; range: string | undefined }>;

/** Writes the values of a range to a file, which appears when it is complete; its extension tells the format unless it is given. */
export function exportFile(
  book: Workbook,
  sheet: string,
  range: string,
  path: FilePath,
  options?: Partial<ExportOptions> & { format?: DataFormat },
): Promise<void>;
