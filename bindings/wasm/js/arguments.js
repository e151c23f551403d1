// What calls of plugins are given: values and columns by the parameters that they are for, in parts.

import { rowsOf } from "./arrow.js";
import { isColumn, push } from "./columns.js";
import { kindOf } from "./kinds.js";

/** Rows that cross at a time, about: their columns stay in a processor's cache on the way. */
const CHUNK = 32_768;

/** The parameter that an argument is for. */
function paramOf(about, at) {
  const last = about.params[about.params.length - 1];
  return about.params[at] ?? (last?.variadic ? last : { name: `argument ${at + 1}`, type: "any" });
}

export function pushAll(core, about, values) {
  core.clear();
  values.forEach((value, at) => {
    const param = paramOf(about, at);
    if (param.shape === "range") {
      pushRange(core, value, param);
    } else {
      push(core, value, param);
    }
  });
}

/** The columns of a range: one, or an array of columns. */
function pushRange(core, value, param) {
  const given = Array.isArray(value) ? value.map(rowsOf) : value;
  const columns = Array.isArray(given) && given.some(isColumn) ? given : [given];
  for (const column of columns) {
    push(core, isColumn(column) ? column : [column], param);
  }
  core.asRange(columns.length);
}

/** The rows of a call, and how many of them cross at a time. */
export function plan(core, values) {
  const columns = values.filter(isColumn);
  const rows = columns.length === 0 ? 1 : Math.max(...columns.map((column) => column.length));
  const even = columns.every((column) => column.length === rows);
  if (!core.isElementwise || !even || rows <= CHUNK) {
    return { rows, step: Infinity };
  }
  // As many as guests are given at once, or a few times as many.
  const batch = core.batchRows(columns.length);
  return { rows, step: batch * Math.max(1, Math.floor(CHUNK / batch)) };
}

/** Some rows of each column. */
export function part(values, first, end) {
  const some = (value) => (kindOf(value) === undefined ? value.slice(first, end) : value.subarray(first, end));
  return values.map((value) => (isColumn(value) ? some(value) : value));
}
