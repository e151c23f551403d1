// Values of cells that JavaScript has no word for.

import { toTyped } from "./columns.js";

/** An error in a cell: its `code`, such as `#DIV/0!`, and what else is known of it. */
export class CellError {
  constructor(code, message) {
    this.code = code;
    this.message = message;
  }

  toString() {
    return this.code;
  }
}

/** A date or time in a cell: its `kind` ("date", "datetime", "time" or "duration") and milliseconds, since 1970 in UTC or of the day. */
export class CellTime {
  constructor(kind, milliseconds) {
    this.kind = kind;
    this.milliseconds = milliseconds;
  }

  /** The instant of a date or datetime. */
  toDate() {
    return new Date(this.milliseconds);
  }

  toString() {
    const text = new Date(this.milliseconds).toISOString();
    switch (this.kind) {
      case "date":
        return text.slice(0, 10);
      case "datetime":
        return text.slice(0, 19).replace("T", " ");
      default: {
        const seconds = Math.round(this.milliseconds / 1000);
        const two = (n) => String(Math.abs(n)).padStart(2, "0");
        return `${seconds < 0 ? "-" : ""}${two(Math.trunc(seconds / 3600))}:${two(Math.trunc((seconds / 60) % 60))}:${two(seconds % 60)}`;
      }
    }
  }
}

export function makeCellError(code, message) {
  return new CellError(code, message);
}

export function makeCellTime(kind, milliseconds) {
  return new CellTime(kind, milliseconds);
}

/** What was thrown, in words. */
export function wordsOf(thrown) {
  return typeof thrown?.message === "string" ? thrown.message : String(thrown);
}

/** A column of the core as a function of columns gets it: a typed array of numbers, an array of anything else. */
export function columnValues(column) {
  return toTyped(column);
}
