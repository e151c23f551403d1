/**
 * User-defined functions in WebAssembly over whole columns, sandboxed.
 *
 * ```js
 * import { init, Module } from "formualizer-udf";
 *
 * await init();
 * const finance = await Module.load(fetch("finance.wasm"));
 * const prices = finance.BS_CALL(spots, 100, 0.02, vols, 1);
 * ```
 *
 * @packageDocumentation
 */

/** What the core is made ready from. */
export type CoreSource = string | URL | Request | Response | BufferSource | WebAssembly.Module;

/**
 * Makes the core ready: once, before anything else. Without a source it is fetched from beside the package's own file, in Node it is
 * read from there. Later calls give the first one's promise, unless that was rejected.
 */
export function init(source?: CoreSource | Promise<CoreSource>): Promise<void>;

/** The same at once, of bytes or a module that is compiled. */
export function initSync(source: BufferSource | WebAssembly.Module): void;

/** Bounds of what a plugin may take. Times are in milliseconds, sizes in bytes. */
export interface Limits {
  /** Memory of one instance (128 MiB). */
  memoryBytes?: number;
  /** Time of one batch of rows (1 000). */
  batchDeadline?: number;
  /** Time of a call that is not elementwise (10 000). */
  callDeadline?: number;
  /** Time of all calls of a session; none by itself. */
  totalDeadline?: number;
  /** Elements of a table (10 000). */
  tableElements?: number;
  /** Bytes of a module (10 MiB). */
  moduleBytes?: number;
  /** Functions of a module (20 000). */
  moduleFunctions?: number;
  /** Result of one batch or call (64 MiB). */
  resultBytes?: number;
  /** Bytes that are read of a plugin's message (10 000). */
  messageBytes?: number;
  /** Bytes kept of the distinct messages of one call's rows (8 MiB). */
  messagesBytes?: number;
  /** Instances of one module at a time (32). */
  instances?: number;
  /** Estimated work of compiling one function, in units of about a nanosecond. */
  compileFunctionWork?: number;
  /** The same of a whole module. */
  compileModuleWork?: number;
}

/** How a module is loaded. */
export interface ModuleOptions {
  limits?: Limits;
}

/** Where the bytes of a module come from. */
export type ModuleSource = ArrayBuffer | ArrayBufferView | Response | Blob;

/** One value of an argument or a result. A whole number beyond 2^53 is a bigint. */
export type Value = number | bigint | string | boolean | Date | null;

/** An array whose elements are rows. */
export type TypedArray =
  | Float64Array
  | Float32Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

/** A vector of apache-arrow or a column of flechette: what both have. */
export interface ArrowVector {
  readonly type: { readonly typeId: number };
  readonly length: number;
  readonly data: readonly unknown[];
}

/**
 * A column as the buffers of Arrow: what `output: "buffers"` gives. It is an argument as well.
 *
 * `type` is a type of manifests. `values` has a typed array of numbers; bits where the type is `bool`, the first row in the lowest; bytes
 * where it is `utf8` or `binary`, whose rows `offsets` delimit, one more than there are rows; days since 1970 where it is `date32`, and
 * microseconds where it is `timestamp`, `time64` or `duration`; nothing where it is `null`.
 */
export interface ArrowColumn {
  readonly type: string;
  readonly length: number;
  readonly nullCount: number;
  /** A bit a row, 1 where it has a value; nothing where all rows have. */
  readonly validity: Uint8Array | undefined;
  readonly values: TypedArray | undefined;
  readonly offsets: Int32Array | undefined;
}

/** apache-arrow, as `import * as arrow` has it: what is used of it. */
export interface ApacheArrow {
  readonly makeData: (...values: never[]) => unknown;
  readonly makeVector: (...values: never[]) => unknown;
}

/** @uwdata/flechette, as `import * as flechette` has it: what is used of it. */
export interface Flechette {
  readonly batchType: (...values: never[]) => unknown;
  readonly Column: abstract new (...values: never[]) => unknown;
}

/**
 * A library's vector over the buffers of a column, which are not copied.
 *
 * @param options flechette's of extraction, such as `{ useBigInt: true }`
 */
