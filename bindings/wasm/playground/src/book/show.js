// Values as cells show them.

import { CellError, CellTime } from "formualizer-udf";

/** Digits that a number without a format has at most. */
const DIGITS = 10;

const counts = new Intl.NumberFormat("en");

/** A number of things: `1,000,000`. */
export function count(number) {
  return counts.format(number);
}

/** A time that something took. */
export function duration(milliseconds) {
  if (milliseconds >= 1000) {
    return `${(milliseconds / 1000).toFixed(2)} s`;
  }
  return `${milliseconds.toFixed(milliseconds < 10 ? 2 : milliseconds < 100 ? 1 : 0)} ms`;
}

/** A number without a format. */
export function plainNumber(number) {
  if (Number.isInteger(number) && Math.abs(number) < 1e15) {
    return String(number);
  }
  const size = Math.abs(number);
  if (size >= 1e15 || (size < 1e-6 && size > 0)) {
    return number.toExponential(5).replace(/\.?0+e/, "e");
  }
  return String(Number(number.toPrecision(DIGITS)));
}

/**
 * A number in so many characters: with fewer digits, or with a power of ten, or as `###` where even that has no room. Digits before the
 * point are never left out.
 */
function fitted(number, text, room) {
  if (text.length <= room) {
    return text;
  }
  if (Math.abs(number) < 1e15) {
    for (let digits = DIGITS - 1; digits > 0; digits -= 1) {
      const shorter = String(Number(number.toPrecision(digits)));
      const whole = Math.abs(Number(shorter)) < 10 ** digits && !(Number.isInteger(number) && Number(shorter) !== number);
      if (shorter.length <= room && whole && Number(shorter) !== 0) {
        return shorter;
      }
    }
  }
  for (let digits = DIGITS - 1; digits >= 0; digits -= 1) {
    const power = number.toExponential(digits).replace(/\.?0+e/, "e");
    if (power.length <= room) {
      return power;
    }
  }
  return "#".repeat(Math.max(1, room));
}

/** A number in a format: `{ decimals, percent, thousands }`. */
function formatted(number, { decimals, percent = false, thousands = false }) {
  const shown = percent ? number * 100 : number;
  const text = decimals === undefined ? plainNumber(Number(shown.toPrecision(DIGITS))) : shown.toFixed(decimals);
  const grouped = thousands ? text.replace(/^-?\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ",")) : text;
  return percent ? `${grouped}%` : grouped;
}

/**
 * The text of a cell.
 *
 * @param room characters that a number may have
 */
export function show(value, format, room = Infinity) {
  if (value === null || value === undefined) {
    return "";
  }
  switch (typeof value) {
    case "number":
      return inRoom(value, format, room);
    case "boolean":
      return value ? "TRUE" : "FALSE";
    default:
      return String(value);
  }
}

function inRoom(number, format, room) {
  if (format?.decimals === undefined && !format?.percent) {
    return fitted(number, plainNumber(number), room);
  }
  const text = formatted(number, format);
  return text.length <= room ? text : "#".repeat(Math.max(1, room));
}

/** What is plain about an error's code, where nothing else is known of it. */
const CODES = {
  "#DIV/0!": "divided by zero",
  "#N/A": "no such value",
  "#NAME?": "a name that is not known",
  "#NUM!": "a number that is not possible here",
  "#REF!": "a cell that is not there any more",
  "#VALUE!": "a value of another kind than expected",
  "#NULL!": "ranges without a cell in common",
  "#SPILL!": "the array has no room",
  "#CALC!": "the calculation has no result",
  "#CIRC!": "the formula refers to itself",
  "#ERROR!": "the calculation failed",
};

export function wordsOfCode(code) {
  return CODES[code] ?? "an error";
}

/** Which kind a value is of, for its looks: "number", "text", "flag", "time", "error" or "empty". */
export function kindOf(value) {
  if (value === null || value === undefined) {
    return "empty";
  }
  if (value instanceof CellError) {
    return "error";
  }
  if (value instanceof CellTime) {
    return "time";
  }
  return { number: "number", boolean: "flag", string: "text" }[typeof value] ?? "text";
}
