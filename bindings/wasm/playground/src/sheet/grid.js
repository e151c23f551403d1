// The grid of cells: a canvas component of React, held to what the view says. Nothing else of the page is React.

import { createElement, useSyncExternalStore } from "react";
import { createRoot } from "react-dom/client";
import { CompactSelection, DataEditorCore, GridCellKind, markerCellRenderer, textCellRenderer } from "@glideapps/glide-data-grid";
import "@glideapps/glide-data-grid/dist/index.css";
import { later } from "../page/dom.js";
import { PADDING, drawCell } from "./draw.js";
import { readLook } from "./look.js";
import { MAX_COLUMNS, MAX_ROWS, columnName, contains } from "./address.js";
import { kindOf, show } from "../book/show.js";

const ROW_HEIGHT = 26;
const HEADER_HEIGHT = 28;
/** Rows and columns that are there beyond those in use. */
const MARGIN = { rows: 60, columns: 6 };
const LEAST = { rows: 200, columns: 26 };

/** How often it is looked whether a cell has come into sight. */
const TRIES = 5;

const RENDERERS = [textCellRenderer, markerCellRenderer];
const NONE = CompactSelection.empty();
const NO_IMAGES = { setWindow() {}, loadOrGetImage() {}, setCallback() {} };
/** Keys are the page's: see keys.js. What is written into cells comes from the session, the clipboard and fill.js. */
const NO_KEYS = Object.fromEntries(
  [
    "activateCell", "clear", "closeOverlay", "acceptOverlayDown", "acceptOverlayUp", "acceptOverlayLeft", "acceptOverlayRight", "copy",
    "cut", "delete", "downFill", "scrollToSelectedCell", "goDownCell", "goDownCellRetainSelection", "goLeftCell",
    "goLeftCellRetainSelection", "goRightCell", "goRightCellRetainSelection", "goUpCell", "goUpCellRetainSelection", "goToFirstCell",
    "goToFirstColumn", "goToFirstRow", "goToLastCell", "goToLastColumn", "goToLastRow", "goToNextPage", "goToPreviousPage", "paste",
    "rightFill", "search", "selectAll", "selectColumn", "selectGrowDown", "selectGrowUp", "selectGrowLeft", "selectGrowRight",
    "selectRow", "selectToFirstCell", "selectToFirstColumn", "selectToFirstRow", "selectToLastCell", "selectToLastColumn",
    "selectToLastRow",
  ].map((name) => [name, false]),
);

/**
 * The grid in an element. Events: `click` on a cell, `activate` on a double click, `hover` with `detail` `{ cell, bounds }` or null, `fill` with the ranges,
 * `scroll`. The hook `onSelect` gets a selection before the view does, and answers whether it took it for itself.
 */
export class Grid extends EventTarget {
  onSelect = () => false;
  #book;
  #view;
  #tiles;
  #formats;
  #look;
  #component = null;
  #wantsFocus = false;
  #target;
  /** What is selected for a formula, in the place of what the view says. */
  #pointed;
  #listeners = new Set();
  #props;
  #highlights = [];
  #visible = { x: 0, y: 0, width: 1, height: 1 };