export function toArrowVector<L extends ApacheArrow | Flechette>(
  library: L,
  column: ArrowColumn,
  options?: object,
): L extends ApacheArrow ? ReturnType<L["makeVector"]> : L extends Flechette ? InstanceType<L["Column"]> : never;

/** Rows of an argument or a result. */
export type Column = Value[] | TypedArray | ArrowVector | ArrowColumn;

/** One value for every row, a column of values, of numbers or of Arrow, or `undefined` where an optional argument is left out. */
export type Argument = Value | readonly Value[] | TypedArray | ArrowVector | ArrowColumn | readonly (readonly Value[] | Column)[] | undefined;

/** The columns of an array function, by name. */
export interface Table {
  [column: string]: Column;
}

/** Values beside the errors of their rows. */
export interface WithErrors {
  values: Value | Column;
  /** The code and the words, or null where a row has a value. */
  errors: string | null | (string | null)[];
}

/**
 * What a call gives: a value where only values were passed; a typed array where the first column was one or of Arrow (a missing float is
 * NaN; other types with missing rows are arrays); an array with null for missing rows otherwise; buffers or vectors where `output` asks for them.
 */
export type Result = Value | Column | Table | WithErrors;

/** How a function is called. */
export interface CallOptions {
  /** What becomes of rows that fail: an error that tells which (`raise`), null, or null with their errors beside (`struct`). */
  errors?: "raise" | "null" | "struct";
  /** Milliseconds that a call may take. */
  deadline?: number;
  /** Ends an asynchronous call between its parts; a call that has not begun in any case. */
  signal?: AbortSignal;
  /** What columns of the result are: buffers of Arrow, or vectors of a library, which is given. */
  output?: "buffers" | ApacheArrow | Flechette;
}

/** A parameter, as the manifest has it. */
export interface Parameter {
  name: string;
  type: string;
  description?: string;
  optional?: boolean;
  variadic?: boolean;
  shape?: "value" | "range";
  [field: string]: unknown;
}

/** A function's entry of the manifest. */
export interface FunctionEntry {
  name: string;
  kind: "elementwise" | "reduce" | "array";
  params: Parameter[];
  aliases?: string[];
  description?: string;
  [field: string]: unknown;
}

/** A function of a plugin. */
export interface PluginFunction {
  /**
   * Calls it, on this thread until it has ended.
   *
   * @throws ArgumentError where the arguments do not fit; another {@link CallError} where the call fails.
   */
  (...values: Argument[]): Result;
  readonly name: string;
  /** `NAME(param: type, …) -> type`. */
  readonly signature: string;
  readonly description: string;
  readonly about: FunctionEntry;
  /** The same function with options. */
  with(options: CallOptions): PluginFunction;
  /** Calls it, and lets the host do other work every few milliseconds. */
  async(...values: Argument[]): Promise<Result>;
}

/** How a function of Excel is called. */
export interface ExcelOptions {
  /** What becomes of rows that are errors: an error that tells which (`raise`), null, or null with their errors beside (`struct`). */
  errors?: "raise" | "null" | "struct";
  /** What columns of the result are: buffers of Arrow, or vectors of a library, which is given. */
  output?: "buffers" | ApacheArrow | Flechette;
  /** Of `RAND` and its like: the same whole number gives the same results. */
  seed?: number;
  /** What `NOW` and `TODAY` take for the time; the clock's if absent. */
  now?: Date;
}

/** A function of Excel. */
export interface ExcelFunction {
  /**
   * Calls it. A parameter of one value takes a value, a column (it is called row by row) or an array of columns; a parameter of an array or
   * of cells takes a column or an array of columns whole. `null` and NaN in columns are blank cells, `undefined` leaves an argument out.
   *
   * Where a parameter of one value was given a column the result has a value for each row, in the type of the first column that was passed,
   * as results of a plugin have; otherwise it is one value, or an array: a column, or columns by the names `column1`, `column2`, ….
   *
   * @throws ArgumentError where the arguments do not fit; RowsError where the result has errors.
   */
  (...values: Argument[]): Result;
  readonly name: string;
  /** `NAME(param: any, …) -> any`. */
  readonly signature: string;
  readonly description: string;
  readonly about: FunctionEntry;
  /** The same function with options. */
  with(options: ExcelOptions): ExcelFunction;
}

