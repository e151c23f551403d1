// How cells look that have more than a value: rules for ranges of the example. Other workbooks have none.

import { contains, parseRange } from "../sheet/address.js";

/** Rules by sheet. A rule is `[range, style]`; the first that holds a cell counts. */
export class Formats {
  #rules = {};
  #read = {};

  /** The rules as they were set. */
  get rules() {
    return this.#rules;
  }

  set rules(rules) {
    this.#rules = rules;
    this.#read = Object.fromEntries(
      Object.entries(rules).map(([sheet, list]) => [sheet, list.map(([range, style]) => ({ range: parseRange(range), style }))]),
    );
  }

  /** The style of a cell: `{ decimals, percent, thousands, bold, size, quiet, align }`, each of which may be missing. */
  at(sheet, column, row) {
    return this.#read[sheet]?.find(({ range }) => range && contains(range, column, row))?.style;
  }

  /** Gives a renamed sheet its rules. They stay with the old name as well: the new one may be taken back. */
  rename(from, to) {
    if (this.#rules[from] !== undefined) {
      this.rules = { ...this.#rules, [to]: this.#rules[from] };
    }
  }
}