  constructor(host, { book, view, tiles, formats }) {
    super();
    this.host = host;
    this.#book = book;
    this.#view = view;
    this.#tiles = tiles;
    this.#formats = formats;
    this.#look = readLook();
    this.#props = this.#make();
    view.addEventListener("select", () => this.#refresh());
    view.addEventListener("widths", () => this.#refresh());
    book.addEventListener("change", () => this.#refresh());
    createRoot(host).render(
      createElement(() => {
        const props = useSyncExternalStore(
          (listener) => {
            this.#listeners.add(listener);
            return () => this.#listeners.delete(listener);
          },
          () => this.#props,
        );
        return createElement(DataEditorCore, { ref: this.#mounted, ...props });
      }),
    );
  }

  /** More rows and columns are there once a person has come near the last. */
  #scrolled = later(120, () => this.#refresh());

  #mounted = (component) => {
    this.#component = component;
    if (component && this.#wantsFocus) {
      this.#wantsFocus = false;
      // Its canvas is laid out in the frame after; until then a person may have gone elsewhere.
      setTimeout(() => document.activeElement === document.body && component.focus(), 50);
    }
  };

  /** Takes the page's colours anew. */
  relook() {
    this.#look = readLook();
    this.#refresh();
  }

  /** Gives the grid the focus, as soon as it is there. */
  focus() {
    this.#wantsFocus = this.#component === null;
    this.#component?.focus();
  }

  get hasFocus() {
    return this.host.contains(document.activeElement);
  }

  /** Where a cell is on the screen. */
  bounds(column, row) {
    return this.#component?.getBounds(column, row);
  }

  /** The cells that are in sight, `{ x, y, width, height }`. */
  get visible() {
    return this.#visible;
  }

  /**
   * Brings a cell into sight. The component does so itself where the cursor has moved, and goes by what was drawn last: where both happen
   * in one frame it goes too far. So this looks after a while, and again.
   */
  scrollTo(column, row) {
    const waits = this.#target !== undefined;
    this.#target = [column, row];
    if (!waits) {
      this.#settle(TRIES);
    }
  }

  #settle(tries) {
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        const { x, y, width, height } = this.#visible;
        const inside = contains({ x, y, width: width - 1, height: height - 1 }, ...this.#target);
        if (!inside) {
          this.#component?.scrollTo(...this.#target);
        }
        if (inside || tries === 0) {
          this.#target = undefined;
        } else {
          this.#settle(tries - 1);
        }
      }),
    );
  }

  /** Ends the selecting of a range for a formula. */
  endPointing() {
    if (this.#pointed) {
      this.#pointed = undefined;
      this.#refresh();
    }
  }

  /** Ranges with colours, such as those of the formula that is edited. */
  set highlights(highlights) {
    this.#highlights = highlights;
    this.#refresh();
  }

  #refresh() {
    this.#props = this.#make();
    for (const listener of this.#listeners) {
      listener();
    }
  }