/**
 * Excel's functions on columns, without a workbook, in any case: `functions.XIRR(values, dates)`, `functions["NORM.S.DIST"]`. `_` stands for
 * the `.` of names: `functions.NORM_S_DIST`. `Object.keys(functions)` lists them. Names in capitals that there are not throw, with near names.
 */
export const functions: { readonly [name: string]: ExcelFunction };

/** A plugin's manifest. */
export interface Manifest {
  module: { id: string; version: string; description?: string; [field: string]: unknown };
  functions: FunctionEntry[];
  [field: string]: unknown;
}

/** What a module offers. */
export interface Inspection {
  sha256: string;
  size: number;
  /** Whether it has no manifest: its exports of numbers are its functions. */
  bare: boolean;
  warnings: string[];
  /** Functions that this version cannot call, and why. */
  disabled: { [name: string]: string };
  manifest: Manifest;
}

/**
 * Tells what a module offers. Nothing of it is compiled or executed.
 *
 * @throws ModuleError where the bytes are no module that can be taken.
 */
export function inspectWasmModuleBytes(bytes: Uint8Array | ArrayBuffer, options?: ModuleOptions): Inspection;

/** A plugin. Its functions are its properties too, by name and alias. */
export class Module {
  private constructor();
  /**
   * Inspects and compiles a module, beside this thread.
   *
   * @throws ModuleError where it is refused, with the mend in the message.
   */
  static load(source: ModuleSource | Promise<ModuleSource>, options?: ModuleOptions): Promise<LoadedModule>;
  readonly id: string;
  readonly version: string;
  readonly manifest: Manifest;
  /** Its functions by name. */
  readonly functions: { readonly [name: string]: PluginFunction };
  /**
   * A function by name, alias or export, in any case.
   *
   * @throws UnknownFunctionError where there is none, with names that are near.
   */
  function(name: string): PluginFunction;
  /** Gives its memory back. Its functions are not called any more. */
  free(): void;
  [Symbol.dispose](): void;
}

/** A module with its functions as properties. */
export type LoadedModule = Module & { readonly [name: Uppercase<string>]: PluginFunction };

/** An error in a cell. */
export class CellError {
  constructor(code: string, message?: string);
  /** As cells show it, such as `#DIV/0!`. */
  readonly code: string;
  /** What else is known of it. */
  readonly message: string | undefined;
  toString(): string;
}

/** A date or time in a cell. */
export class CellTime {
  constructor(kind: "date" | "datetime" | "time" | "duration", milliseconds: number);
  readonly kind: "date" | "datetime" | "time" | "duration";
  /** Since 1970 in UTC for a date or datetime, of the day for a time, and of a duration. */
  readonly milliseconds: number;
  /** The instant of a date or datetime. */
  toDate(): Date;
  toString(): string;
}

/** What a cell holds. */
export type CellValue = number | string | boolean | null | CellTime | CellError;

/** What a cell can be set to: a bigint up to 2^53, a Date as a datetime in UTC. */
export type CellInput = CellValue | bigint | Date | undefined;

/** What a callback gets: a range is an array of rows. */
export type CallbackArgument = CellValue | CellValue[][];

/** What a callback of columns gets: a column, a single value for all rows, or the columns of a range. */
export type ColumnArgument = CellValue | CellValue[] | Float64Array | (CellValue[] | Float64Array)[] | undefined;

/** How a callback is called. */
export interface FunctionOptions {
  /** Fewest arguments (0). */
  minArgs?: number;
  /** Most arguments; any number by itself. */
  maxArgs?: number;
  /** Whether it is called again at every recalculation. */
  volatile?: boolean;
  /** Whether equal arguments give equal results (true). */
  deterministic?: boolean;
  /** Whether it may take the place of a built-in function. */
  override?: boolean;
}

/** What a recalculation did. */
export interface RecalcReport {
  /** Rectangles of cells with one formula of which something was evaluated. */
  regions: number;
  /** Cells with a formula that were evaluated. */
  cells: number;
  /** Cells that arrays of others filled. */
  spilledCells: number;
  /** Calls of plugins and callbacks; one over a million rows is one. */
  udfCalls: number;
  /** Rows of these calls together. */
  udfRows: number;
  rounds: number;
  milliseconds: number;
  /** What plugins logged. */
  log: string[];
}

