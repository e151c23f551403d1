// The workbook of the page: one of the package with its plugins, and events for those who show it.

import { Workbook } from "formualizer-udf";

/** Edits that can be taken back. Each may hold a column of a million rows. */
export const UNDO_LIMIT = 40;

/**
 * Events: `change` when cells have changed (`detail.report` says what was recalculated), `sheets` when there are others or another is
 * shown, `functions` when plugins came or went, `opened` when it is another workbook altogether.
 */
export class Book extends EventTarget {
  /** Whether a person has changed anything. */
  edited = false;
  #core;
  #plugins = [];
  #sheet;
  /** How many of the workbook's own steps each edit was that can be taken back, or made again. */
  #past = [];
  #future = [];

  /** A workbook with the sheets of `core`, without plugins. */
  constructor(core = new Workbook({ undoLimit: UNDO_LIMIT })) {
    super();
    this.#core = core;
    this.#sheet = core.sheets[0];
  }

  /** The package's workbook, to read from. What changes it goes through {@link edit}. */
  get core() {
    return this.#core;
  }

  get sheets() {
    return this.#core.sheets;
  }

  /** The sheet that is shown. */
  get sheet() {
    return this.#sheet;
  }

  set sheet(name) {
    if (name !== this.#sheet && this.sheets.includes(name)) {
      this.#sheet = name;
      this.#tell("sheets");
    }
  }

  /** Plugins, as `{ file, bytes, brought, info }`. */
  get plugins() {
    return this.#plugins;
  }

  /**
   * Makes edits together: recalculated once, taken back in one step. Where they throw, nothing has changed.
   *
   * @param edits gets the package's workbook
   * @returns the report of the recalculation
   */
  edit(edits) {
    const sheets = this.sheets.join("\n");
    const { report } = this.#core.edit(edits);
    this.#done(sheets, 1, report);
    return report;
  }

  /**
   * Adds a sheet and fills it, which may take a while. Taken back in one step.
   *
   * @param fill gets the package's workbook and the name, and makes one step
   */
  async addFilled(name, fill) {
    const sheets = this.sheets.join("\n");
    this.#core.addSheet(name);
    let found;
    try {
      found = await fill(this.#core, name);
    } catch (error) {
      this.#core.undo();
      throw error;
    }
    this.#sheet = name;
    this.#done(sheets, 2, this.#core.recalculate());
    return found;
  }

  #done(sheets, steps, report) {
    this.edited = true;
    this.#past.push(steps);
    this.#past.splice(0, this.#past.length - UNDO_LIMIT);
    this.#future = [];
    this.#afterwards(sheets, report);
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  undo() {
    this.#step(this.#past, this.#future, () => this.#core.undo());
  }

  redo() {
    this.#step(this.#future, this.#past, () => this.#core.redo());
  }

  #step(from, to, step) {
    const steps = from.pop();
    if (steps === undefined) {
      return;
    }
    const sheets = this.sheets.join("\n");
    for (let left = steps; left > 0; left -= 1) {
      step();
    }
    to.push(steps);
    this.edited = true;
    this.#afterwards(sheets, this.#core.recalculate());
  }

  #afterwards(sheets, report) {
    if (this.sheets.join("\n") !== sheets) {
      if (!this.sheets.includes(this.#sheet)) {
        this.#sheet = this.sheets[0];
      }
      this.#tell("sheets");
    }
    this.#tell("change", { report });
  }

  /** Attaches a plugin and binds its functions; names that are taken stay with what they have. */
  async addPlugin({ file, bytes, brought = false }) {
    const info = await this.#core.registerWasmModuleBytes(bytes, { policy: "skip" });
    this.#plugins.push({ file, bytes, brought, info });
    this.#tell("functions");
    this.#tell("change", { report: this.#core.recalculate() });
    return info;
  }

  removePlugin(moduleId) {
    this.#core.unregisterWasmModule(moduleId);
    this.#plugins = this.#plugins.filter(({ info }) => info.moduleId !== moduleId);
    this.#tell("functions");
    this.#tell("change", { report: this.#core.recalculate() });
  }

  /**
   * Shows another workbook in the place of this one. The plugins stay.
   *
   * @param fill fills it when the plugins are there
   */
  async replace(core, fill = () => {}) {
    for (const { bytes } of this.#plugins) {
      await core.registerWasmModuleBytes(bytes, { policy: "skip" });
    }
    fill(core);
    if (core.sheets.length === 0) {
      core.addSheet("Sheet1");
    }
    const report = core.recalculate();
    const before = this.#core;
    this.#core = core;
    this.#sheet = core.sheets[0];
    this.#past = [];
    this.#future = [];
    before.free();
    this.#tell("opened");
    this.#tell("sheets");
    this.#tell("change", { report });
  }

  /** A name for a new sheet that no other has, made of this one. */
  freeName(wanted) {
    const taken = new Set(this.sheets.map((name) => name.toLowerCase()));
    const base = wanted.replace(/[\\/?*[\]:]/g, " ").trim().slice(0, 28) || "Sheet";
    let name = base;
    for (let number = 2; taken.has(name.toLowerCase()); number += 1) {
      name = `${base} ${number}`;
    }
    return name;
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
