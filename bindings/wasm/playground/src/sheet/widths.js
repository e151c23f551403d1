// Widths of columns that fit what stands in them.

import { overlap, parseRange, rangeName } from "./address.js";
import { show } from "../book/show.js";

/** Columns and rows that are looked at. */
const MOST = { columns: 100, rows: 60 };
const LEAST_WIDTH = 72;
const MOST_WIDTH = 240;
/** A letter's width and the room beside a text, in pixels. */
const LETTER = 7.4;
const BESIDE = 18;

/** `[column, width]` for the columns of a sheet that need another width than the usual. A text with nothing beside it needs none: it reaches over. */
export function fittingWidths(core, sheet) {
  const used = parseRange(core.usedRange(sheet) ?? "");
  const part = used && overlap(used, { x: 0, y: 0, width: MOST.columns, height: MOST.rows });
  if (!part) {
    return [];
  }
  const rows = core.values(sheet, rangeName(part));
  return Array.from({ length: part.width }, (_, column) => {
    const lengths = rows.map((row) => {
      const value = row[column] ?? null;
      const reaches = typeof value === "string" && (row[column + 1] ?? null) === null;
      return value === null || reaches ? 0 : typeof value === "number" ? Math.min(10, show(value).length) : show(value).length;
    });
    return [part.x + column, Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, Math.max(...lengths) * LETTER + BESIDE))];
  });
}