/** How a workbook is recalculated. */
export interface RecalcOptions {
  /** Called with how many regions are done, of how many. */
  progress?: (done: number, all: number) => void;
  /** Ends the recalculation where `progress` aborts it. */
  signal?: AbortSignal;
  /**
   * What becomes of cells whose formulas call what cannot be calculated, functions that nobody knows and those that ask other programs: they
   * `keep` their stored values, which they do by themselves, or are the `error` `#NAME?`.
   */
  unknown?: "keep" | "error";
}

/** What becomes of names that are taken: an error, they stay with what they have, or they are bound anew. */
export type Policy = "refuse" | "skip" | "override";

/** A module of a workbook. */
export interface WasmModuleInfo {
  moduleId: string;
  version: string;
  description: string;
  sha256: string;
  size: number;
  warnings: string[];
  functions: {
    name: string;
    aliases: string[];
    kind: string;
    signature: string;
    callable: boolean;
    description: string;
    /** The names in formulas that are bound to it. */
    boundAs: string[];
  }[];
}

/** A function that is bound in a workbook. */
export interface BoundFunction {
  name: string;
  /** The plugin that it comes from; null for a callback. */
  moduleId: string | null;
  minArgs: number;
  maxArgs: number | null;
  volatile: boolean;
}

/** What a file may cost. Beyond a limit it is refused, with the limit and the part. */
export interface FileLimits {
  /** Bytes of the file (256 MiB). */
  fileBytes?: number;
  /** Bytes of one part of a workbook, unpacked (512 MiB). */
  partBytes?: number;
  /** Bytes of all its parts (1 GiB). */
  totalBytes?: number;
  /** Parts of a workbook (65 536). */
  parts?: number;
  /** Cells of all sheets (20 000 000). */
  cells?: number;
}

/** A file of a workbook that was saved. */
export interface SavedFile {
  bytes: Uint8Array;
  /** What another program will make of it that is not what is here, and what was left out. */
  warnings: string[];
  /** Cells whose element in the file was written. */
  cellsWritten: number;
  /** Cells whose element was copied as it was. */
  cellsKept: number;
  /** Parts of the loaded file that were copied byte for byte. */
  partsCopied: number;
  partsRewritten: number;
  /** Whether it has macros, and so is called `.xlsm`. */
  macros: boolean;
}

/** A format of data. */
export type DataFormat = "csv" | "tsv" | "json" | "ndjson" | "arrow";

/** How data is read. */
export interface ImportOptions {
  /** The format; that of the extension where the source has a name or URL. */
  format?: DataFormat;
  /** Whether names of columns become a first row (true). */
  headers?: boolean;
  limits?: FileLimits;
}

/** How data is written. */
export interface ExportOptions {
  format: DataFormat;
  /** Whether the first row has the names of columns (true). */
  headers?: boolean;
  /** Whether texts of CSV that spreadsheet programs take for formulas get an apostrophe. */
  neutralizeFormulas?: boolean;
  /** Whether cells in error are null. */
  errorsAsNull?: boolean;
}

/** A range of a sheet. */
export interface SheetRange {
  sheet: string;
  /** Such as `B2` or `A1:B10`. */
  range: string;
}

/** What has changed. */
export interface Change {
  /** The ranges whose values are other ones: of edits and of what depends on them. */
  ranges: SheetRange[];
}

/** What a formula is made of. */
export interface FormulaCheck {
  valid: boolean;
  /** Where it stops being a formula. */
  message?: string;
  /** The functions that it calls. */
  functions: string[];
  /** Those that are neither built in nor bound. */
  unknownFunctions: string[];
  /** Whether it is evaluated at every recalculation. */
  volatile: boolean;
}

/** What is known of a function. */
export interface FunctionDetails {
  name: string;
  origin: "builtin" | "plugin" | "callback";
  /** The plugin that it comes from. */
  moduleId: string | null;
  description: string;
  /** Such as `NPV(rate, value, [more, …])`. */
  signature: string;
  params: {
    name: string;
    /** The manifest's type; empty where it is not known. */
    type: string;
    description: string;
    optional: boolean;
    /** Whether it takes all further arguments. */
    variadic: boolean;
    /** Whether it takes a whole range rather than a value. */
    range: boolean;
  }[];
  minArgs: number;
  /** Null for any number. */
  maxArgs: number | null;
  volatile: boolean;
}

