// What a person types into a cell, and what it means.

import { CellTime } from "formualizer-udf";

const NUMBER = /^([-+]?)\s*(\d{1,3}(?:,\d{3})+|\d*)(\.\d*)?(e[-+]?\d+)?\s*(%?)$/i;
const DATE = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2}))?)?$/;

/**
 * What was typed: `{ formula }`, or `{ value }`, which is null where nothing was typed. Numbers may have thousands (`1,234.5`) and per
 * cent; `2026-03-31` is a date; a text behind `'` stays one.
 */
export function parseInput(text) {
  if (text.startsWith("'")) {
    return { value: text.slice(1) };
  }
  const trimmed = text.trim();
  if (trimmed.startsWith("=") && trimmed.length > 1) {
    return { formula: trimmed };
  }
  if (trimmed === "") {
    return { value: text === "" ? null : text };
  }
  if (/^(true|false)$/i.test(trimmed)) {
    return { value: trimmed.toLowerCase() === "true" };
  }
  return { value: parseNumber(trimmed) ?? parseDate(trimmed) ?? text };
}

function parseNumber(text) {
  const found = NUMBER.exec(text);
  if (!found) {
    return undefined;
  }
  const [, sign, whole, part = "", exponent = "", percent] = found;
  if (whole === "" && part.length < 2) {
    return undefined;
  }
  const number = Number(`${sign}${whole.replaceAll(",", "") || "0"}${part}${exponent}`);
  return Number.isFinite(number) ? (percent ? number / 100 : number) : undefined;
}

function parseDate(text) {
  const found = DATE.exec(text);
  if (!found) {
    return undefined;
  }
  const [year, month, day, hour, minute, second = 0] = found.slice(1).map((part) => (part === undefined ? undefined : Number(part)));
  const milliseconds = Date.UTC(year, month - 1, day, hour ?? 0, minute ?? 0, second);
  const read = new Date(milliseconds);
  const exists = read.getUTCMonth() === month - 1 && read.getUTCDate() === day && (hour ?? 0) < 24 && (minute ?? 0) < 60 && second < 60;
  return exists ? new CellTime(hour === undefined ? "date" : "datetime", milliseconds) : undefined;
}

/** What stands in the editor for a value: typed again, it is the same value. */
export function inputOf(value) {
  if (value === null || value === undefined) {
    return "";
  }
  if (typeof value === "boolean") {
    return value ? "TRUE" : "FALSE";
  }
  if (typeof value === "string") {
    const read = parseInput(value);
    return read.value === value && !value.startsWith("'") ? value : `'${value}`;
  }
  return String(value);
}
