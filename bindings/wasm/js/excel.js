// Excel's functions on values, arrays, typed arrays and columns of Arrow, without a workbook.

import { excelFunction, excelNames } from "./core.js";
import { makerOf, rowsOf } from "./arrow.js";
import { isColumn, push } from "./columns.js";
import { ArgumentError } from "./errors.js";
import { finish, Outcome } from "./outcome.js";
import { needCore } from "./start.js";

const OPTIONS = ["errors", "output", "seed", "now"];
const MS_PER_MINUTE = 60_000;

/** The functions that were asked for, by their names. */
const made = new Map();
let names;

function namesOfAll() {
  needCore();
  names ??= excelNames();
  return names;
}

/** The function of a name in any case; `_` stands for the `.` of names. */
function find(name) {
  needCore();
  const core = excelFunction(name);
  const about = JSON.parse(core.about);
  if (!made.has(about.name)) {
    made.set(about.name, makeFunction(core, about, {}));
  }
  return made.get(about.name);
}

/** Whether there is a function of this name. */
function known(name) {
  const plain = String(name).toUpperCase().replace(/_$/, "").replaceAll("_", ".");
  return namesOfAll().includes(plain);
}

/** Excel's functions by name, made when they are first asked for. */
export const functions = new Proxy(Object.create(null), {
  get(_, name) {
    // What hosts and libraries ask objects for (`then`, `toJSON`) is no function of Excel, and no mistake.
    if (typeof name !== "string" || (name !== name.toUpperCase() && !known(name))) {
      return undefined;
    }
    return made.get(name) ?? find(name);
  },
  has: (_, name) => typeof name === "string" && known(name),
  ownKeys: () => [...namesOfAll()],
  getOwnPropertyDescriptor: (_, name) =>
    typeof name === "string" && known(name) ? { value: find(name), enumerable: true, configurable: true, writable: false } : undefined,
  set() {
    throw new ArgumentError("the functions of Excel cannot be changed");
  },
});

function makeFunction(core, about, options) {
  const call = (...given) => {
    const values = given.map(columnsOf);
    core.clear();
    values.forEach((value, at) => pushArgument(core, value, { name: about.params[at]?.name ?? `argument ${at + 1}`, type: "any" }));
    const outcome = new Outcome(options.errors);
    const output = core.calculate(options.seed, options.now === undefined ? undefined : localOf(options.now));
    outcome.add({ output, first: 0, rows: output.rows });
    return finish(about, options, values, outcome);
  };
  const fields = {
    name: about.name,
    signature: core.signature,
    description: about.description ?? "",
    about,
    with: (more) => makeFunction(core, about, checked({ ...options, ...more })),
  };
  for (const [name, value] of Object.entries(fields)) {
    Object.defineProperty(call, name, { value, enumerable: true });
  }
  return call;
}

/** Vectors of Arrow as rows to read, in arrays of columns too. */
function columnsOf(value) {
  return Array.isArray(value) && value.some((part) => isColumn(rowsOf(part))) ? value.map(rowsOf) : rowsOf(value);
}

/** A value, a column, or an array of columns. */
function pushArgument(core, value, param) {
  if (!Array.isArray(value) || !value.some(isColumn)) {
    push(core, value, param);
    return;
  }
  for (const column of value) {
    push(core, isColumn(column) ? column : [column], param);
  }
  core.asRange(value.length);
}

/** Milliseconds of the local time since 1970. */
function localOf(date) {
  return date.getTime() - date.getTimezoneOffset() * MS_PER_MINUTE;
}

function checked(options) {
  for (const name of Object.keys(options)) {
    if (!OPTIONS.includes(name)) {
      throw new ArgumentError(`there is no option \`${name}\`: take ${OPTIONS.join(", ")}`);
    }
  }
  if (!["raise", "null", "struct", undefined].includes(options.errors)) {
    throw new ArgumentError(`errors: give "raise", "null" or "struct"`);
  }
  if (options.seed !== undefined && !Number.isSafeInteger(options.seed)) {
    throw new ArgumentError("seed: give a whole number");
  }
  if (options.now !== undefined && !(options.now instanceof Date && !Number.isNaN(options.now.getTime()))) {
    throw new ArgumentError("now: give a Date");
  }
  makerOf(options.output);
  return options;
}