/** The cells with one error. */
export interface ErrorsOfKind {
  /** Such as `#REF!`. */
  code: string;
  /** How many cells. */
  cells: number;
  /** The first of them. */
  first: { sheet: string; cell: string; formula: string | null; reason: string | null }[];
}

/** A function that formulas call and that nobody knows. */
export interface UnknownFunction {
  name: string;
  /** Cells whose formulas call it; the first of them. */
  cells: number;
  sheet: string;
  cell: string;
  /** Known names that are spelled alike. */
  near: string[];
}

/** How a workbook is made. */
export interface WorkbookOptions {
  /** The year from which dates count (1900); a loaded workbook has its own. */
  dateSystem?: 1900 | 1904;
  /** How many edits it remembers (20). */
  undoLimit?: number;
  /** Bounds of its plugins. */
  pluginLimits?: Limits;
}

/**
 * A workbook whose formulas are recalculated a column at a time, with plugins and callbacks as functions. Sheets are named; cells and
 * ranges are written as in formulas (`B2`, `A1:B10`, `A:A`); rows and columns count from 1. Nothing is recalculated by itself but
 * {@link edit}.
 *
 * Every method throws a {@link WorkbookError} whose `kind` says what it is about: `sheet`, `address`, `formula`, `name`, `function`,
 * `plugin`, `data`, `file`, `cancelled`, `reentrant`.
 */
export class Workbook {
  /** An empty workbook, which remembers so many edits (20). */
  constructor(options?: WorkbookOptions);
  /**
   * Loads a workbook: `.xlsx`, `.xlsm`, `.xls`, `.xlsb`, `.ods` or `.fods`, told by the content. The values that the file has for its formulas are
   * there at once; {@link recalculate} brings them up to date.
   */
  static load(source: ModuleSource | Promise<ModuleSource>, options?: WorkbookOptions & { limits?: FileLimits }): Promise<Workbook>;
  /** The workbook of what {@link state} gave. */
  static fromState(state: Uint8Array, options?: WorkbookOptions): Workbook;
  /**
   * The workbook as bytes, to be kept for a while or handed to a worker: values, formulas, names, tables, and the file that it was loaded
   * from. Functions are registered again; another version of the package may refuse them.
   */
  state(): Uint8Array;
  /** The `.xlsx` file: what it was loaded from with the changes in it, or a new one. */
  save(options?: { valuesOnly?: boolean }): Promise<SavedFile>;
  /** The year from which dates count. */
  readonly dateSystem: 1900 | 1904;
  /** How circular references are calculated in steps, as the file said or as it was set; nothing where they are errors. */
  readonly iteration: { steps: number; delta: number } | undefined;
  /**
   * Lets circular references be calculated in at most so many steps (100), until changes are below `delta` (0.001); or be errors, where
   * nothing is given. The next {@link recalculate} takes up all formulas.
   */
  setIteration(how?: { steps?: number; delta?: number } | null): void;
  /** What the loaded file says that was not taken over. */
  readonly loadWarnings: string[];
  /** Puts the data of a file into a sheet, from a cell on. */
  import(
    sheet: string,
    cell: string,
    source: ModuleSource | Promise<ModuleSource>,
    options?: ImportOptions,
  ): Promise<{ rows: number; columns: number; range: string | undefined }>;
  /** The values of a range as the bytes of a file. */
  export(sheet: string, range: string, options: ExportOptions): Promise<Uint8Array>;

  /** Names of sheets, in order. */
  readonly sheets: string[];
  addSheet(name: string): void;
  renameSheet(name: string, to: string): void;
  deleteSheet(name: string): void;

  value(sheet: string, cell: string): CellValue;
  /** The values of a range row by row, as far as anything stands there. */
  values(sheet: string, range: string): CellValue[][];
  setValue(sheet: string, cell: string, value: CellInput): void;
  /** Sets rows of values from a cell on. */
  setValues(sheet: string, cell: string, rows: readonly (readonly CellInput[])[]): void;
  /** Sets a column from a cell on down. */
  setColumn(sheet: string, cell: string, values: TypedArray | ArrowVector | ArrowColumn | readonly CellInput[]): void;
  /** The columns of a range: a typed array of numbers (a gap is NaN), an array of anything else. */
  readColumns(sheet: string, range: string): (TypedArray | Value[])[];
  /** The same as buffers of Arrow. */
  readColumns(sheet: string, range: string, options: { output: "buffers" }): ArrowColumn[];
  /** The same as vectors of a library. */
  readColumns(sheet: string, range: string, options: { output: ApacheArrow | Flechette }): ArrowVector[];

