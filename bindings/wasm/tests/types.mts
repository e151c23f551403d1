// What the declarations promise: compiled with `tsc --strict`, not run.

import * as apache from "apache-arrow";
import {
  ArgumentError,
  type ArrowColumn,
  CellError,
  CellTime,
  type ExcelFunction,
  functions,
  type Inspection,
  init,
  inspectWasmModuleBytes,
  type LoadedModule,
  Module,
  type Result,
  RowsError,
  toArrowVector,
  type Value,
  Workbook,
} from "formualizer-udf";
import { loadModuleFile } from "formualizer-udf/node";
import { startWorkers, stopWorkers, WorkbookWorker } from "formualizer-udf/worker";

export async function prices(spots: Float64Array, bytes: Uint8Array): Promise<Result> {
  await init();
  const about: Inspection = inspectWasmModuleBytes(bytes);
  const named: string[] = about.manifest.functions.map(({ name }) => name);
  const finance: LoadedModule = await Module.load(bytes, { limits: { memoryBytes: 1 << 26 } });
  using text = await loadModuleFile("text.wasm");
  const turned: Result = text.REVERSE(["a", null, named[0] ?? null]);
  try {
    return finance.BS_CALL.with({ errors: "null", deadline: 100 })(spots, 100, 0.02, [0.2, 0.3], 1);
  } catch (error) {
    if (error instanceof RowsError) {
      const rows: number[] = error.rows.map(({ row }) => row);
      return rows satisfies Value[];
    }
    if (error instanceof ArgumentError && error.function !== undefined) {
      return error.details.join();
    }
    return turned;
  }
}

export async function slowly(finance: LoadedModule, signal: AbortSignal): Promise<Result> {
  // @ts-expect-error there is no such option
  finance.BS_CALL.with({ error: "null" });
  // @ts-expect-error a plain object is no argument
  finance.BS_CALL({});
  // @ts-expect-error modules are loaded
  new Module();
  return finance.function("bs_call").with({ signal }).async([1, 2], 1, 0.02, 0.2, 1);
}

export async function recalculated(bytes: Uint8Array): Promise<string> {
  using book = new Workbook();
  book.addSheet("S");
  await book.registerWasmModuleBytes(bytes, { policy: { builtins: "skip" } });
  book.registerFunction("TWICE", (x) => (typeof x === "number" ? 2 * x : new CellError("#VALUE!")), { maxArgs: 1 });
  book.registerFunction("ALL", (x) => (x instanceof Float64Array ? x.map((n) => n + 1) : []), { vectorized: true });
  const { result, report } = book.edit((edited) => {
    edited.setColumn("S", "A1", Float64Array.of(1, 2));
    edited.setValue("S", "B1", new Date());
    return edited.usedRange("S");
  });
  const value = book.value("S", "B1");
  const text: string = value instanceof CellTime ? value.toDate().toISOString() : `${value}`;
  const rows: number = report.cells + book.recalculate({ progress: (done, all) => done / all }).cells;
  // @ts-expect-error there is no such policy
  await book.registerWasmModuleBytes(bytes, { policy: "keep" });
  return `${result ?? ""} ${text} ${rows}`;
}

export function arrow(finance: LoadedModule, spots: apache.Vector<apache.Float64>, book: Workbook): number {
  const call = finance.BS_CALL.with({ output: "buffers" });
  const worths = call(spots, 100, 0.02, 0.2, 1) as ArrowColumn;
  const vector: apache.Vector = toArrowVector(apache, worths);
  finance.BS_CALL.with({ output: apache })(worths, 100, 0.02, vector, 1);
  book.setColumn("S", "A1", vector);
  book.setColumn("S", "B1", worths);
  const numbers: boolean = book.readColumns("S", "A1:A9")[0] instanceof Float64Array;
  // @ts-expect-error there is no such output
  finance.BS_CALL.with({ output: "vectors" });
  return book.readColumns("S", "A1:A9", { output: apache }).length + worths.nullCount + Number(numbers);
}

export async function aside(signal: AbortSignal): Promise<number> {
  const count: number = await startWorkers(2);
  await using book = await WorkbookWorker.create({ deadline: 100, pluginLimits: { memoryBytes: 1 << 26 }, onRestart: (again) => again.addSheet("S") });
  const value: CellTime | CellError | number | string | boolean | null = await book.value("S", "A1");
  const sheets: string[] = await book.sheets;
  await book.setColumn("S", "A1", Float64Array.of(1));
  const columns: ArrowColumn[] = await book.readColumns("S", "A1:A9", { output: "buffers" });
  const numbers = (await book.readColumns("S", "A1:A9")).filter((column) => column instanceof Float64Array);
  const { result, report } = await book.edit((recorder) => {
    recorder.setValue("S", "A1", 1);
    return 5;
  });
  const stop: () => void = book.onChange(({ ranges }) => ranges.length);
  stop();
  await book.registerFunctionModule("F", new URL("./f.js", import.meta.url), "f", { vectorized: true });
  // @ts-expect-error a closure does not cross
  await book.registerFunction("F", () => 5);
  // @ts-expect-error it is made by create
  new WorkbookWorker();
  stopWorkers();
  return result + report.cells + (await book.recalculate({ signal })).cells + sheets.length + columns.length + numbers.length + count + Number(value === null);
}

export function rates(values: Float64Array, days: Date[]): Result {
  const rate: ExcelFunction = functions.XIRR;
  const names: string[] = Object.keys(functions);
  // @ts-expect-error there is no such option
  rate.with({ deadline: 5 });
  return names.length > 0 ? rate.with({ errors: "null", seed: 1, now: new Date() })(values, days) : functions["NORM.S.DIST"](0, true);
}
