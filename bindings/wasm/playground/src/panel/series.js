// The numbers of a range as series of a chart.

import { CellTime } from "formualizer-udf";
import { rangeName } from "../sheet/address.js";

/** Columns that a chart takes. */
const MOST = 8;

/**
 * What a chart of a range shows: `{ x, series }`, where `x` is `{ name, values }` with numbers in ascending order, or `{ name, labels }`,
 * and a series is `{ name, values }`. The first of several columns is `x` where it can be; a row of texts above numbers has the names.
 * Nothing where there are no two numbers below each other.
 */
export function seriesOf(core, sheet, range) {
  const part = { ...range, width: Math.min(range.width, MOST) };
  const names = namesAbove(core, sheet, part);
  const below = names ? { ...part, y: part.y + 1, height: part.height - 1 } : part;
  // A row is a series as well.
  const columns = below.height === 1 ? [core.values(sheet, rangeName({ ...below, width: range.width }))[0] ?? []] : core.readColumns(sheet, rangeName(below));
  const read = columns.map((values, column) => ({ name: names?.[column] ?? "", values }));
  const [first, ...others] = read;
  const x = others.length > 0 ? axisOf(first) : undefined;
  const series = (x === undefined ? read : others).map(({ name, values }) => ({ name, values: numbers(values) })).filter(({ values }) => count(values) >= 2);
  const rows = Math.max(0, ...series.map(({ values }) => values.length));
  return series.length === 0 ? undefined : { x: x ?? { name: "", labels: [] }, series, rows };
}

/** The texts of the first row, where it has nothing else and something stands below. */
function namesAbove(core, sheet, range) {
  const [first = []] = core.values(sheet, rangeName({ ...range, height: 1 }));
  const isText = (value) => typeof value === "string";
  return range.height > 2 && first.some(isText) && first.every((value) => value === null || isText(value)) ? first : undefined;
}

function axisOf({ name, values }) {
  if (ascending(values)) {
    return { name, values: numbers(values) };
  }
  if (values.length <= 5000 && Array.isArray(values) && values.some((value) => typeof value === "string" || isTime(value))) {
    return { name, labels: values.map(label) };
  }
  return undefined;
}

const isTime = (value) => value instanceof CellTime || value instanceof Date;

function label(value) {
  if (value === null || value === undefined) {
    return "";
  }
  return value instanceof Date ? value.toISOString().slice(0, 10) : String(value);
}

function ascending(values) {
  if (values.length < 2) {
    return false;
  }
  for (let row = 0; row < values.length; row += 1) {
    if (typeof values[row] !== "number" || !(row === 0 || values[row] > values[row - 1])) {
      return false;
    }
  }
  return true;
}

/** Numbers, NaN where there is none. */
function numbers(values) {
  return values instanceof Float64Array ? values : Float64Array.from(values, (value) => (typeof value === "number" ? value : NaN));
}

function count(values) {
  let found = 0;
  for (let row = 0; row < values.length && found < 2; row += 1) {
    found += Number.isFinite(values[row]) ? 1 : 0;
  }
  return found;
}
