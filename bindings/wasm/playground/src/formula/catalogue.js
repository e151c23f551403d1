// Every function that formulas can call, with what is known of it.

import { KNOWN } from "./known.js";

/**
 * A function: `{ name, source, signature, description, params }`, where `source` is the id of its plugin, or "built-in" or "page", and
 * a parameter is `{ name, type, description, optional, variadic }`. Event: `change`.
 */
export class Catalogue extends EventTarget {
  #book;
  #entries = new Map();
  #names;

  constructor(book) {
    super();
    this.#book = book;
    for (const event of ["functions", "opened"]) {
      book.addEventListener(event, () => {
        this.#entries.clear();
        this.#names = undefined;
        this.dispatchEvent(new Event("change"));
      });
    }
  }

  /** All names: those of plugins first, then the built-in ones, each in order. */
  get names() {
    if (this.#names === undefined) {
      const { core } = this.#book;
      const bound = core.listFunctions().map(({ name }) => name).sort();
      const known = new Set(bound);
      this.#names = [...bound, ...core.builtinFunctions().filter((name) => !known.has(name)).sort()];
    }
    return this.#names;
  }

  /** A function by its name in any case; nothing where there is none. */
  find(name) {
    const key = name.toUpperCase();
    if (!this.#entries.has(key)) {
      this.#entries.set(key, this.#describe(key));
    }
    return this.#entries.get(key);
  }

  #describe(name) {
    const details = this.#book.core.functionDetails(name);
    if (details === undefined) {
      return undefined;
    }
    const source = { plugin: details.moduleId, callback: "page" }[details.origin] ?? "built-in";
    const known = details.origin === "builtin" ? KNOWN[name] : undefined;
    const params = known ? paramsOf(known[0]) : details.params;
    const description = known?.[1] ?? details.description.replaceAll("\n", " ");
    const signature = `${name}(${params.map(shown).join(", ")})`;
    return { name, source, description, params, signature };
  }

  /** Functions whose names begin so, then those whose names hold it. */
  complete(prefix) {
    const sought = prefix.toUpperCase();
    const begins = this.names.filter((name) => name.startsWith(sought));
    const holds = sought.length < 2 ? [] : this.names.filter((name) => name.indexOf(sought) > 0);
    return [...begins, ...holds];
  }

  /** Functions in whose name, description, source or parameters all words are found. */
  search(words) {
    const sought = words.toLowerCase().split(/\s+/).filter(Boolean);
    const entries = this.names.map((name) => this.find(name)).filter(Boolean);
    return entries.filter((entry) => {
      const text = `${entry.name} ${entry.description} ${entry.source} ${entry.params.map(({ name }) => name).join(" ")}`.toLowerCase();
      return sought.every((word) => text.includes(word));
    });
  }
}

/** The parameters that a short list says. */
function paramsOf(list) {
  const params = [];
  for (const part of list.split(", ").filter(Boolean)) {
    if (part === "…") {
      params.at(-1).variadic = true;
    } else {
      const optional = part.startsWith("[");
      params.push({ name: optional ? part.slice(1, -1) : part, type: "", description: "", optional, variadic: false });
    }
  }
  return params;
}

/** A parameter as signatures have it. */
export function shown({ name, optional, variadic }) {
  const text = variadic ? `${name}, …` : name;
  return optional ? `[${text}]` : text;
}