  /** A cell's formula with `=`. */
  formula(sheet: string, cell: string): string | undefined;
  setFormula(sheet: string, cell: string, formula: string): void;
  /** Sets a formula in every cell of a range, filled from its first. */
  setFormulas(sheet: string, range: string, formula: string): void;
  /** Sets one formula whose array fills a range. */
  setArrayFormula(sheet: string, range: string, formula: string): void;
  fillDown(sheet: string, range: string): void;
  fillRight(sheet: string, range: string): void;
  clear(sheet: string, range: string): void;
  usedRange(sheet: string): string | undefined;
  /** What the array of a cell fills. */
  spillRange(sheet: string, cell: string): string | undefined;
  /** What the error in a cell says beyond its code. */
  cellErrorDetail(sheet: string, cell: string): string | undefined;

  /** The ranges that the formula of a cell refers to. */
  precedents(sheet: string, cell: string): SheetRange[];
  /** The cells whose formulas refer to a cell. */
  dependents(sheet: string, cell: string): SheetRange[];
  /** Looks whether a text is a formula, as it would stand in a cell (A1 of the first sheet), without putting it there. */
  validateFormula(formula: string, at?: { sheet?: string; cell?: string }): FormulaCheck;
  /** The cells in error, the most frequent error first, with so many cells of each (10). */
  errors(options?: { limit?: number }): ErrorsOfKind[];
  unknownFunctions(): UnknownFunction[];

  /** Moves a range as cutting and pasting does: what refers to it follows. */
  moveRange(sheet: string, range: string, toSheet: string, toCell: string): void;
  /** Copies a range, with the relative references of its formulas moved. */
  copyRange(sheet: string, range: string, toSheet: string, toCell: string): void;
  insertRows(sheet: string, row: number, count?: number): void;
  deleteRows(sheet: string, row: number, count?: number): void;
  insertColumns(sheet: string, column: number, count?: number): void;
  deleteColumns(sheet: string, column: number, count?: number): void;

  defineName(name: string, refersTo: string): void;
  /** Removes a name of the workbook, or the one that a sheet knows. */
  removeName(name: string, sheet?: string): void;
  readonly names: { name: string; refersTo: string; sheet: string | null }[];

  /** Gives a name that one sheet knows to what it refers to. */
  defineSheetName(sheet: string, name: string, refersTo: string): void;
  /** Makes a range a table, for references such as `Prices[Close]`; its first row has the names of columns unless `headers` is false. */
  addTable(name: string, sheet: string, range: string, options?: { headers?: boolean; totals?: boolean }): void;
  removeTable(name: string): void;
  readonly tables: { name: string; sheet: string; range: string; columns: string[] }[];
  /** Hides rows (`3:10`), or shows them; functions such as `SUBTOTAL(109, …)` leave hidden ones out. */
  setRowsHidden(sheet: string, rows: string, hidden?: boolean): void;
  /** First and last of each range of hidden rows. */
  hiddenRows(sheet: string): [number, number][];

  /**
   * Calls a function after each recalculation, edit, undo and redo that changed values; nothing where none did. What it throws is reported as an
   * uncaught error. The function that is given back ends it.
   */
  onChange(listener: (change: Change) => void): () => void;
  /** Takes the last edit back; false where there is none. */
  undo(): boolean;
  redo(): boolean;
  /** Makes edits together: recalculated once, taken back in one step; where the function throws, nothing was done. */
  edit<T>(edits: (book: this) => T): { result: T; report: RecalcReport };
  recalculate(options?: RecalcOptions): RecalcReport;

