// What a worker of the package answers.

import { CoreModule } from "./core.js";
import { ArgumentError, UnsupportedError } from "./errors.js";
import { init } from "./start.js";
import { now } from "./thread.js";
import { unpack } from "./wire.js";
import { Workbook } from "./workbook.js";

/** A function that answers questions; `tell` says something without being asked. */
export function answer(tell) {
  let book;
  let unwatch;
  const plugins = new Map();

  const answers = {
    start: ({ core }) => init(core),

    // A workbook.
    open: async ({ how, values }) => {
      if (how !== undefined && typeof Workbook[how] !== "function") {
        throw new UnsupportedError(`this version's workbook has no \`${how}\``);
      }
      book = how === undefined ? new Workbook(...values) : await Workbook[how](...values);
    },
    call: ({ name, values }) => {
      if (typeof book[name] !== "function") {
        throw new UnsupportedError(`a workbook has no method \`${name}\``);
      }
      return book[name](...values);
    },
    get: ({ name }) => book[name],
    edit: ({ calls }) => book.edit(() => calls.forEach(({ name, values }) => book[name](...values))).report,
    recalculate: ({ options, progress, flag }) => {
      const more = {};
      if (progress !== undefined) {
        more.progress = (done, all) => tell({ progress, done, all });
      }
      if (flag !== undefined) {
        more.signal = {
          throwIfAborted() {},
          get aborted() {
            return Atomics.load(flag, 0) === 1;
          },
        };
      }
      return book.recalculate({ ...options, ...more });
    },
    registerFunction: async ({ name, url, exported, options }) => {
      const module = await import(/* @vite-ignore */ url);
      if (typeof module[exported] !== "function") {
        throw new ArgumentError(`callback: ${url} exports no function \`${exported}\``);
      }
      book.registerFunction(name, module[exported], options);
    },
    watch: () => {
      if (typeof book.onChange !== "function") {
        throw new UnsupportedError("this version's workbook does not tell what changed");
      }
      unwatch ??= book.onChange((change) => tell({ change }));
    },
    unwatch: () => {
      unwatch?.();
      unwatch = undefined;
    },

    // Plugins, a few rows at a time.
    load: async ({ plugin, bytes, limits }) => {
      plugins.set(plugin, { core: await CoreModule.load(bytes, limits), functions: new Map() });
    },
    forget: ({ plugin }) => {
      plugins.get(plugin)?.core.free();
      plugins.delete(plugin);
    },
    rows: ({ plugin, name, pushes, first, until, listed }) => {
      const { core, functions } = plugins.get(plugin);
      if (!functions.has(name)) {
        functions.set(name, core.function(name));
      }
      const called = functions.get(name);
      called.clear();
      pushes.forEach(([push, ...values]) => called[push](...values));
      const started = performance.now();
      const left = until === undefined ? undefined : Math.max(0, until - now());
      const output = called.call(first, left);
      const { rows, failed } = output;
      const errors = failed > 0 && listed > 0 ? [...output.errors(0, Math.min(listed, rows))] : [];
      const columns = Array.from({ length: output.columns }, (_, at) => output.column(at));
      output.free();
      return { rows, failed, errors, columns, took: performance.now() - started };
    },
  };
  return (question) => answers[question.ask](unpack(question));
}
