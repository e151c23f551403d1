// The figures of the npm package: medians of pairs in one run, in Node. `cargo xtask bench` runs it in a project that has the package.
//
// usage: node figures.mjs ONE_CALL [--into FILE]     ONE_CALL is the built benches/src/bin/one_call.rs; FZ_ROOT names the repository

import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { brotliCompressSync } from "node:zlib";
import * as fu from "formualizer-udf";
import startIronCalc, { Model } from "@ironcalc/wasm";
import { HyperFormula } from "hyperformula";

const MILLION = 1_000_000;
const PAIRS = 15;
const root = process.env.FZ_ROOT;
const plugin = (name) => readFileSync(join(root, "plugins", `${name}.wasm`));
const [oneCall, , into] = process.argv.slice(2);

/** The same call from Rust, in another process that waits meanwhile. */
class Rust {
  #process;
  #lines;

  constructor(name) {
    this.#process = spawn(oneCall, [name, "1"], { stdio: ["pipe", "pipe", "inherit"] });
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  async milliseconds(rows) {
    this.#process.stdin.write(`${rows}\n`);
    return Number((await this.#lines.next()).value) * 1e3;
  }

  end() {
    this.#process.stdin.end();
  }
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

function milliseconds(work, repeat = 1) {
  const start = performance.now();
  for (let i = 0; i < repeat; i += 1) {
    work();
  }
  return (performance.now() - start) / repeat;
}

/** Calls it until the engine has compiled what it runs for good. */
function warm(work, times = 100) {
  for (let i = 0; i < times; i += 1) {
    work();
  }
}

/** The medians of the ratios and of our milliseconds. The first pair only warms up. */
async function pairs(ours, theirs, count = PAIRS) {
  const ratios = [];
  const times = [];
  for (let pair = 0; pair <= count; pair += 1) {
    const mine = await ours();
    const other = await theirs();
    if (pair > 0) {
      ratios.push(mine / other);
      times.push(mine);
    }
  }
  return [median(ratios), median(times)];
}

/** `rows` numbers spread from `low` to `high`. */
function doubles(rows, low, high, seed) {
  let state = seed;
  return Float64Array.from({ length: rows }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return low + ((high - low) * state) / 2 ** 32;
  });
}

async function calls(figures) {
  const conformance = await fu.Module.load(plugin("conformance"));
  const finance = await fu.Module.load(plugin("finance"));
  const a = doubles(MILLION, 0, 100, 1);
  const b = doubles(MILLION, 0, 100, 2);
  warm(() => conformance.MULADD(a, b));
  let rust = new Rust("MULADD");
  let [ratio, ours] = await pairs(() => milliseconds(() => conformance.MULADD(a, b)), () => rust.milliseconds(MILLION));
  rust.end();
  figures.web_mulp_1m_vs_native_wasmtime = ratio;
  figures.web_mulp_1m_ms = ours;
  const options = [[50, 150], [50, 150], [0, 0.05], [0.1, 0.6], [0.1, 3]].map(([low, high], at) => doubles(MILLION, low, high, 5 + at));
  warm(() => finance.BS_CALL(...options), 20);
  rust = new Rust("BS_CALL");
  [ratio, ours] = await pairs(() => milliseconds(() => finance.BS_CALL(...options)), () => rust.milliseconds(MILLION));
  rust.end();
  figures.web_bs_1m_vs_native_wasmtime = ratio;
  figures.web_bs_1m_ms = ours;
  const rows = Array.from({ length: 31 }, () => milliseconds(() => conformance.MULADD(3, 4), 10_000));
  figures.web_call_1row_us = median(rows.slice(1)) * 1e3;
  const overshoot = [];
  for (let i = 0; i < 21; i += 1) {
    overshoot.push(
      milliseconds(() => {
        try {
          conformance.SPIN.with({ deadline: 50 })(1e18);
        } catch (error) {
          if (error.name !== "DeadlineExceededError") {
            throw error;
          }
        }
      }) - 50,
    );
  }
  figures.web_deadline_overshoot_ms = Math.max(...overshoot);
}

/** The plugin with other bytes each time, so that nothing of it is known: a section that nobody reads. */
function another(bytes, number) {
  const section = [0, 5, 1, 0x78, number & 127, (number >> 7) & 127, 0];
  return Uint8Array.from([...bytes, ...section]);
}

async function registering(figures) {
  const finance = plugin("finance");
  const times = [];
  for (let i = 0; i < 91; i += 1) {
    const bytes = another(finance, i);
    const book = new fu.Workbook();
    book.addSheet("S");
    const start = performance.now();
    await book.registerWasmModuleBytes(bytes, { policy: "skip" });
    times.push(performance.now() - start);
    book.free();
  }
  figures.web_register_first_ms = times[0];
  figures.web_register_ms = median(times.slice(60));
}

async function workbooks(figures) {
  const book = new fu.Workbook();
  book.addSheet("S");
  await book.registerWasmModuleBytes(plugin("conformance"), { policy: "skip" });
  const inputs = [doubles(MILLION, 0, 100, 3), doubles(MILLION, 0, 100, 4)];
  book.setColumn("S", "A1", inputs[0]);
  book.setFormula("S", "B1", "=MULADD(A1,2)");
  book.fillDown("S", `B1:B${MILLION}`);
  book.recalculate();
  const filled = [];
  for (let i = 0; i < PAIRS; i += 1) {
    book.setColumn("S", "A1", inputs[(i + 1) % 2]);
    filled.push(milliseconds(() => book.recalculate()));
  }
  figures.web_wb_filldown_1m_ms = median(filled);
  const edits = Array.from({ length: 101 }, (_, i) =>
    milliseconds(() => {
      book.setValue("S", `A${1 + i * 997}`, i);
      book.recalculate();
    }),
  );
  figures.web_one_edit_1m_ms = median(edits);
  book.free();
}

const ROWS = 20_000;
/** Columns of a sheet whose first two are numbers. */
const FORMULAS = ["=A1*B1+1", "=IF(A1>50,C1,B1)", "=ROUND(D1/3,2)", "=SUM(A1:D1)", '=IFERROR(A1/(B1-B1),"none")'];

function formulaRow(row) {
  return FORMULAS.map((formula) => formula.replace(/([A-D])1\b/g, (_, column) => column + row));
}

function ourBook(a, b) {
  const book = new fu.Workbook({ undoLimit: 0 });
  book.addSheet("S");
  book.setColumn("S", "A1", a);
  book.setColumn("S", "B1", b);
  FORMULAS.forEach((formula, at) => {
    const column = "CDEFG"[at];
    book.setFormulas("S", `${column}1:${column}${ROWS}`, formula);
  });
  book.recalculate();
  return book;
}

function check(name, found, wanted) {
  if (Math.abs(found - wanted) > 1e-9 * Math.abs(wanted)) {
    throw new Error(`${name} gives ${found}, where ${wanted} was expected`);
  }
}

async function peers(figures) {
  const a = doubles(ROWS, 0, 100, 5);
  const b = doubles(ROWS, 0, 100, 6);
  const rows = Array.from(a, (value, at) => [value, b[at], ...formulaRow(at + 1)]);
  let ours;
  let theirs;
  let [ratio, time] = await pairs(
    () => {
      ours?.free();
      return milliseconds(() => (ours = ourBook(a, b)));
    },
    () => {
      theirs?.destroy();
      return milliseconds(() => (theirs = HyperFormula.buildFromArray(rows, { licenseKey: "gpl-v3" })));
    },
    5,
  );
  check("HyperFormula", theirs.getCellValue({ sheet: 0, row: 123, col: 5 }), ours.value("S", "F124"));
  theirs.destroy();
  figures.web_vs_hyperformula_20k_build = ratio;
  figures.web_20k_build_ms = time;

  const core = createRequire(import.meta.url).resolve("@ironcalc/wasm").replace(/[^/\\]*$/, "wasm_bg.wasm");
  await startIronCalc({ module_or_path: readFileSync(core) });
  const model = new Model("book", "en", "UTC", "en");
  model.pauseEvaluation();
  rows.forEach((row, at) => row.forEach((value, column) => model.setUserInput(0, at + 1, column + 1, String(value))));
  model.resumeEvaluation();
  model.evaluate();
  let edit = 0;
  [ratio] = await pairs(
    () =>
      milliseconds(() => {
        edit += 1;
        ours.setValue("S", "A124", edit);
        ours.recalculate();
      }),
    () => milliseconds(() => model.setUserInput(0, 124, 1, String(edit))),
    5,
  );
  check("IronCalc", Number(model.getFormattedCellValue(0, 124, 3)), ours.value("S", "C124"));
  figures.web_vs_ironcalc_one_edit = ratio;
  ours.free();
}

function sizes(figures) {
  const file = (name) => readFileSync(new URL(import.meta.resolve(`formualizer-udf/${name}`)));
  figures.web_core_brotli_mb = brotliCompressSync(file("core_bg.wasm")).length / 1e6;
  figures.web_files_brotli_mb = brotliCompressSync(file("files_core_bg.wasm")).length / 1e6;
}

const figures = {};
await fu.init();
for (const measure of [calls, registering, workbooks, peers, sizes]) {
  const before = new Set(Object.keys(figures));
  await measure(figures);
  for (const name of Object.keys(figures).filter((name) => !before.has(name))) {
    figures[name] = Number(figures[name].toPrecision(4));
    console.log(`${name.padEnd(36)} ${figures[name]}`);
  }
}
if (into !== undefined) {
  const known = existsSync(into) ? JSON.parse(readFileSync(into, "utf8")) : {};
  const all = Object.entries({ ...known, ...figures }).sort(([x], [y]) => (x < y ? -1 : 1));
  writeFileSync(into, `${JSON.stringify(Object.fromEntries(all), undefined, 2)}\n`);
}
