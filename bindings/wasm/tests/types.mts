// What the declarations promise: compiled with `tsc --strict`, not run.

import {
  ArgumentError,
  type Inspection,
  init,
  inspectWasmModuleBytes,
  type LoadedModule,
  Module,
  type Result,
  RowsError,
  type Value,
} from "formualizer-udf";
import { loadModuleFile } from "formualizer-udf/node";

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
