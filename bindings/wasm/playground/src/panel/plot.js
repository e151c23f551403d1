// A chart in SVG: lines, bars or points.

import { h, svg } from "../page/dom.js";
import { plainNumber } from "../book/show.js";

const MOST_LABELS = 5000;
const MARGIN = { top: 10, right: 12, bottom: 24, left: 46 };

/** Round numbers between two others, about so many. */
function ticks(low, high, wanted) {
  const rough = (high - low) / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? rough;
  const found = [];
  for (let at = Math.ceil(low / step) * step; at <= high + step * 1e-9; at += step) {
    found.push(Number(at.toPrecision(12)));
  }
  return found;
}

/** The smallest and the largest of several arrays; 0 is among them for bars. */
function extent(arrays, withZero) {
  let low = withZero ? 0 : Infinity;
  let high = withZero ? 0 : -Infinity;
  for (const values of arrays) {
    for (let row = 0; row < values.length; row += 1) {
      const value = values[row];
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (!(low < high)) {
    const middle = Number.isFinite(low) ? low : 0;
    const around = Math.abs(middle) * 0.1 || 1;
    return [middle - around, middle + around];
  }
  return [low, high];
}

/**
 * Draws series into an element.
 *
 * @param data what `seriesOf` gives
 * @param kind "line", "bar" or "point"
 */
export function plot(host, data, kind) {
  const width = Math.max(200, host.clientWidth);
  const height = Math.max(140, host.clientHeight);
  const { x, series, rows } = data;
  const [low, high] = padded(extent(series.map(({ values }) => values), kind === "bar"), kind);
  const [first, last] = x.values ? [x.values[0], x.values.at(-1)] : [0, Math.max(1, rows - 1)];
  const inner = { width: width - MARGIN.left - MARGIN.right, height: height - MARGIN.top - MARGIN.bottom };
  const slot = inner.width / Math.max(1, rows);
  const banded = kind === "bar";
  const place = (row) => (banded ? MARGIN.left + slot * (row + 0.5) : MARGIN.left + (((x.values ? x.values[row] : row) - first) / (last - first || 1)) * inner.width);
  const up = (value) => MARGIN.top + (1 - (value - low) / (high - low)) * inner.height;

  const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": described(data, low, high) });
  for (const tick of ticks(low, high, 4)) {
    picture.append(
      svg("line", { x1: MARGIN.left, x2: width - MARGIN.right, y1: up(tick), y2: up(tick), class: tick === 0 ? "axis" : "rule" }),
      text(MARGIN.left - 6, up(tick) + 4, short(tick), "end"),
    );
  }
  for (const { at, label } of marks(banded ? rowLabels(x) : x, rows, inner.width)) {
    const position = x.values && !banded ? MARGIN.left + ((at - first) / (last - first || 1)) * inner.width : place(at);
    picture.append(text(position, height - 7, label, "middle"));
  }
  series.forEach(({ values }, index) => {
    const colour = `s${index % 6}`;
    if (kind === "bar") {
      picture.append(svg("path", { d: bars(values, place, up, slot, index, series.length, inner.width), class: `bar ${colour}` }));
    } else if (kind === "point") {
      picture.append(svg("path", { d: points(values, place, up), class: `dots ${colour}` }));
    } else {
      picture.append(svg("path", { d: line(values, place, up, inner.width), class: `line ${colour}` }));
    }
  });
  const readout = h("div", { class: "readout", hidden: true });
  const cursor = svg("line", { y1: MARGIN.top, y2: height - MARGIN.bottom, class: "cursor", visibility: "hidden" });
  picture.append(cursor);
  picture.addEventListener("pointermove", (event) => {
    const offset = event.clientX - picture.getBoundingClientRect().left;
    const row = nearest(offset, rows, place);
    cursor.setAttribute("x1", place(row));
    cursor.setAttribute("x2", place(row));
    cursor.setAttribute("visibility", "visible");
    const name = x.values ? plainNumber(x.values[row]) : x.labels[row] || `row ${row + 1}`;
    readout.replaceChildren(
      h("b", { textContent: name }),
      ...series.map(({ name: of, values }, index) => h("span", { class: `key s${index % 6}`, textContent: `${of ? `${of} ` : ""}${plainNumber(Number(values[row]?.toPrecision(6)))}` })),
    );
    readout.hidden = false;
    readout.style.left = `${Math.min(Math.max(place(row), 60), width - 60)}px`;
  });
  picture.addEventListener("pointerleave", () => {
    readout.hidden = true;
    cursor.setAttribute("visibility", "hidden");
  });
  host.replaceChildren(picture, readout);
}

function padded([low, high], kind) {
  const room = (high - low) * 0.06;
  return kind === "bar" ? [low < 0 ? low - room : low, high > 0 ? high + room : high] : [low - room, high + room];
}

function text(x, y, content, anchor) {
  const made = svg("text", { x, y, "text-anchor": anchor });
  made.textContent = content;
  return made;
}

/** Bars stand side by side: each row has a label, also where the axis has numbers, as long as there is room for some. */
function rowLabels(x) {
  return x.values ? { name: x.name, labels: x.values.length > MOST_LABELS ? [] : Array.from(x.values, short) } : x;
}

/** What stands below the axis, as far as there is room. */
function marks(x, rows, width) {
  if (x.values) {
    return ticks(x.values[0], x.values.at(-1), Math.max(2, Math.floor(width / 70))).map((at) => ({ at, label: short(at) }));
  }
  if (x.labels.length > 1) {
    const every = Math.max(1, Math.ceil(x.labels.length / Math.max(1, Math.floor(width / 76))));
    return x.labels.map((label, at) => ({ at, label: label.length > 11 ? `${label.slice(0, 10)}…` : label })).filter((_, at) => at % every === 0);
  }
  return ticks(1, rows, Math.max(2, Math.floor(width / 70)))
    .filter(Number.isInteger)
    .map((at) => ({ at: at - 1, label: short(at) }));
}

/** A number in little room. */
export function short(number) {
  const size = Math.abs(number);
  for (const [least, letter] of [[1e9, "G"], [1e6, "M"], [1e4, "k"]]) {
    if (size >= least) {
      return `${Number((number / (letter === "k" ? 1e3 : least)).toPrecision(3))}${letter}`;
    }
  }
  return size !== 0 && size < 1e-3 ? number.toExponential(0) : String(Number(number.toPrecision(4)));
}

/** A path through the values. Where there are more than pixels, the least and the largest of each pixel stand for all. */
function line(values, place, up, width) {
  const parts = [];
  let pen = "M";
  const add = (row) => {
    parts.push(`${pen}${place(row).toFixed(1)} ${up(values[row]).toFixed(1)}`);
    pen = "L";
  };
  if (values.length <= 2 * width) {
    for (let row = 0; row < values.length; row += 1) {
      if (Number.isFinite(values[row])) {
        add(row);
      } else {
        pen = "M";
      }
    }
    return parts.join("");
  }
  for (const [low, high] of extremes(values, width)) {
    add(Math.min(low, high));
    add(Math.max(low, high));
  }
  return parts.join("");
}

/** The rows of the least and the largest value of each of some parts. */
function extremes(values, parts) {
  const found = [];
  for (let part = 0; part < parts; part += 1) {
    const end = Math.floor(((part + 1) * values.length) / parts);
    let low = -1;
    let high = -1;
    for (let row = Math.floor((part * values.length) / parts); row < end; row += 1) {
      if (Number.isFinite(values[row])) {
        if (low < 0 || values[row] < values[low]) low = row;
        if (high < 0 || values[row] > values[high]) high = row;
      }
    }
    if (low >= 0) {
      found.push([low, high]);
    }
  }
  return found;
}

function bars(values, place, up, slot, index, all, width) {
  const wide = Math.max(0.5, (slot * 0.76) / all);
  const rows = values.length <= 2 * width ? values.keys() : extremes(values, width).map(([, high]) => high);
  const parts = [];
  for (const row of rows) {
    if (Number.isFinite(values[row])) {
      const left = place(row) - (wide * all) / 2 + wide * index;
      parts.push(`M${left.toFixed(1)} ${up(0).toFixed(1)}h${wide.toFixed(1)}V${up(values[row]).toFixed(1)}h${(-wide).toFixed(1)}z`);
    }
  }
  return parts.join("");
}

/** Points that are drawn. */
const POINTS = 4000;

function points(values, place, up) {
  const every = Math.max(1, Math.ceil(values.length / POINTS));
  const parts = [];
  for (let row = 0; row < values.length; row += every) {
    if (Number.isFinite(values[row])) {
      parts.push(`M${place(row).toFixed(1)} ${up(values[row]).toFixed(1)}h0`);
    }
  }
  return parts.join("");
}

/** The row whose place is nearest to a point, by halving. */
function nearest(offset, rows, place) {
  let low = 0;
  let high = rows - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (place(middle) < offset) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return Math.abs(place(low) - offset) <= Math.abs(place(high) - offset) ? low : high;
}

function described({ series, rows }, low, high) {
  const names = series.map(({ name }, index) => name || `series ${index + 1}`).join(", ");
  return `Chart of ${names}: ${rows} rows between ${short(low)} and ${short(high)}`;
}