  #make() {
    const { used } = this.#view;
    const { cell, range } = this.#pointed ?? this.#view;
    const { x, y, width, height } = this.#visible;
    const below = Math.max(used ? used.y + used.height : 0, cell[1], range.height >= MAX_ROWS ? 0 : range.y + range.height, y + height);
    const beside = Math.max(used ? used.x + used.width : 0, cell[0], range.width >= MAX_COLUMNS ? 0 : range.x + range.width, x + width);
    const rows = Math.min(MAX_ROWS, Math.max(LEAST.rows, MARGIN.rows + below));
    const columnCount = Math.min(MAX_COLUMNS, Math.max(LEAST.columns, MARGIN.columns + beside));
    const within = (part) => ({
      x: part.x,
      y: part.y,
      width: Math.max(1, Math.min(part.width, columnCount - part.x)),
      height: Math.max(1, Math.min(part.height, rows - part.y)),
    });
    return {
      columns: Array.from({ length: columnCount }, (_, at) => ({ title: columnName(at), id: String(at), width: this.#view.width(at) })),
      rows,
      getCellContent: ([column, row]) => this.#cell(column, row),
      gridSelection: { current: { cell, range: within(range), rangeStack: [] }, rows: NONE, columns: NONE },
      onGridSelectionChange: ({ current }) => current && this.#selected(current, rows, columnCount),
      onHeaderClicked: (column, { shiftKey }) => this.#selectColumn(column, shiftKey),
      onCellClicked: (at, event) => this.#clicked(at, event),
      onCellActivated: (at) => this.#tell("activate", at),
      onItemHovered: ({ kind, location, bounds }) => this.#tell("hover", kind === "cell" && location[0] >= 0 ? { cell: location, bounds } : null),
      onVisibleRegionChanged: (region) => this.#moved(region),
      onColumnResize: (_, width, column) => this.#view.setWidths([[column, width]]),
      onFillPattern: (event) => {
        event.preventDefault();
        this.#tell("fill", { source: event.patternSource, target: event.fillDestination });
      },
      highlightRegions: this.#highlights.map(({ color, range: part }) => ({ color, range: within(part), style: "dashed" })),
      drawCell: (args, draw) => drawCell(args, draw, this.#drawing),
      theme: this.#look.theme,
      rowMarkers: { kind: "number", width: rows > 99_999 ? 70 : 46 },
      renderers: RENDERERS,
      imageWindowLoader: NO_IMAGES,
      keybindings: NO_KEYS,
      width: "100%",
      height: "100%",
      rowHeight: ROW_HEIGHT,
      headerHeight: HEADER_HEIGHT,
      minColumnWidth: 30,
      maxColumnWidth: 800,
      rangeSelect: "rect",
      columnSelect: "none",
      rowSelect: "none",
      getCellsForSelection: true,
      allowedFillDirections: "orthogonal",
      cellActivationBehavior: "double-click",
      fillHandle: true,
      editOnType: false,
      trapFocus: true,
      verticalBorder: false,
      smoothScrollX: true,
      smoothScrollY: true,
      overscrollX: 40,
      onPaste: false,
    };
  }

  #drawing = {
    text: (column, row) => this.#overflowing(column, row),
    isEmpty: (column, row) => this.#tiles.value(column, row) === null,
    width: (column) => this.#view.width(column),
    line: () => this.#look.line,
  };

  /** A text that may reach over the empty cells beside it, with its font; nothing for other cells. */
  #overflowing(column, row) {
    const value = this.#tiles.value(column, row);
    if (typeof value !== "string") {
      return undefined;
    }
    const style = this.#formats.at(this.#book.sheet, column, row);
    if (style?.align === "right" || style?.align === "center") {
      return undefined;
    }
    return { text: value, font: `${fontOf(style)} ${this.#look.fontFamily}`, color: style?.quiet ? this.#look.quiet : this.#look.theme.textDark };
  }

  #cell(column, row) {
    const value = this.#tiles.value(column, row);
    const kind = kindOf(value);
    const style = this.#formats.at(this.#book.sheet, column, row);
    const text = show(value, style, Math.floor((this.#view.width(column) - 2 * PADDING + 1) / this.#look.digit));
    const themeOverride = {};
    if (kind === "error") {
      themeOverride.textDark = this.#look.error;
    } else if (style?.quiet) {
      themeOverride.textDark = this.#look.quiet;
    } else if (kind === "number" && !this.#tiles.isCalculated(column, row)) {
      themeOverride.textDark = this.#look.input;
    }
    if (style?.bold || style?.size) {
      themeOverride.baseFontStyle = fontOf(style);
    }
    return {
      kind: GridCellKind.Text,
      data: text,
      displayData: text,
      allowOverlay: false,
      contentAlign: style?.align ?? { number: "right", time: "right", flag: "center", error: "center" }[kind] ?? "left",
      themeOverride,
    };
  }

  #selected({ cell, range }, rows, columns) {
    const whole = {
      ...range,
      height: range.y === 0 && range.height >= rows ? MAX_ROWS : range.height,
      width: range.x === 0 && range.width >= columns ? MAX_COLUMNS : range.width,
    };
    if (!this.onSelect(whole)) {
      this.#view.select(whole, [...cell]);
    } else {
      this.#pointed = { cell: [...cell], range: whole };
      this.#refresh();
    }
  }

  #selectColumn(column, extend) {
    const [from] = extend ? this.#view.cell : [column];
    const range = { x: Math.min(from, column), y: 0, width: Math.abs(column - from) + 1, height: MAX_ROWS };
    if (!this.onSelect(range)) {
      this.#view.select(range, [from, 0]);
      this.focus();
    }
  }

  #clicked([column, row], event) {
    if (column < 0) {
      const from = event.shiftKey ? this.#view.cell[1] : row;
      const range = { x: 0, y: Math.min(from, row), width: MAX_COLUMNS, height: Math.abs(row - from) + 1 };
      if (!this.onSelect(range)) {
        this.#view.select(range, [0, from]);
        this.focus();
      }
      return;
    }
    this.#tell("click");
    const [x, y] = this.#view.cell;
    const { range } = this.#view;
    // A click on the cursor's cell ends a selection around it, which the component leaves as it is.
    if (x === column && y === row && !event.shiftKey && (range.width > 1 || range.height > 1) && contains(range, column, row)) {
      this.#view.go(column, row);
    }
  }

  #moved(region) {
    this.#visible = region;
    this.#scrolled();
    this.#tell("scroll");
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

function fontOf(style) {
  return `${style?.bold ? "600 " : ""}${style?.size ?? 13}px`;
}
