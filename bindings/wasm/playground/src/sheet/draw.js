// Cells as they are drawn: texts reach over empty cells to their right, and lines stand where no text does.

/** Room beside a cell's content, in pixels. */
export const PADDING = 7;
/** Cells that a text may reach over. */
const FARTHEST = 12;

const widths = new Map();

function widthOf(ctx, { text, font }) {
  const key = `${font}\n${text}`;
  let width = widths.get(key);
  if (width === undefined) {
    if (widths.size > 5000) {
      widths.clear();
    }
    const before = ctx.font;
    ctx.font = font;
    width = ctx.measureText(text).width;
    ctx.font = before;
    widths.set(key, width);
  }
  return width;
}

/**
 * Draws a cell.
 *
 * @param args the component's arguments
 * @param draw draws the cell's own content
 * @param sheet `text(column, row)`, `isEmpty`, `width(column)` and `line()`
 */
export function drawCell(args, draw, sheet) {
  const { ctx, rect, col, row } = args;
  if (col < 0) {
    draw();
    return;
  }
  const passing = sheet.isEmpty(col, row) ? passingText(ctx, sheet, col, row) : undefined;
  const own = passing ?? ownText(ctx, sheet, col, row);
  if (own === undefined) {
    draw();
    line(ctx, rect, sheet);
    return;
  }
  ctx.save();
  ctx.beginPath();
  ctx.rect(rect.x, rect.y, rect.width, rect.height);
  ctx.clip();
  ctx.font = own.font;
  ctx.fillStyle = own.color;
  ctx.textAlign = "left";
  ctx.textBaseline = "alphabetic";
  const size = ctx.measureText("x").actualBoundingBoxAscent;
  ctx.fillText(own.text, rect.x + PADDING - own.before, Math.round(rect.y + rect.height / 2 + size / 2 + 1));
  ctx.restore();
  if (own.before + rect.width >= own.reach) {
    line(ctx, rect, sheet);
  }
}

/** The text of this cell, where it is wider than the cell and the next one is free. */
function ownText(ctx, sheet, col, row) {
  const found = sheet.text(col, row);
  if (found === undefined || !sheet.isEmpty(col + 1, row)) {
    return undefined;
  }
  const reach = widthOf(ctx, found) + 2 * PADDING;
  return reach > sheet.width(col) ? { ...found, before: 0, reach } : undefined;
}

/** The text of a cell to the left that reaches over this one; `before` is how much of it stands before. */
function passingText(ctx, sheet, col, row) {
  let before = 0;
  for (let at = col - 1; at >= Math.max(0, col - FARTHEST); at -= 1) {
    before += sheet.width(at);
    if (sheet.isEmpty(at, row)) {
      continue;
    }
    const found = sheet.text(at, row);
    if (found === undefined) {
      return undefined;
    }
    const reach = widthOf(ctx, found) + 2 * PADDING;
    return reach > before ? { ...found, before, reach } : undefined;
  }
  return undefined;
}

function line(ctx, { x, y, width, height }, sheet) {
  // The component goes by the colour that it set last.
  const before = ctx.fillStyle;
  ctx.fillStyle = sheet.line();
  ctx.fillRect(x + width - 1, y, 1, height);
  ctx.fillStyle = before;
}
