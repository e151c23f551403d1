// The keyboard of the sheet: what each key does while no cell is edited.

import { MAX_COLUMNS, MAX_ROWS } from "./address.js";
import { edge } from "./edge.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * Listens to the grid's keys.
 *
 * @param actions what keys other than of movement do: `edit()`, `editStart(text)`, `resume()` an edit, `clear()`, `fillDown()`, `fillRight()`
 */
export function listenToKeys({ grid, view, book, session, actions }) {
  /** Moves the cursor, or the far corner of the selection. */
  const go = (column, row, extend) => {
    const x = Math.min(Math.max(column, 0), MAX_COLUMNS - 1);
    const y = Math.min(Math.max(row, 0), MAX_ROWS - 1);
    if (extend) {
      const [fromX, fromY] = view.cell;
      const range = { x: Math.min(fromX, x), y: Math.min(fromY, y), width: Math.abs(x - fromX) + 1, height: Math.abs(y - fromY) + 1 };
      view.select(range, [fromX, fromY]);
    } else {
      view.go(x, y);
    }
    grid.scrollTo(x, y);
  };

  /** The corner of the selection that the cursor is not in. */
  const corner = () => {
    const [x, y] = view.cell;
    const { range } = view;
    return [x === range.x ? range.x + range.width - 1 : range.x, y === range.y ? range.y + range.height - 1 : range.y];
  };

  const movement = (event) => {
    const { key, shiftKey } = event;
    const jump = event.ctrlKey || event.metaKey;
    const [column, row] = shiftKey ? corner() : view.cell;
    const page = Math.max(1, grid.visible.height - 2);
    const { used } = view;
    const last = used ? [used.x + used.width - 1, used.y + used.height - 1] : [0, 0];
    if (key in ARROWS) {
      const [dx, dy] = ARROWS[key];
      return jump ? edge(book, used, [column, row], [dx, dy]) : [column + dx, row + dy];
    }
    switch (key) {
      case "PageDown":
        return event.altKey ? [column + grid.visible.width - 1, row] : [column, row + page];
      case "PageUp":
        return event.altKey ? [column - grid.visible.width + 1, row] : [column, row - page];
      case "Home":
        return jump ? [0, 0] : [0, row];
      case "End":
        return jump ? last : [last[0], row];
      default:
        return undefined;
    }
  };

  const command = (event) => {
    const { key, shiftKey, altKey } = event;
    const control = event.ctrlKey || event.metaKey;
    const [column, row] = view.cell;
    if (control && !altKey) {
      switch (key.toLowerCase()) {
        case "a": {
          const { used } = view;
          view.select(used ?? { x: 0, y: 0, width: 1, height: 1 }, view.cell);
          return true;
        }
        case "d":
          actions.fillDown();
          return true;
        case "r":
          actions.fillRight();
          return true;
        case " ":
          view.select({ x: view.range.x, y: 0, width: view.range.width, height: MAX_ROWS }, [column, row]);
          return true;
        default:
          return false;
      }
    }
    switch (key) {
      case "Enter":
        view.enter(shiftKey ? -1 : 1);
        return true;
      case "Tab":
        view.tab(shiftKey ? -1 : 1);
        return true;
      case "F2":
        actions.edit();
        return true;
      case "Delete":
        actions.clear();
        return true;
      case "Backspace":
        actions.editStart("");
        return true;
      case "Escape":
        view.go(column, row);
        return true;
      case " ":
        if (shiftKey) {
          view.select({ x: 0, y: view.range.y, width: MAX_COLUMNS, height: view.range.height }, [column, row]);
          return true;
        }
        actions.editStart(" ");
        return true;
      default:
        if ([...key].length === 1 && !altKey) {
          actions.editStart(key);
          return true;
        }
        return false;
    }
  };

  // While the grid draws anew, the focus is nobody's for a moment: what is typed then is the edited cell's.
  document.addEventListener(
    "keydown",
    (event) => {
      if (session.active && !event.isComposing && document.activeElement === document.body) {
        actions.resume();
      }
    },
    { capture: true },
  );

  grid.host.addEventListener(
    "keydown",
    (event) => {
      if (event.isComposing || event.defaultPrevented) {
        return;
      }
      if (session.active) {
        // The key is the field's, which has it once it has the focus.
        actions.resume();
        return;
      }
      const target = event.altKey && !event.key.startsWith("Page") ? undefined : movement(event);
      if (target !== undefined) {
        go(...target, event.shiftKey);
      } else if (!command(event)) {
        return;
      }
      event.preventDefault();
      event.stopPropagation();
    },
    { capture: true },
  );
}
