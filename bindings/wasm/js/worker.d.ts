/**
 * Work beside this thread: workbooks in workers of their own, and workers for large calls of plugins.
 *
 * ```js
 * import { startWorkers, WorkbookWorker } from "formualizer-udf/worker";
 *
 * await startWorkers();
 * const book = await WorkbookWorker.create({ deadline: 5_000 });
 * await book.addSheet("S");
 * ```
 *
 * A host starts a worker while the thread that asked for it is idle: `await` these, and do not wait by `Atomics.wait` meanwhile.
 *
 * @packageDocumentation
 */

import type {
  ApacheArrow,
  ArrowColumn,
  ArrowVector,
  Change,
  CoreSource,
  FileLimits,
  Flechette,
  FunctionOptions,
  ModuleSource,
  Policy,
  RecalcOptions,
  RecalcReport,
  TypedArray,
  Value,
  WasmModuleInfo,
  Workbook,
  WorkbookOptions,
} from "./index.js";

/** How a workbook in a worker is made. */
export interface WorkerOptions extends WorkbookOptions {
  /** Milliseconds that any call may take. A worker that does not answer within them is ended, and its workbook is lost. None by itself. */
  deadline?: number;
  /** The core, where this thread has none: without it, what `init` was given, or what it would take. */
  core?: CoreSource | Promise<CoreSource>;
  /** The script of the worker, where a bundler put it elsewhere: what `formualizer-udf/worker-host` became. */
  url?: string | URL;
  /**
   * Called before the first call of a worker that was made after another had ended: its workbook is empty, and this fills it anew. The call
   * waits.
   */
  onRestart?: (book: WorkbookWorker) => void | Promise<void>;
}

/** The methods of an object, asynchronous; its properties are promises. */
type Asynchronous<T> = {
  readonly [K in keyof T]: T[K] extends (...values: infer V) => infer R ? (...values: V) => Promise<Awaited<R>> : Promise<T[K]>;
};

/** The methods of a workbook that answer nothing while edits are recorded. */
export type Recorder = {
  readonly [K in keyof Workbook as K extends string ? (Workbook[K] extends (...values: never[]) => unknown ? K : never) : never]: Workbook[K] extends (
    ...values: infer V
  ) => unknown
    ? (...values: V) => void
    : never;
};

type Special = "readColumns" | "edit" | "recalculate" | "registerFunction" | "registerWasmModuleUrl" | "onChange" | "free" | typeof Symbol.dispose;

/** Every other method of {@link Workbook}, asynchronous. */
export interface WorkbookWorker extends Omit<Asynchronous<Workbook>, Special> {}

/**
 * A workbook in a worker of its own: {@link Workbook}, each method with a promise, each property a promise. Calls are made in order. Arguments are
 * copied, results are handed over.
 *
 * Errors are those of the workbook. A call that does not end within the deadline is rejected with a `DeadlineExceededError`, those behind it with a
 * `WorkerError`; the next call starts a new worker.
 */
export class WorkbookWorker {
  private constructor();
  /** Starts a worker with an empty workbook. */
  static create(options?: WorkerOptions): Promise<WorkbookWorker>;
  /** Starts a worker with the workbook of a file, as `Workbook.load` has it. */
  static load(source: ModuleSource | Promise<ModuleSource>, options?: WorkerOptions & { limits?: FileLimits }): Promise<WorkbookWorker>;
  /** Starts a worker with the workbook of a state, as `Workbook.fromState` has it. */
  static fromState(state: Uint8Array, options?: WorkerOptions): Promise<WorkbookWorker>;
  /** The columns of a range, as `Workbook.readColumns` has it. */
  readColumns(sheet: string, range: string): Promise<(TypedArray | Value[])[]>;
  readColumns(sheet: string, range: string, options: { output: "buffers" }): Promise<ArrowColumn[]>;
  readColumns(sheet: string, range: string, options: { output: ApacheArrow | Flechette }): Promise<ArrowVector[]>;
  /** Makes edits together. They are recorded while the function runs, and made in the worker afterwards: they answer nothing. */
  edit<T>(edits: (recorder: Recorder) => T): Promise<{ result: T; report: RecalcReport }>;
  /**
   * Recalculates. The signal ends it while it runs where memory can be shared (Node, and pages that are `crossOriginIsolated`); elsewhere the
   * promise is rejected at once, and the worker goes on to the end.
   */
  recalculate(options?: RecalcOptions): Promise<RecalcReport>;
  /** Attaches a plugin of a URL, which this thread fetches. */
  registerWasmModuleUrl(
    url: string | URL | Request,
    options?: { policy?: Policy | { builtins?: Policy; bindings?: Policy } },
  ): Promise<WasmModuleInfo>;
  /**
   * Never binds a function: it cannot leave this thread with what it closes over. Take {@link registerFunctionModule}.
   *
   * @throws UnsupportedError always
   */
  registerFunction(name: string, callback: never): Promise<never>;
  /**
   * Binds a function that a module exports; the worker imports it.
   *
   * @param url an absolute URL, or in a page one beside the page
   * @param exportName the default export by itself
   */
  registerFunctionModule(name: string, url: string | URL, exportName?: string, options?: FunctionOptions & { vectorized?: boolean }): Promise<void>;
  /** Calls a function after every call that changed values, with the ranges that changed. Gives what ends it. */
  onChange(listener: (change: Change) => void): () => void;
  /** Ends the worker, whatever it does. Calls that it has not answered are rejected with a `WorkerError`. */
  terminate(): void;
  /** The same. */
  free(): void;
  [Symbol.dispose](): void;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Where workers are from. */
export interface PoolOptions {
  /** The core, as {@link WorkerOptions} has it. */
  core?: CoreSource | Promise<CoreSource>;
  /** The script of the workers, as {@link WorkerOptions} has it. */
  url?: string | URL;
}

/**
 * Starts workers on which `function.async(…)` runs elementwise functions of plugins over many rows, until there are so many (as the machine runs
 * at a time, less this thread). Gives how many there are. The results, errors and their order are those of one thread.
 *
 * Columns over a `SharedArrayBuffer` are read where they are; of others a worker gets a copy of the rows that it is to count.
 */
export function startWorkers(count?: number, options?: PoolOptions): Promise<number>;

/** Ends these workers; calls that run are rejected with a `WorkerError`. */
export function stopWorkers(): void;