  /** Attaches a plugin and binds all its functions. */
  registerWasmModuleBytes(
    source: ModuleSource | Promise<ModuleSource>,
    options?: { policy?: Policy | { builtins?: Policy; bindings?: Policy } },
  ): Promise<WasmModuleInfo>;
  /** Attaches several plugins, whose names errors tell: all or none. */
  registerWasmModules(
    modules: readonly { name?: string; source: ModuleSource | Promise<ModuleSource> }[],
    options?: { policy?: Policy | { builtins?: Policy; bindings?: Policy } },
  ): Promise<WasmModuleInfo[]>;
  /** The same as {@link registerWasmModuleBytes} of a URL. */
  registerWasmModuleUrl(
    url: string | URL | Request,
    options?: { policy?: Policy | { builtins?: Policy; bindings?: Policy } },
  ): Promise<WasmModuleInfo>;
  /** Attaches a plugin without binding anything. */
  attachWasmModuleBytes(source: ModuleSource | Promise<ModuleSource>): Promise<WasmModuleInfo>;
  /** Binds a name to a function of an attached plugin; false where the name stays with what it has. */
  bindWasmFunction(
    name: string,
    moduleId: string,
    functionName: string,
    options?: { policy?: Policy | { builtins?: Policy; bindings?: Policy } },
  ): boolean;
  /** Removes a plugin with all its names. */
  unregisterWasmModule(moduleId: string): void;
  listWasmModules(): WasmModuleInfo[];

  /** Binds a function that is called for each cell. What it throws is the error of the cell, with its words. */
  registerFunction(name: string, callback: (...values: CallbackArgument[]) => CellInput | CellInput[][], options?: FunctionOptions & { vectorized?: false }): void;
  /**
   * Binds a function that is called for whole columns, and answers a value a row: `null` is a blank, or the error of an argument in that
   * row. Missing numbers of a column are NaN.
   */
  registerFunction(
    name: string,
    callback: (...columns: ColumnArgument[]) => ArrayLike<CellInput>,
    options: FunctionOptions & { vectorized: true },
  ): void;
  unregisterFunction(name: string): void;
  /** The functions that are bound, plugins' and callbacks'. */
  listFunctions(): BoundFunction[];
  /** The names of the built-in functions. */
  builtinFunctions(): string[];
  /** What is known of the function that a name means in formulas. */
  functionDetails(name: string): FunctionDetails | undefined;

  /** Gives its memory back. */
  free(): void;
  [Symbol.dispose](): void;
}

/** Everything that this package throws on purpose. */
export class UdfError extends Error {
  /** One line for each finding where there are several. */
  readonly details: readonly string[];
}
/** The bytes are no module that can be taken. */
export class ModuleError extends UdfError {}
/** A module's manifest breaks a rule. */
export class ManifestError extends ModuleError {}
/** A module has no such function. */
export class UnknownFunctionError extends UdfError {}
/** This version or host does not have what is asked for. */
export class UnsupportedError extends UdfError {}
/** A call failed. */
export class CallError extends UdfError {
  readonly function: string | undefined;
}
/** Wrong number, type, length or value of arguments. */
export class ArgumentError extends CallError {}
/** Some rows failed. */
export class RowsError extends CallError {
  /** How many. */
  readonly count: number;
  /** Of how many. */
  readonly total: number;
  /** The first hundred of them. */
  readonly rows: readonly { row: number; code: string; message: string | undefined }[];
}
/** The function itself answered an error. */
export class FunctionError extends CallError {
  /** Such as `#NUM!`. */
  readonly code: string;
}
/** The plugin trapped or panicked. */
export class TrapError extends CallError {}
/** It ran out of time. */
export class DeadlineExceededError extends CallError {}
/** It asked for more memory than it may have. */
export class MemoryLimitExceededError extends CallError {}
/** Its calls nested too deeply. */
export class StackExhaustedError extends CallError {}
/** It answered something that the contract does not allow. */
export class InvalidResultError extends CallError {}
/** More rows or bytes than one call takes. */
export class TooLargeError extends CallError {}
/** No instance came free in time. */
export class BusyError extends CallError {}
/** The call was cancelled. */
export class CancelledError extends CallError {}
/** A worker failed, was ended, or could not be started. */
export class WorkerError extends UdfError {}
/** A workbook refused something. */
export class WorkbookError extends UdfError {
  /** What it is about. */
  readonly kind: string;
}
/** A defect of this package or of the host. */
export class InternalError extends UdfError {}
